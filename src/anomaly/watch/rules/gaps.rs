//! Gaps between the positions of a vehicle that has a load. What its device held back and tells
//! later fills them.
//!
//! AL20.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::kilometres;
use super::track::{Point, STILL_KM, THERE_KM, Track, Way, minutes};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::VehicleId;

/// Two positions with nothing between them for too long.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Gap {
    from: Point,
    to: Point,
}

/// Gaps of one way that are remembered: with more of them no late batch makes it whole.
const GAPS_MAX: usize = 16;

impl Gap {
    fn minutes(&self) -> f64 {
        minutes(self.to.0 - self.from.0)
    }

    fn kilometres(&self) -> f64 {
        kilometres(self.from.1, self.to.1)
    }

    /// How long it may be: less where the vehicle moved meanwhile.
    fn limit(&self, w: &Watch, load: &Load) -> f64 {
        let moved = self.kilometres() > STILL_KM;
        let param = if moved { Param::Al20MovingGap } else { Param::Al20ParkedGap };
        w.param(param, &load.from_division)
    }
}

fn raise(w: &mut Watch, load: &Load, gap: Gap, seen: &Seen<'_>) {
    let evidence = json!({
        "from": rfc3339(gap.from.0), "to": rfc3339(gap.to.0), "minutes": gap.minutes().round(),
        "kilometres": gap.kilometres().round(), "limit_minutes": gap.limit(w, load),
    });
    let mut finding = Finding { evidence, ..w.of_load(20, load) };
    finding.proofs.push(seen.position);
    w.raise(finding);
}

/// Nothing was told for long.
pub fn gap(
    w: &mut Watch,
    vehicle: VehicleId,
    way: &Way,
    (last, at): (Option<Point>, Point),
    seen: &Seen<'_>,
) {
    let Some(before) = last else { return };
    let gap = Gap { from: before, to: at };
    if gap.minutes() <= gap.limit(w, &way.load) {
        return;
    }
    if let Some(track) = w.tracks.edit(&vehicle)
        && track.gaps.len() < GAPS_MAX
    {
        track.gaps.push(gap);
    }
    raise(w, &way.load, gap, seen);
}

/// A position of before came in later: where it lies in a gap the gap is two. True where it does.
pub fn filled(w: &mut Watch, vehicle: VehicleId, way: &Way, at: Point) -> bool {
    let Some(mut left) = w.tracks.get(&vehicle).map(|track| track.gaps.clone()) else {
        return false;
    };
    let holds = |gap: &Gap| gap.from.0 < at.0 && at.0 < gap.to.0;
    let Some(n) = left.iter().position(holds) else { return false };
    let whole = left.remove(n);
    let parts = [Gap { from: whole.from, to: at }, Gap { from: at, to: whole.to }];
    left.extend(parts.into_iter().filter(|gap| gap.minutes() > gap.limit(w, &way.load)));
    if let Some(track) = w.tracks.edit(&vehicle) {
        track.gaps = left;
    }
    true
}

/// After what was held back came in: the longest gap that is left, or none.
pub fn settled(w: &mut Watch, vehicle: VehicleId, way: &Way, seen: &Seen<'_>) {
    let gaps = w.tracks.get(&vehicle).map(|track| track.gaps.clone()).unwrap_or_default();
    let by_length = |one: &Gap, other: &Gap| one.minutes().total_cmp(&other.minutes());
    match gaps.into_iter().max_by(by_length) {
        Some(gap) => raise(w, &way.load, gap, seen),
        None => w.clear(RuleId(20), (About::Manifest, way.load.id.uuid()), "", Gone::CameLate),
    }
}

/// Positions came, and then none until it arrived. Asked at the receipt: until then devices may
/// tell what they held back.
pub fn silent_to_the_end(w: &mut Watch, load: &Load, track: &Track) {
    let Some(((before, place), arrived_at)) = track.last.zip(load.arrived_at) else { return };
    let to = w.place(load.to_site);
    let km = to.map(|to| kilometres(place, to));
    // It stood at its end already, and only the button was pressed late.
    if km.is_some_and(|km| km <= THERE_KM) {
        return;
    }
    let limit = w.param(Param::Al20MovingGap, &load.from_division);
    let minutes = minutes(arrived_at - before);
    if minutes <= limit {
        return;
    }
    let evidence = json!({
        "from": rfc3339(before), "to": rfc3339(arrived_at), "minutes": minutes.round(),
        "kilometres": km.map(f64::round), "limit_minutes": limit,
    });
    let finding = Finding { evidence, ..w.of_load(20, load) };
    w.raise(finding);
}
