//! Trips over HTTP. Each handler extracts, calls one use case and answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, ServiceConfig};

use super::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, etag, whole,
};
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::export::riding_sheets;
use crate::ids::TripId;
use crate::pages;
use crate::problem::Problem;
use crate::trip::{
    self, ArriveTrip, CancelTrip, DepartTrip, JoinTrip, OpenTrip, Stored, TripFilter, TripView,
    WeighTrip, WeighedView,
};
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/trips").get(list).post(open))
        .service(web::resource("/trips/{id}").get(one))
        .service(web::resource("/trips/{id}/manifests").post(join))
        .service(web::resource("/trips/{id}/depart").post(depart))
        .service(web::resource("/trips/{id}/arrive").post(arrive))
        .service(web::resource("/trips/{id}/weigh").post(weigh))
        .service(web::resource("/trips/{id}/cancel").post(cancel));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, one, open, join, depart, arrive, weigh, cancel))]
pub struct TripApi;

async fn outcome(
    app: &App,
    done: Done<Stored>,
    status: StatusCode,
) -> Result<Outcome<Stored>, Problem> {
    Outcome::of(done, status, async |first| {
        let id = TripId::of(first.subject.id);
        Ok(Stored { id, trip: trip::as_of(&app.pool, id, first.version).await? })
    })
    .await
}

async fn shown(app: &App, ctx: &Ctx, stored: &Stored) -> Result<TripView, Problem> {
    let heads = trip::heads(app, std::iter::once(stored)).await?;
    let shown = trip::view((stored.id, &stored.trip), &ctx.actor, &heads);
    shown.ok_or_else(Problem::not_found)
}

/// The answer of a command on a trip, with the status of its first success.
async fn stepped(app: &App, ctx: &Ctx, done: Done<Stored>, status: StatusCode) -> Answer {
    let outcome = outcome(app, done, status).await?;
    let shown = shown(app, ctx, &outcome.value).await?;
    let mut answer = outcome.answer(shown.version);
    if status == StatusCode::CREATED && !ctx.validate_only {
        answer.insert_header((LOCATION, format!("/api/v1/trips/{}", shown.id)));
    }
    Ok(answer.json(shown))
}

/// Trips that one may see, newest first.
#[utoipa::path(
    get, path = "/api/v1/trips", tag = "trips", params(TripFilter), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<TripView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<TripFilter>) -> Answer {
    let (filter, ctx) = (query.get()?, caller.reading());
    let page = async move |filter: TripFilter| pages::trips(&app, &ctx, &filter).await;
    whole::answer(caller, filter, &riding_sheets::TRIPS, page).await
}

/// One trip: all of it, or one's own manifests on it.
#[utoipa::path(
    get, path = "/api/v1/trips/{id}", tag = "trips", params(("id" = TripId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let stored = trip::visible(&app, &ctx.actor, segments.id("id", TripId::of)?).await?;
    let shown = shown(&app, &ctx, &stored).await?;
    Ok(HttpResponse::Ok().insert_header(etag(shown.version)).json(shown))
}

/// Open a trip for several filed manifests on one vehicle: 201. What must not ride together is
/// refused over all of them.
#[utoipa::path(
    post, path = "/api/v1/trips", tag = "trips",
    request_body = OpenTrip, params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn open(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<OpenTrip>(&body)?;
    let done = trip::open(&app, &ctx, asked).await?;
    stepped(&app, &ctx, done, StatusCode::CREATED).await
}

/// More manifests for a trip that is being loaded.
#[utoipa::path(
    post, path = "/api/v1/trips/{id}/manifests", tag = "trips",
    request_body = JoinTrip, params(("id" = TripId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn join(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<JoinTrip>(&body)?;
    let id = segments.id("id", TripId::of)?;
    let done = trip::join(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}

/// All manifests that wait on the trip leave, in one commit.
#[utoipa::path(
    post, path = "/api/v1/trips/{id}/depart", tag = "trips",
    request_body = DepartTrip, params(("id" = TripId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn depart(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<DepartTrip>(&body)?;
    let id = segments.id("id", TripId::of)?;
    let done = trip::depart(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}

/// The trip is at a receiver's gate: all that go there arrive, in one commit.
#[utoipa::path(
    post, path = "/api/v1/trips/{id}/arrive", tag = "trips",
    request_body = ArriveTrip, params(("id" = TripId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn arrive(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<ArriveTrip>(&body)?;
    let id = segments.id("id", TripId::of)?;
    let done = trip::arrive(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}

/// One weighbridge reading, split over the manifests, exact to the gram. It is evidence and changes
/// no item.
#[utoipa::path(
    post, path = "/api/v1/trips/{id}/weigh", tag = "trips",
    request_body = WeighTrip, params(("id" = TripId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WeighedView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn weigh(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<WeighTrip>(&body)?;
    let id = segments.id("id", TripId::of)?;
    let done = trip::weigh(&app, &ctx, id, asked).await?;
    let outcome = outcome(&app, done, StatusCode::OK).await?;
    let weighed = outcome.value.trip.weighings.last().map(trip::weighed_view);
    let weighed = weighed.ok_or_else(|| Problem::internal("a weighing without a reading"))?;
    Ok(outcome.answer(outcome.value.trip.version).json(weighed))
}

/// Give a trip up before it has left: its manifests stay filed, and may join another.
#[utoipa::path(
    post, path = "/api/v1/trips/{id}/cancel", tag = "trips",
    request_body = CancelTrip, params(("id" = TripId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TripView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<CancelTrip>(&body)?;
    let id = segments.id("id", TripId::of)?;
    let done = trip::cancel(&app, &ctx, id, asked).await?;
    stepped(&app, &ctx, done, StatusCode::OK).await
}
