//! Medical emergencies (医疗废物协同应急处置): `plan.rs` tells the whole of it, `facts.rs` makes an
//! emergency of the register, `days.rs` finds its course.

mod asked;
mod days;
mod facts;
mod plan;
mod shown;
mod store;

pub use asked::AskEmergency;
pub use plan::emergency;
pub use shown::EmergencyView;
