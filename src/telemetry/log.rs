//! The log, on standard error: text for a person at a terminal, one JSON object a line otherwise.
//!
//! What may stand in it and what never does is style.md's §8; `Secret` and hand-written `Debug`
//! see to it at the source, so there is no filter here that could miss one.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::BadSetting;

/// Starts the log at `wanted` (`LIANDAN_LOG`), else at `usual`.
pub fn start_log(wanted: Option<&str>, usual: &str) -> Result<(), BadSetting> {
    let bad = |err: &dyn std::fmt::Display| BadSetting::new("LIANDAN_LOG", err.to_string());
    let filter = EnvFilter::try_new(wanted.unwrap_or(usual))
        .map_err(|err| bad(&format!("is no level or list of levels: {err}")))?;
    let lines = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        lines.with(layer.with_target(false)).try_init()
    } else {
        lines.with(layer.json().flatten_event(true)).try_init()
    };
    started.map_err(|err| bad(&format!("cannot be followed: {err}")))
}
