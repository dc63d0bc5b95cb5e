//! Rows of `container`: the whole container as its last event has it, with narrow columns beside
//! it for what is looked for.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::Container;
use crate::db::Pool;
use crate::db::schema::{container as t, event, serial, subject};
use crate::decision::{Cell, Row, SubjectKind, Table, Type, Write, with_columns};
use crate::ids::ContainerId;
use crate::problem::Problem;
use crate::registry::rows::sites_seen;
use crate::registry::{Known, Scope};

/// How a container is named: by the code on its label or by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Code(String),
    Id(Uuid),
}

impl Named {
    pub fn parse(text: &str) -> Self {
        match crate::wire::parse_uuid(text) {
            Some(id) => Self::Id(id),
            None => Self::Code(text.to_owned()),
        }
    }
}

pub(super) fn read((state, version): (Value, i64)) -> Result<Known<Container>, Problem> {
    let container: Container = serde_json::from_value(state).map_err(Problem::internal)?;
    Ok(Known::new(SubjectKind::Container, container.id.uuid(), version, container))
}

/// The container of this name, if there is one.
pub async fn named(pool: &Pool, name: &Named) -> Result<Option<Known<Container>>, Problem> {
    let query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((t::state, subject::version))
        .into_boxed::<diesel::pg::Pg>();
    let query = match name {
        Named::Code(code) => query.filter(t::code.eq(code)),
        Named::Id(id) => query.filter(t::id.eq(id)),
    };
    let found = query.first(&mut pool.get().await?).await.optional()?;
    found.map(read).transpose()
}

/// The containers of these ids, in no order; what there is not is not among them.
pub async fn by_ids(pool: &Pool, ids: &[ContainerId]) -> Result<Vec<Known<Container>>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Value, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq_any(ids))
        .select((t::state, subject::version))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Those of `codes` that labels have already.
