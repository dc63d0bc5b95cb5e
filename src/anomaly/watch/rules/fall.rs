//! A fall that nobody's output explains: of a producer that tells none, against its own months and
//! against its peers.
//!
//! AL34, low: two months in a row far below all of half a year or more, while most others of the
//! same business go on. It proves nothing alone; it says where to look.

use serde_json::json;

use super::super::Watch;
use super::super::stats::median;
use super::super::time::{Month, named};
use super::silence::{Making, against_peers, did, hazardous_kg};
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::rule::{RuleId, Severity};
use crate::registry::Site;

/// Months before the fall that make a mean, and how many are looked at.
const MONTHS_MIN: usize = 6;
const MONTHS_MAX: Month = 12;
/// Entries in them: what is entered a few times a year falls and rises by chance.
const TIMES_MIN: u32 = 12;
/// The share of the mean below which both months lie, in percent, and the one that peers keep.
const LOW_PERCENT: f64 = 30.0;
const PEERS_PERCENT: f64 = 70.0;
/// Kilograms a month below which a fall is none.
const LEAST_KG: f64 = 50.0;

/// After a month's figures are in.
pub fn month(w: &mut Watch, site: &Site, making: &Making, month: Month) {
    let Some(business) = site.business.clone() else { return };
    let kg = |month: Month| making.made.get(&month).map_or(0.0, hazardous_kg);
    let tells = (month - MONTHS_MAX..=month).any(|one| did(w, site.id, one, "output").is_some());
    let Some(first) = making.made.keys().next().copied().filter(|_| !tells) else { return };
    let months = first.max(month - 1 - MONTHS_MAX)..month - 1;
    let earlier: Vec<f64> = months.clone().map(kg).collect();
    let times: u32 = months.filter_map(|month| making.times.get(&month)).sum();
    if earlier.len() < MONTHS_MIN || times < TIMES_MIN {
        return;
    }
    let mean = earlier.iter().sum::<f64>() / earlier.len() as f64;
    let usual = mean.min(median(&earlier));
    if usual < LEAST_KG {
        return;
    }
    let percent = kg(month) / mean * 100.0;
    let peers = against_peers(w, &format!("fall {business}"), site.id, percent);
    let go_on = peers.filter(|peers| peers.median >= PEERS_PERCENT);
    let least = earlier.iter().copied().fold(f64::MAX, f64::min);
    let is_low = |one: Month| kg(one) < usual * LOW_PERCENT / 100.0 && kg(one) < least;
    let about = (About::Site, site.id.uuid());
    // Told once, when it began.
    let told = (month - MONTHS_MAX..month).any(|one| w.is_raised(RuleId(34), about, &named(one)));
    let Some(peers) = go_on.filter(|_| is_low(month) && is_low(month - 1) && !told) else { return };
    let Some(finding) = w.of_site(34, site.id, "hazardous") else { return };
    let evidence = json!({
        "month": named(month), "made_kg": kg(month).round(), "mean_kg": mean.round(),
        "months": earlier.len(), "percent": percent.round(), "limit_percent": LOW_PERCENT,
        "peers": peers.count, "peers_median_percent": peers.median.round(),
    });
    w.raise(Finding { key: named(month), evidence, severity: Severity::Low, ..finding });
}
