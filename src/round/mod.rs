//! Collection rounds (收运趟次; domain.md, "The three streams differ"): a trip that calls at many
//! producers of kitchen or medical waste.
//!
//! Every stop is a manifest, a draft until it is collected; then it is filed and leaves in one
//! commit. One weighing at the plant is arrival and receipt of them all, one `complete` treats
//! them all. The round is a subject of its own: its events tie together what the manifests' own
//! events say, in the same commits.

mod act;
mod add_stop;
mod asked;
mod bulk;
mod card;
mod change;
mod complete;
mod confirm;
mod event;
mod evolve;
/// What the change feed needs of rounds.
pub mod feed;
mod list;
mod plan;
mod policy;
mod shape;
mod silence;
mod status;
mod stop;
mod stop_facts;
mod store;
mod taken;
mod view;
mod weigh;
mod words;

pub use act::visible;
pub use add_stop::add_stop;
pub use asked::*;
pub use bulk::{Bulk, StopResult, stops};
pub use card::*;
pub use change::{cancel, change};
pub use complete::complete;
pub use confirm::confirm;
pub use event::Happening;
pub use evolve::{Round, Stop, evolve, fold};
pub use list::page;
pub use plan::plan;
pub use shape::*;
pub use silence::silence_due;
pub use status::{RoundAction, RoundStatus, StopOutcome, StopStatus};
pub use stop::stop;
pub use store::{Stored, as_of, implied_rows, read_event};
pub use view::{Aside, listed, stop_view, view, weigh_in_view};
pub use weigh::weigh_in;
