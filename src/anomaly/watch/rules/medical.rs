//! Medical waste: how long it lies at an institution, how often it is picked up, whether its mass
//! and kinds fit the beds, whether every box comes, and by which route it is treated.
//!
//! AL47, AL48 (医疗废物管理条例 Art. 17, 25), AL51, AL52, AL53, AL54; AL75 stands in `sorting`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::{days, month_of, named};
use super::super::timers::Timer;
use super::deadline::end_of;
use super::silence::{against_peers, between};
use super::sorting;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::{legal_day, rfc3339};
use crate::ids::{ManifestId, SiteId};
use crate::manifest::Happening;
use crate::registry::{HospitalGrade, LedgerEntry, LedgerKind, Site, Standing};

/// Pickups at a site, of one stream.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pickups {
    pub last: Option<DateTime<Utc>>,
    pub last_manifest: Option<ManifestId>,
    /// When a manifest last wrote the ledger's entry itself (`produce`).
    #[serde(default)]
    pub produced: Option<DateTime<Utc>>,
    /// Those of the last weeks: time, grams by code.
    pub recent: Vec<(DateTime<Utc>, BTreeMap<String, i64>)>,
    pub codes: BTreeSet<String>,
}

/// What lies at an institution by its own ledger.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wards {
    /// By code, oldest first: what is picked up of one kind takes nothing of another with it.
    #[serde(default)]
    pub heaps: BTreeMap<String, Vec<(DateTime<Utc>, i64)>>,
    pub last_entry: Option<DateTime<Utc>>,
    /// When a pickup last left nothing of it behind.
    #[serde(default)]
    pub emptied: Option<DateTime<Utc>>,
}

fn mass_of(heap: &[(DateTime<Utc>, i64)]) -> i64 {
    heap.iter().map(|(_, mass)| mass).sum()
}

impl Wards {
    /// Of the codes of which more than crumbs lies there, the one that has waited longest: since
    /// when, which, and how much of it.
    fn oldest(&self) -> Option<(DateTime<Utc>, &str, i64)> {
        let heaps = self.heaps.iter().map(|(code, heap)| (code.as_str(), heap, mass_of(heap)));
        let heaps = heaps.filter(|(_, _, mass)| *mass > CRUMBS_G);
        heaps.filter_map(|(code, heap, mass)| Some((heap.first()?.0, code, mass))).min()
    }

    /// A pickup takes the oldest of a code with it; where hardly anything is left, all of it.
    fn take(&mut self, code: &str, mut mass: i64, at: DateTime<Utc>) {
        let Some(heap) = self.heaps.get_mut(code) else { return };
        let whole = mass_of(heap);
        for (_, lot) in heap.iter_mut() {
            let part = mass.min(*lot);
            *lot -= part;
            mass -= part;
        }
        heap.retain(|(_, lot)| *lot > 0);
        if mass_of(heap) <= CRUMBS_G.max(whole / 10) {
            heap.retain(|(since, _)| at - *since < FRESH);
        }
        if heap.is_empty() {
            self.heaps.remove(code);
        }
    }
}

/// Weeks of pickups that are remembered.
const MEMORY: TimeDelta = TimeDelta::days(45);
/// A heap of a code of less than this is what two scales disagree about.
const CRUMBS_G: i64 = 1_000;
/// What was entered since the bags were closed.
const FRESH: TimeDelta = TimeDelta::hours(6);
/// Institutions of at most so many beds may use a collection point (名录豁免清单).
const SMALL: i64 = 19;
/// A new institution has so long to begin.
const SETTLING: TimeDelta = TimeDelta::days(7);

/// An institution that the two days bind.
fn is_bound(site: &Site) -> bool {
    site.status == Standing::Active && site.beds.is_some_and(|beds| beds > SMALL)
}

pub fn begin(w: &mut Watch, site: SiteId, at: DateTime<Utc>) {
    if w.sites.get(&site).is_some_and(is_bound) {
        w.timers.set(Timer::Pickup, site.uuid(), at + SETTLING);
    }
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    if load.stream != "medical" {
        return;
    }
    match happening {
        Happening::Filed(_) => route(w, load),
        Happening::Departed(_) => departed(w, load, seen),
        Happening::Received(data) => {
            if load.departed_at.is_none() {
                departed(w, load, seen);
            }
            let missing: Vec<_> = data.items.iter().flat_map(|item| &item.missing).collect();
            if !missing.is_empty() {
                let evidence = json!({"missing_container_ids": missing, "missing": missing.len()});
                w.raise(Finding { evidence, ..w.of_load(53, load) });
            }
        }
        _ => {}
    }
}

