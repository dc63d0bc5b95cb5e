//! Management plans over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::ManagementPlanId;
use crate::pages;
use crate::registry::ManagementPlanView;
use crate::registry::lists::ManagementPlanQuery;
use crate::registry::plan::{self, ManagementPlanPatch, NewManagementPlan};
use crate::wire::Page;

/// Management plans of one's sites or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/management-plans", tag = "registry",
    operation_id = "list_management_plans",
    params(ManagementPlanQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ManagementPlanView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ManagementPlanQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page =
        async move |asked: ManagementPlanQuery| pages::management_plans(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::MANAGEMENT_PLANS, page).await
}

/// One management plan.
#[utoipa::path(
    get, path = "/api/v1/management-plans/{id}", tag = "registry", operation_id = "show_plan",
    params(("id" = ManagementPlanId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = ManagementPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ManagementPlanId::of)?;
    let known = plan::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, ManagementPlanView::from(&*known)))
}

/// File a site's plan for a year.
#[utoipa::path(
    post, path = "/api/v1/management-plans", tag = "registry", operation_id = "register_plan",
    request_body = NewManagementPlan, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = ManagementPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewManagementPlan>(&app, &caller, &body).await?;
    let done = plan::register(&app, &ctx, asked).await?;
    let view = ManagementPlanView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a plan.
#[utoipa::path(
    patch, path = "/api/v1/management-plans/{id}", tag = "registry", operation_id = "change_plan",
    request_body = ManagementPlanPatch, params(("id" = ManagementPlanId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ManagementPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ManagementPlanPatch>(&body)?;
    let id = segments.id("id", ManagementPlanId::of)?;
    let done = plan::change(&app, &ctx, id, asked).await?;
    let view = ManagementPlanView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}
