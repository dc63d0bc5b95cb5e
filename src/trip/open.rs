//! Open a trip for several manifests, let more join it while it is being loaded, or give it up.

use super::act;
use super::asked::{CancelTrip, JoinTrip, OpenTrip};
use super::event::{Cancelled, Happening, Joined, Opened, Rider};
use super::evolve::Trip;
use super::load::{Load, together};
use super::status::TripAction;
use super::store::{self, Stored};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, Row};
use crate::identity::policy as may;
use crate::ids::{ManifestId, TripId};
use crate::limits::TRIP_MANIFESTS_MAX;
use crate::manifest::{LegFacts, LegIds, crew, crew_faults};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Part;
use crate::wire::Asked;

/// Opens a trip: 201.
pub async fn open(app: &App, ctx: &Ctx, asked: Asked<OpenTrip>) -> Result<Done<Stored>, Problem> {
    may::require(may::plays(&ctx.actor, Part::Carrier))?;
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = TripId::of(app.mint.uuid(ctx.now));
    let ids = LegIds {
        carrier: asked.carrier_id,
        vehicle: asked.vehicle_id,
        driver: asked.driver_id,
        escort: None,
    };
    let read = async |freshness: Freshness| {
        let load = Load::read(app, ctx, &asked.manifest_ids).await?;
        Ok((LegFacts::read(app, ids, freshness).await?, load))
    };
    let catalogue = &app.catalogue;
    command::run(app, ctx, read, |facts| decide((id, &asked), facts, ctx, catalogue)).await
}

fn decide(
    (id, asked): (TripId, &OpenTrip),
    (leg, load): &(LegFacts, Load),
    ctx: &Ctx,
    catalogue: &Catalogue,
) -> Result<Decision, Problem> {
    let mut findings = Findings::new();
    if !may::acts_for(&ctx.actor, asked.carrier_id, Part::Carrier) {
        findings.refuse(Fault::unknown_reference("/carrier_id"));
    }
    crew_faults(leg, None, &mut findings);
    let named = &asked.manifest_ids;
    let riders = load.riders(named, (asked.carrier_id, leg), catalogue, &mut findings);
    together(&load.items(named, catalogue), catalogue, &mut findings);
    findings.settle()?;
    let (Some(carrier), Some(crew)) = (&leg.carrier, crew(leg)) else {
        return Err(Problem::internal("a trip without faults was not admitted"));
    };
    let rows: Vec<Row> = riders.iter().map(|rider| store::rider_row(id, rider)).collect();
    let (carrier_id, carrier_name) = (carrier.id, carrier.name.clone());
    let opened = Happening::Opened(Opened { carrier_id, carrier_name, crew, riders });
    let mut decision = act::write(ctx, (id, None), (opened, ctx.now), rows, 201)?;
    decision.lean_on(leg.guards());
    decision.lean_on(load.guards());
    Ok(decision)
}

/// Lets more manifests join a trip that is being loaded.
pub async fn join(
    app: &App,
    ctx: &Ctx,
    id: TripId,
    asked: Asked<JoinTrip>,
) -> Result<Done<Stored>, Problem> {
    let named: &[ManifestId] = asked.as_ref().map(|asked| &*asked.manifest_ids).unwrap_or_default();
    let read = async |freshness: Freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let load = Load::read(app, ctx, named).await?;
        let riders: Vec<_> = stored.trip.riders.iter().map(|rider| rider.manifest_id).collect();
        let aboard = Load::read(app, ctx, &riders).await?;
        let leg = LegFacts::read(app, leg_ids(&stored.trip), freshness).await?;
        Ok((stored, leg, load, aboard))
    };
    command::run(app, ctx, read, |(stored, leg, load, aboard)| {
        let (trip, catalogue) = (&stored.trip, &app.catalogue);
        act::admit(ctx, trip, TripAction::Join)?;
        asked.as_ref().map_err(Clone::clone)?;
        let mut findings = Findings::new();
        let riders = load.riders(named, (trip.carrier_id, leg), catalogue, &mut findings);
        room(trip.riders.len() + named.len(), &mut findings);
        let there: Vec<_> = trip.riders.iter().map(|rider| rider.manifest_id).collect();
        let mut items = aboard.items(&there, catalogue);
        for item in &mut items {
            item.index = None;
        }
        items.extend(load.items(named, catalogue));
        together(&items, catalogue, &mut findings);
        findings.settle()?;
        let mut decision = joined(ctx, stored, riders)?;
        decision.lean_on(leg.guards());
        decision.lean_on(load.guards());
        Ok(decision)
    })
    .await
}

fn room(riders: usize, findings: &mut Findings) {
    if riders > TRIP_MANIFESTS_MAX {
        let text = Text::new(
            format!("一个车次最多 {TRIP_MANIFESTS_MAX} 份联单。"),
            format!("A trip has at most {TRIP_MANIFESTS_MAX} manifests."),
        );
        findings.refuse(Fault::new(Code::TooLong, "/manifest_ids", text));
    }
}

fn joined(ctx: &Ctx, stored: &Stored, riders: Vec<Rider>) -> Result<Decision, Problem> {
    let rows: Vec<Row> = riders.iter().map(|rider| store::rider_row(stored.id, rider)).collect();
    let joined = Happening::Joined(Joined { riders });
    act::write(ctx, (stored.id, Some(&stored.trip)), (joined, ctx.now), rows, 200)
}

/// Who and what drives.
pub fn leg_ids(trip: &Trip) -> LegIds {
    LegIds {
        carrier: trip.carrier_id,
        vehicle: trip.crew.vehicle_id,
        driver: trip.crew.driver_id,
        escort: None,
    }
}

/// Gives a trip up before it has left: its manifests stay filed, and may join another.
pub async fn cancel(
    app: &App,
    ctx: &Ctx,
    id: TripId,
    asked: Asked<CancelTrip>,
) -> Result<Done<Stored>, Problem> {
    let read = async |_| act::visible(app, &ctx.actor, id).await;
    command::run(app, ctx, read, |stored| {
        act::admit(ctx, &stored.trip, TripAction::Cancel)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let cancelled = Happening::Cancelled(Cancelled {
            reason: asked.reason.as_str().to_owned(),
            reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        });
        let riders = stored.trip.riders.iter();
        let rows = riders.map(|rider| store::rider_freed(id, rider.manifest_id)).collect();
        act::write(ctx, (id, Some(&stored.trip)), (cancelled, ctx.now), rows, 200)
    })
    .await
}
