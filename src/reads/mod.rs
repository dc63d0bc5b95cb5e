//! Who looked at what (查阅记录): each read of a manifest, chain, bundle, search,
//! case, round, ledger or track by a regulator.
//!
//! Must hold: no answer leaves before its record is on disk, and where it cannot be written there
//! is no answer (503). So none is ever lost, and none is queued: a read costs one short insert
//! more, and PostgreSQL gathers those of many at once. What a party reads of its own is not
//! recorded, and parties are not told who looked.

mod list;
mod model;
mod note;
mod store;
mod view;

pub use list::{ReadFilter, page};
pub use model::{ReadRecord, What};
pub use note::note;
pub use view::ReadView;
