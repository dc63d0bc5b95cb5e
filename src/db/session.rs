//! A connection of the committer's or the reader's own: statements, pipelining, what errors mean.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::writes::{self, FirstEvent};

/// Why a batch did not end in a known commit.
#[derive(Debug, thiserror::Error)]
pub(super) enum BatchError {
    /// The database refused a statement; nothing of the batch was written.
    #[error("refused by the database: {0}")]
    Refused(#[source] tokio_postgres::Error),
    /// The connection died before COMMIT was sent: nothing was written.
    #[error("connection lost: {0}")]
    Lost(#[source] tokio_postgres::Error),
    /// The connection died with COMMIT under way: only the journal knows.
    #[error("connection lost while committing: {source}")]
    InDoubt { mark: Option<Mark>, source: tokio_postgres::Error },
    #[error("no connection: {0}")]
    Unreachable(#[source] tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for BatchError {
    fn from(err: tokio_postgres::Error) -> Self {
        // A fatal answer (57P01: the server is shut down) closes the connection right after it.
        let fatal = err.as_db_error().is_some_and(|err| err.severity() == "FATAL");
        if err.as_db_error().is_some() && !fatal { Self::Refused(err) } else { Self::Lost(err) }
    }
}

impl BatchError {
    fn while_committing(self, mark: Option<Mark>) -> Self {
        match self {
            Self::Lost(source) => Self::InDoubt { mark, source },
            other => other,
        }
    }
}

/// Deadlocks and serialisation failures have no guilty party; the others have.
pub(super) fn is_transient(err: &tokio_postgres::Error) -> bool {
    use tokio_postgres::error::SqlState;
    let transient = [
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::QUERY_CANCELED,
    ];
    err.code().is_some_and(|code| transient.contains(&code))
}

pub(super) fn describe(err: &tokio_postgres::Error) -> String {
    err.as_db_error().map_or_else(
        || err.to_string(),
        |db| format!("{} {} ({})", db.code().code(), db.message(), db.constraint().unwrap_or("-")),
    )
}

/// By what a batch whose COMMIT got no answer is known again: its first event, and the connection
/// it was sent on. A transaction's id would not do: after a crash a server gives the ids that it
/// had not yet written down to others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub first: FirstEvent,
    pub backend: Backend,
}

/// Where in the log a batch belongs that was judged ahead of the lock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The log's position before it, and after it.
    pub from: i64,
    pub to: i64,
    /// The first event of the batch that it was sent behind.
    pub behind: Option<FirstEvent>,
}

/// The server process behind a connection; process ids come again, with another start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backend {
    pid: i32,
    started: DateTime<Utc>,
}

/// Bounds on one transaction: a committer that hangs must not hold the log for the others.
///
/// Its statements are planned once, often while the tables are still empty: a hash join that reads
/// the whole of them then looks as good as any, and stays for as long as the session lives (each
/// batch read all idempotency keys of the day). Every table is reached by its key, so only index
/// lookups row by row are left to choose from.
const SESSION_SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '10s'; SET plan_cache_mode = 'force_generic_plan'; \
     SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

const BACKEND_SQL: &str = "-- whom a lost commit was sent to
SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()";

/// Ends the process that may still have a lost commit before it, and waits until it is gone.
const END_BACKEND_SQL: &str = "-- fence a lost connection
SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2";

/// Taken ahead of the look: nobody has written since the batch was judged.
const ADVANCE_SQL: &str = "-- lock the log and move it
WITH moved AS (
    UPDATE log_head SET next_position = $2 WHERE id = 1 AND next_position = $1 RETURNING 1)
SELECT expect_rows((SELECT count(*) FROM moved), 1)";

/// The same behind a batch that was still under way: that one, and not as many events of somebody
/// else's, must have brought the log there.
const ADVANCE_BEHIND_SQL: &str = "-- lock the log and move it behind a batch
WITH moved AS (
    UPDATE log_head SET next_position = $2 WHERE id = 1 AND next_position = $1
       AND EXISTS (SELECT FROM event WHERE position = $3 AND leaf = $4) RETURNING 1)
SELECT expect_rows((SELECT count(*) FROM moved), 1)";

const HEAD_WRITE_SQL: &str = "-- write: log head
UPDATE log_head SET next_position = $1 WHERE id = 1";

pub(super) struct Session {
    client: Arc<Client>,
    statements: HashMap<String, Statement>,
    backend: Backend,
}

type Params = Vec<Box<dyn ToSql + Sync + Send>>;

