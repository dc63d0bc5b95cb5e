//! Rows of `storage_area`, and what lies in them by the accounts.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Standing, StorageArea, StorageKind};
use super::scope::sites_seen;
use super::{all, broken, id, known, text};
use crate::db::schema::storage_area as t;
use crate::db::schema::subject;
use crate::db::{self, Pool};
use crate::decision::{Account, AccountKind, Cell, Row, Table, Type, Write};
use crate::ids::{SiteId, StorageAreaId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct StorageAreaRow {
    id: Uuid,
    site_id: Uuid,
    name: String,
    kind: String,
    capacity_g: i64,
    status: String,
}

fn read(row: StorageAreaRow) -> Result<StorageArea, Problem> {
    let fault = || broken("storage_area", row.id);
    Ok(StorageArea {
        id: StorageAreaId::of(row.id),
        site_id: SiteId::of(row.site_id),
        kind: StorageKind::parse(&row.kind).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        name: row.name,
        capacity_g: Grams(row.capacity_g),
    })
}

pub async fn storage_area(
    pool: &Pool,
    id: StorageAreaId,
) -> Result<Option<Known<StorageArea>>, Problem> {
    let found: Option<(StorageAreaRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((StorageAreaRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// All areas of a site, oldest first.
pub async fn storage_areas_of(pool: &Pool, site: SiteId) -> Result<Vec<StorageArea>, Problem> {
    let rows: Vec<StorageAreaRow> = t::table
        .filter(t::site_id.eq(site.uuid()))
        .order(t::id)
        .select(StorageAreaRow::as_select())
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

/// What lies in each of these areas.
pub async fn stored_in(
    pool: &Pool,
    areas: &[StorageAreaId],
) -> Result<HashMap<StorageAreaId, Grams>, Problem> {
    let account = |area: StorageAreaId| Account::new(AccountKind::StorageArea, area.uuid(), "", 0);
    let accounts: Vec<Uuid> = areas.iter().map(|area| account(*area).id).collect();
    let balances = db::balances_of(pool, &accounts).await?;
    let stored = |id: &Uuid| balances.get(id).map_or(Grams::ZERO, |balance| Grams(balance.used));
    Ok(areas.iter().zip(&accounts).map(|(area, id)| (*area, stored(id))).collect())
}

/// What a list of storage areas is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct StorageAreaFilter {
    pub site_id: Option<SiteId>,
    pub status: Option<Standing>,
}

pub async fn storage_areas(
    pool: &Pool,
    scope: &Scope,
    filter: &StorageAreaFilter,
    slice: Slice,
) -> Result<Vec<Known<StorageArea>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((StorageAreaRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(seen) = sites_seen(scope) {
        query = query.filter(t::site_id.eq_any(seen));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(t::site_id.eq(site.uuid()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let rows: Vec<(StorageAreaRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("site_id", Type::Uuid),
    ("name", Type::Text),
    ("kind", Type::Text),
    ("capacity_g", Type::Int8),
    ("status", Type::Text),
];

static INSERT: Table =
    Table { name: "storage_area", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "storage_area", order: 15, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_storage_area(area: &StorageArea) -> Row {
    Row { table: &INSERT, cells: cells(area) }
}

pub fn update_storage_area(area: &StorageArea) -> Row {
    Row { table: &UPDATE, cells: cells(area) }
}

fn cells(area: &StorageArea) -> Vec<Cell> {
    vec![
        id(area.id.uuid()),
        id(area.site_id.uuid()),
        text(&*area.name),
        text(area.kind.as_str()),
        Cell::Int8(Some(area.capacity_g.0)),
        text(area.status.as_str()),
    ]
}
