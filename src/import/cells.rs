//! From the text of a cell to a value of the command's body. What does not read as it should is
//! handed on as text: the command's own reader then says what is wrong, in its own words.

use chrono::{
    Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc,
};
use serde_json::{Number, Value};

use crate::clock::beijing;

/// Chinese words and the API's words for them.
pub type Words = &'static [(&'static str, &'static str)];

/// What the cells of a column are.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Text,
    Number,
    /// A Beijing day.
    Day,
    /// A time; Beijing's where it does not say whose.
    Time,
    Yes,
    /// Several texts in one cell.
    List,
    Word(Words),
    WordList(Words),
    /// `01` to `14`, which spreadsheets like to show as `1`.
    Division,
    /// An id, or what people know the thing by (`references.rs`).
    Organisation,
    Site,
    Vehicle,
    Driver,
    StorageArea,
}

impl Shape {
    /// The value that the cell stands for. Not for empty cells.
    pub fn value(self, text: &str) -> Value {
        match self {
            Self::Number => number(text).unwrap_or_else(|| text.into()),
            Self::Day => day(text).map_or_else(|| text.into(), |day| day.to_string().into()),
            Self::Time => time(text).unwrap_or_else(|| text.into()),
            Self::Yes => yes(text).map_or_else(|| text.into(), Value::Bool),
            Self::List => parts(text).map(Value::from).collect(),
            Self::Word(words) => translated(text, words).into(),
            Self::WordList(words) => {
                parts(text).map(|part| Value::from(translated(part, words))).collect()
            }
            Self::Division => match text.len() {
                1 if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("0{text}").into(),
                _ => text.into(),
            },
            Self::Text
            | Self::Organisation
            | Self::Site
            | Self::Vehicle
            | Self::Driver
            | Self::StorageArea => text.into(),
        }
    }

    /// Whether the cell names another entry.
    pub const fn is_reference(self) -> bool {
        matches!(
            self,
            Self::Organisation | Self::Site | Self::Vehicle | Self::Driver | Self::StorageArea
        )
    }
}

/// The number as written: a fourth decimal is not lost here.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(decimals) || digits.len() > 15 {
        return None;
    }
    if !text.contains('.') {
        return text.parse::<i64>().ok().map(Value::from);
    }
    text.parse().ok().and_then(Number::from_f64).map(Value::Number)
}

fn translated(text: &str, words: Words) -> &str {
    words.iter().find(|(zh, _)| *zh == text).map_or(text, |(_, word)| word)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    let signs = [';', '；', ',', '，', '、', '|', '\n'];
    text.split(signs).map(str::trim).filter(|part| !part.is_empty())
}

fn yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" | "有" => Some(true),
        "false" | "no" | "n" | "0" | "否" | "无" => Some(false),
        _ => None,
    }
}

/// `2026-11-25`, `2026/11/25`, `2026.11.25`, `2026年11月25日`, `20261125`, or the number that a
/// spreadsheet keeps a day as.
fn day(text: &str) -> Option<NaiveDate> {
    if let Some(days) = serial(text) {
        return days.0.filter(|_| days.1 < 1e-9);
    }
    let text = text.trim_end_matches('日').replace(['/', '.', '年', '月'], "-");
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
    }
    NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()
}

/// The day and the part of a day that a number of the 1900 system stands for. The system has a
/// 29 February 1900 that never was, so days are counted from the 30 December before.
fn serial(text: &str) -> Option<(Option<NaiveDate>, f64)> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| digits)?;
    // From 1982 to 2119: no year, no code and no day without signs looks like it.
    if !(30_000.0..80_000.0).contains(&number) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    Some((first.checked_add_days(Days::new(number as u64)), number.fract()))
}

fn time(text: &str) -> Option<Value> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(shown(time));
    }
    let here = |time: NaiveDateTime| beijing().from_local_datetime(&time).single();
    if let Some((day, part)) = serial(text) {
        let seconds = (part * 86_400.0).round() as u32;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.min(86_399), 0)?;
        return here(day?.and_time(time)).map(shown);
    }
    if let Some(day) = day(text) {
        return here(day.and_time(NaiveTime::MIN)).map(shown);
    }
    let (on, at) = text.split_once([' ', 'T'])?;
    let at = ["%H:%M:%S", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(at.trim(), form).ok());
    here(day(on)?.and_time(at?)).map(shown)
}

fn shown(time: chrono::DateTime<FixedOffset>) -> Value {
    time.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_and_times_are_beijings_in_every_spelling() {
        for text in
            ["2026-11-25", "2026/11/25", "2026.11.25", "2026年11月25日", "20261125", "46351"]
        {
            assert_eq!(Shape::Day.value(text), json!("2026-11-25"), "{text}");
        }
        assert_eq!(Shape::Day.value("2026-1-5"), json!("2026-01-05"));
        assert_eq!(Shape::Day.value("25.11.2026"), json!("25.11.2026"));
        let ten = json!("2026-11-25T02:00:00.000Z");
        for text in [
            "2026-11-25 10:00",
            "2026/11/25 10:00:00",
            "2026-11-25T10:00:00",
            "2026-11-25T10:00:00+08:00",
            "2026-11-25T02:00:00Z",
            "46351.4166666667",
        ] {
            assert_eq!(Shape::Time.value(text), ten, "{text}");
        }
        assert_eq!(Shape::Time.value("2026-11-25"), json!("2026-11-24T16:00:00.000Z"));
        assert_eq!(Shape::Time.value("soon"), json!("soon"));
    }

    #[test]
    fn numbers_stay_exact_and_what_is_none_stays_text() {
        for text in ["812.5", "0.001", "-3", "12.0001", "900000000"] {
            let value = Shape::Number.value(text);
            assert!(value.is_number() && value.to_string() == text, "{text}");
        }
        for text in ["1,000", "1e3", "十", "5 kg", ".5", "1.", "12345678901234567"] {
            assert_eq!(Shape::Number.value(text), json!(text));
        }
    }

    #[test]
    fn words_lists_and_divisions() {
        let words: Words = &[("移出人", "producer"), ("承运人", "carrier")];
        let both = json!(["producer", "carrier"]);
        assert_eq!(Shape::WordList(words).value("移出人、carrier"), both);
        assert_eq!(Shape::Word(words).value("移出人"), json!("producer"));
        assert_eq!(Shape::Word(words).value("other"), json!("other"));
        assert_eq!(Shape::List.value("T；I ,C"), json!(["T", "I", "C"]));
        assert_eq!(Shape::Division.value("1"), json!("01"));
        assert_eq!(Shape::Yes.value("是"), json!(true));
        assert_eq!(Shape::Yes.value("maybe"), json!("maybe"));
    }
}
