//! Deliveries to webhooks, as whoever sends them sees them: claimed, tried, counted by hand.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Bool, Bytea, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::webhook;
use crate::ids::WebhookId;
use crate::notify::delivery::{Attempt, DeliveryStatus};
use crate::notify::limits::{BY_HAND_MAX, BY_HAND_WINDOW_S};
use crate::problem::Problem;

/// What is to be sent to a webhook now, leased to whoever claimed it.
#[derive(QueryableByName)]
pub struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub webhook_id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub subject_kind: Option<i16>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub subject_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub position: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    pub happened_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub tried_since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub url: String,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub secret: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub old_secret: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub failing_since: Option<DateTime<Utc>>,
}

/// Of each webhook as many as it may have under way. A lease that ran out (its holder was killed)
/// is claimed again: the same delivery, under the same id.
const CLAIM_SQL: &str = "-- notify: claim deliveries to webhooks
WITH due AS (
    SELECT d.id FROM webhook w
     CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM delivery b
         WHERE b.target_id = w.id AND b.status = 'pending' AND b.leased_until > $1) AS busy
     CROSS JOIN LATERAL (
        SELECT d.id FROM delivery d
         WHERE d.target_id = w.id AND d.status = 'pending' AND d.next_attempt_at <= $1
           AND (d.leased_until IS NULL OR d.leased_until <= $1)
         ORDER BY d.next_attempt_at, d.position
         LIMIT greatest($3 - busy.n, 0) FOR UPDATE SKIP LOCKED) AS d
     WHERE w.status = 'active' LIMIT $4)
UPDATE delivery d SET leased_until = $2, attempts = d.attempts + 1
  FROM due, webhook w WHERE d.id = due.id AND w.id = d.target_id
RETURNING d.id, w.id AS webhook_id, d.kind, d.subject_kind, d.subject_id, d.position,
          d.happened_at, d.content, d.attempts, d.tried_since, w.url, w.secret,
          CASE WHEN w.old_secret_until > $1 THEN w.old_secret END AS old_secret,
          w.failing_since";

pub async fn claim(
    pool: &Pool,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    (each, all): (i64, i64),
) -> Result<Vec<Claimed>, Problem> {
    let query = diesel::sql_query(CLAIM_SQL)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(until)
        .bind::<BigInt, _>(each)
        .bind::<BigInt, _>(all);
    Ok(query.load(&mut pool.get().await?).await?)
}

/// One statement, so that of many at once no more pass than may.
const BY_HAND_SQL: &str = "-- notify: one more sending by hand
UPDATE webhook SET by_hand = CASE WHEN by_hand_since > $2 THEN by_hand + 1 ELSE 1 END,
       by_hand_since = CASE WHEN by_hand_since > $2 THEN by_hand_since ELSE $3 END
 WHERE id = $1 AND (by_hand_since IS NULL OR by_hand_since <= $2 OR by_hand < $4)";

/// Counts a sending by hand; where there were too many, how long it takes until there may be more.
pub async fn by_hand(
    pool: &Pool,
    id: WebhookId,
    wall: DateTime<Utc>,
) -> Result<Result<(), TimeDelta>, Problem> {
    let (window, conn) = (TimeDelta::seconds(BY_HAND_WINDOW_S), &mut pool.get().await?);
    let counted = diesel::sql_query(BY_HAND_SQL)
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Timestamptz, _>(wall - window)
        .bind::<Timestamptz, _>(wall)
        .bind::<Integer, _>(BY_HAND_MAX)
        .execute(conn)
        .await?;
    if counted > 0 {
        return Ok(Ok(()));
    }
    let query = webhook::table.find(id.uuid()).select(webhook::by_hand_since);
    let since: Option<DateTime<Utc>> = query.first(conn).await?;
    Ok(Err(since.map_or(window, |since| since + window - wall)))
}

/// Nothing is written where another has claimed it meanwhile (`attempts` has moved).
const TRIED_SQL: &str = "-- notify: what came of an attempt
WITH done AS (
    UPDATE delivery SET status = $8, next_attempt_at = $9, leased_until = NULL
     WHERE id = $1 AND attempts = $2 RETURNING id, target_id),
 noted AS (
    INSERT INTO delivery_attempt (delivery_id, n, at, duration_ms, status, error, response)
    SELECT id, $2, $3, $4, $5, $6, $7 FROM done ON CONFLICT DO NOTHING)
UPDATE webhook w SET failing_since = CASE WHEN $10 THEN NULL ELSE $3 END
  FROM done WHERE w.id = done.target_id AND (w.failing_since IS NULL) <> $10";

/// Notes an attempt, and when the next is due; none: it has arrived, or was given up.
pub async fn tried(
    pool: &Pool,
    id: Uuid,
    attempt: &Attempt,
    (status, next): (DeliveryStatus, Option<DateTime<Utc>>),
) -> Result<(), Problem> {
    let query = diesel::sql_query(TRIED_SQL)
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(attempt.n)
        .bind::<Timestamptz, _>(attempt.at)
        .bind::<Integer, _>(attempt.duration_ms)
        .bind::<Nullable<SmallInt>, _>(attempt.status)
        .bind::<Nullable<Text>, _>(&attempt.error)
        .bind::<Nullable<Text>, _>(&attempt.response)
        .bind::<Text, _>(status.as_str())
        .bind::<Nullable<Timestamptz>, _>(next)
        .bind::<Bool, _>(status == DeliveryStatus::Delivered);
    query.execute(&mut pool.get().await?).await?;
    Ok(())
}
