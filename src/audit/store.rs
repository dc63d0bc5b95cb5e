//! What the audit reads, all of it in one snapshot.

use std::collections::HashMap;

use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::body::origin;
use super::half_store::{FIRST_HALF, Half, SECOND_HALF};
use super::snapshot_store::{Rows, Snapshot};
use crate::custody::Hash;
use crate::decision::{Subject, SubjectKind};

/// Connections that see the same: two for events, two for the rows of their subjects, one for all
/// else that they are held against.
pub struct Source {
    log: Snapshot,
    more_log: Snapshot,
    rows: [Snapshot; 2],
    tables: Snapshot,
}

/// A leaf of the log.
pub struct LeafRow {
    pub position: i64,
    /// None where it is no hash.
    pub leaf: Option<Hash>,
}

pub struct AccountRow {
    pub id: Uuid,
    pub kind: i16,
    pub owner_id: Uuid,
    pub item: String,
    pub year: i16,
    pub limit_g: Option<i64>,
    pub used_g: i64,
    pub reserved_g: i64,
    pub lenient: bool,
}

/// What a site's ledger has of a code by entries of one kind.
pub struct LedgerRow {
    pub site_id: Uuid,
    pub waste_code: String,
    pub kind: String,
    pub of_manifests_g: i64,
    pub all_g: i64,
    /// Entries of manifests that have a number of a batch or of somebody's, which none is given.
    pub misnamed: i64,
}

const LEAVES_SQL: &str = "-- audit: leaves
SELECT position, leaf FROM event WHERE position >= $1 AND position < $2 ORDER BY position";

/// An event without its columns, in the middle of the log: ids of subjects grow with time.
const MIDDLE_SQL: &str =
    "SELECT subject_id FROM event WHERE position >= $1 ORDER BY position LIMIT 1";

const FIRST_SQL: &str = "SELECT body FROM event ORDER BY position LIMIT 1";

const ACCOUNTS_SQL: &str = "-- audit: accounts
SELECT id, kind, owner_id, item, year, limit_g, used_g, reserved_g, lenient FROM account
ORDER BY id";

const LEDGERS_SQL: &str = "-- audit: ledgers
SELECT site_id, waste_code, kind, (sum(mass_g) FILTER (WHERE manifest_id IS NOT NULL))::bigint,
    sum(mass_g)::bigint,
    count(*) FILTER (WHERE manifest_id IS NOT NULL AND
        (external_id IS NOT NULL OR batch_number IS NOT NULL))
FROM ledger_entry GROUP BY site_id, waste_code, kind";

const NUMBERS_SQL: &str = "-- audit: numbers
SELECT id, number FROM manifest WHERE id = ANY($1)";

const AT_SQL: &str = "-- audit: whose the events at these positions are
SELECT position, subject_kind, subject_id FROM event WHERE position = ANY($1)";

/// Subjects without an event: what nobody has ever told the log.
const HEADLESS_SQL: &str = "-- audit: subjects without events
SELECT 'subject', s.id, s.kind FROM subject s WHERE NOT EXISTS
    (SELECT FROM event e WHERE e.subject_id = s.id AND e.seq = 0)";

/// Tables whose every row is a subject's.
const OF_SUBJECTS: [&str; 33] = [
    "manifest",
    "organisation",
    "site",
    "licence",
    "vehicle",
    "driver",
    "app_user",
    "waste_stream",
    "storage_area",
    "transfer_approval",
    "management_plan",
    "insurance_policy",
    "assessment",
    "emergency_plan",
    "transfer_application",
    "report",
    "reading_batch",
    "webhook",
    "subscription",
    "emergency_plan_filed",
    "risk_source",
    "facility_day",
    "co_disposal_facility",
    "activity",
    "api_key",
    "delegation",
    "container",
    "inspection",
    "trip",
    "collection_round",
    "rule_setting",
    // Of a case follows no event before the first act of a person.
    "(SELECT id FROM anomaly
       WHERE num_nonnulls(review, review_status, assignee_id, merged_into) > 0)",
    // Entries that follow from a manifest's or container's event have none of their own.
    "(SELECT id FROM ledger_entry WHERE manifest_id IS NULL AND container_id IS NULL)",
];

/// The table of all subjects.
pub(super) const SUBJECTS: &str = "subject";

/// What is told of at most.
const ORPHANS_MAX: usize = 1000;

/// What a table of [`OF_SUBJECTS`] is called.
fn name_of(table: &str) -> &str {
    let name = table.trim_start_matches("(SELECT id FROM ");
    name.split_whitespace().next().unwrap_or(name)
}

/// Subjects without events, and rows without a subject.
fn orphans_sql() -> String {
    let of = |table: &&str| {
        format!(
            " UNION ALL SELECT '{}', t.id, NULL FROM {table} t WHERE NOT EXISTS
                (SELECT FROM subject s WHERE s.id = t.id)",
            name_of(table)
        )
    };
    let rows: String = OF_SUBJECTS.iter().map(of).collect();
    format!("{HEADLESS_SQL}{rows} LIMIT {ORPHANS_MAX}")
}

