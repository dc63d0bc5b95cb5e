//! API keys' rows.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::ctx::Role;
use crate::db::Pool;
use crate::db::schema::{api_key as t, app_user, organisation};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::agency::Agency;
use crate::identity::keys::{ApiKey, ApiKeyStatus, KeyKind, ListApiKeys};
use crate::identity::user::Rights;
use crate::identity::{Whose, rows_of};
use crate::ids::{ApiKeyId, OrganisationId, UserId};
use crate::journal;
use crate::problem::Problem;

static INSERT: Table = Table {
    name: "api_key",
    order: 38,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("kind", Type::Text),
        ("name", Type::Text),
        ("prefix", Type::Text),
        ("hash", Type::Bytes),
        ("scopes", Type::Jsonb),
        ("role", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("agency", Type::Text),
        ("epoch", Type::Int4),
        ("status", Type::Text),
        ("created_at", Type::Time),
        ("expires_at", Type::Time),
    ],
};

static END: Table = Table {
    name: "api_key",
    order: 39,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("status", Type::Text)],
};

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

pub fn insert_key(key: &ApiKey, hash: &[u8; 32]) -> Row {
    let rights = &key.rights;
    let cells = vec![
        Cell::Uuid(Some(key.id.uuid())),
        Cell::Uuid(Some(key.organisation_id.uuid())),
        Cell::Uuid(Some(key.user_id.uuid())),
        text(key.kind.as_str()),
        text(&key.name),
        text(&key.prefix),
        Cell::Bytes(Some(hash.to_vec())),
        Cell::Json(Some(serde_json::json!(key.scopes).to_string())),
        text(rights.role.as_str()),
        Cell::Text(rights.division.clone()),
        Cell::Text(rights.regiment.clone()),
        Cell::Text(rights.agency.map(|agency| agency.as_str().to_owned())),
        Cell::Int4(Some(key.epoch)),
        text(key.status.as_str()),
        Cell::Time(Some(key.created_at)),
        Cell::Time(Some(key.expires_at)),
    ];
    Row { table: &INSERT, cells }
}

pub fn end_key(key: &ApiKey) -> Row {
    Row { table: &END, cells: vec![Cell::Uuid(Some(key.id.uuid())), text(key.status.as_str())] }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct KeyRow {
    id: Uuid,
    organisation_id: Uuid,
    user_id: Uuid,
    kind: String,
    name: String,
    prefix: String,
    scopes: Value,
    role: String,
    division: Option<String>,
    regiment: Option<String>,
    agency: Option<String>,
    epoch: i32,
    status: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

/// A row that does not parse is a fault: it was checked when it was written.
fn read(row: KeyRow) -> Result<ApiKey, Problem> {
    let broken = || Problem::internal(format!("api key {} does not parse", row.id));
    let agency = row.agency.as_deref().map(|word| Agency::parse(word).ok_or_else(broken));
    Ok(ApiKey {
        id: ApiKeyId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        user_id: UserId::of(row.user_id),
        kind: KeyKind::parse(&row.kind).ok_or_else(broken)?,
        scopes: serde_json::from_value(row.scopes.clone()).map_err(Problem::internal)?,
        rights: Rights {
            role: Role::parse(&row.role).ok_or_else(broken)?,
            agency: agency.transpose()?,
            division: row.division.clone(),
            regiment: row.regiment.clone(),
        },
        epoch: row.epoch,
        status: ApiKeyStatus::parse(&row.status).ok_or_else(broken)?,
        name: row.name,
        prefix: row.prefix,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    })
}

type Boxed<'a> = t::BoxedQuery<'a, Pg>;

/// Keys with their versions.
async fn with_versions(pool: &Pool, query: Boxed<'_>) -> Result<Vec<(ApiKey, i64)>, Problem> {
    let conn = &mut pool.get().await?;
    let rows: Vec<KeyRow> = query.select(KeyRow::as_select()).load(conn).await?;
    journal::with_versions(conn, rows, |row| row.id, read).await
}

pub async fn key(
    pool: &Pool,
    whose: Whose,
    id: ApiKeyId,
) -> Result<Option<(ApiKey, i64)>, Problem> {
    let query = rows_of!(t::table.into_boxed(), t, whose).filter(t::id.eq(id.uuid()));
    Ok(with_versions(pool, query).await?.into_iter().next())
}

/// In the order of ids, which is that of making; one row more than shown.
pub async fn keys(
    pool: &Pool,
    whose: Whose,
    asked: &ListApiKeys,
) -> Result<Vec<(ApiKey, i64)>, Problem> {
    let mut query = rows_of!(t::table.into_boxed(), t, whose);
    if let Some(status) = asked.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0.uuid()));
    }
    with_versions(pool, query.order(t::id).limit(asked.limit.rows_to_read())).await
}

/// Those of `ids` that are wanted.
pub async fn keys_among(pool: &Pool, whose: Whose, ids: &[Uuid]) -> Result<Vec<ApiKey>, Problem> {
    let query = rows_of!(t::table.into_boxed(), t, whose).filter(t::id.eq_any(ids));
    let rows: Vec<KeyRow> = query.select(KeyRow::as_select()).load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// How many keys of an organisation are neither revoked nor expired.
pub async fn count_keys(
    pool: &Pool,
    of: OrganisationId,
    wall: DateTime<Utc>,
) -> Result<i64, Problem> {
    let kept = t::table
        .filter(t::organisation_id.eq(of.uuid()))
        .filter(t::status.eq("active").and(t::expires_at.gt(wall)));
    Ok(kept.count().get_result(&mut pool.get().await?).await?)
}

/// The key with this hash, if it may act: neither revoked nor expired, its organisation not closed
/// and, for a personal one, its maker active and with the rights that it had.
pub async fn good_key(
    pool: &Pool,
    hash: &[u8; 32],
    wall: DateTime<Utc>,
) -> Result<Option<ApiKey>, Problem> {
    let makers = app_user::status.eq("active").and(app_user::key_epoch.eq(t::epoch));
    let row: Option<KeyRow> = t::table
        .inner_join(app_user::table.on(app_user::id.eq(t::user_id)))
        .inner_join(organisation::table.on(organisation::id.eq(t::organisation_id)))
        .filter(t::hash.eq(&hash[..]))
        .filter(t::status.eq("active").and(t::expires_at.gt(wall)))
        .filter(organisation::status.ne("closed"))
        .filter(t::kind.eq("organisation").or(makers))
        .select(KeyRow::as_select())
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    row.map(read).transpose()
}

/// When it was last used, to about a minute: outside the journal.
pub async fn note_use(pool: &Pool, id: ApiKeyId, wall: DateTime<Utc>) -> Result<(), Problem> {
    diesel::update(t::table.find(id.uuid()))
        .set(t::last_used_at.eq(wall))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(())
}
