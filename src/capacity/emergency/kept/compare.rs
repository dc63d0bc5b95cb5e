//! Plans side by side: what each leaves untreated, how late it treats, how much of the list it
//! uses, and by how much it differs from the first.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::keep::{plans, sight};
use super::model::{EmergencyPlan, EmergencyPlanView};
use super::store;
use crate::app::App;
use crate::capacity::limits::COMPARED_MAX;
use crate::capacity::planning::once;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::identity::policy;
use crate::ids::EmergencyPlanId;
use crate::problem::{Fault, Findings, Problem};
use crate::units::{Grams, Kg};
use crate::wire::{List, wire};

wire! {
    /// Which plans to hold side by side.
    pub struct ComparePlans {
        /// The first is what the others are held against.
        pub ids: List<EmergencyPlanId, 2, COMPARED_MAX>,
    }
}

/// By how much a plan differs from the first: less than 0 is less.
#[expect(clippy::struct_field_names, reason = "the unit is part of each name, as everywhere")]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DifferenceView {
    pub made_kg: Kg,
    pub treated_kg: Kg,
    pub late_kg: Kg,
    pub untreated_kg: Kg,
    pub co_disposal_kg: Kg,
}

/// A plan beside others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedView {
    pub plan: EmergencyPlanView,
    pub difference: DifferenceView,
}

/// Plans side by side, in the order they were asked in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparisonView {
    pub plans: Vec<ComparedView>,
    /// The one that leaves least untreated; then treats least late; then uses least of the list.
    pub best: EmergencyPlanId,
}

/// Holds plans side by side. Errors: 403 for whoever plans nothing, 422 for what names no plan that
/// the caller may see.
pub async fn compare(
    app: &App,
    ctx: &Ctx,
    asked: &ComparePlans,
) -> Result<ComparisonView, Problem> {
    policy::require(plans(&ctx.actor))?;
    let sight = sight(&ctx.actor).ok_or_else(Problem::not_found)?;
    let ids: Vec<_> = asked.ids.iter().map(|id| id.uuid()).collect();
    let found = store::plans_among(&app.pool, &ids, sight).await?;
    let found: HashMap<EmergencyPlanId, EmergencyPlan> =
        found.into_iter().map(|plan| (plan.id, plan)).collect();
    let mut findings = Findings::new();
    once(asked.ids.iter(), |n| format!("/ids/{n}"), &mut findings);
    let mut plans = Vec::new();
    for (n, id) in asked.ids.iter().enumerate() {
        match found.get(id) {
            Some(plan) => plans.push(plan),
            None => findings.refuse(Fault::unknown_reference(format!("/ids/{n}"))),
        }
    }
    findings.settle()?;
    let order = |plan: &&&EmergencyPlan| {
        let it = &plan.figures;
        (it.untreated_g, it.late_g, it.co_disposal_g)
    };
    let (Some(first), Some(best)) = (plans.first(), plans.iter().min_by_key(order)) else {
        return Err(Problem::internal("plans to compare that are none"));
    };
    let today = legal_day(ctx.now);
    let compared = |plan: &&EmergencyPlan| ComparedView {
        plan: EmergencyPlanView::on(plan, today),
        difference: difference(plan, first),
    };
    Ok(ComparisonView { plans: plans.iter().map(compared).collect(), best: best.id })
}

fn difference(plan: &EmergencyPlan, first: &EmergencyPlan) -> DifferenceView {
    let less = |of: fn(&EmergencyPlan) -> Grams| Kg(of(plan) - of(first));
    DifferenceView {
        made_kg: less(|plan| plan.figures.made_g),
        treated_kg: less(|plan| plan.figures.treated_g),
        late_kg: less(|plan| plan.figures.late_g),
        untreated_kg: less(|plan| plan.figures.untreated_g),
        co_disposal_kg: less(|plan| plan.figures.co_disposal_g),
    }
}
