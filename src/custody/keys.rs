//! The log's keys: Ed25519, in the forms that C2SP `signed-note` and its tools know.
//!
//! A verifier key is `<name>+<id>+<base64>`, a private one `PRIVATE+KEY+<name>+<id>+<base64>`. The
//! name is the log's origin. A log may have several private keys, one a line: all of them sign, so
//! that whoever holds an older verifier key still reads what is signed while keys change.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::note::{DASH, is_key_name};

/// The kind of signature: Ed25519 over the note's text.
const ED25519_KIND: u8 = 1;

const PRIVATE: &str = "PRIVATE+KEY+";

/// Keys of one log: the newest, and those that it takes over from.
const KEYS_MAX: usize = 8;

/// Why a text is no key. Never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("is not a key: `<name>+<8 hex digits>+<base64>` is")]
    Form,
    #[error("is of a kind that is not known here (Ed25519 is)")]
    Kind,
    #[error("does not fit the id that stands in it: a letter was changed")]
    Id,
    #[error("is a verifier key; the private key is needed")]
    Public,
    #[error("is a private key; a verifier key is needed")]
    Private,
    #[error("holds no key")]
    None,
    #[error("holds keys of different names")]
    Names,
    #[error("holds the same key twice, or more than eight")]
    Many,
}

/// What signatures are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    fn new(name: &str, public: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(name);
        hash.update([b'\n', ED25519_KIND]);
        hash.update(public);
        let hash: [u8; 32] = hash.finalize().into();
        let id = [hash[0], hash[1], hash[2], hash[3]];
        Self { name: name.to_owned(), id, public }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = (&self.name, hex::encode(self.id));
        write!(f, "{name}+{id}+{}", encoded(&self.public))
    }
}

impl FromStr for VerifierKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        if text.starts_with(PRIVATE) {
            return Err(NotAKey::Private);
        }
        let (name, id, public) = parts(text)?;
        let key = Self::new(name, public);
        if key.id == id { Ok(key) } else { Err(NotAKey::Id) }
    }
}

/// Verifier keys of a text, one a line; lines that are empty or begin with `#` say nothing.
pub fn verifiers(text: &str) -> Result<Vec<VerifierKey>, NotAKey> {
    let keys: Result<Vec<VerifierKey>, NotAKey> = lines(text).map(str::parse).collect();
    keys.and_then(|keys| if keys.is_empty() { Err(NotAKey::None) } else { Ok(keys) })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Kind and key as base64.
fn encoded(key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519_KIND];
    bytes.extend(key);
    STANDARD.encode(bytes)
}

/// `<name>+<id>+<base64>`; base64 has plus signs of its own.
fn parts(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), NotAKey> {
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NotAKey::Form);
    let (name, id, key) = (part()?, part()?, part()?);
    let lower = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let id = hex::decode(id).ok().and_then(|id| id.try_into().ok()).filter(|_| lower);
    let key = STANDARD.decode(key).map_err(|_| NotAKey::Form)?;
    if !is_key_name(name) {
        return Err(NotAKey::Form);
    }
    match key.split_first() {
        Some((&ED25519_KIND, key)) => {
            let key = key.try_into().map_err(|_| NotAKey::Form)?;
            Ok((name, id.ok_or(NotAKey::Form)?, key))
        }
        Some(_) => Err(NotAKey::Kind),
        None => Err(NotAKey::Form),
    }
}

struct SigningKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl SigningKey {
    fn of(name: &str, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey::Form)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NotAKey::Form)?;
        Ok(Self { verifier: VerifierKey::new(name, public), pair })
    }

    fn parse(line: &str) -> Result<Self, NotAKey> {
        let Some(rest) = line.strip_prefix(PRIVATE) else {
            return Err(line.parse::<VerifierKey>().map_or_else(|not| not, |_| NotAKey::Public));
        };
        let (name, id, seed) = parts(rest)?;
        let key = Self::of(name, &seed)?;
        if key.verifier.id == id { Ok(key) } else { Err(NotAKey::Id) }
    }

    /// The line of signature below a text.
    fn line(&self, text: &str) -> String {
        let mut bytes = self.verifier.id.to_vec();
        bytes.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!("{DASH}{} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

/// A private key as text, of 32 random bytes.
pub fn private_text(name: &str, seed: &[u8; 32]) -> String {
    let id = SigningKey::of(name, seed).map(|key| hex::encode(key.verifier.id));
    format!("{PRIVATE}{name}+{}+{}", id.unwrap_or_default(), encoded(seed))
}

/// The private keys of a log, the newest first. Clones share them; `Debug` shows none.
#[derive(Clone)]
pub struct LogKeys(Arc<[SigningKey]>);

impl LogKeys {
    /// Reads private keys, one a line; lines that are empty or begin with `#` say nothing.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let keys: Result<Vec<SigningKey>, NotAKey> = lines(text).map(SigningKey::parse).collect();
        let keys = keys?;
        let first = keys.first().ok_or(NotAKey::None)?;
        if keys.iter().any(|key| key.verifier.name != first.verifier.name) {
            return Err(NotAKey::Names);
        }
        let is_again = |(n, key): (usize, &SigningKey)| {
            keys[..n].iter().any(|before| before.verifier.id == key.verifier.id)
        };
        if keys.len() > KEYS_MAX || keys.iter().enumerate().any(is_again) {
            return Err(NotAKey::Many);
        }
        Ok(Self(keys.into()))
    }

    /// The log that they sign for.
    pub fn name(&self) -> &str {
        self.0.first().map_or("", |key| key.verifier.name())
    }

    /// The newest first.
    pub fn verifiers(&self) -> impl Iterator<Item = &VerifierKey> {
        self.0.iter().map(|key| &key.verifier)
    }

    /// Which keys they are: their ids, in order.
    pub fn ids(&self) -> String {
        self.verifiers().map(|key| hex::encode(key.id())).collect::<Vec<_>>().join(",")
    }

    /// The text as a note that each of them has signed.
    pub fn sign(&self, text: &str) -> String {
        let mut note = format!("{text}\n");
        note.extend(self.0.iter().map(|key| key.line(text)));
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
        let eddsa = STANDARD.encode([&[4u8][..], &[1; 32]].concat());
        assert_eq!(format!("{NAME}+00000000+{eddsa}").parse::<VerifierKey>(), Err(NotAKey::Kind));
        assert_eq!(verifiers("\n"), Err(NotAKey::None));
    }
}
