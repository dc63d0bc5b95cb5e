//! Rows of `ledger_entry`: append-only, so only an insert.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::entry::Slice;
use super::super::model::{LedgerEntry, LedgerKind};
use super::scope::sites_seen;
use super::{broken, id, optional, text};
use crate::db::Pool;
use crate::db::schema::{container, ledger_entry as t};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{ContainerId, LedgerEntryId, ManifestId, SiteId, StorageAreaId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct LedgerRow {
    id: Uuid,
    site_id: Uuid,
    kind: String,
    waste_code: String,
    mass_g: i64,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    storage_area_id: Option<Uuid>,
    container_id: Option<Uuid>,
    manifest_id: Option<Uuid>,
    manifest_line: Option<i64>,
    batch_number: Option<String>,
    external_id: Option<String>,
    note: String,
}

fn read(row: LedgerRow) -> Result<LedgerEntry, Problem> {
    let kind = LedgerKind::parse(&row.kind).ok_or_else(|| broken("ledger_entry", row.id))?;
    Ok(LedgerEntry {
        id: LedgerEntryId::of(row.id),
        site_id: SiteId::of(row.site_id),
        kind,
        waste_code: row.waste_code,
        mass_g: Grams(row.mass_g),
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        storage_area_id: row.storage_area_id.map(StorageAreaId::of),
        container_id: row.container_id.map(ContainerId::of),
        manifest_id: row.manifest_id.map(ManifestId::of),
        manifest_line: row.manifest_line,
        batch_number: row.batch_number,
        external_id: row.external_id,
        note: row.note,
    })
}

/// An entry never changes, so it has no version to guard.
pub async fn ledger_entry(pool: &Pool, id: LedgerEntryId) -> Result<Option<LedgerEntry>, Problem> {
    let found: Option<LedgerRow> = t::table
        .find(id.uuid())
        .select(LedgerRow::as_select())
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(read).transpose()
}

/// Entries by the sender's own id at a site; absent ones are absent.
pub async fn entries_named(
    pool: &Pool,
    names: &[(SiteId, String)],
) -> Result<Vec<LedgerEntry>, Problem> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let sites: Vec<Uuid> = names.iter().map(|(site, _)| site.uuid()).collect();
    let texts: Vec<&String> = names.iter().map(|(_, text)| text).collect();
    let query = t::table.filter(t::site_id.eq_any(sites).and(t::external_id.eq_any(texts)));
    let rows: Vec<LedgerRow> =
        query.select(LedgerRow::as_select()).load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// The site that a container was filled at.
pub async fn filled_at(pool: &Pool, id: ContainerId) -> Result<Option<SiteId>, Problem> {
    let query = container::table.filter(container::id.eq(id.uuid())).select(container::site_id);
    let found: Option<Uuid> = query.first(&mut pool.get().await?).await.optional()?;
    Ok(found.map(SiteId::of))
}

/// What a list of ledger entries is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    pub site_id: Option<SiteId>,
    pub waste_code: Option<String>,
    pub kind: Option<LedgerKind>,
    /// `occurred_at` at or after.
    pub from: Option<DateTime<Utc>>,
    /// `occurred_at` before.
    pub to: Option<DateTime<Utc>>,
}

pub async fn ledger_entries(
    pool: &Pool,
    scope: &Scope,
    filter: &LedgerFilter,
    slice: Slice,
) -> Result<Vec<LedgerEntry>, Problem> {
    let mut query =
        t::table.select(LedgerRow::as_select()).order(t::id).limit(slice.rows_max).into_boxed();
    if let Some(seen) = sites_seen(scope) {
        query = query.filter(t::site_id.eq_any(seen));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(t::site_id.eq(site.uuid()));
    }
    if let Some(code) = &filter.waste_code {
        query = query.filter(t::waste_code.eq(code));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(t::kind.eq(kind.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(t::occurred_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(t::occurred_at.lt(to));
    }
    let rows: Vec<LedgerRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

static INSERT: Table = Table {
    name: "ledger_entry",
    // After the manifest whose event it follows from.
    order: 200,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("site_id", Type::Uuid),
        ("kind", Type::Text),
        ("waste_code", Type::Text),
        ("mass_g", Type::Int8),
        ("occurred_at", Type::Time),
        ("recorded_at", Type::Time),
        ("storage_area_id", Type::Uuid),
        ("container_id", Type::Uuid),
        ("manifest_id", Type::Uuid),
        ("manifest_line", Type::Int8),
        ("batch_number", Type::Text),
        ("external_id", Type::Text),
        ("note", Type::Text),
    ],
};

pub fn insert_ledger_entry(entry: &LedgerEntry) -> Row {
    let cells = vec![
        id(entry.id.uuid()),
        id(entry.site_id.uuid()),
        text(entry.kind.as_str()),
        text(&*entry.waste_code),
        Cell::Int8(Some(entry.mass_g.0)),
        Cell::Time(Some(entry.occurred_at)),
        Cell::Time(Some(entry.recorded_at)),
        Cell::Uuid(entry.storage_area_id.map(StorageAreaId::uuid)),
        Cell::Uuid(entry.container_id.map(ContainerId::uuid)),
        Cell::Uuid(entry.manifest_id.map(ManifestId::uuid)),
        Cell::Int8(entry.manifest_line),
        optional(entry.batch_number.as_ref()),
        optional(entry.external_id.as_ref()),
        text(&*entry.note),
    ];
    Row { table: &INSERT, cells }
}
