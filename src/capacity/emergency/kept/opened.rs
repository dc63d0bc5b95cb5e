//! Which facilities are opened today, for everybody who looks for one; and what has come there.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{EmergencyPlan, GovernmentPlan, OpenedDayView, Opening};
use super::store::{self, OpenedDay};
use crate::app::App;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::ids::{CoDisposalFacilityId, EmergencyPlanId, SiteId};
use crate::problem::Problem;
use crate::units::Kg;

/// A facility that takes medical waste today by an emergency plan in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenedView {
    pub emergency_plan_id: EmergencyPlanId,
    pub co_disposal_facility_id: CoDisposalFacilityId,
    /// Where to send it.
    pub site_id: SiteId,
    /// Where the facility lies.
    pub division: String,
    /// Whose institutions may send there.
    pub divisions: Vec<String>,
    pub starts_on: chrono::NaiveDate,
    pub ends_on: chrono::NaiveDate,
    pub daily_kg: Kg,
    /// Of today's mass, what has come and what is on its way.
    pub taken_kg: Kg,
    #[schema(required)]
    pub government_plan: Option<GovernmentPlan>,
}

/// All that are opened today: those that have left the co-disposal list since are not any more.
pub async fn opened(app: &App, ctx: &Ctx) -> Result<Vec<OpenedView>, Problem> {
    let today = legal_day(ctx.now);
    let mut plans = store::in_force(&app.pool, today).await?;
    let listed = store::listed(&app.pool).await?;
    for plan in &mut plans {
        plan.openings.retain(|one| listed.contains(&one.co_disposal_facility_id));
    }
    let ids = plans.iter().flat_map(|plan| &plan.openings).map(|one| one.co_disposal_facility_id);
    let days = store::days_of(&app.pool, ids, today).await?;
    let today = today.to_string();
    let taken = |facility| {
        let of_today = days.iter().find(|one| one.facility == facility && one.day == today);
        of_today.map_or(0, |day| day.used + day.reserved)
    };
    let view = |plan: &EmergencyPlan, one: &Opening| OpenedView {
        emergency_plan_id: plan.id,
        co_disposal_facility_id: one.co_disposal_facility_id,
        site_id: one.site_id,
        division: one.division.clone(),
        divisions: plan.divisions.clone(),
        starts_on: plan.starts_on,
        ends_on: plan.ends_on,
        daily_kg: Kg(one.daily_g),
        taken_kg: Kg::of_grams(taken(one.co_disposal_facility_id)),
        government_plan: plan.government_plan.clone(),
    };
    let openings = plans.iter().flat_map(|plan| plan.openings.iter().map(move |one| (plan, one)));
    Ok(openings.map(|(plan, one)| view(plan, one)).collect())
}

/// What has come to the facilities of a plan on its days and after, and what is on its way.
pub async fn days_of(app: &App, plan: &EmergencyPlan) -> Result<Vec<OpenedDayView>, Problem> {
    if plan.government_plan.is_none() {
        return Ok(Vec::new());
    }
    let ids = plan.openings.iter().map(|one| one.co_disposal_facility_id);
    let days = store::days_of(&app.pool, ids, plan.starts_on).await?;
    let view = |one: &OpenedDay| {
        Ok(OpenedDayView {
            co_disposal_facility_id: one.facility,
            on: one.day.parse().map_err(Problem::internal)?,
            daily_kg: Kg::of_grams(one.limit.unwrap_or(0)),
            reserved_kg: Kg::of_grams(one.reserved),
            used_kg: Kg::of_grams(one.used),
        })
    };
    days.iter().map(view).collect()
}
