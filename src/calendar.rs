//! Working days (工作日), as deadlines in law count them.
//!
//! Order 23 counts in working days (five to confirm receipt, ten to enter a paper manifest) and the
//! State Council's yearly arrangement moves holidays and makes up for them on weekends. 2025 and
//! 2026 are loaded whole; for 2027 only the statutory days were found, so that year is
//! *provisional*, as is every year without a table, where weekends alone are off. An answer that
//! leans on such a year can change when the arrangement is published: [`Calendar::is_provisional`]
//! says so. Xinjiang's own holidays (肉孜节、古尔邦节) are a jurisdiction layer that is not loaded.
//!
//! A count starts on the day after the event (facts.md: our reading, Order 23 does not say).

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::seed;
use crate::seeds::{SeedError, rows};

/// A day that differs from its weekday: a holiday, or a weekend day that is worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarDay {
    pub date: NaiveDate,
    /// 1 is Monday.
    pub iso_weekday: u32,
    /// `public_holiday`, `makeup_workday`, `statutory_holiday_only`.
    pub day_type: String,
    pub is_working_day: bool,
    /// The year's arrangement was not found: this row will change.
    pub provisional: bool,
    pub name_zh: String,
    pub name_en: String,
    /// Off in exchange for a worked weekend day.
    pub in_lieu: bool,
    pub source: String,
    pub certainty: String,
}

/// One year, for `GET /calendar`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarYear<'a> {
    pub year: i32,
    /// Rows for this year are loaded; without them weekends alone are off.
    pub loaded: bool,
    pub provisional: bool,
    pub working_days: u32,
    /// The days that differ from their weekday.
    pub days: &'a [CalendarDay],
}

/// The working calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// In order, without repeats.
    days: Vec<CalendarDay>,
}

impl Calendar {
    /// Parses the embedded table. An error names file and line and stops the start.
    pub fn load() -> Result<Self, SeedError> {
        let mut days: Vec<CalendarDay> = Vec::new();
        for row in rows::<CalendarDay>(seed!("working_calendar_2026.csv"))? {
            if row.value.date.weekday().number_from_monday() != row.value.iso_weekday {
                return Err(row.wrong("date and weekday disagree"));
            }
            if days.last().is_some_and(|before| before.date >= row.value.date) {
                return Err(row.wrong("days must be in order, each once"));
            }
            days.push(row.value);
        }
        Ok(Self { days })
    }

