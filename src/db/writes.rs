//! What a batch writes: one statement a table, each row set as arrays (`UNNEST`).

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use super::look::accounts_of;
use super::rows::{Columns, write_sql};
use super::settle::{Book, Head};
use crate::decision::{
    Account, Balance, Cell, Decision, Row, Settled, Subject, SubjectKind, Table,
};

const EVENTS_SQL: &str = "-- write: events
INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf, body)
SELECT * FROM UNNEST($1::int8[], $2::uuid[], $3::int2[], $4::int2[], $5::int8[], $6::text[],
                     $7::timestamptz[], $8::bytea[], $9::text[])";
const NEW_SUBJECTS_SQL: &str = "-- write: new chains
INSERT INTO subject (id, kind, year, version, head, recorded_at)
SELECT * FROM UNNEST($1::uuid[], $2::int2[], $3::int2[], $4::int8[], $5::bytea[],
                     $6::timestamptz[])";
const GROWN_SUBJECTS_SQL: &str = "-- write: chain heads
WITH grown AS (
    UPDATE subject SET version = new.version, head = new.head, recorded_at = new.recorded_at
      FROM UNNEST($1::uuid[], $2::int8[], $3::bytea[], $4::timestamptz[], $5::int8[])
           AS new(id, version, head, recorded_at, was_version)
     WHERE subject.id = new.id AND subject.version = new.was_version
    RETURNING 1)
SELECT expect_rows((SELECT count(*) FROM grown), cardinality($1::uuid[])::int8)";
const NEW_ACCOUNTS_SQL: &str = "-- write: new accounts
INSERT INTO account (id, kind, owner_id, item, year, limit_g, used_g, reserved_g, lenient)
SELECT * FROM UNNEST($1::uuid[], $2::int2[], $3::uuid[], $4::text[], $5::int2[], $6::int8[],
                     $7::int8[], $8::int8[], $9::bool[])";
const MOVED_ACCOUNTS_SQL: &str = "-- write: moved accounts
WITH moved AS (
    UPDATE account SET limit_g = new.limit_g, used_g = new.used_g, reserved_g = new.reserved_g,
           lenient = new.lenient
      FROM UNNEST($1::uuid[], $2::int8[], $3::int8[], $4::int8[], $5::bool[], $6::int8[],
                  $7::int8[])
           AS new(id, limit_g, used_g, reserved_g, lenient, was_used_g, was_reserved_g)
     WHERE account.id = new.id AND account.used_g = new.was_used_g
       AND account.reserved_g = new.was_reserved_g
    RETURNING 1)
SELECT expect_rows((SELECT count(*) FROM moved), cardinality($1::uuid[])::int8)";
const SERIAL_WRITE_SQL: &str = "-- write: serials
INSERT INTO serial (prefix, last) SELECT * FROM UNNEST($1::text[], $2::int8[])
ON CONFLICT (prefix) DO UPDATE SET last = excluded.last";
const KEYS_SQL: &str = "-- write: first answers
INSERT INTO idempotency (organisation_id, key, fingerprint, status, subject_kind, subject_id,
                         version, created_at)
SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::bytea[], $4::int2[], $5::int2[], $6::uuid[],
                     $7::int8[], $8::timestamptz[])";
const KEYS_AGAIN_SQL: &str = "-- write: first answers under keys that had expired
INSERT INTO idempotency (organisation_id, key, fingerprint, status, subject_kind, subject_id,
                         version, created_at)
SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::bytea[], $4::int2[], $5::int2[], $6::uuid[],
                     $7::int8[], $8::timestamptz[])
ON CONFLICT (organisation_id, key) DO UPDATE
   SET fingerprint = excluded.fingerprint, status = excluded.status, version = excluded.version,
       subject_kind = excluded.subject_kind, subject_id = excluded.subject_id,
       created_at = excluded.created_at";
const OUTBOX_SQL: &str = "-- write: outbox
INSERT INTO outbox (kind, recipient_id, subject_kind, subject_id, position, created_at)
SELECT * FROM UNNEST($1::text[], $2::uuid[], $3::int2[], $4::uuid[], $5::int8[],
                     $6::timestamptz[])";

/// The first event of a batch: where it stands and what it hashes to. The journal is append-only
/// and dense, so this one row tells whether the batch was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstEvent {
    pub position: i64,
    pub leaf: [u8; 32],
}

