//! Capacity: how much of a licence is used, more treated in a day than the plant can, residues
//! that do not fit what was burnt.
//!
//! AL12 (licence measures Art. 12), AL38, AL70. AL38 is also what was treated on a day on which the
//! plant's own record has it down, or treating nothing. AL70 of oil stands in `recovery`.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::forget;
use super::recovery::{self, Yield};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::{RuleId, Severity};
use crate::clock::legal_day;
use crate::ids::{LicenceId, SiteId};
use crate::manifest::{Completed, Happening};
use crate::registry::record::facility_day::{FacilityDay, Running};
use crate::registry::{LedgerEntry, LedgerKind};

/// What a licence line took in a year.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Line {
    pub accepted_g: i64,
}

/// What a plant treated and left over.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plant {
    pub treated: BTreeMap<NaiveDate, i64>,
    /// By incineration alone.
    pub burnt: BTreeMap<NaiveDate, i64>,
    pub residues: BTreeMap<NaiveDate, i64>,
    /// The same, as its ledger has it.
    pub entered: BTreeMap<NaiveDate, i64>,
    pub proofs: BTreeMap<NaiveDate, Vec<i64>>,
    /// Of the streams whose plants are licensed for a day's mass, what each day's was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<NaiveDate, String>,
    /// Days of which it told that it was down or treated nothing, and where in the log.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub idle: BTreeMap<NaiveDate, (Running, i64)>,
    #[serde(default, skip_serializing_if = "Yield::is_empty")]
    pub oil: Yield,
}

/// Days that are remembered: as far back as ash is looked for, and what is told late.
const DAYS: usize = 300;
/// The same of what was treated by whatever method: only single days are looked at.
const TREATED_DAYS: usize = 60;
/// Ash and slag of burnt hazardous or medical waste (GC23, GC24).
const ASH: &str = "772-003-18";

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Received(_) => {
            super::rights::received(w, load, seen.occurred_at);
            accepted(w, load, legal_day(seen.occurred_at).year());
        }
        Happening::Completed(data) => completed(w, load, seen, data),
        _ => {}
    }
}

fn accepted(w: &mut Watch, load: &Load, year: i32) {
    let mut lines: BTreeMap<(LicenceId, i64), i64> = BTreeMap::new();
    for item in &load.items {
        if let Some(line) = item.licence {
            *lines.entry(line).or_default() += item.accepted_g;
        }
    }
    for ((id, line), mass) in lines {
        let used = w.lines.entry((id, line, year));
        used.accepted_g += mass;
        let used = used.accepted_g;
        let Some(licence) = w.licences.get(&id) else { continue };
        let permitted = licence.lines.iter().find(|one| one.line == line).map(|one| one.annual_g.0);
        let Some(permitted) = permitted.filter(|mass| *mass > 0) else { continue };
        let number = licence.number.clone();
        let percent = used as f64 / permitted as f64 * 100.0;
        let severity = [
            (Param::Al12Critical, Severity::Critical),
            (Param::Al12High, Severity::High),
            (Param::Al12Warn, Severity::Low),
        ]
        .into_iter()
        .find(|(param, _)| percent > w.param(*param, &load.to_division))
        .map(|(_, severity)| severity);
        let Some(severity) = severity else { continue };
        let evidence = json!({
            "licence_id": id, "number": number, "line": line, "year": year,
            "accepted_kg": used as f64 / 1000.0, "permitted_kg": permitted as f64 / 1000.0,
            "percent": (percent * 10.0).round() / 10.0,
        });
        let mut finding = Finding { severity, evidence, ..w.of_load(12, load) };
        finding.about = (About::Licence, id.uuid());
        finding.key = format!("{year} {line}");
        finding.organisations = vec![load.to_org];
        w.raise(finding);
    }
}