/// Pathological and pharmaceutical waste have routes of their own.
fn route(w: &mut Watch, load: &Load) {
    let wrong: Vec<_> = load
        .items
        .iter()
        .filter(|item| match item.code.as_str() {
            "841-003-01" => item.method == "Y11",
            "841-004-01" | "841-005-01" => {
                matches!(item.method.as_str(), "Y11" | "Y12" | "Y13")
            }
            _ => false,
        })
        .map(|item| json!({"line": item.line, "waste_code": item.code, "method": item.method}))
        .collect();
    if !wrong.is_empty() {
        let evidence = json!({"items": wrong});
        w.raise(Finding { evidence, ..w.of_load(54, load) });
    }
}

fn departed(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let (site, at) = (load.from_site, seen.occurred_at);
    let hours = w.param(Param::Al47Limit, &load.from_division);
    let limit = TimeDelta::minutes((hours * 60.0) as i64);
    let oldest = load.items.iter().filter_map(|item| item.stored_since).min();
    if let Some(since) = oldest.filter(|since| at - *since > limit)
        && let Some(finding) = w.of_site(47, site, "medical")
    {
        let key = kept_key(w, site, since);
        let evidence = json!({
            "stored_since": rfc3339(since), "departed_at": rfc3339(at),
            "hours": ((at - since).num_minutes() as f64 / 6.0).round() / 10.0, "limit_hours": hours,
        });
        let manifests = vec![load.id];
        w.raise(Finding { key: key.clone(), evidence, manifests, ..finding });
        // It has left, too late.
        if w.wards.get(&site).is_none_or(|ward| ward.heaps.is_empty()) {
            w.clear(RuleId(47), (About::Site, site.uuid()), &key, Gone::CameLate);
        }
    }
    let pickups = w.pickups.entry((site, "medical".to_owned()));
    let key = named(month_of(pickups.last.unwrap_or(at)));
    pickups.last = Some(at.max(pickups.last.unwrap_or(at)));
    pickups.last_manifest = Some(load.id);
    if load.items.iter().any(|item| item.produce) {
        pickups.produced = pickups.produced.max(Some(load.filed_at));
    }
    let mut by_code: BTreeMap<String, i64> = BTreeMap::new();
    for item in &load.items {
        *by_code.entry(item.code.clone()).or_default() += item.mass_g;
        pickups.codes.insert(item.code.clone());
    }
    match pickups.recent.last_mut() {
        Some((time, codes)) if *time == at => {
            for (code, mass) in by_code {
                *codes.entry(code).or_default() += mass;
            }
        }
        _ => pickups.recent.push((at, by_code)),
    }
    pickups.recent.retain(|(time, _)| at - *time < MEMORY);
    w.clear(RuleId(48), (About::Site, site.uuid()), &key, Gone::CameLate);
    w.clear(RuleId(52), (About::Site, site.uuid()), &key, Gone::CameLate);
    carry_off(w, load, at);
    if w.sites.get(&site).is_some_and(is_bound) {
        let due = pickup_due(w, site, at);
        w.timers.set(Timer::Pickup, site.uuid(), due.max(seen.recorded_at));
    }
}

/// Two days after, when their hours and the last of the days are over.
fn pickup_due(w: &Watch, site: SiteId, last: DateTime<Utc>) -> DateTime<Utc> {
    let hours = w.param(Param::Al48Limit, &w.division(site));
    let after = last + TimeDelta::minutes((hours * 60.0) as i64);
    end_of(legal_day(after)).max(after)
}

/// What lies too long at a site is one case a month, and one altogether for as long as its books
/// never come to nought: what was entered and never taken is one heap, however its
/// days are counted.
fn kept_key(w: &Watch, site: SiteId, since: DateTime<Utc>) -> String {
    let emptied = w.wards.get(&site).and_then(|ward| ward.emptied);
    named(month_of(emptied.map_or(since, |emptied| emptied.min(since))))
}

