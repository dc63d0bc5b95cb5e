//! Medical emergencies (医疗废物协同应急处置): `plan.rs` tells the whole of it, `facts.rs` makes an
//! emergency of the register, `days.rs` finds its course; `kept` is what becomes of plans.

mod asked;
mod days;
mod facts;
mod kept;
mod plan;
mod shown;
mod store;

pub use asked::AskEmergency;
pub use facts::{is_medical, takes_medical};
pub use kept::{
    ActivateEmergencyPlan, ComparePlans, ComparisonView, EmergencyPlan, EmergencyPlanFilter,
    EmergencyPlanState, EmergencyPlanView, EndEmergencyPlan, GovernmentPlan, OpenedView, Opening,
    WholeEmergencyPlanView, activate, compare, end, feed, implied, keep, list, listed_at, opened,
    openings_at, plans, show,
};