fn completed(w: &mut Watch, load: &Load, seen: &Seen<'_>, data: &Completed) {
    let plant = w.plants.entry(load.to_site);
    recovery::completed(&mut plant.oil, load, data, seen.position);
    let mut days = Vec::new();
    for one in &data.treatments {
        *plant.treated.entry(one.completed_on).or_default() += one.mass_g.0;
        plant.proofs.entry(one.completed_on).or_default().push(seen.position);
        if load.stream != "kitchen" {
            plant.streams.insert(one.completed_on, load.stream.clone());
        }
        days.push(one.completed_on);
        if matches!(one.method.as_str(), "D10" | "Y10") {
            *plant.burnt.entry(one.completed_on).or_default() += one.mass_g.0;
        }
    }
    let on = days.first().copied().unwrap_or_else(|| legal_day(seen.occurred_at));
    let ash: i64 =
        data.residues.iter().filter(|one| one.waste_code == ASH).map(|one| one.mass_g.0).sum();
    if ash > 0 {
        *plant.residues.entry(on).or_default() += ash;
    }
    let kept =
        [(&mut plant.treated, TREATED_DAYS), (&mut plant.burnt, DAYS), (&mut plant.residues, DAYS)];
    for (book, days) in kept {
        forget(book, days);
    }
    forget(&mut plant.proofs, 5);
    forget(&mut plant.streams, TREATED_DAYS);
    days.sort_unstable();
    days.dedup();
    for day in days {
        too_much(w, load, day);
        stood_still(w, (load.to_site, day), Some((load, seen.position)));
    }
}

/// More in a day than all of a site's licences rate it for.
fn too_much(w: &mut Watch, load: &Load, day: NaiveDate) {
    let ids: Vec<LicenceId> = load.items.iter().filter_map(|item| Some(item.licence?.0)).collect();
    let rated =
        ids.iter().filter_map(|id| w.licences.get(id)?.rated_daily_g).map(|mass| mass.0).max();
    let Some(rated) = rated.filter(|mass| *mass > 0) else { return };
    let Some(plant) = w.plants.get(&load.to_site) else { return };
    let treated = plant.treated.get(&day).copied().unwrap_or(0);
    let percent = treated as f64 / rated as f64 * 100.0;
    let limit = w.param(Param::Al38Load, &load.to_division);
    if percent <= limit {
        return;
    }
    let proofs = plant.proofs.get(&day).cloned().unwrap_or_default();
    let Some(mut finding) = w.of_site(38, load.to_site, &load.stream) else { return };
    finding.key = day.to_string();
    finding.manifests = vec![load.id];
    finding.proofs = proofs;
    finding.evidence = json!({
        "day": day, "treated_kg": treated as f64 / 1000.0, "rated_kg": rated as f64 / 1000.0,
        "percent": percent.round(), "limit_percent": limit,
    });
    w.raise(finding);
}

/// Ash that a plant enters in its own ledger.
pub fn ledger(w: &mut Watch, entry: &LedgerEntry, _seen: &Seen<'_>) {
    if entry.kind != LedgerKind::Produced || entry.waste_code != ASH {
        return;
    }
    if let Some(plant) = w.plants.edit(&entry.site_id) {
        *plant.entered.entry(legal_day(entry.occurred_at)).or_default() += entry.mass_g.0;
        forget(&mut plant.entered, DAYS);
    }
}

/// Treated on a day of which the plant itself told that it was down, or that it treated nothing.
fn stood_still(w: &mut Watch, (site, day): (SiteId, NaiveDate), by: Option<(&Load, i64)>) {
    let Some(plant) = w.plants.get(&site) else { return };
    let (treated, stream) = (plant.treated.get(&day), plant.streams.get(&day));
    let Some((mass, stream)) = treated.filter(|mass| **mass > 0).zip(stream) else { return };
    let Some((status, position)) = plant.idle.get(&day).copied() else { return };
    let mut proofs = plant.proofs.get(&day).cloned().unwrap_or_default();
    proofs.push(position);
    proofs.extend(by.map(|(_, position)| position));
    let evidence = json!({
        "day": day, "status": status.as_str(), "told_kg": 0, "treated_kg": *mass as f64 / 1000.0,
    });
    let Some(finding) = w.of_site(38, site, stream) else { return };
    let manifests = by.map(|(load, _)| load.id).into_iter().collect();
    w.raise(Finding { key: idle_key(day), manifests, proofs, evidence, ..finding });
}

