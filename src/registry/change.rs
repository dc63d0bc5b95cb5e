//! How a change of a register is committed, and what it answers.
//!
//! A change is one event on the entry's own chain, with the whole entry as data; the row follows
//! in the same commit. The answer to a repeated request is read back from that event.

use std::sync::Arc;

use super::entry::Entry;
use super::store;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, EventDraft, Guard, Move, Notice, Row, Stamp, Subject, Written};
use crate::ids::OrganisationId;
use crate::problem::{Fault, Problem};
use crate::wire::{BoundedText, Change, Patch};

/// What a command on a register answers.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    pub status: u16,
    pub value: T,
    /// After the command: the ETag.
    pub version: i64,
    pub warnings: Vec<Fault>,
    /// The first answer again, to a request that repeats its key.
    pub replayed: bool,
}

/// An entry as its command leaves it.
#[derive(Debug)]
pub struct After<T> {
    pub status: u16,
    pub value: T,
    pub version: i64,
    pub warnings: Vec<Fault>,
    /// What the cache has to forget.
    pub stale: Vec<Subject>,
}

/// Another entry that changes in the same act; one without a version that was read is new.
pub struct Along {
    pub subject: Subject,
    pub read_at: Option<i64>,
    pub event: EventDraft,
}

/// A change, decided.
pub struct Entered<T> {
    pub value: T,
    /// The version that was read; `None` for a new entry.
    pub read_at: Option<i64>,
    pub rows: Vec<Row>,
    pub guards: Vec<Guard>,
    pub moves: Vec<Move>,
    pub along: Option<Along>,
    pub stale: Vec<Subject>,
    pub warnings: Vec<Fault>,
    /// Of its event.
    pub kind: &'static str,
    /// What is told of it, and to whom; none: to whoever may see it.
    pub told: Vec<(&'static str, Option<OrganisationId>)>,
}

impl<T: Entry> Entered<T> {
    pub fn new(value: T, read_at: Option<i64>, rows: Vec<Row>) -> Self {
        let stale = vec![value.subject()];
        let (guards, moves) = (Vec::new(), Vec::new());
        let (warnings, told) = (Vec::new(), Vec::new());
        let kind = if read_at.is_none() { "registered" } else { "changed" };
        Self { value, read_at, rows, guards, moves, along: None, stale, warnings, kind, told }
    }

    /// One event, `registered` or `changed` where nothing else is said, and the rows.
    pub fn decision(self, ctx: &Ctx) -> Result<Decision, Problem> {
        let subject = self.value.subject();
        let mut events = vec![event(ctx, subject, self.kind, &self.value)?];
        let advances = self.along.as_ref().map(|other| (other.subject, other.read_at));
        events.extend(self.along.map(|other| other.event));
        let status = if self.read_at.is_none() { 201 } else { 200 };
        let output = Arc::new(After {
            status,
            value: self.value,
            version: self.read_at.unwrap_or(0) + 1,
            warnings: self.warnings,
            stale: self.stale,
        });
        let rows = self.rows;
        let notice = |(kind, recipient)| Notice { kind, recipient, subject, event: 0 };
        let notices: Vec<Notice> = self.told.into_iter().map(notice).collect();
        let finish = move |_: &_| {
            let (events, rows, notices) = (events.clone(), rows.clone(), notices.clone());
            Ok(Written { events, rows, notices, output: Arc::clone(&output) as _ })
        };
        let mut decision = Decision::new(subject, ctx, status as i16, Box::new(finish));
        decision.lean_on(self.guards);
        decision.advance(subject, self.read_at);
        if let Some((subject, version)) = advances {
            decision.advance(subject, version);
        }
        decision.moves = self.moves;
        Ok(decision)
    }
}

/// A patch that changes nothing is answered, and leaves no event.
pub fn unchanged<T: Entry>(value: &T, version: i64, ctx: &Ctx) -> Decision {
    let (stale, warnings) = (Vec::new(), Vec::new());
    let after = After { status: 200, value: value.clone(), version, warnings, stale };
    let read = Guard { subject: value.subject(), version };
    Decision::unchanged(read, ctx, 200, Arc::new(after))
}

pub fn event<T: Entry>(
    ctx: &Ctx,
    subject: Subject,
    kind: &'static str,
    value: &T,
) -> Result<EventDraft, Problem> {
    let data = serde_json::to_value(value).map_err(Problem::internal)?;
    let actor = Stamp::from(&ctx.actor);
    Ok(EventDraft { subject, kind, occurred_at: ctx.now, actor, data })
}

/// Runs the command and forgets what it made stale.
pub async fn commit<F, T: Entry>(
    app: &App,
    ctx: &Ctx,
    read: impl AsyncFn(Freshness) -> Result<F, Problem>,
    decide: impl Fn(&F) -> Result<Decision, Problem>,
) -> Result<Answered<T>, Problem> {
    match command::run::<F, After<T>>(app, ctx, read, decide).await? {
        Done::Written { output, .. } => {
            app.registers.evict(&output.stale);
            Ok(answered(&output))
        }
        Done::Previewed { output, .. } => Ok(answered(&output)),
        Done::Replayed(first) => {
            let value = store::as_it_stood(&app.pool, first.subject.id, first.version).await?;
            let status = u16::try_from(first.status).unwrap_or(200);
            let warnings = Vec::new();
            Ok(Answered { status, value, version: first.version, warnings, replayed: true })
        }
    }
}

fn answered<T: Clone>(after: &After<T>) -> Answered<T> {
    Answered {
        status: after.status,
        value: after.value.clone(),
        version: after.version,
        warnings: after.warnings.clone(),
        replayed: false,
    }
}

/// A field after a patch: as it was, or what `read` makes of the new value.
pub fn set<T, U: Clone>(change: &Change<T>, before: &U, read: impl Fn(&T) -> U) -> U {
    match change {
        Change::Keep => before.clone(),
        Change::Set(value) => read(value),
    }
}

/// The same for a field that may be cleared.
pub fn patched<T, U: Clone>(
    patch: &Patch<T>,
    before: Option<&U>,
    read: impl Fn(&T) -> U,
) -> Option<U> {
    match patch {
        Patch::Keep => before.cloned(),
        Patch::Clear => None,
        Patch::Set(value) => Some(read(value)),
    }
}

pub fn words<const MIN: usize, const MAX: usize>(text: &BoundedText<MIN, MAX>) -> String {
    text.as_str().to_owned()
}
