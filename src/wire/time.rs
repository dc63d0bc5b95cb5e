//! Dates and instants: `YYYY-MM-DD`, and RFC 3339 with any offset, kept in UTC to the millisecond
//! (what events carry).

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use utoipa::openapi::schema::{KnownFormat, Type};

use crate::problem::Code;

use super::decode::Decode;
use super::faults::Faults;
use super::json::Node;
use super::path::Path;
use super::shape::{SchemaOrRef, Shape, formatted};

/// No licence, birth or deadline lies outside; `0201-…` and `20261-…` are slips of the hand.
const YEARS: RangeInclusive<i32> = 1900..=2199;

impl Shape for NaiveDate {
    fn shape() -> SchemaOrRef {
        formatted(Type::String, KnownFormat::Date).into()
    }
}

impl Decode for NaiveDate {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text(at, faults)?;
        // chrono also reads `2026-3-1` and ` 2026-03-01`; one date has one spelling here.
        let ten_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date = ten_plain.then(|| Self::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
        let Some(date) = date else {
            let en = "Must be a date that exists, as YYYY-MM-DD.";
            faults.add(Code::InvalidValue, at, "应为存在的日期，格式 YYYY-MM-DD。", en);
            return None;
        };
        in_range(date.year(), at, faults).then_some(date)
    }

    /// Whoever mends puts a day in its place that means nothing.
    fn stand_in() -> Option<Self> {
        Some(Self::default())
    }
}

impl Shape for DateTime<Utc> {
    fn shape() -> SchemaOrRef {
        formatted(Type::String, KnownFormat::DateTime).into()
    }
}

impl Decode for DateTime<Utc> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.text(at, faults)?;
        // RFC 3339 allows a space for the `T`, ISO 8601 and JSON Schema's `date-time` do not.
        let parsed = (text.as_bytes().get(10) != Some(&b' '))
            .then(|| DateTime::parse_from_rfc3339(text).ok())
            .flatten()
            .and_then(|time| Self::from_timestamp_millis(time.timestamp_millis()));
        let Some(time) = parsed else {
            let zh = "应为带时区的时间，如 2026-11-25T08:30:00+08:00。";
            let en = "Must be a time with its offset, such as 2026-11-25T08:30:00+08:00.";
            faults.add(Code::InvalidValue, at, zh, en);
            return None;
        };
        in_range(time.year(), at, faults).then_some(time)
    }
}

fn in_range(year: i32, at: &Path<'_>, faults: &mut Faults) -> bool {
    let fits = YEARS.contains(&year);
    if !fits {
        let (first, last) = (YEARS.start(), YEARS.end());
        let zh = format!("年份应在 {first} 到 {last} 之间。");
        faults.add(Code::OutOfRange, at, zh, format!("The year must be from {first} to {last}."));
    }
    fits
}
