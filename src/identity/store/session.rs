//! Sessions and their refresh tokens. What has run out is deleted by who comes by: a user's dead
//! sessions when it signs in, a session's old tokens when it is refreshed.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bytea, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::user::{Account, UserRow};
use crate::db::Pool;
use crate::db::schema::{app_user, refresh_token, session, subject};
use crate::ids::{SessionId, UserId};
use crate::problem::Problem;

pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub epoch: i32,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// SHA-256 of a refresh token, and how long it is good for.
pub struct NewToken {
    pub hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
}

/// Opens a session with its first token. One that stays without (a crash in between) is harmless.
pub async fn open(pool: &Pool, new: &NewSession, token: &NewToken) -> Result<(), Problem> {
    let conn = &mut pool.get().await?;
    let old = session::table
        .filter(session::user_id.eq(new.user_id.uuid()))
        .filter(session::expires_at.lt(new.created_at));
    diesel::delete(old).execute(conn).await?;
    diesel::insert_into(session::table)
        .values((
            session::id.eq(new.id.uuid()),
            session::user_id.eq(new.user_id.uuid()),
            session::epoch.eq(new.epoch),
            session::created_at.eq(new.created_at),
            session::expires_at.eq(new.expires_at),
        ))
        .execute(conn)
        .await?;
    diesel::insert_into(refresh_token::table)
        .values((
            refresh_token::hash.eq(&token.hash[..]),
            refresh_token::session_id.eq(new.id.uuid()),
            refresh_token::expires_at.eq(token.expires_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = session, check_for_backend(Pg))]
struct SessionRow {
    id: Uuid,
    epoch: i32,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// A refresh token with all that decides whether it is good.
#[derive(Clone, Debug)]
pub struct Refreshing {
    pub account: Account,
    pub session: SessionId,
    /// The epoch that the session was opened in.
    pub epoch: i32,
    pub session_expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub token_expires_at: DateTime<Utc>,
    pub spent_at: Option<DateTime<Utc>>,
}

pub async fn refreshing(pool: &Pool, hash: &[u8; 32]) -> Result<Option<Refreshing>, Problem> {
    type Found = (DateTime<Utc>, Option<DateTime<Utc>>, SessionRow, UserRow, i64);
    let joined = refresh_token::table
        .inner_join(session::table.inner_join(app_user::table))
        .inner_join(subject::table.on(subject::id.eq(app_user::id)));
    let columns = (
        refresh_token::expires_at,
        refresh_token::spent_at,
        SessionRow::as_select(),
        UserRow::as_select(),
        subject::version,
    );
    let found: Option<Found> = joined
        .filter(refresh_token::hash.eq(&hash[..]))
        .select(columns)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    let Some((token_expires_at, spent_at, opened, user, version)) = found else { return Ok(None) };
    Ok(Some(Refreshing {
        account: user.into_account(version)?,
        session: SessionId::of(opened.id),
        epoch: opened.epoch,
        session_expires_at: opened.expires_at,
        ended_at: opened.ended_at,
        token_expires_at,
        spent_at,
    }))
}

/// One statement, so that of two who use a token at once only one finds it unspent.
const ROTATE_SQL: &str = "-- identity: spend one refresh token and give out the next
WITH spent AS (
    UPDATE refresh_token SET spent_at = $2 WHERE hash = $1 AND spent_at IS NULL
    RETURNING session_id)
INSERT INTO refresh_token (hash, session_id, expires_at) SELECT $3, session_id, $4 FROM spent";

/// Whether the old token was still unspent.
pub async fn rotate(
    pool: &Pool,
    old: &[u8; 32],
    new: &NewToken,
    session: SessionId,
    wall: DateTime<Utc>,
) -> Result<bool, Problem> {
    let conn = &mut pool.get().await?;
    let changed = diesel::sql_query(ROTATE_SQL)
        .bind::<Bytea, _>(&old[..])
        .bind::<Timestamptz, _>(wall)
        .bind::<Bytea, _>(&new.hash[..])
        .bind::<Timestamptz, _>(new.expires_at)
        .execute(conn)
        .await?;
    let run_out = refresh_token::table
        .filter(refresh_token::session_id.eq(session.uuid()))
        .filter(refresh_token::expires_at.lt(wall));
    diesel::delete(run_out).execute(conn).await?;
    Ok(changed == 1)
}

/// The session that a refresh token belongs to, good or not.
pub async fn family_of(pool: &Pool, hash: &[u8; 32]) -> Result<Option<SessionId>, Problem> {
    let found: Option<Uuid> = refresh_token::table
        .find(&hash[..])
        .select(refresh_token::session_id)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.map(SessionId::of))
}

/// Ends a session, once: what ended it first stays written.
pub async fn end(
    pool: &Pool,
    id: SessionId,
    reason: &'static str,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let open = session::table.find(id.uuid()).filter(session::ended_at.is_null());
    diesel::update(open)
        .set((session::ended_at.eq(wall), session::reason.eq(reason)))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(())
}

/// Whether access tokens of the session may act: not ended, not run out, and neither password,
/// rights nor standing of its user changed since.
pub async fn lives(
    pool: &Pool,
    id: SessionId,
    user: UserId,
    wall: DateTime<Utc>,
) -> Result<bool, Problem> {
    let found: Option<Uuid> = session::table
        .inner_join(app_user::table)
        .filter(session::id.eq(id.uuid()))
        .filter(session::user_id.eq(user.uuid()))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(wall))
        .filter(session::epoch.eq(app_user::epoch))
        .filter(app_user::status.eq("active"))
        .select(session::id)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.is_some())
}
