//! How cases stand, counted by rule.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::sight::Sight;
use crate::db::Pool;
use crate::problem::Problem;

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const COUNTS_SQL: &str = "-- anomalies: how cases stand, by rule
SELECT rule, status, count(*) AS count FROM anomaly
 WHERE ($1::text IS NULL OR divisions @> ARRAY[$1::text])
   AND ($2::text[] IS NULL OR stream = ANY($2))
 GROUP BY rule, status";

/// Rule, status, and how many cases stand so, of a regulator's own matters.
pub async fn counts(pool: &Pool, sight: &Sight) -> Result<Vec<(String, String, i64)>, Problem> {
    let Sight::Regulator { division, streams, .. } = sight else { return Ok(Vec::new()) };
    let rows: Vec<CountRow> = diesel::sql_query(COUNTS_SQL)
        .bind::<Nullable<Text>, _>(division.as_deref())
        .bind::<Nullable<Array<Text>>, _>(streams.as_deref())
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows.into_iter().map(|row| (row.rule, row.status, row.count)).collect())
}
