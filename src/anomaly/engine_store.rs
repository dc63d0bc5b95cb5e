//! The watch's rows: its mark, its leaves, the cases that it owns, and what is told of them, in one
//! transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as Id};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};
use uuid::Uuid;

use super::case::{Case, Cases, Telling, Told, apply, case_of, overdue};
use super::finding::{Finding, Outcome};
use super::watch::Mark;
use super::watch::book::Leaf;
use crate::db::Pool;
use crate::db::schema::{event, log_head, reading_batch, watch_leaf, watch_mark};
use crate::decision::SubjectKind;
use crate::problem::Problem;

/// Which of the marks ever written is meant: nothing else was written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub generation: i64,
    pub step: i64,
}

type MarkRow = (i64, DateTime<Utc>, Option<DateTime<Utc>>, i64, i64);

fn mark_of((position, now, began, generation, step): MarkRow) -> (Mark, Stamp) {
    (Mark { position, now, began }, Stamp { generation, step })
}

/// A leaf as it is stored: book, key and content.
pub type Stored = (String, String, String);

/// The mark and all leaves, as they stood at one moment.
pub async fn load(pool: &Pool) -> Result<((Mark, Stamp), Vec<Stored>), Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            let mark = watch_mark::table.select(MARK).first(conn).await?;
            let leaves = watch_leaf::table.load(conn).await?;
            Ok((mark_of(mark), leaves))
        })
        .await
}

/// The columns of the mark.
const MARK: (
    watch_mark::position,
    watch_mark::now,
    watch_mark::began,
    watch_mark::generation,
    watch_mark::step,
) = (
    watch_mark::position,
    watch_mark::now,
    watch_mark::began,
    watch_mark::generation,
    watch_mark::step,
);

/// An event: its position, its body, and what stands outside the log under its hash.
pub type Logged = (i64, String, Option<String>);

/// The events from a position on, in order, at most `rows_max`.
pub async fn events(pool: &Pool, from: i64, rows_max: i64) -> Result<Vec<Logged>, Problem> {
    let query = event::table
        .left_join(reading_batch::table.on(reading_batch::id.eq(event::subject_id)))
        .filter(event::position.ge(from))
        .order(event::position)
        .limit(rows_max)
        .select((event::position, event::body, reading_batch::content.nullable()));
    Ok(query.load(&mut pool.get().await?).await?)
}

/// How many events were never seen, and when the oldest of them was recorded.
pub async fn unseen(pool: &Pool) -> Result<(i64, Option<DateTime<Utc>>), Problem> {
    let conn = &mut pool.get().await?;
    let position: i64 = watch_mark::table.select(watch_mark::position).first(conn).await?;
    let next: i64 = log_head::table.select(log_head::next_position).first(conn).await?;
    let query = event::table.filter(event::position.eq(position)).select(event::recorded_at);
    let oldest = query.first(conn).await.optional()?;
    Ok((next - position, oldest))
}

/// Any number: it only has to differ from other advisory locks in the database connected to.
const LEADER_LOCK: i64 = 7_126_460;

/// Whether this session may lead: no other does. It leads until it ends.
pub async fn lead(conn: &mut Db) -> Result<bool, Problem> {
    let lock = diesel::dsl::sql::<diesel::sql_types::Bool>("pg_try_advisory_lock(");
    let query = diesel::select(lock.bind::<BigInt, _>(LEADER_LOCK).sql(")"));
    Ok(query.get_result(conn).await?)
}

/// What a step, or a rebuild, leaves behind.
pub struct Change<'a> {
    pub mark: Mark,
    pub leaves: &'a [Leaf],
    pub outcomes: Vec<Outcome>,
}

/// How long a step waits for a case that somebody triages at that moment. Shorter than PostgreSQL
/// takes to look for a deadlock, so that it is never the committer who loses one.
const PATIENCE_SQL: &str = "SET LOCAL lock_timeout = '700ms'";

