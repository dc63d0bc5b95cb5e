//! Sorting of medical waste: the shares of its kinds against each other.
//!
//! AL75.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Watch;
use super::super::time::days;
use super::medical::Pickups;
use super::silence::between;
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::registry::Site;

/// Kinds of medical waste and the ranges of their shares (GC10A to GC10E).
const KINDS: [(&str, &str); 5] = [
    ("841-001-01", "GC10A"),
    ("841-002-01", "GC10B"),
    ("841-003-01", "GC10C"),
    ("841-005-01", "GC10D"),
    ("841-004-01", "GC10E"),
];

pub fn week(w: &mut Watch, site: &Site, pickups: &Pickups) {
    let span = w.param(Param::Al75Window, &site.division);
    let least = w.param(Param::Al75LeastMass, &site.division);
    let widen = w.param(Param::Al75Widen, &site.division) / 100.0;
    let from = w.now() - days(span);
    let mut by_code: BTreeMap<&str, f64> = BTreeMap::new();
    for (_, codes) in pickups.recent.iter().filter(|(time, _)| *time >= from) {
        for (code, mass) in codes {
            *by_code.entry(code).or_default() += *mass as f64 / 1000.0;
        }
    }
    let total: f64 = by_code.values().sum();
    // Who files all in one code is not sorted by kind here: that says nothing of its wards.
    if total < least || pickups.codes.len() < 3 {
        return;
    }
    let mut odd = Vec::new();
    for (code, id) in KINDS {
        let Some(row) = w.reference.catalogue.coefficient(id) else { continue };
        let share = by_code.get(code).copied().unwrap_or(0.0) / total;
        let low = row.low.unwrap_or(0.0) * (1.0 - widen) * 0.8;
        let high = row.high.unwrap_or(1.0) * (1.0 + widen) * 1.1;
        if !between(share, low, high) {
            odd.push(json!({"waste_code": code, "share": (share * 1000.0).round() / 1000.0,
                "low": row.low, "high": row.high}));
        }
    }
    if odd.is_empty() {
        w.clear(RuleId(75), (About::Site, site.id.uuid()), "", Gone::Normal);
        return;
    }
    let Some(mut finding) = w.of_site(75, site.id, "medical") else { return };
    finding.evidence = json!({"kilograms": total.round(), "days": span, "shares": odd});
    w.raise(finding);
}
