//! Witnessing other instances' logs: `liandan witness` (custody.md, its last section).
//!
//! A witness remembers the newest checkpoint that it saw of each log that it trusts, and cosigns
//! only what goes on from it. So whoever shows different histories to different people, or takes
//! one back, gets no second cosignature, and leaves behind two notes that contradict each other.
//!
//! It has keys, a folder and a clock of its own, and no database: it stands where those who run the
//! log have no say. `judge` is pure; `state` and `evidence` are the folder; `pull` asks logs that
//! do not come by themselves.

mod evidence;
mod files;
mod judge;
mod pull;
mod record;
mod state;

pub use judge::{Outcome, Refused};
pub use pull::{Pull, PullError, Pulled};
pub use record::{Answer, Witness};
pub use state::{StateError, hash_of};
