//! Rounds' rows: what commits write, and reading one round back.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::event::{Happening, StopPlanned};
use super::evolve::{Round, Stamped, Stop, fold};
use crate::db::schema::{collection_round, round_stop};
use crate::db::{ByKey, JsonText, Pool};
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::RoundId;
use crate::journal::{self, Recorded};
use crate::problem::Problem;

static NEW: Table = Table {
    name: "collection_round",
    order: 30,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("stream", Type::Text),
        ("status", Type::Text),
        ("carrier_id", Type::Uuid),
        ("receiver_id", Type::Uuid),
        ("receiver_division", Type::Text),
        ("receiver_regiment", Type::Text),
        ("planned_on", Type::Date),
        ("state", Type::Jsonb),
        ("confirm_due_at", Type::Time),
    ],
};

static NEW_STOP: Table = Table {
    name: "round_stop",
    order: 31,
    write: Write::Insert,
    columns: &[
        ("round_id", Type::Uuid),
        ("n", Type::Int2),
        ("producer_id", Type::Uuid),
        ("producer_site_id", Type::Uuid),
        ("producer_division", Type::Text),
        ("producer_regiment", Type::Text),
        ("manifest_id", Type::Uuid),
        ("plan", Type::Jsonb),
    ],
};

static STEP: Table = Table {
    name: "collection_round",
    order: 32,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("status", Type::Text),
        ("state", Type::Jsonb),
        ("confirm_due_at", Type::Time),
    ],
};

fn text(text: &str) -> Cell {
    Cell::Text(Some(text.to_owned()))
}

fn state(round: &Round) -> Result<Cell, Problem> {
    serde_json::to_string(round).map(|text| Cell::Json(Some(text))).map_err(Problem::internal)
}

/// The row of a round that has just been planned.
pub fn new_row(id: RoundId, round: &Round) -> Result<Row, Problem> {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        text(&round.stream),
        text(round.status.as_str()),
        Cell::Uuid(Some(round.carrier_id.uuid())),
        Cell::Uuid(Some(round.receiver.organisation_id.uuid())),
        text(&round.receiver.division),
        Cell::Text(round.receiver.regiment.clone()),
        Cell::Date(Some(round.planned_on)),
        state(round)?,
        Cell::Time(round.confirm_due_at()),
    ];
    Ok(Row { table: &NEW, cells })
}

/// The row of a stop; `plan` is the list of items as planned.
pub fn stop_row(id: RoundId, stop: &StopPlanned, plan: &Value) -> Row {
    let cells = vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Int2(i16::try_from(stop.n).ok()),
        Cell::Uuid(Some(stop.producer.organisation_id.uuid())),
        Cell::Uuid(Some(stop.producer_site_id.uuid())),
        text(&stop.producer.division),
        Cell::Text(stop.producer.regiment.clone()),
        Cell::Uuid(Some(stop.manifest_id.uuid())),
        Cell::Json(Some(plan.to_string())),
    ];
    Row { table: &NEW_STOP, cells }
}

/// A stop without its plan, which is of use until it was called at, and in no event.
static STOP: Table = Table { columns: without_plan(NEW_STOP.columns), ..NEW_STOP };

const fn without_plan<T>(all: &'static [T]) -> &'static [T] {
    match all {
        [told @ .., _plan] => told,
        [] => all,
    }
}

/// The rows that must be there of a round as it stands. Errors: as of [`step_row`].
pub fn implied_rows(id: RoundId, round: &Round) -> Result<Vec<Implied>, Problem> {
    let stop = |stop: &Stop| {
        let mut cells = stop_row(id, &stop.plan, &Value::Null).cells;
        cells.pop();
        cells
    };
    Ok(vec![
        Implied { table: &NEW, rows: vec![new_row(id, round)?.cells] },
        Implied { table: &STOP, rows: round.stops.iter().map(stop).collect() },
    ])
}

/// The row of a round after a step.
pub fn step_row(id: RoundId, round: &Round) -> Result<Row, Problem> {
    let due_at = Cell::Time(round.confirm_due_at());
    let (id, status) = (Cell::Uuid(Some(id.uuid())), text(round.status.as_str()));
    let cells = vec![id, status, state(round)?, due_at];
    Ok(Row { table: &STEP, cells })
}

/// A round as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: RoundId,
    pub round: Round,
}

const BY_ID_SQL: ByKey = "-- rounds by id
SELECT id, state FROM collection_round WHERE id = ANY($1)";

pub async fn by_id(pool: &Pool, id: RoundId) -> Result<Option<Stored>, Problem> {
    let rows = pool.rows(BY_ID_SQL, vec![id.uuid()]).await?;
    let Some(row) = rows.as_slice().first() else { return Ok(None) };
    let JsonText(state) = row.try_get(1).map_err(Problem::internal)?;
    let round = serde_json::from_str(state).map_err(Problem::internal)?;
    Ok(Some(Stored { id, round }))
}

/// Rounds with a stop that nobody has confirmed in time, the longest overdue first.
pub async fn unconfirmed(
    pool: &Pool,
    until: chrono::DateTime<chrono::Utc>,
    rows: i64,
) -> Result<Vec<RoundId>, Problem> {
    let due = collection_round::table
        .filter(collection_round::confirm_due_at.le(until))
        .select(collection_round::id)
        .order(collection_round::confirm_due_at)
        .limit(rows);
    let found: Vec<uuid::Uuid> = due.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().map(RoundId::of).collect())
}

/// What each stop was planned to collect, by its number.
pub async fn plans(pool: &Pool, id: RoundId) -> Result<HashMap<i64, Value>, Problem> {
    let rows: Vec<(i16, Value)> = round_stop::table
        .filter(round_stop::round_id.eq(id.uuid()))
        .select((round_stop::n, round_stop::plan))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows.into_iter().map(|(n, plan)| (i64::from(n), plan)).collect())
}

/// The round as it stood at a version: what a repeated request is answered with.
pub async fn as_of(pool: &Pool, id: RoundId, version: i64) -> Result<Round, Problem> {
    let bodies = journal::chain(pool, id.uuid(), version).await?;
    let stamped: Result<Vec<Stamped>, Problem> =
        bodies.iter().map(|body| read_event(body)).collect();
    let folded = fold(&stamped?).map_err(Problem::internal)?;
    folded.ok_or_else(|| Problem::internal("a round without events"))
}

/// An event's body, read back.
pub fn read_event(body: &str) -> Result<Stamped, Problem> {
    Recorded::of(body)?.stamped(Happening::read)
}
