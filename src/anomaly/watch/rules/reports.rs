//! Reports of ledgers: which of them a site owes, as `GET /reports` lists them, and which came late
//! or not at all.
//!
//! AL41. The class is that of the day on which the period ended: the largest of the three years
//! before at one site, or of the year as far as it had come; own treatment; a licence. A register
//! that nobody uses yet says nothing: a case needs that others have filed for the same period.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::{Reported, Seen};
use super::super::stats::forget;
use super::super::timers::Timer;
use super::registers::{next_month, nobody, was_active};
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::rule::RuleId;
use crate::clock::{legal_day, rfc3339};
use crate::ids::{LicenceId, SiteId};
use crate::manifest::Happening;
use crate::registry::producer::{KEY_FROM, ManagementClass, SIMPLIFIED_FROM};
use crate::registry::{
    LedgerEntry, LedgerKind, Licence, LicenceKind, LicenceStatus, Part, Site, SiteKind, Standing,
};

/// Years that a class looks back, and that are remembered.
const YEARS_BEFORE: i32 = 3;
const YEARS: usize = 6;

/// A kind of period, its year and its number.
pub type Period<'a> = (&'a str, i32, u32);

/// What a site's ledger tells of its class, kitchen waste apart.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Books {
    /// The day of the oldest entry.
    pub first: Option<NaiveDate>,
    /// Years that have entries, the newest.
    pub years: BTreeMap<i32, Year>,
}

/// Grams that a site made in a year, and by month as long as the year is one of the newest two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Year {
    pub made_g: i64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_month: BTreeMap<u32, i64>,
}

/// What makes the class of an organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Class {
    pub years: BTreeMap<i32, Reached>,
    /// Its treatment sites, but for kitchen waste, and its licences.
    pub plants: BTreeSet<SiteId>,
    pub licences: BTreeSet<LicenceId>,
}

/// The month of a year in which one of its sites came to so much, and first treated its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reached {
    pub simplified: Option<u32>,
    pub key: Option<u32>,
    pub treated: Option<u32>,
}

pub fn site(w: &mut Watch, entry: &Site) {
    let kitchen = entry.facility_kind.as_deref() == Some("kitchen_plant");
    let is_plant = entry.kind == SiteKind::Treatment && !kitchen;
    let had = w.classes.get(&entry.organisation_id);
    let knows = had.is_some_and(|class| class.plants.contains(&entry.id));
    if knows != (is_plant && entry.status != Standing::Closed) {
        let plants = &mut w.classes.entry(entry.organisation_id).plants;
        if knows {
            plants.remove(&entry.id)
        } else {
            plants.insert(entry.id)
        };
    }
}

pub fn licence(w: &mut Watch, entry: &Licence) {
    let counts = entry.kind != LicenceKind::KitchenPermit && entry.status != LicenceStatus::Lapsed;
    let licences = &mut w.classes.entry(entry.organisation_id).licences;
    if counts {
        licences.insert(entry.id)
    } else {
        licences.remove(&entry.id)
    };
}

/// An entry of a ledger by hand.
pub fn ledger(w: &mut Watch, entry: &LedgerEntry) {
    let at = (entry.site_id, entry.occurred_at, entry.waste_code.as_str());
    match entry.kind {
        LedgerKind::Stored | LedgerKind::TakenOut => {}
        LedgerKind::Produced => entered(w, at, entry.mass_g.0, false),
        LedgerKind::SelfTreated => entered(w, at, 0, true),
        _ => entered(w, at, 0, false),
    }
}

/// The entries that follow from a manifest: made with its filing, moved out with its departure.
pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    let leaves = match happening {
        Happening::Filed(_) => false,
        Happening::Departed(_) => true,
        Happening::Received(_) => load.departed_at.is_none(),
        _ => return,
    };
    if load.is_return() {
        return;
    }
    for item in load.items.iter().filter(|item| item.own_g > 0) {
        let at = (load.from_site, seen.occurred_at, item.code.as_str());
        if leaves {
            entered(w, at, 0, false);
        } else if item.produce {
            entered(w, at, item.own_g, false);
        }
    }
}

