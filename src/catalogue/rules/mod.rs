//! What the tables ask of an item of a manifest, when it is filed or amended.
//!
//! Pure functions over plain values: each pushes faults and warnings into the caller's
//! [`crate::problem::Findings`], at pointers below the `base` it is given (`/items/0`), and never
//! stops at the first. `base` is a `fmt::Arguments`, so that a clean item formats no pointer.
//!
//! # Lawful loads, one a stream (none of them even warns; `tests.rs` holds them to it)
//!
//! | stream | code | form | hazards | method | packaging |
//! |---|---|---|---|---|---|
//! | hazardous | 900-249-08 waste mineral oil | liquid | T,I | R9 | `plastic_drum` |
//! | hazardous | 900-300-34 waste acid, tagged `acid_non_oxidising` | liquid | C,T | R6 | `ibc` |
//! | hazardous | 900-052-31 lead-acid batteries | solid | T,C | R4 or S1 | `pallet` |
//! | hazardous | 252-002-11 coal tar | liquid | T | R15 | `road_tanker` |
//! | hazardous | 772-002-18 fly ash | solid | T | D1 | `big_bag` |
//! | medical | 841-001-01 infectious | solid | In | Y11 | `medical_box` |
//! | medical | 841-002-01 sharps | solid | In | Y11 | `sharps_box`, `medical_box` |
//! | medical | 841-003-01 pathological | solid | In | Y10 | `medical_bag`, `medical_box` |
//! | medical | 841-004-01 chemical | liquid | one or more of T,C,I,R | Y10 | `medical_can` |
//! | medical | 841-005-01 drugs | solid | T | D10 | `medical_box` |
//! | kitchen | CY-01 food waste | semi_solid | none | K1 | `kitchen_bin_120` |
//! | kitchen | CY-02 used cooking oil | liquid | none | K4 | `grease_barrel` |
//!
//! Waste oil in a `steel_drum` is lawful as well and warns: the table rates mild steel `A*` for it
//! (acceptable, look at the safety data sheet).

mod exemption;
mod hazards;
mod item;
mod method;
mod packaging;
#[cfg(test)]
mod tests;

pub use super::containers::material;
pub use exemption::{Claim, exempt_stages};
pub use hazards::hazards;
pub use item::{Item, form, item, known, name};
pub use method::method;
pub use packaging::packaging;
