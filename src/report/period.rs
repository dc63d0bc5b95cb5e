//! What a report covers and when it is due: calendar months, quarters and years of Beijing, and the
//! rows of `seeds/deadline_rules.csv` that give each its last day. Pure.
//!
//! HJ 1259-2022, 7.2: key units report each month by the 15th of the next, simplified units each
//! quarter by the 15th of the first month of the next, and all three classes each year by 31 March
//! of the next. These are calendar days, as the text has them: no working day moves them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::{Catalogue, DeadlineRule};
use crate::clock::{beijing, legal_day};
use crate::problem::Problem;
use crate::registry::producer::ManagementClass;
use crate::wire::api_enum;

api_enum! {
    /// What a report of the ledger covers.
    pub enum ReportPeriod {
        Month = "month",
        Quarter = "quarter",
        Year = "year",
    }
}

impl ReportPeriod {
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// How many a year has.
    const fn in_a_year(self) -> u32 {
        12 / self.months()
    }

    /// The row of the table of deadlines that says who owes such reports, and until when.
    const fn rule_id(self) -> &'static str {
        match self {
            Self::Month => "DL13",
            Self::Quarter => "DL14",
            Self::Year => "DL15",
        }
    }
}

/// A month, quarter or year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub kind: ReportPeriod,
    pub year: i32,
    /// From 1; the number of a year is 1.
    pub number: u32,
}

/// What a report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportPeriodView {
    pub kind: ReportPeriod,
    pub year: i32,
    /// 1 to 12 of a month, 1 to 4 of a quarter, 1 of a year.
    pub number: u32,
    /// The first day, Beijing.
    pub from: NaiveDate,
    /// The last day, which counts.
    pub to: NaiveDate,
}

impl From<Period> for ReportPeriodView {
    fn from(period: Period) -> Self {
        let Period { kind, year, number } = period;
        Self { kind, year, number, from: period.first(), to: period.last() }
    }
}

impl Period {
    /// `None` where a year has no such number. A year needs none.
    pub fn of(kind: ReportPeriod, year: i32, number: Option<u32>) -> Option<Self> {
        let number = match kind {
            ReportPeriod::Year => number.unwrap_or(1),
            ReportPeriod::Month | ReportPeriod::Quarter => number?,
        };
        (1..=kind.in_a_year()).contains(&number).then_some(Self { kind, year, number })
    }

    /// All of a year, in the order of their last days; of one day, the shorter first.
    pub fn all_of(year: i32) -> Vec<Self> {
        let mut all = Vec::with_capacity(17);
        for kind in ReportPeriod::ALL {
            let numbers = 1..=kind.in_a_year();
            all.extend(numbers.map(|number| Self { kind: *kind, year, number }));
        }
        all.sort_by_key(|period| period.rank());
        all
    }

    pub fn first(self) -> NaiveDate {
        let month = (self.number - 1) * self.kind.months() + 1;
        NaiveDate::from_ymd_opt(self.year, month, 1).unwrap_or_default()
    }

    pub fn last(self) -> NaiveDate {
        let after = self.after();
        after.checked_sub_days(Days::new(1)).unwrap_or(after)
    }

    /// The day after the last.
    fn after(self) -> NaiveDate {
        let months = Months::new(self.kind.months());
        self.first().checked_add_months(months).unwrap_or_default()
    }

    /// The instant at which it begins.
    pub fn begins(self) -> DateTime<Utc> {
        midnight(self.first())
    }

    /// The first instant that it does not have.
    pub fn ends(self) -> DateTime<Utc> {
        midnight(self.after())
    }

    /// Whether its last day is over.
    pub fn is_over(self, now: DateTime<Utc>) -> bool {
        legal_day(now) > self.last()
    }

    /// Its place among all periods: by the last day, of one day the shorter first.
    pub fn rank(self) -> i64 {
        let last = self.last();
        let day = i64::from(last.year()) * 10_000 + i64::from(last.month() * 100 + last.day());
        day * 100 + i64::from(self.kind.months())
    }

    /// Until when it is to be reported: that day still counts. `None` where the row says it in
    /// words that are not known here.
    pub fn due_on(self, rule: &DeadlineRule) -> Option<NaiveDate> {
        let after = self.after();
        match &*rule.unit {
            "day_of_month" | "day_of_first_month_of_quarter" => {
                after.with_day(rule.value.parse().ok()?)
            }
            "date" => {
                let text = format!("{}-{}", after.year(), rule.value);
                NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()
            }
            _ => None,
        }
    }
}

