//! Many stops in one call, from a driver's phone that was out of reach: one commit for all, each
//! with an outcome of its own.
//!
//! A stop that cannot be filed answers its own problem and holds up no other. What was recorded
//! before with the same outcome is answered as it stands, so that a phone that lost the answer may
//! send all of it again.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::act::{self, Beside, Note};
use super::asked::{StopAsked, StopsAsked};
use super::evolve::Stop;
use super::status::{RoundAction, StopOutcome, StopStatus};
use super::stop::{self, called_at};
use super::stop_facts::{Call, StopFacts};
use super::store::Stored;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::db;
use crate::decision::{Balance, Decision, Guard, Row, Subject, SubjectKind};
use crate::ids::RoundId;
use crate::manifest::{Action, Signing};
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::Asked;

/// What came of one entry.
#[derive(Clone, Debug)]
pub struct StopResult {
    pub n: Option<i64>,
    pub problem: Option<Problem>,
}

/// All entries, in their order, and the round after them.
#[derive(Clone, Debug)]
pub struct Bulk {
    pub stored: Stored,
    pub results: Vec<StopResult>,
}

/// An entry: the stop that it names and what is said of it, or why it cannot be read.
type Entry = Result<(i64, StopAsked), Problem>;

struct Facts {
    stored: Stored,
    stops: HashMap<i64, StopFacts>,
    freshness: Freshness,
    balances: HashMap<Uuid, Balance>,
}

/// Many stops at once. An `Idempotency-Key` is not needed: each stop is recorded once.
pub async fn stops(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<StopsAsked>,
) -> Result<Bulk, Problem> {
    let ctx = &Ctx { key: None, ..ctx.clone() };
    let entries: Vec<Entry> = match &asked {
        Ok(StopsAsked(entries)) => entries.iter().cloned().map(|one| one.map(Into::into)).collect(),
        Err(_) => Vec::new(),
    };
    let signings: Vec<Option<Signing>> = entries.iter().map(|one| signing_of(app, one)).collect();
    let with_codes: Vec<_> = entries.iter().zip(&signings).collect();
    let read = async |freshness| Facts::read(app, ctx, id, &with_codes, freshness).await;
    let done: Result<Done<Bulk>, Problem> = command::run(app, ctx, read, |facts| {
        let may = act::carries(&ctx.actor, &facts.stored.round);
        crate::identity::policy::require(may)?;
        ctx.expect_version(facts.stored.round.version)?;
        asked.as_ref().map_err(Clone::clone)?;
        decided(app, ctx, facts, &entries)
    })
    .await;
    match done {
        Ok(Done::Written { output, .. } | Done::Previewed { output, .. }) => Ok((*output).clone()),
        Ok(Done::Replayed(_)) => Err(Problem::internal("a bulk has no key")),
        // Somebody else took the room that was there a moment ago: each by itself.
        Err(problem) if is_of_one(&problem) && !ctx.validate_only && entries.len() > 1 => {
            one_by_one(app, ctx, id, &entries).await
        }
        Err(problem) => Err(problem),
    }
}

fn signing_of<'a>(app: &'a App, entry: &'a Entry) -> Option<Signing<'a>> {
    let (_, asked) = entry.as_ref().ok()?;
    asked.countersign.as_ref().map(|code| Signing::of(app, Action::Depart, Some(code), None))
}

/// A refusal that the lock made: it is one stop's, and not the whole request's.
fn is_of_one(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::CapacityExceeded
            | Code::StorageFull
            | Code::InsufficientOnHand
            | Code::ApprovalExhausted
    )
}

async fn one_by_one(app: &App, ctx: &Ctx, id: RoundId, entries: &[Entry]) -> Result<Bulk, Problem> {
    let ctx = &Ctx { if_match: None, ..ctx.clone() };
    let mut results = Vec::with_capacity(entries.len());
    for entry in entries {
        let done = match entry {
            Ok((n, asked)) => stop::stop(app, ctx, (id, *n), Ok(asked.clone())).await.map(|_| ()),
            Err(problem) => Err(problem.clone()),
        };
        let n = entry.as_ref().ok().map(|(n, _)| *n);
        results.push(StopResult { n, problem: done.err() });
    }
    Ok(Bulk { stored: act::visible(app, &ctx.actor, id).await?, results })
}

