//! Capacity against what was produced (capacity.md): where each kilogram can go, and what is
//! missing.

/// The matching problem and its exact optimum: pure, knows nothing of the register.
pub mod plan;
