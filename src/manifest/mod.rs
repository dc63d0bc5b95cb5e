//! Manifests (转移联单): their life from draft to treatment, decided by rules and kept as events.

mod act;
mod admit;
mod arrive;
mod asked;
mod cancel;
mod complete;
mod depart;
mod event;
mod evolve;
mod facts;
mod file;
mod ledger;
mod moves;
mod policy;
mod receive;
mod status;
mod store;
mod tell;

pub use arrive::arrive;
pub use asked::*;
pub use cancel::cancel;
pub use complete::complete;
pub use depart::depart;
pub use event::*;
pub use evolve::{At, Gap, IllegalEvent, Manifest, Progress, evolve, fold};
pub use file::file;
pub use receive::receive;
pub use status::{Action, Party, Status, TRANSITIONS, Transition, open_to};
