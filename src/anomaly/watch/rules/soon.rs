//! Reminders of what other rules find late: a load of a collector (AL74), an insurance (AL77), a
//! driver's licence (AL27), a management plan (AL40), a report (AL41). Never a case.
//!
//! What comes round within hours (a hospital's or a kitchen's pickup) has none: it would come
//! before each pickup that is on time.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::timers::Timer;
use super::deadline::{GRACE, end_of};
use super::registers::{nobody, was_active};
use super::reports;
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::{legal_day, rfc3339};
use crate::ids::{DriverId, ManifestId, OrganisationId, SiteId};
use crate::manifest::Happening;
use crate::registry::{Driver, LicenceKind, SiteKind, Standing};

/// Whether somebody took of it what it may only collect.
fn is_to_be_sent_on(w: &Watch, load: &Load) -> bool {
    load.stream != "kitchen"
        && load.accepted_g() > 0
        && load.items.iter().any(|item| is_collected(w, item))
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    let id = load.id.uuid();
    match happening {
        Happening::Received(_) if is_to_be_sent_on(w, load) => {
            let days = w.param(Param::Al74Warn, &load.to_division) as u32;
            let day = legal_day(seen.occurred_at);
            let due = end_of(w.reference.calendar.add_working_days(day, days));
            w.timers.set(Timer::SendOnSoon, id, due.max(seen.recorded_at + GRACE));
        }
        Happening::Completed(_) | Happening::SentOn(_) if load.untreated_g() == 0 => {
            w.timers.drop(Timer::SendOnSoon, id);
        }
        _ => {}
    }
}

fn is_collected(w: &Watch, item: &super::super::load::LoadItem) -> bool {
    let licence = item.licence.and_then(|(licence, _)| w.licences.get(&licence));
    licence.is_some_and(|licence| licence.kind == LicenceKind::Collection)
}

pub fn insurance(w: &mut Watch, id: OrganisationId) {
    let Some(to) = w.registered.get(&id.uuid()).and_then(|papers| papers.insured_to) else {
        return;
    };
    let days = w.param(Param::Al77WarnBefore, &division_of(w, id));
    let at = morning_before(to, days);
    if at > w.now() {
        w.timers.set(Timer::InsuranceSoon, id.uuid(), at);
    } else {
        w.timers.drop(Timer::InsuranceSoon, id.uuid());
    }
}

pub fn driver(w: &mut Watch, entry: &Driver) {
    let id = entry.id.uuid();
    let days = w.param(Param::Al27WarnBefore, &division_of(w, entry.organisation_id));
    let at = entry.licence_valid_to.map(|to| morning_before(to, days));
    match at.filter(|at| *at > w.now()) {
        Some(at) => w.timers.set(Timer::DriverSoon, id, at),
        None => w.timers.drop(Timer::DriverSoon, id),
    }
}

fn division_of(w: &Watch, id: OrganisationId) -> String {
    w.organisation(id).map(|entry| entry.division.clone()).unwrap_or_default()
}

/// The beginning of the day so many days before another.
fn morning_before(to: NaiveDate, days: f64) -> DateTime<Utc> {
    let back = Days::new(days as u64 + 1);
    end_of(to.checked_sub_days(back).unwrap_or(to))
}

/// A new site: its plan and its reports.
pub fn site(w: &mut Watch, id: SiteId, at: DateTime<Utc>) {
    if w.timers.get(Timer::PlanSoon, id.uuid()).is_none() {
        w.timers.set(Timer::PlanSoon, id.uuid(), plan_reminder(w, legal_day(at)));
        w.timers.set(Timer::ReportSoon, id.uuid(), report_reminder(w, legal_day(at)));
    }
}

/// The first morning after a day on which so many working days are left of `last`, by year or
/// month.
fn first_after(
    w: &Watch,
    day: NaiveDate,
    last: impl Iterator<Item = NaiveDate>,
) -> Option<DateTime<Utc>> {
    let days = w.param(Param::Al80Before, "") as u32;
    let remind = |last: NaiveDate| w.reference.calendar.subtract_working_days(last, days);
    let on = last.map(remind).find(|on| *on > day)?;
    Some(end_of(on.pred_opt().unwrap_or(on)))
}

