//! A plan's shape in answers.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::capacity::plan::{Matching, Place, Plan};
use crate::units::Kg;

/// Where each kilogram goes: the least mass unmet and, with that, the fewest tonne-kilometres.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlanView {
    /// `optimal`: no other plan is better.
    pub status: &'static str,
    pub unmet_kg: Kg,
    /// Of all flows, by great-circle distance on a sphere of 6371.0088 km; to six decimals.
    pub tonne_km: f64,
    pub flows: Vec<PlannedFlowView>,
    /// What no line takes; more than nothing each.
    pub unmet: Vec<PlannedUnmetView>,
    /// Every line of every facility.
    pub utilisation: Vec<UtilisationView>,
    /// Limits that are used up; null where marginal values were not asked for.
    #[schema(required)]
    pub binding: Option<Vec<BindingView>>,
    /// Of a plan from the register: what it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedFlowView {
    pub source: String,
    pub facility: String,
    pub line: i64,
    pub code: String,
    pub kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedUnmetView {
    pub source: String,
    pub code: String,
    pub kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UtilisationView {
    pub facility: String,
    pub line: i64,
    pub used_kg: Kg,
    pub permitted_kg: Kg,
}

/// A limit that is used up, and how the optimum changes per kilogram that it alone grows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BindingView {
    pub facility: String,
    /// Null for the limit that the facility's lines share.
    #[schema(required)]
    pub line: Option<i64>,
    pub saves_unmet_kg_per_kg: i64,
    /// Negative where serving more means driving more.
    pub saves_tonne_km_per_kg: f64,
}

/// What the register's problem was made of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisterView {
    /// Calendar year, Beijing's.
    pub year: i32,
    pub divisions: Vec<String>,
    pub sources: Vec<PlannedSourceView>,
    pub facilities: Vec<PlannedFacilityView>,
    /// What no facility takes, by division and category.
    pub unmet: Vec<UnmetShareView>,
    /// Sites without a location: their division's seat stands for it.
    pub located_by_division: Vec<Uuid>,
}

/// A site with waste to be taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedSourceView {
    pub site_id: Uuid,
    pub name: String,
    pub division: String,
    pub location: PlannedPlaceView,
    pub produced: Vec<PlannedMassView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedMassView {
    pub code: String,
    pub kg: Kg,
}

/// A licence of the register, or a plant that is not there yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedFacilityView {
    /// As flows name it: the licence's id, or the id of a new facility.
    pub id: String,
    #[schema(required)]
    pub site_id: Option<Uuid>,
    pub name: String,
    #[schema(required)]
    pub division: Option<String>,
    pub location: PlannedPlaceView,
    #[schema(required)]
    pub annual_limit_kg: Option<Kg>,
    pub lines: Vec<PlannedLineView>,
}

/// A licence line as the plan took it: its mass with the licence's factor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedLineView {
    pub line: i64,
    pub codes: Vec<String>,
    pub categories: Vec<String>,
    pub annual_kg: Kg,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PlannedPlaceView {
    pub lon: f64,
    pub lat: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnmetShareView {
    pub division: String,
    pub category: String,
    pub kg: Kg,
}

impl From<Place> for PlannedPlaceView {
    fn from(Place { lon, lat }: Place) -> Self {
        Self { lon, lat }
    }
}

impl PlanView {
    /// `with_binding`: whether marginal values were asked for.
    pub fn of(asked: &Matching, plan: &Plan<'_>, with_binding: bool) -> Self {
        let source = |n: usize| asked.sources[n].id.clone();
        let facility = |n: usize| asked.facilities[n].id.clone();
        let line = |n: usize, m: usize| asked.facilities[n].lines[m].line;
        let flows = plan.flows.iter().map(|flow| PlannedFlowView {
            source: source(flow.source),
            facility: facility(flow.facility),
            line: line(flow.facility, flow.line),
            code: flow.code.to_owned(),
            kg: Kg::of_grams(flow.grams),
        });
        let unmet = plan.unmet.iter().map(|one| PlannedUnmetView {
            source: source(one.source),
            code: one.code.to_owned(),
            kg: Kg::of_grams(one.grams),
        });
        let binding = plan.binding.iter().map(|one| BindingView {
            facility: facility(one.facility),
            line: one.line.map(|m| line(one.facility, m)),
            saves_unmet_kg_per_kg: one.saves_unmet_kg_per_kg,
            saves_tonne_km_per_kg: one.saves_tonne_km_per_kg,
        });
        Self {
            status: "optimal",
            unmet_kg: Kg::of_grams(plan.unmet_g),
            tonne_km: plan.tonne_km,
            flows: flows.collect(),
            unmet: unmet.collect(),
            utilisation: utilisation(asked, plan),
            binding: with_binding.then(|| binding.collect()),
            register: None,
        }
    }
}

fn utilisation(asked: &Matching, plan: &Plan<'_>) -> Vec<UtilisationView> {
    let mut all = Vec::new();
    for (facility, used) in asked.facilities.iter().zip(&plan.used_g) {
        all.extend(facility.lines.iter().zip(used).map(|(line, used)| UtilisationView {
            facility: facility.id.clone(),
            line: line.line,
            used_kg: Kg::of_grams(*used),
            permitted_kg: Kg::of_grams(line.annual_g),
        }));
    }
    all
}
