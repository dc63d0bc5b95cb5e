//! Capacity against what was produced (capacity.md): where each kilogram can go, and what is
//! missing.

/// A year's production against capacity, cell by cell.
mod assessment;
/// Which divisions have a compliant medical facility, and which institutions wait.
mod coverage;
/// Medical waste in an emergency, day by day.
mod emergency;
/// What a problem may ask of the machine.
pub mod limits;
/// The matching problem and its exact optimum: pure, knows nothing of the register.
pub mod plan;
/// Problems of the caller's own and the register's, with what would be different.
mod planning;

pub use assessment::{
    AssessmentFilter, AssessmentQuery, AssessmentView, FrozenAssessmentView, KeptAssessmentView,
    TakeAssessment, assess, feed, implied, list, show, take,
};
pub use coverage::{CoverageQuery, CoverageView, coverage};
pub use emergency::{
    ActivateEmergencyPlan, AskEmergency, ComparePlans, ComparisonView, EmergencyPlan,
    EmergencyPlanFilter, EmergencyPlanState, EmergencyPlanView, EndEmergencyPlan, GovernmentPlan,
    OpenedView, Opening, WholeEmergencyPlanView, activate, compare, end, feed as plan_feed,
    implied as implied_plan, keep, list as list_plans, listed_at, opened, openings_at,
    show as show_plan,
};
pub use planning::{AskPlan, PlanView, plan};
