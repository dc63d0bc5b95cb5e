//! Manifests' rows: what commits write, and reading one manifest back.

use std::collections::HashMap;

use chrono::Datelike;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;

use super::event::Warning;
use super::evolve::Manifest;
use super::linked::edge_rows;
use super::party_rows;
use crate::db::schema::manifest;
use crate::db::{ByKey, JsonText, Pool};
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::{ManifestId, OrganisationId};
use crate::problem::Problem;

/// A new manifest.
pub static NEW: Table = Table {
    name: "manifest",
    order: 20,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("year", Type::Int2),
        ("number", Type::Text),
        ("stream", Type::Text),
        ("kind", Type::Text),
        ("status", Type::Text),
        ("producer_id", Type::Uuid),
        ("producer_site_id", Type::Uuid),
        ("producer_division", Type::Text),
        ("carrier_id", Type::Uuid),
        ("receiver_id", Type::Uuid),
        ("receiver_site_id", Type::Uuid),
        ("receiver_division", Type::Text),
        ("licence_id", Type::Uuid),
        ("filed_by_id", Type::Uuid),
        ("external_id", Type::Text),
        ("planned_departure_on", Type::Date),
        ("filed_at", Type::Time),
        ("shipped_g", Type::Int8),
        ("limbo_g", Type::Int8),
        ("state", Type::Json),
        ("contact", Type::Jsonb),
    ],
};

static NEW_ITEM: Table = Table {
    name: "manifest_item",
    order: 21,
    write: Write::Insert,
    columns: &[
        ("manifest_id", Type::Uuid),
        ("line", Type::Int2),
        ("year", Type::Int2),
        ("waste_code", Type::Text),
        ("mass_g", Type::Int8),
    ],
};

static STEP: Table = Table {
    name: "manifest",
    order: 22,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("status", Type::Text),
        ("limbo_g", Type::Int8),
        ("state", Type::Json),
        ("amendment_due_at", Type::Time),
    ],
};

/// A manifest whose content was amended: what is filtered and joined by follows it.
static AMENDED: Table = Table {
    name: "manifest",
    order: 22,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("status", Type::Text),
        ("limbo_g", Type::Int8),
        ("state", Type::Json),
        ("amendment_due_at", Type::Time),
        ("carrier_id", Type::Uuid),
        ("receiver_id", Type::Uuid),
        ("receiver_site_id", Type::Uuid),
        ("receiver_division", Type::Text),
        ("licence_id", Type::Uuid),
        ("planned_departure_on", Type::Date),
        ("shipped_g", Type::Int8),
    ],
};

static AMENDED_ITEM: Table = Table {
    name: "manifest_item",
    order: 22,
    write: Write::Update { keys: 2 },
    columns: &[
        ("manifest_id", Type::Uuid),
        ("line", Type::Int2),
        ("waste_code", Type::Text),
        ("mass_g", Type::Int8),
    ],
};

static DRAFT_FILED: Table = Table {
    name: "draft",
    order: 23,
    write: Write::Delete,
    columns: &[("id", Type::Uuid), ("version", Type::Int8)],
};

/// The rows of a manifest that has just been filed.
pub fn new_rows(
    id: ManifestId,
    manifest: &Manifest,
    filed_by: OrganisationId,
    contact: Option<&Value>,
) -> Result<Vec<Row>, Problem> {
    let filed = &manifest.filed;
    let year = i16::try_from(manifest.filed_at.year()).unwrap_or(0);
    let shipped: crate::units::Grams = filed.items.iter().map(|item| item.mass_g).sum();
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let uuid = |uuid| Cell::Uuid(Some(uuid));
    let carrier = filed.legs.as_slice().first().map(|leg| leg.carrier_id.uuid());
    let licence = filed.items.as_slice().first().and_then(|item| item.licence_id);
    let mut rows = vec![Row {
        table: &NEW,
        cells: vec![
            uuid(id.uuid()),
            Cell::Int2(Some(year)),
            text(&filed.number),
            text(&filed.stream),
            text(&filed.kind),
            text(manifest.status.as_str()),
            uuid(filed.producer.organisation_id.uuid()),
            uuid(filed.producer_site_id.uuid()),
            text(&filed.producer.division),
            Cell::Uuid(carrier),
            uuid(filed.receiver.organisation_id.uuid()),
            uuid(filed.receiver_site_id.uuid()),
            text(&filed.receiver.division),
            Cell::Uuid(licence.map(crate::ids::LicenceId::uuid)),
            uuid(filed_by.uuid()),
            Cell::Text(filed.external_id.clone()),
            Cell::Date(Some(filed.planned_departure_on)),
            Cell::Time(Some(manifest.filed_at)),
            Cell::Int8(Some(shipped.0)),
            limbo(manifest),
            state(manifest)?,
            Cell::Json(contact.map(ToString::to_string)),
        ],
    }];
    rows.extend(filed.items.iter().map(|item| Row {
        table: &NEW_ITEM,
        cells: vec![
            uuid(id.uuid()),
            Cell::Int2(i16::try_from(item.line).ok()),
            Cell::Int2(Some(year)),
            text(&item.waste_code),
            Cell::Int8(Some(item.mass_g.0)),
        ],
    }));
    rows.extend(party_rows::new(id, manifest));
    rows.extend(edge_rows(id, manifest));
    Ok(rows)
}

