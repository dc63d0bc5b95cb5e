//! The journal: one append-only table of events, chained per subject, dense in one global log.
//!
//! What an event looks like and how it is hashed is fixed by custody.md; this room makes the
//! bodies, checks chains and reads events back. Only `db` appends.

mod canonical;
mod chain;
mod event;
mod frozen;
mod happening;
pub mod instant;
mod read;
pub mod signature;
mod store;

pub use canonical::{canonical, is_canonical};
pub use chain::{Break, first_break};
pub use event::{BODY_BYTES_MAX, Link, NO_PREV, body, leaf_hash};
pub use frozen::frozen;
pub(crate) use happening::happenings;
pub use read::{Recorded, Stamped};
pub use store::{
    Place, bodies, chain, chains, places, position, scan, size, versions, whole, with_versions,
};