impl Facts {
    async fn read(
        app: &App,
        ctx: &Ctx,
        id: RoundId,
        entries: &[(&Entry, &Option<Signing<'_>>)],
        freshness: Freshness,
    ) -> Result<Self, Problem> {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let open =
            |n: i64| stored.round.stop(n).is_some_and(|stop| stop.status == StopStatus::Planned);
        let mut calls: Vec<Call> = Vec::with_capacity(entries.len());
        for (entry, signing) in entries {
            let Ok((n, asked)) = entry else { continue };
            if open(*n) && calls.iter().all(|call| call.n != *n) {
                calls.push(Call { n: *n, asked, ahead: false, signing: signing.as_ref() });
            }
        }
        let stops = StopFacts::read(app, ctx, &stored, &calls, freshness).await?;
        let balances = stops.iter().find_map(|one| {
            let taken = one.taken.as_ref().ok()?;
            taken.collecting.as_ref()?.facts.balances.clone()
        });
        let stops = stops.into_iter().map(|one| (one.n, one)).collect();
        Ok(Self { stored, stops, freshness, balances: balances.unwrap_or_default() })
    }
}

/// What is written of all that can be.
struct Gathered {
    notes: Vec<Note>,
    parts: Vec<Decision>,
    rows: Vec<Row>,
    results: Vec<StopResult>,
    /// As they stand after what was gathered: the next stop has what is left.
    balances: HashMap<Uuid, Balance>,
}

fn decided(app: &App, ctx: &Ctx, facts: &Facts, entries: &[Entry]) -> Result<Decision, Problem> {
    let mut gathered = Gathered {
        notes: Vec::new(),
        parts: Vec::new(),
        rows: Vec::new(),
        results: Vec::with_capacity(entries.len()),
        balances: facts.balances.clone(),
    };
    for (at, entry) in entries.iter().enumerate() {
        let before = entries[..at].iter().flatten();
        let n = entry.as_ref().ok().map(|(n, _)| *n);
        let twice = n.is_some_and(|n| before.into_iter().any(|(other, _)| *other == n));
        let problem = match entry {
            Ok(_) if twice => Some(named_twice()),
            Ok((n, asked)) => one(app, ctx, facts, (*n, asked), &mut gathered).err(),
            Err(problem) => Some(problem.clone()),
        };
        // A refusal is made on fresh facts only, here as everywhere.
        if let (Some(problem), Freshness::Cached) = (&problem, facts.freshness) {
            return Err(problem.clone());
        }
        gathered.results.push(StopResult { n, problem });
    }
    let Gathered { notes, parts, rows, results, .. } = gathered;
    if notes.is_empty() {
        return Ok(nothing_new(ctx, &facts.stored, results));
    }
    let about = (facts.stored.id, Some(&facts.stored.round));
    let beside = Beside { rows, ..Beside::default() };
    let decision = act::write(ctx, about, notes, beside, 200)?.with(parts);
    Ok(with_results(decision, results))
}

/// One stop among many: noted where it can be, and what it leaves of the accounts.
fn one(
    app: &App,
    ctx: &Ctx,
    facts: &Facts,
    (n, asked): (i64, &StopAsked),
    gathered: &mut Gathered,
) -> Result<(), Problem> {
    let round = &facts.stored.round;
    let stop = round.stop(n).ok_or_else(Problem::not_found)?;
    if is_known(stop, asked.outcome) {
        return Ok(());
    }
    RoundAction::Stop.demand(round.status)?;
    stop::open(round, n)?;
    let own = facts.stops.get(&n).ok_or_else(|| Problem::internal("a stop was not read"))?;
    let outcome = called_at(app, ctx, round, (asked, own))?;
    let mut balances = gathered.balances.clone();
    for part in &outcome.parts {
        balances.extend(db::preview(balances.clone(), part)?.balances);
    }
    gathered.balances = balances;
    gathered.notes.push(outcome.note);
    gathered.parts.extend(outcome.parts);
    gathered.rows.extend(outcome.rows);
    Ok(())
}

/// Recorded before, with the same outcome.
fn is_known(stop: &Stop, outcome: StopOutcome) -> bool {
    matches!(
        (stop.status, outcome),
        (StopStatus::Collected, StopOutcome::Collected)
            | (StopStatus::Skipped, StopOutcome::Skipped)
    )
}

fn named_twice() -> Problem {
    let text = Text::new("同一收运点出现了两次。", "The stop is named twice.");
    Fault::new(Code::InvalidValue, "/n", text).into()
}

/// The decision with the results as its output.
fn with_results(mut decision: Decision, results: Vec<StopResult>) -> Decision {
    let inner = decision.finish;
    decision.finish = Box::new(move |settled| {
        let mut written = inner(settled)?;
        let stored = written.output.downcast::<Stored>();
        let stored = stored.map_err(|_| Problem::internal("a round's step without its round"))?;
        let bulk = Bulk { stored: (*stored).clone(), results: results.clone() };
        written.output = Arc::new(bulk);
        Ok(written)
    });
    decision
}

/// Nothing is to be written: all was known, or refused.
fn nothing_new(ctx: &Ctx, stored: &Stored, results: Vec<StopResult>) -> Decision {
    let subject = Subject::new(SubjectKind::Round, stored.id.uuid());
    let read = Guard { subject, version: stored.round.version };
    Decision::unchanged(read, ctx, 200, Arc::new(Bulk { stored: stored.clone(), results }))
}
