//! `liandan bench anomaly`: what an event costs the rules after few and after many, how far the
//! watch is behind a server that is driven at a steady rate, and how long a whole log takes from
//! zero.

mod engine;
mod rules;
mod run;

pub use engine::caught_up;
pub use run::{Asked, Part, alone, served};
