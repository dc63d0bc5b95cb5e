//! Where waste came from and where it went, through all the manifests that carried it on.
//!
//! Waste that is put together is one mass: each part of what leaves it has the same composition. So
//! "whose waste is in this drum" and "where is this producer's waste now" have exact answers by
//! mass fractions. Masses are whole grams: at each hand-on a mass is split by largest remainders,
//! so that no gram is made or lost, and each part is less than a gram off per hand-on.

mod chain;
mod flow;
mod node;
mod shape;
mod store;

pub use chain::chain;
pub use shape::ChainView;
