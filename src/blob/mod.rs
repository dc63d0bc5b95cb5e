//! Files that people attach: their bytes, stored once under their SHA-256, and what kind they are.
//!
//! Knows nothing of what a file is attached to. The bytes are there before an event names them;
//! what no row of `attachment` names a day later is taken away again (`store::sweep`).

mod kept;
mod limits;
mod media;
mod settings;
mod sniff;
mod store;

pub use kept::{Pieces, keep, pieces, sweep};
pub use limits::*;
pub use media::MediaType;
pub use settings::Files;
pub use sniff::{Sniffed, sniff};
