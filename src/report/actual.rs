//! A management plan against what was done: planned mass beside what left, was produced, and is
//! reserved by filings, code by code.
//!
//! What left is the ledger's of the plan's year, whoever received it; what was accepted and what is
//! reserved is the plan line's account (`registry::plan`). They differ by what is on the road, left
//! without a manifest, or was filed before there was a plan. Corrections of the ledger are signed
//! and do not say what they correct: they are shown beside, and none of the sums has them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actual_store::{self, Done};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db;
use crate::decision::Balance;
use crate::ids::{ManagementPlanId, SiteId};
use crate::problem::Problem;
use crate::registry::ManagementPlan;
use crate::registry::plan::{plan_account, show};
use crate::registry::review::EntryReviewStatus;
use crate::units::{Grams, Kg, Quantity};

/// A code of the plan, or one that was moved or made without being in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanActualLineView {
    pub waste_code: String,
    /// Null for a code without a plan line.
    #[schema(required)]
    pub planned_kg: Option<Kg>,
    pub moved_out_kg: Kg,
    pub produced_kg: Kg,
    pub self_treated_kg: Kg,
    /// Corrections of the ledger, signed.
    pub correction_kg: Kg,
    /// What receivers have accepted of it by manifests filed under the plan.
    pub used_kg: Kg,
    /// What such manifests hold of it that were filed and not received yet.
    pub reserved_kg: Kg,
    /// Moved out of planned, in percent; null where nothing is planned.
    #[schema(required)]
    pub percent: Option<Quantity>,
}

/// A management plan against what was done in its year, so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanActualView {
    pub management_plan_id: ManagementPlanId,
    pub site_id: SiteId,
    pub year: i64,
    /// Of the plan: one that was returned holds for no filing, and is shown all the same.
    pub review_status: EntryReviewStatus,
    /// Of all lines of the plan.
    pub planned_kg: Kg,
    /// Of all codes below.
    pub moved_out_kg: Kg,
    pub produced_kg: Kg,
    /// Of all codes: moved out of planned, in percent; null where nothing is planned.
    #[schema(required)]
    pub percent: Option<Quantity>,
    /// By waste code: the plan's, and those that are in no line of it.
    pub lines: Vec<PlanActualLineView>,
}

/// One plan against what was done, to whoever may see its site.
pub async fn actual(app: &App, ctx: &Ctx, id: ManagementPlanId) -> Result<PlanActualView, Problem> {
    let plan = show(app, ctx, id).await?;
    let done = actual_store::done(&app.pool, plan.site_id, plan.year).await?;
    let accounts = plan.lines.iter().map(|line| plan_account(plan.id, &line.waste_code).id);
    let balances = db::balances_of(&app.pool, &accounts.collect::<Vec<_>>()).await?;
    Ok(against(&plan, &done, &balances))
}

fn against(
    plan: &ManagementPlan,
    done: &BTreeMap<String, Done>,
    balances: &HashMap<Uuid, Balance>,
) -> PlanActualView {
    let planned: BTreeMap<&str, Grams> =
        plan.lines.iter().map(|line| (line.waste_code.as_str(), line.annual_g)).collect();
    let mut codes: Vec<&str> = planned.keys().copied().collect();
    // Plans are of hazardous waste; what a kitchen sends away was never to be in one.
    let others = done.keys().map(String::as_str).filter(|code| !code.starts_with("CY-"));
    codes.extend(others);
    codes.sort_unstable();
    codes.dedup();
    let line = |code: &&str| {
        let done = done.get(*code).copied().unwrap_or_default();
        let planned = planned.get(code).copied();
        let balance = balances.get(&plan_account(plan.id, code).id).copied().unwrap_or_default();
        PlanActualLineView {
            waste_code: (*code).to_owned(),
            planned_kg: planned.map(Kg),
            moved_out_kg: Kg(done.moved_out),
            produced_kg: Kg(done.produced),
            self_treated_kg: Kg(done.self_treated),
            correction_kg: Kg(done.corrected),
            used_kg: Kg::of_grams(balance.used),
            reserved_kg: Kg::of_grams(balance.reserved),
            percent: planned.and_then(|planned| percent(done.moved_out, planned)),
        }
    };
    let lines: Vec<PlanActualLineView> = codes.iter().map(line).collect();
    let planned: Grams = planned.into_values().sum();
    let moved_out: Grams = lines.iter().map(|line| line.moved_out_kg.0).sum();
    PlanActualView {
        management_plan_id: plan.id,
        site_id: plan.site_id,
        year: plan.year,
        review_status: plan.review.status,
        planned_kg: Kg(planned),
        moved_out_kg: Kg(moved_out),
        produced_kg: Kg(lines.iter().map(|line| line.produced_kg.0).sum()),
        percent: percent(moved_out, planned),
        lines,
    }
}

/// A part of a whole in percent, to the thousandth, half up. `None` of nothing.
fn percent(part: Grams, whole: Grams) -> Option<Quantity> {
    let (part, whole) = (i128::from(part.0), i128::from(whole.0));
    if whole <= 0 {
        return None;
    }
    let thousandths = (part * 200_000 + whole).div_euclid(whole * 2);
    i64::try_from(thousandths).ok().map(Quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_rounded_to_the_thousandth() {
        let of = |part, whole| percent(Grams(part), Grams(whole)).map(|it| it.0);
        assert_eq!(of(1, 3), Some(33_333));
        assert_eq!(of(2, 3), Some(66_667));
        assert_eq!(of(5, 2), Some(250_000));
        assert_eq!(of(0, 7), Some(0));
        assert_eq!(of(1, 0), None);
    }
}
