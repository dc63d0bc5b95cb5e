//! One snapshot of the database, on connections of the audit's own.

use std::collections::HashMap;
use std::error::Error as AnyError;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::stream::Fuse;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Error, NoTls, Row, RowStream, Statement};

/// A read-only transaction. Its statements may take as long as they take, and none is worth
/// compiling; each is planned anew for what it is asked with, since the same one reads the first
/// rows of a table and the last; a log is read along its indexes, never sorted on disk. What is
/// summed up is by one process: the walk needs the processors.
const BEGIN: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
     SET plan_cache_mode = force_custom_plan; SET jit = off; SET enable_sort = off; \
     SET max_parallel_workers_per_gather = 0; \
     BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The same few rows of each table are asked for again and again, by a span of its index: planned
/// once, and never by reading the whole table.
const BY_SPANS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";

/// A connection that sees the database as it was at one moment.
pub struct Snapshot {
    client: Client,
    prepared: Mutex<HashMap<String, Statement>>,
}

/// What a statement finds, some at a time: PostgreSQL sends no more than there is room for, so
/// memory does not grow with it.
pub struct Rows<T> {
    stream: Pin<Box<Fuse<RowStream>>>,
    read: fn(Row) -> T,
}

impl<T> Rows<T> {
    pub fn of(stream: RowStream, read: fn(Row) -> T) -> Self {
        Self { stream: Box::pin(stream.fuse()), read }
    }

    /// The next `count`; fewer at the end alone.
    pub async fn next(&mut self, count: usize) -> Result<Vec<T>, Error> {
        let mut rows = Vec::with_capacity(count);
        while rows.len() < count
            && let Some(row) = self.stream.try_next().await?
        {
            rows.push((self.read)(row));
        }
        Ok(rows)
    }
}

/// A text, or JSON's, as it is stored, for whoever only compares it: nobody has to see whether it
/// is Unicode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Written<'a>(pub &'a [u8]);

impl<'a> FromSql<'a> for Written<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn AnyError + Sync + Send>> {
        if *kind != Type::JSONB {
            return Ok(Self(raw));
        }
        // Before the text stands the version of the form.
        raw.strip_prefix(&[1]).map(Self).ok_or_else(|| "an unknown form of jsonb".into())
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::TEXT | Type::JSON | Type::JSONB)
    }
}

impl Snapshot {
    pub async fn open(url: &str) -> Result<Self, Error> {
        let snapshot = Self::connect(url).await?;
        snapshot.client.batch_execute(BEGIN).await?;
        Ok(snapshot)
    }

    /// Another connection that sees the same, so that PostgreSQL works on both at once. This one
    /// must stay open meanwhile.
    pub async fn beside(&self, url: &str) -> Result<Self, Error> {
        let id: String = self.one("SELECT pg_export_snapshot()").await?.get(0);
        let other = Self::connect(url).await?;
        let same = format!("{BEGIN}; SET TRANSACTION SNAPSHOT '{id}'");
        other.client.batch_execute(&same).await?;
        Ok(other)
    }

    /// For rows by spans of an index alone.
    pub async fn by_spans(self) -> Result<Self, Error> {
        self.client.batch_execute(BY_SPANS).await?;
        Ok(self)
    }

    async fn connect(url: &str) -> Result<Self, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async move {
            if let Err(err) = connection.await {
                tracing::warn!(error = %err, "the audit's connection ended");
            }
        });
        Ok(Self { client, prepared: Mutex::default() })
    }

    /// The one row that there must be.
    pub async fn one(&self, sql: &str) -> Result<Row, Error> {
        self.client.query_one(sql, &[]).await
    }

    /// What a statement finds; it is prepared once.
    pub async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        self.client.query(&self.prepared(sql).await?, parameters).await
    }

    /// The same, row by row.
    pub async fn stream(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<RowStream, Error> {
        let statement = self.prepared(sql).await?;
        self.client.query_raw(&statement, parameters.iter().copied()).await
    }

    async fn prepared(&self, sql: &str) -> Result<Statement, Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
