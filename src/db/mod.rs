//! The database: the committer that alone writes, the pool that reads, and how both come to be.
//!
//! Knows no capability: what to write arrives as data (`decision.rs`), with each store's tables.

mod batch;
pub mod bootstrap;
mod committer;
mod constraints;
mod error;
mod figures;
mod idempotency;
mod look;
mod migrate;
pub mod private;
mod refuse;
mod rows;
pub mod sandbox_clock;
pub mod schema;
mod session;
mod settle;
mod standing;
#[cfg(test)]
mod tests;
mod worker;
mod writes;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

pub use batch::{Entry, Outcome, Receipt};
pub use committer::Committer;
pub use figures::Figures;
pub use idempotency::first_answer;
pub use migrate::{MigrateError, down_and_up, migrate, pending};
pub use settle::{FirstAnswer, KEY_HOURS, faults_of, fresh, preview};
pub use standing::{StandingError, lacking, refuse_behind, refuse_mighty};

use crate::decision::{Balance, Move};
use crate::limits::{COMMIT_WAIT_MAX, READ_CONNECTIONS_MAX};
use crate::problem::Problem;

/// Connections for reading, shared by all requests.
#[derive(Clone)]
pub struct Pool(deadpool::Pool<AsyncPgConnection>);

/// A connection on loan.
pub type Conn = deadpool::Object<AsyncPgConnection>;

impl Pool {
    pub fn new(url: &str) -> Result<Self, deadpool::BuildError> {
        // By default each loan begins with a `SELECT 1`: a round trip more for every query. The
        // pool also asks the connection whether it is closed, which costs none.
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        Ok(Self(deadpool::Pool::builder(manager).max_size(READ_CONNECTIONS_MAX).build()?))
    }

    /// A connection; 503 when none comes free in time or the database is not there.
    pub async fn get(&self) -> Result<Conn, Problem> {
        let waiting = tokio::time::timeout(COMMIT_WAIT_MAX, self.0.get()).await;
        match waiting {
            Ok(Ok(conn)) => Ok(conn),
            Ok(Err(err)) => {
                tracing::warn!(error = %err, "no database connection");
                Err(Problem::busy())
            }
            Err(_) => Err(Problem::busy()),
        }
    }
}

/// An unlocked reading of the accounts that `moves` name. Absent accounts are absent.
pub async fn balances(pool: &Pool, moves: &[Move]) -> Result<HashMap<Uuid, Balance>, Problem> {
    let posts = moves.iter().flat_map(|wanted| wanted.choices.iter().flatten());
    let ids: Vec<Uuid> = posts.map(|post| post.account.id).collect();
    balances_of(pool, &ids).await
}

pub async fn balances_of(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Balance>, Problem> {
    use schema::account;
    type Columns = (Uuid, Option<i64>, i64, i64, bool);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let columns =
        (account::id, account::limit_g, account::used_g, account::reserved_g, account::lenient);
    let wanted = account::table.filter(account::id.eq_any(ids)).select(columns);
    let rows: Vec<Columns> = wanted.load(&mut pool.get().await?).await?;
    let balance =
        |(id, limit, used, reserved, lenient)| (id, Balance { limit, used, reserved, lenient });
    Ok(rows.into_iter().map(balance).collect())
}
