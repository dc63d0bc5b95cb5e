//! The change feed over HTTP.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::{Answer, Caller, ProblemBody, Query};
use crate::app::App;
use crate::feed::{self, ChangePage, ChangesQuery};
use crate::reads::What;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/changes").get(changes));
}

/// The part of the OpenAPI document that this is.
#[derive(utoipa::OpenApi)]
#[openapi(paths(changes))]
pub struct ChangesApi;

/// Everything that happened which one may see, in the order of the one log, from a number on.
///
/// Once a number was served, nothing that one may see appears below it later: keep `next_after`,
/// give it as `after`, and nothing is missed or told twice. One request looks at a bounded part of
/// the log, so a page may be short or empty although more follows; the log is read to its end when
/// `next_after` comes back as it was given as `after`. With `wait`, a request at the end of the log
/// is answered as soon as there is something for the caller, or empty when the seconds are over.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "changes", params(ChangesQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ChangePage),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn changes(app: Data<App>, caller: Caller, query: Query<ChangesQuery>) -> Answer {
    let found = feed::changes(&app, &caller.reading(), &query.get()?).await?;
    if found.has_waited {
        caller.still().await?;
    }
    if !found.page.data.is_empty() {
        caller.looked(What::Changes, &[]).await?;
    }
    Ok(HttpResponse::Ok().json(found.page))
}
