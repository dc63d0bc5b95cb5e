//! Rows of `site`.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{HospitalGrade, Place, Site, SiteKind, Standing};
use super::{all, broken, id, known, optional, text};
use crate::db::Pool;
use crate::db::schema::site as t;
use crate::db::schema::subject;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct SiteRow {
    id: Uuid,
    organisation_id: Uuid,
    name: String,
    kind: String,
    business: Option<String>,
    facility_kind: Option<String>,
    division: String,
    regiment: Option<String>,
    region_code: String,
    park: Option<String>,
    lon_e6: Option<i64>,
    lat_e6: Option<i64>,
    beds: Option<i64>,
    seats: Option<i64>,
    grade: Option<String>,
    storage_capacity_g: Option<i64>,
    status: String,
    is_key_unit: bool,
}

fn read(row: SiteRow) -> Result<Site, Problem> {
    let fault = || broken("site", row.id);
    let place = row.lon_e6.zip(row.lat_e6);
    let grade = row.grade.as_deref().map(|word| HospitalGrade::parse(word).ok_or_else(fault));
    Ok(Site {
        id: SiteId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        kind: SiteKind::parse(&row.kind).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        name: row.name,
        business: row.business,
        facility_kind: row.facility_kind,
        division: row.division,
        regiment: row.regiment,
        region_code: row.region_code,
        park: row.park,
        location: place.map(|(lon_e6, lat_e6)| Place { lon_e6, lat_e6 }),
        beds: row.beds,
        seats: row.seats,
        grade: grade.transpose()?,
        storage_capacity_g: row.storage_capacity_g.map(Grams),
        is_key_unit: row.is_key_unit,
    })
}

pub async fn site(pool: &Pool, id: SiteId) -> Result<Option<Known<Site>>, Problem> {
    let found: Option<(SiteRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((SiteRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// All sites of these divisions, in the order of ids; on the caller's connection.
pub async fn sites_of_divisions(
    conn: &mut AsyncPgConnection,
    divisions: &[String],
) -> Result<Vec<Site>, Problem> {
    let query = t::table.filter(t::division.eq_any(divisions)).order(t::id);
    let rows: Vec<SiteRow> = query.select(SiteRow::as_select()).load(conn).await?;
    rows.into_iter().map(read).collect()
}

/// What a list of sites is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct SiteFilter {
    pub organisation_id: Option<OrganisationId>,
    pub division: Option<String>,
    pub kind: Option<SiteKind>,
    pub is_key_unit: Option<bool>,
}

pub async fn sites(
    pool: &Pool,
    filter: &SiteFilter,
    slice: Slice,
) -> Result<Vec<Known<Site>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((SiteRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(division) = &filter.division {
        query = query.filter(t::division.eq(division));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(t::kind.eq(kind.as_str()));
    }
    if let Some(is_key_unit) = filter.is_key_unit {
        query = query.filter(t::is_key_unit.eq(is_key_unit));
    }
    let rows: Vec<(SiteRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("name", Type::Text),
    ("kind", Type::Text),
    ("business", Type::Text),
    ("facility_kind", Type::Text),
    ("division", Type::Text),
    ("regiment", Type::Text),
    ("region_code", Type::Text),
    ("park", Type::Text),
    ("lon_e6", Type::Int8),
    ("lat_e6", Type::Int8),
    ("beds", Type::Int8),
    ("seats", Type::Int8),
    ("grade", Type::Text),
    ("storage_capacity_g", Type::Int8),
    ("status", Type::Text),
    ("is_key_unit", Type::Bool),
];

static INSERT: Table = Table { name: "site", order: 12, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "site", order: 13, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_site(site: &Site) -> Row {
    Row { table: &INSERT, cells: cells(site) }
}

pub fn update_site(site: &Site) -> Row {
    Row { table: &UPDATE, cells: cells(site) }
}

fn cells(site: &Site) -> Vec<Cell> {
    vec![
        id(site.id.uuid()),
        id(site.organisation_id.uuid()),
        text(&*site.name),
        text(site.kind.as_str()),
        optional(site.business.as_ref()),
        optional(site.facility_kind.as_ref()),
        text(&*site.division),
        optional(site.regiment.as_ref()),
        text(&*site.region_code),
        optional(site.park.as_ref()),
        Cell::Int8(site.location.map(|place| place.lon_e6)),
        Cell::Int8(site.location.map(|place| place.lat_e6)),
        Cell::Int8(site.beds),
        Cell::Int8(site.seats),
        Cell::Text(site.grade.map(|grade| grade.as_str().to_owned())),
        Cell::Int8(site.storage_capacity_g.map(|grams| grams.0)),
        text(site.status.as_str()),
        Cell::Bool(Some(site.is_key_unit)),
    ]
}