fn entered(
    w: &mut Watch,
    (site, at, code): (SiteId, DateTime<Utc>, &str),
    made_g: i64,
    treats: bool,
) {
    if code.starts_with("CY-") {
        return;
    }
    let day = legal_day(at);
    let (year, month) = (day.year(), day.month());
    let books = &mut w.owed.entry(site).books;
    books.first = Some(books.first.map_or(day, |first| first.min(day)));
    let newest = books.years.last_key_value().map_or(year, |(newest, _)| (*newest).max(year));
    let of_year = books.years.entry(year).or_default();
    of_year.made_g += made_g;
    if year + 1 >= newest && made_g > 0 {
        *of_year.by_month.entry(month).or_default() += made_g;
    }
    let told = of_year.clone();
    for (_, old) in books.years.iter_mut().filter(|(one, _)| **one + 1 < newest) {
        old.by_month.clear();
    }
    forget(&mut books.years, YEARS);
    let Some(organisation) = w.sites.get(&site).map(|site| site.organisation_id) else { return };
    if made_g == 0 && !treats {
        return;
    }
    let years = &mut w.classes.entry(organisation).years;
    let reached = years.entry(year).or_default();
    let sooner = |was: Option<u32>, now: Option<u32>| was.into_iter().chain(now).min();
    reached.simplified = sooner(reached.simplified, told.reaches(SIMPLIFIED_FROM.0));
    reached.key = sooner(reached.key, told.reaches(KEY_FROM.0));
    if treats {
        reached.treated = sooner(reached.treated, Some(month));
    }
    forget(years, YEARS);
}

impl Year {
    /// The month by whose end so much was made; of a year long over the last.
    fn reaches(&self, grams: i64) -> Option<u32> {
        let mut sum = 0;
        let mut months = self.by_month.iter();
        let by_month = months.find(|(_, made)| {
            sum += **made;
            sum >= grams
        });
        by_month.map(|(month, _)| *month).or((self.made_g >= grams).then_some(12))
    }
}

/// The last day of a period, and its last month.
fn ends((kind, year, number): Period<'_>) -> (NaiveDate, u32) {
    let month = match kind {
        "month" => number,
        "quarter" => number * 3,
        _ => 12,
    };
    let after = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let after = NaiveDate::from_ymd_opt(after.0, after.1, 1).unwrap_or_default();
    (after.pred_opt().unwrap_or(after), month)
}

/// The class of the organisation of a site at the end of a period.
fn class(w: &Watch, site: &Site, period: Period<'_>) -> ManagementClass {
    let Some(class) = w.classes.get(&site.organisation_id) else {
        return ManagementClass::Registered;
    };
    let (last, month) = ends(period);
    let day = last.min(legal_day(w.now()));
    let before = class.years.range(period.1 - YEARS_BEFORE..period.1).map(|(_, year)| (year, 12));
    let this = class.years.get(&period.1).map(|year| (year, month));
    let all: Vec<(&Reached, u32)> = before.chain(this).collect();
    let by = |read: fn(&Reached) -> Option<u32>| {
        all.iter().any(|(year, until)| read(year).is_some_and(|month| month <= *until))
    };
    let mut licences = class.licences.iter().filter_map(|id| w.licences.get(id));
    let holds = licences.any(|one| one.valid_from <= day && day <= one.valid_to);
    if by(|year| year.key) || by(|year| year.treated) || holds || !class.plants.is_empty() {
        ManagementClass::Key
    } else if by(|year| year.simplified) {
        ManagementClass::Simplified
    } else {
        ManagementClass::Registered
    }
}

/// Whether the kind of business makes kitchen waste alone.
fn is_kitchen(w: &Watch, site: &Site) -> bool {
    let business = site.business.as_deref().unwrap_or_default();
    let kind = w.reference.catalogue.organisation_kind(business);
    kind.is_some_and(|kind| &*kind.default_streams == "kitchen")
}

