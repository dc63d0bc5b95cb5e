//! The producer signs its stop: before the truck comes by filing what it hands over (a hospital's
//! five boxes are one call of the clerk), or afterwards by confirming what the carrier filed.
//!
//! Silence holds up nobody: the stop shows until when it may be confirmed, and that it was not.

use super::act::{self, Beside};
use super::asked::{ConfirmStop, StopAsked};
use super::event::{Confirmed, Happening};
use super::evolve::{Round, Stop};
use super::status::{RoundAction, StopOutcome, StopStatus};
use super::stop::seen_stop;
use super::stop_facts::{Call, StopFacts};
use super::store::Stored;
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy as may;
use crate::ids::RoundId;
use crate::manifest::{self, FilingScene};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Part;
use crate::wire::Asked;

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
        let ahead = stop.status == StopStatus::Planned;
        let call = call.as_ref().filter(|_| ahead).map(|asked| Call { n, asked, ahead });
        let mut facts = StopFacts::read(app, ctx, &stored, call.as_slice(), freshness).await?;
        Ok((stored, facts.pop()))
    };
    command::run(app, ctx, read, |(stored, facts)| {
        let round = &stored.round;
        let stop = seen_stop(ctx, round, n)?;
        let producer = stop.plan.producer.organisation_id;
        let may = may::acts_for(&ctx.actor, producer, Part::Producer);
        act::admit(ctx, round, may, RoundAction::Confirm)?;
        unsigned(round, stop)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        confirmed(app, ctx, (stored, stop), (asked, facts.as_ref()))
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
    }
}

/// Whether the stop can still be signed.
fn unsigned(round: &Round, stop: &Stop) -> Result<(), Problem> {
    if stop.is_signed() {
        let text = Text::new("该收运点已由移出人确认。", "The producer has signed this stop.");
        return Err(Problem::new(Code::AlreadyDecided, text));
    }
    let open = match stop.status {
        StopStatus::Planned => RoundAction::Stop.is_open(round.status),
        StopStatus::Collected => true,
        StopStatus::Skipped => false,
    };
    if open {
        return Ok(());
    }
    let text = Text::new("该收运点没有可确认的收运。", "Nothing was collected at this stop.");
    let fault = Fault::without_field(Code::IllegalTransition, text);
    Err(fault.with("stop_status", stop.status.as_str()).into())
}

fn confirmed(
    app: &App,
    ctx: &Ctx,
    (stored, stop): (&Stored, &Stop),
    (asked, facts): (&ConfirmStop, Option<&StopFacts>),
) -> Result<Decision, Problem> {
    let round = &stored.round;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, round.planned_at, &mut findings);
    let mut parts = Vec::new();
    match (facts, &stop.collected) {
        (Some(facts), _) => {
            findings.settle()?;
            parts.push(filed_ahead(app, ctx, facts)?);
        }
        (None, Some(_)) if !asked.items.is_empty() => {
            let text = Text::new(
                "已收运：不能再更改明细，有异议请另行提出。",
                "It is collected: the items stand as they were taken.",
            );
            findings.refuse(Fault::new(Code::InvalidValue, "/items", text));
            findings.settle()?;
        }
        (None, _) => {
            findings.settle()?;
        }
    }
    let due = stop.collected.as_ref().and_then(|step| step.data.confirm_by);
    let confirmed = Confirmed {
        n: stop.plan.n,
        manifest_id: stop.plan.manifest_id,
        late: due.is_some_and(|due| ctx.now > due),
    };
    let notes = vec![(Happening::Confirmed(confirmed), occurred_at)];
    let about = (stored.id, Some(round));
    Ok(act::write(ctx, about, notes, Beside::default(), 200)?.with(parts))
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
