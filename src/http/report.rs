//! Reports of ledgers over HTTP, and management plans against what was done.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::registry::answers::{answered, shown};
use super::registry::registration;
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::app::App;
use crate::export::report_sheets;
use crate::ids::{ManagementPlanId, ReportId};
use crate::pages;
use crate::report::{
    self, AmendReport, PlanActualView, ReportContentView, ReportDutyView, ReportPreviewQuery,
    ReportQuery, ReportView, SubmitReport, WholeReportView,
};
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/reports").get(list).post(submit))
        .service(web::resource("/reports/preview").get(preview))
        .service(web::resource("/reports/{id}").get(one))
        .service(web::resource("/reports/{id}/amendments").post(amend))
        .service(web::resource("/management-plans/{id}/actual").get(actual));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, submit, preview, one, amend, actual))]
pub struct ReportApi;

/// What is due and what was submitted, by site and period: of one's own sites, or of those in one's
/// jurisdiction. Without `year`, of this year and the last. At a site in the order of their last
/// days.
#[utoipa::path(
    get, path = "/api/v1/reports", tag = "reports", operation_id = "list_reports",
    params(ReportQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ReportDutyView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ReportQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ReportQuery| pages::reports(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &report_sheets::REPORTS, page).await
}

/// Submit the report of a period that is over. What it says is generated from the ledger.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "reports", operation_id = "submit_report",
    request_body = SubmitReport, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = ReportView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn submit(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<SubmitReport>(&app, &caller, &body).await?;
    let done = report::submit(&app, &ctx, asked).await?;
    Ok(answered(&ctx, &done, ReportView::from(&done.value)))
}

/// What a report would say, generated from the ledger as it is now. As a table: its lines.
#[utoipa::path(
    get, path = "/api/v1/reports/preview", tag = "reports", operation_id = "preview_report",
    params(ReportPreviewQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ReportContentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn preview(app: Data<App>, caller: Caller, query: Query<ReportPreviewQuery>) -> Answer {
    let view = report::preview(&app, &caller.reading(), &query.get()?).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &report_sheets::LINES, view.lines),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}

/// A report with what it says, its versions, and how the ledger differs from it by now. `content`
/// is written as it was: its SHA-256 is in the event. As a table: its lines.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}", tag = "reports", operation_id = "show_report",
    params(("id" = ReportId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = WholeReportView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ReportId::of)?;
    let (view, lines) = report::show(&app, &caller.reading(), id).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &report_sheets::LINES, lines),
        None => Ok(shown(view.report.version, view)),
    }
}

/// Correct a report: it is generated from the ledger again; the earlier versions stay.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/amendments", tag = "reports",
    operation_id = "amend_report", request_body = AmendReport,
    params(("id" = ReportId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ReportView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn amend(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<AmendReport>(&body)?;
    let id = segments.id("id", ReportId::of)?;
    let done = report::amend(&app, &ctx, id, asked).await?;
    Ok(answered(&ctx, &done, ReportView::from(&done.value)))
}

/// A management plan against what was done in its year. As a table: its lines.
#[utoipa::path(
    get, path = "/api/v1/management-plans/{id}/actual", tag = "reports",
    operation_id = "show_plan_actual", params(("id" = ManagementPlanId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = PlanActualView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn actual(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ManagementPlanId::of)?;
    let view = report::actual(&app, &caller.reading(), id).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &report_sheets::PLAN_ACTUAL, view.lines),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}
