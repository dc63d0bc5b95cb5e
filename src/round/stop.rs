//! A stop: what was collected is filed and leaves in one commit, or it was skipped, and why.
//!
//! The same judge decides as of any filing. Where the producer has filed its draft before the
//! truck came, its manifest stands as filed and only leaves; what the driver counts and weighs is
//! then evidence beside it. Where it has left already, by a call of its own, the stop says so.

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{self, Beside, Note};
use super::asked::StopAsked;
use super::event::{Collected, Happening, Skipped};
use super::evolve::{Round, Stop};
use super::policy::CONFIRM_HOURS;
use super::status::{RoundAction, StopOutcome, StopStatus};
use super::stop_facts::{Call, StopFacts};
use super::store::Stored;
use super::taken::{Taken, loaded};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, Row};
use crate::identity::policy as may;
use crate::ids::RoundId;
use crate::manifest::{
    self, Action, Depart, Departed, FilingScene, Mover, Signing, Status, ToFile,
};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Part;
use crate::wire::Asked;

/// What a stop comes to: what is noted on the round, and the decisions and rows beside it.
pub(super) struct Outcome {
    pub note: Note,
    pub parts: Vec<Decision>,
    pub rows: Vec<Row>,
}

/// One stop, from the driver's phone.
pub async fn stop(
    app: &App,
    ctx: &Ctx,
    (id, n): (RoundId, i64),
    asked: Asked<StopAsked>,
) -> Result<Done<Stored>, Problem> {
    let code = asked.as_ref().ok().and_then(|asked| asked.countersign.as_ref());
    let signing = Signing::of(app, Action::Depart, code, None);
    let read = async |freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        seen_stop(ctx, &stored.round, n)?;
        let call = asked.as_ref().ok();
        let call = call.map(|asked| Call { n, asked, ahead: false, signing: Some(&signing) });
        let mut facts = StopFacts::read(app, ctx, &stored, call.as_slice(), freshness).await?;
        Ok((stored, facts.pop()))
    };
    command::run(app, ctx, read, |(stored, facts)| {
        let may = act::carries(&ctx.actor, &stored.round);
        act::admit(ctx, &stored.round, may, RoundAction::Stop)?;
        open(&stored.round, n)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let facts = facts.as_ref().ok_or_else(|| Problem::internal("a stop was not read"))?;
        let outcome = called_at(app, ctx, &stored.round, (asked, facts))?;
        let beside = Beside { rows: outcome.rows, ..Beside::default() };
        let about = (stored.id, Some(&stored.round));
        let decision = act::write(ctx, about, vec![outcome.note], beside, 200)?;
        Ok(decision.with(outcome.parts))
    })
    .await
}

/// 404 for a stop that there is not, or that is another's.
pub(super) fn seen_stop<'a>(ctx: &Ctx, round: &'a Round, n: i64) -> Result<&'a Stop, Problem> {
    let shown = act::sight(&ctx.actor, round).is_some_and(|sight| sight.shows(n));
    round.stop(n).filter(|_| shown).ok_or_else(Problem::not_found)
}

/// The stop, if nobody has called there yet.
pub(super) fn open(round: &Round, n: i64) -> Result<&Stop, Problem> {
    let stop = round.stop(n).ok_or_else(Problem::not_found)?;
    if stop.status == StopStatus::Planned {
        return Ok(stop);
    }
    let text = Text::new(
        format!("收运点 {n} 的状态为 {}。", stop.status),
        format!("Stop {n} is {}.", stop.status),
    );
    let fault = Fault::without_field(Code::IllegalTransition, text);
    Err(fault.with("stop_status", stop.status.as_str()).into())
}

/// What the call comes to, over plain values.
pub(super) fn called_at(
    app: &App,
    ctx: &Ctx,
    round: &Round,
    (asked, facts): (&StopAsked, &StopFacts),
) -> Result<Outcome, Problem> {
    let stop = open(round, facts.n)?;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, round.planned_at, &mut findings);
    words(asked, &mut findings);
    facts.second.judge(&mut findings);
    match asked.outcome {
        StopOutcome::Skipped => {
            findings.settle()?;
            if let Some(mover) = &facts.mover {
                not_carried(round, (stop.plan.n, &mover.stored.manifest))?;
            }
            Ok(skipped(round, stop, asked, (facts, occurred_at)))
        }
        StopOutcome::Collected => {
            let taken = match &facts.taken {
                Ok(taken) => taken,
                Err(problem) => {
                    findings.faults.extend(problem.faults().to_vec());
                    return Err(unsettled(findings));
                }
            };
            findings.settle()?;
            collected(app, ctx, (round, stop), (asked, facts, taken, occurred_at))
        }
    }
}

