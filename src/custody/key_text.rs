//! Keys as text, in the form that C2SP `signed-note` and its tools know: Ed25519, with the kind of
//! signature that each is for. Pure.
//!
//! A public key is `<name>+<id>+<base64>`, a private one `PRIVATE+KEY+<name>+<id>+<base64>`. The
//! id follows from name, kind and public key, so a key of one kind never passes for one of another.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::note::{DASH, is_key_name};

const PRIVATE: &str = "PRIVATE+KEY+";

/// Private keys of one holder: the newest, and those that it takes over from.
const KEYS_MAX: usize = 8;

/// What a key's signatures say: the byte that C2SP `signed-note` gives to each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// A log's: Ed25519 over the note's text.
    Log = 1,
    /// A witness's: a time, and Ed25519 over it and the text (C2SP `tlog-cosignature`).
    Witness = 4,
}

/// Why a text is no key. Never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("is not a key: `<name>+<8 hex digits>+<base64>` is")]
    Form,
    #[error("is of a kind that is not known here (Ed25519 is)")]
    Kind,
    #[error("is a log's key; a witness's is needed")]
    Log,
    #[error("is a witness's key; a log's is needed")]
    Witness,
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

/// What signatures of one kind are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    pub name: String,
    pub id: [u8; 4],
    kind: KeyKind,
    public: [u8; 32],
}

impl PublicKey {
    fn new(name: &str, kind: KeyKind, public: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(name);
        hash.update([b'\n', kind as u8]);
        hash.update(public);
        let hash: [u8; 32] = hash.finalize().into();
        let id = [hash[0], hash[1], hash[2], hash[3]];
        Self { name: name.to_owned(), id, kind, public }
    }

    pub fn parse(text: &str, kind: KeyKind) -> Result<Self, NotAKey> {
        if text.starts_with(PRIVATE) {
            return Err(NotAKey::Private);
        }
        let (name, id, public) = parts(text, kind)?;
        let key = Self::new(name, kind, public);
        if key.id == id { Ok(key) } else { Err(NotAKey::Id) }
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = (&self.name, hex::encode(self.id));
        write!(f, "{name}+{id}+{}", encoded(self.kind, &self.public))
    }
}

/// Keys of a text, one a line; lines that are empty or begin with `#` say nothing.
pub(super) fn each<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, NotAKey>,
) -> Result<Vec<T>, NotAKey> {
    let lines = text.lines().map(str::trim);
    let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(parse);
    let keys: Vec<T> = keys.collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(NotAKey::None) } else { Ok(keys) }
}

/// Kind and key as base64.
fn encoded(kind: KeyKind, key: &[u8; 32]) -> String {
    let mut bytes = vec![kind as u8];
    bytes.extend(key);
    STANDARD.encode(bytes)
}

/// `<name>+<id>+<base64>`; base64 has plus signs of its own.
fn parts(text: &str, wanted: KeyKind) -> Result<(&str, [u8; 4], [u8; 32]), NotAKey> {
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NotAKey::Form);
    let (name, id, key) = (part()?, part()?, part()?);
    let lower = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let id = hex::decode(id).ok().and_then(|id| id.try_into().ok()).filter(|_| lower);
    let key = STANDARD.decode(key).map_err(|_| NotAKey::Form)?;
    if !is_key_name(name) {
        return Err(NotAKey::Form);
    }
    let (kind, key) = key.split_first().ok_or(NotAKey::Form)?;
    if *kind == wanted as u8 {
        let key = key.try_into().map_err(|_| NotAKey::Form)?;
        return Ok((name, id.ok_or(NotAKey::Form)?, key));
    }
    let other = [(KeyKind::Log, NotAKey::Log), (KeyKind::Witness, NotAKey::Witness)];
    let other = other.into_iter().find(|(one, _)| *one as u8 == *kind);
    Err(other.map_or(NotAKey::Kind, |(_, not)| not))
}

pub(super) struct PrivateKey {
    pair: Ed25519KeyPair,
    pub public: PublicKey,
}

impl PrivateKey {
    fn of(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey::Form)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NotAKey::Form)?;
        Ok(Self { public: PublicKey::new(name, kind, public), pair })
    }

    fn parse(line: &str, kind: KeyKind) -> Result<Self, NotAKey> {
        let Some(rest) = line.strip_prefix(PRIVATE) else {
            let public = PublicKey::parse(line, kind);
            return Err(public.map_or_else(|not| not, |_| NotAKey::Public));
        };
        let (name, id, seed) = parts(rest, kind)?;
        let key = Self::of(name, kind, &seed)?;
        if key.public.id == id { Ok(key) } else { Err(NotAKey::Id) }
    }

    /// Private keys of one holder, one a line, the newest first.
    pub fn all(text: &str, kind: KeyKind) -> Result<Vec<Self>, NotAKey> {
        let keys = each(text, |line| Self::parse(line, kind))?;
        let first = keys.first().ok_or(NotAKey::None)?;
        if keys.iter().any(|key| key.public.name != first.public.name) {
            return Err(NotAKey::Names);
        }
        let is_again = |(n, key): (usize, &Self)| {
            keys[..n].iter().any(|before| before.public.id == key.public.id)
        };
        if keys.len() > KEYS_MAX || keys.iter().enumerate().any(is_again) {
            return Err(NotAKey::Many);
        }
        Ok(keys)
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// A signature as its line below a note.
    pub fn line(&self, signature: &[u8]) -> String {
        let bytes = [&self.public.id[..], signature].concat();
        format!("{DASH}{} {}\n", self.public.name, STANDARD.encode(bytes))
    }
}

/// A private key as text, of 32 random bytes.
pub(super) fn private_text(name: &str, kind: KeyKind, seed: &[u8; 32]) -> String {
    let id = PrivateKey::of(name, kind, seed).map(|key| hex::encode(key.public.id));
    format!("{PRIVATE}{name}+{}+{}", id.unwrap_or_default(), encoded(kind, seed))
}
