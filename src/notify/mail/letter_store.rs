//! Deliveries by mail, as whoever sends them sees them.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::notify::delivery::DeliveryStatus;
use crate::problem::Problem;

/// A mail that is due.
#[derive(QueryableByName)]
pub struct Letter {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub subscription_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub happened_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    pub tried_since: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    #[diesel(sql_type = Text)]
    pub digest: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Bool)]
    pub statutory: bool,
}

/// All that is due of so many subscriptions, so that a digest is one mail.
const LETTERS_SQL: &str = "-- notify: claim mails
WITH few AS (
    SELECT s.id FROM subscription s WHERE s.channel = 'mail' AND EXISTS (
        SELECT FROM delivery d WHERE d.target_id = s.id AND d.status = 'pending'
           AND d.next_attempt_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1))
     ORDER BY s.id LIMIT $3),
 due AS (
    SELECT d.id FROM few JOIN delivery d ON d.target_id = few.id
     WHERE d.status = 'pending' AND d.next_attempt_at <= $1
       AND (d.leased_until IS NULL OR d.leased_until <= $1)
     ORDER BY d.id FOR UPDATE OF d SKIP LOCKED)
UPDATE delivery d SET leased_until = $2, attempts = d.attempts + 1
  FROM due, subscription s WHERE d.id = due.id AND s.id = d.target_id
RETURNING d.id, s.id AS subscription_id, d.happened_at, d.content, d.attempts, d.tried_since,
          s.address, s.digest, s.language, s.statutory";

pub async fn claim_letters(
    pool: &Pool,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    subscriptions: i64,
) -> Result<Vec<Letter>, Problem> {
    let query = diesel::sql_query(LETTERS_SQL)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(until)
        .bind::<BigInt, _>(subscriptions);
    Ok(query.load(&mut pool.get().await?).await?)
}

/// What became of letters that went together.
pub async fn mailed(
    pool: &Pool,
    ids: &[Uuid],
    (status, next): (DeliveryStatus, Option<DateTime<Utc>>),
) -> Result<(), Problem> {
    const SQL: &str = "-- notify: what became of mails
UPDATE delivery SET status = $2, next_attempt_at = $3, leased_until = NULL WHERE id = ANY($1)";
    let query = diesel::sql_query(SQL)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Text, _>(status.as_str())
        .bind::<Nullable<Timestamptz>, _>(next);
    query.execute(&mut pool.get().await?).await?;
    Ok(())
}