impl Session {
    pub async fn open(url: &str) -> Result<Self, BatchError> {
        let connected = tokio_postgres::connect(url, NoTls).await;
        let (client, connection) = connected.map_err(BatchError::Unreachable)?;
        tokio::spawn(async move {
            if let Err(err) = connection.await {
                tracing::warn!(error = %err, "a connection of committer or reader ended");
            }
        });
        client.batch_execute(SESSION_SETTINGS).await.map_err(BatchError::Unreachable)?;
        let own = client.query_one(BACKEND_SQL, &[]).await.map_err(BatchError::Unreachable)?;
        let backend = Backend { pid: own.get(0), started: own.get(1) };
        Ok(Self { client: Arc::new(client), statements: HashMap::new(), backend })
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Prepares what is not prepared yet, so that the pipelined part only executes.
    pub async fn prepare(&mut self, texts: &[&str]) -> Result<(), BatchError> {
        for sql in texts {
            if !self.statements.contains_key(*sql) {
                let statement = self.client.prepare(sql).await?;
                self.statements.insert((*sql).to_owned(), statement);
            }
        }
        Ok(())
    }

    pub async fn begin(&self) -> Result<(), BatchError> {
        Ok(self.client.batch_execute("BEGIN").await?)
    }

    pub async fn rollback(&self) -> Result<(), BatchError> {
        Ok(self.client.batch_execute("ROLLBACK").await?)
    }

    pub async fn query(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, BatchError> {
        match self.statements.get(sql) {
            Some(statement) => Ok(self.client.query(statement, params).await?),
            None => Ok(self.client.query(sql, params).await?),
        }
    }

    pub async fn query_unless(
        &self,
        needless: bool,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, BatchError> {
        if needless { Ok(Vec::new()) } else { self.query(sql, params).await }
    }

    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The writes of a batch that was judged under the lock, and the COMMIT: one round trip.
    pub async fn finish(
        &mut self,
        statements: Vec<writes::Statement>,
        next_position: i64,
        mark: Option<Mark>,
    ) -> Result<(), BatchError> {
        let mut sent = self.prepared(statements).await?;
        self.prepare(&[HEAD_WRITE_SQL]).await?;
        if let Some(statement) = self.statements.get(HEAD_WRITE_SQL) {
            sent.push((statement.clone(), vec![Box::new(next_position)]));
        }
        write_and_commit(Arc::clone(&self.client), sent, mark, false).await
    }

    /// A whole transaction of a batch that was judged ahead of the lock, ready to be sent: it
    /// fails as a whole unless the log stands where its place begins. One round trip.
    pub async fn flight(
        &mut self,
        statements: Vec<writes::Statement>,
        Place { from, to, behind }: Place,
        mark: Mark,
    ) -> Result<impl Future<Output = Result<(), BatchError>> + Send + use<>, BatchError> {
        let mut sent = self.prepared(statements).await?;
        let mut params: Params = vec![Box::new(from), Box::new(to)];
        let sql = match behind {
            None => ADVANCE_SQL,
            Some(FirstEvent { position, leaf }) => {
                params.push(Box::new(position));
                params.push(Box::new(leaf.to_vec()));
                ADVANCE_BEHIND_SQL
            }
        };
        self.prepare(&[sql]).await?;
        if let Some(statement) = self.statements.get(sql) {
            sent.insert(0, (statement.clone(), params));
        }
        Ok(write_and_commit(Arc::clone(&self.client), sent, Some(mark), true))
    }

    async fn prepared(
        &mut self,
        statements: Vec<writes::Statement>,
    ) -> Result<Vec<(Statement, Params)>, BatchError> {
        let texts: Vec<&str> = statements.iter().map(|(sql, _)| sql.as_ref()).collect();
        self.prepare(&texts).await?;
        let known = statements.into_iter().filter_map(|(sql, columns)| {
            Some((self.statements.get(sql.as_ref())?.clone(), columns.into_params()))
        });
        Ok(known.collect())
    }

    /// What became of a batch whose COMMIT got no answer: true when it was committed. With the old
    /// connection's process gone nothing of it can come any more; whoever writes holds the log, so
    /// once that is free a transaction that was under way has ended, and the journal tells.
    pub async fn was_committed(&self, mark: &Mark) -> Result<bool, BatchError> {
        const WAIT_SQL: &str = "SELECT next_position FROM log_head WHERE id = 1 FOR UPDATE";
        const LOOK_SQL: &str = "SELECT 1 FROM event WHERE position = $1 AND leaf = $2";
        let (pid, started) = (mark.backend.pid, mark.backend.started);
        self.query(END_BACKEND_SQL, &[&pid, &started]).await?;
        self.query(WAIT_SQL, &[]).await?;
        let leaf = mark.first.leaf.as_slice();
        let found = self.query(LOOK_SQL, &[&mark.first.position, &leaf]).await?;
        Ok(!found.is_empty())
    }
}

/// Polled in this order, so the COMMIT goes out behind the last write: one round trip.
async fn write_and_commit(
    client: Arc<Client>,
    sent: Vec<(Statement, Params)>,
    mark: Option<Mark>,
    begins: bool,
) -> Result<(), BatchError> {
    let beginning = async { if begins { client.batch_execute("BEGIN").await } else { Ok(()) } };
    let writing = try_join_all(sent.into_iter().map(|(statement, params)| {
        let client = &client;
        async move { client.execute_raw(&statement, params).await }
    }));
    let outcome = futures_util::try_join!(beginning, writing, client.batch_execute("COMMIT"));
    outcome.map(|_| ()).map_err(|err| BatchError::from(err).while_committing(mark))
}
