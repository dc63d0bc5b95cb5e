//! Files of rows over HTTP: import, or only try; and the templates to fill in.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::body::receive;
use super::multipart::FileForm;
use super::{Answer, Caller, ProblemBody, Query, Segments, multipart};
use crate::app::{App, place};
use crate::import::{self, ImportMode, Kind, Order, Report};
use crate::limits::IMPORT_BYTES_MAX;
use crate::problem::Problem;
use crate::wire::{Nothing, wire};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/imports").post(send))
        .service(web::resource("/imports/templates/{kind}.csv").get(template));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(send, template))]
pub struct ImportApi;

wire! {
    /// What is to be done with a file.
    pub struct ImportQuery {
        /// What its rows are.
        pub kind: Kind,
        /// Only tell what would come of it.
        pub dry_run: bool = false,
        /// The same.
        pub validate_only: bool = false,
        pub mode: ImportMode = ImportMode::AllOrNothing,
    }
}

/// Import a CSV file (UTF-8 or GBK) or a workbook: a row is the body of the register's own command,
/// under its own rules and rights; the template names the columns. Refused rows are told by line
/// and column. By default nothing is written unless every row is good, in one commit (5,000 rows);
/// with `mode=good_rows` each row is a command of its own (100,000 rows).
///
/// The file may be sent again: what is there already with the same content is left as it is
/// (`unchanged`), with another it is refused. A manifest or ledger entry without an `external_id`
/// gets one from its content.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "imports", params(ImportQuery),
    request_body(content(
        (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (FileForm = "multipart/form-data"),
    )),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Report),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn send(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    query: Query<ImportQuery>,
    payload: Payload,
) -> Answer {
    let boundary = multipart::boundary(request.headers())?;
    let ctx = caller.reading();
    import::may_import(&ctx)?;
    let asked = query.get()?;
    let _place = place(&app.imports)?;
    let body = receive(request.headers(), payload.into_inner(), IMPORT_BYTES_MAX).await?;
    let file = boundary.map_or_else(|| Ok(body.clone()), |mark| multipart::file(&body, &mark))?;
    let table = tokio::task::spawn_blocking(move || import::read(&file)).await;
    // What the reader of workbooks cannot cope with is the file's fault, not ours.
    let table = table.map_err(import::unreadable)??;
    let dry_run = asked.dry_run || asked.validate_only;
    let order = Order { kind: asked.kind, mode: asked.mode, dry_run };
    let report = import::import(&app, &ctx, order, &table).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// The headings of a kind of file, in the language asked for: fill in the rows and send it.
#[utoipa::path(
    get, path = "/api/v1/imports/templates/{kind}.csv", tag = "imports",
    params(("kind" = Kind, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn template(caller: Caller, segments: Segments, query: Query<Nothing>) -> Answer {
    let kind = Kind::parse(&segments.text("kind")?).ok_or_else(Problem::not_found)?;
    query.get()?;
    let file = format!("attachment; filename=\"{kind}.csv\"");
    let text = import::template(kind, caller.reading().lang);
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8").insert_header((CONTENT_DISPOSITION, file));
    Ok(answer.body(text))
}
