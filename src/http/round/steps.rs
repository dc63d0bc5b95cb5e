//! Commands on rounds.

use actix_web::http::StatusCode;
use actix_web::web::Data;

use super::answers::{StopResults, many, stepped, stop_stepped, weighed};
use crate::app::App;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Segments};
use crate::ids::RoundId;
use crate::round::{
    self, CancelRound, CompleteRound, ConfirmStop, PlanRound, RoundPatch, RoundView, StopAsked,
    StopToPlan, StopView, StopsAsked, WeighIn, WeighInView,
};

/// Plan a round: 201. Each stop is a draft of a manifest, which its producer sees as well.
/// `template_round_id` repeats the stops of an earlier round.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds", tag = "rounds",
    request_body = PlanRound, params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = RoundView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn plan(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<PlanRound>(&body)?;
    let done = round::plan(&app, &ctx, asked).await?;
    stepped(&app, &ctx, done, StatusCode::CREATED).await
}

/// Another vehicle or driver: what is collected from here on leaves with them.
#[utoipa::path(
    patch, path = "/api/v1/collection-rounds/{id}", tag = "rounds",
    request_body = RoundPatch, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = RoundView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<RoundPatch>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let done = round::change(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}

/// One stop more.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/stops", tag = "rounds",
    request_body = StopToPlan, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = StopView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn add_stop(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<StopToPlan>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let done = round::add_stop(&app, &ctx, id, asked).await?;
    stop_stepped(&app, &ctx, done, (None, StatusCode::CREATED)).await
}

/// What came of calling at a stop: collected, which files its manifest with the items given and
/// lets it leave in one commit; or skipped, and why. The carrier or its driver calls; it may file
/// for the producer, who confirms on the spot or within a period.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/stops/{n}", tag = "rounds",
    request_body = StopAsked, params(("id" = RoundId, Path), ("n" = i64, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = StopView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn stop(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<StopAsked>(&body)?;
    let (id, n) = (segments.id("id", RoundId::of)?, segments.number("n")?);
    let done = round::stop(&app, &ctx, (id, n), asked).await?;
    stop_stepped(&app, &ctx, done, (Some(n), StatusCode::OK)).await
}

/// Many stops at once, from a phone that was out of reach: one commit, and an outcome for each. A
/// stop that cannot be filed answers its own problem and holds up no other. What was recorded
/// before is answered as it stands: all of it may be sent again, and no `Idempotency-Key` is
/// needed.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/stops/bulk", tag = "rounds",
    request_body = StopsAsked, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = StopResults),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn stops(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<StopsAsked>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let bulk = round::stops(&app, &ctx, id, asked).await?;
    many(&app, &ctx, &bulk).await
}

/// The producer signs its stop: before the truck comes by filing what it hands over, or afterwards
/// by confirming what the carrier filed for it.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/stops/{n}/confirm", tag = "rounds",
    request_body = ConfirmStop, params(("id" = RoundId, Path), ("n" = i64, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = StopView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn confirm(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<ConfirmStop>(&body)?;
    let (id, n) = (segments.id("id", RoundId::of)?, segments.number("n")?);
    let done = round::confirm(&app, &ctx, (id, n), asked).await?;
    stop_stepped(&app, &ctx, done, (Some(n), StatusCode::OK)).await
}

/// The plant's weighbridge: arrival and receipt of all that was collected. The net is split over
/// the stops, exact to the gram; the difference is checked against the tolerance and never refused.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/weigh-in", tag = "rounds",
    request_body = WeighIn, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WeighInView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn weigh_in(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<WeighIn>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let done = round::weigh_in(&app, &ctx, id, asked).await?;
    weighed(&app, done).await
}

/// All that was accepted is treated; or all of one code.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/complete", tag = "rounds",
    request_body = CompleteRound, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = RoundView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn complete(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<CompleteRound>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let done = round::complete(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}

/// Cancel a round that nothing was collected on; its drafts go with it.
#[utoipa::path(
    post, path = "/api/v1/collection-rounds/{id}/cancel", tag = "rounds",
    request_body = CancelRound, params(("id" = RoundId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = RoundView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<CancelRound>(&body)?;
    let id = segments.id("id", RoundId::of)?;
    let done = round::cancel(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}
