//! Movement without a position: one vehicle or driver on two trips at once, or sooner elsewhere
//! than anybody drives; more on a vehicle than it may carry; departures at night. How long a trip
//! takes is `pace.rs`.
//!
//! AL25, AL26, AL45.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::timers::Timer;
use super::pace::{self, FAR_KM, IMPOSSIBLE, NOBODY_KNOWS_H, distance, too_long};
use crate::anomaly::finding::{About, pair_id};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::{beijing, rfc3339};
use crate::ids::{ManifestId, OrganisationId, SiteId, TripId};
use crate::manifest::Happening;

/// Hours by which an arrival may be told late, or a departure early; and what is beyond doubt for
/// an empty vehicle on its way to the next load: so far, and faster than so many km/h.
const PRESSED_LATE_H: f64 = 0.1;
const HOP_KM: f64 = 50.0;
const HOP_KM_H: f64 = 200.0;
/// Trips that may overlap on one vehicle and are remembered.
const REMEMBERED: usize = 12;

/// A trip that a vehicle or driver is or was on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ride {
    pub manifest: ManifestId,
    pub trip: Option<TripId>,
    pub round: Option<Uuid>,
    pub from_site: SiteId,
    pub to_site: SiteId,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
    pub mass_g: i64,
    pub position: i64,
    pub organisations: Vec<OrganisationId>,
}

/// The newest trips of a vehicle or driver.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Road {
    pub rides: Vec<Ride>,
}

/// Departures at night between two sites in a year.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Nights {
    #[serde(default)]
    pub departures: u32,
    /// The newest of them, and where they stand in the log.
    pub manifests: Vec<ManifestId>,
    pub proofs: Vec<i64>,
}

/// Departures at night that are named: enough to look at, and little to store again with each.
const NIGHTS_NAMED: usize = 8;

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Departed(_) => departed(w, load, seen),
        Happening::Arrived(_) => arrived(w, load, seen.occurred_at),
        Happening::Received(_) => {
            let came = load.arrived_at.is_none();
            if came {
                arrived(w, load, seen.occurred_at);
            }
        }
        Happening::Cancelled(_) => w.timers.drop(Timer::Arrive, load.id.uuid()),
        _ => {}
    }
}

fn departed(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    night(w, load, seen);
    let id = load.id.uuid();
    let hours = too_long(w, load).map_or(NOBODY_KNOWS_H, |(_, limit)| limit);
    let due = seen.occurred_at + TimeDelta::minutes((hours * 60.0).ceil() as i64);
    if !load.is_backfill && load.round.is_none() && load.stream != "kitchen" {
        let late = due.max(seen.recorded_at + TimeDelta::hours(1));
        w.timers.set(Timer::Arrive, id, late);
    }
    let ride = Ride {
        manifest: load.id,
        trip: load.trip,
        round: load.round.map(crate::ids::RoundId::uuid),
        from_site: load.from_site,
        to_site: load.to_site,
        from: seen.occurred_at,
        to: None,
        mass_g: load.loaded_g.unwrap_or_else(|| load.shipped_g()),
        position: seen.position,
        organisations: load.carriers.clone(),
    };
    if let Some(vehicle) = load.vehicle {
        let (others, hop) = beside(w, w.roads.get(&vehicle), &ride);
        overload(w, load, (vehicle.uuid(), &ride), &others);
        twice(w, load, (About::Vehicle, vehicle.uuid()), &ride, (&others, hop));
        keep(&mut w.roads.entry(vehicle).rides, ride.clone());
    }
    if let Some(driver) = load.driver {
        let (others, hop) = beside(w, w.drivers_roads.get(&driver), &ride);
        let told = load.vehicle.is_some_and(|vehicle| {
            w.is_raised(RuleId(25), (About::Vehicle, vehicle.uuid()), &key_of(&ride))
        });
        if !told {
            twice(w, load, (About::Driver, driver.uuid()), &ride, (&others, hop));
        }
        keep(&mut w.drivers_roads.entry(driver).rides, ride);
    }
}

