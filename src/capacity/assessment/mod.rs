//! The assessment (危险废物产生量与处置能力匹配情况评估): `assess.rs` tells the whole of it, from sums
//! and counters that are kept as entries are made.

mod asked;
mod assess;
mod cells;
mod estimate;
mod shown;
mod store;
/// Frozen ones.
mod taken;

pub use asked::AssessmentQuery;
pub use assess::assess;
pub use shown::AssessmentView;
pub use taken::{
    AssessmentFilter, FrozenAssessmentView, KeptAssessmentView, TakeAssessment, feed, implied,
    list, show, take,
};