/// Writes a step's change, all of it or nothing. `None` where something else was written since
/// `from`: whoever asks remembers something old.
pub async fn write(
    conn: &mut Db,
    from: Stamp,
    change: Change<'_>,
) -> Result<Option<Stamp>, Problem> {
    let mut writing = conn.build_transaction();
    writing
        .run(async |conn| {
            conn.batch_execute(PATIENCE_SQL).await?;
            let to = Stamp { step: from.step + 1, ..from };
            if !swap(conn, from, to, change.mark).await? {
                return Ok(None);
            }
            let ids: BTreeSet<Uuid> =
                change.outcomes.iter().map(|outcome| case_of(outcome).uuid()).collect();
            let mut cases = cases(conn, ids).await?;
            write_reminders(conn, &reminders(&change.outcomes), change.mark.now).await?;
            let mut told = Vec::new();
            for outcome in change.outcomes {
                let telling = apply(&mut cases, outcome);
                let overdue = telling.as_ref().and_then(|one| overdue(one, &cases));
                told.extend(telling.into_iter().chain(overdue));
            }
            write_cases(conn, &cases).await?;
            write_leaves(conn, change.leaves).await?;
            write_told(conn, &told, change.mark).await?;
            Ok(Some(to))
        })
        .await
}

const SWAP_SQL: &str = "-- watch: the mark, if nobody else has moved it
UPDATE watch_mark SET position = $1, now = $2, began = $3, generation = $4, step = $5
 WHERE id = 1 AND generation = $6 AND step = $7";

async fn swap(conn: &mut Db, from: Stamp, to: Stamp, mark: Mark) -> Result<bool, Problem> {
    let swapped = diesel::sql_query(SWAP_SQL)
        .bind::<BigInt, _>(mark.position)
        .bind::<Timestamptz, _>(mark.now)
        .bind::<Nullable<Timestamptz>, _>(mark.began)
        .bind::<BigInt, _>(to.generation)
        .bind::<BigInt, _>(to.step)
        .bind::<BigInt, _>(from.generation)
        .bind::<BigInt, _>(from.step);
    Ok(swapped.execute(conn).await? == 1)
}

/// Begins a transaction that holds the mark: nobody else writes until it ends, with
/// [`replace`] or with the session.
pub async fn hold(session: &mut Db) -> Result<(Mark, Stamp), Problem> {
    session.batch_execute("BEGIN").await?;
    session.batch_execute(PATIENCE_SQL).await?;
    Ok(mark_of(watch_mark::table.select(MARK).for_update().first(session).await?))
}

const GONE_SQL: &str = "-- watch: cases that are found no more, and that nobody has touched
DELETE FROM anomaly WHERE review IS NULL AND NOT (id = ANY($1))";

const LOST_SQL: &str = "-- watch: the same of those that somebody has
UPDATE anomaly SET resolved_at = $2, resolved_reason = 'corrected'
 WHERE review IS NOT NULL AND resolved_at IS NULL AND NOT (id = ANY($1))";

const ANEW_SQL: &str = "-- watch: another generation
UPDATE watch_mark SET position = $1, now = $2, began = $3, generation = $4, step = $5
 WHERE id = 1";

/// Ends what [`hold`] began: all that was remembered and found is replaced. Answers how many cases
/// are gone.
pub async fn replace(
    session: &mut Db,
    (mark, stamp): (Mark, Stamp),
    (leaves, cases): (&[Leaf], &Cases),
) -> Result<usize, Problem> {
    let ids: Vec<Uuid> = cases.keys().copied().collect();
    diesel::delete(watch_leaf::table).execute(session).await?;
    write_leaves(session, leaves).await?;
    let gone = diesel::sql_query(GONE_SQL).bind::<Array<Id>, _>(&ids).execute(session).await?;
    let lost = diesel::sql_query(LOST_SQL).bind::<Array<Id>, _>(&ids);
    lost.bind::<Timestamptz, _>(mark.now).execute(session).await?;
    write_cases(session, cases).await?;
    diesel::sql_query(ANEW_SQL)
        .bind::<BigInt, _>(mark.position)
        .bind::<Timestamptz, _>(mark.now)
        .bind::<Nullable<Timestamptz>, _>(mark.began)
        .bind::<BigInt, _>(stamp.generation)
        .bind::<BigInt, _>(stamp.step)
        .execute(session)
        .await?;
    session.batch_execute("COMMIT").await?;
    Ok(gone)
}

