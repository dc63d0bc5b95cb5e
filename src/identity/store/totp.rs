//! Second factors: sealed secrets, the last step spent of each, recovery codes. An enrolment that
//! no user's row names is inert; it goes when its owner begins the next.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::{app_user, recovery_code, totp};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{TotpId, UserId};
use crate::problem::Problem;

static RECOVERY_CODE: Table = Table {
    name: "recovery_code",
    order: 37,
    write: Write::Insert,
    columns: &[("totp_id", Type::Uuid), ("hash", Type::Bytes)],
};

pub fn recovery_row(of: TotpId, hash: &[u8; 32]) -> Row {
    let cells = vec![Cell::Uuid(Some(of.uuid())), Cell::Bytes(Some(hash.to_vec()))];
    Row { table: &RECOVERY_CODE, cells }
}

/// Taken away before the new ones are written.
static RECOVERY_CODE_GONE: Table = Table {
    name: "recovery_code",
    order: 36,
    write: Write::Delete,
    columns: &[("totp_id", Type::Uuid), ("hash", Type::Bytes)],
};

pub fn recovery_gone(of: TotpId, hash: &[u8]) -> Row {
    let cells = vec![Cell::Uuid(Some(of.uuid())), Cell::Bytes(Some(hash.to_vec()))];
    Row { table: &RECOVERY_CODE_GONE, cells }
}

/// All of an enrolment's, used or not.
pub async fn recovery_hashes(pool: &Pool, of: TotpId) -> Result<Vec<Vec<u8>>, Problem> {
    let all = recovery_code::table.filter(recovery_code::totp_id.eq(of.uuid()));
    Ok(all.select(recovery_code::hash).load(&mut pool.get().await?).await?)
}

/// Begins an enrolment, in the place of all of the user's that are not in force.
pub async fn begin_totp(
    pool: &Pool,
    (id, user): (TotpId, UserId),
    sealed: &[u8],
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let conn = &mut pool.get().await?;
    let in_force = app_user::table
        .filter(app_user::id.eq(user.uuid()).and(app_user::totp_id.is_not_null()))
        .select(app_user::totp_id.assume_not_null());
    let inert = totp::table.filter(totp::user_id.eq(user.uuid())).filter(totp::id.ne_all(in_force));
    diesel::delete(inert).execute(conn).await?;
    diesel::insert_into(totp::table)
        .values((
            totp::id.eq(id.uuid()),
            totp::user_id.eq(user.uuid()),
            totp::secret.eq(sealed),
            totp::last_step.eq(0i64),
            totp::created_at.eq(wall),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The newest enrolment of a user, begun and perhaps never confirmed.
pub async fn begun_totp(pool: &Pool, user: UserId) -> Result<Option<(TotpId, Vec<u8>)>, Problem> {
    let found: Option<(Uuid, Vec<u8>)> = totp::table
        .filter(totp::user_id.eq(user.uuid()))
        .order(totp::id.desc())
        .select((totp::id, totp::secret))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.map(|(id, sealed)| (TotpId::of(id), sealed)))
}

pub async fn sealed_secret(pool: &Pool, id: TotpId) -> Result<Option<Vec<u8>>, Problem> {
    let found = totp::table.find(id.uuid()).select(totp::secret);
    Ok(found.first(&mut pool.get().await?).await.optional()?)
}

/// Spends a time step: false where it, or a later one, was spent before. Of two who use one code at
/// once only one finds it unspent.
pub async fn spend_step(pool: &Pool, id: TotpId, step: i64) -> Result<bool, Problem> {
    let unspent = totp::table.find(id.uuid()).filter(totp::last_step.lt(step));
    let spent = diesel::update(unspent)
        .set(totp::last_step.eq(step))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(spent == 1)
}

/// Spends a recovery code: false where there is none such, or it is spent.
pub async fn spend_recovery_code(
    pool: &Pool,
    of: TotpId,
    hash: &[u8; 32],
    wall: DateTime<Utc>,
) -> Result<bool, Problem> {
    let unspent = recovery_code::table
        .filter(recovery_code::totp_id.eq(of.uuid()).and(recovery_code::hash.eq(&hash[..])))
        .filter(recovery_code::used_at.is_null());
    let spent = diesel::update(unspent)
        .set(recovery_code::used_at.eq(wall))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(spent == 1)
}

pub async fn recovery_codes_left(pool: &Pool, of: TotpId) -> Result<i64, Problem> {
    let left = recovery_code::table
        .filter(recovery_code::totp_id.eq(of.uuid()).and(recovery_code::used_at.is_null()));
    Ok(left.count().get_result(&mut pool.get().await?).await?)
}
