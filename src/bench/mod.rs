//! `liandan bench`: load figures of the release server, beside pgbench's in the same run.
//!
//! A private cluster (fsync on) holds a database for the baseline and one for the server, which is
//! a process of its own, of this same program. Everything that is filed goes over real HTTP, with
//! every check, number, reservation, event and idempotency record in place. Only ratios travel
//! from one machine to another.

mod anomaly;
mod api;
mod baseline;
mod behind;
mod bulk;
mod capacity;
mod chain;
mod custody;
mod error;
mod export;
mod filing;
mod fill;
mod first;
mod latency;
mod link;
mod lives;
mod load;
mod meters;
mod people;
mod process;
mod read;
mod report;
mod round;
mod run;
mod steps;
mod world;

pub use error::BenchError;
pub use run::{Arguments, run};
