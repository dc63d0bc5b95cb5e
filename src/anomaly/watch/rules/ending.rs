//! Where a trip ended: what is told to have arrived has been at its receiver.
//!
//! AL17, as a case of its own (`end`). By the place that is told with the arrival, and by positions
//! of the vehicle that had the load last: none was near, and from the last of them nobody gets
//! there by the time of the arrival. Devices may tell late: it is asked a while after the arrival,
//! and again when more of the trip is told.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::kilometres;
use super::super::timers::Timer;
use super::pace::IMPOSSIBLE;
use super::track::{fix, shown};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::{ManifestId, RoundId, SiteId, VehicleId};
use crate::manifest::Happening;
use crate::registry::Place;
use crate::track::Reading;

/// Tells its cases from those of the way.
const KEY: &str = "end";
/// Kilometres from the place of a site within which its gate is, with what a position errs by.
const GATE_KM: f64 = 5.0;
/// For so long after an arrival positions belong to its trip, and more may be told of it.
const GRACE: TimeDelta = TimeDelta::hours(2);
/// Trips of a vehicle that are remembered.
const TRIPS: usize = 6;

/// Where a vehicle was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Spot {
    at: DateTime<Utc>,
    place: Place,
    /// From the receiver.
    km: f64,
}

/// One load on a vehicle; of a round the newest.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Trip {
    load: ManifestId,
    round: Option<RoundId>,
    to: SiteId,
    since: DateTime<Utc>,
    arrived_at: Option<DateTime<Utc>>,
    spots: u32,
    nearest_km: Option<f64>,
    /// The last before it arrived; where it left, before the first.
    last: Option<Spot>,
    /// Nothing was told for so long that it may have been there.
    may_have_been: bool,
    /// Readings that say so.
    position: i64,
}

/// The newest trips of a vehicle.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trips {
    trips: Vec<Trip>,
}

fn reach_km(time: TimeDelta) -> f64 {
    time.num_seconds().max(0) as f64 / 3600.0 * IMPOSSIBLE
}

impl Trip {
    fn is_of(&self, at: DateTime<Utc>) -> bool {
        at >= self.since && self.arrived_at.is_none_or(|arrived_at| at <= arrived_at + GRACE)
    }

    fn see(&mut self, spot: Spot) {
        self.spots += 1;
        self.nearest_km = Some(self.nearest_km.map_or(spot.km, |km| km.min(spot.km)));
        let is_after = self.arrived_at.is_some_and(|arrived_at| spot.at > arrived_at);
        if is_after || self.last.is_some_and(|last| spot.at <= last.at) {
            return;
        }
        if let Some(last) = self.last {
            let there_and_on = last.km + spot.km - 2.0 * GATE_KM;
            self.may_have_been |= reach_km(spot.at - last.at) >= there_and_on;
        }
        self.last = Some(spot);
    }

    /// The last position, where the vehicle cannot have been at the receiver.
    fn elsewhere(&self) -> Option<Spot> {
        let (last, arrived_at) = self.last.zip(self.arrived_at)?;
        let was_near = self.nearest_km.is_none_or(|km| km <= GATE_KM);
        let can_reach = last.km <= GATE_KM + reach_km(arrived_at - last.at);
        (!was_near && !can_reach && !self.may_have_been).then_some(last)
    }
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Departed(_) => begin(w, load, seen, w.place(load.from_site)),
        Happening::HandedOver(_) => begin(w, load, seen, None),
        Happening::Stopped(data) if data.change.is_some() => begin(w, load, seen, None),
        Happening::Arrived(data) => {
            arrived(w, load, seen);
            told(w, load, data.location);
        }
        Happening::Received(_) if load.arrived_at.is_none() => arrived(w, load, seen),
        // Nothing can be asked of it later.
        Happening::Completed(data) if data.is_final => judge(w, load),
        _ => {}
    }
}

/// A vehicle has it from now on.
fn begin(w: &mut Watch, load: &Load, seen: &Seen<'_>, from: Option<Place>) {
    let Some(vehicle) = load.vehicle.filter(|_| !load.is_backfill) else { return };
    let at = seen.occurred_at;
    let start = from.zip(w.place(load.to_site));
    let last = start.map(|(from, to)| Spot { at, place: from, km: kilometres(from, to) });
    let trips = &mut w.ends.entry(vehicle).trips;
    trips.retain(|trip| trip.load != load.id && (trip.round.is_none() || trip.round != load.round));
    trips.push(Trip {
        load: load.id,
        round: load.round,
        to: load.to_site,
        since: at,
        arrived_at: None,
        spots: 0,
        nearest_km: None,
        last,
        may_have_been: false,
        position: seen.position,
    });
    if trips.len() > TRIPS {
        trips.remove(0);
    }
}

