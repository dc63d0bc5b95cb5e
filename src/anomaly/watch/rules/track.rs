//! Positions of vehicles that have a load: stops, ways round, gaps, speeds, and a load that grows
//! lighter on its way. Without positions these rules say nothing.
//!
//! AL17, AL18, AL21, AL22 and AL62; AL19 stands in `shed`, AL20 in `gaps`, where a trip ended
//! (AL17) in `ending`. Nobody has told the road. Where trips between the same two sites have shown
//! it, that is the way (`corridor.rs`); until then a way is judged by its ends: a place from which
//! both are much farther than from each other is off it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::kilometres;
use super::corridor::Trace;
use super::gaps::{Gap, filled, gap, settled, silent_to_the_end};
use super::shed::{OWN_SCALE_G, Weighed, fell, lighter};
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::{ManifestId, VehicleId};
use crate::manifest::Happening;
use crate::registry::{Place, Site};
use crate::track::Reading;

/// Kilometres around a place within which a vehicle is there.
pub const THERE_KM: f64 = 1.0;
/// Kilometres within which it stands still.
pub const STILL_KM: f64 = 0.15;
/// Roads may be so much longer than the crow's way, and so many kilometres more.
const ROUND_ABOUT: f64 = 1.6;
const ROUND_ABOUT_KM: f64 = 15.0;

/// Where a vehicle with a load was, and since when.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Track {
    pub load: Option<ManifestId>,
    pub last: Option<(DateTime<Utc>, Place)>,
    /// It stands still since then, there.
    pub still: Option<(DateTime<Utc>, Place)>,
    /// What lies where it stands, once it was looked up: a known site, a farm.
    pub near: Option<(bool, bool)>,
    /// It is off its way since then.
    pub off_since: Option<DateTime<Utc>>,
    /// The longest stop where nobody waits for it.
    #[serde(default)]
    pub stopped: Option<Stop>,
    pub first_load_g: Option<i64>,
    pub moving: bool,
    /// Where nothing was told for too long.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Where it was beside its way.
    #[serde(default)]
    pub trace: Trace,
    /// The newest readings of its own scale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weighed: Vec<Weighed>,
}

/// Where a vehicle stood.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stop {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub place: Place,
    /// Of the readings that say so.
    pub position: i64,
}

impl Stop {
    pub fn minutes(&self) -> f64 {
        minutes(self.to - self.from)
    }
}

pub fn minutes(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / 60.0
}

fn is_farm(site: &Site) -> bool {
    site.business.as_deref() == Some("farm")
}

/// The ends of a load's way.
pub struct Way {
    pub load: Load,
    from: Place,
    to: Place,
}

pub fn manifest(w: &mut Watch, load: &Load, happening: &Happening) {
    let Some(vehicle) = load.vehicle else { return };
    match happening {
        Happening::Departed(_) => {
            w.tracks.put(vehicle, Track { load: Some(load.id), ..Track::default() });
        }
        Happening::Received(data) => {
            let track = w.tracks.get(&vehicle).filter(|track| track.load == Some(load.id)).cloned();
            let Some(track) = track else { return };
            silent_to_the_end(w, load, &track);
            learn(w, load, &track);
            // What was refused was on it as well.
            let came = data.items.iter().map(|item| item.accepted_g.0 + item.refused_g.0).sum();
            lighter(w, load, &track, (load.shipped_g(), came), 0);
            w.tracks.remove(&vehicle);
        }
        _ => {}
    }
}

pub fn readings(w: &mut Watch, vehicle: VehicleId, readings: &[Reading], seen: &Seen<'_>) {
    let mut has_filled = false;
    for reading in readings.iter().filter(|reading| reading.kind == "position") {
        let Some(place) = fix(reading) else { continue };
        let Some(way) = way_of(w, vehicle) else { return };
        let last = w.tracks.get(&vehicle).and_then(|track| track.last);
        // What was told late, of before, says nothing of now.
        if last.is_some_and(|(at, _)| reading.at < at) {
            has_filled |= filled(w, vehicle, &way, (reading.at, place));
        }
        if last.is_some_and(|(at, _)| reading.at <= at)
            || way.load.departed_at.is_some_and(|at| reading.at < at)
            || way.load.arrived_at.is_some_and(|at| reading.at > at)
        {
            continue;
        }
        gap(w, vehicle, &way, (last, (reading.at, place)), seen);
        speed(w, &way, last, (reading, place), seen);
        stop(w, vehicle, &way, (reading.at, place), seen);
        off(w, vehicle, &way, (reading.at, place), seen);
        if let Some(track) = w.tracks.edit(&vehicle) {
            let far = track.last.map(|(_, before)| kilometres(before, place));
            track.moving = far.is_some_and(|km| km > STILL_KM);
            track.last = Some((reading.at, place));
            if track.first_load_g.is_none() {
                track.first_load_g = reading.load_g;
            }
        }
        if let Some(mass) = reading.load_g
            && let Some(track) = w.tracks.get(&vehicle).cloned()
        {
            let first = track.first_load_g.unwrap_or(mass);
            lighter(w, &way.load, &track, (first, mass), OWN_SCALE_G);
            fell(w, vehicle, &way, (reading.at, place), (mass, seen));
        }
    }
    if has_filled && let Some(way) = way_of(w, vehicle) {
        settled(w, vehicle, &way, seen);
    }
}

