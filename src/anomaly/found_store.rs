//! All cases, as far as their rules made them: for `liandan anomaly score`.

use diesel::sql_types::Jsonb;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::db::Pool;
use crate::problem::Problem;

const FOUND_SQL: &str = "-- watch: all cases
SELECT jsonb_build_object('rule', rule, 'manifest_ids', to_jsonb(manifest_ids),
       'organisation_ids', to_jsonb(organisation_ids), 'subject_kind', subject_kind,
       'subject_id', subject_id,
       'first_seen_at', to_char(first_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
       ) AS found
  FROM anomaly ORDER BY first_seen_at, id";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Jsonb)]
    found: Value,
}

/// Every case, in the order in which they were first seen.
pub async fn all_found(pool: &Pool) -> Result<Vec<Value>, Problem> {
    let rows: Vec<Found> = sql_query(FOUND_SQL).load(&mut pool.get().await?).await?;
    Ok(rows.into_iter().map(|row| row.found).collect())
}
