//! A load on its way: handed over between carriers, stopped, put on another vehicle, spilt or lost,
//! and signed for by the second person of each step (domain.md, "A manifest's life").

mod asked;
mod codes;
mod countersign;
mod event;
pub(super) mod evolve;
mod hand_over;
mod incident;
pub(super) mod journey;
mod limits;
mod producer;
pub(super) mod second;
mod shape;
mod stop;
mod view;

pub use asked::*;
pub use codes::signing_code;
pub use countersign::countersign;
pub use event::*;
pub use evolve::{Aboard, Noted, Riding, Transit};
pub use hand_over::hand_over;
pub use incident::incident;
pub use producer::{Owing, Signed};
pub use second::{Second, Signing};
pub use shape::*;
pub use stop::stop;
pub use view::{aboard, incidents, legs, signatures, stops};
