//! Trips (车次; domain.md): one run of a vehicle with several manifests.
//!
//! One departure, one arrival and one weighbridge reading for all that ride together; what must not
//! ride together is refused over the whole trip. What happens to a manifest is an event of its own,
//! in the same commit; the trip is a subject that ties them together.

mod act;
mod asked;
mod event;
mod evolve;
/// What the change feed needs of trips.
pub mod feed;
mod file;
mod list;
mod load;
mod open;
mod shape;
mod status;
mod steps;
mod store;
mod view;

pub use act::visible;
pub use asked::*;
pub use event::Happening;
pub use evolve::{Trip, evolve, fold};
pub use file::{file, lent};
pub use list::page;
pub use open::{cancel, join, open};
pub use shape::*;
pub use status::{TripAction, TripStatus};
pub use steps::{arrive, depart, weigh};
pub use store::{Stored, as_of, implied_rows, read_event};
pub use view::{heads, view, weighed_view};
