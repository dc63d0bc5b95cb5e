//! Rows of the registers of records (`registry/record/`).
//!
//! Their columns have the names of the entry's own fields, so a row is read and written as the
//! entry's JSON, which its events carry too: one reader and one writer for all of them. A field
//! without a column, or the other way round, leaves a NULL that the table refuses.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Jsonb};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::co_disposal::CoDisposalFacility;
use super::super::entry::{Entry, Slice};
use super::super::record::activity::Activity;
use super::super::record::emergency_plan::EmergencyPlanFiled;
use super::super::record::facility_day::FacilityDay;
use super::super::record::insurance::InsurancePolicy;
use super::super::record::risk_source::RiskSource;
use super::{broken, known};
use crate::db::{self, Pool};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::problem::Problem;

/// An entry whose row holds what it holds.
pub trait Stored: Entry {
    fn to_insert() -> &'static Table;

    fn to_update() -> &'static Table;
}

macro_rules! stored {
    ($($entry:ident in $table:literal [$(($column:literal, $type:ident)),+ $(,)?];)+) => {$(
        impl Stored for $entry {
            fn to_insert() -> &'static Table {
                static INSERT: Table = Table {
                    name: $table,
                    order: 14,
                    write: Write::Insert,
                    columns: &[$(($column, Type::$type)),+],
                };
                &INSERT
            }

            fn to_update() -> &'static Table {
                static UPDATE: Table = Table {
                    name: $table,
                    order: 15,
                    write: Write::Update { keys: 1 },
                    columns: &[$(($column, Type::$type)),+],
                };
                &UPDATE
            }
        }
    )+};
}

stored! {
    Activity in "activity" [
        ("id", Uuid),
        ("site_id", Uuid),
        ("kind", Text),
        ("product", Text),
        ("month", Date),
        ("value_milli", Int8),
        ("note", Text),
    ];
    CoDisposalFacility in "co_disposal_facility" [
        ("id", Uuid),
        ("site_id", Uuid),
        ("kind", Text),
        ("daily_g", Int8),
        ("notice_hours", Int8),
        ("priority", Int8),
        ("evidence_sha256", Text),
        ("status", Text),
    ];
    FacilityDay in "facility_day" [
        ("id", Uuid),
        ("site_id", Uuid),
        ("day", Date),
        ("status", Text),
        ("treated_g", Int8),
        ("reason", Text),
    ];
    RiskSource in "risk_source" [
        ("id", Uuid),
        ("site_id", Uuid),
        ("name", Text),
        ("kind", Text),
        ("level", Text),
        ("substance", Text),
        ("maximum_g", Int8),
        ("status", Text),
        ("review_status", Text),
        ("review_note", Text),
        ("reviewed_at", Time),
        ("reviewed_by", Uuid),
        ("reviewed_by_user", Uuid),
    ];
    EmergencyPlanFiled in "emergency_plan_filed" [
        ("id", Uuid),
        ("site_id", Uuid),
        ("number", Text),
        ("filed_on", Date),
        ("valid_to", Date),
        ("filed_with", Text),
        ("status", Text),
        ("review_status", Text),
        ("review_note", Text),
        ("reviewed_at", Time),
        ("reviewed_by", Uuid),
        ("reviewed_by_user", Uuid),
    ];
    InsurancePolicy in "insurance_policy" [
        ("id", Uuid),
        ("organisation_id", Uuid),
        ("insurer", Text),
        ("number", Text),
        ("amount_milli", Int8),
        ("valid_from", Date),
        ("valid_to", Date),
        ("status", Text),
        ("review_status", Text),
        ("review_note", Text),
        ("reviewed_at", Time),
        ("reviewed_by", Uuid),
        ("reviewed_by_user", Uuid),
    ];
}

pub fn insert_record<T: Stored>(entry: &T) -> Row {
    row(T::to_insert(), entry)
}

pub fn update_record<T: Stored>(entry: &T) -> Row {
    row(T::to_update(), entry)
}

fn row<T: Stored>(table: &'static Table, entry: &T) -> Row {
    let fields = serde_json::json!(entry);
    let cells = table.columns.iter().map(|(name, kind)| cell(*kind, fields.get(*name)));
    Row { table, cells: cells.collect() }
}

fn cell(kind: Type, field: Option<&Value>) -> Cell {
    let field = field.filter(|value| !value.is_null());
    let text = field.and_then(Value::as_str);
    let number = field.and_then(Value::as_i64);
    match kind {
        Type::Uuid => Cell::Uuid(text.and_then(|text| text.parse().ok())),
        Type::Int2 => Cell::Int2(number.and_then(|number| number.try_into().ok())),
        Type::Int4 => Cell::Int4(number.and_then(|number| number.try_into().ok())),
        Type::Int8 => Cell::Int8(number),
        Type::Bool => Cell::Bool(field.and_then(Value::as_bool)),
        Type::Text => Cell::Text(text.map(str::to_owned)),
        Type::Date => Cell::Date(text.and_then(|text| text.parse::<NaiveDate>().ok())),
        Type::Time => Cell::Time(text.and_then(|text| text.parse::<DateTime<Utc>>().ok())),
        Type::Json | Type::Jsonb => Cell::Json(field.map(Value::to_string)),
        Type::Bytes => Cell::Bytes(text.and_then(|text| hex::decode(text).ok())),
    }
}