/// The load takes the oldest of each of its codes with it.
fn carry_off(w: &mut Watch, load: &Load, at: DateTime<Utc>) {
    let site = load.from_site;
    let oldest = w.wards.get(&site).and_then(|ward| ward.oldest()).map(|(since, ..)| since);
    let key = oldest.map(|since| kept_key(w, site, since));
    let limit = kept_at_most(w, site);
    let Some(ward) = w.wards.edit(&site) else { return };
    for item in &load.items {
        ward.take(&item.code, item.mass_g, at);
    }
    if ward.heaps.values().flatten().all(|(since, _)| at - *since < FRESH) {
        ward.emptied = Some(at);
    }
    let is_kept = ward.oldest().is_some_and(|(since, ..)| at - since > limit);
    if let Some(key) = key.filter(|_| !is_kept) {
        w.clear(RuleId(47), (About::Site, site.uuid()), &key, Gone::CameLate);
    }
    watch_heap(w, site);
}

/// How long it may lie there.
fn kept_at_most(w: &Watch, site: SiteId) -> TimeDelta {
    TimeDelta::minutes((w.param(Param::Al47Limit, &w.division(site)) * 60.0) as i64)
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, _seen: &Seen<'_>) {
    if entry.kind != LedgerKind::Produced || !entry.waste_code.starts_with("841-") {
        return;
    }
    if w.sites.get(&entry.site_id).is_none_or(|site| site.beds.is_none()) {
        return;
    }
    let ward = w.wards.entry(entry.site_id);
    let heap = ward.heaps.entry(entry.waste_code.clone()).or_default();
    heap.push((entry.occurred_at, entry.mass_g.0));
    ward.last_entry = Some(entry.occurred_at);
    watch_heap(w, entry.site_id);
}

fn watch_heap(w: &mut Watch, site: SiteId) {
    let oldest = w.wards.get(&site).and_then(|ward| ward.oldest()).map(|(since, ..)| since);
    match oldest {
        Some(since) => {
            w.timers.set(Timer::SiteStore, site.uuid(), since + kept_at_most(w, site));
        }
        None => w.timers.drop(Timer::SiteStore, site.uuid()),
    }
}

pub fn due(w: &mut Watch, timer: Timer, subject: Uuid) {
    let site = SiteId::of(subject);
    if w.kitchens.get(&site).is_some() {
        super::kitchen::due(w, site);
        return;
    }
    match timer {
        Timer::SiteStore => heap_too_old(w, site),
        _ => no_pickup(w, site),
    }
}

fn heap_too_old(w: &mut Watch, site: SiteId) {
    let oldest = w.wards.get(&site).and_then(|ward| ward.oldest());
    let oldest = oldest.map(|(since, code, mass)| (since, code.to_owned(), mass));
    let Some((since, code, mass)) = oldest else { return };
    let Some(mut finding) = w.of_site(47, site, "medical") else { return };
    finding.key = kept_key(w, site, since);
    finding.evidence = json!({
        "waste_code": code, "stored_since": rfc3339(since), "mass_kg": mass as f64 / 1000.0,
        "limit_hours": w.param(Param::Al47Limit, &w.division(site)),
    });
    w.raise(finding);
}

/// Nobody came for two days; after three, nothing is reported at all.
fn no_pickup(w: &mut Watch, site: SiteId) {
    if !w.sites.get(&site).is_some_and(is_bound) {
        return;
    }
    let pickups = w.pickups.get(&(site, "medical".to_owned()));
    let last = pickups.and_then(|pickups| pickups.last);
    let produced = pickups.and_then(|pickups| pickups.produced);
    let since = w.registered.get(&site.uuid()).and_then(|papers| papers.since);
    let from = last.or(since).unwrap_or(w.now());
    let ward = w.wards.get(&site);
    let entered = ward.and_then(|ward| ward.last_entry);
    let has_none = ward.is_some_and(|ward| ward.heaps.is_empty());
    let keeps_books = entered.is_some_and(|entered| w.now() - entered < TimeDelta::days(14));
    let days = w.param(Param::Al52ZeroDays, &w.division(site)) as u64;
    let quiet = entered.map_or(from, |entered| entered.max(from));
    let silent_from =
        end_of(legal_day(quiet).checked_add_days(Days::new(days)).unwrap_or_default());
    let key = named(month_of(from));
    let evidence = json!({
        "last_pickup_at": last.map(rfc3339), "last_entry_at": entered.max(produced).map(rfc3339),
        "hours": (w.now() - from).num_hours(),
    });
    // Its own ledger says that nothing lies there: then nobody need come.
    if last.is_some()
        && !(keeps_books && has_none)
        && let Some(finding) = w.of_site(48, site, "medical")
    {
        let finding = Finding { key: key.clone(), evidence: evidence.clone(), ..finding };
        w.raise(finding);
    }
    if w.now() >= silent_from {
        if let Some(finding) = w.of_site(52, site, "medical") {
            w.raise(Finding { key, evidence, ..finding });
        }
        w.timers.set(Timer::Pickup, site.uuid(), w.now() + TimeDelta::days(14));
    } else {
        w.timers.set(Timer::Pickup, site.uuid(), silent_from);
    }
}

