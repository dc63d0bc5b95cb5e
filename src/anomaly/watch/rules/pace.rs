//! How long a trip took against how long such trips take, and how fast it must have been.
//!
//! AL16, AL21 (by places of departure and arrival). Expected times come from the plan as far as it
//! can be believed, else from the distance, and from the trips of the same two sites once there are
//! some.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::stats::{Running, kilometres};
use super::super::timers::Timer;
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::SiteId;

/// Roads are longer than the crow's way by this.
const WINDING: f64 = 1.3;
/// Kilometres an hour of a loaded truck over a whole way.
const CRUISE: f64 = 55.0;
/// Hours of getting out of one gate and through the other.
const GATES: f64 = 0.5;
/// Trips after which their own times are believed.
const LEARNED: f64 = 5.0;
/// Hours by which a trip must be longer than expected, whatever the factor says; than planned.
const PATIENCE: f64 = 1.5;
const PLANNED_PATIENCE: f64 = 0.5;
/// A plan that gives a truck more time than so often the road's, and more hours, is no plan.
const SLACK: f64 = 2.0;
const SLACK_H: f64 = 2.0;
/// Where neither places nor plans are known: the two days of DL34.
pub const NOBODY_KNOWS_H: f64 = 48.0;
/// Kilometres an hour as the crow flies that no truck makes.
pub const IMPOSSIBLE: f64 = 110.0;
/// Nearer than this, a clock is too coarse to tell a speed.
pub const FAR_KM: f64 = 15.0;

/// How long trips between two sites take.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lane {
    /// Of the logarithm of hours.
    pub hours: Running,
}

/// Kilometres as the crow flies, where both places are known.
pub fn distance(w: &Watch, from: SiteId, to: SiteId) -> Option<f64> {
    Some(kilometres(w.place(from)?, w.place(to)?))
}

/// Hours that the road takes, where both places are known.
fn road_hours(w: &Watch, load: &Load) -> Option<f64> {
    Some(distance(w, load.from_site, load.to_site)? * WINDING / CRUISE + GATES)
}

/// Hours that were planned, as far as a plan can be believed.
fn planned_hours(w: &Watch, load: &Load) -> Option<f64> {
    let (from, to) = (load.planned_departure_at?, load.planned_arrival_at?);
    let hours = (to - from).num_minutes() as f64 / 60.0;
    let most = road_hours(w, load).map_or(f64::MAX, |road| road * SLACK + SLACK_H);
    (hours > 0.0).then(|| hours.min(most))
}

/// Hours that the trip should take, and those after which it is too long: by the plan, or by what
/// such trips take and how far they spread.
pub fn too_long(w: &Watch, load: &Load) -> Option<(f64, f64)> {
    let factor = w.param(Param::Al16Factor, &load.from_division);
    let extra = w.param(Param::Al16Extra, &load.from_division);
    let most = |hours: f64| (hours + extra).max(hours * 1.2);
    if let Some(hours) = planned_hours(w, load) {
        return Some((hours, (hours * factor).max(hours + PLANNED_PATIENCE).min(most(hours))));
    }
    let lane = w.lanes.get(&(load.from_site, load.to_site));
    let (hours, spread) = match lane.filter(|lane| lane.hours.n >= LEARNED) {
        Some(lane) => (lane.hours.mean.exp(), lane.hours.sd().clamp(0.1, 0.5)),
        None => (road_hours(w, load)?, 0.35),
    };
    let factor = factor.max((4.0 * spread).exp());
    Some((hours, (hours * factor).max(hours + PATIENCE).min(most(hours))))
}

/// It came, so many hours after it left.
pub fn arrived(w: &mut Watch, load: &Load, hours: f64) {
    let about = (About::Manifest, load.id.uuid());
    let long = too_long(w, load).filter(|_| load.stream != "kitchen");
    if let Some((usual, limit)) = long {
        if hours > limit && !load.was_held_up {
            // Raised before or not: what it came to is in the case.
            slow(w, load, (hours, usual, limit));
        } else {
            w.clear(RuleId(16), about, "", Gone::CameLate);
        }
    }
    fast(w, load, hours);
    if hours > 0.0 && !load.was_held_up {
        // A trip that was too long does not make the next one usual.
        let most = long.map_or(f64::MAX, |(_, limit)| limit);
        let lane = w.lanes.entry((load.from_site, load.to_site));
        lane.hours.see(hours.clamp(0.05, most.max(0.05)).ln(), 60.0);
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
    let (usual, limit) = too_long(w, load).unwrap_or((hours, NOBODY_KNOWS_H));
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
        "limit_km_per_h_straight": limit,
    });
    w.raise(finding);
}
