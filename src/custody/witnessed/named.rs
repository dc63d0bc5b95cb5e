//! Whom the operator has named as witnesses: where each is, and whose signature counts. Pure.

use std::str::FromStr;

use crate::custody::{NotAKey, WitnessKey};
use crate::limits::WITNESSES_MAX;
use crate::outbound::{Base, NotABase};

/// A witness of this log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAt {
    /// `add-checkpoint` is below it.
    pub base: Base,
    pub key: WitnessKey,
}

/// The witnesses of this log, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnesses(Vec<WitnessAt>);

impl Witnesses {
    pub fn each(&self) -> &[WitnessAt] {
        &self.0
    }

    pub const fn are_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a text names no witnesses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWitnesses {
    #[error("must be pairs such as `https://witness.example w.example/w+…`, commas between them")]
    Form,
    #[error("{0:?} {1}")]
    Base(String, NotABase),
    #[error("{0:?} {1}")]
    Key(String, NotAKey),
    #[error("names a witness twice, or more than {WITNESSES_MAX}")]
    Many,
}

impl FromStr for Witnesses {
    type Err = NotWitnesses;

    fn from_str(text: &str) -> Result<Self, NotWitnesses> {
        let pairs = text.split([',', '\n']).map(str::trim).filter(|pair| !pair.is_empty());
        let all: Vec<WitnessAt> = pairs.map(pair).collect::<Result<_, _>>()?;
        let is_again = |(n, one): (usize, &WitnessAt)| {
            all[..n].iter().any(|before| before.key == one.key || before.base == one.base)
        };
        if all.len() > WITNESSES_MAX || all.iter().enumerate().any(is_again) {
            return Err(NotWitnesses::Many);
        }
        Ok(Self(all))
    }
}

fn pair(text: &str) -> Result<WitnessAt, NotWitnesses> {
    let mut words = text.split_whitespace();
    let (Some(base), Some(key), None) = (words.next(), words.next(), words.next()) else {
        return Err(NotWitnesses::Form);
    };
    let wrong_base = |not| NotWitnesses::Base(base.to_owned(), not);
    let wrong_key = |not| NotWitnesses::Key(key.to_owned(), not);
    Ok(WitnessAt { base: base.parse().map_err(wrong_base)?, key: key.parse().map_err(wrong_key)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::{Cosigner, private_text, witness_private_text};

    fn key(name: &str) -> String {
        let keys = Cosigner::parse(&witness_private_text(name, &[1; 32])).unwrap();
        keys.keys().next().unwrap().to_string()
    }

    #[test]
    fn witnesses_are_pairs_and_each_is_named_once() {
        let (one, other) = (key("w.example/1"), key("w.example/2"));
        let text = format!("https://one.example {one},\nhttp://127.0.0.1:9/w  {other}\n");
        let read: Witnesses = text.parse().unwrap();
        assert_eq!(read.each().len(), 2);
        assert_eq!(read.each()[1].base.to_string(), "http://127.0.0.1:9/w");
        assert!("".parse::<Witnesses>().unwrap().are_none());
        let refused = |text: &str| text.parse::<Witnesses>().unwrap_err();
        assert_eq!(refused("https://one.example"), NotWitnesses::Form);
        assert_eq!(refused(&format!("https://a {one} {other}")), NotWitnesses::Form);
        assert!(matches!(refused(&format!("one {one}")), NotWitnesses::Base(..)));
        let log = private_text("a.example/log", &[1; 32]);
        assert!(matches!(refused(&format!("https://a {log}")), NotWitnesses::Key(..)));
        assert_eq!(refused(&format!("https://a {one},https://b {one}")), NotWitnesses::Many);
        assert_eq!(refused(&format!("https://a {one},https://a {other}")), NotWitnesses::Many);
    }
}
