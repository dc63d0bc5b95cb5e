//! Applications for a transfer across a border that the setting counts (跨省转移申请, Order 23
//! Art. 23-28): from the producer's filing to the decision, which makes the transfer approval.
//!
//! `model.rs` is the entry, `steps.rs` who may take which step when and what comes of it, pure;
//! `clocks.rs` by when each is due, by the table of deadlines; `act.rs` commits. Silence counts: an
//! application whose faults nobody names within the term is accepted as of the day it came in.

mod act;
mod asked;
mod clocks;
mod model;
mod steps;
mod store;
mod view;

pub(super) use act::within;
pub use act::{clocks, list, seen_among, show, step, submit};
pub use asked::{
    ApplicationStep, ConsultApplication, CorrectApplication, DecideApplication,
    NewTransferApplication, ReplyToApplication, ResubmitApplication, Step,
    TransferApplicationQuery,
};
pub use clocks::{Clocks, TermState};
pub use model::{ApplicationStatus, TransferApplication};
pub use store::{approved_by, implied};
pub use view::{OneTransferApplicationView, TransferApplicationView, shown};
