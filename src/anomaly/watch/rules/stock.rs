//! What lies at a site by its ledger: at a storage point, in its whole storage, and of the focus
//! wastes that must not pile up.
//!
//! AL32, AL33, AL76.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::{Load, LoadItem};
use super::super::seen::Seen;
use super::super::stats::median;
use super::super::time::{days, month_of};
use super::mass::stream_of;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::{RuleId, Severity};
use crate::catalogue::WasteCode;
use crate::clock::rfc3339;
use crate::ids::{SiteId, StorageAreaId};
use crate::manifest::Happening;
use crate::registry::ledger::{area_change, on_hand_change};
use crate::registry::{LedgerEntry, LedgerKind, LicenceKind, StorageKind};

/// Departures of which it is remembered how much lay there.
const PEAKS: usize = 6;
/// Times the days without outflow after which no habit explains it.
const HABIT: f64 = 1.5;

/// What lies at a site, in grams.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    pub by_code: BTreeMap<String, i64>,
    pub by_area: BTreeMap<StorageAreaId, i64>,
    /// When waste of a code last left, and when it was first there.
    pub last_out: BTreeMap<String, DateTime<Utc>>,
    /// How much of a code lay there when it was taken away, the newest times.
    pub peaks: BTreeMap<String, Vec<i64>>,
    /// Accepted from others and not yet treated.
    pub held_g: i64,
    /// The same by code, but for what a collection licence was taken under: its term is AL74's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, Held>,
    /// Of what AL76 has found of a code: when some of it had last left.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub heaps: BTreeMap<String, DateTime<Utc>>,
}

/// What was accepted of a code and lies there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Held {
    pub mass_g: i64,
    /// When some of it was last treated or sent on; before that, when it first came.
    pub last_out: DateTime<Utc>,
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Filed(_) => {
            let stock = w.stocks.entry(load.from_site);
            for item in load.items.iter().filter(|item| item.produce) {
                *stock.by_code.entry(item.code.clone()).or_default() += item.mass_g;
            }
        }
        Happening::Departed(_) => leave(w, load, seen),
        Happening::Received(_) => {
            if load.departed_at.is_none() {
                leave(w, load, seen);
            }
            w.stocks.entry(load.to_site).held_g += load.accepted_g();
            hold(w, load, seen);
            fill(w, load.to_site, &load.stream);
        }
        Happening::Completed(data) => {
            let mass: i64 = data.treatments.iter().map(|one| one.mass_g.0).sum();
            w.stocks.entry(load.to_site).held_g -= mass;
            release(w, load, data.treatments.iter().map(|one| (one.line, one.mass_g.0)), seen);
        }
        Happening::SentOn(data) => {
            let mass: i64 = data.items.iter().map(|one| one.mass_g.0).sum();
            w.stocks.entry(load.to_site).held_g -= mass;
            release(w, load, data.items.iter().map(|one| (one.line, one.mass_g.0)), seen);
        }
        _ => {}
    }
}

/// Whether it was taken to be treated, and not to be collected: collection points have no licence.
fn is_for_treatment(w: &Watch, item: &LoadItem) -> bool {
    let licence = item.licence.and_then(|(licence, _)| w.licences.get(&licence));
    licence.is_some_and(|licence| licence.kind != LicenceKind::Collection)
}

fn hold(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    for item in load.items.iter().filter(|item| item.accepted_g > 0) {
        if !is_for_treatment(w, item) {
            continue;
        }
        let held = w.stocks.entry(load.to_site).held.entry(item.code.clone()).or_default();
        if held.mass_g <= 0 {
            *held = Held { mass_g: 0, last_out: seen.occurred_at };
        }
        held.mass_g += item.accepted_g;
    }
}

fn release(w: &mut Watch, load: &Load, lines: impl Iterator<Item = (i64, i64)>, seen: &Seen<'_>) {
    for (line, mass) in lines {
        let Some(item) = load.items.iter().find(|item| item.line == line) else { continue };
        if let Some(held) = w.stocks.entry(load.to_site).held.get_mut(&item.code) {
            held.mass_g -= mass;
            held.last_out = held.last_out.max(seen.occurred_at);
        }
        let about = (About::Site, load.to_site.uuid());
        w.clear(RuleId(76), about, &held_key(&item.code), Gone::Remedied);
    }
}

/// AL76's case of what was accepted, beside the one of what the site makes itself.
fn held_key(code: &str) -> String {
    format!("held {code}")
}