pub async fn taken(pool: &Pool, codes: &[String]) -> Result<HashSet<String>, Problem> {
    if codes.is_empty() {
        return Ok(HashSet::new());
    }
    let query = t::table.filter(t::code.eq_any(codes)).select(t::code);
    let found: Vec<String> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

/// The serials given out for some labels, and those that callers took beyond them by hand.
#[derive(Clone, Debug, Default)]
pub struct Serials {
    pub last: i64,
    pub by_hand: HashSet<i64>,
}

/// The counter's name of a label's key.
pub fn counter(key: &str) -> String {
    format!("L{key}")
}

/// How far serials have come, for each of these keys.
pub async fn serials(pool: &Pool, keys: &[String]) -> Result<HashMap<String, Serials>, Problem> {
    let mut found: HashMap<String, Serials> = HashMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let conn = &mut pool.get().await?;
    let counters: Vec<String> = keys.iter().map(|key| counter(key)).collect();
    let lasts: Vec<(String, i64)> =
        serial::table.filter(serial::prefix.eq_any(&counters)).load(conn).await?;
    for (prefix, last) in lasts {
        let key = prefix.strip_prefix('L').unwrap_or(&prefix);
        found.insert(key.to_owned(), Serials { last, by_hand: HashSet::new() });
    }
    let labels: Vec<(String, i64)> = t::table
        .filter(t::label_key.eq_any(keys).and(t::by_hand.eq(true)))
        .select((t::label_key, t::label_serial))
        .load(conn)
        .await?;
    for (key, serial) in labels {
        let serials = found.entry(key).or_default();
        if serial > serials.last {
            serials.by_hand.insert(serial);
        }
    }
    Ok(found)
}

/// The containers of a list as they were registered, in its order.
pub async fn as_registered(pool: &Pool, first: Uuid) -> Result<Vec<Container>, Problem> {
    let bodies: Vec<String> = event::table
        .inner_join(t::table.on(t::id.eq(event::subject_id)))
        .filter(t::registered_with.eq(first).and(event::seq.eq(0)))
        .order(event::position)
        .select(event::body)
        .load(&mut pool.get().await?)
        .await?;
    let read = |body: &String| {
        let mut body: Value = serde_json::from_str(body).map_err(Problem::internal)?;
        serde_json::from_value(body["data"].take()).map_err(Problem::internal)
    };
    bodies.iter().map(read).collect()
}

/// Those of `ids` that somebody with this scope may see: filled at a site of theirs, or sent there.
pub async fn seen_by_site(
    pool: &Pool,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed();
    if let (Some(from), Some(to)) = (sites_seen(scope), sites_seen(scope)) {
        query = query.filter(t::site_id.eq_any(from).or(t::to_site_id.eq_any(to)));
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

/// What its events say.
const COLUMNS: [(&str, Type); 10] = [
    ("id", Type::Uuid),
    ("code", Type::Text),
    ("registered_with", Type::Uuid),
    ("site_id", Type::Uuid),
    ("waste_code", Type::Text),
    ("to_site_id", Type::Uuid),
    ("manifest_id", Type::Uuid),
    ("status", Type::Text),
    ("missing", Type::Bool),
    ("state", Type::Jsonb),
];

/// The label's parts are those of its code, and whether a caller gave it no event tells.
const LABELLED: [(&str, Type); 13] = with_columns(
    &COLUMNS,
    &[("label_key", Type::Text), ("label_serial", Type::Int8), ("by_hand", Type::Bool)],
);

static INSERT: Table =
    Table { name: "container", order: 30, write: Write::Insert, columns: &LABELLED };

static TOLD: Table =
    Table { name: "container", order: 30, write: Write::Insert, columns: &COLUMNS };

static UPDATE: Table = Table {
    name: "container",
    order: 31,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("to_site_id", Type::Uuid),
        ("manifest_id", Type::Uuid),
        ("status", Type::Text),
        ("missing", Type::Bool),
        ("state", Type::Jsonb),
    ],
};

/// A label as it is looked for.
pub struct Label {
    pub key: String,
    pub serial: i64,
    /// The caller gave it.
    pub by_hand: bool,
}

pub fn insert(container: &Container, label: Label) -> Result<Row, Problem> {
    let mut cells = as_told(container)?;
    cells.extend([
        Cell::Text(Some(label.key)),
        Cell::Int8(Some(label.serial)),
        Cell::Bool(Some(label.by_hand)),
    ]);
    Ok(Row { table: &INSERT, cells })
}

pub fn update(container: &Container) -> Result<Row, Problem> {
    let mut cells = vec![Cell::Uuid(Some(container.id.uuid()))];
    cells.extend(moving(container)?);
    Ok(Row { table: &UPDATE, cells })
}

/// The row that must be stored of it, for the audit.
pub fn told(container: &Container) -> Result<Row, Problem> {
    Ok(Row { table: &TOLD, cells: as_told(container)? })
}

fn as_told(container: &Container) -> Result<Vec<Cell>, Problem> {
    let mut cells = vec![
        Cell::Uuid(Some(container.id.uuid())),
        Cell::Text(Some(container.code.clone())),
        Cell::Uuid(Some(container.registered_with.uuid())),
        Cell::Uuid(Some(container.site_id.uuid())),
        Cell::Text(Some(container.waste_code.clone())),
    ];
    cells.extend(moving(container)?);
    Ok(cells)
}

/// What changes in a container's life.
fn moving(container: &Container) -> Result<[Cell; 5], Problem> {
    let carriage = container.manifest.as_ref();
    let to = container.came_with().map_or(container.site_id, |came| came.receiver_site_id);
    let state = serde_json::to_string(container).map_err(Problem::internal)?;
    Ok([
        Cell::Uuid(Some(to.uuid())),
        Cell::Uuid(carriage.map(|carriage| carriage.manifest_id.uuid())),
        Cell::Text(Some(container.status.as_str().to_owned())),
        Cell::Bool(Some(container.missing)),
        Cell::Json(Some(state)),
    ])
}
