//! What devices tell (anomaly.md): where a vehicle is and what it carries, how warm a store or a
//! furnace is.
//!
//! Readings stand outside the log: there are too many, and what a device says is no act of anybody.
//! Those that come together are a batch, kept as it was written; the log has its hash, so that what
//! a rule leaned on can be shown to be what was sent. What is sent again is known by its content.

mod asked;
mod model;
mod store;
mod take;

pub use asked::{NewReading, ReadingKind, TelemetryQuery};
pub use model::{Batch, Reading, contents_of};
pub use store::{contents, implied};
pub use take::{Taken, may_tell, readings, take};
