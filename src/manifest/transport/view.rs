//! From a manifest's state to what answers show of its way. Pure.

use super::event::{Countersigned, Incident, Stopped};
use super::evolve::Noted;
use super::journey::Ridden;
use super::shape::{AboardView, IncidentView, LegView, LostView, SignatureView, TransitStopView};
use crate::clock::rfc3339;
use crate::ids::{DriverId, VehicleId};
use crate::manifest::evolve::Manifest;
use crate::registry::Place;
use crate::units::Kg;
use crate::wire::Location;

pub fn legs(manifest: &Manifest) -> Vec<LegView> {
    manifest.journey().map(|ridden| leg(manifest, ridden)).collect()
}

/// A leg as it was ridden. The first leaves with the vehicle that its departure names.
fn leg(manifest: &Manifest, Ridden { leg, is_planned, begun_by }: Ridden<'_>) -> LegView {
    let departed = manifest.departed.as_ref().filter(|_| leg.n == 1);
    let change = departed.map(|step| &step.data);
    let vehicle = change.and_then(|change| change.vehicle_id).unwrap_or(leg.vehicle_id);
    let plate = change.and_then(|change| change.plate.as_ref()).unwrap_or(&leg.plate);
    let driver = change.and_then(|change| change.driver_id).unwrap_or(leg.driver_id);
    let over = begun_by.and_then(|at| manifest.transit.hand_overs.get(at));
    let began_at = over.map(|over| over.occurred_at);
    LegView {
        n: leg.n,
        mode: leg.mode.clone(),
        carrier_id: leg.carrier_id.uuid(),
        carrier_name: leg.carrier_name.clone(),
        vehicle_id: vehicle.uuid(),
        plate: plate.clone(),
        driver_id: driver.uuid(),
        trailer_plate: leg.trailer_plate.clone(),
        escort_id: leg.escort_id.map(DriverId::uuid),
        waybill_number: leg.waybill_number.clone(),
        from: leg.from.clone(),
        to: leg.to.clone(),
        via: leg.via.clone(),
        planned_departure_at: leg.planned_departure_at,
        planned_arrival_at: leg.planned_arrival_at,
        planned: is_planned,
        current: manifest.riding.as_ref().is_some_and(|riding| riding.leg == leg.n),
        began_at: began_at.or_else(|| departed.map(|step| step.occurred_at)).map(rfc3339),
    }
}

/// The vehicles that the load rides on now.
pub fn aboard(manifest: &Manifest) -> Vec<AboardView> {
    let Some(riding) = &manifest.riding else { return Vec::new() };
    let all = riding.masses(manifest.on_the_way());
    all.map(|(aboard, mass)| AboardView {
        vehicle_id: aboard.vehicle_id.uuid(),
        plate: aboard.plate.clone(),
        driver_id: aboard.driver_id.uuid(),
        mass_kg: Kg(mass),
    })
    .collect()
}

pub fn stops(manifest: &Manifest) -> Vec<TransitStopView> {
    manifest.transit.stops.iter().map(stop).collect()
}

fn stop(noted: &Noted<Stopped>) -> TransitStopView {
    let data = &noted.data;
    let change = data.change.as_ref();
    TransitStopView {
        seq: noted.seq,
        kind: data.kind.clone(),
        occurred_at: rfc3339(noted.occurred_at),
        reason: data.reason.clone(),
        reason_text: data.reason_text.clone(),
        location: data.location.map(location),
        from_vehicle_id: change.map(|change| change.from_vehicle_id.uuid()),
        to_vehicle_id: change.map(|change| change.to_vehicle_id.uuid()),
        to_plate: change.map(|change| change.to_plate.clone()),
        to_driver_id: change.map(|change| change.to_driver_id.uuid()),
        moved_kg: change.map(|change| Kg(change.moved_g)),
        remaining_kg: change.map(|change| Kg(change.remaining_g)),
    }
}

pub fn incidents(manifest: &Manifest) -> Vec<IncidentView> {
    manifest.transit.incidents.iter().map(incident).collect()
}

fn incident(noted: &Noted<Incident>) -> IncidentView {
    let data = &noted.data;
    let lost = data.items.iter();
    IncidentView {
        seq: noted.seq,
        kind: data.kind.clone(),
        occurred_at: rfc3339(noted.occurred_at),
        items: lost.map(|item| LostView { line: item.line, lost_kg: Kg(item.lost_g) }).collect(),
        vehicle_id: data.vehicle_id.map(VehicleId::uuid),
        location: data.location.map(location),
        division: data.division.clone(),
        reported_to: data.reported_to.clone(),
        reported_at: data.reported_at,
        note: data.note.clone(),
        by: data.by.clone(),
    }
}

/// Second signatures, in the order that they came.
pub fn signatures(manifest: &Manifest) -> Vec<SignatureView> {
    let show = |noted: &Noted<Countersigned>| SignatureView {
        seq: noted.data.seq,
        party: noted.data.party.clone(),
        organisation_id: noted.data.organisation_id.uuid(),
        signed_at: rfc3339(noted.recorded_at),
    };
    manifest.transit.signed.iter().map(show).collect()
}

fn location(place: Place) -> Location {
    Location { lon_e6: place.lon_e6 as i32, lat_e6: place.lat_e6 as i32 }
}
