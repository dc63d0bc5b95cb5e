//! Where should each kilogram go? The exact optimum behind `POST /api/v1/capacity/plans`: pure.
//!
//! `solve.rs` tells the whole story in one function; each other file is one step of it.

mod answer;
mod ballast;
mod costs;
mod doors;
mod forecast;
mod lots;
mod marginal;
mod problem;
mod simplex;
mod solve;
mod start;
mod tree;

pub use answer::{Binding, Flow, Plan, Unmet};
pub use problem::{Facility, FacilityLine, Matching, Place, Produced, Source, distance};
pub use solve::{Stopped, solve};

#[cfg(test)]
mod tests;
