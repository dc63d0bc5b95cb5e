//! One batch of decisions as one transaction: lock, look, settle, write, commit.
//!
//! `log_head` is the one lock, taken first and held to COMMIT (ADR 0002). Every writer of chains,
//! accounts, serials and keys is a committer that holds it, so what is looked up after it, in
//! statements younger than the lock, cannot move before the commit. Two round trips: the lock with
//! the look, and the writes with the COMMIT, each pipelined. One fsync for the whole batch.

use std::collections::HashMap;

use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::rows::{Columns, write_sql};
use super::session::{BatchError, Proof, Session};
use super::settle::{Book, FirstAnswer, Head, Verdict, enter, judge};
use crate::decision::{
    Account, Balance, Cell, Decision, Notice, Output, Row, Settled, Subject, SubjectKind, Table,
    Written,
};
use crate::journal::{self, BODY_BYTES_MAX, Link, NO_PREV};
use crate::problem::{Code, Problem, Text};

/// What a commit answers.
#[derive(Debug)]
pub enum Outcome {
    Done(Receipt),
    /// These facts moved since they were read: decide again.
    Stale(Vec<Subject>),
}

/// What was written, or was written before under the same key.
#[derive(Debug)]
pub enum Receipt {
    Written(Entry),
    Replayed(FirstAnswer),
}

/// Where a commit stands in the journal.
pub struct Entry {
    /// Log position of the decision's last event; `None` where it had none.
    pub position: Option<i64>,
    pub settled: Settled,
    pub output: Output,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("position", &self.position).finish_non_exhaustive()
    }
}

pub(super) type Answer = Result<Outcome, Problem>;

const LOCK_SQL: &str = "-- lock the log
SELECT next_position FROM log_head WHERE id = 1 FOR UPDATE";
const HEADS_SQL: &str = "-- look: chain heads and guards
SELECT id, year, version, head, recorded_at FROM subject WHERE id = ANY($1)";
const ACCOUNTS_SQL: &str = "-- look: balances
SELECT id, limit_g, used_g, reserved_g, lenient FROM account WHERE id = ANY($1)";
const SERIALS_SQL: &str = "-- look: serials
SELECT prefix, last FROM serial WHERE prefix = ANY($1)";
const KEYS_SQL: &str = "-- look: first answers
SELECT i.organisation_id, i.key, i.fingerprint, i.status, i.subject_kind, i.subject_id, i.version,
       i.created_at
  FROM UNNEST($1::uuid[], $2::text[]) AS wanted(organisation_id, key)
  JOIN idempotency i USING (organisation_id, key)";
const EVENTS_SQL: &str = "-- write: events
INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf, body)
SELECT * FROM UNNEST($1::int8[], $2::uuid[], $3::int2[], $4::int2[], $5::int8[], $6::text[],
                     $7::timestamptz[], $8::bytea[], $9::text[])";
const SUBJECTS_SQL: &str = "-- write: chain heads
INSERT INTO subject (id, kind, year, version, head, recorded_at)
SELECT * FROM UNNEST($1::uuid[], $2::int2[], $3::int2[], $4::int8[], $5::bytea[], $6::timestamptz[])
ON CONFLICT (id) DO UPDATE
   SET version = excluded.version, head = excluded.head, recorded_at = excluded.recorded_at";
const NEW_ACCOUNTS_SQL: &str = "-- write: new accounts
INSERT INTO account (id, kind, owner_id, item, year, limit_g, used_g, reserved_g, lenient)
SELECT * FROM UNNEST($1::uuid[], $2::int2[], $3::uuid[], $4::text[], $5::int2[], $6::int8[],
                     $7::int8[], $8::int8[], $9::bool[])";
const MOVED_ACCOUNTS_SQL: &str = "-- write: moved accounts
WITH moved AS (
    UPDATE account SET limit_g = new.limit_g, used_g = new.used_g, reserved_g = new.reserved_g,
           lenient = new.lenient
      FROM UNNEST($1::uuid[], $2::int8[], $3::int8[], $4::int8[], $5::bool[], $6::int8[], $7::int8[])
           AS new(id, limit_g, used_g, reserved_g, lenient, was_used_g, was_reserved_g)
     WHERE account.id = new.id AND account.used_g = new.was_used_g
       AND account.reserved_g = new.was_reserved_g
    RETURNING 1)
