//! Papers with a term: plans, reports, insurances, emergency plans, and the reminder of a licence's
//! last day. Also the mirror of the registers that other rules look into.
//!
//! AL40, AL77, AL78; AL41 stands in `reports`. A register that nobody uses yet says nothing: AL40
//! speaks once others have filed for the same year.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::seen::{Seen, What};
use super::super::timers::Timer;
use super::deadline::end_of;
use super::{reports, rights};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::{RuleId, Severity};
use crate::clock::legal_day;
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::registry::record::InForce;
use crate::registry::{Licence, LicenceStatus, ManagementPlan, Organisation, SiteKind, Standing};

/// An organisation, as it is now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Party {
    pub entry: Organisation,
}

/// What is on file of an organisation or a site.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Papers {
    /// Since when it is registered.
    pub since: Option<DateTime<Utc>>,
    /// The last day that an insurance or an emergency plan holds, and when the plan was filed.
    pub insured_to: Option<NaiveDate>,
    pub plan_to: Option<NaiveDate>,
    pub plan_filed: Option<NaiveDate>,
}

/// What a site has filed, and whether it makes hazardous waste.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Owed {
    pub plans: BTreeSet<i64>,
    /// Kind, year and number of the periods that were reported.
    pub reports: BTreeSet<(String, i32, u32)>,
    /// The last day on which it had hazardous or medical waste.
    pub active_on: Option<NaiveDate>,
    /// What its ledger tells of its class.
    #[serde(default)]
    pub books: reports::Books,
}

pub fn see(w: &mut Watch, what: &What, seen: &Seen<'_>) {
    match what {
        What::Organisation(entry) => {
            let papers = w.registered.entry(entry.id.uuid());
            papers.since.get_or_insert(seen.recorded_at);
            w.organisations.put(entry.id, Party { entry: entry.clone() });
            if rights::is_withdrawn(entry) {
                rights::on_the_road(w, entry.id);
            }
        }
        What::Site(entry) => {
            let papers = w.registered.entry(entry.id.uuid());
            papers.since.get_or_insert(seen.recorded_at);
            reports::site(w, entry);
            let is_new = w.sites.put(entry.id, (**entry).clone()).is_none();
            if is_new {
                begin(w, entry.id, seen.recorded_at);
            }
        }
        What::Licence(entry) => {
            licence(w, entry);
            if entry.status == LicenceStatus::Suspended {
                rights::licence_on_the_road(w, entry);
            }
        }
        What::Vehicle(entry) => {
            w.vehicles.put(entry.id, entry.clone());
            if entry.status == Standing::Suspended {
                rights::vehicle_on_the_road(w, entry);
            }
        }
        What::Driver(entry) => {
            w.drivers.put(entry.id, entry.clone());
        }
        What::StorageArea(entry) => {
            w.areas.put(entry.id, entry.clone());
        }
        What::Plan(entry) => plan(w, entry),
        What::Report(entry) => reports::report(w, entry, seen),
        What::Insurance(entry) if entry.status == InForce::Active => {
            let papers = w.registered.entry(entry.organisation_id.uuid());
            let to = papers.insured_to.map_or(entry.valid_to, |to| to.max(entry.valid_to));
            papers.insured_to = Some(to);
            let id = entry.organisation_id.uuid();
            w.timers.set(Timer::Insurance, id, end_of(to));
            if end_of(to) > w.now() {
                w.clear(RuleId(77), (About::Organisation, id), "", Gone::Remedied);
            }
        }
        What::EmergencyPlan(entry) if entry.status == InForce::Active => {
            let years = w.param(Param::Al78Oldest, &w.division(entry.site_id)) as i32;
            let papers = w.registered.entry(entry.site_id.uuid());
            papers.plan_to = papers.plan_to.max(Some(entry.valid_to));
            papers.plan_filed = papers.plan_filed.max(Some(entry.filed_on));
            let old = entry.filed_on.with_year(entry.filed_on.year() + years);
            let last = papers.plan_to.unwrap_or(entry.valid_to).min(old.unwrap_or(entry.valid_to));
            let id = entry.site_id.uuid();
            w.timers.set(Timer::EmergencyPlan, id, end_of(last));
            if end_of(last) > w.now() {
                w.clear(RuleId(78), (About::Site, id), "", Gone::Remedied);
            }
        }
        What::Activity(entry) => super::silence::activity(w, entry, seen),
        What::FacilityDay(entry) => super::capacity::day(w, entry, seen.position),
        _ => {}
    }
}