/// Midnight in Beijing, at the beginning of a day.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(beijing()).single();
    local.map(|time| time.to_utc()).unwrap_or_default()
}

/// A rule of the table, as a period has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub due_on: NaiveDate,
    /// The classes that owe it.
    pub classes: Vec<ManagementClass>,
    pub legal_source: String,
}

impl Term {
    pub fn of(period: Period, catalogue: &Catalogue) -> Result<Self, Problem> {
        let id = period.kind.rule_id();
        let unread = || Problem::internal(format!("deadline rule {id} gives no day"));
        let rule = catalogue.deadline_rule(id).ok_or_else(unread)?;
        let words = rule.applies_to.split(';');
        Ok(Self {
            due_on: period.due_on(rule).ok_or_else(unread)?,
            classes: words.filter_map(ManagementClass::parse).collect(),
            legal_source: rule.legal_source.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(kind: ReportPeriod, year: i32, number: u32) -> Period {
        Period::of(kind, year, Some(number)).unwrap()
    }

    #[test]
    fn a_year_has_twelve_months_four_quarters_and_itself() {
        use ReportPeriod as P;
        assert_eq!(Period::of(P::Month, 2026, Some(13)), None);
        assert_eq!(Period::of(P::Quarter, 2026, Some(5)), None);
        assert_eq!(Period::of(P::Year, 2026, Some(2)), None);
        assert_eq!(Period::of(P::Month, 2026, Some(0)), None);
        assert_eq!(Period::of(P::Month, 2026, None), None);
        assert_eq!(Period::of(P::Quarter, 2026, None), None);
        assert_eq!(Period::of(P::Year, 2026, None), Period::of(P::Year, 2026, Some(1)));
        let all = Period::all_of(2026);
        assert_eq!(all.len(), 17);
        let months = |range: std::ops::Range<usize>| {
            all[range].iter().map(|one| (one.kind.months(), one.number)).collect::<Vec<_>>()
        };
        assert_eq!(months(0..5), [(1, 1), (1, 2), (1, 3), (3, 1), (1, 4)]);
        assert_eq!(months(14..17), [(1, 12), (3, 4), (12, 1)]);
        assert!(all.is_sorted_by(|a, b| a.rank() < b.rank()));
        assert!(all[16].rank() < Period::all_of(2027)[0].rank());
    }

    #[test]
    fn periods_begin_and_end_in_beijing() {
        let february = period(ReportPeriod::Month, 2028, 2);
        assert_eq!((february.first(), february.last()), (day("2028-02-01"), day("2028-02-29")));
        assert_eq!(february.begins().to_rfc3339(), "2028-01-31T16:00:00+00:00");
        assert_eq!(february.ends().to_rfc3339(), "2028-02-29T16:00:00+00:00");
        let is_over = |time: &str| february.is_over(time.parse().unwrap());
        assert!(!is_over("2028-02-29T15:59:59.999Z"));
        assert!(is_over("2028-02-29T16:00:00Z"));
        let fourth = period(ReportPeriod::Quarter, 2026, 4);
        assert_eq!((fourth.first(), fourth.last()), (day("2026-10-01"), day("2026-12-31")));
        let year = period(ReportPeriod::Year, 2026, 1);
        assert_eq!((year.first(), year.last()), (day("2026-01-01"), day("2026-12-31")));
    }

    #[test]
    fn the_last_day_is_the_fifteenth_or_the_end_of_march() {
        let catalogue = Catalogue::load().unwrap();
        for (kind, year, number, due_on, classes) in [
            (ReportPeriod::Month, 2026, 10, "2026-11-15", "key"),
            (ReportPeriod::Month, 2026, 12, "2027-01-15", "key"),
            (ReportPeriod::Month, 2027, 1, "2027-02-15", "key"),
            (ReportPeriod::Quarter, 2026, 1, "2026-04-15", "simplified"),
            (ReportPeriod::Quarter, 2026, 3, "2026-10-15", "simplified"),
            (ReportPeriod::Quarter, 2026, 4, "2027-01-15", "simplified"),
            (ReportPeriod::Year, 2026, 1, "2027-03-31", "key simplified registered"),
        ] {
            let term = Term::of(period(kind, year, number), &catalogue).unwrap();
            assert_eq!(term.due_on, day(due_on), "{kind} {number} of {year}");
            let words: Vec<&str> = term.classes.iter().map(|class| class.as_str()).collect();
            assert_eq!(words.join(" "), classes, "{kind}");
            assert!(term.legal_source.starts_with("HJ 1259-2022"), "{}", term.legal_source);
        }
    }
}