/// Where a reading has its vehicle. A device without a fix tells the origin of all coordinates.
pub fn fix(reading: &Reading) -> Option<Place> {
    reading.place.filter(|place| (place.lon_e6, place.lat_e6) != (0, 0))
}

fn way_of(w: &Watch, vehicle: VehicleId) -> Option<Way> {
    let load = w.loads.get(&w.tracks.get(&vehicle)?.load?)?.clone();
    // By the papers it is on another way as well (AL25): nobody can say to which a place belongs.
    if w.is_raised(RuleId(25), (About::Vehicle, vehicle.uuid()), &load.id.to_string()) {
        return None;
    }
    let (from, to) = (w.place(load.from_site)?, w.place(load.to_site)?);
    Some(Way { load, from, to })
}

fn raise(w: &mut Watch, rule: u8, way: &Way, (evidence, seen): (Value, &Seen<'_>)) {
    let mut finding = Finding { evidence, ..w.of_load(rule, &way.load) };
    finding.proofs.push(seen.position);
    w.raise(finding);
}

pub fn shown(place: Place) -> Value {
    json!({"lon": place.lon_e6 as f64 / 1e6, "lat": place.lat_e6 as f64 / 1e6})
}

pub type Point = (DateTime<Utc>, Place);

/// AL21 and AL22: faster than it can be, faster than it may.
fn speed(
    w: &mut Watch,
    way: &Way,
    last: Option<Point>,
    (reading, place): (&Reading, Place),
    seen: &Seen<'_>,
) {
    let division = way.load.from_division.clone();
    if let Some((before, from)) = last {
        let km = kilometres(from, place);
        let hours = (reading.at - before).num_seconds().max(1) as f64 / 3600.0;
        let limit = w.param(Param::Al21Speed, &division);
        let jump = w.param(Param::Al21Jump, &division);
        // Within a few seconds a position's own error is a speed.
        if km > 2.0 && km / hours > limit && (hours > 1.0 / 60.0 || km > jump) {
            let evidence = json!({
                "at": rfc3339(reading.at), "kilometres": (km * 10.0).round() / 10.0,
                "km_per_h": (km / hours).round(), "limit_km_per_h": limit,
            });
            raise(w, 21, way, (evidence, seen));
        }
    }
    let told = reading.speed_milli.unwrap_or(0) as f64 / 1000.0;
    let limit = w.param(Param::Al22Speed, &division);
    // A needle's breadth above the limit is a needle's breadth.
    if told > limit * 1.05 {
        let evidence = json!({
            "at": rfc3339(reading.at), "speed_kmh": told, "limit_kmh": limit,
            "place": shown(place),
        });
        raise(w, 22, way, (evidence, seen));
    }
}

/// Whether a site that is no farm lies here, and whether a farm does where the load has no
/// business: neither its producer nor its receiver. A clinic beside a farm does not make the farm a
/// clinic.
pub fn here(w: &Watch, load: &Load, place: Place) -> (bool, bool) {
    let mut known = false;
    let mut farm = false;
    let mut own = false;
    for (id, site) in w.sites.iter() {
        if site.location.is_some_and(|at| kilometres(at, place) <= THERE_KM) {
            farm |= is_farm(site);
            known |= !is_farm(site);
            own |= *id == load.from_site || *id == load.to_site;
        }
    }
    (known, farm && !own)
}

/// AL18 and AL62: a stop where nobody waits for it.
fn stop(w: &mut Watch, vehicle: VehicleId, way: &Way, (at, place): Point, seen: &Seen<'_>) {
    let Some(track) = w.tracks.edit(&vehicle) else { return };
    let (since, there) = match track.still {
        Some((since, there)) if kilometres(there, place) <= STILL_KM => (since, there),
        _ => {
            track.still = Some((at, place));
            track.near = None;
            return;
        }
    };
    let minutes = minutes(at - since);
    let division = way.load.from_division.clone();
    let ten = w.param(Param::Al62Stop, &division);
    if minutes < ten.min(w.param(Param::Al19Stop, &division)) {
        return;
    }
    // Once a stop: all sites are gone through.
    let near = match w.tracks.get(&vehicle).and_then(|track| track.near) {
        Some(near) => near,
        None => here(w, &way.load, there),
    };
    if let Some(track) = w.tracks.edit(&vehicle) {
        track.near = Some(near);
    }
    let evidence = json!({
        "from": rfc3339(since), "to": rfc3339(at), "minutes": minutes.round(),
        "place": shown(there),
    });
    if way.load.stream == "kitchen" && near.1 && minutes > ten {
        at_farm(w, way, there, (evidence.clone(), seen));
    }
    if near.0 {
        return;
    }
    if let Some(track) = w.tracks.edit(&vehicle)
        && track.stopped.is_none_or(|longest| minutes > longest.minutes())
    {
        let position = seen.position;
        track.stopped = Some(Stop { from: since, to: at, place: there, position });
    }
    if minutes > w.param(Param::Al18Duration, &division) && !way.load.was_held_up {
        raise(w, 18, way, (evidence, seen));
    }
}

/// AL62: which farm it was that it stood at.
fn at_farm(w: &mut Watch, way: &Way, place: Place, (mut evidence, seen): (Value, &Seen<'_>)) {
    let farms = w.sites.iter().filter(|(_, site)| is_farm(site));
    let apart = farms.filter_map(|(id, site)| {
        Some((kilometres(site.location?, place), *id, site.organisation_id))
    });
    let nearest = apart.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut finding = w.of_load(62, &way.load);
    if let Some((_, id, organisation)) = nearest {
        evidence["farm_site_id"] = json!(id);
        finding.organisations.push(organisation);
    }
    finding.proofs.push(seen.position);
    w.raise(Finding { evidence, ..finding });
}

/// Whether a load goes from its one end to the other and nowhere else.
pub const fn goes_straight(load: &Load) -> bool {
    load.round.is_none() && load.trip.is_none() && !load.was_held_up
}

/// It is here: the next trips between the two sites may be as well, unless it was led astray.
fn learn(w: &mut Watch, load: &Load, track: &Track) {
    let is_astray = w.is_raised(RuleId(17), (About::Manifest, load.id.uuid()), "");
    if goes_straight(load) && !is_astray && track.stopped.is_none() {
        w.corridors.entry((load.from_site, load.to_site)).learn(&track.trace);
    }
}

/// AL17: off the way that trips have shown, else far from any sensible way between the two ends.
fn off(w: &mut Watch, vehicle: VehicleId, way: &Way, (at, place): Point, seen: &Seen<'_>) {
    let (load, ends) = (&way.load, (way.from, way.to));
    let limit_km = w.param(Param::Al17Distance, &load.from_division);
    let direct = kilometres(way.from, way.to);
    let through = kilometres(way.from, place) + kilometres(place, way.to);
    let shown_by = w.corridors.get(&(load.from_site, load.to_site)).filter(|_| goes_straight(load));
    let outside = shown_by.and_then(|known| Some((known.outside(ends, place)?, known.trips)));
    let is_off = outside.is_some_and(|(km, _)| km > limit_km)
        || through > direct * ROUND_ABOUT + ROUND_ABOUT_KM + limit_km;
    let limit =
        TimeDelta::seconds((w.param(Param::Al17Duration, &load.from_division) * 60.0) as i64);
    let Some(track) = w.tracks.edit(&vehicle) else { return };
    track.trace.see(ends, place);
    if !is_off {
        track.off_since = None;
        return;
    }
    let since = *track.off_since.get_or_insert(at);
    if at - since < limit {
        return;
    }
    let mut evidence = json!({
        "from": rfc3339(since), "to": rfc3339(at), "place": shown(place),
        "kilometres_direct": direct.round(), "kilometres_through_it": through.round(),
    });
    if let Some((km, trips)) = outside {
        evidence["kilometres_off"] = json!((km * 10.0).round() / 10.0);
        evidence["limit_kilometres"] = json!(limit_km);
        evidence["trips_before"] = json!(trips);
    }
    raise(w, 17, way, (evidence, seen));
}
