//! The monthly sheet of an institution's medical waste.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::http::{Answer, Caller, ProblemBody, Segments};
use crate::ids::SiteId;
use crate::manifest::{self, MonthlySheets};
use crate::problem::Problem;
use crate::wire::Month;

/// The monthly sheets of an institution's medical waste (危险废物转移联单（医疗废物专用）, monthly): one
/// for each plant, a row for each manifest that left in the month, with the sums by category. The
/// month is written `2026-11`. A plant sees its own sheet.
#[utoipa::path(
    get, path = "/api/v1/sites/{id}/medical-sheets/{month}", tag = "manifests",
    params(("id" = SiteId, Path), ("month" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = MonthlySheets),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn monthly(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let (ctx, id) = (caller.reading(), segments.id("id", SiteId::of)?);
    let month = Month::parse(&segments.text("month")?).ok_or_else(Problem::not_found)?;
    let sheets = manifest::monthly_sheets(&app, &ctx.actor, id, month).await?;
    Ok(HttpResponse::Ok().json(sheets))
}
