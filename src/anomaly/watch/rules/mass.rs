//! Mass: what left against what came, trip by trip; a site's book of masses.
//!
//! AL01, AL02: one trip, against the tolerance and against how well these scales agree; what stays
//! within it goes on to `drift.rs`. AL09 and AL37: what a ledger writes off without a manifest.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::{month_of, named};
use super::drift::{Weighing, drift, drip};
use super::scale::{HONEST, Scale};
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::param::Param;
use crate::anomaly::rule::Severity;
use crate::clock::legal_day;
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{Happening, Received};
use crate::registry::{LedgerEntry, LedgerKind};
use crate::round;

/// Spreads beyond which a single trip is no noise.
const FAR: f64 = 4.5;
/// Trips that a case of many names at most.
pub const NAMED: usize = 50;

/// What a site's ledger moved in a year, and wrote off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Balance {
    pub month: u32,
    pub through_g: i64,
    pub written_off_g: i64,
    pub proofs: Vec<i64>,
    /// The newest entries of what was made: day, code, mass.
    #[serde(default)]
    pub entered: Vec<(NaiveDate, String, i64)>,
}

/// Entries of what was made that may be put right, and within how many days: one that takes back
/// to the gram what was entered just before is a slip of the pen, and nothing is gone.
const ENTERED: usize = 8;
const PUT_RIGHT_WITHIN: i64 = 3;

impl Balance {
    /// Notes what was made.
    fn enter(&mut self, day: NaiveDate, code: &str, mass_g: i64) {
        self.entered.push((day, code.to_owned(), mass_g));
        if self.entered.len() > ENTERED {
            self.entered.remove(0);
        }
    }

    /// Whether a correction takes back what was entered just before; it can only once.
    fn puts_right(&mut self, day: NaiveDate, code: &str, mass_g: i64) -> bool {
        let same = |(when, of, mass): &(NaiveDate, String, i64)| {
            of == code
                && *mass == -mass_g
                && (0..=PUT_RIGHT_WITHIN).contains(&(day - *when).num_days())
        };
        let found = self.entered.iter().rposition(same);
        if let Some(at) = found {
            self.entered.remove(at);
            self.through_g = (self.through_g + mass_g).max(0);
        }
        found.is_some()
    }
}

/// What may differ: a share, and grams whatever the share.
pub fn tolerance(w: &Watch, stream: &str, division: &str) -> (f64, f64) {
    let (percent, floor) = match stream {
        "medical" => (Param::Al01MedicalPercent, Param::Al01MedicalFloor),
        "kitchen" => (Param::Al01KitchenRoundPercent, Param::Al01KitchenRoundFloor),
        _ => (Param::Al01HazardousPercent, Param::Al01HazardousFloor),
    };
    (w.param(percent, division) / 100.0, w.param(floor, division) * 1000.0)
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    if let Happening::Received(data) = happening {
        received(w, load, seen, data);
    }
}

fn received(w: &mut Watch, load: &Load, seen: &Seen<'_>, data: &Received) {
    let out = load.shipped_g();
    if load.round.is_some() || out <= 0 {
        return;
    }
    // What an incident has on record is told, and no loss of a trip.
    let difference: i64 = data.items.iter().map(|item| item.difference_g.0).sum();
    let share = difference as f64 / out as f64;
    let found: i64 = data.items.iter().map(|item| item.accepted_g.0 + item.refused_g.0).sum();
    let division = w.scale.entry(load.to_site).weigh(found);
    let scale = w.scale.get(&load.to_site);
    let usual = scale.map_or(HONEST, |scale| scale.noise.sd()).max(0.001);
    let steady = scale.map_or(HONEST, Scale::steady).max(0.001);
    // A scale that shows more for everybody is no gain of one.
    let leans = scale.and_then(Scale::known_lean).map_or(0.0, |lean| (-lean).max(0.0));
    // Of a small lot most of the difference may be the division of the scale.
    let coarse = division / 12.0_f64.sqrt() / out as f64;
    let (sd, gain_sd) = (usual.hypot(coarse), steady.hypot(coarse));
    let divisions = w.param(Param::Al02ScaleDivisions, &load.to_division);
    let (percent, floor) = tolerance(w, &load.stream, &load.to_division);
    let allowed = (percent * out as f64).max(floor).max(divisions * division);
    let percent_gain = w.param(Param::Al02Percent, &load.to_division) / 100.0;
    let least_gain_g = divisions * division.max(scale_division(load));
    let gain = (percent_gain * out as f64).max(least_gain_g).max(FAR * gain_sd * out as f64)
        + leans * out as f64;
    // Each rule tells the limit that it looked at.
    let evidence = |limit: f64| {
        json!({
            "shipped_kg": out as f64 / 1000.0,
            "found_kg": (out + difference) as f64 / 1000.0,
            "difference_kg": difference as f64 / 1000.0,
            "difference_percent": (share * 1e4).round() / 100.0,
            "allowed_kg": (limit / 10.0).round() / 100.0,
            "usual_spread_percent": (sd * 1e4).round() / 100.0,
            "division_kg": division / 1000.0,
        })
    };
    if (difference as f64) > gain && difference as f64 <= allowed {
        raise(w, 2, load, evidence(gain));
    } else if (difference.abs() as f64) > allowed {
        if difference > 0 {
            raise(w, 2, load, evidence(gain.min(allowed)));
        }
        raise(w, 1, load, evidence(allowed));
        return;
    }
    drift(w, load, seen, Weighing { loss: -share, sd, usual, gain_sd, least_gain_g });
}