/// Kilograms a bed and day that a kind of institution makes: least and most.
fn range(w: &Watch, site: &Site) -> Option<(f64, f64)> {
    let ids: &[&str] = match (site.business.as_deref(), site.grade) {
        (Some("infectious_hospital"), _) => &["GC06"],
        (_, Some(HospitalGrade::Tertiary)) => &["GC01"],
        (_, Some(HospitalGrade::Secondary)) => &["GC02"],
        (_, Some(HospitalGrade::Primary)) => &["GC03"],
        _ => &["GC01", "GC02", "GC03"],
    };
    let rows: Vec<_> = ids.iter().filter_map(|id| w.reference.catalogue.coefficient(id)).collect();
    let low = rows.iter().filter_map(|row| row.low).reduce(f64::min)?;
    let high = rows.iter().filter_map(|row| row.high).reduce(f64::max)?;
    Some((low, high))
}

/// Once a week: the mass against the beds, the kinds against each other.
pub fn week(w: &mut Watch, site: SiteId) {
    let Some(entry) = w.sites.get(&site).filter(|site| is_bound(site)).cloned() else { return };
    let now = w.now();
    let Some(pickups) = w.pickups.get(&(site, "medical".to_owned())).cloned() else { return };
    let window = days(w.param(Param::Al51Window, &entry.division).max(7.0)) + TimeDelta::days(3);
    let recent: Vec<_> = pickups.recent.iter().filter(|(time, _)| now - *time < window).collect();
    let mass = |codes: &BTreeMap<String, i64>| codes.values().sum::<i64>() as f64 / 1000.0;
    // Each pickup takes what was made since the one before.
    if let (Some((first, _)), Some((last, _))) = (recent.first(), recent.last()) {
        let span = (*last - *first).num_minutes() as f64 / 1440.0;
        if span >= 4.0 && recent.len() >= 3 {
            let kg: f64 = recent.iter().skip(1).map(|(_, codes)| mass(codes)).sum();
            per_bed(w, &entry, (kg / span, span, &pickups));
        }
    }
    sorting::week(w, &entry, &pickups);
}

fn per_bed(w: &mut Watch, site: &Site, (kg_a_day, span, pickups): (f64, f64, &Pickups)) {
    let Some((low, high)) = range(w, site) else { return };
    let beds = site.beds.unwrap_or(0) as f64;
    let told = super::silence::a_day(w, site.id, "bed_days");
    let visits = super::silence::a_day(w, site.id, "visits").unwrap_or(0.0);
    // Without bed-days, between so many and all of the beds are taken (GC09).
    let (least, most) = told.map_or((beds * 0.6, beds), |days| (days, days));
    let outside =
        w.reference.catalogue.coefficient("GC04").and_then(|row| row.high).unwrap_or(0.05);
    let widen = 1.0 + w.param(Param::Al51Widen, &site.division) / 100.0;
    let lower = least * low / widen * 0.9;
    let upper =
        (most * high * 1.1 + visits * outside + if told.is_some() { 0.0 } else { beds * 0.1 })
            * widen;
    let rate = kg_a_day / least.max(most * 0.75).max(1.0);
    let kind = format!("beds {}", site.grade.map_or("", HospitalGrade::as_str));
    let odd = against_peers(w, &kind, site.id, rate);
    let far = odd.is_some_and(|peers| peers.is_far_below(rate));
    let about = (About::Site, site.id.uuid());
    if between(kg_a_day, lower, upper) && !far {
        w.clear(RuleId(51), about, "", Gone::Normal);
        return;
    }
    let Some(mut finding) = w.of_site(51, site.id, "medical") else { return };
    finding.manifests = pickups.last_manifest.into_iter().collect();
    finding.evidence = json!({
        "kg_a_day": (kg_a_day * 10.0).round() / 10.0,
        "days": span.round(),
        "beds": beds, "bed_days_a_day": told,
        "expected_kg_a_day": [(lower * 10.0).round() / 10.0, (upper * 10.0).round() / 10.0],
        "kg_a_bed_and_day": (rate * 1000.0).round() / 1000.0,
        "peers_median": odd.map(|peers| (peers.median * 1000.0).round() / 1000.0),
        "peers": odd.map(|peers| peers.count),
    });
    w.raise(finding);
}
