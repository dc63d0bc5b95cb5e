//! Rows of `assessment`: append-only, so only an insert.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{AssessmentFilter, Taken};
use crate::db::Pool;
use crate::db::schema::assessment as t;
use crate::decision::{Cell, Row, Table, Type, Write, with_columns};
use crate::ids::{AssessmentId, OrganisationId};
use crate::problem::Problem;

/// What the event says, without the content that it has the hash of.
static TOLD: Table =
    Table { name: "assessment", order: 14, write: Write::Insert, columns: &COLUMNS };

static INSERT: Table =
    Table { name: "assessment", order: 14, write: Write::Insert, columns: &WITH_CONTENT };

const COLUMNS: [(&str, Type); 9] = [
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("agency", Type::Text),
    ("name", Type::Text),
    ("year", Type::Int2),
    ("dimensions", Type::Jsonb),
    ("divisions", Type::Jsonb),
    ("tree_size", Type::Int8),
    ("content_sha256", Type::Text),
];

const WITH_CONTENT: [(&str, Type); 10] = with_columns(&COLUMNS, &[("content", Type::Text)]);

fn cells(taken: &Taken) -> Vec<Cell> {
    let list = |words: &[String]| Cell::Json(Some(json!(words).to_string()));
    vec![
        Cell::Uuid(Some(taken.id.uuid())),
        Cell::Uuid(Some(taken.organisation_id.uuid())),
        Cell::Text(taken.agency.clone()),
        Cell::Text(Some(taken.name.clone())),
        Cell::Int2(i16::try_from(taken.year).ok()),
        list(&taken.dimensions),
        list(&taken.divisions),
        Cell::Int8(Some(taken.tree_size)),
        Cell::Text(Some(taken.content_sha256.clone())),
    ]
}

pub fn insert(taken: &Taken, content: &str) -> Row {
    let mut cells = cells(taken);
    cells.push(Cell::Text(Some(content.to_owned())));
    Row { table: &INSERT, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let taken: Taken = serde_json::from_value(data)?;
    Ok(Row { table: &TOLD, cells: cells(&taken) })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct TakenRow {
    id: Uuid,
    organisation_id: Uuid,
    agency: Option<String>,
    name: String,
    year: i16,
    dimensions: Value,
    divisions: Value,
    tree_size: i64,
    content_sha256: String,
}

fn read(row: TakenRow) -> Result<Taken, Problem> {
    let list = |value| serde_json::from_value(value).map_err(Problem::internal);
    Ok(Taken {
        id: AssessmentId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        agency: row.agency,
        name: row.name,
        year: i32::from(row.year),
        dimensions: list(row.dimensions)?,
        divisions: list(row.divisions)?,
        tree_size: row.tree_size,
        content_sha256: row.content_sha256,
    })
}

/// One, with its content.
pub async fn one(pool: &Pool, id: AssessmentId) -> Result<Option<(Taken, String)>, Problem> {
    let query = t::table.find(id.uuid()).select((TakenRow::as_select(), t::content));
    let found: Option<(TakenRow, String)> = query.first(&mut pool.get().await?).await.optional()?;
    found.map(|(row, content)| Ok((read(row)?, content))).transpose()
}

/// Whose frozen assessments somebody sees.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Those that go over this division alone; `None`: over any.
    pub division: Option<&'a str>,
    /// Those of this agency; `None`: of any.
    pub agency: Option<&'a str>,
}

impl Sight<'_> {
    pub fn has(&self, taken: &Taken) -> bool {
        self.division.is_none_or(|own| taken.divisions == [own])
            && self.agency.is_none_or(|own| taken.agency.as_deref() == Some(own))
    }
}

/// A page, in the order of their making.
pub async fn page(
    pool: &Pool,
    asked: &AssessmentFilter,
    sight: Sight<'_>,
) -> Result<Vec<Taken>, Problem> {
    let mut query = t::table
        .select(TakenRow::as_select())
        .order(t::id)
        .limit(asked.limit.rows_to_read())
        .into_boxed();
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0));
    }
    if let Some(year) = asked.year {
        query = query.filter(t::year.eq(i16::try_from(year.get()).unwrap_or(0)));
    }
    if let Some(division) = sight.division {
        query = query.filter(t::divisions.eq(json!([division])));
    }
    if let Some(agency) = sight.agency {
        query = query.filter(t::agency.eq(agency));
    }
    let rows: Vec<TakenRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// Those of `ids` that are seen.
pub async fn among(pool: &Pool, ids: &[Uuid], sight: Sight<'_>) -> Result<Vec<Uuid>, Problem> {
    let mut query = t::table.filter(t::id.eq_any(ids)).select(t::id).into_boxed();
    if let Some(division) = sight.division {
        query = query.filter(t::divisions.eq(json!([division])));
    }
    if let Some(agency) = sight.agency {
        query = query.filter(t::agency.eq(agency));
    }
    Ok(query.load(&mut pool.get().await?).await?)
}
