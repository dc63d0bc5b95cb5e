//! The committer's own connection: prepared statements, pipelining, and what its errors mean.

use std::collections::HashMap;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

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
    InDoubt { proof: Option<Proof>, source: tokio_postgres::Error },
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

/// An event of a batch: where it is in the journal, so is the batch. A transaction's id would not
/// do: after a crash a server gives the ids that it had not yet written down to others.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub subject_id: Uuid,
    pub seq: i64,
    pub leaf: [u8; 32],
}

impl BatchError {
    pub fn while_committing(self, proof: Option<&Proof>) -> Self {
        match self {
            Self::Lost(source) => Self::InDoubt { proof: proof.cloned(), source },
            other => other,
        }
    }
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

pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Session {
    pub async fn open(url: &str) -> Result<Self, BatchError> {
        let connected = tokio_postgres::connect(url, NoTls).await;
        let (client, connection) = connected.map_err(BatchError::Unreachable)?;
        tokio::spawn(async move {
            if let Err(err) = connection.await {
                tracing::warn!(error = %err, "the committer's connection ended");
            }
        });
        client.batch_execute(SESSION_SETTINGS).await.map_err(BatchError::Unreachable)?;
        Ok(Self { client, statements: HashMap::new() })
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

    pub async fn commit(&self) -> Result<(), BatchError> {
        Ok(self.client.batch_execute("COMMIT").await?)
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

    pub async fn execute(
        &self,
        sql: &str,
        params: Vec<Box<dyn ToSql + Sync + Send>>,
    ) -> Result<u64, BatchError> {
        match self.statements.get(sql) {
            Some(statement) => Ok(self.client.execute_raw(statement, params).await?),
            None => Ok(self.client.execute_raw(sql, params).await?),
        }
    }

    /// What became of a batch whose COMMIT got no answer: true when it was committed. Whoever
    /// writes holds the log, so once that is free the session that was lost has come to its end.
    pub async fn was_committed(&self, proof: &Proof) -> Result<bool, BatchError> {
        const WAIT_SQL: &str = "SELECT next_position FROM log_head WHERE id = 1 FOR UPDATE";
        const LOOK_SQL: &str =
            "SELECT position FROM event WHERE subject_id = $1 AND seq = $2 AND leaf = $3";
        self.query(WAIT_SQL, &[]).await?;
        let leaf = &proof.leaf[..];
        let found = self.query(LOOK_SQL, &[&proof.subject_id, &proof.seq, &leaf]).await?;
        Ok(!found.is_empty())
    }
}
