//! Rows set-wise: cells of many rows turned into one array a column, one statement a table.

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::decision::{Cell, Table, Type, Write};

/// One array.
enum Column {
    Uuid(Vec<Option<Uuid>>),
    Int2(Vec<Option<i16>>),
    Int4(Vec<Option<i32>>),
    Int8(Vec<Option<i64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    Date(Vec<Option<NaiveDate>>),
    Time(Vec<Option<DateTime<Utc>>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// The rows of one statement, column by column.
#[derive(Default)]
pub(super) struct Columns(Vec<Column>);

impl Columns {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a row. All rows of one table have the same columns, as their store wrote them; a cell
    /// of another type would leave its array short, and PostgreSQL then refuses the NULL.
    pub fn push(&mut self, cells: Vec<Cell>) {
        if self.0.is_empty() {
            self.0 = cells.iter().map(Column::for_cell).collect();
        }
        for (column, cell) in self.0.iter_mut().zip(cells) {
            column.push(cell);
        }
    }

    pub fn into_params(self) -> Vec<Box<dyn ToSql + Sync + Send>> {
        self.0.into_iter().map(Column::into_param).collect()
    }
}

impl Column {
    fn for_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Uuid(_) => Self::Uuid(Vec::new()),
            Cell::Int2(_) => Self::Int2(Vec::new()),
            Cell::Int4(_) => Self::Int4(Vec::new()),
            Cell::Int8(_) => Self::Int8(Vec::new()),
            Cell::Bool(_) => Self::Bool(Vec::new()),
            Cell::Text(_) | Cell::Json(_) => Self::Text(Vec::new()),
            Cell::Date(_) => Self::Date(Vec::new()),
            Cell::Time(_) => Self::Time(Vec::new()),
            Cell::Bytes(_) => Self::Bytes(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Uuid(list), Cell::Uuid(value)) => list.push(value),
            (Self::Int2(list), Cell::Int2(value)) => list.push(value),
            (Self::Int4(list), Cell::Int4(value)) => list.push(value),
            (Self::Int8(list), Cell::Int8(value)) => list.push(value),
            (Self::Bool(list), Cell::Bool(value)) => list.push(value),
            (Self::Text(list), Cell::Text(value) | Cell::Json(value)) => list.push(value),
            (Self::Date(list), Cell::Date(value)) => list.push(value),
            (Self::Time(list), Cell::Time(value)) => list.push(value),
            (Self::Bytes(list), Cell::Bytes(value)) => list.push(value),
            (_, cell) => tracing::error!(?cell, "a row's cell does not fit its column"),
        }
    }

    fn into_param(self) -> Box<dyn ToSql + Sync + Send> {
        match self {
            Self::Uuid(list) => Box::new(list),
            Self::Int2(list) => Box::new(list),
            Self::Int4(list) => Box::new(list),
            Self::Int8(list) => Box::new(list),
            Self::Bool(list) => Box::new(list),
            Self::Text(list) => Box::new(list),
            Self::Date(list) => Box::new(list),
            Self::Time(list) => Box::new(list),
            Self::Bytes(list) => Box::new(list),
        }
    }
}

/// The one statement that writes all rows of `table`. Names come from our own constants, never
/// from outside.
pub(super) fn write_sql(table: &Table) -> String {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let arrays: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(n, (_, kind))| format!("${}::{}[]", n + 1, array(*kind)))
        .collect();
    let (list, arrays) = (names.join(", "), arrays.join(", "));
    let cast = |name: &str, kind: Type| match kind {
        Type::Json => format!("new.{name}::json"),
        Type::Jsonb => format!("new.{name}::jsonb"),
        _ => format!("new.{name}"),
    };
    let found = |keys: usize| {
        let equal: Vec<String> = table.columns[..keys]
            .iter()
            .map(|(name, _)| format!("old.{name} = new.{name}"))
            .collect();
        equal.join(" AND ")
    };
    let name = table.name;
    match table.write {
        Write::Insert => {
            let values: Vec<String> =
                table.columns.iter().map(|(name, kind)| cast(name, *kind)).collect();
            let values = values.join(", ");
            format!(
                "-- write: {name}\nINSERT INTO {name} ({list}) SELECT {values} FROM UNNEST({arrays}) AS new({list})"
            )
        }
        Write::Update { keys } => {
            let set: Vec<String> = table.columns[keys..]
                .iter()
                .map(|(name, kind)| format!("{name} = {}", cast(name, *kind)))
                .collect();
            let (set, found) = (set.join(", "), found(keys));
            format!(
                "-- write: {name}\nWITH done AS (UPDATE {name} AS old SET {set} FROM UNNEST({arrays}) AS new({list}) \
                 WHERE {found} RETURNING 1) SELECT expect_rows((SELECT count(*) FROM done), cardinality($1)::int8)"
            )
        }
        Write::Delete => {
            let found = found(table.columns.len());
            format!(
                "-- write: {name}\nWITH done AS (DELETE FROM {name} AS old USING UNNEST({arrays}) AS new({list}) \
                 WHERE {found} RETURNING 1) SELECT expect_rows((SELECT count(*) FROM done), cardinality($1)::int8)"
            )
        }
    }
}

const fn array(kind: Type) -> &'static str {
    match kind {
        Type::Uuid => "uuid",
        Type::Int2 => "int2",
        Type::Int4 => "int4",
        Type::Int8 => "int8",
        Type::Bool => "bool",
        // JSON goes over as text: it was written out already, and no array of it is needed.
        Type::Text | Type::Json | Type::Jsonb => "text",
        Type::Date => "date",
        Type::Time => "timestamptz",
        Type::Bytes => "bytea",
    }
}