fn arrived(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let Some(trips) = load.vehicle.and_then(|vehicle| w.ends.edit(&vehicle)) else { return };
    let Some(trip) = trips.trips.iter_mut().find(|trip| trip.load == load.id) else { return };
    trip.arrived_at = Some(seen.occurred_at);
    w.timers.set(Timer::Ended, load.id.uuid(), seen.recorded_at + GRACE);
}

/// Positions of a vehicle, in the order of their times.
pub fn readings(w: &mut Watch, vehicle: VehicleId, readings: &[Reading], seen: &Seen<'_>) {
    let Some(mut trips) = w.ends.get(&vehicle).cloned() else { return };
    let mut asked = Vec::new();
    for trip in &mut trips.trips {
        let Some(to) = w.place(trip.to) else { continue };
        let before = trip.spots;
        for reading in readings {
            if reading.kind != "position" || !trip.is_of(reading.at) {
                continue;
            }
            if let Some(place) = fix(reading) {
                trip.see(Spot { at: reading.at, place, km: kilometres(place, to) });
            }
        }
        if trip.spots > before {
            trip.position = seen.position;
            asked.extend(trip.arrived_at.map(|_| trip.load.uuid()));
        }
    }
    w.ends.put(vehicle, trips);
    for id in asked {
        if w.timers.get(Timer::Ended, id).is_none() {
            w.timers.set(Timer::Ended, id, seen.recorded_at + GRACE);
        }
    }
}

fn about(load: &Load) -> (About, Uuid) {
    let manifest = (About::Manifest, load.id.uuid());
    load.round.map_or(manifest, |round| (About::Round, round.uuid()))
}

fn raise(w: &mut Watch, load: &Load, evidence: Value, proof: Option<i64>) {
    let mut finding = Finding { evidence, ..w.of_load(17, load) };
    finding.about = about(load);
    KEY.clone_into(&mut finding.key);
    finding.proofs.extend(proof);
    w.raise(finding);
}

fn evidence(load: &Load, at: DateTime<Utc>, place: Place, km: f64) -> Value {
    json!({
        "arrived_at": load.arrived_at.or(load.received_at).map(rfc3339),
        "receiver_site_id": load.to_site, "last_position_at": rfc3339(at),
        "place": shown(place), "kilometres_from_receiver": (km * 10.0).round() / 10.0,
        "limit_kilometres": GATE_KM,
    })
}

/// The place that was told with the arrival.
fn told(w: &mut Watch, load: &Load, location: Option<Place>) {
    let ends = location.zip(w.place(load.to_site)).filter(|_| !load.is_backfill);
    let Some((location, to)) = ends else { return };
    let km = kilometres(location, to);
    if let Some(at) = load.arrived_at.filter(|_| km > GATE_KM) {
        raise(w, load, evidence(load, at, location, km), None);
    }
}

/// A while after it was told to have arrived.
pub fn due(w: &mut Watch, id: ManifestId) {
    if let Some(load) = w.loads.get(&id).cloned() {
        judge(w, &load);
    }
}

/// By the papers it was on another way as well (AL25): nobody can say to which a place belongs.
fn is_twice(w: &Watch, vehicle: VehicleId, trip: &Trip) -> bool {
    let rides = w.roads.get(&vehicle).map_or(&[][..], |road| &road.rides);
    let meanwhile = rides.iter().filter(|ride| {
        trip.arrived_at.is_none_or(|arrived_at| ride.from <= arrived_at)
            && ride.to.is_none_or(|to| to >= trip.since)
    });
    let about = (About::Vehicle, vehicle.uuid());
    meanwhile.map(|ride| ride.manifest.to_string()).any(|key| w.is_raised(RuleId(25), about, &key))
}

fn judge(w: &mut Watch, load: &Load) {
    let Some(vehicle) = load.vehicle else { return };
    let trips = w.ends.get(&vehicle).map_or(&[][..], |trips| &trips.trips);
    let Some(trip) = trips.iter().find(|trip| trip.load == load.id) else { return };
    if trip.to != load.to_site || is_twice(w, vehicle, trip) {
        return;
    }
    let position = trip.position;
    if let Some(Spot { at, place, km }) = trip.elsewhere() {
        let mut evidence = evidence(load, at, place, km);
        evidence["nearest_kilometres"] =
            json!(trip.nearest_km.map(|km| (km * 10.0).round() / 10.0));
        raise(w, load, evidence, Some(position));
    } else if trip.nearest_km.is_some_and(|km| km <= GATE_KM) {
        w.clear(RuleId(17), about(load), KEY, Gone::CameLate);
    }
}