/// The rides that overlap with one, and the one that ended where nobody comes from so soon.
fn beside(w: &Watch, road: Option<&Road>, ride: &Ride) -> (Vec<Ride>, Option<Ride>) {
    let rides = road.map_or(&[][..], |road| &road.rides);
    (overlapping(rides, ride), before(w, ride, rides).cloned())
}

fn keep(rides: &mut Vec<Ride>, ride: Ride) {
    rides.push(ride);
    if rides.len() > REMEMBERED {
        rides.remove(0);
    }
}

fn key_of(ride: &Ride) -> String {
    ride.manifest.to_string()
}

/// Those that were under way when this one left, or left while it was.
fn overlapping(rides: &[Ride], ride: &Ride) -> Vec<Ride> {
    let on_it = |other: &&Ride| {
        other.manifest != ride.manifest
            && other.to.is_none_or(|to| to > ride.from)
            && other.from <= ride.from
            // A trip that nobody ended long ago is no longer on the road.
            && ride.from - other.from < TimeDelta::days(2)
    };
    rides.iter().filter(on_it).cloned().collect()
}

fn is_one_run(w: &Watch, one: &Ride, other: &Ride) -> bool {
    if is_same_run(one, other) {
        return true;
    }
    // Several producers on the way to one receiver, or several receivers from one producer: a run
    // like any other, as long as the truck could have driven from the one to the other.
    let hours = (one.from - other.from).num_seconds().abs() as f64 / 3600.0;
    let apart = distance(w, one.from_site, other.from_site).unwrap_or(0.0);
    let could = apart < FAR_KM || apart / hours.max(1.0 / 60.0) <= IMPOSSIBLE;
    could && (one.to_site == other.to_site || one.from_site == other.from_site)
}

/// One vehicle, or one driver, on two trips at once.
fn twice(
    w: &mut Watch,
    load: &Load,
    about: (About, Uuid),
    ride: &Ride,
    (others, hop): (&[Ride], Option<Ride>),
) {
    let minutes = w.param(Param::Al25Overlap, &load.from_division);
    let found = others.iter().find(|other| {
        let overlap = other.to.map_or(f64::MAX, |to| (to - ride.from).num_minutes() as f64);
        !is_one_run(w, ride, other) && overlap > minutes
    });
    let Some(other) = found.or(hop.as_ref()) else { return };
    // Who drives is who answers for where it is.
    let mut finding = w.of_carriers(25, load);
    finding.about = about;
    finding.key = key_of(ride);
    finding.manifests = vec![other.manifest, load.id];
    for one in &other.organisations {
        if !finding.organisations.contains(one) {
            finding.organisations.push(*one);
        }
    }
    finding.proofs = vec![other.position, ride.position];
    finding.evidence = json!({
        "first": {"manifest_id": other.manifest, "departed_at": rfc3339(other.from),
            "arrived_at": other.to.map(rfc3339), "from_site_id": other.from_site,
            "to_site_id": other.to_site},
        "second": {"manifest_id": load.id, "departed_at": rfc3339(ride.from),
            "from_site_id": ride.from_site, "to_site_id": ride.to_site},
        "kilometres_apart": distance(w, end_site(other, ride), ride.from_site).map(f64::round),
    });
    w.raise(finding);
}

/// Where the other ride's vehicle was last known to be when this one left.
fn end_site(other: &Ride, ride: &Ride) -> SiteId {
    if other.to.is_some_and(|to| to <= ride.from) { other.to_site } else { other.from_site }
}

/// A ride that ended so far from where this one begins, and so shortly before, that nobody drives
/// there in the time; or one to the same place that nobody could have gone on to end.
fn before<'r>(w: &Watch, ride: &Ride, rides: &'r [Ride]) -> Option<&'r Ride> {
    rides.iter().find(|other| {
        let Some(to) = other.to.filter(|_| other.manifest != ride.manifest) else { return false };
        let Some(km) = distance(w, other.to_site, ride.from_site) else { return false };
        // Buttons are pressed minutes late: so much is nobody's lie.
        let hours = (ride.from - to).num_seconds() as f64 / 3600.0 + PRESSED_LATE_H;
        let is_new = ride.from - to < TimeDelta::days(2) && ride.from >= other.from;
        is_new
            && !is_same_run(ride, other)
            && hours >= 0.0
            && km >= HOP_KM
            && km / hours.max(1.0 / 60.0) > HOP_KM_H
    })
}