SELECT expect_rows((SELECT count(*) FROM moved), cardinality($1::uuid[])::int8)";
const SERIAL_WRITE_SQL: &str = "-- write: serials
INSERT INTO serial (prefix, last) SELECT * FROM UNNEST($1::text[], $2::int8[])
ON CONFLICT (prefix) DO UPDATE SET last = excluded.last";
const KEY_WRITE_SQL: &str = "-- write: first answers
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
SELECT * FROM UNNEST($1::text[], $2::uuid[], $3::int2[], $4::uuid[], $5::int8[], $6::timestamptz[])";
const HEAD_WRITE_SQL: &str = "-- write: log head
UPDATE log_head SET next_position = $1 WHERE id = 1";

/// Everything a batch writes, gathered by table.
#[derive(Default)]
struct Writes {
    events: Columns,
    heads: HashMap<Uuid, (SubjectKind, Head)>,
    keys: Columns,
    outbox: Columns,
    rows: Vec<(&'static Table, Columns)>,
}

/// Runs one batch and gives every decision its answer, in order. `Err` means that nothing of it was
/// committed or, when in doubt, that only the database knows; the answers then wait for that.
pub(super) async fn run(
    session: &mut Session,
    origin: &str,
    decisions: &[&Decision],
    answers: &mut Vec<Answer>,
) -> Result<(), BatchError> {
    let mut book = lock_and_look(session, decisions).await?;
    let looked = (book.accounts.clone(), book.next_position);
    let mut writes = Writes::default();
    for decision in decisions {
        answers.push(settle(&mut book, &mut writes, origin, decision));
    }
    if book.next_position == looked.1 && writes.rows.is_empty() && writes.keys.is_empty() {
        return session.rollback().await;
    }
    write_and_commit(session, &book, &looked.0, writes, decisions).await
}

async fn lock_and_look(session: &mut Session, decisions: &[&Decision]) -> Result<Book, BatchError> {
    let wanted = Wanted::of(decisions);
    let (org, key): (Vec<Uuid>, Vec<&str>) = wanted.keys.iter().copied().unzip();
    let mut book = Book::default();
    session.prepare(&[LOCK_SQL, HEADS_SQL, ACCOUNTS_SQL, SERIALS_SQL, KEYS_SQL]).await?;
    let session = &*session;
    let subjects: [&(dyn ToSql + Sync); 1] = [&wanted.subjects];
    let account_ids: [&(dyn ToSql + Sync); 1] = [&wanted.accounts];
    let prefixes: [&(dyn ToSql + Sync); 1] = [&wanted.serials];
    let key_pairs: [&(dyn ToSql + Sync); 2] = [&org, &key];
    let looked = futures_util::try_join!(
        session.begin(),
        session.query(LOCK_SQL, &[]),
        session.query(HEADS_SQL, &subjects),
        session.query_unless(wanted.accounts.is_empty(), ACCOUNTS_SQL, &account_ids),
        session.query_unless(wanted.serials.is_empty(), SERIALS_SQL, &prefixes),
        session.query_unless(org.is_empty(), KEYS_SQL, &key_pairs),
    )?;
    let ((), lock, heads, accounts, serials, keys) = looked;
    book.next_position = lock.first().map_or(0, |row| row.get(0));
    for row in heads {
        let leaf: &[u8] = row.get(3);
        let head = Head {
            year: row.get(1),
            version: row.get(2),
            leaf: leaf.try_into().unwrap_or(NO_PREV),
            recorded_at: row.get(4),
        };
        book.heads.insert(row.get(0), head);
    }
    for row in accounts {
        let balance = Balance {
            limit: row.get(1),
            used: row.get(2),
            reserved: row.get(3),
            lenient: row.get(4),
        };
        book.accounts.insert(row.get(0), balance);
    }
    book.serials = serials.iter().map(|row| (row.get(0), row.get(1))).collect();
    for row in keys {
        let fingerprint: &[u8] = row.get(2);
        let Some(kind) = SubjectKind::from_number(row.get(4)) else { continue };
        let first = FirstAnswer {
            fingerprint: fingerprint.try_into().unwrap_or([0; 32]),
            status: row.get(3),
            subject: Subject::new(kind, row.get(5)),
            version: row.get(6),
            wall: row.get(7),
        };
        book.keys.insert((row.get(0), row.get(1)), first);
    }
    Ok(book)
}

/// What a batch has to look up, each thing once.
struct Wanted<'a> {
    subjects: Vec<Uuid>,
    accounts: Vec<Uuid>,
    serials: Vec<&'a str>,
    keys: Vec<(Uuid, &'a str)>,
}

impl<'a> Wanted<'a> {
    fn of(decisions: &[&'a Decision]) -> Self {
        let mut wanted = Self {
            subjects: Vec::new(),
            accounts: Vec::new(),
            serials: Vec::new(),
            keys: Vec::new(),
        };
        for decision in decisions {
            wanted.subjects.extend(decision.guards.iter().map(|guard| guard.subject.id));
            wanted.subjects.extend(decision.advances.iter().map(|grow| grow.subject.id));
            wanted.accounts.extend(posts(decision).map(|account| account.id));
            wanted.serials.extend(decision.number.iter().map(|serial| serial.prefix.as_str()));
            let keys = decision.key.iter();
            wanted.keys.extend(keys.map(|key| (key.organisation_id.uuid(), key.key.as_str())));
        }
        sort_out(&mut wanted.subjects);
        sort_out(&mut wanted.accounts);
        sort_out(&mut wanted.serials);
        sort_out(&mut wanted.keys);
        wanted
    }
}

fn sort_out<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

fn posts(decision: &Decision) -> impl Iterator<Item = &Account> {
    let moves = decision.moves.iter();
    moves.flat_map(|wanted| wanted.choices.iter().flatten()).map(|post| &post.account)
}

/// Judges one decision and, where it stands, gathers what it writes.
fn settle(book: &mut Book, writes: &mut Writes, origin: &str, decision: &Decision) -> Answer {
    let settled = match judge(book, decision) {
        Verdict::Settled(settled) => settled,
        Verdict::Stale(subjects) => return Ok(Outcome::Stale(subjects)),
        Verdict::Replayed(first) => return Ok(Outcome::Done(Receipt::Replayed(first))),
        Verdict::Refused(problem) => return Err(problem),
    };
    let written = (decision.finish)(&settled)?;
    let chained = chain(book, origin, &written, &settled)?;
    let first_position = book.next_position;
    enter(book, decision, &settled);
    for link in chained {
        book.heads.insert(link.subject.id, link.head);
        writes.heads.insert(link.subject.id, (link.subject.kind, link.head));
        writes.events.push(link.cells(book.next_position));
        book.next_position += 1;
    }
    gather_rows(writes, written.rows);
    gather_notices(writes, &written.notices, first_position, &settled);
    gather_key(book, writes, decision);
    let position = (book.next_position > first_position).then_some(book.next_position - 1);
    Ok(Outcome::Done(Receipt::Written(Entry { position, settled, output: written.output })))
}

/// An event with its place in the chain, ready to be written.
struct Chained {
    subject: Subject,
    kind: &'static str,
    seq: i64,
    head: Head,
    body: String,
}

impl Chained {
    fn cells(self, position: i64) -> Vec<Cell> {
        vec![
            Cell::Int8(Some(position)),
            Cell::Uuid(Some(self.subject.id)),
            Cell::Int2(Some(self.subject.kind.number())),
            Cell::Int2(Some(self.head.year)),
            Cell::Int8(Some(self.seq)),
            Cell::Text(Some(self.kind.to_owned())),
            Cell::Time(Some(self.head.recorded_at)),
            Cell::Bytes(Some(self.head.leaf.to_vec())),
            Cell::Text(Some(self.body)),
        ]
    }
}

/// Gives each event its `seq` and `prev`, writes its body and hashes it. The book is not changed:
/// a body that is too large refuses the decision before anything of it is entered.
fn chain(
    book: &Book,
    origin: &str,
    written: &Written,
    settled: &Settled,
) -> Result<Vec<Chained>, Problem> {
    let mut chained: Vec<Chained> = Vec::with_capacity(written.events.len());
    for draft in &written.events {
        let own = chained.iter().rev().find(|link| link.subject == draft.subject);
        let before =
            own.map(|link| link.head).or_else(|| book.heads.get(&draft.subject.id).copied());
        let seq = before.map_or(0, |head| head.version);
        let recorded_at =
            before.map_or(settled.recorded_at, |head| head.recorded_at.max(settled.recorded_at));
        let link = Link { seq, prev: before.map_or(NO_PREV, |head| head.leaf), recorded_at };
        let body = journal::body(origin, draft, &link).map_err(Problem::internal)?;
        if body.len() > BODY_BYTES_MAX {
            return Err(too_large(body.len()));
        }
        let year = before.map_or_else(|| year_of(recorded_at), |head| head.year);
        let leaf = journal::leaf_hash(&body);
        let head = Head { year, version: seq + 1, leaf, recorded_at };
        chained.push(Chained { subject: draft.subject, kind: draft.kind, seq, head, body });
    }
    Ok(chained)
}

fn year_of(time: chrono::DateTime<chrono::Utc>) -> i16 {
    i16::try_from(chrono::Datelike::year(&time)).unwrap_or(0)
}

fn too_large(bytes: usize) -> Problem {
    let detail = Text::new(
        format!("事件记录为 {bytes} 字节，超过 {BODY_BYTES_MAX} 字节的上限。"),
        format!("The event would take {bytes} bytes; at most {BODY_BYTES_MAX} are possible."),
    );
    Problem::new(Code::TooLarge, detail)
}

fn gather_rows(writes: &mut Writes, rows: Vec<Row>) {
    for row in rows {
        let known = writes.rows.iter_mut().find(|(table, _)| std::ptr::eq(*table, row.table));
        if let Some((_, columns)) = known {
            columns.push(row.cells);
        } else {
            let mut columns = Columns::default();
            columns.push(row.cells);
            writes.rows.push((row.table, columns));
        }
    }
}

fn gather_notices(writes: &mut Writes, notices: &[Notice], first_position: i64, settled: &Settled) {
    for notice in notices {
        writes.outbox.push(vec![
            Cell::Text(Some(notice.kind.to_owned())),
            Cell::Uuid(Some(notice.recipient.uuid())),
            Cell::Int2(Some(notice.subject.kind.number())),
            Cell::Uuid(Some(notice.subject.id)),
            Cell::Int8(Some(first_position + notice.event as i64)),
            Cell::Time(Some(settled.recorded_at)),
        ]);
    }
}

fn gather_key(book: &mut Book, writes: &mut Writes, decision: &Decision) {
    let Some(key) = &decision.key else { return };
    let version = book.heads.get(&decision.subject.id).map_or(0, |head| head.version);
    let first = FirstAnswer {
        fingerprint: key.fingerprint,
        status: key.status,
        subject: decision.subject,
        version,
        wall: key.wall,
    };
    book.keys.insert((key.organisation_id.uuid(), key.key.clone()), first);
    writes.keys.push(vec![
        Cell::Uuid(Some(key.organisation_id.uuid())),
        Cell::Text(Some(key.key.clone())),
        Cell::Bytes(Some(key.fingerprint.to_vec())),
        Cell::Int2(Some(key.status)),
        Cell::Int2(Some(decision.subject.kind.number())),
        Cell::Uuid(Some(decision.subject.id)),
        Cell::Int8(Some(version)),
        Cell::Time(Some(key.wall)),
    ]);
}

async fn write_and_commit(
    session: &mut Session,
    book: &Book,
    before: &HashMap<Uuid, Balance>,
    mut writes: Writes,
    decisions: &[&Decision],
) -> Result<(), BatchError> {
    let proof = writes.heads.iter().next().map(|(id, (_, head))| Proof {
        subject_id: *id,
        seq: head.version - 1,
        leaf: head.leaf,
    });
    let mut statements: Vec<(String, Columns)> = Vec::new();
    let (new, moved) = account_writes(book, before, decisions);
    statements.push((SERIAL_WRITE_SQL.into(), serial_writes(book, decisions)));
    statements.push((NEW_ACCOUNTS_SQL.into(), new));
    statements.push((MOVED_ACCOUNTS_SQL.into(), moved));
    writes.rows.sort_by_key(|(table, _)| table.order);
    for (table, columns) in writes.rows {
        statements.push((write_sql(table), columns));
    }
    statements.push((EVENTS_SQL.into(), writes.events));
    statements.push((SUBJECTS_SQL.into(), head_writes(&writes.heads)));
    statements.push((KEY_WRITE_SQL.into(), writes.keys));
    statements.push((OUTBOX_SQL.into(), writes.outbox));
    statements.retain(|(_, columns)| !columns.is_empty());
    let texts: Vec<&str> = statements.iter().map(|(sql, _)| sql.as_str()).collect();
    session.prepare(&texts).await?;
    session.prepare(&[HEAD_WRITE_SQL]).await?;
    let mut sent: Vec<(&str, Vec<Box<dyn ToSql + Sync + Send>>)> = Vec::new();
    for (sql, columns) in &mut statements {
        sent.push((sql.as_str(), std::mem::take(columns).into_params()));
    }
    sent.push((HEAD_WRITE_SQL, vec![Box::new(book.next_position)]));
    let session = &*session;
    let writing = try_join_all(sent.into_iter().map(|(sql, params)| session.execute(sql, params)));
    // Polled in this order, so the COMMIT goes out behind the last write: one round trip.
    let in_doubt = |err: BatchError| err.while_committing(proof.as_ref());
    let committing = async { session.commit().await.map_err(in_doubt) };
    let written = async { writing.await.map_err(in_doubt) };
    futures_util::try_join!(written, committing).map(|_| ())
}

fn account_writes(
    book: &Book,
    before: &HashMap<Uuid, Balance>,
    decisions: &[&Decision],
) -> (Columns, Columns) {
    let (mut new, mut moved) = (Columns::default(), Columns::default());
    let mut accounts: Vec<&Account> =
        decisions.iter().flat_map(|decision| posts(decision)).collect();
    accounts.sort_by_key(|account| account.id);
    accounts.dedup_by_key(|account| account.id);
    for account in accounts {
        let Some(now) = book.accounts.get(&account.id) else { continue };
        match before.get(&account.id) {
            Some(was) if was == now => {}
            Some(was) => moved.push(vec![
                Cell::Uuid(Some(account.id)),
                Cell::Int8(now.limit),
                Cell::Int8(Some(now.used)),
                Cell::Int8(Some(now.reserved)),
                Cell::Bool(Some(now.lenient)),
                Cell::Int8(Some(was.used)),
                Cell::Int8(Some(was.reserved)),
            ]),
            None => new.push(vec![
                Cell::Uuid(Some(account.id)),
                Cell::Int2(Some(account.kind.number())),
                Cell::Uuid(Some(account.owner)),
                Cell::Text(Some(account.item.clone())),
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

fn serial_writes(book: &Book, decisions: &[&Decision]) -> Columns {
    let mut columns = Columns::default();
    let mut prefixes: Vec<&str> = decisions
        .iter()
        .filter_map(|decision| decision.number.as_ref())
        .map(|s| s.prefix.as_str())
        .collect();
    sort_out(&mut prefixes);
    for prefix in prefixes {
        if let Some(last) = book.serials.get(prefix) {
            columns.push(vec![Cell::Text(Some(prefix.to_owned())), Cell::Int8(Some(*last))]);
        }
    }
    columns
}

fn head_writes(heads: &HashMap<Uuid, (SubjectKind, Head)>) -> Columns {
    let mut columns = Columns::default();
    for (id, (kind, head)) in heads {
        columns.push(vec![
            Cell::Uuid(Some(*id)),
            Cell::Int2(Some(kind.number())),
            Cell::Int2(Some(head.year)),
            Cell::Int8(Some(head.version)),
            Cell::Bytes(Some(head.leaf.to_vec())),
            Cell::Time(Some(head.recorded_at)),
        ]);
    }
    columns
}
