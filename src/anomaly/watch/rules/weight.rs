//! What was weighed on the way against what the papers say: at loading, on the weighbridge of the
//! receiver, and what an incident is said to have lost.
//!
//! AL01 as well, each a case of its own beside the one of the receipt: an amendment, or a loss that
//! was declared, changes the paper and not the weight (anomaly.md, family 2).

use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::mass::tolerance;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::rule::RuleId;
use crate::manifest::{Happening, Received};

/// AL01's case keys: what was held against what.
const LOADED: &str = "loaded";
const BRIDGE: &str = "weighbridge";
const LOST: &str = "lost";

pub fn manifest(w: &mut Watch, load: &Load, happening: &Happening) {
    match happening {
        Happening::Departed(data) => {
            let Some(loaded) = data.loaded_g.filter(|_| load.round.is_none()) else { return };
            let said = (load.shipped_g(), loaded.0);
            compare(w, load, LOADED, ("filed_kg", "loaded_kg"), said);
        }
        Happening::Incident(_) if load.lost_g > 0 => {
            let evidence = json!({
                "shipped_kg": load.shipped_g() as f64 / 1000.0,
                "declared_lost_kg": load.lost_g as f64 / 1000.0,
            });
            raise(w, load, LOST, evidence);
        }
        // The paper says now what was weighed.
        Happening::AmendmentApproved(data) if data.is_final && load.round.is_none() => {
            if let Some(loaded) = load.loaded_g
                && is_allowed(w, load, (load.shipped_g(), loaded))
            {
                w.clear(RuleId(1), (About::Manifest, load.id.uuid()), LOADED, Gone::Corrected);
            }
        }
        Happening::Received(data) if data.decision != "refuse" => received(w, load, data),
        Happening::Cancelled(_) => {
            for key in [LOADED, BRIDGE, LOST] {
                w.clear(RuleId(1), (About::Manifest, load.id.uuid()), key, Gone::Corrected);
            }
        }
        _ => {}
    }
}

/// What the receiver says it found against what left by the scale at loading, and against the two
/// weighings of the vehicle.
fn received(w: &mut Watch, load: &Load, data: &Received) {
    if load.round.is_some() {
        return;
    }
    let found: i64 = data.items.iter().map(|item| item.accepted_g.0 + item.refused_g.0).sum();
    // Where nothing was amended, the receipt is held against the paper, and the paper against this.
    if let Some(loaded) = load.loaded_g.filter(|_| load.amended > 0) {
        compare(w, load, LOADED, ("loaded_kg", "found_kg"), (loaded, found + load.lost_g));
    }
    let net = data.gross_g.zip(data.tare_g).map(|(gross, tare)| gross.0 - tare.0);
    // The two weighings are of the vehicle: of several loads they say nothing of one.
    if let Some(net) = net.filter(|net| *net > 0 && is_alone(w, load)) {
        compare(w, load, BRIDGE, ("net_kg", "found_kg"), (net, found));
    }
}

/// Whether it was the only load on its vehicle when it came.
fn is_alone(w: &Watch, load: &Load) -> bool {
    let road = load.vehicle.and_then(|vehicle| w.roads.get(&vehicle));
    let Some((road, came)) = road.zip(load.arrived_at.or(load.received_at)) else { return true };
    let with = road.rides.iter().filter(|ride| ride.manifest != load.id);
    load.trip.is_none()
        && !with.into_iter().any(|ride| {
            let left = load.departed_at.unwrap_or(came);
            ride.from <= came && ride.to.is_none_or(|to| to >= left)
        })
}

/// What two weighings of a load may differ by, in grams.
fn allowed(w: &Watch, load: &Load, before: i64) -> f64 {
    let (percent, floor) = tolerance(w, &load.stream, &load.to_division);
    (percent * before as f64).max(floor)
}

fn is_allowed(w: &Watch, load: &Load, (before, after): (i64, i64)) -> bool {
    (after - before).abs() as f64 <= allowed(w, load, before)
}

/// One mass against another of the same load, in grams.
fn compare(
    w: &mut Watch,
    load: &Load,
    key: &str,
    (one, other): (&str, &str),
    (before, after): (i64, i64),
) {
    if is_allowed(w, load, (before, after)) {
        return;
    }
    let (allowed, difference) = (allowed(w, load, before), after - before);
    let mut evidence = json!({
        "difference_kg": difference as f64 / 1000.0,
        "allowed_kg": (allowed / 10.0).round() / 100.0,
    });
    evidence[one] = json!(before as f64 / 1000.0);
    evidence[other] = json!(after as f64 / 1000.0);
    raise(w, load, key, evidence);
}

fn raise(w: &mut Watch, load: &Load, key: &str, evidence: serde_json::Value) {
    let finding = Finding { key: key.to_owned(), evidence, ..w.of_load(1, load) };
    w.raise(finding);
}