fn leave(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let stock = w.stocks.entry(load.from_site);
    for item in &load.items {
        let lay = stock.by_code.get(&item.code).copied().unwrap_or(0);
        let peaks = stock.peaks.entry(item.code.clone()).or_default();
        peaks.push(lay);
        if peaks.len() > PEAKS {
            peaks.remove(0);
        }
        *stock.by_code.entry(item.code.clone()).or_default() -= item.mass_g;
        stock.last_out.insert(item.code.clone(), seen.occurred_at);
    }
    for item in &load.items {
        let about = (About::Site, load.from_site.uuid());
        w.clear(RuleId(76), about, &item.code, Gone::Remedied);
    }
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, seen: &Seen<'_>) {
    let stock = w.stocks.entry(entry.site_id);
    let change = on_hand_change(entry.kind, entry.mass_g).0;
    *stock.by_code.entry(entry.waste_code.clone()).or_default() += change;
    // What is written off has not gone anywhere: AL37 looks at that.
    let leaves = matches!(entry.kind, LedgerKind::MovedOut | LedgerKind::SelfTreated);
    if leaves && change < 0 {
        stock.last_out.insert(entry.waste_code.clone(), seen.occurred_at);
    } else {
        stock.last_out.entry(entry.waste_code.clone()).or_insert(seen.occurred_at);
    }
    let Some(area) = entry.storage_area_id else { return };
    let in_area = stock.by_area.entry(area).or_default();
    *in_area += area_change(entry.kind, entry.mass_g).0;
    let in_area = *in_area;
    point(w, entry, (area, in_area), seen.position);
}

/// A storage point holds three tonnes at any time (GB 18597-2023 8.3.5); a facility its capacity.
fn point(w: &mut Watch, entry: &LedgerEntry, (area, in_area): (StorageAreaId, i64), position: i64) {
    let Some(kept) = w.areas.get(&area).cloned() else { return };
    let division = w.division(entry.site_id);
    let (rule, limit) = match kept.kind {
        StorageKind::Point => (32, w.param(Param::Al32Limit, &division) * 1e6),
        StorageKind::Facility => (33, kept.capacity_g.0 as f64),
    };
    let key = area.to_string();
    let severity = match kept.kind {
        StorageKind::Point => (in_area as f64 > limit).then(|| RuleId(32).severity()),
        StorageKind::Facility => fullness(w, in_area as f64 / limit.max(1.0) * 100.0, &division),
    };
    let Some(severity) = severity.filter(|_| limit > 0.0) else {
        w.clear(RuleId(rule), (About::Site, entry.site_id.uuid()), &key, Gone::Normal);
        return;
    };
    let stream = stream_of(&entry.waste_code);
    let Some(mut finding) = w.of_site(rule, entry.site_id, stream) else { return };
    finding.key = key;
    finding.severity = severity;
    finding.proofs = vec![position];
    finding.evidence = json!({
        "storage_area_id": area, "name": kept.name, "stored_kg": in_area as f64 / 1000.0,
        "limit_kg": limit / 1000.0,
    });
    w.raise(finding);
}

/// How grave it is that a storage is so full, in percent of its capacity; `None`: it is not.
fn fullness(w: &Watch, percent: f64, division: &str) -> Option<Severity> {
    let steps = [
        (Param::Al33Critical, Severity::Critical),
        (Param::Al33High, Severity::High),
        (Param::Al33Warn, Severity::Low),
    ];
    let reached = steps.into_iter().find(|(param, _)| percent >= w.param(*param, division));
    reached.map(|(_, severity)| severity)
}

/// A receiver's whole storage.
fn fill(w: &mut Watch, site: SiteId, stream: &str) {
    if stream == "kitchen" {
        return;
    }
    let Some(entry) = w.sites.get(&site) else { return };
    let Some(capacity) = entry.storage_capacity_g.filter(|mass| mass.0 > 0) else { return };
    let division = entry.division.clone();
    let held = w.stocks.get(&site).map_or(0, |stock| stock.held_g);
    let percent = held as f64 / capacity.0 as f64 * 100.0;
    let severity = fullness(w, percent, &division);
    let Some(severity) = severity else {
        w.clear(RuleId(33), (About::Site, site.uuid()), "", Gone::Normal);
        return;
    };
    let Some(mut finding) = w.of_site(33, site, stream) else { return };
    finding.severity = severity;
    finding.evidence = json!({
        "held_kg": held as f64 / 1000.0, "capacity_kg": capacity.0 as f64 / 1000.0,
        "percent": percent.round(),
    });
    w.raise(finding);
}

