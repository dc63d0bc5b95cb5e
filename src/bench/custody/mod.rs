//! `liandan bench custody`: what it costs that anyone can check.
//!
//! In one world, in this order: bundles of a small log, filings with and without the tree, the
//! audit of a log of real lives, bundles of a log ten times as large.

mod audit;
mod bundle;
mod copies;
mod run;
mod tree;

pub use copies::fill;
pub use run::{Sizes, run};
