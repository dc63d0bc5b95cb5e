//! Half of the subjects: their events in order, and the rows that are stored of them.

use std::collections::HashMap;
use std::pin::pin;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt as _;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::json::same_json;
use super::snapshot_store::{Rows, Snapshot, Written};
use super::store::subject;
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
    /// Whose it is, by its first column.
    fn owner(&self) -> Option<Uuid> {
        self.0.try_get(0).ok()
    }

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

/// An event; of an unknown kind of subject, which no program of ours wrote, its position and
/// subject.
pub type EventOrStrange = Result<EventRow, (i64, Uuid)>;

/// The newest event of a chain, as its subject's row has it.
pub struct HeadRow {
    pub kind: Option<SubjectKind>,
    pub version: i64,
    pub head: Vec<u8>,
    /// The chain's, and when its newest event was recorded.
    pub year: i16,
    pub recorded_at: DateTime<Utc>,
}

/// Rows of one table by whom they belong to.
pub type Stored = HashMap<Uuid, Vec<StoredRow>>;

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
SELECT id, kind, version, head, year, recorded_at FROM subject WHERE id BETWEEN $1 AND $2";

impl Half<'_> {
    /// Its events, subject by subject.
    pub async fn events(&self) -> Result<Rows<EventOrStrange>, Error> {
        let event = |row: Row| {
            let (position, id, seq) = (row.get(0), row.get(1), row.get(3));
            let subject = subject(row.get(2), id).ok_or((position, id))?;
            Ok(EventRow { position, subject, seq, row })
        };
        Ok(Rows::of(self.log.stream(self.sql, &[&self.middle]).await?, event))
    }

    /// The heads of these subjects, which ascend.
    pub async fn heads(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, HeadRow>, Error> {
        let mut heads = HashMap::with_capacity(ids.len());
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(heads) };
        let mut rows = pin!(self.tables.stream(HEADS_SQL, &[first, last]).await?);
        while let Some(row) = rows.try_next().await? {
            let id: Uuid = row.get(0);
            // What lies between and has no event is told of as such.
            if ids.binary_search(&id).is_ok() {
                let kind = SubjectKind::from_number(row.get(1));
                let (version, head) = (row.get(2), row.get(3));
                let (year, recorded_at) = (row.get(4), row.get(5));
                heads.insert(id, HeadRow { kind, version, head, year, recorded_at });
            }
        }
        Ok(heads)
    }

    /// The rows of a table that belong to one of `owners`, which ascend, by whom they belong to:
    /// their neighbours in the index of its first column.
    pub async fn rows(&self, table: &Table, owners: &[Uuid]) -> Result<Stored, Error> {
        let mut stored = Stored::new();
        let (Some(first), Some(last)) = (owners.first(), owners.last()) else { return Ok(stored) };
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let (key, _) = table.columns[0];
        let sql = format!(
            "SELECT {} FROM {} WHERE {key} BETWEEN $1 AND $2",
            columns.join(", "),
            table.name
        );
        let mut rows = pin!(self.tables.stream(&sql, &[first, last]).await?);
        while let Some(row) = rows.try_next().await? {
            let row = StoredRow(row);
            // What lies between and has no event is told of as such.
            if let Some(owner) = row.owner().filter(|one| owners.binary_search(one).is_ok()) {
                stored.entry(owner).or_default().push(row);
            }
        }
        Ok(stored)
    }
}