/// The row of a manifest after a step.
pub fn step_row(id: ManifestId, manifest: &Manifest) -> Result<Row, Problem> {
    Ok(Row { table: &STEP, cells: step_cells(id, manifest)? })
}

fn step_cells(id: ManifestId, manifest: &Manifest) -> Result<Vec<Cell>, Problem> {
    let status = Cell::Text(Some(manifest.status.as_str().to_owned()));
    let due_at = Cell::Time(manifest.amendments.due_at());
    Ok(vec![Cell::Uuid(Some(id.uuid())), status, limbo(manifest), state(manifest)?, due_at])
}

/// The rows of a manifest after an amendment took effect.
pub fn amended_rows(id: ManifestId, was: &Manifest, is: &Manifest) -> Result<Vec<Row>, Problem> {
    let filed = &is.filed;
    let shipped: crate::units::Grams = filed.items.iter().map(|item| item.mass_g).sum();
    let licence = filed.items.as_slice().first().and_then(|item| item.licence_id);
    let carrier = filed.legs.as_slice().first().map(|leg| leg.carrier_id.uuid());
    let mut cells = step_cells(id, is)?;
    cells.extend([
        Cell::Uuid(carrier),
        Cell::Uuid(Some(filed.receiver.organisation_id.uuid())),
        Cell::Uuid(Some(filed.receiver_site_id.uuid())),
        Cell::Text(Some(filed.receiver.division.clone())),
        Cell::Uuid(licence.map(crate::ids::LicenceId::uuid)),
        Cell::Date(Some(filed.planned_departure_on)),
        Cell::Int8(Some(shipped.0)),
    ]);
    let mut rows = vec![Row { table: &AMENDED, cells }];
    rows.extend(party_rows::amended(id, was, is));
    let pairs = was.filed.items.iter().zip(&filed.items);
    let changed =
        pairs.filter(|(was, is)| (&was.waste_code, was.mass_g) != (&is.waste_code, is.mass_g));
    rows.extend(changed.map(|(_, item)| Row {
        table: &AMENDED_ITEM,
        cells: vec![
            Cell::Uuid(Some(id.uuid())),
            Cell::Int2(i16::try_from(item.line).ok()),
            Cell::Text(Some(item.waste_code.clone())),
            Cell::Int8(Some(item.mass_g.0)),
        ],
    }));
    Ok(rows)
}

fn limbo(manifest: &Manifest) -> Cell {
    Cell::Int8(Some(manifest.limbo().map_or(0, |limbo| limbo.mass_g.0)))
}

static RIDES: Table = Table {
    name: "riding",
    order: 24,
    write: Write::Insert,
    columns: &[("plate", Type::Text), ("manifest_id", Type::Uuid)],
};

static RIDES_NO_MORE: Table = Table {
    name: "riding",
    order: 25,
    write: Write::Delete,
    columns: &[("plate", Type::Text), ("manifest_id", Type::Uuid)],
};

/// What a commit changes of which plates the load is on.
pub fn riding_rows(id: ManifestId, before: Option<&Manifest>, after: &Manifest) -> Vec<Row> {
    let was = before.map(Manifest::plates).unwrap_or_default();
    let is = after.plates();
    let cells = |plate: &str| vec![Cell::Text(Some(plate.to_owned())), Cell::Uuid(Some(id.uuid()))];
    let gone = was.iter().filter(|plate| !is.contains(plate));
    let gone = gone.map(|plate| Row { table: &RIDES_NO_MORE, cells: cells(plate) });
    let new = is.iter().filter(|plate| !was.contains(plate));
    let new = new.map(|plate| Row { table: &RIDES, cells: cells(plate) });
    gone.chain(new).collect()
}

/// The table of plates with the manifest first, as the audit asks for it.
static RIDING: Table =
    Table { columns: &[("manifest_id", Type::Uuid), ("plate", Type::Text)], ..RIDES };

/// The plates that must be there of a manifest as it stands.
pub fn implied_riding(id: ManifestId, manifest: &Manifest) -> Implied {
    let cells = |plate: &str| vec![Cell::Uuid(Some(id.uuid())), Cell::Text(Some(plate.to_owned()))];
    Implied { table: &RIDING, rows: manifest.plates().into_iter().map(cells).collect() }
}