/// How many rows each of those tables has, and how many subjects there are.
fn counts_sql() -> String {
    let of =
        |table: &&str| format!(" UNION ALL SELECT '{}', count(*) FROM {table} t", name_of(table));
    let tables: String = OF_SUBJECTS.iter().map(of).collect();
    format!("-- audit: counts\nSELECT '{SUBJECTS}', count(*) FROM subject{tables}")
}

impl Source {
    pub async fn open(url: &str) -> Result<Self, Error> {
        let log = Snapshot::open(url).await?;
        let (more_log, tables) = (log.beside(url).await?, log.beside(url).await?);
        let rows =
            [log.beside(url).await?.by_spans().await?, log.beside(url).await?.by_spans().await?];
        Ok(Self { log, more_log, rows, tables })
    }

    /// The log's name, as its first event has it.
    pub async fn origin(&self) -> Result<Option<String>, Error> {
        let first = self.log.query(FIRST_SQL, &[]).await?;
        Ok(first.first().and_then(|row| origin(row.get(0))))
    }

    /// All subjects in two parts, about as large as one another in a log of `size` events.
    pub async fn halves(&self, size: i64) -> Result<[Half<'_>; 2], Error> {
        let found = self.log.query(MIDDLE_SQL, &[&(size / 2)]).await?;
        let middle = found.first().map_or(Uuid::nil(), |row| row.get(0));
        let [one, other] = &self.rows;
        Ok([
            Half { log: &self.log, tables: one, sql: FIRST_HALF, middle },
            Half { log: &self.more_log, tables: other, sql: SECOND_HALF, middle },
        ])
    }

    /// For the log.
    pub(super) const fn log(&self) -> &Snapshot {
        &self.log
    }

    /// For what is read beside the log.
    pub(super) const fn tables(&self) -> &Snapshot {
        &self.tables
    }

    /// The size of the log, by its head; none where that is gone.
    pub async fn size(&self) -> Result<Option<i64>, Error> {
        let head = self.log.query("SELECT next_position FROM log_head WHERE id = 1", &[]).await?;
        Ok(head.first().map(|row| row.get(0)))
    }

    /// The leaves from a position on, below another, in order; one that is not there is missing.
    pub async fn leaves(&self, (from, to): (i64, i64)) -> Result<Rows<LeafRow>, Error> {
        let leaf = |row: Row| LeafRow {
            position: row.get(0),
            leaf: row.get::<_, &[u8]>(1).try_into().ok(),
        };
        Ok(Rows::of(self.log.stream(LEAVES_SQL, &[&from, &to]).await?, leaf))
    }

    pub async fn accounts(&self) -> Result<Rows<AccountRow>, Error> {
        let account = |row: Row| AccountRow {
            id: row.get(0),
            kind: row.get(1),
            owner_id: row.get(2),
            item: row.get(3),
            year: row.get(4),
            limit_g: row.get(5),
            used_g: row.get(6),
            reserved_g: row.get(7),
            lenient: row.get(8),
        };
        Ok(Rows::of(self.log.stream(ACCOUNTS_SQL, &[]).await?, account))
    }

    pub async fn ledgers(&self) -> Result<Vec<LedgerRow>, Error> {
        let rows = self.tables.query(LEDGERS_SQL, &[]).await?;
        let ledger = |row: Row| LedgerRow {
            site_id: row.get(0),
            waste_code: row.get(1),
            kind: row.get(2),
            of_manifests_g: row.get::<_, Option<i64>>(3).unwrap_or(0),
            all_g: row.get(4),
            misnamed: row.get(5),
        };
        Ok(rows.into_iter().map(ledger).collect())
    }

    pub async fn numbers(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
        let rows = self.tables.query(NUMBERS_SQL, &[&ids]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// How many rows there are in each table whose every row is a subject's.
    pub async fn counts(&self) -> Result<Vec<(String, i64)>, Error> {
        let rows = self.tables.query(&counts_sql(), &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Whose the events at these positions are.
    pub async fn subjects_at(&self, positions: &[i64]) -> Result<HashMap<i64, Subject>, Error> {
        let rows = self.tables.query(AT_SQL, &[&positions]).await?;
        let named = |row: &Row| Some((row.get(0), subject(row.get(1), row.get(2))?));
        Ok(rows.iter().filter_map(named).collect())
    }

    /// Table and id of what stands there without an event, and what it is where that is known.
    pub async fn orphans(&self) -> Result<Vec<(String, Uuid, Option<Subject>)>, Error> {
        let rows = self.tables.query(&orphans_sql(), &[]).await?;
        let named = |row: &Row| {
            let (table, id, kind): (String, Uuid, Option<i16>) =
                (row.get(0), row.get(1), row.get(2));
            let of = kind.and_then(|kind| subject(kind, id));
            (table, id, of)
        };
        Ok(rows.iter().map(named).collect())
    }
}

pub(super) fn subject(kind: i16, id: Uuid) -> Option<Subject> {
    SubjectKind::from_number(kind).map(|kind| Subject::new(kind, id))
}
