//! `POST /capacity/plans`: `plan.rs` tells the whole of it; the register's problem is read by
//! `register_store.rs` and made by `register.rs`, `what_if.rs` changes it, `run.rs` has it solved.

mod asked;
mod own;
mod plan;
mod register;
mod register_store;
mod run;
mod shown;
mod what_if;

pub use asked::{AskPlan, Year};
pub use own::once;
pub use plan::{concerns, divisions, plan, plans};
pub use register::{Made, Plant, PlantLine, Register, category, place, plain};
pub use register_store::read as register_of;
pub use run::computed;
pub use shown::PlanView;
