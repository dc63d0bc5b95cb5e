//! Rows of the outbox, taken away as they become deliveries.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::topic::Told;
use crate::db::Pool;
use crate::db::schema::outbox as t;
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// Where nobody listens, rows go as they come, but for those that the law may want told: one
/// snapshot sees both, so that who subscribed before something happened is told of it.
const DROP_SQL: &str = "-- notify: rows that nobody listens to
DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
   AND kind <> ALL($2)
   AND NOT EXISTS (SELECT FROM webhook WHERE status = 'active')
   AND NOT EXISTS (SELECT FROM subscription WHERE status = 'active')";

/// Takes the oldest away where nobody listens at all; answers how many.
pub async fn drop_unheard(pool: &Pool, by_law: &[&str], rows_max: i64) -> Result<usize, Problem> {
    let query =
        diesel::sql_query(DROP_SQL).bind::<BigInt, _>(rows_max).bind::<Array<Text>, _>(by_law);
    Ok(query.execute(&mut pool.get().await?).await?)
}

/// The oldest rows.
pub async fn oldest(pool: &Pool, rows_max: i64) -> Result<Vec<Told>, Problem> {
    type Row = (i64, String, Option<Uuid>, i16, Uuid, i64, DateTime<Utc>);
    let query = t::table.order(t::id).limit(rows_max).select((
        t::id,
        t::kind,
        t::recipient_id,
        t::subject_kind,
        t::subject_id,
        t::position,
        t::created_at,
    ));
    let rows: Vec<Row> = query.load(&mut pool.get().await?).await?;
    let told = |(id, kind, recipient, subject_kind, subject_id, position, at): Row| Told {
        id,
        kind,
        recipient: recipient.map(OrganisationId::of),
        subject_kind,
        subject_id,
        position,
        at,
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Deliveries to be, by column.
#[derive(Default)]
pub struct Fanned {
    pub outbox_ids: Vec<i64>,
    pub ids: Vec<Uuid>,
    pub channels: Vec<&'static str>,
    pub targets: Vec<Uuid>,
    pub users: Vec<Option<Uuid>>,
    pub contents: Vec<String>,
    pub due: Vec<Option<DateTime<Utc>>>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    gone: i64,
    #[diesel(sql_type = BigInt)]
    made: i64,
}

/// One statement: a row that is taken away has become its deliveries, whoever else is at it and
/// wherever the process is killed. What was told a target before (the same event for two
/// recipients, both of a regulator's) is not told again.
const FAN_SQL: &str = "-- notify: outbox to deliveries
WITH gone AS (
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, subject_kind, subject_id, position, created_at),
 made AS (
    INSERT INTO delivery (id, channel, target_id, user_id, kind, subject_kind, subject_id,
                          position, happened_at, content, status, next_attempt_at, tried_since,
                          created_at)
    SELECT n.id, n.channel, n.target_id, n.user_id, g.kind, g.subject_kind, g.subject_id,
           g.position, g.created_at, n.content,
           CASE WHEN n.due IS NULL THEN 'delivered' ELSE 'pending' END, n.due,
           COALESCE(n.due, $9), $9
      FROM UNNEST($2::int8[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[],
                  $8::timestamptz[])
           AS n (outbox_id, id, channel, target_id, user_id, content, due)
      JOIN gone g ON g.id = n.outbox_id
    ON CONFLICT DO NOTHING RETURNING 1)
SELECT (SELECT count(*) FROM gone) AS gone, (SELECT count(*) FROM made) AS made";

/// Takes the rows away and leaves their deliveries; how many of each.
pub async fn fan(
    pool: &Pool,
    rows: &[i64],
    fanned: Fanned,
    wall: DateTime<Utc>,
) -> Result<(i64, i64), Problem> {
    let query = diesel::sql_query(FAN_SQL)
        .bind::<Array<BigInt>, _>(rows)
        .bind::<Array<BigInt>, _>(fanned.outbox_ids)
        .bind::<Array<SqlUuid>, _>(fanned.ids)
        .bind::<Array<Text>, _>(fanned.channels)
        .bind::<Array<SqlUuid>, _>(fanned.targets)
        .bind::<Array<Nullable<SqlUuid>>, _>(fanned.users)
        .bind::<Array<Text>, _>(fanned.contents)
        .bind::<Array<Nullable<Timestamptz>>, _>(fanned.due)
        .bind::<Timestamptz, _>(wall);
    let count: Count = query.get_result(&mut pool.get().await?).await?;
    Ok((count.gone, count.made))
}

/// Rows that wait, and deliveries that are due and have not gone.
#[derive(QueryableByName)]
pub struct Backlog {
    #[diesel(sql_type = BigInt)]
    pub outbox: i64,
    #[diesel(sql_type = BigInt)]
    pub due: i64,
}

pub async fn backlog(pool: &Pool, wall: DateTime<Utc>) -> Result<Backlog, Problem> {
    const SQL: &str = "-- notify: backlog
SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS few) AS outbox,
       (SELECT count(*) FROM delivery WHERE status = 'pending' AND next_attempt_at <= $1) AS due";
    let query = diesel::sql_query(SQL).bind::<Timestamptz, _>(wall);
    Ok(query.get_result(&mut pool.get().await?).await?)
}
