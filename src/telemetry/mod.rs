//! The log and the metrics: set up once, fed from everywhere.

mod log;
mod metrics;

pub use log::start_log;
pub use metrics::{Metrics, Request, Standing};
