//! Identity and papers: what the receiver found otherwise than the manifest says, weights that
//! repeat or are too round, manifests voided and edited, both parties by one hand, numbers.
//!
//! AL03 to AL06, AL15, AL43, AL44, AL46, AL64, AL71, AL72.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::{chance_9, chi_square, gcd};
use super::super::time::{Month, days, month_of, named};
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::param::Param;
use crate::anomaly::rule::Severity;
use crate::clock::{legal_day, rfc3339};
use crate::ids::ManifestId;
use crate::manifest::{Filed, Happening, Received, number_parts};

/// Weights that are looked at together were filed within so many days.
const DIGIT_DAYS: i64 = 120;

/// The newest weights that a producer's site filed, in grams, and digits of many.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Weights {
    pub newest: Vec<(i64, ManifestId)>,
    pub many: Vec<i64>,
    /// The day on which each of those was filed, counted from 1970: it is kept with each weight,
    /// and a number is short.
    #[serde(default)]
    pub days: Vec<i64>,
    pub proofs: Vec<i64>,
}

/// What an organisation filed and took back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filings {
    /// Times of the newest that were not of a round.
    pub newest: Vec<(DateTime<Utc>, ManifestId)>,
    /// Of the counts.
    pub month: Month,
    pub filed: u32,
    pub undone: Vec<ManifestId>,
}

impl Filings {
    /// What is counted is of one month.
    fn turn(&mut self, month: Month) {
        if self.month != month {
            (self.month, self.filed) = (month, 0);
            self.undone.clear();
        }
    }
}

/// The newest number of a prefix and year.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Serial {
    pub last: u64,
}

/// Receipts at a site that came too quickly, or by the hand that had sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Hands {
    pub quick: Vec<ManifestId>,
    pub same: Vec<ManifestId>,
    pub receipts: u32,
    /// The fewest minutes from an arrival to its receipt.
    #[serde(default)]
    pub shortest: Option<f64>,
}

/// Manifests that a case of many names at most.
const NAMED: usize = 50;

pub fn filed(w: &mut Watch, load: &Load, seen: &Seen<'_>, filed: &Filed) {
    number(w, load, seen);
    outside_plan(w, load, filed);
    burst(w, load, seen);
    if !load.is_return() {
        weights(w, load, seen);
    }
    let filings = w.filings.entry(load.from_org);
    filings.turn(month_of(seen.occurred_at));
    filings.filed += 1;
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Received(data) => {
            mismatches(w, load, data);
            hands(w, load, seen);
        }
        Happening::Cancelled(_) => undone(w, load, seen),
        Happening::AmendmentApproved(data) if data.is_final => undone(w, load, seen),
        _ => {}
    }
}

/// What was found at the gate differs in a word, not in a mass (Order 23 Art. 18).
fn mismatches(w: &mut Watch, load: &Load, data: &Received) {
    if load.stream == "kitchen" {
        return;
    }
    for (rule, field) in [(3, "name"), (4, "hazard"), (5, "form"), (6, "packaging")] {
        let found: Vec<_> = data.mismatches.iter().filter(|one| one.field == field).collect();
        if found.is_empty() {
            continue;
        }
        let lines: Vec<_> =
            found.iter().map(|one| json!({"line": one.line, "found": one.found})).collect();
        let evidence = json!({"field": field, "lines": lines});
        w.raise(Finding { evidence, ..w.of_load(rule, load) });
    }
}

/// The filing was warned that the plan does not have it: one case a site, code and year.
fn outside_plan(w: &mut Watch, load: &Load, filed: &Filed) {
    if load.stream != "hazardous" || !filed.warnings.iter().any(|one| one.code == "outside_plan") {
        return;
    }
    let year = legal_day(load.filed_at).year();
    let mut codes: Vec<&str> = load.items.iter().map(|item| item.code.as_str()).collect();
    codes.sort_unstable();
    let Some(mut finding) = w.of_site(15, load.from_site, &load.stream) else { return };
    finding.key = format!("{year} {}", codes.join(" "));
    finding.manifests = vec![load.id];
    finding.proofs.clone_from(&load.proofs);
    finding.evidence = json!({
        "year": year, "waste_codes": codes, "mass_kg": load.shipped_g() as f64 / 1000.0,
    });
    w.raise(finding);
}

/// A new account that files many. Who was there from the beginning of the log is not new.
fn burst(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    if load.round.is_some() {
        return;
    }
    let at = seen.occurred_at;
    let opened = w.registered.get(&load.from_org.uuid()).and_then(|papers| papers.since);
    let began = w.mark.began.unwrap_or(at);
    let Some(opened) = opened.filter(|opened| *opened - began > TimeDelta::days(2)) else { return };
    let window = days(w.param(Param::Al72Window, &load.from_division));
    let young = days(w.param(Param::Al72AccountAge, &load.from_division));
    let most = w.param(Param::Al72Manifests, &load.from_division) as usize;
    let filings = w.filings.entry(load.from_org);
    filings.newest.push((at, load.id));
    filings.newest.retain(|(time, _)| at - *time < window);
    let count = filings.newest.len();
    let burst: Vec<ManifestId> = if at - opened < young && count > most {
        filings.newest.iter().map(|(_, id)| *id).take(NAMED).collect()
    } else {
        Vec::new()
    };
    if count > 600 {
        filings.newest.remove(0);
    }
    if burst.is_empty() {
        return;
    }
    let mut finding = w.of_load(72, load);
    finding.about = (About::Organisation, load.from_org.uuid());
    finding.organisations = vec![load.from_org];
    finding.manifests = burst;
    finding.evidence = json!({
        "opened_at": rfc3339(opened), "manifests": count, "days": window.num_days(),
    });
    w.raise(finding);
}

