//! The database: the committer that alone writes, the pool that reads, and how both come to be.
//!
//! Knows no capability: what to write arrives as data (`decision.rs`), with each store's tables.

mod batch;
mod bell;
mod bind;
pub mod bootstrap;
mod committer;
mod constraints;
mod error;
mod figures;
mod flights;
mod idempotency;
mod look;
mod migrate;
pub mod private;
mod reader;
mod refuse;
mod rows;
pub mod sandbox_clock;
pub mod schema;
mod session;
mod settle;
mod standing;
mod taken;
#[cfg(test)]
mod tests;
mod walks;
mod worker;
mod writes;

use std::collections::HashMap;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use uuid::Uuid;

pub use batch::{Entry, Outcome, Receipt};
pub use bell::{Bell, Listener};
pub use bind::bind;
pub use committer::Committer;
pub use figures::Figures;
pub use idempotency::first_answer;
pub use migrate::{MigrateError, down_and_up, migrate, pending};
use reader::Reader;
pub use reader::{ByKey, JsonText};
#[cfg(test)]
pub use settle::{Book, Head, Verdict, enter, judge};
pub use settle::{FirstAnswer, KEY_HOURS, faults_of, fresh, preview};
pub use standing::{StandingError, lacking, refuse_behind, refuse_mighty};
pub use taken::demand_free;
pub use walks::merged;

use crate::decision::{Balance, Move};
use crate::limits::{COMMIT_WAIT_MAX, READ_CONNECTIONS_MAX};
use crate::problem::Problem;

/// Connections for reading, shared by all requests: on loan, or through the [`Reader`].
#[derive(Clone)]
pub struct Pool {
    loans: deadpool::Pool<AsyncPgConnection>,
    reader: Reader,
}

/// Why there can be no pool.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    #[error(transparent)]
    Loans(#[from] deadpool::BuildError),
    #[error("the reader cannot start: {0}")]
    Reader(#[from] std::io::Error),
}

/// A connection on loan.
pub type Conn = deadpool::Object<AsyncPgConnection>;

impl Pool {
    pub fn new(url: &str) -> Result<Self, PoolError> {
        // By default each loan begins with a `SELECT 1`: a round trip more for every query. The
        // pool also asks the connection whether it is closed, which costs none.
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let loans = deadpool::Pool::builder(manager).max_size(READ_CONNECTIONS_MAX).build()?;
        Ok(Self { loans, reader: Reader::start(url.to_owned())? })
    }

    /// A connection; 503 when none comes free in time or the database is not there.
    pub async fn get(&self) -> Result<Conn, Problem> {
        let waiting = tokio::time::timeout(COMMIT_WAIT_MAX, self.loans.get()).await;
        match waiting {
            Ok(Ok(conn)) => Ok(conn),
            Ok(Err(err)) => {
                tracing::warn!(error = %err, "no database connection");
                Err(Problem::busy())
            }
            Err(_) => Err(Problem::busy()),
        }
    }

    /// A connection of one's own, for as long as a session is held: closed when it is dropped.
    pub async fn own(&self) -> Result<AsyncPgConnection, Problem> {
        Ok(Conn::take(self.get().await?))
    }

    /// The rows that `sql` finds for `ids`, asked together with what others ask now.
    pub async fn rows(
        &self,
        sql: ByKey,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Arc<tokio_postgres::Row>>, Problem> {
        self.reader.rows(sql, ids).await
    }
}

/// An unlocked reading of the accounts that `moves` name. Absent accounts are absent.
pub async fn balances(pool: &Pool, moves: &[Move]) -> Result<HashMap<Uuid, Balance>, Problem> {
    let posts = moves.iter().flat_map(|wanted| wanted.choices.iter().flatten());
    let ids: Vec<Uuid> = posts.map(|post| post.account.id).collect();
    balances_of(pool, &ids).await
}

pub async fn balances_of(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Balance>, Problem> {
    let rows = pool.rows(look::ACCOUNTS_SQL, ids.to_vec()).await?;
    Ok(rows.iter().map(|row| look::balance(row)).collect())
}
