//! Migrations, embedded in the binary and run as `liandan_owner` through `liandan_migrate`.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::{Connection, ConnectionError};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("cannot reach the database: {0}")]
    Unreachable(#[from] ConnectionError),
    #[error("cannot become liandan_owner: {0}")]
    Role(#[from] diesel::result::Error),
    #[error("a migration failed: {0}")]
    Failed(String),
    #[error("the migration thread could not run: {0}")]
    Thread(String),
}

/// Brings the schema up to date; returns how many migrations were run.
///
/// The harness blocks, and panics inside actix' runtime, so it gets a thread of its own.
pub fn migrate(url: &str) -> Result<usize, MigrateError> {
    on_own_thread(url, |harness| {
        let run = harness.run_pending_migrations(MIGRATIONS);
        run.map(|done| done.len()).map_err(|err| MigrateError::Failed(err.to_string()))
    })
}

/// How many migrations the database lacks.
pub fn pending(url: &str) -> Result<usize, MigrateError> {
    on_own_thread(url, |harness| {
        let lacking = harness.pending_migrations(MIGRATIONS);
        lacking.map(|list| list.len()).map_err(|err| MigrateError::Failed(err.to_string()))
    })
}

/// Runs all migrations down and up again: the proof that they are reversible. For tests only: it
/// empties the database.
pub fn down_and_up(url: &str) -> Result<usize, MigrateError> {
    on_own_thread(url, |harness| {
        let failed =
            |err: Box<dyn std::error::Error + Send + Sync>| MigrateError::Failed(err.to_string());
        harness.revert_all_migrations(MIGRATIONS).map_err(failed)?;
        harness.run_pending_migrations(MIGRATIONS).map(|done| done.len()).map_err(failed)
    })
}

/// The versions of this build's migrations, as Diesel's own list spells them.
pub(super) fn embedded_versions() -> Result<Vec<String>, MigrateError> {
    let all = MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS);
    let all = all.map_err(|err| MigrateError::Failed(err.to_string()))?;
    Ok(all.iter().map(|one| one.name().version().to_string()).collect())
}

type Harness = AsyncConnectionWrapper<AsyncPgConnection>;

fn on_own_thread(
    url: &str,
    work: impl FnOnce(&mut Harness) -> Result<usize, MigrateError> + Send,
) -> Result<usize, MigrateError> {
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let mut connection = Harness::establish(url)?;
            // All objects, Diesel's own list of migrations included, belong to the owner.
            connection.batch_execute("SET ROLE liandan_owner")?;
            work(&mut connection)
        });
        let thread = |_| MigrateError::Thread("it panicked".into());
        running.join().map_err(thread)?
    })
}
