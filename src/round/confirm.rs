//! The producer signs its stop: before the truck comes by filing what it hands over (a hospital's
//! five boxes are one call of the clerk), or afterwards by confirming what the carrier filed. That
//! closes the gaps that the carrier's filing left on the manifest, in the same commit.
//!
//! Silence holds up nobody: the stop shows until when it may be confirmed, and that it was not
//! (`silence.rs`).

use super::act::{self, Beside, ForProducer};
use super::asked::{ConfirmStop, StopAsked};
use super::event::{CollectedItem, Confirmed, Happening};
use super::evolve::{Round, Stop};
use super::status::{RoundAction, StopOutcome, StopStatus};
use super::stop::seen_stop;
use super::stop_facts::{Call, StopFacts};
use super::store::Stored;
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::ids::RoundId;
use crate::manifest::{self, FilingScene, Owing};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::Asked;

/// What a confirmation depends on.
struct Facts {
    stored: Stored,
    /// Before the truck comes: what a filing asks.
    ahead: Option<StopFacts>,
    /// Afterwards: what waits for the producer's signature.
    owing: Option<Owing>,
}

pub async fn confirm(
    app: &App,
    ctx: &Ctx,
    (id, n): (RoundId, i64),
    asked: Asked<ConfirmStop>,
) -> Result<Done<Stored>, Problem> {
    let call = asked.as_ref().ok().map(as_call);
    let read = async |freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let stop = seen_stop(ctx, &stored.round, n)?;
        let call = call.as_ref().filter(|_| stop.status == StopStatus::Planned);
        let call = call.map(|asked| Call { n, asked, ahead: true, signing: None });
        let mut ahead = StopFacts::read(app, ctx, &stored, call.as_slice(), freshness).await?;
        let owing = match stop.status {
            StopStatus::Collected => Some(Owing::read(app, stop.plan.manifest_id).await?),
            StopStatus::Planned | StopStatus::Skipped => None,
        };
        Ok(Facts { stored, ahead: ahead.pop(), owing })
    };
    command::run(app, ctx, read, |facts| {
        let round = &facts.stored.round;
        let stop = seen_stop(ctx, round, n)?;
        let right = act::for_producer(&ctx.actor, round, stop);
        act::admit(ctx, round, right.is_some(), RoundAction::Confirm)?;
        unsigned(round, stop, facts.owing.as_ref())?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        confirmed(app, ctx, (facts, stop), (asked, right))
    })
    .await
}

fn as_call(asked: &ConfirmStop) -> StopAsked {
    StopAsked {
        occurred_at: asked.occurred_at,
        outcome: StopOutcome::Collected,
        items: asked.items.clone(),
        reason: None,
        reason_text: None,
        location: None,
        countersign: None,
    }
}

/// Whether the stop can still be signed. Who filed ahead may sign what was taken as well.
fn unsigned(round: &Round, stop: &Stop, owing: Option<&Owing>) -> Result<(), Problem> {
    let ahead = stop.confirmed.as_ref().is_none_or(|step| step.data.ahead);
    let open = match stop.status {
        StopStatus::Planned if stop.is_signed() => return Err(signed_already()),
        StopStatus::Planned => RoundAction::Stop.is_open(round.status),
        StopStatus::Collected => {
            let waits = owing.is_some_and(|owing| !owing.is_signed()) || !stop.is_signed();
            return if ahead && waits { Ok(()) } else { Err(signed_already()) };
        }
        StopStatus::Skipped => false,
    };
    if open {
        return Ok(());
    }
    let text = Text::new("该收运点没有可确认的收运。", "Nothing was collected at this stop.");
    let fault = Fault::without_field(Code::IllegalTransition, text);
    Err(fault.with("stop_status", stop.status.as_str()).into())
}

fn signed_already() -> Problem {
    let text = Text::new("该收运点已由移出人确认。", "The producer has signed this stop.");
    Problem::new(Code::AlreadyDecided, text)
}

fn confirmed(
    app: &App,
    ctx: &Ctx,
    (facts, stop): (&Facts, &Stop),
    (asked, right): (&ConfirmStop, Option<ForProducer<'_>>),
) -> Result<Decision, Problem> {
    let round = &facts.stored.round;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, round.planned_at, &mut findings);
    if facts.owing.is_some() && !asked.items.is_empty() {
        let text = Text::new(
            "已收运：不能再更改明细，有异议请另行提出。",
            "It is collected: the items stand as they were taken.",
        );
        findings.refuse(Fault::new(Code::InvalidValue, "/items", text));
    }
    findings.settle()?;
    let part = match (&facts.ahead, &facts.owing) {
        (Some(ahead), _) => Some(filed_ahead(app, ctx, ahead)?),
        // Where the producer has signed the manifest by itself, only the round is told.
        (None, Some(owing)) if !owing.is_signed() => Some(owing.signs(ctx)?),
        (None, _) => None,
    };
    let due = stop.collected.as_ref().and_then(|step| step.data.confirm_by);
    let confirmed = Confirmed {
        n: stop.plan.n,
        manifest_id: stop.plan.manifest_id,
        ahead: facts.ahead.is_some(),
        items: facts.ahead.as_ref().map(handed_over).unwrap_or_default(),
        late: due.is_some_and(|due| ctx.now > due),
    };
    let notes = vec![(Happening::Confirmed(confirmed), occurred_at)];
    let about = (facts.stored.id, Some(round));
    let mandate = match right {
        Some(ForProducer::Mandate(mandate)) => Some(mandate.clone()),
        Some(ForProducer::Own) | None => None,
    };
    let beside = Beside { mandate, ..Beside::default() };
    Ok(act::write(ctx, about, notes, beside, 200)?.with(part.into_iter().collect()))
}

/// Box by box, so that what the truck takes can be held against it.
fn handed_over(facts: &StopFacts) -> Vec<CollectedItem> {
    facts.taken.as_ref().map(|taken| taken.items.clone()).unwrap_or_default()
}

/// The producer's own filing, as ever: it leaves when the truck has come.
fn filed_ahead(app: &App, ctx: &Ctx, facts: &StopFacts) -> Result<Decision, Problem> {
    let taken = facts.taken.as_ref().map_err(Clone::clone)?;
    let Some(collecting) = &taken.collecting else {
        let text = Text::new("该收运点的联单已提交。", "The manifest of this stop is filed.");
        return Err(Problem::new(Code::AlreadyDecided, text));
    };
    let scene = FilingScene::of(app, ctx);
    let filed = collecting.decision(ctx, &scene, Some(facts.round_id), None);
    filed.map_err(|problem| taken.own_fields(problem))
}
