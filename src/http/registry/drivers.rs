//! Drivers over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::DriverId;
use crate::pages;
use crate::registry::DriverView;
use crate::registry::driver::{self, DriverPatch, NewDriver};
use crate::registry::lists::DriverQuery;
use crate::wire::Page;

/// Drivers of one's organisation or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/drivers", tag = "registry", operation_id = "list_drivers",
    params(DriverQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<DriverView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<DriverQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: DriverQuery| pages::drivers(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::DRIVERS, page).await
}

/// One driver.
#[utoipa::path(
    get, path = "/api/v1/drivers/{id}", tag = "registry", operation_id = "show_driver",
    params(("id" = DriverId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = DriverView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", DriverId::of)?;
    let (known, person) = driver::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, DriverView::of(&known, &person)))
}

/// Register a driver.
#[utoipa::path(
    post, path = "/api/v1/drivers", tag = "registry", operation_id = "register_driver",
    request_body = NewDriver, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = DriverView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewDriver>(&app, &caller, &body).await?;
    let (done, person) = driver::register(&app, &ctx, asked).await?;
    let view = DriverView::of(&done.value, &person);
    Ok(answered(&ctx, &done, view))
}

/// Change a driver.
#[utoipa::path(
    patch, path = "/api/v1/drivers/{id}", tag = "registry", operation_id = "change_driver",
    request_body = DriverPatch, params(("id" = DriverId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = DriverView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<DriverPatch>(&body)?;
    let id = segments.id("id", DriverId::of)?;
    let (done, person) = driver::change(&app, &ctx, id, asked).await?;
    let view = DriverView::of(&done.value, &person);
    Ok(answered(&ctx, &done, view))
}