/// Voids and edits of an organisation in a month.
fn undone(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    if load.stream == "kitchen" {
        return;
    }
    let share = w.param(Param::Al43Share, &load.from_division);
    let least = w.param(Param::Al43Least, &load.from_division) as usize;
    let month = month_of(seen.occurred_at);
    let filings = w.filings.entry(load.from_org);
    filings.turn(month);
    filings.undone.push(load.id);
    let (filed, undone) = (filings.filed.max(1), filings.undone.clone());
    let percent = 100.0 * undone.len() as f64 / f64::from(filed);
    // A handful out of a few is no pattern: more than honest life (one in fifty) would bring by
    // chance once in a thousand months.
    let usual = f64::from(filed) * 0.02;
    let far = undone.len() as f64 > usual + 4.5 * usual.max(0.4).sqrt();
    if undone.len() < least || percent <= share || !far {
        return;
    }
    let mut finding = w.of_load(43, load);
    finding.about = (About::Organisation, load.from_org.uuid());
    finding.key = named(month);
    finding.organisations = vec![load.from_org];
    finding.evidence = json!({
        "month": finding.key, "filed": filed, "voided_or_edited": undone.len(),
        "percent": (percent * 10.0).round() / 10.0,
    });
    finding.manifests = undone.into_iter().take(NAMED).collect();
    w.raise(finding);
}

/// How coarse an honest scale for such a mass may be, in grams; ten of them make a round number.
const fn coarse(mass_g: i64) -> i64 {
    match mass_g {
        ..=100_000 => 100,
        100_001..=1_000_000 => 1_000,
        1_000_001..=10_000_000 => 10_000,
        _ => 20_000,
    }
}

/// Divisions of a scale below which a weight repeats by itself.
const COARSE: i64 = 100;

fn weights(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let window = w.param(Param::Al44Window, &load.from_division) as usize;
    let share = w.param(Param::Al44Share, &load.from_division) / 100.0;
    let least = w.param(Param::Al71LeastWeights, &load.from_division) as usize;
    let chance = w.param(Param::Al71PValue, &load.from_division);
    let today = seen.occurred_at.timestamp().div_euclid(86_400);
    for item in &load.items {
        if item.mass_g < COARSE * coarse(item.mass_g) {
            continue;
        }
        let weights = w.weights.entry((load.from_site, item.code.clone()));
        weights.many.push(item.mass_g);
        weights.days.push(today);
        // Months that are long gone say nothing of how somebody weighs now.
        let old = weights.days.iter().take_while(|day| today - **day > DIGIT_DAYS).count();
        weights.days.drain(..old);
        let undated = weights.many.len().saturating_sub(weights.days.len());
        weights.many.drain(..undated);
        // The bins that a round empties are alike: their weights repeat by themselves.
        if load.round.is_none() {
            weights.newest.push((item.mass_g, load.id));
            weights.proofs.push(seen.position);
        }
        let much = weights.newest.len().saturating_sub(window.max(5));
        weights.newest.drain(..much);
        weights.proofs.drain(..much);
        let is_full = weights.many.len() >= least;
        let large = if is_full { std::mem::take(&mut weights.many) } else { Vec::new() };
        if is_full {
            weights.days.clear();
        }
        let is_asked = load.round.is_none() && weights.newest.len() >= window.max(5);
        let odd = if is_asked { weights.repeated(share) } else { None };
        if let Some(repeated) = odd {
            let (newest, proofs) = (weights.newest.clone(), weights.proofs.clone());
            told_again(w, (load, &item.code), (&newest, proofs), (repeated, share));
        }
        if is_full {
            digits(w, (load, &item.code), &large, chance);
        }
    }
}

/// How weights repeat themselves.
#[derive(Clone, Copy, Debug)]
struct Repeated {
    /// How often the most common one stands there, and which that is.
    most: (usize, i64),
    round: usize,
}

impl Weights {
    /// One weight again and again, or round ones only: more than a share of the newest.
    fn repeated(&self, share: f64) -> Option<Repeated> {
        let mut masses: Vec<i64> = self.newest.iter().map(|(mass, _)| *mass).collect();
        masses.sort_unstable();
        let alike = masses.chunk_by(|one, next| one == next).map(|same| (same.len(), same[0]));
        let most = alike.max().unwrap_or_default();
        let is_round = |mass: i64| mass % (10 * coarse(mass)) == 0;
        let round = self.newest.iter().filter(|(mass, _)| is_round(*mass)).count();
        let total = self.newest.len() as f64;
        let is_odd = most.0 as f64 / total > share || round as f64 / total > share;
        is_odd.then_some(Repeated { most, round })
    }
}