const CASES_SQL: &str = "-- watch: cases as they stand
SELECT to_jsonb(a) - 'status' - 'review' - 'review_status' - 'assignee_id' - 'agencies'
       - 'merged_into' AS whole
  FROM anomaly a WHERE id = ANY($1) ORDER BY id FOR UPDATE";

#[derive(QueryableByName)]
struct CaseRow {
    #[diesel(sql_type = Jsonb)]
    whole: Value,
}

/// The cases of these ids that are there, held until the transaction ends.
async fn cases(conn: &mut Db, ids: BTreeSet<Uuid>) -> Result<Cases, Problem> {
    if ids.is_empty() {
        return Ok(Cases::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows: Vec<CaseRow> =
        diesel::sql_query(CASES_SQL).bind::<Array<Id>, _>(ids).load(conn).await?;
    let read = |row: CaseRow| {
        let case: Case = serde_json::from_value(row.whole).map_err(Problem::internal)?;
        Ok((case.id, case))
    };
    rows.into_iter().map(read).collect()
}

/// People's columns are left as they are.
const WRITE_CASES_SQL: &str = "-- watch: cases
INSERT INTO anomaly (id, rule, stream, severity, subject_kind, subject_id, key, divisions,
       manifest_ids, organisation_ids, evidence, proofs, first_seen_at, last_seen_at, times,
       reopened, resolved_at, resolved_reason)
SELECT * FROM jsonb_to_recordset($1) AS new(id uuid, rule text, stream text, severity int2,
       subject_kind text, subject_id uuid, key text, divisions text[], manifest_ids uuid[],
       organisation_ids uuid[], evidence jsonb, proofs int8[], first_seen_at timestamptz,
       last_seen_at timestamptz, times int4, reopened int4, resolved_at timestamptz,
       resolved_reason text)
 ORDER BY id
ON CONFLICT (id) DO UPDATE SET stream = excluded.stream, severity = excluded.severity,
       divisions = excluded.divisions, manifest_ids = excluded.manifest_ids,
       organisation_ids = excluded.organisation_ids, evidence = excluded.evidence,
       proofs = excluded.proofs, first_seen_at = excluded.first_seen_at,
       last_seen_at = excluded.last_seen_at, times = excluded.times,
       reopened = excluded.reopened, resolved_at = excluded.resolved_at,
       resolved_reason = excluded.resolved_reason";

/// How many rows a statement takes.
const ROWS_AT_ONCE: usize = 2_000;

async fn write_cases(conn: &mut Db, cases: &Cases) -> Result<(), Problem> {
    let all: Vec<&Case> = cases.values().collect();
    for some in all.chunks(ROWS_AT_ONCE) {
        let rows = serde_json::to_value(some).map_err(Problem::internal)?;
        diesel::sql_query(WRITE_CASES_SQL).bind::<Jsonb, _>(rows).execute(conn).await?;
    }
    Ok(())
}

const DROP_LEAVES_SQL: &str = "-- watch: forgotten
DELETE FROM watch_leaf l USING UNNEST($1::text[], $2::text[]) AS gone(book, key)
 WHERE l.book = gone.book AND l.key = gone.key";

const WRITE_LEAVES_SQL: &str = "-- watch: remembered
INSERT INTO watch_leaf (book, key, body) SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[])
ON CONFLICT (book, key) DO UPDATE SET body = excluded.body";

async fn write_leaves(conn: &mut Db, leaves: &[Leaf]) -> Result<(), Problem> {
    for some in leaves.chunks(ROWS_AT_ONCE) {
        let (mut gone, mut kept) = ((vec![], vec![]), (vec![], vec![], vec![]));
        for Leaf { book, key, body } in some {
            if let Some(body) = body {
                kept.0.push(*book);
                kept.1.push(key.as_str());
                kept.2.push(body.as_str());
            } else {
                gone.0.push(*book);
                gone.1.push(key.as_str());
            }
        }
        if !gone.0.is_empty() {
            let drop = diesel::sql_query(DROP_LEAVES_SQL).bind::<Array<Text>, _>(gone.0);
            drop.bind::<Array<Text>, _>(gone.1).execute(conn).await?;
        }
        if !kept.0.is_empty() {
            let write = diesel::sql_query(WRITE_LEAVES_SQL).bind::<Array<Text>, _>(kept.0);
            let write = write.bind::<Array<Text>, _>(kept.1).bind::<Array<Text>, _>(kept.2);
            write.execute(conn).await?;
        }
    }
    Ok(())
}

const TELL_SQL: &str = "-- watch: told
INSERT INTO outbox (kind, recipient_id, subject_kind, subject_id, position, created_at)
SELECT kind, NULL, subject_kind, subject_id, position, created_at
  FROM UNNEST($1::int2[], $2::text[], $3::uuid[], $4::int8[], $5::timestamptz[])
       AS new(subject_kind, kind, subject_id, position, created_at)";

async fn write_told(conn: &mut Db, told: &[Telling], mark: Mark) -> Result<(), Problem> {
    if told.is_empty() {
        return Ok(());
    }
    let last = (mark.position - 1).max(0);
    let kinds: Vec<&str> = told.iter().map(|one| one.told.as_str()).collect();
    let subjects: Vec<Uuid> = told.iter().map(|one| one.case).collect();
    let is_load = |one: &Telling| one.told == Told::Overdue;
    let kind = |one| if is_load(one) { SubjectKind::Manifest } else { SubjectKind::Anomaly };
    let subject_kinds: Vec<i16> = told.iter().map(|one| kind(one).number()).collect();
    let positions: Vec<i64> = told.iter().map(|one| one.position.unwrap_or(last)).collect();
    let times: Vec<DateTime<Utc>> = told.iter().map(|one| one.at).collect();
    diesel::sql_query(TELL_SQL)
        .bind::<Array<SmallInt>, _>(subject_kinds)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Id>, _>(subjects)
        .bind::<Array<BigInt>, _>(positions)
        .bind::<Array<Timestamptz>, _>(times)
        .execute(conn)
        .await?;
    Ok(())
}

fn reminders(outcomes: &[Outcome]) -> Vec<(DateTime<Utc>, &Finding)> {
    let mut newest = std::collections::BTreeMap::new();
    for outcome in outcomes {
        if let Outcome::Reminder { at, finding } = outcome {
            newest.insert(finding.case_id(), (*at, finding));
        }
    }
    newest.into_values().collect()
}

const REMINDERS_SQL: &str = "-- watch: what somebody is reminded of
INSERT INTO anomaly_reminder (id, rule, reminded_at, finding)
SELECT * FROM jsonb_to_recordset($1) AS new(id uuid, rule text, reminded_at timestamptz,
       finding jsonb)
ON CONFLICT (id) DO UPDATE SET reminded_at = excluded.reminded_at, finding = excluded.finding";

const OLD_REMINDERS_SQL: &str = "-- watch: reminders of long ago
DELETE FROM anomaly_reminder WHERE reminded_at < $1::timestamptz - INTERVAL '92 days'";

async fn write_reminders(
    conn: &mut Db,
    reminders: &[(DateTime<Utc>, &Finding)],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if reminders.is_empty() {
        return Ok(());
    }
    let row = |(at, finding): &(DateTime<Utc>, &Finding)| {
        json!({"id": finding.case_id(), "rule": finding.rule.to_string(), "reminded_at": at,
            "finding": {"severity": finding.severity, "stream": finding.stream,
                "subject": {"kind": finding.about.0, "id": finding.about.1},
                "divisions": finding.divisions, "manifest_ids": finding.manifests,
                "organisation_ids": finding.organisations, "evidence": finding.evidence,
                "proofs": finding.proofs}})
    };
    let rows = Value::Array(reminders.iter().map(row).collect());
    diesel::sql_query(REMINDERS_SQL).bind::<Jsonb, _>(rows).execute(conn).await?;
    diesel::sql_query(OLD_REMINDERS_SQL).bind::<Timestamptz, _>(now).execute(conn).await?;
    Ok(())
}