/// A new site: its week, its month and its yearly plan begin.
fn begin(w: &mut Watch, site: SiteId, at: DateTime<Utc>) {
    let id = site.uuid();
    // Spread over the week by the id, so that not all sites are looked at in one instant.
    let spread = i64::from(id.as_bytes()[15]) * 38 + i64::from(id.as_bytes()[14]) % 38;
    w.timers.set(Timer::Week, id, at + chrono::TimeDelta::minutes(10_080 + spread));
    w.timers.set(Timer::Month, id, next_month(legal_day(at), 10));
    w.timers.set(Timer::Plan, id, first_of_april(legal_day(at)));
    w.timers.set(Timer::Report, id, next_month(legal_day(at), 16));
    super::medical::begin(w, site, at);
}

/// The beginning of that day in the month after.
pub fn next_month(day: NaiveDate, of_month: u32) -> DateTime<Utc> {
    let (year, month) =
        if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) };
    let first = NaiveDate::from_ymd_opt(year, month, of_month).unwrap_or(day);
    end_of(first.checked_sub_days(Days::new(1)).unwrap_or(first))
}

fn first_of_april(day: NaiveDate) -> DateTime<Utc> {
    let year = if day.month() >= 4 { day.year() + 1 } else { day.year() };
    end_of(NaiveDate::from_ymd_opt(year, 3, 31).unwrap_or(day))
}

fn licence(w: &mut Watch, entry: &Licence) {
    let id = entry.id.uuid();
    reports::licence(w, entry);
    w.licences.put(entry.id, entry.clone());
    // Told while there is still time to apply, and not when that has passed.
    let days = w.param(Param::Al80Before, "") as u32;
    let told = w.reference.calendar.subtract_working_days(apply_by(w, entry), days);
    w.timers.set(Timer::LicenceSoon, id, end_of(told.pred_opt().unwrap_or(told)));
    if end_of(entry.valid_to) > w.now() {
        w.clear(RuleId(11), (About::Licence, id), "", Gone::Remedied);
    }
}

/// The last day to apply for its renewal (DL24).
fn apply_by(w: &Watch, entry: &Licence) -> NaiveDate {
    let days = w.param(Param::Al11WarnBefore, &w.division(entry.site_id)) as u32;
    w.reference.calendar.subtract_working_days(entry.valid_to, days)
}

fn plan(w: &mut Watch, entry: &ManagementPlan) {
    if entry.status != Standing::Active {
        return;
    }
    if entry.review.is_returned() {
        // Not filed until it is filed again: the last of March asks.
        w.owed.entry(entry.site_id).plans.remove(&entry.year);
        return;
    }
    let is_new = w.owed.entry(entry.site_id).plans.insert(entry.year);
    if is_new {
        w.owed.entry(nobody()).plans.insert(entry.year);
    }
    let key = entry.year.to_string();
    w.clear(RuleId(40), (About::Site, entry.site_id.uuid()), &key, Gone::CameLate);
}

/// Under this id stands what anybody has filed.
pub const fn nobody() -> SiteId {
    SiteId::of(Uuid::nil())
}

/// Waste of the streams that owe plans and reports was at a site.
pub fn active(w: &mut Watch, site: SiteId, at: DateTime<Utc>) {
    let day = legal_day(at);
    if w.owed.get(&site).and_then(|owed| owed.active_on) < Some(day) {
        w.owed.entry(site).active_on = Some(day);
    }
}

pub fn due(w: &mut Watch, timer: Timer, subject: Uuid) {
    match timer {
        Timer::LicenceSoon => licence_soon(w, LicenceId::of(subject)),
        Timer::Insurance => insurance(w, OrganisationId::of(subject)),
        Timer::EmergencyPlan => emergency_plan(w, SiteId::of(subject)),
        Timer::Plan => plan_due(w, SiteId::of(subject)),
        Timer::Report => reports::due(w, SiteId::of(subject)),
        _ => {}
    }
}

fn licence_soon(w: &mut Watch, id: LicenceId) {
    let Some(licence) = w.licences.get(&id) else { return };
    let evidence = json!({"number": licence.number, "valid_to": licence.valid_to,
        "apply_by": apply_by(w, licence)});
    let (site, key) = (licence.site_id, licence.valid_to.to_string());
    let Some(mut finding) = w.of_site(11, site, "hazardous") else { return };
    finding.about = (About::Licence, id.uuid());
    finding.severity = Severity::Info;
    (finding.key, finding.evidence) = (key, evidence);
    w.remind(finding);
}

