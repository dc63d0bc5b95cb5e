//! What handlers of rounds answer with.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::http::{Answer, Outcome, ProblemBody, etag, problem_json};
use crate::ids::{ManifestId, RoundId};
use crate::problem::Problem;
use crate::round::{self, Aside, Bulk, Stored};

fn address(id: RoundId) -> String {
    format!("/api/v1/collection-rounds/{id}")
}

/// A round as the caller sees it.
pub async fn shown(app: &App, ctx: &Ctx, stored: &Stored) -> Result<round::RoundView, Problem> {
    let aside = Aside::read(app, stored, ctx.lang).await?;
    let now = app.clock.now();
    let shown = round::view((stored.id, &stored.round), &ctx.actor, now, &aside);
    shown.ok_or_else(Problem::not_found)
}

async fn outcome(
    app: &App,
    done: Done<Stored>,
    status: StatusCode,
) -> Result<Outcome<Stored>, Problem> {
    Outcome::of(done, status, async |first| {
        let id = RoundId::of(first.subject.id);
        Ok(Stored { id, round: round::as_of(&app.pool, id, first.version).await? })
    })
    .await
}

/// The answer of a command on a round, with the status of its first success.
pub async fn stepped(app: &App, ctx: &Ctx, done: Done<Stored>, status: StatusCode) -> Answer {
    let outcome = outcome(app, done, status).await?;
    let shown = shown(app, ctx, &outcome.value).await?;
    let mut answer = outcome.answer(shown.version);
    if status == StatusCode::CREATED && !ctx.validate_only {
        answer.insert_header((LOCATION, address(shown.id)));
    }
    Ok(answer.json(shown))
}

/// The answer of a command on one stop; `None`: the last, which was added.
pub async fn stop_stepped(
    app: &App,
    ctx: &Ctx,
    done: Done<Stored>,
    (n, status): (Option<i64>, StatusCode),
) -> Answer {
    let outcome = outcome(app, done, status).await?;
    let round = &outcome.value.round;
    let n = n.unwrap_or(round.stops.len() as i64);
    let stop = round.stop(n).ok_or_else(|| Problem::internal("a stop that is gone"))?;
    let aside = Aside::read(app, &outcome.value, ctx.lang).await?;
    let shown = round::stop_view(round, stop, app.clock.now(), &aside);
    Ok(outcome.answer(round.version).json(shown))
}

/// The answer of a weigh-in.
pub async fn weighed(app: &App, done: Done<Stored>) -> Answer {
    let outcome = outcome(app, done, StatusCode::OK).await?;
    let round = &outcome.value.round;
    let weighed = round.weighed.as_ref().map(round::weigh_in_view);
    let weighed = weighed.ok_or_else(|| Problem::internal("a weigh-in without a reading"))?;
    Ok(outcome.answer(round.version).json(weighed))
}

/// What came of one stop of many.
#[derive(Serialize, ToSchema)]
pub struct StopResultView {
    /// As asked; null where that cannot be read.
    #[schema(required)]
    pub n: Option<i64>,
    /// The HTTP status that the stop alone would have been answered with.
    pub status: u16,
    #[schema(required)]
    pub manifest_id: Option<ManifestId>,
    #[schema(required)]
    pub number: Option<String>,
    /// The stop after it; null where it was refused.
    #[schema(required)]
    pub stop: Option<round::StopView>,
    /// Why it was refused; its pointers are into the stop's own entry.
    #[schema(required, value_type = Option<ProblemBody>)]
    pub problem: Option<Value>,
}

/// What came of each stop, in the order of the request.
#[derive(Serialize, ToSchema)]
pub struct StopResults {
    pub data: Vec<StopResultView>,
}

pub async fn many(app: &App, ctx: &Ctx, bulk: &Bulk) -> Answer {
    let aside = Aside::read(app, &bulk.stored, ctx.lang).await?;
    let round = &bulk.stored.round;
    let mut data = Vec::with_capacity(bulk.results.len());
    for result in &bulk.results {
        let stop = result.n.filter(|_| result.problem.is_none()).and_then(|n| round.stop(n));
        let stop = stop.map(|stop| round::stop_view(round, stop, app.clock.now(), &aside));
        let problem = result.problem.as_ref();
        data.push(StopResultView {
            n: result.n,
            status: problem.map_or(200, Problem::status),
            manifest_id: stop.as_ref().map(|stop| stop.manifest_id),
            number: stop.as_ref().and_then(|stop| stop.number.clone()),
            stop,
            problem: problem.map(|one| problem_json(one, ctx.lang, Some(&ctx.request_id))),
        });
    }
    Ok(HttpResponse::Ok().insert_header(etag(round.version)).json(StopResults { data }))
}