fn told_again(
    w: &mut Watch,
    (load, code): (&Load, &str),
    (newest, proofs): (&[(i64, ManifestId)], Vec<i64>),
    (Repeated { most, round }, share): (Repeated, f64),
) {
    let Some(mut finding) = w.of_site(44, load.from_site, &load.stream) else { return };
    code.clone_into(&mut finding.key);
    finding.manifests = newest.iter().map(|(_, id)| *id).collect();
    finding.proofs = proofs;
    finding.evidence = json!({
        "waste_code": code, "weights": newest.len(), "identical": most.0,
        "most_common_kg": most.1 as f64 / 1000.0,
        "round": round, "share_percent": share * 100.0,
    });
    w.raise(finding);
}

/// Divisions over which weights must spread for each digit to be as likely as the others.
const SPREAD: f64 = 12.0;

/// The last digits of many weights, as fine as their scale tells them.
fn digits(w: &mut Watch, (load, code): (&Load, &str), masses: &[i64], chance: f64) {
    let fine = masses.iter().fold(0, |fine, mass| gcd(fine, *mass)).max(1);
    let mut counts = [0_u32; 10];
    for mass in masses {
        let digit = usize::try_from(mass / fine % 10).unwrap_or(0);
        counts[digit] += 1;
    }
    // Weights that are nearly alike have no last digit to speak of.
    let total = masses.len().max(1) as f64;
    let mean = masses.iter().sum::<i64>() as f64 / total;
    let var = masses.iter().map(|mass| (*mass as f64 - mean).powi(2)).sum::<f64>() / total;
    let chi = chi_square(&counts);
    let mut different = masses.to_vec();
    different.sort_unstable();
    different.dedup();
    let is_smooth = var.sqrt() >= SPREAD * fine as f64 && different.len() * 5 >= masses.len() * 2;
    if !is_smooth || chance_9(chi) >= chance {
        return;
    }
    let Some(mut finding) = w.of_site(71, load.from_site, &load.stream) else { return };
    code.clone_into(&mut finding.key);
    finding.manifests = vec![load.id];
    finding.evidence = json!({
        "waste_code": code, "weights": masses.len(), "division_kg": fine as f64 / 1000.0,
        "last_digits": counts,
        "chi_square": (chi * 10.0).round() / 10.0, "chance": chance_9(chi),
    });
    w.raise(finding);
}

/// Accepted within moments of arrival, or by the hand that had sent it: one case a receiver.
fn hands(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    if load.round.is_some() || load.is_backfill {
        return;
    }
    let shortest = w.param(Param::Al46Shortest, &load.to_division);
    let minutes = load.arrived_at.map(|at| (seen.occurred_at - at).num_seconds() as f64 / 60.0);
    let is_quick = minutes.is_some_and(|minutes| (0.0..shortest).contains(&minutes));
    let is_same = seen.user_id.is_some()
        && seen.user_id == load.departed_by
        && load.to_org != load.from_org
        && !load.carriers.contains(&load.to_org);
    let hands = w.hands.entry(load.to_site);
    hands.receipts += 1;
    let minutes = minutes.filter(|minutes| *minutes >= 0.0);
    hands.shortest = hands.shortest.into_iter().chain(minutes).reduce(f64::min);
    if is_quick {
        hands.quick.push(load.id);
    }
    if is_same {
        hands.same.push(load.id);
    }
    if !is_quick && !is_same {
        return;
    }
    for list in [&mut hands.quick, &mut hands.same] {
        let much = list.len().saturating_sub(NAMED);
        list.drain(..much);
    }
    let hands = hands.clone();
    let Some(mut finding) = w.of_site(46, load.to_site, &load.stream) else { return };
    finding.manifests.clone_from(&hands.quick);
    finding.manifests.extend(&hands.same);
    finding.organisations = load.parties();
    finding.proofs.clone_from(&load.proofs);
    finding.evidence = json!({
        "receipts": hands.receipts, "within_moments": hands.quick.len(),
        "by_the_sender": hands.same.len(), "limit_minutes": shortest,
        "shortest_minutes": hands.shortest, "last_minutes": minutes,
    });
    w.raise(finding);
}

/// Numbers of one prefix and year come one after the other, each once.
fn number(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let Some((prefix, serial)) = number_parts(&load.number) else { return };
    let Ok(serial) = serial.parse::<u64>() else { return };
    let entry = w.serials.entry(prefix.to_owned());
    let last = entry.last;
    entry.last = serial.max(last);
    let gap = i128::from(serial) - i128::from(last) - 1;
    let allowed = i128::from(w.param(Param::Al64Gap, &load.from_division) as i64);
    if last == 0 || (0..=allowed).contains(&gap) {
        return;
    }
    let mut finding = w.of_load(64, load);
    finding.severity = Severity::High;
    finding.proofs = vec![seen.position];
    finding.evidence = json!({"number": load.number, "last_serial": last, "serial": serial});
    w.raise(finding);
}
