//! Anomalies (anomaly.md): what is flagged, with which evidence, and what people made of it.
//!
//! `watch` is pure: events and the clock in, findings out. `engine.rs` feeds it from the journal,
//! once each, and stores what comes out beside the watch's own state and its place in the log.

pub mod finding;
pub mod param;
pub mod rule;
pub mod setting;
pub mod watch;
