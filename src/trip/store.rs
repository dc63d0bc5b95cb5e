//! Trips' rows: what commits write, and reading one trip back.

use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::event::{Happening, Rider};
use super::evolve::{Stamped, Trip, fold};
use super::status::TripStatus;
use crate::db::schema::trip_manifest;
use crate::db::{ByKey, JsonText, Pool};
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::{ManifestId, TripId};
use crate::journal::{self, Recorded};
use crate::problem::Problem;

static NEW: Table = Table {
    name: "trip",
    order: 33,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("status", Type::Text),
        ("carrier_id", Type::Uuid),
        ("state", Type::Jsonb),
    ],
};

static STEP: Table = Table {
    name: "trip",
    order: 34,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("status", Type::Text), ("state", Type::Jsonb)],
};

static NEW_RIDER: Table = Table {
    name: "trip_manifest",
    order: 35,
    write: Write::Insert,
    columns: &[
        ("trip_id", Type::Uuid),
        ("manifest_id", Type::Uuid),
        ("stream", Type::Text),
        ("producer_id", Type::Uuid),
        ("producer_division", Type::Text),
        ("producer_regiment", Type::Text),
        ("receiver_id", Type::Uuid),
        ("receiver_division", Type::Text),
        ("receiver_regiment", Type::Text),
        ("rides", Type::Bool),
    ],
};

static RIDER_FREED: Table = Table {
    name: "trip_manifest",
    order: 36,
    write: Write::Update { keys: 2 },
    columns: &[("trip_id", Type::Uuid), ("manifest_id", Type::Uuid), ("rides", Type::Bool)],
};

fn text(text: &str) -> Cell {
    Cell::Text(Some(text.to_owned()))
}

fn state(trip: &Trip) -> Result<Cell, Problem> {
    serde_json::to_string(trip).map(|text| Cell::Json(Some(text))).map_err(Problem::internal)
}

/// The row of a trip that has just been opened.
pub fn new_row(id: TripId, trip: &Trip) -> Result<Row, Problem> {
    let carrier = Cell::Uuid(Some(trip.carrier_id.uuid()));
    let (id, status) = (Cell::Uuid(Some(id.uuid())), text(trip.status.as_str()));
    let cells = vec![id, status, carrier, state(trip)?];
    Ok(Row { table: &NEW, cells })
}

/// The row of a trip after a step.
pub fn step_row(id: TripId, trip: &Trip) -> Result<Row, Problem> {
    let cells = vec![Cell::Uuid(Some(id.uuid())), text(trip.status.as_str()), state(trip)?];
    Ok(Row { table: &STEP, cells })
}

/// The row of a manifest that rides on it.
pub fn rider_row(id: TripId, rider: &Rider) -> Row {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Uuid(Some(rider.manifest_id.uuid())),
        text(&rider.stream),
        Cell::Uuid(Some(rider.producer.organisation_id.uuid())),
        text(&rider.producer.division),
        Cell::Text(rider.producer.regiment.clone()),
        Cell::Uuid(Some(rider.receiver.organisation_id.uuid())),
        text(&rider.receiver.division),
        Cell::Text(rider.receiver.regiment.clone()),
        Cell::Bool(Some(true)),
    ];
    Row { table: &NEW_RIDER, cells }
}

/// The rows that must be there of a trip as it stands. Errors: as of [`step_row`].
pub fn implied_rows(id: TripId, trip: &Trip) -> Result<Vec<Implied>, Problem> {
    let rides = trip.status != TripStatus::Cancelled;
    let rider = |rider: &Rider| {
        let mut cells = rider_row(id, rider).cells;
        if let Some(last) = cells.last_mut() {
            *last = Cell::Bool(Some(rides));
        }
        cells
    };
    Ok(vec![
        Implied { table: &NEW, rows: vec![new_row(id, trip)?.cells] },
        Implied { table: &NEW_RIDER, rows: trip.riders.iter().map(rider).collect() },
    ])
}

/// A manifest that may join another trip: this one is not driven.
pub fn rider_freed(id: TripId, manifest: ManifestId) -> Row {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Uuid(Some(manifest.uuid())),
        Cell::Bool(Some(false)),
    ];
    Row { table: &RIDER_FREED, cells }
}

/// A trip as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: TripId,
    pub trip: Trip,
}

const BY_ID_SQL: ByKey = "-- trips by id
SELECT id, state FROM trip WHERE id = ANY($1)";

pub async fn by_id(pool: &Pool, id: TripId) -> Result<Option<Stored>, Problem> {
    let rows = pool.rows(BY_ID_SQL, vec![id.uuid()]).await?;
    let Some(row) = rows.as_slice().first() else { return Ok(None) };
    let JsonText(state) = row.try_get(1).map_err(Problem::internal)?;
    let trip = serde_json::from_str(state).map_err(Problem::internal)?;
    Ok(Some(Stored { id, trip }))
}

/// The trips that some manifests ride on.
pub async fn trips_of(
    pool: &Pool,
    ids: &[ManifestId],
) -> Result<HashMap<ManifestId, TripId>, Problem> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, Uuid)> = trip_manifest::table
        .filter(trip_manifest::manifest_id.eq_any(ids).and(trip_manifest::rides))
        .select((trip_manifest::manifest_id, trip_manifest::trip_id))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows.into_iter().map(|(id, trip)| (ManifestId::of(id), TripId::of(trip))).collect())
}

/// The trip as it stood at a version: what a repeated request is answered with.
pub async fn as_of(pool: &Pool, id: TripId, version: i64) -> Result<Trip, Problem> {
    let bodies = journal::chain(pool, id.uuid(), version).await?;
    let stamped: Result<Vec<Stamped>, Problem> =
        bodies.iter().map(|body| read_event(body)).collect();
    let folded = fold(&stamped?).map_err(Problem::internal)?;
    folded.ok_or_else(|| Problem::internal("a trip without events"))
}

/// An event's body, read back.
pub fn read_event(body: &str) -> Result<Stamped, Problem> {
    Recorded::of(body)?.stamped(Happening::read)
}
