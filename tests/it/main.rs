//! The integration tests: one binary, one file a behaviour, all through HTTP on a real PostgreSQL.
//!
//! They run in any order and in parallel, share nothing but one private cluster, never sleep, and
//! hold the clock by hand. Every answer that passes through [`support::Client`] is validated
//! against the OpenAPI document.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be, and says so"
)]

mod access;
mod amendments;
mod anomalies;
mod applications;
mod approvals;
mod attachments;
mod audit;
mod bulk;
mod capacity;
mod changes;
mod clock;
mod conformance;
mod containers;
mod crash;
mod custody;
mod deadlines;
mod errors;
mod evidence;
mod expiries;
mod export_cli;
mod exports;
mod filing;
mod generated;
mod health;
mod histories;
mod identity;
mod imports;
mod ledger_bulk;
mod linked;
mod lives;
mod matrix;
mod migrations;
mod notify;
mod object_store;
mod plans;
mod process;
mod random_lives;
mod records;
mod registry;
mod repeats;
mod reports;
mod reviews;
mod roadside;
mod rounds;
mod schema;
mod signatures;
mod simulate;
mod simulation;
mod standing;
mod storage;
mod support;
mod telemetry;
mod tidy;
mod transport;
mod trips;
mod witness;