/// Once a week: focus wastes that pile up.
pub fn week(w: &mut Watch, site: SiteId) {
    let Some(stock) = w.stocks.get(&site).cloned() else { return };
    hoards(w, site, &stock.held);
    let division = w.division(site);
    let now = w.now();
    for (code, mass) in &stock.by_code {
        let Ok(parsed) = WasteCode::parse(code) else { continue };
        let Some(focus) = w.reference.catalogue.focus_of(parsed).map(|one| one.id.clone()) else {
            continue;
        };
        let kg = *mass as f64 / 1000.0;
        let monthly = monthly_kg(w, site, code);
        let months = w.param(Param::Al76StockMonths, &division);
        let least = w.param(Param::Al76LeastStock, &division) * 1000.0;
        let quiet_days = w.param(Param::Al76NoOutflow, &division);
        let since = stock.last_out.get(code).copied().unwrap_or(now);
        let quiet = now - since >= days(quiet_days);
        let made = monthly.filter(|monthly| *monthly > 0.0);
        // What has always lain there when the truck came is how that site is emptied.
        let more = kg > 1.5 * usual_kg(&stock, code);
        let piles = made.is_some_and(|made| kg > months * made) && kg > least / 2.0 && more;
        // So long that it is no habit any more, however much lay there when the truck came.
        let long = now - since >= days(quiet_days * HABIT);
        let waits = quiet && kg > least && (more || long);
        let about = (About::Site, site.uuid());
        if !(piles || waits) {
            // As long as nothing has left it lies there, however much is made meanwhile.
            if stock.heaps.get(code) == Some(&since) && kg > least / 2.0 {
                continue;
            }
            if stock.heaps.contains_key(code) {
                w.stocks.entry(site).heaps.remove(code);
            }
            w.clear(RuleId(76), about, code, Gone::Normal);
            continue;
        }
        if stock.heaps.get(code) != Some(&since) {
            w.stocks.entry(site).heaps.insert(code.clone(), since);
        }
        let Some(finding) = w.of_site(76, site, stream_of(code)) else { continue };
        let evidence = json!({
            "waste_code": code, "focus": focus, "stock_kg": kg, "made_a_month_kg": monthly,
            "last_outflow_at": rfc3339(since), "limit_months": months, "limit_days": quiet_days,
        });
        w.raise(Finding { key: code.clone(), evidence, ..finding });
    }
}

/// Once a week as well: focus wastes that were accepted and of which nothing is treated.
fn hoards(w: &mut Watch, site: SiteId, held: &BTreeMap<String, Held>) {
    let division = w.division(site);
    let least = w.param(Param::Al76LeastStock, &division) * 1e6;
    let quiet = w.param(Param::Al76NoOutflow, &division);
    for (code, held) in held {
        let focus = WasteCode::parse(code)
            .ok()
            .and_then(|parsed| w.reference.catalogue.focus_of(parsed).map(|one| one.id.clone()));
        let is_hoard = held.mass_g as f64 > least && w.now() - held.last_out >= days(quiet);
        let Some(focus) = focus.filter(|_| is_hoard) else { continue };
        let Some(finding) = w.of_site(76, site, stream_of(code)) else { continue };
        let evidence = json!({
            "waste_code": code, "focus": focus, "held_kg": held.mass_g as f64 / 1000.0,
            "last_treated_at": rfc3339(held.last_out), "limit_days": quiet,
        });
        w.raise(Finding { key: held_key(code), evidence, ..finding });
    }
}

/// The middle of what lay there when it was taken away, once that has been seen twice.
fn usual_kg(stock: &Stock, code: &str) -> f64 {
    let peaks = stock.peaks.get(code).map(Vec::as_slice).unwrap_or_default();
    if peaks.len() < 2 {
        return 0.0;
    }
    let kg: Vec<f64> = peaks.iter().map(|mass| *mass as f64 / 1000.0).collect();
    median(&kg)
}

/// The mean of the last three whole months, once there are so many, or of a year where that is
/// more: stock is no heap because less is told now.
fn monthly_kg(w: &Watch, site: SiteId, code: &str) -> Option<f64> {
    let making = w.making.get(&site)?;
    let mut month = month_of(w.now()) - 1;
    let mut masses = Vec::new();
    for _ in 0..3 {
        masses.push(making.made.get(&month)?.get(code).copied().unwrap_or(0) as f64 / 1000.0);
        month -= 1;
    }
    let mean = |masses: &[f64]| masses.iter().sum::<f64>() / masses.len() as f64;
    let newest = mean(&masses);
    for _ in 3..12 {
        let Some(made) = making.made.get(&month) else { break };
        masses.push(made.get(code).copied().unwrap_or(0) as f64 / 1000.0);
        month -= 1;
    }
    Some(newest.max(mean(&masses)))
}
