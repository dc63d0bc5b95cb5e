//! Medical emergencies over HTTP: plans, which of them are in force, and what they open.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde_json::json;

use super::registry::answers::{answered, shown};
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::app::App;
use crate::capacity::{
    self, ActivateEmergencyPlan, AskEmergency, ComparePlans, ComparisonView, CoverageQuery,
    CoverageView, EmergencyPlanFilter, EmergencyPlanView, EndEmergencyPlan, OpenedView,
    WholeEmergencyPlanView,
};
use crate::clock::legal_day;
use crate::export::capacity_sheets;
use crate::ids::EmergencyPlanId;
use crate::pages;
use crate::wire::{Nothing, Page};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/capacity/emergency-plans").get(list).post(keep))
        .service(web::resource("/capacity/emergency-plans/comparison").post(compare))
        .service(web::resource("/capacity/emergency-plans/{id}").get(one))
        .service(web::resource("/capacity/emergency-plans/{id}/activate").post(activate))
        .service(web::resource("/capacity/emergency-plans/{id}/end").post(end))
        .service(web::resource("/capacity/openings").get(openings))
        .service(web::resource("/capacity/coverage").get(coverage));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, keep, compare, one, activate, end, openings, coverage))]
pub struct EmergencyApi;

/// Emergency plans that were kept, oldest first: for regulators.
#[utoipa::path(
    get, path = "/api/v1/capacity/emergency-plans", tag = "capacity",
    operation_id = "list_emergency_plans", params(EmergencyPlanFilter), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<EmergencyPlanView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<EmergencyPlanFilter>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page =
        async move |asked: EmergencyPlanFilter| pages::emergency_plans(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &capacity_sheets::EMERGENCY_PLANS, page).await
}

/// Plan where medical waste goes in an emergency, day by day: what the co-disposal list has to help
/// with, what stays untreated, and when storage limits break. For regulators. The plan is kept as a
/// draft; with `validate_only` it is computed and not kept.
#[utoipa::path(
    post, path = "/api/v1/capacity/emergency-plans", tag = "capacity",
    operation_id = "plan_emergency", request_body = AskEmergency, params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = WholeEmergencyPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn keep(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<AskEmergency>(&body)?;
    let (done, course) = capacity::keep(&app, &ctx, asked).await?;
    let plan = EmergencyPlanView::on(&done.value, legal_day(ctx.now));
    let view = WholeEmergencyPlanView { plan, course, opened_days: Vec::new() };
    Ok(answered(&ctx, &done, view))
}

/// Plans side by side, each against the first.
#[utoipa::path(
    post, path = "/api/v1/capacity/emergency-plans/comparison", tag = "capacity",
    operation_id = "compare_emergency_plans", request_body = ComparePlans,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ComparisonView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn compare(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let asked: ComparePlans = body.read()?;
    Ok(HttpResponse::Ok().json(capacity::compare(&app, &caller.reading(), &asked).await?))
}

/// An emergency plan with its course as it was planned, and what has come to the facilities that it
/// opens. `course` is written as it was: its SHA-256 is in the plan's events.
#[utoipa::path(
    get, path = "/api/v1/capacity/emergency-plans/{id}", tag = "capacity",
    operation_id = "show_emergency_plan", params(("id" = EmergencyPlanId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WholeEmergencyPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", EmergencyPlanId::of)?;
    let (version, view) = capacity::show_plan(&app, &caller.reading(), id).await?;
    Ok(shown(version, view))
}

/// Put a plan in force by a document of the government: its facilities of the co-disposal list are
/// open to medical waste of its divisions, on its days.
#[utoipa::path(
    post, path = "/api/v1/capacity/emergency-plans/{id}/activate", tag = "capacity",
    operation_id = "activate_emergency_plan", request_body = ActivateEmergencyPlan,
    params(("id" = EmergencyPlanId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = EmergencyPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn activate(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let id = segments.id("id", EmergencyPlanId::of)?;
    let (ctx, asked) = caller.command::<ActivateEmergencyPlan>(&body)?;
    let done = capacity::activate(&app, &ctx, id, asked).await?;
    Ok(answered(&ctx, &done, EmergencyPlanView::on(&done.value, legal_day(ctx.now))))
}

/// End a plan before its last day. What was filed under it goes on.
#[utoipa::path(
    post, path = "/api/v1/capacity/emergency-plans/{id}/end", tag = "capacity",
    operation_id = "end_emergency_plan", request_body = EndEmergencyPlan,
    params(("id" = EmergencyPlanId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = EmergencyPlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn end(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let id = segments.id("id", EmergencyPlanId::of)?;
    let (ctx, asked) = caller.command::<EndEmergencyPlan>(&body)?;
    let done = capacity::end(&app, &ctx, id, asked).await?;
    Ok(answered(&ctx, &done, EmergencyPlanView::on(&done.value, legal_day(ctx.now))))
}

/// The facilities that emergency plans open to medical waste today.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct OpeningsView {
    pub data: Vec<OpenedView>,
}

/// Which facilities take medical waste today by an emergency plan: for everybody who looks for one.
#[utoipa::path(
    get, path = "/api/v1/capacity/openings", tag = "capacity", operation_id = "list_openings",
    security(("bearer" = [])),
    responses(
        (status = 200, body = OpeningsView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn openings(app: Data<App>, caller: Caller, query: Query<Nothing>) -> Answer {
    query.get()?;
    let data = capacity::opened(&app, &caller.reading()).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &capacity_sheets::OPENINGS, data),
        None => Ok(HttpResponse::Ok().json(json!({"data": data}))),
    }
}

/// Which divisions have a compliant medical facility that runs, who is nearest to those without
/// one, and which institutions nobody has come to in 48 hours: for regulators. As a table: the
/// institutions.
#[utoipa::path(
    get, path = "/api/v1/capacity/coverage", tag = "capacity", operation_id = "medical_coverage",
    params(CoverageQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = CoverageView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn coverage(app: Data<App>, caller: Caller, query: Query<CoverageQuery>) -> Answer {
    let view = capacity::coverage(&app, &caller.reading(), &query.get()?).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &capacity_sheets::WAITING, view.institutions),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}
