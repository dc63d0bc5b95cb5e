//! Movement without a position: how long a trip took against how long such trips take, one vehicle
//! or driver on two trips at once, more on a vehicle than it may carry, departures at night.
//!
//! AL16, AL21 (by places of departure and arrival), AL25, AL26, AL45. Expected times come from the
//! distance at first, and from the trips of the same two sites once there are some.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::{Running, kilometres};
use super::super::timers::Timer;
use crate::anomaly::finding::{About, Gone, pair_id};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::{beijing, rfc3339};
use crate::ids::{ManifestId, OrganisationId, SiteId, TripId};
use crate::manifest::Happening;
use crate::registry::Place;

/// Roads are longer than the crow's way by this.
const WINDING: f64 = 1.3;
/// Kilometres an hour of a loaded truck over a whole way.
const CRUISE: f64 = 55.0;
/// Hours of getting out of one gate and through the other.
const GATES: f64 = 0.5;
/// Kilometres an hour as the crow flies that no truck makes.
const IMPOSSIBLE: f64 = 110.0;
/// Nearer than this, a clock is too coarse to tell a speed.
const FAR_KM: f64 = 15.0;
/// Trips after which their own times are believed.
const LEARNED: f64 = 5.0;
/// Hours by which a trip must be longer than expected, whatever the factor says.
const PATIENCE: f64 = 1.5;
/// Trips that may overlap on one vehicle and are remembered.
const REMEMBERED: usize = 12;

/// How long trips between two sites take.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lane {
    /// Of the logarithm of hours.
    pub hours: Running,
}

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
    pub manifests: Vec<ManifestId>,
    pub proofs: Vec<i64>,
}

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

fn place(w: &Watch, site: SiteId) -> Option<Place> {
    w.sites.get(&site).and_then(|site| site.location)
}

/// Kilometres as the crow flies, where both places are known.
fn distance(w: &Watch, from: SiteId, to: SiteId) -> Option<f64> {
    Some(kilometres(place(w, from)?, place(w, to)?))
}

/// Hours that the trip should take, and how far the logarithm of honest ones spreads.
fn expected(w: &Watch, load: &Load) -> Option<(f64, f64)> {
    if let (Some(from), Some(to)) = (load.planned_departure_at, load.planned_arrival_at) {
        let hours = (to - from).num_minutes() as f64 / 60.0;
        if hours > 0.0 {
            return Some((hours, 0.25));
        }
    }
    if let Some(lane) = w.lanes.get(&(load.from_site, load.to_site))
        && lane.hours.n >= LEARNED
    {
        return Some((lane.hours.mean.exp(), lane.hours.sd().clamp(0.1, 0.5)));
    }
    let km = distance(w, load.from_site, load.to_site)?;
    Some((km * WINDING / CRUISE + GATES, 0.35))
}

/// The hours after which a trip is too long.
fn too_long(w: &Watch, load: &Load) -> Option<(f64, f64)> {
    let (hours, spread) = expected(w, load)?;
    let factor = w.param(Param::Al16Factor, &load.from_division).max((4.0 * spread).exp());
    let extra = w.param(Param::Al16Extra, &load.from_division);
    let limit = (hours * factor).max(hours + PATIENCE).min((hours + extra).max(hours * 1.2));
    Some((hours, limit))
}

