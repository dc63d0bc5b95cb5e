//! The log's keys: Ed25519, in the forms that C2SP `signed-note` and its tools know (`key_text`).
//!
//! The name is the log's origin. A log may have several private keys, one a line: all of them sign,
//! so that whoever holds an older verifier key still reads what is signed while keys change.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::key_text::{self, KeyKind, NotAKey, PrivateKey, PublicKey, each};

/// What a log's signatures are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey(PublicKey);

impl VerifierKey {
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub const fn id(&self) -> [u8; 4] {
        self.0.id
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verifies(message, signature)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for VerifierKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        PublicKey::parse(text, KeyKind::Log).map(Self)
    }
}

/// Verifier keys of a text, one a line; lines that are empty or begin with `#` say nothing.
pub fn verifiers(text: &str) -> Result<Vec<VerifierKey>, NotAKey> {
    each(text, str::parse)
}

/// A log's private key as text, of 32 random bytes.
pub fn private_text(name: &str, seed: &[u8; 32]) -> String {
    key_text::private_text(name, KeyKind::Log, seed)
}

/// The private keys of a log, the newest first. Clones share them; `Debug` shows none.
#[derive(Clone)]
pub struct LogKeys(Arc<[PrivateKey]>);

impl LogKeys {
    /// Reads private keys, one a line; lines that are empty or begin with `#` say nothing.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        PrivateKey::all(text, KeyKind::Log).map(|keys| Self(keys.into()))
    }

    /// The log that they sign for.
    pub fn name(&self) -> &str {
        self.0.first().map_or("", |key| &key.public.name)
    }

    /// The newest first.
    pub fn verifiers(&self) -> impl Iterator<Item = VerifierKey> {
        self.0.iter().map(|key| VerifierKey(key.public.clone()))
    }

    /// Which keys they are: their ids, in order.
    pub fn ids(&self) -> String {
        self.verifiers().map(|key| hex::encode(key.id())).collect::<Vec<_>>().join(",")
    }

    /// The text as a note that each of them has signed.
    pub fn sign(&self, text: &str) -> String {
        let mut note = format!("{text}\n");
        note.extend(self.0.iter().map(|key| key.line(&key.sign(text.as_bytes()))));
        note
    }
}

impl fmt::Debug for LogKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKeys({}: {})", self.name(), self.ids())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const NAME: &str = "a.example/log";

    #[test]
    fn a_key_reads_back_and_one_with_a_changed_letter_does_not() {
        let text = private_text(NAME, &[7; 32]);
        let keys = LogKeys::parse(&format!("# the log's\n\n{text}\n")).unwrap();
        assert_eq!(keys.name(), NAME);
        let public = keys.verifiers().next().unwrap().to_string();
        assert_eq!(public.parse::<VerifierKey>().unwrap().to_string(), public);
        assert_eq!(verifiers(&format!("{public}\n")).unwrap().len(), 1);
        assert!(!format!("{keys:?}").contains(text.rsplit('+').next().unwrap()));
        for (at, _) in text.char_indices() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(LogKeys::parse(&changed).is_err(), "{changed}");
        }
        for (at, _) in public.char_indices() {
            let mut changed = public.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert!(String::from_utf8(changed).unwrap().parse::<VerifierKey>().is_err());
        }
    }

    #[test]
    fn what_is_no_key_is_told_apart() {
        let text = private_text(NAME, &[7; 32]);
        let public = LogKeys::parse(&text).unwrap().verifiers().next().unwrap().to_string();
        let refused = |text: &str| LogKeys::parse(text).unwrap_err();
        assert_eq!(refused(&public), NotAKey::Public);
        assert_eq!(text.parse::<VerifierKey>(), Err(NotAKey::Private));
        assert_eq!(refused(""), NotAKey::None);
        assert_eq!(refused("# nothing"), NotAKey::None);
        assert_eq!(refused("x"), NotAKey::Form);
        assert_eq!(refused(&format!("{text}\n{text}")), NotAKey::Many);
        let other = private_text("b.example/log", &[7; 32]);
        assert_eq!(refused(&format!("{text}\n{other}")), NotAKey::Names);
        let of_kind = |kind: u8| {
            let key = STANDARD.encode([&[kind][..], &[1; 32]].concat());
            format!("{NAME}+00000000+{key}").parse::<VerifierKey>()
        };
        assert_eq!(of_kind(2), Err(NotAKey::Kind));
        assert_eq!(of_kind(4), Err(NotAKey::Witness));
        assert_eq!(of_kind(1), Err(NotAKey::Id));
        assert_eq!(verifiers("\n"), Err(NotAKey::None));
    }
}
