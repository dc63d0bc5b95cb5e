//! liandan (联单): electronic transfer manifests for hazardous, medical and kitchen waste.
//!
//! The map, one line a room; `ARCHITECTURE.md` has the streets between them.

/// The national list and the tables beside it, and what they ask of an item.
pub mod catalogue;
/// Time, injected.
pub mod clock;
/// Who asks, when, in which request.
pub mod ctx;
/// The database: a private PostgreSQL, its roles.
pub mod db;
/// One id type a noun.
pub mod ids;
/// Where ids and secrets come from.
pub mod mint;
/// Refusals and faults.
pub mod problem;
/// Reference data in the binary, read with file and line.
pub mod seeds;
/// Grams and kilograms.
pub mod units;