    /// The row of a day, where it has one.
    pub fn special(&self, day: NaiveDate) -> Option<&CalendarDay> {
        let place = self.days.binary_search_by_key(&day, |special| special.date);
        place.ok().and_then(|index| self.days.get(index))
    }

    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.special(day).map_or(!weekend, |special| special.is_working_day)
    }

    /// The year's arrangement is not known: an answer about this day can still change.
    pub fn is_provisional(&self, day: NaiveDate) -> bool {
        let days = self.of_year(day.year());
        days.is_empty() || days.iter().any(|special| special.provisional)
    }

    /// The last day of a term of `n` working days: the count starts on the day after `day`. For
    /// `n = 0` it is the day itself.
    pub fn add_working_days(&self, day: NaiveDate, n: u32) -> NaiveDate {
        self.walk(day, n, |day| day.succ_opt())
    }

    /// The `n`-th working day before `day`, counted from the day before it («30 working days before
    /// the licence ends»).
    pub fn subtract_working_days(&self, day: NaiveDate, n: u32) -> NaiveDate {
        self.walk(day, n, |day| day.pred_opt())
    }

    fn walk(
        &self,
        from: NaiveDate,
        n: u32,
        step: impl Fn(NaiveDate) -> Option<NaiveDate>,
    ) -> NaiveDate {
        let (mut day, mut left) = (from, n);
        while left > 0 {
            let Some(next) = step(day) else { return day };
            day = next;
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// Working days after `from`, up to `to` and with it; 0 when `to` is not later. A term of `n`
    /// is over when this is more than `n`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let span = u64::try_from((to - from).num_days()).unwrap_or(0);
        let days = (1..=span).filter_map(|ahead| from.checked_add_days(Days::new(ahead)));
        days.filter(|&day| self.is_working_day(day)).count() as u32
    }

    /// One year's rows and their sum; `None` for a year that no date can have.
    pub fn year(&self, year: i32) -> Option<CalendarYear<'_>> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
        let last = NaiveDate::from_ymd_opt(year, 12, 31)?;
        let days = self.of_year(year);
        let working_days =
            self.working_days_between(first, last) + u32::from(self.is_working_day(first));
        Some(CalendarYear {
            year,
            loaded: !days.is_empty(),
            provisional: self.is_provisional(first),
            working_days,
            days,
        })
    }

    fn of_year(&self, year: i32) -> &[CalendarDay] {
        let from = self.days.partition_point(|special| special.date.year() < year);
        let to = self.days.partition_point(|special| special.date.year() <= year);
        &self.days[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::load().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn spring_festival_moves_the_fifth_day_over_the_holiday() {
        let calendar = calendar();
        // 2026: off from 15 to 23 February, made up on Saturdays 14 and 28 February.
        assert!(calendar.is_working_day(day("2026-02-14")));
        assert!(!calendar.is_working_day(day("2026-02-16")));
        assert!(!calendar.is_working_day(day("2026-02-23")));
        assert!(calendar.is_working_day(day("2026-02-24")));
        // Arrived on Thursday the 12th: 13, 14 (made up), 24, 25, 26.
        assert_eq!(calendar.add_working_days(day("2026-02-12"), 5), day("2026-02-26"));
        // 24, 25, 26, 27 and Saturday the 28th, which is worked.
        assert_eq!(calendar.add_working_days(day("2026-02-23"), 5), day("2026-02-28"));
        assert_eq!(calendar.add_working_days(day("2026-02-28"), 1), day("2026-03-02"));
    }

    #[test]
    fn national_day_2026_and_its_makeup_days() {
        let calendar = calendar();
        assert!(calendar.is_working_day(day("2026-09-20")));
        assert!(!calendar.is_working_day(day("2026-10-07")));
        assert!(calendar.is_working_day(day("2026-10-08")));
        assert!(calendar.is_working_day(day("2026-10-10")));
        assert!(!calendar.is_working_day(day("2026-10-11")));
        assert_eq!(calendar.add_working_days(day("2026-09-30"), 1), day("2026-10-08"));
        assert_eq!(calendar.add_working_days(day("2026-09-30"), 5), day("2026-10-13"));
        assert_eq!(calendar.subtract_working_days(day("2026-10-08"), 1), day("2026-09-30"));
    }

    #[test]
    fn a_term_is_over_on_the_day_after_its_last() {
        let calendar = calendar();
        let arrived = day("2026-11-25");
        let last = calendar.add_working_days(arrived, 5);
        assert_eq!(last, day("2026-12-02"));
        assert_eq!(calendar.working_days_between(arrived, last), 5);
        assert_eq!(calendar.working_days_between(arrived, day("2026-12-03")), 6);
        assert_eq!(calendar.working_days_between(arrived, arrived), 0);
        assert_eq!(calendar.working_days_between(arrived, day("2026-11-01")), 0);
        assert_eq!(calendar.add_working_days(arrived, 0), arrived);
    }

    #[test]
    fn years_without_an_arrangement_are_provisional() {
        let calendar = calendar();
        assert!(!calendar.is_provisional(day("2025-06-01")));
        assert!(!calendar.is_provisional(day("2026-12-31")));
        assert!(calendar.is_provisional(day("2027-01-01")));
        assert!(!calendar.is_working_day(day("2027-02-05")));
        assert!(calendar.is_provisional(day("2024-12-31")));
        // Beyond the loaded years: weekends alone.
        assert!(calendar.is_working_day(day("2028-10-02")));
        assert!(!calendar.is_working_day(day("2028-10-01")));
    }

    #[test]
    fn a_year_is_shown_with_its_sum() {
        let calendar = calendar();
        let sums = [2025, 2026].map(|year| calendar.year(year).unwrap().working_days);
        assert_eq!(sums, [248, 248]);
        let unknown = calendar.year(2031).unwrap();
        assert!(!unknown.loaded && unknown.provisional && unknown.days.is_empty());
        assert_eq!(unknown.working_days, 261);
        assert!(calendar.year(i32::MAX).is_none());
    }
}
