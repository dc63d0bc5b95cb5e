//! Refusal and return, and the graph of masses: how waste goes from one manifest to another.
//!
//! Refused mass is held where it was refused until a `return` brings it back or a `forward` on;
//! accepted mass that is stored may be sent on under a new manifest that names its sources. Each
//! such manifest is one decision with a step of every manifest that it takes mass from, so that no
//! gram is ever sent twice and none is lost.

mod asked;
mod boxes;
mod course;
mod event;
mod fold;
mod forms;
mod graph;
mod judge;
mod send;
mod sources;
mod store;
mod view;

pub use asked::{ForwardManifest, ReturnItem, ReturnManifest, SOURCES_MAX, SourceAsked};
pub use boxes::along;
pub use course::Course;
pub use event::{Kind, Linked, LinkedItem, Source};
pub use fold::{Bond, Link, give_back, take_on};
pub use graph::{ChainView, chain};
pub use judge::judge_return;
pub use send::{preflight_return, preflight_state, send_back, send_on};
pub use sources::{as_sources, given_back, read as read_sources, taken_on};
pub use store::{edge_rows, given_back_rows, implied_edges};
pub use view::{LimboView, SourceView, Standings, limbo, refused, sources_of, standings};
