//! Rows as data: what a store hands to `db`, which knows no table of theirs.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Uuid(Option<Uuid>),
    Int2(Option<i16>),
    Int4(Option<i32>),
    Int8(Option<i64>),
    Bool(Option<bool>),
    Text(Option<String>),
    Date(Option<NaiveDate>),
    Time(Option<DateTime<Utc>>),
    /// JSON, already written out.
    Json(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl From<Uuid> for Cell {
    fn from(value: Uuid) -> Self {
        Self::Uuid(Some(value))
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<NaiveDate> for Cell {
    fn from(value: NaiveDate) -> Self {
        Self::Date(Some(value))
    }
}

/// The type of a column that rows are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Uuid,
    Int2,
    Int4,
    Int8,
    Bool,
    Text,
    Date,
    Time,
    /// `json`: kept and read back as it was written.
    Json,
    /// `jsonb`: taken apart, for queries that look into it.
    Jsonb,
    Bytes,
}

/// How rows reach their table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    Insert,
    /// The first `keys` columns find the row; exactly one must be there.
    Update {
        keys: usize,
    },
    /// All columns find the row; exactly one must be there.
    Delete,
}

/// A table as one kind of write sees it. Each store exports its own; `db` knows none of them.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// Parents before children: tables are written in this order.
    pub order: u8,
    pub write: Write,
    pub columns: &'static [(&'static str, Type)],
}

/// Columns that events tell of, with those beside them that only the row has.
pub const fn with_columns<const TOLD: usize, const MORE: usize, const ALL: usize>(
    told: &[(&'static str, Type); TOLD],
    more: &[(&'static str, Type); MORE],
) -> [(&'static str, Type); ALL] {
    let mut all = [("", Type::Text); ALL];
    let mut n = 0;
    while n < ALL {
        all[n] = if n < TOLD { told[n] } else { more[n - TOLD] };
        n += 1;
    }
    all
}

/// The rows of one table that events make of a subject: all of them, so that none is one of none.
#[derive(Clone, Debug)]
pub struct Implied {
    /// Its first column says whose its rows are; it has those that events say something of.
    pub table: &'static Table,
    pub rows: Vec<Vec<Cell>>,
}

/// One row to write.
#[derive(Clone, Debug)]
pub struct Row {
    pub table: &'static Table,
    pub cells: Vec<Cell>,
}
