//! What plants and collectors owe by the half-year, quarter or year and hand in elsewhere: rows
//! DL43, DL48, DL49. Whether it was done no register says, so there is a reminder and never a case.
//!
//! AL80.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::load::Load;
use super::super::timers::Timer;
use super::deadline::end_of;
use crate::anomaly::finding::{About, Finding};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::legal_day;
use crate::ids::{OrganisationId, SiteId};
use crate::registry::{Site, Standing};

/// A duty that comes again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    /// Results of tests and evaluation of a medical plant, each half-year.
    HalfYear,
    /// What a kitchen plant treated, in the first week of the next quarter.
    Quarter,
    /// The next year's plan of who collects kitchen waste, by 31 December.
    NextYear,
}

impl Duty {
    const fn row(self) -> &'static str {
        match self {
            Self::HalfYear => "DL43",
            Self::Quarter => "DL48",
            Self::NextYear => "DL49",
        }
    }

    const fn stream(self) -> &'static str {
        match self {
            Self::HalfYear => "medical",
            Self::Quarter | Self::NextYear => "kitchen",
        }
    }

    /// The last day of the first term that is not over before `day`, and what it is called.
    fn next(self, day: NaiveDate) -> (NaiveDate, String) {
        let (year, month) = (day.year(), day.month());
        let on = |year, month, of| NaiveDate::from_ymd_opt(year, month, of).unwrap_or(day);
        match self {
            Self::HalfYear if month <= 6 => (on(year, 6, 30), format!("{year}-H1")),
            Self::HalfYear => (on(year, 12, 31), format!("{year}-H2")),
            Self::Quarter => {
                let first = on(year, (month - 1) / 3 * 3 + 1, 1);
                let week = first.checked_add_days(Days::new(6)).unwrap_or(first);
                let (quarter, until) = ((month - 1) / 3, week);
                if day > until {
                    let (year, month) =
                        if quarter == 3 { (year + 1, 1) } else { (year, (quarter + 1) * 3 + 1) };
                    return (on(year, month, 7), before(year, month));
                }
                (until, before(year, quarter * 3 + 1))
            }
            Self::NextYear => (on(year, 12, 31), format!("{}", year + 1)),
        }
    }
}

/// The quarter before the one that begins with a month.
fn before(year: i32, month: u32) -> String {
    if month == 1 { format!("{}-Q4", year - 1) } else { format!("{year}-Q{}", (month - 1) / 3) }
}

/// What a site owes by its kind.
fn of_site(site: &Site) -> Option<Duty> {
    let is = |kind: &str| {
        site.facility_kind.as_deref() == Some(kind) || site.business.as_deref() == Some(kind)
    };
    if is("medical_plant") {
        Some(Duty::HalfYear)
    } else if is("kitchen_plant") {
        Some(Duty::Quarter)
    } else {
        None
    }
}

pub fn site(w: &mut Watch, site: &Site) {
    if let Some(duty) = of_site(site) {
        begin(w, duty, site.id.uuid());
    }
}

/// Who carries kitchen waste plans the next year.
pub fn filed(w: &mut Watch, load: &Load) {
    if load.stream == "kitchen" {
        for carrier in &load.carriers {
            begin(w, Duty::NextYear, carrier.uuid());
        }
    }
}

fn begin(w: &mut Watch, duty: Duty, subject: Uuid) {
    if w.timers.get(Timer::Period, subject).is_none() {
        let from = legal_day(w.now());
        schedule(w, duty, subject, from);
    }
}

/// The morning of the day from which there are so many working days left.
fn reminded_at(w: &Watch, due_on: NaiveDate) -> DateTime<Utc> {
    let days = w.param(Param::Al80Before, "") as u32;
    let day = w.reference.calendar.subtract_working_days(due_on, days);
    end_of(day.pred_opt().unwrap_or(day))
}

fn schedule(w: &mut Watch, duty: Duty, subject: Uuid, mut from: NaiveDate) {
    // Who begins within the last days of a term is reminded of the next.
    loop {
        let (due_on, _) = duty.next(from);
        let at = reminded_at(w, due_on);
        if at > w.now() {
            w.timers.set(Timer::Period, subject, at);
            return;
        }
        let Some(next) = due_on.succ_opt() else { return };
        from = next;
    }
}

pub fn due(w: &mut Watch, subject: Uuid) {
    let today = legal_day(w.now());
    let site = w.sites.get(&SiteId::of(subject)).cloned();
    let duty = site.as_ref().map_or(Some(Duty::NextYear), of_site);
    let Some(duty) = duty else { return };
    let finding = match &site {
        Some(site) if site.status == Standing::Active => w.of_site(80, site.id, duty.stream()),
        Some(_) => None,
        None => of_collector(w, OrganisationId::of(subject)),
    };
    let (due_on, period) = duty.next(today);
    if let Some(mut finding) = finding {
        duty.stream().clone_into(&mut finding.stream);
        finding.key = format!("{} {period}", duty.row());
        finding.evidence = json!({"term": duty.row(), "period": period, "due_on": due_on});
        w.remind(finding);
    }
    schedule(w, duty, subject, due_on.succ_opt().unwrap_or(due_on));
}

fn of_collector(w: &Watch, id: OrganisationId) -> Option<Finding> {
    let entry = w.organisation(id).filter(|entry| entry.status == Standing::Active)?;
    Some(Finding {
        rule: RuleId(80),
        severity: RuleId(80).severity(),
        about: (About::Organisation, id.uuid()),
        key: String::new(),
        stream: String::new(),
        divisions: vec![entry.division.clone()],
        manifests: Vec::new(),
        organisations: vec![id],
        evidence: json!({}),
        proofs: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_follow_each_other_without_a_gap() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (duty, from, due, period) in [
            (Duty::HalfYear, "2026-01-01", "2026-06-30", "2026-H1"),
            (Duty::HalfYear, "2026-06-30", "2026-06-30", "2026-H1"),
            (Duty::HalfYear, "2026-07-01", "2026-12-31", "2026-H2"),
            (Duty::Quarter, "2026-01-01", "2026-01-07", "2025-Q4"),
            (Duty::Quarter, "2026-01-08", "2026-04-07", "2026-Q1"),
            (Duty::Quarter, "2026-04-07", "2026-04-07", "2026-Q1"),
            (Duty::Quarter, "2026-10-08", "2027-01-07", "2026-Q4"),
            (Duty::NextYear, "2026-12-31", "2026-12-31", "2027"),
            (Duty::NextYear, "2027-01-01", "2027-12-31", "2028"),
        ] {
            assert_eq!(duty.next(day(from)), (day(due), period.to_owned()), "{duty:?} {from}");
        }
    }
}
