//! Another vehicle or driver, and the end of a round that will not be driven.

use std::sync::Arc;

use super::act::{self, Beside};
use super::asked::{CancelRound, RoundPatch};
use super::event::{Cancelled, Changed, Happening};
use super::evolve::Round;
use super::status::RoundAction;
use super::store::Stored;
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, Guard, Subject, SubjectKind};
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{self, LegFacts, LegIds, crew, crew_faults};
use crate::problem::{Findings, Problem};
use crate::wire::Asked;

/// Changes vehicle or driver; what is collected from here on leaves with them.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<RoundPatch>,
) -> Result<Done<Stored>, Problem> {
    let read = async |freshness: Freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let leg =
            LegFacts::read(app, wanted(&stored.round, asked.as_ref().ok()), freshness).await?;
        Ok((stored, leg))
    };
    command::run(app, ctx, read, |(stored, leg)| {
        let may = act::carries(&ctx.actor, &stored.round);
        act::admit(ctx, &stored.round, may, RoundAction::Change)?;
        asked.as_ref().map_err(Clone::clone)?;
        changed(ctx, stored, leg)
    })
    .await
}

fn wanted(round: &Round, asked: Option<&RoundPatch>) -> LegIds {
    let crew = &round.crew;
    let (vehicle, driver) = match asked {
        Some(asked) => (
            asked.vehicle_id.clone().apply(crew.vehicle_id),
            asked.driver_id.clone().apply(crew.driver_id),
        ),
        None => (crew.vehicle_id, crew.driver_id),
    };
    LegIds { carrier: round.carrier_id, vehicle, driver, escort: None }
}

fn changed(ctx: &Ctx, stored: &Stored, leg: &LegFacts) -> Result<Decision, Problem> {
    let round = &stored.round;
    let mut findings = Findings::new();
    let stream = Stream::parse(&round.stream).map_err(Problem::internal)?;
    let day = round.planned_on.max(legal_day(ctx.now));
    crew_faults(leg, Some((stream, day)), &mut findings);
    findings.settle()?;
    let crew = crew(leg).ok_or_else(|| Problem::internal("a crew without faults is known"))?;
    if crew == round.crew {
        return Ok(unchanged(ctx, stored));
    }
    let notes = vec![(Happening::Changed(Changed { crew }), ctx.now)];
    let about = (stored.id, Some(round));
    let mut decision = act::write(ctx, about, notes, Beside::default(), 200)?;
    decision.lean_on(leg.guards());
    Ok(decision)
}

/// A patch that changes nothing is answered, and leaves no event.
fn unchanged(ctx: &Ctx, stored: &Stored) -> Decision {
    let subject = Subject::new(SubjectKind::Round, stored.id.uuid());
    let read = Guard { subject, version: stored.round.version };
    Decision::unchanged(read, ctx, 200, Arc::new(stored.clone()))
}

/// Cancels a round that nothing was collected on; its drafts go with it.
pub async fn cancel(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<CancelRound>,
) -> Result<Done<Stored>, Problem> {
    let read = async |_| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let ids: Vec<ManifestId> =
            stored.round.stops.iter().map(|stop| stop.plan.manifest_id).collect();
        let drafts = manifest::find_drafts(&app.pool, &ids).await?;
        Ok((stored, drafts))
    };
    command::run(app, ctx, read, |(stored, drafts)| {
        let round = &stored.round;
        let may = act::carries(&ctx.actor, round);
        act::admit(ctx, round, may, RoundAction::Cancel)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let cancelled = Cancelled {
            reason: asked.reason.as_str().to_owned(),
            reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        };
        let rows = drafts.iter().map(|one| manifest::draft_gone(one.id, one.version)).collect();
        let ends = round.stops.iter().map(|stop| stop.plan.producer.organisation_id);
        let mut told: Vec<_> = ends.chain([round.receiver.organisation_id]).collect();
        told.sort_unstable();
        told.dedup();
        let notices = told.into_iter().map(|one| ("round_cancelled", one)).collect();
        let notes = vec![(Happening::Cancelled(cancelled), ctx.now)];
        act::write(
            ctx,
            (stored.id, Some(round)),
            notes,
            Beside { rows, notices, ..Beside::default() },
            200,
        )
    })
    .await
}
