//! Cosignatures (C2SP `tlog-cosignature`, Ed25519): somebody else's word that, at a time, this was
//! the largest log that it had seen, and that it had only grown. Pure.
//!
//! A witness's key is of a kind of its own: with it no log can be signed, and with a log's key
//! nothing is witnessed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::key_text::{self, KeyKind, NotAKey, PrivateKey, PublicKey, each};
use super::note::{BadNote, SignedNote};

/// What a witness's cosignatures are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(PublicKey);

impl WitnessKey {
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// When the witness last cosigned the note; none where it has not. Refused where something in
    /// its name is no cosignature of it.
    pub fn cosigned(&self, note: &SignedNote<'_>) -> Result<Option<DateTime<Utc>>, BadNote> {
        self.newest(note).map(|newest| newest.map(|(time, _)| time))
    }

    /// The same, with the line that says so, without its line break.
    pub fn newest<'a>(
        &self,
        note: &SignedNote<'a>,
    ) -> Result<Option<(DateTime<Utc>, &'a str)>, BadNote> {
        let mut newest = None;
        for (line, value) in note.by(&self.0.name, self.0.id) {
            let forged = || BadNote::Forged(self.0.name.clone());
            let (at, signature) = value.split_first_chunk::<8>().ok_or_else(forged)?;
            let at = i64::try_from(u64::from_be_bytes(*at)).map_err(|_| forged())?;
            let time = DateTime::from_timestamp(at, 0).ok_or_else(forged)?;
            if !self.0.verifies(message(note.text, at).as_bytes(), signature) {
                return Err(forged());
            }
            newest = newest.max(Some((time, line)));
        }
        Ok(newest)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WitnessKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        PublicKey::parse(text, KeyKind::Witness).map(Self)
    }
}

/// Witnesses' verifier keys of a text, one a line; lines that are empty or begin with `#` say
/// nothing.
pub fn witness_keys(text: &str) -> Result<Vec<WitnessKey>, NotAKey> {
    each(text, str::parse)
}

/// A witness's private key as text, of 32 random bytes.
pub fn witness_private_text(name: &str, seed: &[u8; 32]) -> String {
    key_text::private_text(name, KeyKind::Witness, seed)
}

/// What is signed: a header that no note's text begins with, the time, the text.
fn message(text: &str, at: i64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

/// The private keys of a witness, the newest first. Clones share them; `Debug` shows none.
#[derive(Clone)]
pub struct Cosigner(Arc<[PrivateKey]>);

impl Cosigner {
    /// Reads private keys, one a line; lines that are empty or begin with `#` say nothing.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        PrivateKey::all(text, KeyKind::Witness).map(|keys| Self(keys.into()))
    }

    /// The newest first.
    pub fn keys(&self) -> impl Iterator<Item = WitnessKey> {
        self.0.iter().map(|key| WitnessKey(key.public.clone()))
    }

    /// The lines by which each key cosigns a checkpoint's text, as of a time.
    pub fn cosign(&self, text: &str, at: DateTime<Utc>) -> String {
        // Before 1970 there was nothing to witness.
        let at = at.timestamp().max(0);
        let message = message(text, at);
        let line = |key: &PrivateKey| {
            let signature = key.sign(message.as_bytes());
            key.line(&[&at.to_be_bytes()[..], &signature].concat())
        };
        self.0.iter().map(line).collect()
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys().map(|key| key.to_string()).collect();
        write!(f, "Cosigner({})", keys.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::{LogKeys, private_text};
    use super::*;

    const LOG: &str = "a.example/log";
    const TEXT: &str = "a.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    fn signer(seeds: &[u8]) -> Cosigner {
        let key = |seed: &u8| witness_private_text("w.example/w", &[*seed; 32]);
        Cosigner::parse(&seeds.iter().map(key).collect::<Vec<_>>().join("\n")).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn log_note() -> String {
        let key = private_text(LOG, &[1; 32]);
        LogKeys::parse(&key).unwrap().sign(TEXT)
    }

    #[test]
    fn a_cosignature_says_when_and_over_what() {
        let signer = signer(&[2, 3]);
        let keys: Vec<WitnessKey> = signer.keys().collect();
        let note = log_note() + &signer.cosign(TEXT, at(1_679_315_147));
        let read = SignedNote::parse(&note).unwrap();
        for key in &keys {
            assert_eq!(key.cosigned(&read), Ok(Some(at(1_679_315_147))));
            assert_eq!(key.to_string().parse::<WitnessKey>().as_ref(), Ok(key));
        }
        let again = note.clone() + &signer.cosign(TEXT, at(1_679_315_200));
        let again = SignedNote::parse(&again).unwrap();
        assert_eq!(keys[0].cosigned(&again), Ok(Some(at(1_679_315_200))));
        let stranger = self::signer(&[4]).keys().next().unwrap();
        assert_eq!(stranger.cosigned(&read), Ok(None));
        let of_another = log_note() + &signer.cosign(&TEXT.replacen('0', "1", 1), at(1));
        let of_another = SignedNote::parse(&of_another).unwrap();
        assert!(matches!(keys[0].cosigned(&of_another), Err(BadNote::Forged(_))));
    }

    #[test]
    fn a_time_that_was_changed_is_found() {
        use base64::Engine as _;
        let signer = signer(&[2]);
        let line = signer.cosign(TEXT, at(1_679_315_147));
        let encoded = line.trim_end().rsplit(' ').next().unwrap();
        let engine = base64::engine::general_purpose::STANDARD;
        let bytes = engine.decode(encoded).unwrap();
        assert_eq!(bytes.len(), 4 + 8 + 64);
        for n in 4..12 {
            let mut bytes = bytes.clone();
            bytes[n] ^= 0x80;
            let note = log_note() + &line.replace(encoded, &engine.encode(bytes));
            let read = SignedNote::parse(&note).unwrap();
            let key = signer.keys().next().unwrap();
            assert!(matches!(key.cosigned(&read), Err(BadNote::Forged(_))), "{n}");
        }
    }

    #[test]
    fn keys_of_witnesses_and_of_logs_are_told_apart() {
        let log = private_text(LOG, &[1; 32]);
        let witness = witness_private_text(LOG, &[1; 32]);
        assert!(matches!(Cosigner::parse(&log), Err(NotAKey::Log)));
        assert!(matches!(LogKeys::parse(&witness), Err(NotAKey::Witness)));
        let signer = Cosigner::parse(&witness).unwrap();
        let shown = format!("{signer:?}");
        assert!(!shown.contains(witness.rsplit('+').next().unwrap()), "{shown}");
        let public = signer.keys().next().unwrap().to_string();
        assert!(matches!(Cosigner::parse(&public), Err(NotAKey::Public)));
        assert_eq!(witness.parse::<WitnessKey>(), Err(NotAKey::Private));
        assert_eq!(witness_keys("# none\n"), Err(NotAKey::None));
    }
}