/// Whether a site owes the report of a period, as `report::duty_store` decides it.
pub fn owes(w: &Watch, id: SiteId, period: Period<'_>) -> bool {
    let Some(site) = w.sites.get(&id) else { return false };
    let owner = w.organisation(site.organisation_id);
    let produces = |owner: &crate::registry::Organisation| {
        owner.roles.contains(&Part::Producer) && owner.status != Standing::Closed
    };
    if !owner.is_some_and(produces) {
        return false;
    }
    let none = Books::default();
    let books = w.owed.get(&id).map_or(&none, |owed| &owed.books);
    let (last, _) = ends(period);
    let in_year = books.years.contains_key(&period.1);
    let before = books.first.is_some_and(|first| first.year() < period.1);
    let makes = site.kind == SiteKind::Production && !is_kitchen(w, site);
    if (site.status == Standing::Closed && !in_year) || !(before || in_year || makes) {
        return false;
    }
    let since = w.registered.get(&id.uuid()).and_then(|papers| papers.since);
    let was_there = since.is_some_and(|since| legal_day(since) <= last);
    let reaches_back = books.first.is_some_and(|first| first <= last);
    let row = match period.0 {
        "month" => "DL13",
        "quarter" => "DL14",
        _ => "DL15",
    };
    let class = class(w, site, period);
    let rule = w.reference.catalogue.deadline_rule(row);
    let is_of_class =
        rule.is_some_and(|rule| rule.applies_to.split(';').any(|one| one == class.as_str()));
    is_of_class && (was_there || reaches_back)
}

pub fn is_filed(w: &Watch, site: SiteId, (kind, year, number): Period<'_>) -> bool {
    let period = (kind.to_owned(), year, number);
    w.owed.get(&site).is_some_and(|owed| owed.reports.contains(&period))
}

/// The key of a period's case: `month 2026-03`.
pub fn named((kind, year, number): Period<'_>) -> String {
    format!("{kind} {year}-{number:02}")
}

pub fn report(w: &mut Watch, entry: &Reported, seen: &Seen<'_>) {
    let period = (entry.period.clone(), entry.year, entry.number);
    w.owed.entry(entry.site_id).reports.insert(period.clone());
    w.owed.entry(nobody()).reports.insert(period);
    let about = (About::Site, entry.site_id.uuid());
    let key = named((&entry.period, entry.year, entry.number));
    let is_late = legal_day(entry.submitted_at) > entry.due_on && entry.version == 1;
    if is_late
        && entry.is_required
        && !w.is_raised(RuleId(41), about, &key)
        && let Some(mut finding) = w.of_site(41, entry.site_id, "hazardous")
    {
        finding.key.clone_from(&key);
        finding.proofs = vec![seen.position];
        finding.evidence = json!({
            "period": key, "due_on": entry.due_on,
            "submitted_at": rfc3339(entry.submitted_at),
        });
        w.raise(finding);
    }
    w.clear(RuleId(41), about, &key, Gone::CameLate);
}

/// On the 16th: the month before, the quarter before, and in April the year before.
pub fn due(w: &mut Watch, site: SiteId) {
    let today = legal_day(w.now());
    w.timers.set(Timer::Report, site.uuid(), next_month(today, 16));
    let (year, month) = (today.year(), today.month());
    let before = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    check(w, site, ("month", before.0, before.1));
    if month % 3 == 1 {
        let quarter = if month == 1 { (year - 1, 4) } else { (year, (month - 1) / 3) };
        check(w, site, ("quarter", quarter.0, quarter.1));
    }
    if month == 4 {
        check(w, site, ("year", year - 1, 1));
    }
}

fn check(w: &mut Watch, site: SiteId, period: Period<'_>) {
    // Where nothing was for a year there is nothing to be late with that anybody misses.
    let today = legal_day(w.now());
    if is_filed(w, site, period)
        || !is_filed(w, nobody(), period)
        || !was_active(w, site, today)
        || !owes(w, site, period)
    {
        return;
    }
    let Some(mut finding) = w.of_site(41, site, "hazardous") else { return };
    finding.key = named(period);
    finding.evidence = json!({"period": finding.key});
    w.raise(finding);
}
