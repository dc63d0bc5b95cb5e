//! A calendar month as it is written: `YYYY-MM`. Months of law are Beijing's.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use utoipa::openapi::schema::Type;

use super::named::text_on_the_wire;
use super::shape::{SchemaOrRef, plain};
use crate::clock::legal_day;
use crate::problem::{Code, Fault, Text};

/// Kept as its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

impl Month {
    /// One month has one spelling; none before 2000 is told of.
    pub fn parse(text: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
        (text.len() == 7 && (2000..=2199).contains(&first.year())).then_some(Self(first))
    }

    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Beijing's month at an instant.
    pub fn at(time: DateTime<Utc>) -> Self {
        Self::of(legal_day(time))
    }

    pub const fn first(self) -> NaiveDate {
        self.0
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl utoipa::PartialSchema for Month {
    fn schema() -> SchemaOrRef {
        plain(Type::String)
            .pattern(Some("^2[01][0-9]{2}-(0[1-9]|1[0-2])$"))
            .description(Some("A calendar month, Beijing, as YYYY-MM"))
            .into()
    }
}

impl utoipa::ToSchema for Month {}

text_on_the_wire!(Month, |text: &str| Month::parse(text).ok_or_else(|| {
    let detail = Text::new(
        "应为存在的月份，格式 YYYY-MM，不早于 2000 年。",
        "Must be a month that exists, as YYYY-MM, none before 2000.",
    );
    Fault::without_field(Code::InvalidValue, detail)
}));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_beijings_and_written_in_seven_characters() {
        let month = Month::parse("2026-11").unwrap();
        let at = |text: &str| Month::at(text.parse().unwrap());
        assert_eq!(at("2026-10-31T16:00:00Z"), month);
        assert_ne!(at("2026-10-31T15:59:59Z"), month);
        assert_ne!(at("2026-11-30T16:00:00Z"), month);
        assert_eq!(month.to_string(), "2026-11");
        for wrong in ["2026-13", "2026-1", "1999-12", "26-11", "2026-011", "2026/11", ""] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
