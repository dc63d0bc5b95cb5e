//! `liandan bench`: load figures beside pgbench's. Everything it does is in `crate::bench`.

pub(super) use crate::bench::Arguments;

use crate::bench;
use crate::config::Environment;
use crate::server::StartError;
use crate::telemetry::start_log;

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<(), StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    Ok(bench::run(asked)?)
}
