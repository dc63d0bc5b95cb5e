//! Co-disposal facilities over HTTP: the regulators' list, of which a facility's own organisation
//! reads its part.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::record_sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::CoDisposalFacilityId;
use crate::pages;
use crate::registry::co_disposal::{
    self, CoDisposalFacilityPatch, CoDisposalFacilityQuery, CoDisposalFacilityView,
    NewCoDisposalFacility,
};
use crate::wire::Page;

/// Plants that take medical waste in an emergency, of one's own or in one's jurisdiction.
#[utoipa::path(
    get, path = "/api/v1/co-disposal-facilities", tag = "registry",
    operation_id = "list_co_disposal_facilities",
    params(CoDisposalFacilityQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<CoDisposalFacilityView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<CoDisposalFacilityQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: CoDisposalFacilityQuery| {
        pages::co_disposal_facilities(&app, &ctx, &asked).await
    };
    whole::answer(caller, asked, &record_sheets::CO_DISPOSAL_FACILITIES, page).await
}

/// One of them, and whom to call.
#[utoipa::path(
    get, path = "/api/v1/co-disposal-facilities/{id}", tag = "registry",
    operation_id = "show_co_disposal_facility",
    params(("id" = CoDisposalFacilityId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = CoDisposalFacilityView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", CoDisposalFacilityId::of)?;
    let (known, contact) = co_disposal::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, CoDisposalFacilityView::of(&known, &contact)))
}

/// Put a treatment site on the list: the regulators of its division do.
#[utoipa::path(
    post, path = "/api/v1/co-disposal-facilities", tag = "registry",
    operation_id = "register_co_disposal_facility",
    request_body = NewCoDisposalFacility, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = CoDisposalFacilityView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewCoDisposalFacility>(&app, &caller, &body).await?;
    let (done, contact) = co_disposal::register(&app, &ctx, asked).await?;
    let view = CoDisposalFacilityView::of(&done.value, &contact);
    Ok(answered(&ctx, &done, view))
}

/// Change what it can do, whom to call, or take it off the list.
#[utoipa::path(
    patch, path = "/api/v1/co-disposal-facilities/{id}", tag = "registry",
    operation_id = "change_co_disposal_facility",
    request_body = CoDisposalFacilityPatch,
    params(("id" = CoDisposalFacilityId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = CoDisposalFacilityView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<CoDisposalFacilityPatch>(&body)?;
    let id = segments.id("id", CoDisposalFacilityId::of)?;
    let (done, contact) = co_disposal::change(&app, &ctx, id, asked).await?;
    let view = CoDisposalFacilityView::of(&done.value, &contact);
    Ok(answered(&ctx, &done, view))
}
