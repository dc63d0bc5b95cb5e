//! Moments as serde reads and writes them, in RFC 3339, for what is read back by the million: the
//! very text that chrono makes, and whatever it takes. Its own way is several times slower.
//!
//! `#[serde(with = "instant")]` beside a field.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serialize, Serializer};

/// `2026-11-24T08:15:30.123456789Z`.
const LENGTH_MAX: usize = 30;

/// As chrono writes it.
pub fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = [0; LENGTH_MAX];
    match write(*at, &mut text).and_then(|length| std::str::from_utf8(&text[..length]).ok()) {
        Some(text) => serializer.serialize_str(text),
        None => at.serialize(serializer),
    }
}

/// As chrono reads it.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    deserializer.deserialize_str(OfText)
}

struct OfText;

impl Visitor<'_> for OfText {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an RFC 3339 formatted date and time string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        read(text.as_bytes()).map_or_else(|| text.parse().map_err(E::custom), Ok)
    }
}

/// Writes it, and says how long it is; none where a year has no four digits, and for a leap second.
fn write(at: DateTime<Utc>, text: &mut [u8; LENGTH_MAX]) -> Option<usize> {
    let year = u32::try_from(at.year()).ok().filter(|year| *year <= 9999)?;
    let nanos = at.nanosecond();
    if nanos >= 1_000_000_000 {
        return None;
    }
    text.copy_from_slice(b"0000-00-00T00:00:00.000000000Z");
    put(&mut text[..4], year);
    put(&mut text[5..7], at.month());
    put(&mut text[8..10], at.day());
    put(&mut text[11..13], at.hour());
    put(&mut text[14..16], at.minute());
    put(&mut text[17..19], at.second());
    put(&mut text[20..29], nanos);
    let length = match nanos {
        0 => 20,
        _ if nanos.is_multiple_of(1_000_000) => 24,
        _ if nanos.is_multiple_of(1000) => 27,
        _ => 30,
    };
    text[length - 1] = b'Z';
    Some(length)
}

/// The last digits of a number, as many as there is room for.
fn put(room: &mut [u8], mut number: u32) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Reads the form that is written here; none for any other.
fn read(text: &[u8]) -> Option<DateTime<Utc>> {
    let (b'Z', text) = text.split_last()? else { return None };
    let (whole, fraction) = text.split_at_checked(19)?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| whole[*at] != *mark) {
        return None;
    }
    let nanos = match fraction.split_first() {
        None => 0,
        Some((b'.', digits)) if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_u32.pow(9 - digits.len() as u32)
        }
        Some(_) => return None,
    };
    let year = i32::try_from(number(&whole[..4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&whole[5..7])?, number(&whole[8..10])?)?;
    let (hour, minute) = (number(&whole[11..13])?, number(&whole[14..16])?);
    let at = day.and_hms_nano_opt(hour, minute, number(&whole[17..19])?, nanos)?;
    Some(at.and_utc())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum: u32, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct Ours(#[serde(with = "super")] DateTime<Utc>);

    #[derive(Serialize, Deserialize)]
    struct Theirs(DateTime<Utc>);

    fn same(at: DateTime<Utc>) {
        let text = serde_json::to_string(&Theirs(at)).unwrap();
        assert_eq!(serde_json::to_string(&Ours(at)).unwrap(), text);
        read_alike(&text);
    }

    fn read_alike(text: &str) {
        let ours = serde_json::from_str::<Ours>(text).map(|ours| ours.0);
        let theirs = serde_json::from_str::<Theirs>(text).map(|theirs| theirs.0);
        assert_eq!(ours.ok(), theirs.ok(), "{text}");
    }

    #[test]
    fn the_first_the_last_and_the_odd_are_as_chrono_has_them() {
        for at in [DateTime::UNIX_EPOCH, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            same(at);
        }
        for text in [
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "2024-02-29T12:00:00.120Z",
            "2026-11-24T08:15:30.000001Z",
            "2016-12-31T23:59:60.5Z",
        ] {
            same(text.parse().unwrap());
        }
    }

    #[test]
    fn every_text_is_read_as_chrono_reads_it() {
        for text in [
            "",
            "Z",
            "2026-11-24T08:15:30Z",
            "2026-11-24T08:15:30.1Z",
            "2026-11-24T08:15:30.1234567891Z",
            "2026-11-24T08:15:30.Z",
            "2026-11-24T08:15:30",
            "2026-11-24T16:15:30.5+08:00",
            "2026-11-24 08:15:30Z",
            "2026-11-24t08:15:30z",
            "2026-02-29T08:15:30Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T08:60:00Z",
            "2026-11-24T08:15:60Z",
            "2026-11-24T08:15:61Z",
            "+2026-11-24T08:15:30Z",
            "2026-11-2x4T08:15:30Z",
            "２026-11-24T08:15:30Z",
        ] {
            read_alike(&serde_json::to_string(text).unwrap());
        }
    }

    proptest! {
        #[test]
        fn any_moment_is_as_chrono_has_it(
            seconds in -70_000_000_000_i64..300_000_000_000,
            nanos in prop_oneof![Just(0), (0_u32..1000).prop_map(|ms| ms * 1_000_000),
                (0_u32..1_000_000).prop_map(|us| us * 1000), 0_u32..1_000_000_000],
        ) {
            same(DateTime::from_timestamp(seconds, nanos).unwrap());
        }
    }
}
