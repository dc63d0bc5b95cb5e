//! Months and days as rules count them.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use crate::clock::legal_day;

/// So many days, as a parameter gives them.
pub fn days(days: f64) -> TimeDelta {
    TimeDelta::minutes((days * 1440.0) as i64)
}

/// A month of Beijing's calendar, counted: a key that JSON can have.
pub type Month = i32;

pub const fn month_in(year: i32, month: u32) -> Month {
    year * 12 + month as i32 - 1
}

pub fn month_of(time: DateTime<Utc>) -> Month {
    let day = legal_day(time);
    month_in(day.year(), day.month())
}

/// `2026-03`.
pub fn named(month: Month) -> String {
    format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

pub fn days_in(month: Month) -> f64 {
    let first = |month: Month| {
        NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
    };
    first(month)
        .zip(first(month + 1))
        .map_or(30.0, |(first, next)| (next - first).num_days() as f64)
}