/// Takes a draft away as it is filed; one that was changed meanwhile makes the commit decide again.
pub fn draft_filed(id: ManifestId, version: i64) -> Row {
    let cells = vec![Cell::Uuid(Some(id.uuid())), Cell::Int8(Some(version))];
    Row { table: &DRAFT_FILED, cells }
}

/// The state's column.
pub fn state(manifest: &Manifest) -> Result<Cell, Problem> {
    serde_json::to_string(manifest).map(|text| Cell::Json(Some(text))).map_err(Problem::internal)
}

/// The state's column as it was written: it is read once, and straight into what it is.
pub const STATE: &str = "manifest.state::text";

/// A manifest's row as a state.
pub fn read_state(state: &str) -> Result<Manifest, Problem> {
    serde_json::from_str(state).map_err(Problem::internal)
}

/// A manifest and whom to call about it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: ManifestId,
    pub manifest: Manifest,
    pub contact: Option<Value>,
}

const BY_ID_SQL: ByKey = "-- manifests by id
SELECT id, state, contact FROM manifest WHERE id = ANY($1)";

pub async fn by_id(pool: &Pool, id: ManifestId) -> Result<Option<Stored>, Problem> {
    Ok(by_ids(pool, &[id]).await?.pop())
}

/// Those of `ids` that are there, in no order.
pub async fn by_ids(pool: &Pool, ids: &[ManifestId]) -> Result<Vec<Stored>, Problem> {
    let ids = ids.iter().map(|id| id.uuid()).collect();
    let rows = pool.rows(BY_ID_SQL, ids).await?;
    rows.iter().map(|row| found(row)).collect()
}

fn found(row: &tokio_postgres::Row) -> Result<Stored, Problem> {
    let id: uuid::Uuid = row.try_get(0).map_err(Problem::internal)?;
    let JsonText(state) = row.try_get(1).map_err(Problem::internal)?;
    let contact: Option<JsonText> = row.try_get(2).map_err(Problem::internal)?;
    let contact = contact.map(|JsonText(text)| serde_json::from_str(text)).transpose();
    Ok(Stored {
        id: ManifestId::of(id),
        manifest: read_state(state)?,
        contact: contact.map_err(Problem::internal)?,
    })
}

/// What a trip or a round shows of a manifest.
#[derive(Clone, Debug)]
pub struct Head {
    pub number: String,
    pub status: String,
    /// What its filing was warned of.
    pub warnings: Vec<Warning>,
}

const HEADS_SQL: ByKey = "-- heads of manifests
SELECT id, number, status, state FROM manifest WHERE id = ANY($1)";

/// Of a state, what its filing was warned of.
#[derive(Deserialize)]
struct Warned {
    filed: WarnedAtFiling,
}

#[derive(Deserialize)]
struct WarnedAtFiling {
    #[serde(default)]
    warnings: Vec<Warning>,
}

/// The heads of those of `ids` that are filed.
pub async fn heads(pool: &Pool, ids: &[ManifestId]) -> Result<HashMap<ManifestId, Head>, Problem> {
    let rows = pool.rows(HEADS_SQL, ids.iter().map(|id| id.uuid()).collect()).await?;
    let mut heads = HashMap::with_capacity(rows.len());
    for row in rows {
        let id: uuid::Uuid = row.try_get(0).map_err(Problem::internal)?;
        let number = row.try_get(1).map_err(Problem::internal)?;
        let status = row.try_get(2).map_err(Problem::internal)?;
        let JsonText(state) = row.try_get(3).map_err(Problem::internal)?;
        let Warned { filed } = serde_json::from_str(state).map_err(Problem::internal)?;
        heads.insert(ManifestId::of(id), Head { number, status, warnings: filed.warnings });
    }
    Ok(heads)
}

pub async fn by_number(pool: &Pool, number: &str) -> Result<Option<Stored>, Problem> {
    let columns = (manifest::id, sql::<Text>(STATE), manifest::contact);
    let query = manifest::table.filter(manifest::number.eq(number)).select(columns);
    let found = query.first::<Found>(&mut pool.get().await?).await.optional()?;
    found.map(stored).transpose()
}

type Found = (uuid::Uuid, String, Option<Value>);

fn stored((id, state, contact): Found) -> Result<Stored, Problem> {
    Ok(Stored { id: ManifestId::of(id), manifest: read_state(&state)?, contact })
}

/// Manifests with an open amendment whose time is over, the longest overdue first.
pub async fn amendments_due(
    pool: &Pool,
    until: chrono::DateTime<chrono::Utc>,
    rows: i64,
) -> Result<Vec<ManifestId>, Problem> {
    let due = manifest::table
        .filter(manifest::amendment_due_at.le(until))
        .select(manifest::id)
        .order(manifest::amendment_due_at)
        .limit(rows);
    let found: Vec<uuid::Uuid> = due.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().map(ManifestId::of).collect())
}
