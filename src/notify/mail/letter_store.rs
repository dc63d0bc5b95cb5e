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
    /// The subscription; of what the law wants told, the user.
    #[diesel(sql_type = SqlUuid)]
    pub target_id: Uuid,
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

/// All that is due of so many subscriptions and people, so that a digest is one mail. What the law
/// wants told goes where its reader last wanted mail, else to a login that is an address.
const LETTERS_SQL: &str = "-- notify: claim mails
WITH few AS (
    SELECT DISTINCT d.target_id FROM delivery d
     WHERE d.status = 'pending' AND d.channel = 'mail'
       AND d.next_attempt_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1)
     ORDER BY d.target_id LIMIT $3),
 due AS (
    SELECT d.id FROM few JOIN delivery d ON d.target_id = few.target_id
     WHERE d.status = 'pending' AND d.channel = 'mail'
       AND d.next_attempt_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1)
     ORDER BY d.id FOR UPDATE OF d SKIP LOCKED),
 claimed AS (
    UPDATE delivery d SET leased_until = $2, attempts = d.attempts + 1
      FROM due WHERE d.id = due.id
    RETURNING d.id, d.target_id, d.user_id, d.happened_at, d.content, d.attempts, d.tried_since)
SELECT c.id, c.target_id, c.happened_at, c.content, c.attempts, c.tried_since,
       CASE WHEN own.id IS NOT NULL THEN own.address WHEN u.status <> 'active' THEN NULL
            ELSE COALESCE(wanted.address, CASE WHEN u.login LIKE '_%@_%' THEN u.login END)
            END AS address,
       COALESCE(own.digest, 'none') AS digest,
       COALESCE(own.language, wanted.language, 'both') AS language, own.id IS NULL AS statutory
  FROM claimed c
  LEFT JOIN subscription own ON own.id = c.target_id
  LEFT JOIN app_user u ON u.id = c.target_id
  LEFT JOIN LATERAL (
       SELECT s.address, s.language FROM subscription s
        WHERE s.user_id = c.target_id AND s.channel = 'mail' AND s.status = 'active'
        ORDER BY s.id DESC LIMIT 1) AS wanted ON true";

pub async fn claim_letters(
    pool: &Pool,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    targets: i64,
) -> Result<Vec<Letter>, Problem> {
    let query = diesel::sql_query(LETTERS_SQL)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(until)
        .bind::<BigInt, _>(targets);
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
