//! From when on the steps of a stream's manifests must be signed by devices.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::catalogue::Stream;

/// For each stream the first day (Beijing) whose filings are signed; none: nobody has to. No law
/// asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedFrom(BTreeMap<Stream, NaiveDate>);

/// The setting is not of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list such as hazardous=2027-01-01,medical=2027-07-01")]
pub struct NotSignedFrom;

impl FromStr for SignedFrom {
    type Err = NotSignedFrom;

    fn from_str(text: &str) -> Result<Self, NotSignedFrom> {
        let mut days = BTreeMap::new();
        for part in text.split(',') {
            let (stream, day) = part.split_once('=').ok_or(NotSignedFrom)?;
            let stream = Stream::parse(stream.trim()).map_err(|_| NotSignedFrom)?;
            let day = day.trim().parse().map_err(|_| NotSignedFrom)?;
            if days.insert(stream, day).is_some() {
                return Err(NotSignedFrom);
            }
        }
        Ok(Self(days))
    }
}

impl SignedFrom {
    /// Whether the steps of a manifest that was filed on this day must be signed.
    pub fn asks(&self, stream: Stream, filed_on: NaiveDate) -> bool {
        self.0.get(&stream).is_some_and(|first| *first <= filed_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stream_has_a_first_day() {
        let day = |n| NaiveDate::from_ymd_opt(2027, 1, n).unwrap();
        let set: SignedFrom = "hazardous=2027-01-05, medical=2027-07-01".parse().unwrap();
        assert!(!set.asks(Stream::Hazardous, day(4)) && set.asks(Stream::Hazardous, day(5)));
        assert!(!set.asks(Stream::Medical, day(5)) && !set.asks(Stream::Kitchen, day(5)));
        assert!(!SignedFrom::default().asks(Stream::Hazardous, day(5)));
        for bad in [
            "",
            "hazardous",
            "oil=2027-01-01",
            "medical=soon",
            "medical=2027-02-30",
            "medical=2027-01-01,medical=2027-01-02",
        ] {
            assert_eq!(bad.parse::<SignedFrom>(), Err(NotSignedFrom), "{bad}");
        }
    }
}
