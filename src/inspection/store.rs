//! The roadside's readings, each one statement and so one moment of the log; rows of `inspection`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bytea, Json, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Asked, Inspection};
use crate::db::Pool;
use crate::db::schema::inspection as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{InspectionId, ManifestId};
use crate::manifest::{Manifest, Stored};
use crate::problem::Problem;

/// Where the log stood.
pub struct Log {
    pub size: i64,
    pub last_leaf: Option<Vec<u8>>,
}

/// A manifest with the head of its chain.
pub struct Seen {
    pub stored: Stored,
    pub index: i64,
    pub leaf: Vec<u8>,
    pub recorded_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Nullable<Bytea>)]
    last_leaf: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Json>)]
    state: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    contact: Option<Value>,
    #[diesel(sql_type = Nullable<BigInt>)]
    position: Option<i64>,
    #[diesel(sql_type = Nullable<Bytea>)]
    leaf: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    recorded_at: Option<DateTime<Utc>>,
}

/// The log's end, and beside it the manifests that a join finds. All of one snapshot.
macro_rules! looking {
    ($found:literal) => {
        concat!(
            "SELECT h.next_position AS size, l.leaf AS last_leaf, m.id, m.state, m.contact, ",
            "e.position, e.leaf, e.recorded_at FROM log_head h ",
            "LEFT JOIN event l ON l.position = h.next_position - 1 ",
            $found,
            " LEFT JOIN subject s ON s.id = m.id ",
            "LEFT JOIN event e ON e.subject_id = m.id AND e.seq = s.version - 1 ",
            "ORDER BY m.id"
        )
    };
}

const ON_PLATE: &str =
    looking!("LEFT JOIN (riding r JOIN manifest m ON m.id = r.manifest_id) ON r.plate = $1");
const OF_NUMBER: &str = looking!("LEFT JOIN manifest m ON m.number = $1");
const OF_ID: &str = looking!("LEFT JOIN manifest m ON m.id = $1");

/// What rides on a plate.
pub async fn on_plate(pool: &Pool, plate: &str) -> Result<(Log, Vec<Seen>), Problem> {
    let query = diesel::sql_query(ON_PLATE).bind::<Text, _>(plate);
    read(query.load(&mut pool.get().await?).await?)
}

/// The manifest of a number, on the road or not.
pub async fn of_number(pool: &Pool, number: &str) -> Result<(Log, Vec<Seen>), Problem> {
    let query = diesel::sql_query(OF_NUMBER).bind::<Text, _>(number);
    read(query.load(&mut pool.get().await?).await?)
}

pub async fn of_id(pool: &Pool, id: Option<ManifestId>) -> Result<(Log, Vec<Seen>), Problem> {
    let query = diesel::sql_query(OF_ID).bind::<Nullable<SqlUuid>, _>(id.map(ManifestId::uuid));
    read(query.load(&mut pool.get().await?).await?)
}

fn read(rows: Vec<SeenRow>) -> Result<(Log, Vec<Seen>), Problem> {
    let first = rows.as_slice().first().ok_or_else(|| Problem::internal("the log has no head"))?;
    let log = Log { size: first.size, last_leaf: first.last_leaf.clone() };
    let mut seen = Vec::new();
    for row in rows {
        let (Some(id), Some(state)) = (row.id, row.state) else { continue };
        let (Some(index), Some(leaf), Some(recorded_at)) =
            (row.position, row.leaf, row.recorded_at)
        else {
            return Err(Problem::internal("a manifest without a chain"));
        };
        let manifest: Manifest = serde_json::from_value(state).map_err(Problem::internal)?;
        let stored = Stored { id: ManifestId::of(id), manifest, contact: row.contact };
        seen.push(Seen { stored, index, leaf, recorded_at });
    }
    Ok((log, seen))
}

/// One inspection.
pub async fn by_id(pool: &Pool, id: InspectionId) -> Result<Option<Inspection>, Problem> {
    let query = t::table.filter(t::id.eq(id.uuid())).select(t::state);
    let found: Option<Value> = query.first(&mut pool.get().await?).await.optional()?;
    found.map(|state| serde_json::from_value(state).map_err(Problem::internal)).transpose()
}

static INSERT: Table = Table {
    name: "inspection",
    order: 40,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("agency", Type::Text),
        ("plate", Type::Text),
        ("outcome", Type::Text),
        ("occurred_at", Type::Time),
        ("manifest_ids", Type::Jsonb),
        ("organisation_ids", Type::Jsonb),
        ("places", Type::Jsonb),
        ("streams", Type::Jsonb),
        ("state", Type::Jsonb),
    ],
};

pub fn insert(inspection: &Inspection) -> Result<Row, Problem> {
    let json = |value: &dyn Fn() -> serde_json::Result<String>| {
        value().map(|text| Cell::Json(Some(text))).map_err(Problem::internal)
    };
    let manifests: Vec<ManifestId> = inspection.found.iter().map(|one| one.manifest_id).collect();
    let plate = match &inspection.asked {
        Asked::Plate(plate) => Some(plate.clone()),
        Asked::Number(_) | Asked::ContainerCode(_) => None,
    };
    let cells = vec![
        Cell::Uuid(Some(inspection.id.uuid())),
        Cell::Uuid(Some(inspection.organisation_id.uuid())),
        Cell::Text(Some(inspection.agency.clone())),
        Cell::Text(plate),
        Cell::Text(Some(inspection.outcome.as_str().to_owned())),
        Cell::Time(Some(inspection.occurred_at)),
        json(&|| serde_json::to_string(&manifests))?,
        json(&|| serde_json::to_string(&inspection.organisations()))?,
        json(&|| serde_json::to_string(&inspection.places()))?,
        json(&|| serde_json::to_string(&inspection.streams()))?,
        json(&|| serde_json::to_string(inspection))?,
    ];
    Ok(Row { table: &INSERT, cells })
}
