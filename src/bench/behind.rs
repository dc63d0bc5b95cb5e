//! How far somebody who follows the log is behind it, looked at while it is loaded.

use std::convert::Infallible;
use std::time::Duration;

use tokio_postgres::Client;

use super::BenchError;
use super::latency::Latencies;

/// How often it is looked.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One look by a statement that answers microseconds since the oldest event was recorded that was
/// not seen, and a count.
pub async fn look(database: &Client, sql: &str) -> Result<(Duration, i64), BenchError> {
    let row = database.query_one(sql, &[]).await?;
    let micros: i64 = row.get(0);
    Ok((Duration::from_micros(u64::try_from(micros).unwrap_or(0)), row.get(1)))
}

/// Looks until it is dropped.
pub async fn watch(
    database: &Client,
    sql: &str,
    looks: &mut Latencies,
) -> Result<Infallible, BenchError> {
    loop {
        looks.note(look(database, sql).await?.0);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