fn raise(w: &mut Watch, rule: u8, load: &Load, evidence: serde_json::Value) {
    let finding = Finding { evidence, ..w.of_load(rule, load) };
    w.raise(finding);
}

/// A division of the scale that a load of this size is weighed on, in grams, where nobody knows.
fn scale_division(load: &Load) -> f64 {
    match load.shipped_g() {
        ..=100_000 => 100.0,
        100_001..=1_000_000 => 1000.0,
        1_000_001..=5_000_000 => 5000.0,
        _ => 20_000.0,
    }
}

/// The weigh-in of a round against its stops.
pub fn round(w: &mut Watch, id: RoundId, happening: &round::Happening, seen: &Seen<'_>) {
    let round::Happening::WeighedIn(data) = happening else { return };
    let mut manifests: Vec<ManifestId> = data.split.iter().map(|share| share.manifest_id).collect();
    manifests.sort_unstable();
    let Some(first) = manifests.first().and_then(|id| w.loads.get(id)).cloned() else { return };
    let out = data.stops_g.0;
    let (percent, floor) = tolerance(w, &first.stream, &first.to_division);
    let allowed = (percent * out as f64).max(floor);
    let difference = data.difference_g.0;
    if (difference.abs() as f64) <= allowed {
        drip(w, &first, (out, difference), seen);
        return;
    }
    let rule = if difference > 0 { 2 } else { 1 };
    let mut finding = w.of_load(rule, &first);
    finding.about = (About::Round, id.uuid());
    finding.manifests = manifests;
    finding.organisations = vec![first.to_org];
    finding.organisations.extend(first.carriers.iter().filter(|one| **one != first.to_org));
    finding.proofs = vec![seen.position];
    finding.evidence = json!({
        "stops_kg": out as f64 / 1000.0,
        "weighed_kg": data.net_g.0 as f64 / 1000.0,
        "difference_kg": difference as f64 / 1000.0,
        "allowed_kg": (allowed / 10.0).round() / 100.0,
    });
    w.raise(finding);
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, seen: &Seen<'_>) {
    let is_kitchen = entry.waste_code.starts_with("CY-");
    if entry.kind == LedgerKind::MovedOut && entry.manifest_id.is_none() && !is_kitchen {
        unpapered(w, entry, seen);
    }
    let day = legal_day(entry.occurred_at);
    let book = w.books_of.entry((entry.site_id, day.year()));
    if book.month != day.month() {
        let entered = std::mem::take(&mut book.entered);
        *book = Balance { month: day.month(), entered, ..Balance::default() };
    }
    let mass = entry.mass_g.0;
    match entry.kind {
        LedgerKind::Correction if book.puts_right(day, &entry.waste_code, mass) => return,
        LedgerKind::Loss => book.written_off_g += mass,
        LedgerKind::Correction => book.written_off_g += mass.abs(),
        _ => book.through_g += mass.abs(),
    }
    if entry.kind == LedgerKind::Produced {
        book.enter(day, &entry.waste_code, mass);
    }
    if !matches!(entry.kind, LedgerKind::Loss | LedgerKind::Correction) || is_kitchen {
        return;
    }
    book.proofs.push(seen.position);
    book.proofs.truncate(NAMED);
    let book = book.clone();
    let division = w.division(entry.site_id);
    let percent = w.param(Param::Al37Percent, &division) / 100.0;
    let floor = w.param(Param::Al37Floor, &division) * 1e6;
    let allowed = (percent * book.through_g as f64).max(floor);
    if book.written_off_g as f64 <= allowed {
        return;
    }
    let Some(mut finding) = w.of_site(37, entry.site_id, stream_of(&entry.waste_code)) else {
        return;
    };
    finding.key = named(month_of(entry.occurred_at));
    finding.proofs = book.proofs;
    finding.evidence = json!({
        "month": finding.key,
        "through_kg": book.through_g as f64 / 1000.0,
        "written_off_kg": book.written_off_g as f64 / 1000.0,
        "allowed_kg": (allowed / 10.0).round() / 100.0,
    });
    w.raise(finding);
}

/// Waste left a ledger and no manifest has it.
fn unpapered(w: &mut Watch, entry: &LedgerEntry, seen: &Seen<'_>) {
    let Some(mut finding) = w.of_site(9, entry.site_id, stream_of(&entry.waste_code)) else {
        return;
    };
    finding.key = entry.id.to_string();
    finding.severity = Severity::Critical;
    finding.proofs = vec![seen.position];
    finding.evidence = json!({
        "ledger_entry_id": entry.id,
        "waste_code": entry.waste_code,
        "mass_kg": entry.mass_g.0 as f64 / 1000.0,
        "day": legal_day(entry.occurred_at),
    });
    w.raise(finding);
}

/// The stream that a code belongs to.
pub fn stream_of(code: &str) -> &'static str {
    if code.starts_with("CY-") {
        "kitchen"
    } else if code.starts_with("841-") {
        "medical"
    } else {
        "hazardous"
    }
}
