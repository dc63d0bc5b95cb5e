//! A load on its way: handed over between carriers, stopped, put on another vehicle, spilt or lost,
//! and signed for by the second person of each step (domain.md, "A manifest's life").

mod asked;
pub(super) mod countersign;
mod event;
pub(super) mod evolve;
mod hand_over;
mod incident;
pub(super) mod journey;
mod limits;
mod producer;
mod shape;
mod stop;
mod view;

pub use asked::*;
pub use countersign::{Second, Signing, countersign, signing_code};
pub use event::*;
pub use evolve::{Aboard, Noted, Riding, Transit};
pub use hand_over::hand_over;
pub use incident::incident;
pub use producer::{Owing, Signed};
pub use shape::*;
pub use stop::stop;
pub use view::{aboard, incidents, legs, signatures, stops};
