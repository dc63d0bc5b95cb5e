//! A batch of decisions: judged one by one on the book, their writes gathered by table.
//!
//! Pure: it neither reads nor writes the database, so a batch can be made under the lock or ahead
//! of it (ADR 0006).

use super::settle::{Book, FirstAnswer, Head, Verdict, enter, judge};
use super::writes::Writes;
use crate::decision::{Cell, Decision, Notice, Output, Settled, Subject, Written};
use crate::ids::OrganisationId;
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
    /// How many it had: their positions are one behind the other.
    pub events: i64,
    pub settled: Settled,
    pub output: Output,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("position", &self.position).finish_non_exhaustive()
    }
}

pub(super) type Answer = Result<Outcome, Problem>;

/// The answers of the decisions so far, in order, and what they write.
#[derive(Default)]
pub(super) struct Batch {
    pub answers: Vec<Answer>,
    pub writes: Writes,
}

impl Batch {
    /// Judges one more decision and, where it stands, gathers what it writes. The book then shows
    /// the state after it.
    pub fn take(&mut self, book: &mut Book, origin: &str, decision: &Decision) {
        let answer = settle(book, &mut self.writes, origin, decision);
        self.answers.push(answer);
    }
}

fn settle(book: &mut Book, writes: &mut Writes, origin: &str, decision: &Decision) -> Answer {
    let settled = match judge(book, decision) {
        Verdict::Settled(settled) => settled,
        Verdict::Stale(subjects) => return Ok(Outcome::Stale(subjects)),
        Verdict::Replayed(first) => return Ok(Outcome::Done(Receipt::Replayed(first))),
        Verdict::Refused(problem) => return Err(problem),
    };
    let written = (decision.finish)(&settled)?;
    let chained = chain(book, origin, &written, &settled)?;
    let grows = |subject| chained.iter().any(|link| link.subject == subject);
    if !decision.advances.iter().all(|grow| grows(grow.subject)) {
        // The database refuses a second event in one place, and so a subject that exists after all.
        return Err(Problem::internal("a decision lets a chain grow without an event"));
    }
    if chained.is_empty() && (!decision.numbers.is_empty() || !decision.moves.is_empty()) {
        // The log's position is what tells that nothing has moved: counters move with events only.
        return Err(Problem::internal("a decision moves counters without an event"));
    }
    let first_position = book.next_position;
    writes.note_counters(book, decision, &settled);
    enter(book, decision, &settled);
    for link in chained {
        writes.note_head(link.subject, link.head, !book.heads.contains_key(&link.subject.id));
        book.heads.insert(link.subject.id, link.head);
        writes.note_first_event(book.next_position, link.head.leaf);
        writes.events.push(link.cells(book.next_position));
        book.next_position += 1;
    }
    for row in written.rows {
        writes.note_row(row);
    }
    gather_notices(writes, &written.notices, first_position, &settled);
    gather_key(book, writes, decision);
    let events = book.next_position - first_position;
    let position = (events > 0).then_some(book.next_position - 1);
    let entry = Entry { position, events, settled, output: written.output };
    Ok(Outcome::Done(Receipt::Written(entry)))
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

fn gather_notices(writes: &mut Writes, notices: &[Notice], first_position: i64, settled: &Settled) {
    for notice in notices {
        writes.outbox.push(vec![
            Cell::Text(Some(notice.kind.to_owned())),
            Cell::Uuid(notice.recipient.map(OrganisationId::uuid)),
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
    let before = book.keys.insert((key.organisation_id.uuid(), key.key.clone()), first);
    let row = vec![
        Cell::Uuid(Some(key.organisation_id.uuid())),
        Cell::Text(Some(key.key.clone())),
        Cell::Bytes(Some(key.fingerprint.to_vec())),
        Cell::Int2(Some(key.status)),
        Cell::Int2(Some(decision.subject.kind.number())),
        Cell::Uuid(Some(decision.subject.id)),
        Cell::Int8(Some(version)),
        Cell::Time(Some(key.wall)),
    ];
    // One that has expired is written over.
    if before.is_some() { writes.keys_again.push(row) } else { writes.keys.push(row) }
}
