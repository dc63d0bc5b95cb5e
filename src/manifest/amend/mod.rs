//! Amendments (更正): what was signed wrong is proposed anew by one side and agreed to by the other,
//! before acceptance (domain.md, "amend"). Both versions stay readable. An authority corrects by
//! itself, shown as its own, also after acceptance.
//!
//! Several may wait at a time as long as no two change the same field. What a step makes a fact
//! ends those that wait for that field, in the step's own commit; what nobody answers expires, and
//! the regulators are told.

mod answer;
mod asked;
mod event;
mod expire;
mod fields;
mod fold;
mod form;
mod judge;
mod merge;
mod moves;
mod propose;
mod rules;
mod view;
mod write;

pub use answer::{approve, reject, was_replaced};
pub use asked::{ApproveAmendment, ProposeAmendment, RejectAmendment};
pub use event::{
    AmendmentApproved, AmendmentExpired, AmendmentProposed, AmendmentRejected, Need, Parts,
};
pub use expire::expire_due;
pub use fields::{FIELDS, Field, of_path};
pub use fold::{Amendment, AmendmentStatus, Amendments, Former, evolve};
pub use merge::Place;
pub use propose::{amending, corrects, preflight, propose};
pub use rules::obsolete;
pub use view::{AmendmentView, amendments};
pub use write::{Done as Amended, expired};
