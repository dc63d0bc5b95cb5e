//! Loads that grow lighter on their way.
//!
//! AL19: it stood where nobody waits for it and less came, or its own scale shows less; or that
//! scale falls from one reading to the next for good, wherever it was but at a registered site.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::track::{Point, Track, Way, goes_straight, here, shown};
use crate::anomaly::finding::Finding;
use crate::anomaly::param::Param;
use crate::clock::rfc3339;
use crate::ids::VehicleId;
use crate::registry::Place;

/// What a vehicle's own scale errs by, in grams: its divisions are tens of kilograms.
pub const OWN_SCALE_G: i64 = 50_000;
/// Readings before and after a fall: one alone may be a slope, a bend, or a loose plug.
const EACH_SIDE: usize = 3;
/// A fall is more than so many times what readings beside it differ by.
const BEYOND_NOISE: i64 = 2;

/// What a vehicle's own scale showed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Weighed {
    at: DateTime<Utc>,
    place: Place,
    load_g: i64,
}

/// It stood where nobody waited, and its load is lighter, by more than such a scale errs.
pub fn lighter(w: &mut Watch, load: &Load, track: &Track, (first, now): (i64, i64), errs_g: i64) {
    let division = &load.from_division;
    let limit = w.param(Param::Al19Loss, division) / 100.0;
    let longest = w.param(Param::Al19Stop, division);
    let lost_g = first - now - load.lost_g;
    let loss = lost_g as f64 / first.max(1) as f64;
    let Some(stop) = track.stopped.filter(|stop| stop.minutes() > longest) else { return };
    if loss <= limit || lost_g <= errs_g {
        return;
    }
    let evidence = json!({
        "stopped_minutes": stop.minutes().round(),
        "before_kg": first as f64 / 1000.0, "after_kg": now as f64 / 1000.0,
        "loss_percent": (loss * 1000.0).round() / 10.0, "limit_percent": limit * 100.0,
        "from": rfc3339(stop.from), "to": rfc3339(stop.to), "place": shown(stop.place),
    });
    let mut finding = Finding { evidence, ..w.of_load(19, load) };
    finding.proofs.push(stop.position);
    w.raise(finding);
}

/// The least and the most of some readings.
fn range(readings: &[Weighed]) -> (i64, i64) {
    let masses = readings.iter().map(|one| one.load_g);
    masses.fold((i64::MAX, i64::MIN), |(least, most), mass| (least.min(mass), most.max(mass)))
}

/// One more reading of its scale: all of the newest lie below all of those before them.
pub fn fell(
    w: &mut Watch,
    vehicle: VehicleId,
    way: &Way,
    (at, place): Point,
    (load_g, seen): (i64, &Seen<'_>),
) {
    let Some(track) = w.tracks.edit(&vehicle) else { return };
    track.weighed.push(Weighed { at, place, load_g });
    if track.weighed.len() > 2 * EACH_SIDE {
        track.weighed.remove(0);
    }
    let weighed = track.weighed.clone();
    let Some((before, after)) = weighed.split_at_checked(EACH_SIDE) else { return };
    let (Some(last), Some(next)) = (before.last(), after.first()) else { return };
    // What several share, or was moved to another vehicle, may be unloaded in parts.
    if after.len() < EACH_SIDE || !goes_straight(&way.load) {
        return;
    }
    let ((least, highest), (lowest, most)) = (range(before), range(after));
    let noise = (highest - least).max(most - lowest);
    let lost_g = least - most;
    let limit = w.param(Param::Al19Loss, &way.load.from_division) / 100.0;
    let loss = lost_g as f64 / least.max(1) as f64;
    if loss <= limit || lost_g <= OWN_SCALE_G.max(BEYOND_NOISE * noise) {
        return;
    }
    let is_at_a_site = |one: &Weighed| here(w, &way.load, one.place).0;
    if is_at_a_site(last) || is_at_a_site(next) {
        return;
    }
    let evidence = json!({
        "before_kg": least as f64 / 1000.0, "after_kg": most as f64 / 1000.0,
        "loss_percent": (loss * 1000.0).round() / 10.0, "limit_percent": limit * 100.0,
        "from": rfc3339(last.at), "to": rfc3339(next.at), "place": shown(next.place),
    });
    let mut finding = Finding { evidence, ..w.of_load(19, &way.load) };
    finding.proofs.push(seen.position);
    w.raise(finding);
}
