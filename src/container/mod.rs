//! Containers (包装): labelled packages of waste, each with a code of its own and a chain.
//!
//! They are registered in lists, which writes the ledger; travel on a manifest, reserved by its
//! filing, shipped by its departure, received one by one at the gate; and are emptied. A container
//! is on one manifest at a time: whoever reserves it lets its chain grow in the same commit.

mod asked;
mod carry;
mod change;
/// What the change feed needs of containers.
pub mod feed;
mod label;
mod labelling;
mod list;
mod look;
mod model;
mod qr;
mod register;
mod store;
mod view;

pub use asked::{ContainerList, LIST_MAX, NewContainer, NewContainers};
pub use carry::{Carried, Carry, carry};
pub use change::{ContainerPatch, change};
pub use label::{LabelLayout, NotALabel, NotALayout, QrContent};
pub use list::{ContainerFilter, page};
pub use model::{Carriage, Container, ContainerStatus};
pub use qr::label_svg;
pub use register::{Registered, register, registered};
pub use store::{Named, by_ids, named, seen_by_site, told as told_row};
pub use view::{ContainerView, RegisteredView};
