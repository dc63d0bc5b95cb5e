//! Device keys' rows.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::{device_key as t, subject};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::device::{DeviceKey, DeviceKeyStatus};
use crate::identity::{Whose, rows_of};
use crate::ids::{DeviceKeyId, OrganisationId, UserId};
use crate::journal::signature::Alg;
use crate::problem::Problem;

static INSERT: Table = Table {
    name: "device_key",
    order: 41,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("name", Type::Text),
        ("alg", Type::Text),
        ("public_key", Type::Text),
        ("status", Type::Text),
        ("created_at", Type::Time),
        ("counter", Type::Int8),
    ],
};

static END: Table = Table {
    name: "device_key",
    order: 42,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("status", Type::Text), ("good_until", Type::Time)],
};

/// Finds a key whose counter stands where it was read: of two that use it at once, the second finds
/// none and is decided again.
static SPEND: Table = Table {
    name: "device_key",
    order: 43,
    write: Write::Update { keys: 2 },
    columns: &[
        ("id", Type::Uuid),
        ("counter_read", Type::Int8),
        ("counter", Type::Int8),
        ("last_used_at", Type::Time),
    ],
};

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

pub fn insert_device_key(key: &DeviceKey) -> Row {
    let cells = vec![
        Cell::Uuid(Some(key.id.uuid())),
        Cell::Uuid(Some(key.organisation_id.uuid())),
        Cell::Uuid(Some(key.user_id.uuid())),
        text(&key.name),
        text(key.alg.as_str()),
        text(&key.public_key),
        text(key.status.as_str()),
        Cell::Time(Some(key.created_at)),
        Cell::Int8(Some(key.counter)),
    ];
    Row { table: &INSERT, cells }
}

pub fn end_device_key(key: &DeviceKey) -> Row {
    let cells = vec![
        Cell::Uuid(Some(key.id.uuid())),
        text(key.status.as_str()),
        Cell::Time(key.good_until),
    ];
    Row { table: &END, cells }
}

/// The counter goes on from where it was read.
pub fn spend_counter(id: DeviceKeyId, (from, to): (i64, i64), wall: DateTime<Utc>) -> Row {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Int8(Some(from)),
        Cell::Int8(Some(to)),
        Cell::Time(Some(wall)),
    ];
    Row { table: &SPEND, cells }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct KeyRow {
    id: Uuid,
    organisation_id: Uuid,
    user_id: Uuid,
    name: String,
    alg: String,
    public_key: String,
    status: String,
    created_at: DateTime<Utc>,
    good_until: Option<DateTime<Utc>>,
    counter: i64,
    last_used_at: Option<DateTime<Utc>>,
}

/// A row that does not parse is a fault: it was checked when it was written.
fn read(row: KeyRow) -> Result<DeviceKey, Problem> {
    let broken = || Problem::internal(format!("device key {} does not parse", row.id));
    Ok(DeviceKey {
        id: DeviceKeyId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        user_id: UserId::of(row.user_id),
        alg: Alg::parse(&row.alg).ok_or_else(broken)?,
        status: DeviceKeyStatus::parse(&row.status).ok_or_else(broken)?,
        name: row.name,
        public_key: row.public_key,
        created_at: row.created_at,
        good_until: row.good_until,
        counter: row.counter,
        last_used_at: row.last_used_at,
    })
}

/// A user's keys, newest first, with their versions: as many as one ever may have.
pub async fn device_keys(pool: &Pool, user: UserId) -> Result<Vec<(DeviceKey, i64)>, Problem> {
    let rows: Vec<(KeyRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::user_id.eq(user.uuid()))
        .order(t::id.desc())
        .select((KeyRow::as_select(), subject::version))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(|(row, version)| Ok((read(row)?, version))).collect()
}

/// A key with its version.
pub async fn device_key(pool: &Pool, id: DeviceKeyId) -> Result<Option<(DeviceKey, i64)>, Problem> {
    let found: Option<(KeyRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((KeyRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok((read(row)?, version))).transpose()
}

/// Those of `ids` that are wanted.
pub async fn device_keys_among(
    pool: &Pool,
    whose: Whose,
    ids: &[Uuid],
) -> Result<Vec<DeviceKey>, Problem> {
    let query = t::table.into_boxed::<Pg>().filter(t::id.eq_any(ids));
    let query = rows_of!(query, t, whose);
    let rows: Vec<KeyRow> = query.select(KeyRow::as_select()).load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// How many keys a user has that are not revoked, and how many in all.
pub async fn count_device_keys(pool: &Pool, user: UserId) -> Result<(i64, i64), Problem> {
    let conn = &mut pool.get().await?;
    let own = t::table.filter(t::user_id.eq(user.uuid()));
    let active = own.filter(t::status.eq("active")).count().get_result(conn).await?;
    Ok((active, own.count().get_result(conn).await?))
}
