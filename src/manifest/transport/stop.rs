//! Stop: the load stands still, or goes over to another vehicle of the same carrier, all of it or a
//! part (an accident, a broken axle, a truck too heavy for the pass).
//!
//! Of a part, `remaining_kg` stays on the first vehicle and both drive on, under the one manifest:
//! they carry together what is on its way, to the gram.

use super::asked::{Stop, StopKind};
use super::event::{Stopped, VehicleChange};
use super::evolve::Aboard;
use super::limits::one_more;
use super::second::{Second, Signing};
use crate::app::App;
use crate::catalogue::{Catalogue, Stream};
use crate::clock::legal_day;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::manifest::act::{Scene, Step, act, claimed_time};
use crate::manifest::admit::{self, transport_was_free};
use crate::manifest::depart::place;
use crate::manifest::event::Happening;
use crate::manifest::evolve::Manifest;
use crate::manifest::mended::Content;
use crate::manifest::status::Action;
use crate::manifest::store::Stored;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Driver, Known, Vehicle};
use crate::units::Grams;
use crate::wire::NonNegativeKg;

/// Who goes on with the load; `None` where the id names nothing, or none is named.
struct Facts {
    vehicle: Option<Known<Vehicle>>,
    driver: Option<Known<Driver>>,
    second: Second,
}

pub async fn stop(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Stop>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let wanted = asked.readable().map(|asked| (asked.to_vehicle_id, asked.to_driver_id));
    let second = asked.asked.as_ref().ok().and_then(|asked| asked.countersign.clone());
    let said = asked.said.clone();
    let signing = Signing::of(app, Action::Stop, second.as_ref(), said.as_ref());
    let facts = async |stored: &Stored, freshness| {
        let second = signing.look(ctx, stored).await?;
        let (vehicle, driver) = wanted.unwrap_or_default();
        let vehicle = match vehicle {
            Some(id) => app.registers.vehicle(&app.pool, id, freshness).await?,
            None => None,
        };
        let driver = match driver {
            Some(id) => app.registers.driver(&app.pool, id, freshness).await?,
            None => None,
        };
        Ok(Facts { vehicle, driver, second })
    };
    act(app, ctx, (id, Action::Stop), asked, facts, |scene, asked, _| {
        admit(scene, asked, (ctx, &app.catalogue))
    })
    .await
}

fn admit(
    scene: &Scene<Facts>,
    asked: &Stop,
    (ctx, catalogue): (&Ctx, &Catalogue),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let carrier = manifest.delivering_carrier();
    let carrier = carrier.ok_or_else(|| Problem::internal("nobody carries a load on its way"))?;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    one_more(manifest.transit.stops.len(), &mut findings);
    let change = match asked.kind {
        StopKind::Stop => {
            nothing_changes(asked, &mut findings);
            None
        }
        StopKind::Transship => {
            let free = transport_was_free(manifest, catalogue);
            rights(scene, asked, (free, legal_day(occurred_at)), &mut findings);
            change(manifest, asked, &scene.more, &mut findings)
        }
    };
    scene.more.second.judge(&mut findings);
    findings.settle()?;
    let stopped = Stopped {
        kind: asked.kind.as_str().to_owned(),
        reason: asked.reason.as_str().to_owned(),
        reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        carrier_id: carrier,
        change,
        location: asked.location.map(place),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let happening = Happening::Stopped(Box::new(stopped));
    let mut step = Step::new(happening, occurred_at, "manifest_stopped");
    let Facts { vehicle, driver, second } = &scene.more;
    step.guards.extend(vehicle.iter().map(|known| known.guard));
    step.guards.extend(driver.iter().map(|known| known.guard));
    second.sign(&mut step, manifest, ctx)?;
    Ok(step)
}

/// A mere stop names no vehicle and no mass.
fn nothing_changes(asked: &Stop, findings: &mut Findings) {
    let named = [
        ("/to_vehicle_id", asked.to_vehicle_id.is_some()),
        ("/to_driver_id", asked.to_driver_id.is_some()),
        ("/from_vehicle_id", asked.from_vehicle_id.is_some()),
        ("/remaining_kg", asked.remaining_kg.is_some()),
    ];
    for (pointer, _) in named.into_iter().filter(|(_, named)| *named) {
        let text = Text::new(
            "只有换车（transship）才填写此项。",
            "Only where the load changes vehicles (transship).",
        );
        findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
    }
}

/// The new vehicle, and its driver if one is named, are the carrier's own and allowed for the
/// class. The rest is not asked again: a broken truck must be unloaded whatever became of rights.
fn rights(
    scene: &Scene<Facts>,
    asked: &Stop,
    (free, day): (bool, chrono::NaiveDate),
    findings: &mut Findings,
) {
    let manifest = &scene.stored.manifest;
    let Some(carrier) = manifest.delivering_carrier() else { return };
    let Ok(stream) = Stream::parse(&manifest.filed.stream) else { return };
    let Facts { vehicle, driver, .. } = &scene.more;
    if asked.to_vehicle_id.is_none() {
        let text = Text::new("换车须填写换入车辆。", "A transshipment names the new vehicle.");
        findings.refuse(Fault::new(Code::Required, "/to_vehicle_id", text));
    } else {
        admit::own_vehicle(vehicle.as_ref(), carrier, "/to_vehicle_id", findings);
        admit::vehicle_right(vehicle.as_ref(), (stream, free), "/to_vehicle_id", findings);
    }
    if asked.to_driver_id.is_some() {
        admit::own_driver(driver.as_ref(), carrier, "/to_driver_id", findings);
        admit::driver_right(driver.as_ref(), (day, free), "/to_driver_id", findings);
    }
}

/// What goes over; `None` with a fault, or where the new vehicle is not known.
fn change(
    manifest: &Manifest,
    asked: &Stop,
    facts: &Facts,
    findings: &mut Findings,
) -> Option<VehicleChange> {
    let (from, carried) = from(manifest, asked, findings)?;
    let remaining = asked.remaining_kg.map_or(Grams::ZERO, NonNegativeKg::grams);
    if remaining >= carried {
        let kg = carried.to_kg_text();
        let text = Text::new(
            format!("须少于该车所载的 {kg} kg：留下的不能是全部。"),
            format!("Less than the {kg} kg that it carries: something must go over."),
        );
        findings.refuse(Fault::new(Code::MassBalance, "/remaining_kg", text));
    }
    if asked.to_vehicle_id == Some(from.vehicle_id) {
        let text = Text::new("与原车辆相同。", "It is the vehicle that the load leaves.");
        findings.refuse(Fault::new(Code::InvalidValue, "/to_vehicle_id", text));
    }
    let vehicle = facts.vehicle.as_ref()?;
    Some(VehicleChange {
        from_vehicle_id: from.vehicle_id,
        to_vehicle_id: vehicle.id,
        to_plate: vehicle.plate.clone(),
        to_driver_id: asked.to_driver_id.unwrap_or(from.driver_id),
        moved_g: carried - remaining,
        remaining_g: remaining,
    })
}

/// The vehicle that the load leaves, and what it carries.
fn from<'a>(
    manifest: &'a Manifest,
    asked: &Stop,
    findings: &mut Findings,
) -> Option<(&'a Aboard, Grams)> {
    let riding = manifest.riding.as_ref()?;
    let mut all = riding.masses(manifest.on_the_way());
    let found = match asked.from_vehicle_id {
        Some(id) => all.find(|(aboard, _)| aboard.vehicle_id == id),
        None => all.next(),
    };
    if found.is_none() {
        findings.refuse(Fault::unknown_reference("/from_vehicle_id"));
    }
    found
}
