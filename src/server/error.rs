//! What can keep the program from starting, each in one line that says what to do.

use std::net::SocketAddr;

use crate::app::StartError as OpenError;
use crate::config::BadSetting;
use crate::db::bootstrap::BootstrapError;
use crate::db::private::PrivateError;
use crate::db::{MigrateError, StandingError};
use crate::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Setting(#[from] BadSetting),
    #[error(transparent)]
    Private(#[from] PrivateError),
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Standing(#[from] StandingError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("cannot listen on {address}: {reason}")]
    Listen { address: SocketAddr, reason: std::io::Error },
    #[error("the demo could not be filled: {0}")]
    Seed(Problem),
    #[error("the world could not be played: {0}")]
    Simulate(Problem),
    #[error("the sandbox clock cannot be read: {0}")]
    Clock(Problem),
    #[error("metrics cannot be set up")]
    Metrics(#[from] prometheus::Error),
    #[error("cannot {doing}: {reason}")]
    Io { doing: &'static str, reason: std::io::Error },
    #[error("refused: {}", told(.0))]
    Refused(Box<Problem>),
    #[error(transparent)]
    Audit(#[from] crate::audit::AuditError),
    #[error(transparent)]
    Bench(#[from] crate::bench::BenchError),
    #[error(transparent)]
    Conformance(#[from] crate::conformance::Unplayable),
    #[error("what the witness remembers")]
    Witness(#[from] crate::witness::StateError),
    #[error("stopped before it was ready")]
    Interrupted,
    #[error("the server ended by itself: {0}")]
    Ended(String),
}

/// Every fault on the one line, with its field.
fn told(problem: &Problem) -> String {
    let fault = |fault: &crate::problem::Fault| {
        let field = fault.pointer.as_deref().unwrap_or_default();
        format!("{field} {}", fault.detail.en).trim_start().to_owned()
    };
    let mut told = problem.faults().iter().map(fault).collect::<Vec<_>>().join("; ");
    if let Some(cause) = &problem.cause {
        told = format!("{told} ({cause})");
    }
    told
}
