//! Many filings in one request: lines of JSON in, a line of JSON out for each, while more come in.

use std::rc::Rc;

use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::ctx::Ctx;
use crate::http::lines::{Line, Lines, NDJSON, demand_ndjson};
use crate::http::{Answer, Caller, CommandQuery, ProblemBody, problem_json};
use crate::ids::ManifestId;
use crate::limits::BULK_GROUPS_AT_ONCE;
use crate::manifest::bulk::{self, Kept};
use crate::problem::Problem;

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
    demand_ndjson(&request)?;
    let ctx = caller.streaming()?;
    bulk::may_send(&ctx)?;
    let sender = Rc::new(Sender { app, caller, ctx });
    let lines = Lines::of(payload.into_inner());
    let groups = stream::unfold(lines, async |mut lines| Some((lines.next().await?, lines)));
    let answers = groups
        .map(move |group| {
            let sender = Rc::clone(&sender);
            async move { Ok::<_, Problem>(sender.take(group).await) }
        })
        .buffered(BULK_GROUPS_AT_ONCE);
    Ok(HttpResponse::Ok().content_type(NDJSON).streaming(answers))
}

/// Who sends the lines.
struct Sender {
    app: Data<App>,
    caller: Caller,
    ctx: Ctx,
}

impl Sender {
    async fn take(&self, group: Vec<Line>) -> Bytes {
        let app = &self.app;
        let ctx = Ctx { now: app.clock.now(), wall: app.clock.wall(), ..self.ctx.clone() };
        let bytes: Vec<&[u8]> =
            group.iter().filter_map(|line| line.content.as_deref().ok()).collect();
        // A long request may outlive its token.
        let mut taken = match self.caller.still().await {
            Ok(()) => Ok(bulk::take(app, &ctx, &bytes).await.into_iter()),
            Err(problem) => Err(problem),
        };
        let mut text = Vec::with_capacity(group.len() * 200);
        for line in &group {
            let (external_id, outcome) = match (&line.content, &mut taken) {
                (Err(problem), _) => (None, Err(problem.clone())),
                (Ok(_), Err(problem)) => (None, Err(problem.clone())),
                (Ok(_), Ok(taken)) => match taken.next() {
                    Some(taken) => (taken.external_id, taken.outcome),
                    None => (None, Err(Problem::internal("a line without an answer"))),
                },
            };
            self.write(&mut text, (line.number, external_id), outcome);
        }
        text.into()
    }

    fn write(
        &self,
        text: &mut Vec<u8>,
        (line, external_id): (u64, Option<String>),
        outcome: Result<Kept, Problem>,
    ) {
        let answer = match outcome {
            Ok(Kept { status, id, number, .. }) => {
                BulkLine { line, external_id, status, manifest_id: id, number, problem: None }
            }
            Err(problem) => {
                let request_id = self.ctx.request_id.as_str();
                if let Some(cause) = problem.cause.as_deref() {
                    tracing::error!(request.id = request_id, line, cause, "a bulk line failed");
                }
                let shown = problem_json(&problem, self.ctx.lang, Some(request_id));
                BulkLine {
                    line,
                    external_id,
                    status: problem.status(),
                    manifest_id: None,
                    number: None,
                    problem: Some(shown),
                }
            }
        };
        // Plain values: writing them to memory cannot fail.
        let _ = serde_json::to_writer(&mut *text, &answer);
        text.push(b'\n');
    }
}
