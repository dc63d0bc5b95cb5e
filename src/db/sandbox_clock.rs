//! The sandbox's clock in the database: one row, moved forward only.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::{Pool, schema};
use crate::problem::Problem;

/// How far business time is ahead of wall time; zero where nobody has set it.
pub async fn shift(pool: &Pool) -> Result<TimeDelta, Problem> {
    use schema::sandbox_clock;
    let mut conn = pool.get().await?;
    let shift: Option<i64> =
        sandbox_clock::table.select(sandbox_clock::shift_ms).first(&mut conn).await.optional()?;
    Ok(TimeDelta::milliseconds(shift.unwrap_or(0)))
}

const ADVANCE_SQL: &str = "-- move the sandbox clock, forward only
INSERT INTO sandbox_clock (id, shift_ms) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET shift_ms = excluded.shift_ms
 WHERE sandbox_clock.shift_ms <= excluded.shift_ms";

/// Sets the shift; false when another has set a later one meanwhile.
pub async fn advance(pool: &Pool, to: TimeDelta) -> Result<bool, Problem> {
    let mut conn = pool.get().await?;
    let set = diesel::sql_query(ADVANCE_SQL).bind::<BigInt, _>(to.num_milliseconds());
    Ok(set.execute(&mut conn).await? == 1)
}

/// Starts the clock at the present where it has never been set: a demo is filled.
pub async fn start(pool: &Pool) -> Result<(), Problem> {
    use schema::sandbox_clock::dsl::{id, sandbox_clock, shift_ms};
    let row = (id.eq(1_i16), shift_ms.eq(0_i64));
    let insert = diesel::insert_into(sandbox_clock).values(row).on_conflict_do_nothing();
    insert.execute(&mut pool.get().await?).await?;
    Ok(())
}

const HALF_FILLED_SQL: &str =
    "-- events, but no clock: whoever filled it was stopped before the end
SELECT EXISTS (SELECT FROM event) AND NOT EXISTS (SELECT FROM sandbox_clock)";

/// Whether a demo was stopped while it was being filled: its clock is set when it is done. Asked as
/// superuser, of a database that may be new and have no tables.
pub async fn is_half_filled(superuser: &tokio_postgres::Client) -> bool {
    let asked = superuser.query_one(HALF_FILLED_SQL, &[]).await;
    asked.is_ok_and(|row| row.get(0))
}
