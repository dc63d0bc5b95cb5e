//! The journal as a file: what rules are tuned on away from a database.

use std::io::Write;

use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use crate::db::Pool;
use crate::db::schema::{event, reading_batch};
use crate::problem::Problem;

/// Events that are in memory at once.
const PAGE: i64 = 5_000;

/// How many events there are.
pub async fn count(pool: &Pool) -> Result<i64, Problem> {
    let conn = &mut pool.get().await?;
    Ok(event::table.count().get_result(conn).await?)
}

/// Writes each event as a line, in the order of positions, with its body as it is stored, and with
/// the readings that it tells of, which stand outside the log.
pub async fn dump(pool: &Pool, file: &mut impl Write) -> Result<i64, Problem> {
    let conn = &mut pool.get().await?;
    let (mut after, mut count) = (-1, 0);
    loop {
        let page: Vec<(i64, String, Option<String>)> = event::table
            .left_join(reading_batch::table.on(reading_batch::id.eq(event::subject_id)))
            .filter(event::position.gt(after))
            .order(event::position)
            .limit(PAGE)
            .select((event::position, event::body, reading_batch::content.nullable()))
            .load(conn)
            .await?;
        let Some((last, _, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += page.len() as i64;
        for (position, body, content) in &page {
            let content = match content {
                Some(content) => format!(",\"content\":{}", serde_json::json!(content)),
                None => String::new(),
            };
            writeln!(file, "{{\"position\":{position},\"body\":{body}{content}}}")
                .map_err(Problem::internal)?;
        }
    }
}
