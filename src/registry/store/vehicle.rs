//! Rows of `vehicle`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Standing, Vehicle};
use super::scope::organisations_seen;
use super::{all, broken, contains_pattern, id, json, known, list, text};
use crate::db::Pool;
use crate::db::schema::subject;
use crate::db::schema::vehicle as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{OrganisationId, VehicleId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct VehicleRow {
    id: Uuid,
    organisation_id: Uuid,
    plate: String,
    kind: String,
    classes: Value,
    rated_g: Option<i64>,
    status: String,
}

fn read(row: VehicleRow) -> Result<Vehicle, Problem> {
    let fault = || broken("vehicle", row.id);
    Ok(Vehicle {
        id: VehicleId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        classes: list(row.classes).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        plate: row.plate,
        kind: row.kind,
        rated_g: row.rated_g.map(Grams),
    })
}

pub async fn vehicle(pool: &Pool, id: VehicleId) -> Result<Option<Known<Vehicle>>, Problem> {
    let found: Option<(VehicleRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((VehicleRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// The vehicle with this plate, whoever's it is.
pub async fn vehicle_of_plate(pool: &Pool, plate: &str) -> Result<Option<Known<Vehicle>>, Problem> {
    let found: Option<(VehicleRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::plate.eq(plate))
        .select((VehicleRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// What a list of vehicles is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct VehicleFilter {
    pub organisation_id: Option<OrganisationId>,
    /// Part of the plate.
    pub q: Option<String>,
    pub status: Option<Standing>,
}

pub async fn vehicles(
    pool: &Pool,
    scope: &Scope,
    filter: &VehicleFilter,
    slice: Slice,
) -> Result<Vec<Known<Vehicle>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((VehicleRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(seen) = organisations_seen(scope) {
        query = query.filter(t::organisation_id.eq_any(seen));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(q) = &filter.q {
        query = query.filter(t::plate.ilike(contains_pattern(q)));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let rows: Vec<(VehicleRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("plate", Type::Text),
    ("kind", Type::Text),
    ("classes", Type::Jsonb),
    ("rated_g", Type::Int8),
    ("status", Type::Text),
];

static INSERT: Table = Table { name: "vehicle", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "vehicle", order: 15, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_vehicle(vehicle: &Vehicle) -> Row {
    Row { table: &INSERT, cells: cells(vehicle) }
}

pub fn update_vehicle(vehicle: &Vehicle) -> Row {
    Row { table: &UPDATE, cells: cells(vehicle) }
}

fn cells(vehicle: &Vehicle) -> Vec<Cell> {
    vec![
        id(vehicle.id.uuid()),
        id(vehicle.organisation_id.uuid()),
        text(&*vehicle.plate),
        text(&*vehicle.kind),
        json(&vehicle.classes),
        Cell::Int8(vehicle.rated_g.map(|grams| grams.0)),
        text(vehicle.status.as_str()),
    ]
}
