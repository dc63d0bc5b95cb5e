//! One departure and one arrival for all that ride together; one weighbridge reading split over
//! them, which is evidence and changes no item.

use std::collections::HashMap;

use super::act;
use super::asked::{ArriveTrip, DepartTrip, WeighTrip};
use super::event::{Arrived, Departed, Happening, Rider, Share, Weighed};
use super::evolve::Trip;
use super::open::leg_ids;
use super::status::TripAction;
use super::store::Stored;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::ids::{ManifestId, SiteId, TripId};
use crate::manifest::{self, Action, Arrive, Depart, LegFacts, Mover, Second, Status};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::{Grams, split};
use crate::wire::{Asked, NonNegativeKg};

type Movers = HashMap<ManifestId, Mover>;

async fn read(app: &App, ctx: &Ctx, id: TripId) -> Result<(Stored, Movers), Problem> {
    let stored = act::visible(app, &ctx.actor, id).await?;
    let ids: Vec<ManifestId> = stored.trip.riders.iter().map(|rider| rider.manifest_id).collect();
    let mut movers = Movers::with_capacity(ids.len());
    for one in manifest::by_ids(&app.pool, &ids).await? {
        movers.insert(one.id, Mover::read(app, ctx, one).await?);
    }
    Ok((stored, movers))
}

/// All that wait on it leave.
pub async fn depart(
    app: &App,
    ctx: &Ctx,
    id: TripId,
    asked: Asked<DepartTrip>,
) -> Result<Done<Stored>, Problem> {
    let read = async |freshness: Freshness| {
        let (stored, movers) = read(app, ctx, id).await?;
        let leg = LegFacts::read(app, leg_ids(&stored.trip), freshness).await?;
        Ok((stored, movers, leg))
    };
    command::run(app, ctx, read, |(stored, movers, leg)| {
        let trip = &stored.trip;
        act::admit(ctx, trip, TripAction::Depart)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let mut findings = Findings::new();
        let occurred_at =
            manifest::claimed_since(asked.occurred_at, ctx, trip.opened_at, &mut findings);
        findings.settle()?;
        let (mut parts, mut manifest_ids) = (Vec::new(), Vec::new());
        for (rider, mover) in waiting(trip, movers, |status| status == Status::Filed) {
            let planned = mover.stored.manifest.filed.legs.first();
            let vehicle = planned.filter(|leg| leg.vehicle_id != trip.crew.vehicle_id);
            let driver = planned.filter(|leg| leg.driver_id != trip.crew.driver_id);
            let depart = Depart {
                occurred_at: Some(occurred_at),
                loaded_kg: None,
                vehicle_id: vehicle.map(|_| trip.crew.vehicle_id),
                driver_id: driver.map(|_| trip.crew.driver_id),
                location: asked.location,
                countersign: None,
                signature: None,
            };
            let part = manifest::departs(app, ctx, mover, leg.clone(), (&depart, Second::NotNamed));
            parts.push(part.map_err(|problem| of_one(problem, rider))?);
            manifest_ids.push(rider.manifest_id);
        }
        some(&manifest_ids)?;
        let departed = Happening::Departed(Departed {
            loaded_g: asked.loaded_kg.map(Into::into),
            location: asked.location.map(manifest::place),
            manifest_ids,
            out_of_order: occurred_at < trip.last_occurred_at,
        });
        let note = (departed, occurred_at);
        Ok(act::write(ctx, (id, Some(trip)), note, Vec::new(), 200)?.with(parts))
    })
    .await
}

/// The riders whose manifests stand so that the step is theirs.
fn waiting<'a>(
    trip: &'a Trip,
    movers: &'a Movers,
    open: impl Fn(Status) -> bool,
) -> Vec<(&'a Rider, &'a Mover)> {
    let with = |rider: &'a Rider| {
        let mover = movers.get(&rider.manifest_id)?;
        open(mover.stored.manifest.status).then_some((rider, mover))
    };
    trip.riders.iter().filter_map(with).collect()
}

fn some(ids: &[ManifestId]) -> Result<(), Problem> {
    if !ids.is_empty() {
        return Ok(());
    }
    let text = Text::new(
        "车次上没有联单处于可执行此操作的状态。",
        "No manifest of the trip is in a state to take this step.",
    );
    Err(Problem::new(Code::IllegalTransition, text))
}

/// A fault of one manifest, named by it: the trip's own fields are few.
fn of_one(problem: Problem, rider: &Rider) -> Problem {
    let own = problem.map_pointers(|pointer| {
        ["/occurred_at", "/location"].contains(&pointer).then(|| pointer.to_owned())
    });
    own.with("manifest_id", rider.manifest_id.to_string())
}

