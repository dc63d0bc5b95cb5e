//! Half of the subjects: their events in order, and the rows that are stored of them.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt as _;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::json::same_json;
use super::snapshot_store::{Rows, Snapshot, Written};
use super::store::subject;
use crate::custody::Hash;
use crate::decision::{Cell, Subject, SubjectKind, Table};

/// Half of the subjects, on connections of its own.
pub struct Half<'a> {
    pub(super) log: &'a Snapshot,
    pub(super) tables: &'a Snapshot,
    /// The events of its subjects, and where these begin or end.
    pub(super) sql: &'static str,
    pub(super) middle: Uuid,
}

/// An event with its columns.
pub struct EventRow {
    pub position: i64,
    pub subject: Subject,
    pub seq: i64,
    row: Row,
}

impl EventRow {
    pub fn kind(&self) -> &str {
        self.row.get(4)
    }

    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.row.get(5)
    }

    pub fn leaf(&self) -> &[u8] {
        self.row.get(6)
    }

    pub fn body(&self) -> &str {
        self.row.get(7)
    }

    pub fn year(&self) -> i16 {
        self.row.get(8)
    }
}

/// A row of any table, as it came.
pub struct StoredRow(Row);

impl StoredRow {
    /// Whether column `n` has this; of JSON, whether it says the same, however it is written.
    pub fn has(&self, n: usize, cell: &Cell) -> bool {
        fn is<'a, T: FromSql<'a> + PartialEq>(row: &'a Row, n: usize, it: Option<&T>) -> bool {
            row.try_get::<_, Option<T>>(n).is_ok_and(|stored| stored.as_ref() == it)
        }
        let row = &self.0;
        match cell {
            Cell::Uuid(it) => is(row, n, it.as_ref()),
            Cell::Int2(it) => is(row, n, it.as_ref()),
            Cell::Int4(it) => is(row, n, it.as_ref()),
            Cell::Int8(it) => is(row, n, it.as_ref()),
            Cell::Bool(it) => is(row, n, it.as_ref()),
            Cell::Date(it) => is::<NaiveDate>(row, n, it.as_ref()),
            Cell::Time(it) => is::<DateTime<Utc>>(row, n, it.as_ref()),
            Cell::Text(it) => is(row, n, it.as_deref().map(|it| Written(it.as_bytes())).as_ref()),
            Cell::Bytes(it) => is(row, n, it.as_deref().as_ref()),
            Cell::Json(it) => same_json(self.text(n), it.as_deref()),
        }
    }

    fn text(&self, n: usize) -> Option<&[u8]> {
        let stored: Option<Written<'_>> = self.0.try_get(n).ok().flatten();
        stored.map(|text| text.0)
    }
}

/// An event of an unknown kind of subject, which no program of ours wrote.
pub struct StrangeRow {
    pub position: i64,
    pub subject_id: Uuid,
    pub leaf: Vec<u8>,
}

pub type EventOrStrange = Result<EventRow, StrangeRow>;

/// The newest event of a chain, as its subject's row has it.
pub struct HeadRow {
    pub kind: Option<SubjectKind>,
    pub version: i64,
    /// None where it is no hash.
    pub head: Option<Hash>,
    /// The chain's, and when its newest event was recorded.
    pub year: i16,
    pub recorded_at: DateTime<Utc>,
}

/// Rows with whom they belong to, in that order.
pub type Owned<T> = Vec<(Uuid, T)>;

/// The rows of one of many owners, who are asked for in their order.
pub fn next_of<'a, T>(left: &mut &'a [(Uuid, T)], owner: Uuid) -> &'a [(Uuid, T)] {
    // What lies between and has no event is told of as such.
    let before = left.iter().take_while(|(one, _)| *one < owner).count();
    let count = left[before..].iter().take_while(|(one, _)| *one == owner).count();
    let (own, rest) = left[before..].split_at(count);
    *left = rest;
    own
}

/// Chains of the half that `$side` of the middle.
macro_rules! events_sql {
    ($side:literal) => {
        concat!(
            "-- audit: chains\nSELECT position, subject_id, subject_kind, seq, kind, recorded_at, ",
            "leaf, body, year FROM event WHERE subject_id ",
            $side,
            " $1 ORDER BY subject_id, seq"
        )
    };
}

/// The subjects below the middle, and the others.
pub const FIRST_HALF: &str = events_sql!("<");
pub const SECOND_HALF: &str = events_sql!(">=");

const HEADS_SQL: &str = "-- audit: heads
SELECT id, kind, version, head, year, recorded_at FROM subject WHERE id BETWEEN $1 AND $2
ORDER BY id";

impl Half<'_> {
    /// Its events, subject by subject.
    pub async fn events(&self) -> Result<Rows<EventOrStrange>, Error> {
        let event = |row: Row| {
            let (position, subject_id, seq) = (row.get(0), row.get(1), row.get(3));
            match subject(row.get(2), subject_id) {
                Some(subject) => Ok(EventRow { position, subject, seq, row }),
                None => Err(StrangeRow { position, subject_id, leaf: row.get(6) }),
            }
        };
        Ok(Rows::of(self.log.stream(self.sql, &[&self.middle]).await?, event))
    }

    /// The heads of subjects from one to another.
    pub async fn heads(&self, span: (Uuid, Uuid)) -> Result<Owned<HeadRow>, Error> {
        let head = |row: Row| {
            let kind = SubjectKind::from_number(row.get(1));
            let (version, head) = (row.get(2), row.get::<_, &[u8]>(3).try_into().ok());
            let (year, recorded_at) = (row.get(4), row.get(5));
            (row.get(0), HeadRow { kind, version, head, year, recorded_at })
        };
        let rows = self.tables.stream(HEADS_SQL, &[&span.0, &span.1]).await?;
        rows.map_ok(head).try_collect().await
    }

    /// The rows of a table that belong to subjects from one to another, along the index of the
    /// column that says to whom.
    pub async fn rows(&self, table: &Table, span: (Uuid, Uuid)) -> Result<Owned<StoredRow>, Error> {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let (key, _) = table.columns[0];
        let sql = format!(
            "SELECT {} FROM {} WHERE {key} BETWEEN $1 AND $2 ORDER BY {key}",
            columns.join(", "),
            table.name
        );
        let rows = self.tables.stream(&sql, &[&span.0, &span.1]).await?;
        rows.map_ok(|row| (row.get(0), StoredRow(row))).try_collect().await
    }
}
