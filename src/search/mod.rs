//! The regulators' search: one field for a number, a plate, a credit code, a name, a container's
//! label, a driver; whatever of it the asker may see.
//!
//! Each kind of thing is looked for by an index of its own (`store`), one after the other in a
//! fixed order, and a page goes on where the one before ended: no walk over a whole table, and
//! nothing that comes in between moves what was shown.

mod asked;
mod look;
mod section;
mod store;
mod view;

pub use asked::SearchQuery;
pub use look::search;
pub use store::STATEMENTS;
pub use view::{Hit, SearchKind, SearchMatch};
