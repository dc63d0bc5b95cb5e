//! Witnesses of this log: they are handed its checkpoints, and what they cosign is kept and shown
//! (custody.md, its last section; C2SP `tlog-witness`).
//!
//! `named` is whom the operator has named; `follow` is the worker; `hand_in` one exchange with one
//! witness; `followed` how far each has come; `store` the rows. What witnesses do of their own is
//! in `crate::witness`.

mod follow;
mod followed;
mod hand_in;
mod named;
mod store;

pub use follow::follow;
pub use followed::{Followed, followed};
pub use hand_in::{HandInError, Handed, hand_in};
pub use named::{NotWitnesses, WitnessAt, Witnesses};
pub(super) use store::covering;
