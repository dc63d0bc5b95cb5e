//! Why there are no figures.

use std::path::PathBuf;

use crate::db::MigrateError;
use crate::db::bootstrap::BootstrapError;
use crate::db::private::PrivateError;

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("pgbench gave no figure: {0}")]
    Baseline(String),
    #[error("cannot {doing} {path}: {reason}")]
    Io { doing: &'static str, path: PathBuf, reason: std::io::Error },
    #[error(transparent)]
    Private(#[from] PrivateError),
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error("the database: {}", told(.0))]
    Database(#[from] tokio_postgres::Error),
    #[error("the server under test: {0}")]
    Server(String),
    #[error("{asked} was answered {said}")]
    Answered { asked: String, said: String },
    #[error("the connection to the server under test: {0}")]
    Link(#[from] std::io::Error),
    /// Figures of a run in which the server refused something would say nothing.
    #[error("{run}: {refused} answers were no success; the first: {first}")]
    Refused { run: String, refused: u64, first: String },
    #[error("the bench itself: {0}")]
    Own(String),
}

/// The server's own words: the error's `Display` says no more than "db error".
fn told(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
}