fn insurance(w: &mut Watch, id: OrganisationId) {
    let to = w.registered.get(&id.uuid()).and_then(|papers| papers.insured_to);
    let Some(entry) = w.organisation(id).filter(|entry| entry.status != Standing::Closed) else {
        return;
    };
    let finding = Finding {
        rule: RuleId(77),
        severity: RuleId(77).severity(),
        about: (About::Organisation, id.uuid()),
        key: String::new(),
        stream: "hazardous".to_owned(),
        divisions: vec![entry.division.clone()],
        manifests: Vec::new(),
        organisations: vec![id],
        evidence: json!({"insured_to": to}),
        proofs: Vec::new(),
    };
    w.raise(finding);
}

fn emergency_plan(w: &mut Watch, site: SiteId) {
    let papers = w.registered.get(&site.uuid()).cloned().unwrap_or_default();
    let Some(mut finding) = w.of_site(78, site, "hazardous") else { return };
    finding.evidence = json!({"filed_on": papers.plan_filed, "valid_to": papers.plan_to});
    w.raise(finding);
}

/// How many sites have waste, and how many of them an emergency plan.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub day: Option<NaiveDate>,
    pub active: usize,
    pub filed: usize,
}

/// Counted once a day, for all sites that ask.
fn tally(w: &mut Watch, today: NaiveDate) -> Tally {
    const PLANS: &str = "emergency plans";
    if let Some(tally) = w.tallies.get(&PLANS.to_owned()).filter(|one| one.day == Some(today)) {
        return tally.clone();
    }
    let mut tally = Tally { day: Some(today), ..Tally::default() };
    for (id, _) in w.owed.iter().filter(|(id, _)| was_active(w, **id, today)) {
        tally.active += 1;
        let papers = w.registered.get(&id.uuid());
        tally.filed += usize::from(papers.is_some_and(|papers| papers.plan_to.is_some()));
    }
    w.tallies.put(PLANS.to_owned(), tally.clone());
    tally
}

/// Most others have filed an emergency plan, and this site never has.
pub fn no_plan_ever(w: &mut Watch, site: SiteId) {
    let today = legal_day(w.now());
    let papers = w.registered.get(&site.uuid()).cloned().unwrap_or_default();
    let settled = papers.since.is_some_and(|since| (today - legal_day(since)).num_days() >= 30);
    if !settled || papers.plan_to.is_some() || !was_active(w, site, today) {
        return;
    }
    let Tally { active, filed, .. } = tally(w, today);
    if filed * 3 < active * 2 {
        return;
    }
    let Some(mut finding) = w.of_site(78, site, "hazardous") else { return };
    finding.evidence = json!({"filed_on": null, "sites": active, "sites_with_a_plan": filed});
    w.raise(finding);
}

/// Whether a site had waste within a year before the day.
pub fn was_active(w: &Watch, site: SiteId, day: NaiveDate) -> bool {
    let active = w.owed.get(&site).and_then(|owed| owed.active_on);
    active.is_some_and(|on| (day - on).num_days() <= 366)
}

fn plan_due(w: &mut Watch, site: SiteId) {
    let today = legal_day(w.now());
    w.timers.set(Timer::Plan, site.uuid(), first_of_april(today));
    let year = i64::from(today.year());
    let filed = |w: &Watch, site| w.owed.get(&site).is_some_and(|owed| owed.plans.contains(&year));
    let makes = w
        .sites
        .get(&site)
        .is_some_and(|site| site.kind == SiteKind::Production && site.status == Standing::Active);
    // Who opened this year files when it opens, and no table says by when.
    let since = w.registered.get(&site.uuid()).and_then(|papers| papers.since);
    let is_new = since.is_some_and(|since| {
        legal_day(since).year() == today.year() && Some(since) != w.mark.began
    });
    if !makes || is_new || !was_active(w, site, today) || filed(w, site) || !filed(w, nobody()) {
        return;
    }
    let Some(mut finding) = w.of_site(40, site, "hazardous") else { return };
    finding.key = year.to_string();
    finding.evidence = json!({"year": year, "due_on": format!("{year}-03-31")});
    w.raise(finding);
}
