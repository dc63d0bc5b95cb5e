//! Vehicles and trailers: registered by the carrier's administrator or its regulators.
//!
//! Private to the organisation and its regulators; the parties of a manifest see the plate there.

use super::access::{administers, could_administer};
use super::cache::Known;
use super::change::{Answered, Entered, commit, patched, set, unchanged, words};
use super::model::{Organisation, Standing, Vehicle};
use super::plate::Plate;
use super::standing::{at_first, may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::catalogue::Stream;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{OrganisationId, VehicleId};
use crate::problem::{Fault, Problem};
use crate::wire::{Asked, BoundedText, Change, List, Patch, PositiveKg, wire};

wire! {
    /// A vehicle or trailer to register.
    pub struct NewVehicle {
        pub organisation_id: OrganisationId,
        pub plate: Plate,
        pub kind: BoundedText<1, 100>,
        /// The streams it may carry.
        pub classes: List<Stream, 1, 3>,
        pub rated_kg: Option<PositiveKg>,
        /// `active` when absent.
        pub status: Option<Standing>,
    }

    /// What changes of a vehicle.
    pub struct VehiclePatch {
        pub plate: Change<Plate>,
        pub kind: Change<BoundedText<1, 100>>,
        pub classes: Change<List<Stream, 1, 3>>,
        pub rated_kg: Patch<PositiveKg>,
        pub status: Change<Standing>,
    }
}

/// Registers a vehicle.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewVehicle>,
) -> Result<Answered<Vehicle>, Problem> {
    could_administer(&ctx.actor)?;
    let new = asked?;
    let id = VehicleId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        app.registers.organisation(&app.pool, new.organisation_id, freshness).await
    };
    commit(app, ctx, read, |owner| decide_new(id, owner.as_ref(), &new, ctx)).await
}

fn decide_new(
    id: VehicleId,
    owner: Option<&Known<Organisation>>,
    new: &NewVehicle,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let owner = owner.filter(|owner| policy::names_party(&ctx.actor, owner));
    let owner = owner.ok_or_else(|| Fault::unknown_reference("/organisation_id"))?;
    policy::require(administers(&ctx.actor, &owner.division, owner.id))?;
    let registrar = policy::regulates(&ctx.actor, &owner.division);
    let status = at_first(registrar, new.status)?;
    let withdrawn = takes_entries(owner.status, "/organisation_id");
    Problem::unless_empty(withdrawn.into_iter().collect())?;
    let vehicle = Vehicle {
        id,
        organisation_id: owner.id,
        plate: new.plate.as_str().to_owned(),
        kind: words(&new.kind),
        classes: once(&new.classes),
        rated_g: new.rated_kg.map(PositiveKg::grams),
        status,
    };
    let rows = vec![store::insert_vehicle(&vehicle)];
    let mut entered = Entered::new(vehicle, None, rows);
    entered.guards.push(owner.guard);
    entered.decision(ctx)
}

/// Changes a vehicle.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: VehicleId,
    asked: Asked<VehiclePatch>,
) -> Result<Answered<Vehicle>, Problem> {
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    commit(app, ctx, read, |facts| decide_change(facts, &asked, ctx)).await
}

/// A vehicle with its organisation.
type Facts = (Known<Vehicle>, Known<Organisation>);

async fn read_one(app: &App, id: VehicleId, freshness: Freshness) -> Result<Facts, Problem> {
    let found = app.registers.vehicle(&app.pool, id, freshness).await?;
    let vehicle = found.ok_or_else(Problem::not_found)?;
    let owner = app.registers.organisation(&app.pool, vehicle.organisation_id, freshness).await?;
    Ok((vehicle, owner.ok_or_else(|| Problem::internal("a vehicle of no organisation"))?))
}

/// One vehicle, to whoever may see it.
pub async fn show(app: &App, ctx: &Ctx, id: VehicleId) -> Result<Known<Vehicle>, Problem> {
    let (vehicle, owner) = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(policy::sees_organisation(&ctx.actor, &owner), true)?;
    Ok(vehicle)
}

fn decide_change(
    (known, owner): &Facts,
    asked: &Asked<VehiclePatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let sees = policy::sees_organisation(&ctx.actor, owner);
    policy::allow(sees, administers(&ctx.actor, &owner.division, owner.id))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let after = Vehicle {
        id: before.id,
        organisation_id: before.organisation_id,
        plate: set(&patch.plate, &before.plate, |plate| plate.as_str().to_owned()),
        kind: set(&patch.kind, &before.kind, words),
        classes: set(&patch.classes, &before.classes, |classes| once(classes)),
        rated_g: patched(&patch.rated_kg, before.rated_g.as_ref(), |mass| mass.grams()),
        status: set(&patch.status, &before.status, |status| *status),
    };
    let registrar = policy::regulates(&ctx.actor, &owner.division);
    may_move(registrar, before.status, after.status)?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_vehicle(&after)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

/// A class named twice counts once.
fn once(classes: &[Stream]) -> Vec<String> {
    let mut streams = classes.to_vec();
    streams.sort_unstable();
    streams.dedup();
    streams.into_iter().map(|stream| stream.to_string()).collect()
}
