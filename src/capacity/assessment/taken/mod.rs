//! Frozen assessments: one as it was read, kept for good, with a checkpoint of the log that covers
//! what it was read from. Its event has the hash of the content, so that both can be proved.

/// What the change feed needs of them.
pub mod feed;
mod model;
mod store;
mod take;

pub use model::{AssessmentFilter, FrozenAssessmentView, KeptAssessmentView, TakeAssessment};
pub use store::implied;
pub use take::{list, show, take};
