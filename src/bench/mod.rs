//! `liandan bench`: load figures of the release server, beside pgbench's in the same run.
//!
//! A private cluster (fsync on) holds a database for the baseline and one for the server, which is
//! a process of its own, of this same program. Everything that is filed goes over real HTTP, with
//! every check, number, reservation, event and idempotency record in place.

mod baseline;
mod latency;
mod link;
mod load;
mod meters;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("pgbench gave no figure: {0}")]
    Baseline(String),
}
