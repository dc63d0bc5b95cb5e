//! Silence and its opposite: what a site makes against what it made, against what it does, and
//! against others of its kind.
//!
//! AL34, AL35, AL42; what output makes stands in `output`. Peers are compared by median and spread
//! of the middle (MAD): one liar moves neither.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::{forget, median};
use super::super::time::{Month, days_in, month_in, month_of, named};
use super::{fall, output, registers};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::legal_day;
use crate::ids::SiteId;
use crate::manifest::Happening;
use crate::registry::record::activity::{Activity, ActivityKind};
use crate::registry::{LedgerEntry, LedgerKind, Site, SiteKind, Standing};

/// What a site made and did, by month.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Making {
    /// Grams by month and code.
    pub made: BTreeMap<Month, BTreeMap<String, i64>>,
    /// By month and kind (with the product, for output), in units.
    pub did: BTreeMap<Month, BTreeMap<String, f64>>,
    /// How often something was made, by month.
    #[serde(default)]
    pub times: BTreeMap<Month, u32>,
    pub last_entry: Option<DateTime<Utc>>,
    /// The longest of the usual gaps between entries, in days: it forgets slowly.
    pub usual_gap: f64,
    pub entries: u32,
}

/// What sites of one kind show, each its newest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Peers {
    pub by_site: BTreeMap<SiteId, f64>,
}

/// How the others stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    pub median: f64,
    pub spread: f64,
    pub count: usize,
}

/// Fewer are no comparison.
const PEERS_MIN: usize = 5;
/// Spreads of the middle (as a standard deviation) that are far.
const FAR: f64 = 3.5;
/// Months that are remembered.
const MONTHS: usize = 26;

impl Against {
    /// More than half of the usual is missing, and no other is so low.
    pub fn is_far_below(self, value: f64) -> bool {
        let spread = self.spread.max(self.median * 0.12);
        value < self.median * 0.45 && value < self.median - FAR * spread
    }
}

/// The others of a kind; the site's own value is kept for them.
pub fn against_peers(w: &mut Watch, kind: &str, site: SiteId, value: f64) -> Option<Against> {
    let peers = w.peers.entry(kind.to_owned());
    let others: Vec<f64> =
        peers.by_site.iter().filter(|(id, _)| **id != site).map(|(_, value)| *value).collect();
    peers.by_site.insert(site, value);
    if others.len() < PEERS_MIN {
        return None;
    }
    let middle = median(&others);
    let off: Vec<f64> = others.iter().map(|value| (value - middle).abs()).collect();
    Some(Against { median: middle, spread: 1.4826 * median(&off), count: others.len() })
}

pub fn between(value: f64, low: f64, high: f64) -> bool {
    low <= value && value <= high
}

/// What a site did in a month was told.
pub fn activity(w: &mut Watch, entry: &Activity, seen: &Seen<'_>) {
    let kind = if entry.product.is_empty() {
        entry.kind.as_str().to_owned()
    } else {
        format!("{} {}", entry.kind.as_str(), entry.product)
    };
    let month = month_in(entry.month.year(), entry.month.month());
    let making = w.making.entry(entry.site_id);
    making.did.entry(month).or_default().insert(kind, entry.value_milli as f64 / 1000.0);
    forget(&mut making.did, MONTHS);
    if entry.kind == ActivityKind::Output {
        output::told(w, entry.site_id, month, seen.is_first);
    }
}

/// So many a day of what a site did in the newest month that was told, if that is not long ago.
pub fn a_day(w: &Watch, site: SiteId, kind: &str) -> Option<f64> {
    let making = w.making.get(&site)?;
    let now = month_of(w.now());
    let mut month = now;
    for _ in 0..3 {
        let value = making.did.get(&month).and_then(|did| did.get(kind));
        // A month that runs is told in part at best.
        if let Some(value) = value.filter(|_| month != now) {
            return Some(value / days_in(month));
        }
        month -= 1;
    }
    None
}

/// What a site did in a month.
pub fn did(w: &Watch, site: SiteId, month: Month, kind: &str) -> Option<f64> {
    let did = w.making.get(&site)?.did.get(&month)?;
    let of_kind = |name: &str| {
        name == kind || name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(' '))
    };
    let values: Vec<f64> =
        did.iter().filter(|(name, _)| of_kind(name)).map(|(_, value)| *value).collect();
    if values.is_empty() { None } else { Some(values.iter().sum()) }
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    if !matches!(happening, Happening::Filed(_)) || load.is_return() {
        return;
    }
    let made: Vec<_> = load.items.iter().filter(|item| item.produce).collect();
    for item in made {
        made_there(w, (load.from_site, seen.occurred_at), &item.code, item.mass_g);
    }
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, _seen: &Seen<'_>) {
    if entry.kind == LedgerKind::Produced {
        made_there(w, (entry.site_id, entry.occurred_at), &entry.waste_code, entry.mass_g.0);
    }
    if !entry.waste_code.starts_with("CY-") {
        registers::active(w, entry.site_id, entry.occurred_at);
    }
    let making = w.making.entry(entry.site_id);
    if let Some(last) = making.last_entry {
        let gap = (entry.occurred_at - last).num_minutes() as f64 / 1440.0;
        making.usual_gap = (making.usual_gap * 0.97).max(gap.min(60.0));
    }
    making.last_entry = making.last_entry.max(Some(entry.occurred_at));
    making.entries += 1;
    w.clear(RuleId(42), (About::Site, entry.site_id.uuid()), "", Gone::CameLate);
}

