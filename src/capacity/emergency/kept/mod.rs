//! Emergency plans that were kept: `keep.rs` plans and keeps one, `force.rs` puts it in force by a
//! document of the government and ends it, `opened.rs` tells who is opened and what has come there,
//! `compare.rs` holds plans side by side.
//!
//! What was planned never changes. A plan in force opens its facilities of the co-disposal list for
//! medical waste of its divisions, on its days only; filing asks `openings_at`.

mod compare;
/// What the change feed needs of them.
pub mod feed;
mod force;
mod keep;
mod model;
mod opened;
mod store;

pub use compare::{ComparePlans, ComparisonView, compare};
pub use force::{activate, end};
pub use keep::{keep, list, plans, show};
pub use model::{
    ActivateEmergencyPlan, EmergencyPlan, EmergencyPlanFilter, EmergencyPlanState,
    EmergencyPlanView, EndEmergencyPlan, GovernmentPlan, Opening, WholeEmergencyPlanView,
};
pub use opened::{OpenedView, opened};
pub use store::{implied, listed_at, openings_at};
