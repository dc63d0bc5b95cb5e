//! Rows of `waste_stream`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Standing, WasteStream};
use super::scope::sites_seen;
use super::{all, broken, id, json, known, list, text};
use crate::db::Pool;
use crate::db::schema::subject;
use crate::db::schema::waste_stream as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{SiteId, WasteStreamId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct WasteStreamRow {
    id: Uuid,
    site_id: Uuid,
    waste_code: String,
    name: String,
    form: String,
    hazards: Value,
    annual_plan_g: i64,
    status: String,
}

fn read(row: WasteStreamRow) -> Result<WasteStream, Problem> {
    let fault = || broken("waste_stream", row.id);
    Ok(WasteStream {
        id: WasteStreamId::of(row.id),
        site_id: SiteId::of(row.site_id),
        hazards: list(row.hazards).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        waste_code: row.waste_code,
        name: row.name,
        form: row.form,
        annual_plan_g: Grams(row.annual_plan_g),
    })
}

pub async fn waste_stream(
    pool: &Pool,
    id: WasteStreamId,
) -> Result<Option<Known<WasteStream>>, Problem> {
    let found: Option<(WasteStreamRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((WasteStreamRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// What a list of waste streams is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct WasteStreamFilter {
    pub site_id: Option<SiteId>,
    pub waste_code: Option<String>,
    pub status: Option<Standing>,
}

pub async fn waste_streams(
    pool: &Pool,
    scope: &Scope,
    filter: &WasteStreamFilter,
    slice: Slice,
) -> Result<Vec<Known<WasteStream>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((WasteStreamRow::as_select(), subject::version))
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
    if let Some(code) = &filter.waste_code {
        query = query.filter(t::waste_code.eq(code));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let rows: Vec<(WasteStreamRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("site_id", Type::Uuid),
    ("waste_code", Type::Text),
    ("name", Type::Text),
    ("form", Type::Text),
    ("hazards", Type::Jsonb),
    ("annual_plan_g", Type::Int8),
    ("status", Type::Text),
];

static INSERT: Table =
    Table { name: "waste_stream", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "waste_stream", order: 15, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_waste_stream(stream: &WasteStream) -> Row {
    Row { table: &INSERT, cells: cells(stream) }
}

pub fn update_waste_stream(stream: &WasteStream) -> Row {
    Row { table: &UPDATE, cells: cells(stream) }
}

fn cells(stream: &WasteStream) -> Vec<Cell> {
    vec![
        id(stream.id.uuid()),
        id(stream.site_id.uuid()),
        text(&*stream.waste_code),
        text(&*stream.name),
        text(&*stream.form),
        json(&stream.hazards),
        Cell::Int8(Some(stream.annual_plan_g.0)),
        text(stream.status.as_str()),
    ]
}