fn plan_reminder(w: &Watch, day: NaiveDate) -> DateTime<Utc> {
    let years = (0..3).filter_map(|ahead| NaiveDate::from_ymd_opt(day.year() + ahead, 3, 31));
    first_after(w, day, years).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn report_reminder(w: &Watch, day: NaiveDate) -> DateTime<Utc> {
    let months = (0..4).filter_map(|ahead| {
        let month = day.month0() + ahead;
        let year = day.year() + (month / 12) as i32;
        NaiveDate::from_ymd_opt(year, month % 12 + 1, 15)
    });
    first_after(w, day, months).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

pub fn due(w: &mut Watch, timer: Timer, subject: Uuid) {
    let finding = match timer {
        Timer::SendOnSoon => send_on(w, ManifestId::of(subject)),
        Timer::InsuranceSoon => insured(w, OrganisationId::of(subject)),
        Timer::DriverSoon => drives(w, DriverId::of(subject)),
        Timer::PlanSoon => {
            w.timers.set(Timer::PlanSoon, subject, plan_reminder(w, legal_day(w.now())));
            plan(w, SiteId::of(subject))
        }
        Timer::ReportSoon => {
            w.timers.set(Timer::ReportSoon, subject, report_reminder(w, legal_day(w.now())));
            report(w, SiteId::of(subject))
        }
        _ => None,
    };
    if let Some(finding) = finding {
        w.remind(finding);
    }
}

fn send_on(w: &Watch, id: ManifestId) -> Option<Finding> {
    let load = w.loads.get(&id).filter(|load| load.untreated_g() > 0)?;
    let mut finding = w.of_receiver(74, load);
    finding.evidence = json!({
        "term": "DL31",
        "received_at": load.received_at.map(rfc3339),
        "untreated_kg": load.untreated_g() as f64 / 1000.0,
        "limit_days": w.param(Param::Al74Limit, &load.to_division),
    });
    Some(finding)
}

/// A finding about an organisation's paper.
fn of_organisation(
    w: &Watch,
    rule: u8,
    id: OrganisationId,
    about: (About, Uuid),
) -> Option<Finding> {
    let entry = w.organisation(id).filter(|entry| entry.status != Standing::Closed)?;
    Some(Finding {
        rule: RuleId(rule),
        severity: RuleId(rule).severity(),
        about,
        key: String::new(),
        stream: "hazardous".to_owned(),
        divisions: vec![entry.division.clone()],
        manifests: Vec::new(),
        organisations: vec![id],
        evidence: json!({}),
        proofs: Vec::new(),
    })
}

fn insured(w: &Watch, id: OrganisationId) -> Option<Finding> {
    let to = w.registered.get(&id.uuid())?.insured_to?;
    let mut finding = of_organisation(w, 77, id, (About::Organisation, id.uuid()))?;
    finding.evidence = json!({"insured_to": to});
    Some(finding)
}

fn drives(w: &Watch, id: DriverId) -> Option<Finding> {
    let driver = w.drivers.get(&id).filter(|driver| driver.status == Standing::Active)?;
    let mut finding = of_organisation(w, 27, driver.organisation_id, (About::Driver, id.uuid()))?;
    finding.evidence = json!({"driver_id": id, "valid_to": driver.licence_valid_to});
    Some(finding)
}

/// The year's plan, of a site that makes waste, where others have ever filed one.
fn plan(w: &Watch, site: SiteId) -> Option<Finding> {
    let today = legal_day(w.now());
    let year = i64::from(today.year());
    let entry = w.sites.get(&site)?;
    let makes = entry.kind == SiteKind::Production && entry.status == Standing::Active;
    let is_used = w.owed.get(&nobody()).is_some_and(|all| !all.plans.is_empty());
    let filed = w.owed.get(&site).is_some_and(|owed| owed.plans.contains(&year));
    if !makes || !is_used || filed || !was_active(w, site, today) {
        return None;
    }
    let mut finding = w.of_site(40, site, "hazardous")?;
    finding.key = year.to_string();
    finding.evidence = json!({"term": "DL12", "year": year, "due_on": format!("{year}-03-31")});
    Some(finding)
}

/// The month before, of who owes its report.
fn report(w: &Watch, site: SiteId) -> Option<Finding> {
    let today = legal_day(w.now());
    let (year, month) = match today.month() {
        1 => (today.year() - 1, 12),
        month => (today.year(), month - 1),
    };
    let period = ("month", year, month);
    let is_used = w.owed.get(&nobody()).is_some_and(|all| !all.reports.is_empty());
    let is_filed = reports::is_filed(w, site, period);
    if !is_used || is_filed || !reports::owes(w, site, period) || !was_active(w, site, today) {
        return None;
    }
    let mut finding = w.of_site(41, site, "hazardous")?;
    finding.key = reports::named(period);
    let due_on = today.with_day(15);
    finding.evidence = json!({"term": "DL13", "period": finding.key, "due_on": due_on});
    Some(finding)
}
