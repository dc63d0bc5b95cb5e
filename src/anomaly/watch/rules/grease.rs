//! Grease of kitchens: it is worth money, and is sold.
//!
//! AL60: too little of it in a month, beside the food waste; and none at all in a quarter, where
//! most others of the business give some.

use serde_json::json;

use super::super::Watch;
use super::super::time::{Month, named};
use super::silence::against_peers;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::registry::Site;

/// Kilograms of kitchen waste a month below which its grease says nothing.
const LEAST_KG: f64 = 300.0;
/// Months in which grease is given at least once, and the key of the case where it is not.
const MONTHS: Month = 3;
const NONE: &str = "none";
/// Kilograms that such months should have brought at least.
const LEAST_GREASE_KG: f64 = 20.0;

/// A month is over: grams of kitchen waste and of grease in it.
pub fn month(w: &mut Watch, site: &Site, month: Month, (waste, grease): (i64, i64)) {
    let Some(kitchen) = w.kitchens.get(&site.id) else { return };
    let ever = kitchen.months.values().any(|(_, grease)| *grease > 0);
    let about = (About::Site, site.id.uuid());
    let kg = waste as f64 / 1000.0;
    let share = if kg > 0.0 { grease as f64 / 1000.0 / kg * 100.0 } else { 0.0 };
    let limit = w.param(Param::Al60Share, &site.division);
    let peers = against_peers(w, "grease", site.id, share);
    // Where grease is collected with the rest everywhere, nobody's can be told.
    let usual = peers.is_some_and(|peers| peers.median > limit);
    if kg < LEAST_KG || share >= limit || !(ever || usual) {
        w.clear(RuleId(60), about, "", Gone::Normal);
        never(w, site, month);
        return;
    }
    let Some(mut finding) = w.of_site(60, site.id, "kitchen") else { return };
    finding.evidence = json!({
        "month": named(month), "kitchen_kg": kg.round(),
        "grease_kg": grease as f64 / 1000.0, "percent": (share * 100.0).round() / 100.0,
        "limit_percent": limit, "peers_median_percent": peers.map(|peers| peers.median),
    });
    w.raise(finding);
    never(w, site, month);
}

/// Nothing in a quarter of food waste: what others give by their seats says how much it should be.
fn never(w: &mut Watch, site: &Site, month: Month) {
    let Some(kitchen) = w.kitchens.get(&site.id) else { return };
    let business = site.business.clone().unwrap_or_default();
    let Some(seats) = site.seats.filter(|seats| *seats > 0 && !business.is_empty()) else { return };
    let months: Vec<(i64, i64)> = (month - MONTHS + 1..=month)
        .filter_map(|one| kitchen.months.get(&one).copied())
        .filter(|(waste, _)| *waste as f64 / 1000.0 >= LEAST_KG)
        .collect();
    if months.len() < MONTHS as usize {
        return;
    }
    let (waste, grease) =
        months.iter().fold((0, 0), |sum, month| (sum.0 + month.0, sum.1 + month.1));
    let kg = grease as f64 / 1000.0;
    // Of those who give none either the middle is nothing: then nobody asks.
    let kind = format!("grease a seat {business}");
    let peers = against_peers(w, &kind, site.id, kg / seats as f64);
    let expected = peers.map_or(0.0, |peers| peers.median) * seats as f64;
    let about = (About::Site, site.id.uuid());
    if grease > 0 {
        w.clear(RuleId(60), about, NONE, Gone::Normal);
    }
    // Who falls short in single months is told of already.
    if grease > 0 || expected < LEAST_GREASE_KG || w.is_raised(RuleId(60), about, "") {
        return;
    }
    let Some(finding) = w.of_site(60, site.id, "kitchen") else { return };
    let evidence = json!({
        "from": named(month - MONTHS + 1), "to": named(month), "months": MONTHS,
        "seats": seats, "kitchen_kg": (waste as f64 / 1000.0).round(), "grease_kg": 0,
        "expected_grease_kg": expected.round(), "peers": peers.map(|peers| peers.count),
    });
    w.raise(Finding { key: NONE.to_owned(), evidence, ..finding });
}
