//! Sessions and their refresh tokens: opened and ended by the committer, with their events; rotated
//! directly. What has run out is deleted by who comes by: a user's dead
//! sessions when it signs in, a session's old tokens when it is refreshed.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bytea, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::user::{Account, UserRow};
use crate::db::Pool;
use crate::db::schema::{app_user, refresh_token, session, subject};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::live::Life;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::limits::SESSIONS_SHOWN_MAX;
use crate::problem::Problem;

pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub epoch: i32,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// What the client called itself.
    pub agent: Option<String>,
}

/// SHA-256 of a refresh token, and how long it is good for.
pub struct NewToken {
    pub hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
}

static OPEN: Table = Table {
    name: "session",
    order: 34,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("epoch", Type::Int4),
        ("created_at", Type::Time),
        ("expires_at", Type::Time),
        ("agent", Type::Text),
    ],
};

static TOKEN: Table = Table {
    name: "refresh_token",
    order: 35,
    write: Write::Insert,
    columns: &[("hash", Type::Bytes), ("session_id", Type::Uuid), ("expires_at", Type::Time)],
};

static END: Table = Table {
    name: "session",
    order: 36,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("ended_at", Type::Time), ("reason", Type::Text)],
};

pub fn open_row(new: &NewSession) -> Row {
    let cells = vec![
        Cell::Uuid(Some(new.id.uuid())),
        Cell::Uuid(Some(new.user_id.uuid())),
        Cell::Int4(Some(new.epoch)),
        Cell::Time(Some(new.created_at)),
        Cell::Time(Some(new.expires_at)),
        Cell::Text(new.agent.clone()),
    ];
    Row { table: &OPEN, cells }
}

pub fn token_row(of: SessionId, token: &NewToken) -> Row {
    let cells = vec![
        Cell::Bytes(Some(token.hash.to_vec())),
        Cell::Uuid(Some(of.uuid())),
        Cell::Time(Some(token.expires_at)),
    ];
    Row { table: &TOKEN, cells }
}

pub fn end_row(id: SessionId, reason: &'static str, wall: DateTime<Utc>) -> Row {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Time(Some(wall)),
        Cell::Text(Some(reason.to_owned())),
    ];
    Row { table: &END, cells }
}

/// Deletes what has run out of a user's sessions.
pub async fn sweep_sessions(pool: &Pool, user: UserId, wall: DateTime<Utc>) -> Result<(), Problem> {
    let old = session::table
        .filter(session::user_id.eq(user.uuid()))
        .filter(session::expires_at.lt(wall));
    diesel::delete(old).execute(&mut pool.get().await?).await?;
    Ok(())
}

/// A session, and whether it has ended.
pub struct OpenedSession {
    pub account: Account,
    pub ended_at: Option<DateTime<Utc>>,
    /// The number of its events; `None` for one of a time when sessions had none.
    pub version: Option<i64>,
}

pub async fn opened_session(pool: &Pool, id: SessionId) -> Result<Option<OpenedSession>, Problem> {
    let conn = &mut pool.get().await?;
    let found: Option<(Option<DateTime<Utc>>, UserRow)> = session::table
        .inner_join(app_user::table)
        .filter(session::id.eq(id.uuid()))
        .select((session::ended_at, UserRow::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((ended_at, user)) = found else { return Ok(None) };
    let version = subject::table.find(id.uuid()).select(subject::version);
    let version = version.first(conn).await.optional()?;
    // The user's own version is not looked at here.
    Ok(Some(OpenedSession { account: user.into_account(0)?, ended_at, version }))
}

/// An open session as its owner sees it.
pub struct OpenSession {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub agent: Option<String>,
}

/// A user's sessions that may act, newest first.
pub async fn open_sessions(
    pool: &Pool,
    user: UserId,
    wall: DateTime<Utc>,
) -> Result<Vec<OpenSession>, Problem> {
    type Found = (Uuid, DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>, Option<String>);
    let columns = (
        session::id,
        session::created_at,
        session::last_used_at,
        session::expires_at,
        session::agent,
    );
    let rows: Vec<Found> = session::table
        .inner_join(app_user::table)
        .filter(session::user_id.eq(user.uuid()))
        .filter(session::ended_at.is_null().and(session::expires_at.gt(wall)))
        .filter(session::epoch.eq(app_user::epoch))
        .order(session::id.desc())
        .limit(SESSIONS_SHOWN_MAX)
        .select(columns)
        .load(&mut pool.get().await?)
        .await?;
    let open = |(id, created_at, used_at, expires_at, agent): Found| OpenSession {
        id: SessionId::of(id),
        created_at,
        last_used_at: used_at.unwrap_or(created_at),
        expires_at,
        agent,
    };
    Ok(rows.into_iter().map(open).collect())
}

/// Those of `ids`, sign-ins, that are a user's or, to an administrator, of its organisation's; all
/// of them where nobody is named.
pub async fn sign_ins_among(
    pool: &Pool,
    whose: Option<(UserId, Option<OrganisationId>)>,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut query = session::table
        .inner_join(app_user::table)
        .filter(session::id.eq_any(ids))
        .select(session::id)
        .into_boxed::<Pg>();
    if let Some((user, organisation)) = whose {
        let of: Vec<Uuid> = organisation.map(OrganisationId::uuid).into_iter().collect();
        let own = session::user_id.eq(user.uuid());
        query = query.filter(own.or(app_user::organisation_id.eq_any(of)));
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
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
    RETURNING session_id),
used AS (
    UPDATE session SET last_used_at = $2 FROM spent WHERE session.id = spent.session_id)
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

/// What access tokens of the session may do: nothing where it has ended or run out, or password,
/// rights or standing of its user changed since.
pub async fn life(
    pool: &Pool,
    id: SessionId,
    user: UserId,
    wall: DateTime<Utc>,
) -> Result<Life, Problem> {
    let must_change: Option<bool> = session::table
        .inner_join(app_user::table)
        .filter(session::id.eq(id.uuid()))
        .filter(session::user_id.eq(user.uuid()))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(wall))
        .filter(session::epoch.eq(app_user::epoch))
        .filter(app_user::status.eq("active"))
        .select(app_user::must_change_password)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(match must_change {
        None => Life::Dead,
        Some(true) => Life::MustChangePassword,
        Some(false) => Life::Alive,
    })
}