fn idle_key(day: NaiveDate) -> String {
    format!("idle {day}")
}

/// A plant tells of a day that it stood still, or takes it back.
fn idle(w: &mut Watch, entry: &FacilityDay, position: i64) {
    let (site, day) = (entry.site_id, entry.day);
    if entry.status != Running::Down && entry.treated_g.is_none_or(|mass| mass.0 > 0) {
        if let Some(plant) = w.plants.edit(&site) {
            plant.idle.remove(&day);
        }
        w.clear(RuleId(38), (About::Site, site.uuid()), &idle_key(day), Gone::Corrected);
        return;
    }
    let idle = &mut w.plants.entry(site).idle;
    idle.insert(day, (entry.status, position));
    forget(idle, TREATED_DAYS);
    stood_still(w, (site, day), None);
}

/// A plant tells how much it treated on a day.
pub fn day(w: &mut Watch, entry: &FacilityDay, position: i64) {
    idle(w, entry, position);
    let Some(treated) = entry.treated_g.map(|mass| mass.0).filter(|mass| *mass > 0) else { return };
    let mut rated = 0;
    for (_, licence) in w.licences.iter().filter(|(_, one)| one.site_id == entry.site_id) {
        rated = rated.max(licence.rated_daily_g.map_or(0, |mass| mass.0));
    }
    let division = w.division(entry.site_id);
    let limit = w.param(Param::Al38Load, &division);
    if rated <= 0 || treated as f64 / rated as f64 * 100.0 <= limit {
        return;
    }
    let Some(mut finding) = w.of_site(38, entry.site_id, "hazardous") else { return };
    finding.key = entry.day.to_string();
    finding.evidence = json!({
        "day": entry.day, "treated_kg": treated as f64 / 1000.0, "rated_kg": rated as f64 / 1000.0,
    });
    w.raise(finding);
}

/// Days over which residues are added up at most: a small plant burns little in a month.
const ASH_DAYS: i64 = 240;

/// Residues against what was burnt, over as long as it takes to burn enough.
pub fn month(w: &mut Watch, site: SiteId) {
    recovery::month(w, site);
    let division = w.division(site);
    let window = w.param(Param::Al70Window, &division) as i64;
    let least = w.param(Param::Al70LeastTreated, &division) * 1e6;
    let widen = w.param(Param::Al70Widen, &division) / 100.0;
    let today = legal_day(w.now());
    let Some(plant) = w.plants.get(&site) else { return };
    let sum = |book: &BTreeMap<NaiveDate, i64>, from: NaiveDate| {
        book.range(from..).map(|(_, mass)| mass).sum::<i64>() as f64
    };
    let from = |days: i64| today - TimeDelta::days(days);
    let mut days = window;
    while sum(&plant.burnt, from(days)) < least && days < ASH_DAYS {
        days += window;
    }
    let burnt = sum(&plant.burnt, from(days));
    if burnt < least {
        return;
    }
    // The same ash may stand in the completion and in the ledger.
    let residues = sum(&plant.residues, from(days)).max(sum(&plant.entered, from(days)));
    let rows = ["GC23", "GC24"].map(|id| w.reference.catalogue.coefficient(id));
    let low = rows.iter().flatten().filter_map(|row| row.low).sum::<f64>() * (1.0 - widen);
    let high = rows.iter().flatten().filter_map(|row| row.high).sum::<f64>() * (1.0 + widen);
    let ratio = residues / burnt;
    // What is burnt on the last days leaves its ash on the next.
    if (low * 0.8..=high * 1.2).contains(&ratio) {
        w.clear(RuleId(70), (About::Site, site.uuid()), "", Gone::Normal);
        return;
    }
    let Some(finding) = w.of_site(70, site, "hazardous") else { return };
    let evidence = json!({
        "burnt_kg": burnt / 1000.0, "residues_kg": residues / 1000.0,
        "ratio": (ratio * 1000.0).round() / 1000.0, "low": low, "high": high, "days": days,
    });
    w.raise(Finding { evidence, ..finding });
}
