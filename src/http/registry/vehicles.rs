//! Vehicles over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::VehicleId;
use crate::pages;
use crate::registry::VehicleView;
use crate::registry::lists::VehicleQuery;
use crate::registry::vehicle::{self, NewVehicle, VehiclePatch};
use crate::wire::Page;

/// Vehicles of one's organisation or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/vehicles", tag = "registry", operation_id = "list_vehicles",
    params(VehicleQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<VehicleView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<VehicleQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: VehicleQuery| pages::vehicles(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::VEHICLES, page).await
}

/// One vehicle.
#[utoipa::path(
    get, path = "/api/v1/vehicles/{id}", tag = "registry", operation_id = "show_vehicle",
    params(("id" = VehicleId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = VehicleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", VehicleId::of)?;
    let known = vehicle::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, VehicleView::from(&*known)))
}

/// Register a vehicle or trailer.
#[utoipa::path(
    post, path = "/api/v1/vehicles", tag = "registry", operation_id = "register_vehicle",
    request_body = NewVehicle, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = VehicleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewVehicle>(&app, &caller, &body).await?;
    let done = vehicle::register(&app, &ctx, asked).await?;
    let view = VehicleView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a vehicle.
#[utoipa::path(
    patch, path = "/api/v1/vehicles/{id}", tag = "registry", operation_id = "change_vehicle",
    request_body = VehiclePatch, params(("id" = VehicleId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = VehicleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<VehiclePatch>(&body)?;
    let id = segments.id("id", VehicleId::of)?;
    let done = vehicle::change(&app, &ctx, id, asked).await?;
    let view = VehicleView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}