fn is_same_run(one: &Ride, other: &Ride) -> bool {
    (one.trip.is_some() && one.trip == other.trip)
        || (one.round.is_some() && one.round == other.round)
}

/// More than the vehicle may carry, with what is on it already.
fn overload(w: &mut Watch, load: &Load, (vehicle, ride): (Uuid, &Ride), others: &[Ride]) {
    let entry = load.vehicle.and_then(|id| w.vehicles.get(&id));
    let Some(rated) = entry.and_then(|entry| entry.rated_g).map(|mass| mass.0) else { return };
    let with: Vec<&Ride> = others.iter().filter(|other| is_one_run(w, ride, other)).collect();
    let mass = ride.mass_g + with.iter().map(|other| other.mass_g).sum::<i64>();
    let allowed = w.param(Param::Al26Load, &load.from_division) / 100.0 * rated as f64;
    if rated <= 0 || mass as f64 <= allowed {
        return;
    }
    let mut finding = w.of_carriers(26, load);
    finding.manifests.extend(with.iter().map(|other| other.manifest));
    finding.proofs = vec![ride.position];
    finding.evidence = json!({
        "vehicle_id": vehicle,
        "loaded_kg": mass as f64 / 1000.0,
        "rated_kg": rated as f64 / 1000.0,
        "percent": (mass as f64 / rated as f64 * 1000.0).round() / 10.0,
    });
    w.raise(finding);
}

fn arrived(w: &mut Watch, load: &Load, at: DateTime<Utc>) {
    let id = load.id.uuid();
    w.timers.drop(Timer::Arrive, id);
    if let Some(vehicle) = load.vehicle {
        end(w.roads.edit(&vehicle), load.id, at);
    }
    if let Some(driver) = load.driver {
        end(w.drivers_roads.edit(&driver), load.id, at);
    }
    let Some(departed_at) = load.departed_at.filter(|_| load.round.is_none()) else { return };
    let hours = (at - departed_at).num_seconds() as f64 / 3600.0;
    pace::arrived(w, load, hours);
}

fn end(road: Option<&mut Road>, manifest: ManifestId, at: DateTime<Utc>) {
    let rides = road.into_iter().flat_map(|road| road.rides.iter_mut());
    for ride in rides.filter(|ride| ride.manifest == manifest) {
        ride.to = Some(at);
    }
}

/// A departure at night that nobody had scheduled.
fn night(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let from = w.param(Param::Al45From, &load.from_division) as u32;
    let to = w.param(Param::Al45To, &load.from_division) as u32;
    let local = seen.occurred_at.with_timezone(&beijing());
    let dark =
        |hour: u32| if from <= to { from <= hour && hour < to } else { hour >= from || hour < to };
    // Planned for the night, or an hour late on what was planned for its eve.
    let scheduled = load.planned_departure_at.is_some_and(|at| {
        dark(at.with_timezone(&beijing()).hour())
            || (seen.occurred_at - at).abs() <= TimeDelta::hours(1)
    });
    if load.stream == "kitchen" || !dark(local.hour()) || scheduled {
        return;
    }
    let key = (load.from_site, load.to_site, local.year());
    let nights = w.nights.entry(key);
    nights.departures += 1;
    nights.manifests.push(load.id);
    nights.proofs.push(seen.position);
    let before = nights.manifests.len().saturating_sub(NIGHTS_NAMED);
    nights.manifests.drain(..before);
    nights.proofs.drain(..before);
    let (departures, manifests) = (nights.departures, nights.manifests.clone());
    let proofs = nights.proofs.clone();
    let mut finding = w.of_carriers(45, load);
    finding.about = (About::Pair, pair_id(key.0, key.1));
    finding.key = local.year().to_string();
    finding.evidence = json!({
        "producer_site_id": key.0, "receiver_site_id": key.1,
        "departures": departures,
        "last_departed_at": rfc3339(seen.occurred_at),
        "last_beijing_hour": local.hour(),
    });
    finding.manifests = manifests;
    finding.proofs = proofs;
    w.raise(finding);
}
