//! Temperatures of stores and furnaces, as their devices tell them.
//!
//! AL50 (GB 39707-2020 5.4.6), AL57 (7.3.5). Without readings both say nothing. AL49 asks how warm
//! a store was.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::seen::Seen;
use super::super::stats::{forget, median};
use crate::anomaly::param::Param;
use crate::clock::{legal_day, rfc3339};
use crate::ids::SiteId;
use crate::track::Reading;

/// What a site's devices have told lately.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stove {
    /// Since when the store is too warm.
    pub warm_since: Option<DateTime<Utc>>,
    /// Degrees while it was fed, within the window.
    pub fed: Vec<(DateTime<Utc>, f64)>,
    /// How warm the store was by the hour: readings, and the sum of their degrees.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<i64, (u32, f64)>,
}

/// Hours of a store that are remembered: as long as waste may lie in one.
const HOURS: usize = 168;
/// Hours with readings that show how warm it was.
const SHOWN: usize = 4;

fn hour_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(3600)
}

/// How warm a store was from then on, in the middle of its hours; none where its device told of too
/// few of them.
pub fn measured(w: &Watch, site: SiteId, from: DateTime<Utc>) -> Option<f64> {
    let hours = &w.stoves.get(&site)?.hours;
    let means: Vec<f64> =
        hours.range(hour_of(from)..).map(|(_, (n, sum))| sum / f64::from(*n)).collect();
    (means.len() >= SHOWN).then(|| median(&means))
}

pub fn readings(w: &mut Watch, site: SiteId, readings: &[Reading], seen: &Seen<'_>) {
    for reading in readings {
        let Some(celsius) = reading.celsius_milli.map(|milli| milli as f64 / 1000.0) else {
            continue;
        };
        if reading.kind == "furnace" {
            furnace(w, site, (reading.at, celsius, reading.feeding == Some(true)), seen);
        } else {
            store(w, site, (reading.at, celsius), seen);
        }
    }
}

fn store(w: &mut Watch, site: SiteId, (at, celsius): (DateTime<Utc>, f64), seen: &Seen<'_>) {
    let division = w.division(site);
    let limit = w.param(Param::Al50Temperature, &division);
    let minutes = w.param(Param::Al50Duration, &division);
    let stove = w.stoves.entry(site);
    let hour = stove.hours.entry(hour_of(at)).or_default();
    *hour = (hour.0 + 1, hour.1 + celsius);
    forget(&mut stove.hours, HOURS);
    if celsius < limit {
        stove.warm_since = None;
        return;
    }
    let since = *stove.warm_since.get_or_insert(at);
    if ((at - since).num_seconds() as f64) < minutes * 60.0 {
        return;
    }
    let Some(mut finding) = w.of_site(50, site, "medical") else { return };
    finding.key = legal_day(since).to_string();
    finding.proofs = vec![seen.position];
    finding.evidence = json!({
        "warm_since": rfc3339(since), "until": rfc3339(at), "celsius": celsius,
        "limit_celsius": limit,
    });
    w.raise(finding);
}

fn furnace(
    w: &mut Watch,
    site: SiteId,
    (at, celsius, fed): (DateTime<Utc>, f64, bool),
    seen: &Seen<'_>,
) {
    let division = w.division(site);
    let limit = w.param(Param::Al57Temperature, &division);
    let window = TimeDelta::seconds((w.param(Param::Al57MeanWindow, &division) * 60.0) as i64);
    let stove = w.stoves.entry(site);
    if !fed {
        stove.fed.clear();
        return;
    }
    stove.fed.push((at, celsius));
    stove.fed.retain(|(time, _)| at - *time <= window);
    // The window must be full, and one reading is no mean.
    let whole = stove.fed.first().is_some_and(|(first, _)| at - *first >= window * 3 / 4);
    let degrees: Vec<f64> = stove.fed.iter().map(|(_, celsius)| *celsius).collect();
    let mean = degrees.iter().sum::<f64>() / degrees.len().max(1) as f64;
    if !whole || degrees.len() < 3 || mean >= limit {
        return;
    }
    let middle = median(&degrees);
    let Some(mut finding) = w.of_site(57, site, "medical") else { return };
    finding.key = legal_day(at).to_string();
    finding.proofs = vec![seen.position];
    finding.evidence = json!({
        "until": rfc3339(at), "mean_celsius": (mean * 10.0).round() / 10.0,
        "median_celsius": middle, "readings": degrees.len(), "limit_celsius": limit,
    });
    w.raise(finding);
}
