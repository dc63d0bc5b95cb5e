//! What the tables say of the tree's lag.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;

use super::store::whole;
use crate::db::Pool;
use crate::problem::Problem;

#[derive(QueryableByName)]
struct UnpublishedRow {
    #[diesel(sql_type = BigInt)]
    events: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<DateTime<Utc>>,
}

const UNPUBLISHED_SQL: &str = "-- custody: events that are in no checkpoint yet
SELECT log_head.next_position - signed.size AS events,
       (SELECT recorded_at FROM event WHERE position = signed.size) AS oldest
  FROM log_head, (SELECT COALESCE(max(size), 0) AS size FROM checkpoint) AS signed";

/// Events that are in no checkpoint yet, and when the oldest of them was recorded.
pub async fn unpublished(pool: &Pool) -> Result<(u64, Option<DateTime<Utc>>), Problem> {
    let asked = diesel::sql_query(UNPUBLISHED_SQL);
    let row: UnpublishedRow = asked.get_result(&mut pool.get().await?).await?;
    Ok((whole(row.events)?, row.oldest))
}
