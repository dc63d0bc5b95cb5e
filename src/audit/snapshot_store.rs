//! One snapshot of the database, on connections of the audit's own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

/// A read-only transaction. Its statements may take as long as they take; each is planned anew for
/// what it is asked with, since the same one reads the first rows of a table and the last.
const BEGIN: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
     SET plan_cache_mode = force_custom_plan; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A connection that sees the database as it was at one moment.
pub struct Snapshot {
    client: Client,
    prepared: Mutex<HashMap<String, Statement>>,
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
        let known = self.statements().get(sql).cloned();
        let statement = if let Some(statement) = known {
            statement
        } else {
            let statement = self.client.prepare(sql).await?;
            self.statements().insert(sql.to_owned(), statement.clone());
            statement
        };
        self.client.query(&statement, parameters).await
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