fn made_there(w: &mut Watch, (site, at): (SiteId, DateTime<Utc>), code: &str, mass_g: i64) {
    let making = w.making.entry(site);
    let month = making.made.entry(month_of(at)).or_default();
    *month.entry(code.to_owned()).or_default() += mass_g;
    *making.times.entry(month_of(at)).or_default() += 1;
    forget(&mut making.times, MONTHS);
    forget(&mut making.made, MONTHS);
}

/// A ledger that was kept has no entry for long.
pub fn week(w: &mut Watch, site: SiteId) {
    w.timers.set(super::super::timers::Timer::Week, site.uuid(), w.now() + TimeDelta::days(7));
    let makes = |site: &&Site| site.status == Standing::Active && site.kind == SiteKind::Production;
    let Some(entry) = w.sites.get(&site).filter(makes) else { return };
    let division = entry.division.clone();
    let param = if entry.is_key_unit { Param::Al42KeyGap } else { Param::Al42SimplifiedGap };
    let Some(making) = w.making.get(&site) else { return };
    // Two gaps show a habit.
    let (Some(last), true) = (making.last_entry, making.entries >= 3) else { return };
    let days = (w.now() - last).num_minutes() as f64 / 1440.0;
    // Who enters something every week is missed sooner than the class would have it.
    let own = 4.0 * making.usual_gap;
    let regular = making.entries >= 20 && making.usual_gap < 10.0;
    let key = w.param(Param::Al42KeyGap, &division);
    let limit = if regular { key.max(own) } else { w.param(param, &division).max(own) };
    // Where nothing is made nothing is entered: a shutdown that its own figures show.
    let newest = making.did.last_key_value().map(|(_, did)| did.values().sum::<f64>());
    let usual: Vec<f64> = making.did.values().map(|did| did.values().sum()).collect();
    let stands_still = newest.is_some_and(|newest| newest < 0.2 * median(&usual));
    if days <= limit || stands_still {
        return;
    }
    let Some(mut finding) = w.of_site(42, site, "hazardous") else { return };
    finding.evidence = json!({
        "last_entry_on": legal_day(last), "days": days.round(), "limit_days": limit,
        "usual_gap_days": w.making.get(&site).map(|making| making.usual_gap.round()),
    });
    w.raise(finding);
}

/// After a month's figures are in: the month before, against the months before it.
pub fn month(w: &mut Watch, site: SiteId) {
    let today = legal_day(w.now());
    let timer = super::super::timers::Timer::Month;
    w.timers.set(timer, site.uuid(), registers::next_month(today, 10));
    let Some(entry) = w.sites.get(&site).filter(|site| site.status == Standing::Active).cloned()
    else {
        return;
    };
    let month = month_of(w.now()) - 1;
    let Some(making) = w.making.get(&site).cloned() else { return };
    let is_judged = output::month(w, &entry, &making, month);
    if entry.kind == SiteKind::Production && !is_judged {
        change(w, &entry, &making, month);
        fall::month(w, &entry, &making, month);
    }
}

pub fn hazardous_kg(made: &BTreeMap<String, i64>) -> f64 {
    let mass: i64 = made
        .iter()
        .filter(|(code, _)| !code.starts_with("CY-") && !code.starts_with("841-"))
        .map(|(_, mass)| mass)
        .sum();
    mass as f64 / 1000.0
}

/// A month far below or above those before it.
fn change(w: &mut Watch, site: &Site, making: &Making, month: Month) {
    let window = w.param(Param::Al34Window, &site.division) as usize;
    let kg = making.made.get(&month).map_or(0.0, hazardous_kg);
    let mut earlier = Vec::new();
    let mut did_before = Vec::new();
    let mut at = month - 1;
    for _ in 0..window {
        if let Some(made) = making.made.get(&at) {
            earlier.push(hazardous_kg(made));
        }
        did_before.extend(did(w, site.id, at, "output"));
        at -= 1;
    }
    if earlier.len() < 4.min(window) || earlier.iter().sum::<f64>() <= 0.0 {
        return;
    }
    let mean = earlier.iter().sum::<f64>() / earlier.len() as f64;
    let most = earlier.iter().copied().fold(0.0, f64::max);
    let least = earlier.iter().copied().fold(f64::MAX, f64::min);
    let output = did(w, site.id, month, "output");
    let usual = did_before.iter().sum::<f64>() / did_before.len().max(1) as f64;
    let ratio = output.filter(|_| usual > 0.0).map(|output| output / usual);
    let evidence = |limit: f64| {
        json!({
            "month": named(month),
            "made_kg": kg.round(), "mean_kg": mean.round(), "months": earlier.len(),
            "percent": (kg / mean * 100.0).round(), "limit_percent": limit,
            "output_percent": ratio.map(|ratio| (ratio * 100.0).round()),
        })
    };
    let low = w.param(Param::Al34Low, &site.division);
    let high = w.param(Param::Al35High, &site.division);
    let key = named(month);
    // Output is told and went on as before: then waste should have as well.
    let middle = median(&earlier).min(mean);
    if kg < middle * low / 100.0
        && kg < least * 0.8
        && ratio.is_some_and(|ratio| ratio > 0.8)
        && let Some(finding) = w.of_site(34, site.id, "hazardous")
    {
        w.raise(Finding { key: key.clone(), evidence: evidence(low), ..finding });
    }
    let grew = ratio.is_none_or(|ratio| ratio * 150.0 < kg / mean * 100.0)
        && !output::is_as_usual(w, site, making, month);
    if kg > mean * high / 100.0
        && kg > most * 1.5
        && kg - mean > 200.0
        && grew
        && let Some(finding) = w.of_site(35, site.id, "hazardous")
    {
        w.raise(Finding { key, evidence: evidence(high), ..finding });
    }
}