fn departed(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    night(w, load, seen);
    let id = load.id.uuid();
    // Without places or plans: the two days of DL34.
    let hours = too_long(w, load).map_or(48.0, |(_, limit)| limit);
    let due = seen.occurred_at + TimeDelta::minutes((hours * 60.0) as i64);
    if !load.is_backfill && load.round.is_none() {
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
        organisations: load.parties(),
    };
    if let Some(vehicle) = load.vehicle {
        let others = overlapping(&w.roads.entry(vehicle).rides, &ride);
        overload(w, load, (vehicle.uuid(), &ride), &others);
        twice(w, load, (About::Vehicle, vehicle.uuid()), &ride, &others);
        keep(&mut w.roads.entry(vehicle).rides, ride.clone());
    }
    if let Some(driver) = load.driver {
        let others = overlapping(&w.drivers_roads.entry(driver).rides, &ride);
        let told = load.vehicle.is_some_and(|vehicle| {
            w.is_raised(RuleId(25), (About::Vehicle, vehicle.uuid()), &key_of(&ride))
        });
        if !told {
            twice(w, load, (About::Driver, driver.uuid()), &ride, &others);
        }
        keep(&mut w.drivers_roads.entry(driver).rides, ride);
    }
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
    let same_trip = one.trip.is_some() && one.trip == other.trip;
    let same_round = one.round.is_some() && one.round == other.round;
    if same_trip || same_round {
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
fn twice(w: &mut Watch, load: &Load, about: (About, Uuid), ride: &Ride, others: &[Ride]) {
    let minutes = w.param(Param::Al25Overlap, &load.from_division);
    let Some(other) = others.iter().find(|other| {
        let overlap = other.to.map_or(f64::MAX, |to| (to - ride.from).num_minutes() as f64);
        !is_one_run(w, ride, other) && overlap > minutes
    }) else {
        return;
    };
    let mut finding = w.of_load(25, load);
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
        "kilometres_apart": distance(w, other.from_site, ride.from_site).map(f64::round),
    });
    w.raise(finding);
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
    if let Some((usual, limit)) = too_long(w, load) {
        if hours > limit && !load.was_held_up {
            if !w.is_raised(RuleId(16), (About::Manifest, id), "") {
                slow(w, load, (hours, usual, limit));
            }
        } else {
            w.clear(RuleId(16), (About::Manifest, id), "", Gone::CameLate);
        }
    }
    fast(w, load, hours);
    if hours > 0.0 && !load.was_held_up {
        let lane = w.lanes.entry((load.from_site, load.to_site));
        lane.hours.see(hours.max(0.05).ln(), 60.0);
    }
}

fn end(road: Option<&mut Road>, manifest: ManifestId, at: DateTime<Utc>) {
    let rides = road.into_iter().flat_map(|road| road.rides.iter_mut());
    for ride in rides.filter(|ride| ride.manifest == manifest) {
        ride.to = Some(at);
    }
}

fn slow(w: &mut Watch, load: &Load, (hours, usual, limit): (f64, f64, f64)) {
    let round = |hours: f64| (hours * 100.0).round() / 100.0;
    let mut finding = w.of_carriers(16, load);
    finding.evidence = json!({
        "departed_at": load.departed_at.map(rfc3339),
        "arrived_at": load.arrived_at.map(rfc3339),
        "hours": round(hours),
        "expected_hours": round(usual),
        "limit_hours": round(limit),
        "kilometres": distance(w, load.from_site, load.to_site).map(f64::round),
    });
    w.raise(finding);
}

/// It should have come by now.
pub fn overdue(w: &mut Watch, load: &Load) {
    let Some(departed_at) = load.departed_at else { return };
    if load.was_held_up && (w.now() - departed_at) < TimeDelta::hours(48) {
        w.timers.set(Timer::Arrive, load.id.uuid(), departed_at + TimeDelta::hours(48));
        return;
    }
    let hours = (w.now() - departed_at).num_minutes() as f64 / 60.0;
    let (usual, limit) = too_long(w, load).unwrap_or((hours, 48.0));
    slow(w, load, (hours, usual, limit));
}

/// Faster than anybody drives.
fn fast(w: &mut Watch, load: &Load, hours: f64) {
    let Some(km) = distance(w, load.from_site, load.to_site) else { return };
    let limit = IMPOSSIBLE.min(w.param(Param::Al21Speed, &load.from_division));
    if km < FAR_KM || hours < 0.0 || km / hours.max(1.0 / 60.0) <= limit {
        return;
    }
    let mut finding = w.of_carriers(21, load);
    finding.evidence = json!({
        "departed_at": load.departed_at.map(rfc3339),
        "arrived_at": load.arrived_at.or(load.received_at).map(rfc3339),
        "kilometres_as_the_crow_flies": km.round(),
        "km_per_h": (km / hours.max(1.0 / 60.0)).round(),
        "limit_km_per_h": limit,
    });
    w.raise(finding);
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
    nights.manifests.push(load.id);
    nights.proofs.push(seen.position);
    let (manifests, proofs) = (nights.manifests.clone(), nights.proofs.clone());
    if nights.manifests.len() > 50 {
        nights.manifests.remove(0);
        nights.proofs.remove(0);
    }
    let mut finding = w.of_carriers(45, load);
    finding.about = (About::Pair, pair_id(key.0, key.1));
    finding.key = local.year().to_string();
    finding.evidence = json!({
        "producer_site_id": key.0, "receiver_site_id": key.1,
        "departures": manifests.len(),
        "last_departed_at": rfc3339(seen.occurred_at),
        "last_beijing_hour": local.hour(),
    });
    finding.manifests = manifests;
    finding.proofs = proofs;
    w.raise(finding);
}
