//! Many filings in one request: lines of JSON in, a line of JSON out for each, while more come in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::bulk::{self, Answered, Taken};
use crate::http::{Answer, Caller, CommandQuery, ProblemBody};
use crate::ids::ManifestId;
use crate::limits::BULK_GROUPS_AT_ONCE;
use crate::manifest::bulk::{Kept, may_send, take};
use crate::trip;

/// What became of a line of a bulk request.
#[derive(Serialize, ToSchema)]
pub struct BulkLine {
    /// From 1, as sent; empty lines count and are not answered.
    pub line: u64,
    /// The line's own, where it could be read.
    #[schema(required)]
    pub external_id: Option<String>,
    /// As `POST /manifests` would have answered.
    pub status: u16,
    /// Null where nothing was written.
    #[schema(required)]
    pub manifest_id: Option<ManifestId>,
    /// Null for a draft and where nothing was written.
    #[schema(required)]
    pub number: Option<String>,
    /// Why it was refused; null where it was not.
    #[schema(required, value_type = Option<ProblemBody>)]
    pub problem: Option<serde_json::Value>,
}

/// File many manifests: a JSON document a line in, an answer a line out, in order, from the first
/// line on while the others still come. Each line is a command of its own, by the rules of
/// `POST /manifests`. Repeat lines as often as you like: one with an `external_id` is filed once,
/// and answered as it first was; with another content it is 409 `external_id_taken`. (A draft is
/// known again for 24 hours.) Idempotency-Key is not heeded.
#[utoipa::path(
    post, path = "/api/v1/manifests/bulk", tag = "manifests",
    request_body(content = String, content_type = "application/x-ndjson"),
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = BulkLine, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn bulk(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let ctx = bulk::context(&caller, &request)?;
    may_send(&ctx)?;
    let take = async |app: &App, ctx: &_, lines: &[&[u8]]| {
        let taken = take(app, ctx, lines, trip::lent).await.into_iter();
        taken.map(|one| Taken { external_id: one.external_id, outcome: one.outcome }).collect()
    };
    Ok(bulk::answer((app, caller, ctx), payload, (take, BulkLine::of), BULK_GROUPS_AT_ONCE))
}

impl BulkLine {
    fn of(Answered { line, external_id, outcome }: Answered<Kept>) -> Self {
        match outcome {
            Ok(Kept { status, id, number, .. }) => {
                Self { line, external_id, status, manifest_id: id, number, problem: None }
            }
            Err((status, problem)) => Self {
                line,
                external_id,
                status,
                manifest_id: None,
                number: None,
                problem: Some(problem),
            },
        }
    }
}