/// It is at a gate: the carrier says so for all that are under way, a receiver for its own.
pub async fn arrive(
    app: &App,
    ctx: &Ctx,
    id: TripId,
    asked: Asked<ArriveTrip>,
) -> Result<Done<Stored>, Problem> {
    let read = async |_| read(app, ctx, id).await;
    command::run(app, ctx, read, |(stored, movers)| {
        let trip = &stored.trip;
        act::admit(ctx, trip, TripAction::Arrive)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let mut findings = Findings::new();
        let occurred_at =
            manifest::claimed_since(asked.occurred_at, ctx, trip.opened_at, &mut findings);
        site(trip, asked.receiver_site_id, &mut findings);
        findings.settle()?;
        let mut under_way = waiting(trip, movers, |status| Action::Arrive.is_open(status));
        // What was handed over on the way comes with another.
        under_way.retain(|(_, mover)| mover.stored.manifest.has_aboard(trip.carrier_id));
        let (mut parts, mut manifest_ids) = (Vec::new(), Vec::new());
        for (rider, mover) in &under_way {
            if !is_mine(ctx, trip, rider, asked.receiver_site_id) {
                continue;
            }
            let (gross_kg, location) = (None, asked.location);
            let arrive = Arrive { occurred_at: Some(occurred_at), gross_kg, location };
            let part = manifest::arrives(app, ctx, mover, &arrive);
            parts.push(part.map_err(|problem| of_one(problem, rider))?);
            manifest_ids.push(rider.manifest_id);
        }
        some(&manifest_ids)?;
        let arrived = Happening::Arrived(Arrived {
            gross_g: asked.gross_kg.map(Into::into),
            location: asked.location.map(manifest::place),
            is_final: manifest_ids.len() == under_way.len(),
            manifest_ids,
            out_of_order: occurred_at < trip.last_occurred_at,
        });
        let note = (arrived, occurred_at);
        Ok(act::write(ctx, (id, Some(trip)), note, Vec::new(), 200)?.with(parts))
    })
    .await
}

/// A site that nothing on the trip goes to is none.
fn site(trip: &Trip, named: Option<SiteId>, findings: &mut Findings) {
    let goes = |id: SiteId| trip.riders.iter().any(|rider| rider.receiver.site_id == id);
    if named.is_some_and(|id| !goes(id)) {
        findings.refuse(Fault::unknown_reference("/receiver_site_id"));
    }
}

/// Whether the step is about this rider: the site's that is named, and a receiver's own.
fn is_mine(ctx: &Ctx, trip: &Trip, rider: &Rider, site: Option<SiteId>) -> bool {
    site.is_none_or(|site| rider.receiver.site_id == site)
        && (act::carries(&ctx.actor, trip) || act::receives(&ctx.actor, rider))
}

/// One weighbridge reading, split over what was weighed in proportion to what was filed.
pub async fn weigh(
    app: &App,
    ctx: &Ctx,
    id: TripId,
    asked: Asked<WeighTrip>,
) -> Result<Done<Stored>, Problem> {
    let read = async |_| read(app, ctx, id).await;
    command::run(app, ctx, read, |(stored, movers)| {
        act::admit(ctx, &stored.trip, TripAction::Weigh)?;
        weighed(ctx, stored, movers, asked.as_ref().map_err(Clone::clone)?)
    })
    .await
}

fn weighed(
    ctx: &Ctx,
    stored: &Stored,
    movers: &Movers,
    asked: &WeighTrip,
) -> Result<Decision, Problem> {
    let trip = &stored.trip;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, trip.opened_at, &mut findings);
    site(trip, asked.receiver_site_id, &mut findings);
    let net = asked.gross_kg.grams() - NonNegativeKg::grams(asked.tare_kg);
    if net.0 <= 0 {
        let text = Text::new(
            "皮重不小于毛重，没有净重。",
            "The tare is not less than the gross weight: nothing is left.",
        );
        findings.refuse(Fault::new(Code::MassBalance, "/tare_kg", text));
    }
    findings.settle()?;
    let mut aboard = waiting(trip, movers, |status| status != Status::Cancelled);
    aboard.retain(|(rider, _)| is_mine(ctx, trip, rider, asked.receiver_site_id));
    let ids: Vec<ManifestId> = aboard.iter().map(|(rider, _)| rider.manifest_id).collect();
    some(&ids)?;
    if ids.iter().any(|id| trip.was_weighed(*id)) {
        let text = Text::new("该车次已过磅。", "This load has been weighed.");
        return Err(Problem::new(Code::AlreadyWeighed, text));
    }
    let shipped: Vec<Grams> = aboard.iter().map(|(rider, _)| rider.shipped_g).collect();
    let shares = ids.iter().zip(split(net, &shipped));
    let weighed = Happening::Weighed(Weighed {
        gross_g: asked.gross_kg.grams(),
        tare_g: asked.tare_kg.grams(),
        net_g: net,
        split: shares.map(|(id, mass_g)| Share { manifest_id: *id, mass_g }).collect(),
        out_of_order: occurred_at < trip.last_occurred_at,
    });
    act::write(ctx, (stored.id, Some(trip)), (weighed, occurred_at), Vec::new(), 200)
}
