//! From the text of a cell to a value of the command's body. What does not read as it should is
//! handed on as text: the command's own reader then says what is wrong, in its own words.

use chrono::{
    Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc,
};
use serde_json::{Number, Value};

use super::serial::{FirstDay, moment};
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
    /// A Beijing month.
    Month,
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
    /// The value that the cell stands for, in a file that counts its days from `first`. Not for
    /// empty cells.
    pub fn value(self, text: &str, first: FirstDay) -> Value {
        match self {
            Self::Number => number(text).unwrap_or_else(|| text.into()),
            Self::Day => day(text, first).map_or_else(|| text.into(), |day| day.to_string().into()),
            Self::Month => month(text, first).unwrap_or_else(|| text.to_owned()).into(),
            Self::Time => time(text, first).unwrap_or_else(|| text.into()),
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

/// `2026-11-25`, `2026/11/25`, `2026.11.25`, `2026年11月25日`, `20261125`, each also with a time
/// that is midnight, or the number that a spreadsheet keeps a day as. A time of the day is not cut
/// off: whoever has one where a day belongs may mean another day.
fn day(text: &str, first: FirstDay) -> Option<NaiveDate> {
    let time = moment_of(text, first);
    time.filter(|time| time.time() == NaiveTime::MIN).map(|time| time.date())
}

/// `2026-11`, `2026/11`, `2026.11`, `2026年11月`, `202611`, or the month's first day in any spelling
/// of a day: spreadsheets make one of what looks like a month. Another day is not cut off.
fn month(text: &str, first: FirstDay) -> Option<String> {
    let plain = text.trim_end_matches('月').replace(['/', '.', '年'], "-");
    let is_digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = if is_digits { format!("{}-{}", &text[..4], &text[4..]) } else { plain };
    let of_month = written_day(&format!("{plain}-1"));
    let found = of_month.or_else(|| day(text, first).filter(|day| day.day() == 1));
    found.map(|day| day.format("%Y-%m").to_string())
}

/// A day, which is its midnight, or a time, as spreadsheets and people write them: without a zone.
fn moment_of(text: &str, first: FirstDay) -> Option<NaiveDateTime> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    serial(text, first).or_else(|| written_day(text).map(midnight)).or_else(|| local(text))
}

/// The year first and with four digits: in any other order one cannot tell day and month apart,
/// and a year of two digits would be one of the first century.
fn written_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim_end_matches('日').replace(['/', '.', '年', '月'], "-");
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
    }
    let year = text.split('-').next().unwrap_or_default();
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().filter(|_| is_year)
}

/// A day and a time without a zone.
fn local(text: &str) -> Option<NaiveDateTime> {
    let (on, at) = text.split_once([' ', 'T'])?;
    let forms = ["%H:%M:%S%.f", "%H:%M"];
    let at = forms.iter().find_map(|form| NaiveTime::parse_from_str(at.trim(), form).ok());
    Some(written_day(on)?.and_time(at?))
}

/// A spreadsheet's number.
fn serial(text: &str, first: FirstDay) -> Option<NaiveDateTime> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| digits)?;
    // From 1982 to 2119: no year, no code and no day without signs looks like it.
    moment(number, first).filter(|_| (30_000.0..80_000.0).contains(&number))
}

fn time(text: &str, first: FirstDay) -> Option<Value> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(shown(time));
    }
    beijing().from_local_datetime(&moment_of(text, first)?).single().map(shown)
}

fn shown(time: chrono::DateTime<FixedOffset>) -> Value {
    time.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(shape: Shape, text: &str) -> Value {
        shape.value(text, FirstDay::Of1900)
    }

    #[test]
    fn days_and_times_are_beijings_in_every_spelling() {
        for text in [
            "2026-11-25",
            "2026/11/25",
            "2026.11.25",
            "2026年11月25日",
            "20261125",
            "46351",
            "2026-11-25 00:00:00",
            "2026/11/25 0:00",
        ] {
            assert_eq!(value(Shape::Day, text), json!("2026-11-25"), "{text}");
        }
        assert_eq!(value(Shape::Day, "2026-1-5"), json!("2026-01-05"));
        let ten = json!("2026-11-25T02:00:00.000Z");
        for text in [
            "2026-11-25 10:00",
            "2026/11/25 10:00:00",
            "2026年11月25日 10:00",
            "2026-11-25T10:00:00",
            "2026-11-25T10:00:00.000",
            "2026-11-25T10:00:00+08:00",
            "2026-11-25T02:00:00Z",
            "46351.4166666667",
        ] {
            assert_eq!(value(Shape::Time, text), ten, "{text}");
        }
        assert_eq!(value(Shape::Time, "2026-11-25"), json!("2026-11-24T16:00:00.000Z"));
        assert_eq!(value(Shape::Time, "soon"), json!("soon"));
        let first = FirstDay::Of1904;
        assert_eq!(Shape::Day.value("44889", first), json!("2026-11-25"));
        assert_eq!(Shape::Time.value("44889.4166666667", first), ten);
    }

    #[test]
    fn months_are_read_in_every_spelling_and_from_their_first_day_alone() {
        for text in ["2026-11", "2026/11", "2026.11", "2026年11月", "202611", "2026-11-01", "46327"]
        {
            assert_eq!(value(Shape::Month, text), json!("2026-11"), "{text}");
        }
        assert_eq!(value(Shape::Month, "2026-1"), json!("2026-01"));
        for text in ["2026-11-02", "11-2026", "2026-13", "26-11", "11月", "46328", "202613"] {
            assert_eq!(value(Shape::Month, text), json!(text));
        }
    }

    /// A wrong day is worse than none: what can be read in two ways stays as it is, to be refused.
    #[test]
    fn a_day_is_never_guessed() {
        for text in [
            "25.11.2026",
            "11/12/26",
            "26-11-25",
            "11/25/2026",
            "1/2/2026",
            "+2026-11-25",
            "2026-02-30",
            "2026-11-25 10:00",
            "2026-11-24T16:00:00Z",
            "2026-11-25T00:00:00+08:00",
            "46351.5",
        ] {
            assert_eq!(value(Shape::Day, text), json!(text));
        }
        for text in ["11/12/26 10:00", "2026-11-25 25:00", "10:00", "0.5"] {
            assert_eq!(value(Shape::Time, text), json!(text));
        }
    }

    #[test]
    fn numbers_stay_exact_and_what_is_none_stays_text() {
        for text in ["812.5", "0.001", "-3", "12.0001", "900000000"] {
            let found = value(Shape::Number, text);
            assert!(found.is_number(), "{text}");
            assert_eq!(found.to_string(), text);
        }
        for text in ["1,000", "1e3", "十", "5 kg", ".5", "1.", "12345678901234567"] {
            assert_eq!(value(Shape::Number, text), json!(text));
        }
    }

    #[test]
    fn words_lists_and_divisions() {
        let words: Words = &[("移出人", "producer"), ("承运人", "carrier")];
        let both = json!(["producer", "carrier"]);
        assert_eq!(value(Shape::WordList(words), "移出人、carrier"), both);
        assert_eq!(value(Shape::Word(words), "移出人"), json!("producer"));
        assert_eq!(value(Shape::Word(words), "other"), json!("other"));
        assert_eq!(value(Shape::List, "T；I ,C"), json!(["T", "I", "C"]));
        assert_eq!(value(Shape::Division, "1"), json!("01"));
        assert_eq!(value(Shape::Yes, "是"), json!(true));
        assert_eq!(value(Shape::Yes, "maybe"), json!("maybe"));
    }
}
