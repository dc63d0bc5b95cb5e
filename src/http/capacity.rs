//! Capacity over HTTP: the assessment, the solver, medical emergencies.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::{Answer, Body, Caller, ProblemBody, Query, whole};
use crate::app::App;
use crate::capacity::limits::PLAN_BYTES_MAX;
use crate::capacity::{
    self, AskEmergency, AskPlan, AssessmentQuery, AssessmentView, EmergencyView, PlanView,
};
use crate::export::capacity_sheets;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/capacity/assessment").get(assessment))
        .service(web::resource("/capacity/plans").post(plan))
        .service(web::resource("/capacity/emergency-plans").post(emergency));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(assessment, plan, emergency))]
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

/// Where medical waste goes in an emergency, day by day: what the co-disposal list has to help
/// with, what stays untreated, and when storage limits break. For regulators; writes nothing.
#[utoipa::path(
    post, path = "/api/v1/capacity/emergency-plans", tag = "capacity",
    operation_id = "plan_emergency", request_body = AskEmergency, security(("bearer" = [])),
    responses(
        (status = 200, body = EmergencyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn emergency(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let asked: AskEmergency = body.read()?;
    let view = capacity::emergency(&app, &caller.reading(), asked).await?;
    Ok(HttpResponse::Ok().json(view))
}
