//! The events of rounds, for the change feed.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::event;
use crate::problem::Problem;

/// The bodies of these subjects' events up to a `seq`, each chain in its order.
pub async fn bodies(
    pool: &Pool,
    ids: &[Uuid],
    last: i64,
) -> Result<Vec<(Uuid, i64, String)>, Problem> {
    let rows = event::table
        .filter(event::subject_id.eq_any(ids).and(event::seq.le(last)))
        .order((event::subject_id, event::seq))
        .select((event::subject_id, event::seq, event::body))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}
