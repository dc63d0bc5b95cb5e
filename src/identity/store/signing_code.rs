//! Signing codes' rows. Given out and used up by the committer, like everything that goes with a
//! command; tried and forgotten directly, like sessions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bytea, Int2, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::signing_code as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::signing::Purpose;
use crate::ids::UserId;
use crate::limits::{SIGNING_CODES_MAX, SIGNING_TRIES_MAX};
use crate::problem::Problem;

static NEW: Table = Table {
    name: "signing_code",
    order: 32,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("subject_id", Type::Uuid),
        ("action", Type::Text),
        ("hash", Type::Bytes),
        ("created_at", Type::Time),
        ("expires_at", Type::Time),
    ],
};

/// Finds a code that is not used yet: of two signatures by one code the second finds none.
static SPEND: Table = Table {
    name: "signing_code",
    order: 33,
    write: Write::Update { keys: 2 },
    columns: &[("id", Type::Uuid), ("is_used", Type::Bool), ("used_at", Type::Time)],
};

pub struct NewCode {
    pub id: Uuid,
    pub user_id: UserId,
    pub purpose: Purpose,
    pub hash: [u8; 32],
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl NewCode {
    pub fn row(&self) -> Row {
        let cells = vec![
            Cell::Uuid(Some(self.id)),
            Cell::Uuid(Some(self.user_id.uuid())),
            Cell::Uuid(Some(self.purpose.subject_id)),
            Cell::Text(Some(self.purpose.action.to_owned())),
            Cell::Bytes(Some(self.hash.to_vec())),
            Cell::Time(Some(self.created_at)),
            Cell::Time(Some(self.expires_at)),
        ];
        Row { table: &NEW, cells }
    }
}

pub fn spend_row(id: Uuid, wall: DateTime<Utc>) -> Row {
    let cells = vec![Cell::Uuid(Some(id)), Cell::Bool(Some(false)), Cell::Time(Some(wall))];
    Row { table: &SPEND, cells }
}

/// When the user was given codes since, newest first.
pub async fn given_out(
    pool: &Pool,
    user: UserId,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, Problem> {
    let of_user = t::table.filter(t::user_id.eq(user.uuid())).filter(t::created_at.gt(since));
    let newest = of_user.order(t::created_at.desc()).limit(SIGNING_CODES_MAX as i64);
    Ok(newest.select(t::created_at).load(&mut pool.get().await?).await?)
}

/// Codes that ran out long ago are no use to anybody. The window is longer than a code's life.
pub async fn forget_old(pool: &Pool, user: UserId, since: DateTime<Utc>) -> Result<(), Problem> {
    let of_user = t::table.filter(t::user_id.eq(user.uuid()));
    let old = of_user.filter(t::created_at.le(since)).filter(t::expires_at.le(since));
    diesel::delete(old).execute(&mut pool.get().await?).await?;
    Ok(())
}

#[derive(QueryableByName)]
pub struct Tried {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Bytea)]
    pub hash: Vec<u8>,
}

/// One statement, so that tries side by side are counted one by one.
const TRY_SQL: &str = "-- identity: one try of a user's newest code for a step
UPDATE signing_code SET tries = tries + 1
 WHERE id = (SELECT id FROM signing_code
              WHERE user_id = $1 AND subject_id = $2 AND action = $3
              ORDER BY created_at DESC, id DESC LIMIT 1)
   AND tries < $4 AND expires_at > $5 AND NOT is_used
RETURNING id, hash";

pub async fn try_newest(
    pool: &Pool,
    (user, purpose): (UserId, Purpose),
    wall: DateTime<Utc>,
) -> Result<Option<Tried>, Problem> {
    let tried: Option<Tried> = diesel::sql_query(TRY_SQL)
        .bind::<SqlUuid, _>(user.uuid())
        .bind::<SqlUuid, _>(purpose.subject_id)
        .bind::<Text, _>(purpose.action)
        .bind::<Int2, _>(SIGNING_TRIES_MAX)
        .bind::<Timestamptz, _>(wall)
        .get_result(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(tried)
}

/// A right code was no wrong try: what else is wrong with the step may be mended with it.
pub async fn give_back_a_try(pool: &Pool, id: Uuid) -> Result<(), Problem> {
    diesel::update(t::table.find(id).filter(t::tries.gt(0)))
        .set(t::tries.eq(t::tries - 1))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(())
}

pub async fn is_unused(pool: &Pool, id: Uuid) -> Result<bool, Problem> {
    let found: Option<Uuid> = t::table
        .find(id)
        .filter(t::used_at.is_null())
        .select(t::id)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.is_some())
}