fn unsettled(findings: Findings) -> Problem {
    findings.settle().err().unwrap_or_else(|| Problem::internal("a refusal without a fault"))
}

/// A reason belongs to what was skipped, and nothing else does.
fn words(asked: &StopAsked, findings: &mut Findings) {
    let skipped = asked.outcome == StopOutcome::Skipped;
    if skipped && asked.reason.is_none() {
        let text = Text::new("未收运须说明原因。", "Why was it skipped?");
        findings.refuse(Fault::new(Code::Required, "/reason", text));
    }
    if skipped && !asked.items.is_empty() {
        let text = Text::new("未收运的收运点没有废物明细。", "What was skipped has no items.");
        findings.refuse(Fault::new(Code::InvalidValue, "/items", text));
    }
    if skipped && asked.countersign.is_some() {
        let text = Text::new("未收运的收运点无可会签。", "What was skipped has nothing to sign.");
        findings.refuse(Fault::new(Code::InvalidValue, "/countersign", text));
    }
    if !skipped && asked.reason.is_some() {
        let text = Text::new("已收运的收运点没有未收运原因。", "It was collected: no reason.");
        findings.refuse(Fault::new(Code::InvalidValue, "/reason", text));
    }
}

fn skipped(
    round: &Round,
    stop: &Stop,
    asked: &StopAsked,
    (facts, occurred_at): (&StopFacts, DateTime<Utc>),
) -> Outcome {
    let skipped = Skipped {
        n: stop.plan.n,
        reason: asked.reason.map(|reason| reason.as_str().to_owned()).unwrap_or_default(),
        reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        out_of_order: occurred_at < round.last_occurred_at,
    };
    // A manifest that the producer has filed stays the producer's, to cancel or to send otherwise.
    let rows = facts.draft_gone(stop.plan.manifest_id).into_iter().collect();
    Outcome { note: (Happening::Skipped(skipped), occurred_at), parts: Vec::new(), rows }
}

fn collected(
    app: &App,
    ctx: &Ctx,
    (round, stop): (&Round, &Stop),
    (asked, facts, taken, occurred_at): (&StopAsked, &StopFacts, &Taken, DateTime<Utc>),
) -> Result<Outcome, Problem> {
    let (part, signed) = match (&taken.collecting, &facts.mover) {
        (Some(collecting), _) => {
            let by = (stop, asked, facts);
            let (part, signed) = files(app, ctx, by, (collecting, taken, occurred_at))?;
            (Some(part), signed)
        }
        // It left by a call of its own, which is what a signature of one manifest asks for.
        (None, Some(mover)) if has_left_with(round, &mover.stored.manifest) => {
            (None, !mover.stored.manifest.filed.for_producer)
        }
        (None, Some(mover)) => {
            let by = (round, asked, facts);
            let (part, signed) = leaves(app, ctx, by, (mover, taken, occurred_at))?;
            (Some(part), signed)
        }
        (None, None) => return Err(gone()),
    };
    let confirm_by = (!signed).then(|| ctx.now + TimeDelta::hours(CONFIRM_HOURS));
    let collected = Collected {
        n: stop.plan.n,
        manifest_id: stop.plan.manifest_id,
        items: taken.items.clone(),
        signed,
        confirm_by,
        location: asked.location.map(manifest::place),
        out_of_order: occurred_at < round.last_occurred_at,
    };
    let note = (Happening::Collected(collected), occurred_at);
    Ok(Outcome { note, parts: part.into_iter().collect(), rows: Vec::new() })
}