/// A statement and its arrays.
pub(super) type Statement = (Cow<'static, str>, Columns);

/// A chain that a batch begins or lets grow.
struct Grown {
    kind: SubjectKind,
    head: Head,
    /// The version before the batch; `None` for a new chain.
    was: Option<i64>,
}

/// An account that a batch moves.
struct Moved {
    account: Account,
    /// Before the batch; `None` for a new account.
    was: Option<Balance>,
    now: Balance,
}

/// Everything a batch writes, gathered by table.
#[derive(Default)]
pub(super) struct Writes {
    pub events: Columns,
    pub keys: Columns,
    pub keys_again: Columns,
    pub outbox: Columns,
    first_event: Option<FirstEvent>,
    heads: HashMap<Uuid, Grown>,
    accounts: HashMap<Uuid, Moved>,
    serials: HashMap<String, i64>,
    rows: Vec<(&'static Table, Columns)>,
}

impl Writes {
    pub fn is_empty(&self) -> bool {
        let kept = [&self.events, &self.keys, &self.keys_again];
        self.rows.is_empty() && kept.iter().all(|columns| columns.is_empty())
    }

    pub const fn first_event(&self) -> Option<FirstEvent> {
        self.first_event
    }

    pub fn note_first_event(&mut self, position: i64, leaf: [u8; 32]) {
        self.first_event.get_or_insert(FirstEvent { position, leaf });
    }

    pub fn note_head(&mut self, subject: Subject, head: Head, is_new: bool) {
        let grown = self.heads.entry(subject.id).or_insert_with(|| Grown {
            kind: subject.kind,
            head,
            was: (!is_new).then_some(head.version - 1),
        });
        grown.head = head;
    }

    /// Notes the counters that a settled decision moves; the book does not show them yet.
    pub fn note_counters(&mut self, book: &Book, decision: &Decision, settled: &Settled) {
        for (id, now) in &settled.balances {
            if let Some(moved) = self.accounts.get_mut(id) {
                moved.now = *now;
            } else if let Some(account) = accounts_of(decision).find(|one| one.id == *id) {
                let was = book.accounts.get(id).copied();
                let moved = Moved { account: account.clone(), was, now: *now };
                self.accounts.insert(*id, moved);
            }
        }
        for serial in &decision.numbers {
            let before = || book.serials.get(&serial.prefix).copied().unwrap_or(0);
            let last = self.serials.entry(serial.prefix.clone()).or_insert_with(before);
            *last += 1;
        }
    }

    pub fn note_row(&mut self, row: Row) {
        let known = self.rows.iter_mut().find(|(table, _)| std::ptr::eq(*table, row.table));
        if let Some((_, columns)) = known {
            columns.push(row.cells);
        } else {
            let mut columns = Columns::default();
            columns.push(row.cells);
            self.rows.push((row.table, columns));
        }
    }

    /// The statements, parents before children; none for a table without rows.
    pub fn into_statements(mut self) -> Vec<Statement> {
        let (new_accounts, moved_accounts) = account_rows(self.accounts);
        let (new_heads, grown_heads) = head_rows(self.heads);
        let mut statements: Vec<Statement> = vec![
            (SERIAL_WRITE_SQL.into(), serial_rows(self.serials)),
            (NEW_ACCOUNTS_SQL.into(), new_accounts),
            (MOVED_ACCOUNTS_SQL.into(), moved_accounts),
        ];
        self.rows.sort_by_key(|(table, _)| table.order);
        for (table, columns) in self.rows {
            statements.push((write_sql(table).into(), columns));
        }
        statements.push((EVENTS_SQL.into(), self.events));
        statements.push((NEW_SUBJECTS_SQL.into(), new_heads));
        statements.push((GROWN_SUBJECTS_SQL.into(), grown_heads));
        statements.push((KEYS_SQL.into(), self.keys));
        statements.push((KEYS_AGAIN_SQL.into(), self.keys_again));
        statements.push((OUTBOX_SQL.into(), self.outbox));
        statements.retain(|(_, columns)| !columns.is_empty());
        statements
    }
}

fn account_rows(accounts: HashMap<Uuid, Moved>) -> (Columns, Columns) {
    let (mut new, mut moved) = (Columns::default(), Columns::default());
    for (id, Moved { account, was, now }) in accounts {
        match was {
            Some(was) if was == now => {}
            Some(was) => moved.push(vec![
                Cell::Uuid(Some(id)),
                Cell::Int8(now.limit),
                Cell::Int8(Some(now.used)),
                Cell::Int8(Some(now.reserved)),
                Cell::Bool(Some(now.lenient)),
                Cell::Int8(Some(was.used)),
                Cell::Int8(Some(was.reserved)),
            ]),
            None => new.push(vec![
                Cell::Uuid(Some(id)),
                Cell::Int2(Some(account.kind.number())),
                Cell::Uuid(Some(account.owner)),
                Cell::Text(Some(account.item)),
                Cell::Int2(Some(account.year)),
                Cell::Int8(now.limit),
                Cell::Int8(Some(now.used)),
                Cell::Int8(Some(now.reserved)),
                Cell::Bool(Some(now.lenient)),
            ]),
        }
    }
    (new, moved)
}

fn serial_rows(serials: HashMap<String, i64>) -> Columns {
    let mut columns = Columns::default();
    for (prefix, last) in serials {
        columns.push(vec![Cell::Text(Some(prefix)), Cell::Int8(Some(last))]);
    }
    columns
}

fn head_rows(heads: HashMap<Uuid, Grown>) -> (Columns, Columns) {
    let (mut new, mut grown) = (Columns::default(), Columns::default());
    for (id, Grown { kind, head, was }) in heads {
        let leaf = Cell::Bytes(Some(head.leaf.to_vec()));
        match was {
            Some(version) => grown.push(vec![
                Cell::Uuid(Some(id)),
                Cell::Int8(Some(head.version)),
                leaf,
                Cell::Time(Some(head.recorded_at)),
                Cell::Int8(Some(version)),
            ]),
            None => new.push(vec![
                Cell::Uuid(Some(id)),
                Cell::Int2(Some(kind.number())),
                Cell::Int2(Some(head.year)),
                Cell::Int8(Some(head.version)),
                leaf,
                Cell::Time(Some(head.recorded_at)),
            ]),
        }
    }
    (new, grown)
}