/// What a list is narrowed by: a column and what it is held against.
pub struct Narrow {
    column: &'static str,
    by: &'static str,
    value: Cell,
}

impl Narrow {
    pub fn is(column: &'static str, value: impl Into<Cell>) -> Self {
        Self { column, by: "=", value: value.into() }
    }

    pub fn from(column: &'static str, value: impl Into<Cell>) -> Self {
        Self { column, by: ">=", value: value.into() }
    }

    pub fn to(column: &'static str, value: impl Into<Cell>) -> Self {
        Self { column, by: "<=", value: value.into() }
    }
}

/// A statement in the making. Names come from our own constants, never from outside.
struct Statement {
    sql: String,
    cells: Vec<Cell>,
}

impl Statement {
    fn of<T: Stored>() -> Self {
        let table = T::to_insert().name;
        let sql = format!(
            "SELECT t.id, to_jsonb(t) AS entry, s.version
               FROM {table} t JOIN subject s ON s.id = t.id WHERE true"
        );
        Self { sql, cells: Vec::new() }
    }

    /// One more condition; `$` in it stands for each of its values in turn.
    fn and(&mut self, condition: &str, cells: impl IntoIterator<Item = Cell>) {
        self.sql.push_str(" AND ");
        let mut cells = cells.into_iter();
        for (n, part) in condition.split('$').enumerate() {
            if n > 0 {
                self.cells.extend(cells.next());
                self.sql.push('$');
                self.sql.push_str(&self.cells.len().to_string());
            }
            self.sql.push_str(part);
        }
    }

    async fn load<T: Stored>(self, pool: &Pool) -> Result<Vec<Known<T>>, Problem> {
        let mut query = sql_query(self.sql).into_boxed::<Pg>();
        for cell in self.cells {
            query = db::bind(query, cell)?;
        }
        let rows: Vec<Found> = query.load(&mut pool.get().await?).await?;
        let read = |row: Found| {
            let entry = serde_json::from_value(row.entry);
            let entry = entry.map_err(|_| broken(T::to_insert().name, row.id))?;
            Ok(known(entry, row.version))
        };
        rows.into_iter().map(read).collect()
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    entry: Value,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

pub async fn record<T: Stored>(pool: &Pool, id: Uuid) -> Result<Option<Known<T>>, Problem> {
    let mut statement = Statement::of::<T>();
    statement.and("t.id = $", [id.into()]);
    Ok(statement.load(pool).await?.pop())
}

pub async fn records<T: Stored>(
    pool: &Pool,
    scope: &Scope,
    narrow: Vec<Narrow>,
    slice: Slice,
) -> Result<Vec<Known<T>>, Problem> {
    let mut statement = Statement::of::<T>();
    let is_of_site = T::to_insert().columns.iter().any(|(name, _)| *name == "site_id");
    if is_of_site {
        sites_seen(&mut statement, scope);
    } else {
        organisations_seen(&mut statement, scope);
    }
    for Narrow { column, by, value } in narrow {
        statement.and(&format!("t.{column} {by} $"), [value]);
    }
    if let Some(after) = slice.after {
        statement.and("t.id > $", [after.into()]);
    }
    statement.sql.push_str(" ORDER BY t.id LIMIT ");
    statement.sql.push_str(&slice.rows_max.to_string());
    statement.load(pool).await
}

/// As `scope::sites_seen`.
fn sites_seen(statement: &mut Statement, scope: &Scope) {
    let mut of = |condition: &str, cells: Vec<Cell>| {
        statement.and(&format!("t.site_id IN (SELECT id FROM site WHERE {condition})"), cells);
    };
    match scope {
        Scope::All => {}
        Scope::Division { division, .. } => of("division = $", vec![division.as_str().into()]),
        Scope::Regiment { division, regiment, .. } => {
            let place = vec![division.as_str().into(), regiment.as_str().into()];
            of("division = $ AND regiment = $", place);
        }
        Scope::Own(own) => of("organisation_id = $", vec![own.uuid().into()]),
        Scope::Nothing => of("false", Vec::new()),
    }
}

/// As `scope::organisations_seen`.
fn organisations_seen(statement: &mut Statement, scope: &Scope) {
    match scope {
        Scope::All => {}
        Scope::Division { division, own } | Scope::Regiment { division, own, .. } => {
            let there = "t.organisation_id IN
                (SELECT id FROM organisation WHERE division = $ OR id = $)";
            statement.and(there, [division.as_str().into(), own.uuid().into()]);
        }
        Scope::Own(own) => statement.and("t.organisation_id = $", [own.uuid().into()]),
        Scope::Nothing => statement.and("false", []),
    }
}
