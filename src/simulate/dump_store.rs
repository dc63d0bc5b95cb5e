//! The journal as a file: what rules are tuned on away from a database.

use std::io::Write;

use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use crate::db::Pool;
use crate::db::schema::event;
use crate::problem::Problem;

/// Events that are in memory at once.
const PAGE: i64 = 5_000;

/// How many events there are.
pub async fn count(pool: &Pool) -> Result<i64, Problem> {
    let conn = &mut pool.get().await?;
    Ok(event::table.count().get_result(conn).await?)
}

/// Writes each event as a line, in the order of positions, with its body as it is stored.
pub async fn dump(pool: &Pool, file: &mut impl Write) -> Result<i64, Problem> {
    let conn = &mut pool.get().await?;
    let (mut after, mut count) = (-1, 0);
    loop {
        let page: Vec<(i64, String)> = event::table
            .filter(event::position.gt(after))
            .order(event::position)
            .limit(PAGE)
            .select((event::position, event::body))
            .load(conn)
            .await?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += page.len() as i64;
        for (position, body) in &page {
            writeln!(file, "{{\"position\":{position},\"body\":{body}}}")
                .map_err(Problem::internal)?;
        }
    }
}
