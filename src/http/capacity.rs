//! Capacity over HTTP: the assessment and the solver.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::registry::answers::{answered, shown};
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::app::App;
use crate::capacity::limits::PLAN_BYTES_MAX;
use crate::capacity::{
    self, AskPlan, AssessmentFilter, AssessmentQuery, AssessmentView, FrozenAssessmentView,
    KeptAssessmentView, PlanView, TakeAssessment,
};
use crate::custody;
use crate::export::capacity_sheets;
use crate::ids::AssessmentId;
use crate::pages;
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/capacity/assessment").get(assessment))
        .service(web::resource("/capacity/assessments").get(list).post(take))
        .service(web::resource("/capacity/assessments/{id}").get(one))
        .service(web::resource("/capacity/plans").post(plan));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(assessment, list, take, one, plan))]
pub struct CapacityApi;

/// What was produced against what can be treated, cell by cell: for regulators. As a table: the
/// cells.
#[utoipa::path(
    get, path = "/api/v1/capacity/assessment", tag = "capacity", operation_id = "assess_capacity",
    params(AssessmentQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AssessmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn assessment(app: Data<App>, caller: Caller, query: Query<AssessmentQuery>) -> Answer {
    let view = capacity::assess(&app, caller.actor(), &query.get()?).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &capacity_sheets::CELLS, view.cells),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}

/// Frozen assessments, oldest first.
#[utoipa::path(
    get, path = "/api/v1/capacity/assessments", tag = "capacity",
    operation_id = "list_assessments", params(AssessmentFilter), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<KeptAssessmentView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<AssessmentFilter>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: AssessmentFilter| pages::assessments(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &capacity_sheets::ASSESSMENTS, page).await
}

/// Freeze an assessment as it stands, with a checkpoint of the log that covers all of it.
#[utoipa::path(
    post, path = "/api/v1/capacity/assessments", tag = "capacity",
    operation_id = "freeze_assessment", request_body = TakeAssessment, params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = KeptAssessmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn take(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<TakeAssessment>(&body)?;
    let covering = async |position| Ok(custody::covering(&app, position).await?.shown());
    let done = capacity::take(&app, &ctx, asked, covering).await?;
    Ok(answered(&ctx, &done, KeptAssessmentView::from(&done.value)))
}

/// A frozen assessment with all that it found. `frozen` is written as it was: its SHA-256 is in the
/// event.
#[utoipa::path(
    get, path = "/api/v1/capacity/assessments/{id}", tag = "capacity",
    operation_id = "show_assessment", params(("id" = AssessmentId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = FrozenAssessmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", AssessmentId::of)?;
    Ok(shown(1, capacity::show(&app, caller.actor(), id).await?))
}

/// Where should each kilogram go? Of a problem of your own, or of the register's (regulators): the
/// least mass unmet and, with that, the fewest tonne-kilometres. As a table: the flows.
#[utoipa::path(
    post, path = "/api/v1/capacity/plans", tag = "capacity", operation_id = "plan_capacity",
    request_body = AskPlan, security(("bearer" = [])),
    responses(
        (status = 200, body = PlanView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn plan(app: Data<App>, caller: Caller, body: Body<PLAN_BYTES_MAX>) -> Answer {
    let asked: AskPlan = body.read()?;
    let view = capacity::plan(&app, caller.actor(), asked).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &capacity_sheets::FLOWS, view.flows),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}