/// The carrier files for the producer, who has signed where it is one with the carrier or gives
/// its code; the load leaves in the same commit.
fn files(
    app: &App,
    ctx: &Ctx,
    (stop, asked, facts): (&Stop, &StopAsked, &StopFacts),
    (collecting, taken, occurred_at): (&ToFile, &Taken, DateTime<Utc>),
) -> Result<(Decision, bool), Problem> {
    let producer = stop.plan.producer.organisation_id;
    let signs_itself = may::acts_for(&ctx.actor, producer, Part::Producer);
    let mut by = vec!["carrier".to_owned()];
    if signs_itself {
        by.insert(0, "producer".to_owned());
    }
    let departed = Departed {
        loaded_g: None,
        location: asked.location.map(manifest::place),
        by,
        vehicle_id: None,
        plate: None,
        driver_id: None,
        out_of_order: false,
    };
    let spot = facts.second.on_the_spot(ctx, producer)?;
    let signed = signs_itself || spot.is_some();
    let scene = FilingScene { for_producer: !signs_itself, ..FilingScene::of(app, ctx) };
    let departure = Some((departed, occurred_at, spot));
    let part = collecting.decision(ctx, &scene, Some(facts.round_id), departure);
    Ok((part.map_err(|problem| taken.own_fields(problem))?, signed))
}

/// What the producer has filed before leaves as it is.
fn leaves(
    app: &App,
    ctx: &Ctx,
    (round, asked, facts): (&Round, &StopAsked, &StopFacts),
    (mover, taken, occurred_at): (&Mover, &Taken, DateTime<Utc>),
) -> Result<(Decision, bool), Problem> {
    let filed = &mover.stored.manifest.filed;
    same_way(round, &mover.stored.manifest)?;
    let leg = filed.legs.first();
    let vehicle = leg.filter(|leg| leg.vehicle_id != round.crew.vehicle_id);
    let driver = leg.filter(|leg| leg.driver_id != round.crew.driver_id);
    let depart = Depart {
        occurred_at: Some(occurred_at),
        loaded_kg: loaded(taken),
        vehicle_id: vehicle.map(|_| round.crew.vehicle_id),
        driver_id: driver.map(|_| round.crew.driver_id),
        location: asked.location,
        countersign: None,
        signature: None,
    };
    let by = (&depart, facts.second.clone());
    let part = manifest::departs(app, ctx, mover, facts.leg.clone(), by);
    Ok((part.map_err(no_fields)?, !filed.for_producer))
}

/// A manifest that the producer filed from the draft still goes where the round goes.
fn same_way(round: &Round, manifest: &manifest::Manifest) -> Result<(), Problem> {
    if goes_with(round, manifest) || manifest.status != Status::Filed {
        return Ok(());
    }
    let text = Text::new(
        "移出人已将联单改为其他承运人或接受人。",
        "The producer has filed it for another carrier or receiver.",
    );
    Err(Problem::new(Code::IllegalTransition, text))
}

fn goes_with(round: &Round, manifest: &manifest::Manifest) -> bool {
    let filed = &manifest.filed;
    let carries = filed.legs.first().is_some_and(|leg| leg.carrier_id == round.carrier_id);
    carries && filed.receiver_site_id == round.receiver_site_id
}

/// It is on its way, or was, on the way that the round goes.
fn has_left_with(round: &Round, manifest: &manifest::Manifest) -> bool {
    let is_here = matches!(manifest.status, Status::Draft | Status::Filed | Status::Cancelled);
    !is_here && goes_with(round, manifest)
}

/// What has left on the round's way was not skipped.
pub(super) fn not_carried(
    round: &Round,
    (n, manifest): (i64, &manifest::Manifest),
) -> Result<(), Problem> {
    if !has_left_with(round, manifest) {
        return Ok(());
    }
    let number = &manifest.filed.number;
    let text = Text::new(
        format!("收运点 {n} 的联单 {number} 已起运，不能记为未收运，应记为已收运。"),
        format!("Manifest {number} of stop {n} has left: it was collected, and is not skipped."),
    );
    let fault = Fault::without_field(Code::IllegalTransition, text);
    Err(fault.with("manifest_status", manifest.status.as_str()).into())
}

/// The rules of a manifest name fields that this request has not.
pub(super) fn no_fields(problem: Problem) -> Problem {
    let is_own = |pointer: &str| pointer == "/occurred_at" || pointer.starts_with("/countersign");
    problem.map_pointers(|pointer| is_own(pointer).then(|| pointer.to_owned()))
}

/// The producer has taken its draft back: there is nothing to file.
fn gone() -> Problem {
    let text = Text::new(
        "移出人已撤回该收运点的联单草稿，请跳过此点或另加收运点。",
        "The producer has taken the draft back: skip the stop, or add one more.",
    );
    Problem::new(Code::IllegalTransition, text)
}
