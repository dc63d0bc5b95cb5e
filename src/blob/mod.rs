//! Files that people attach: their bytes, stored once under their SHA-256, and what kind they are.
//!
//! In PostgreSQL, or where a setting says so in an S3-compatible store; each row says where its
//! file is, so that a deployment may change over.
//!
//! Knows nothing of what a file is attached to. The bytes are there before an event names them;
//! what no row of `attachment` names a day later is taken away again (`store::sweep`).

mod kept;
mod limits;
mod media;
mod objects;
mod settings;
mod sniff;
mod store;

pub use kept::{Pieces, keep, pieces, sweep};
pub use limits::*;
pub use media::MediaType;
pub use objects::Objects;
pub use settings::{Files, ObjectSettings};
pub use sniff::{Sniffed, sniff};
