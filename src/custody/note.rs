//! Signed notes (C2SP `signed-note`) and the checkpoints that they carry (C2SP `tlog-checkpoint`).
//! Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys::VerifierKey;
use super::merkle::Hash;

/// Signatures that are looked at: a log, its earlier keys, and more witnesses than anybody has.
const SIGNATURES_MAX: usize = 64;

/// What begins a line of signature: an em dash and a space.
pub const DASH: &str = "\u{2014} ";

/// What is wrong with a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    #[error("it is not a signed note")]
    NotANote,
    #[error("it has more than {SIGNATURES_MAX} signatures")]
    TooMany,
    #[error("the signature of {0} is not right: the text was changed, or signed by somebody else")]
    Forged(String),
    #[error("no signature on it is by a key that was given ({0})")]
    Unsigned(String),
}

/// A note whose signatures nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote<'a> {
    /// What is signed, with its last line break.
    pub text: &'a str,
    signatures: Vec<Signature<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature<'a> {
    line: &'a str,
    name: &'a str,
    id: [u8; 4],
    value: Vec<u8>,
}

impl<'a> SignedNote<'a> {
    /// Reads a note strictly.
    pub fn parse(note: &'a str) -> Result<Self, BadNote> {
        let is_plain = |byte: u8| byte >= b' ' || byte == b'\n';
        let end = note.rfind("\n\n").filter(|_| note.bytes().all(is_plain));
        let end = end.ok_or(BadNote::NotANote)?;
        let (text, below) = (&note[..=end], &note[end + 2..]);
        let lines = below.strip_suffix('\n').ok_or(BadNote::NotANote)?.split('\n');
        let signatures: Vec<_> = lines.take(SIGNATURES_MAX + 1).map(Signature::parse).collect();
        if signatures.len() > SIGNATURES_MAX {
            return Err(BadNote::TooMany);
        }
        let signatures: Option<Vec<_>> = signatures.into_iter().collect();
        Ok(Self { text, signatures: signatures.ok_or(BadNote::NotANote)? })
    }

    /// Whether it is signed by one of the keys, and wrongly by none. Signatures by others say
    /// nothing.
    pub fn demand(&self, keys: &[VerifierKey]) -> Result<(), BadNote> {
        let mut is_signed = false;
        for signature in &self.signatures {
            let is_it =
                |key: &&VerifierKey| key.name() == signature.name && key.id() == signature.id;
            if let Some(key) = keys.iter().find(is_it) {
                if !key.verifies(self.text.as_bytes(), &signature.value) {
                    return Err(BadNote::Forged(signature.name.to_owned()));
                }
                is_signed = true;
            }
        }
        let names = || keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if is_signed { Ok(()) } else { Err(BadNote::Unsigned(names())) }
    }

    /// The signatures in a key's name, unchecked: their lines and values.
    pub(super) fn by(&self, name: &str, id: [u8; 4]) -> impl Iterator<Item = (&'a str, &[u8])> {
        let is_it = move |one: &&Signature<'_>| one.name == name && one.id == id;
        self.signatures.iter().filter(is_it).map(|one| (one.line, one.value.as_slice()))
    }

    /// The ids of the keys that it says it is signed with, in hexadecimal and in order.
    pub fn key_ids(&self) -> Vec<String> {
        self.signatures.iter().map(|one| hex::encode(one.id)).collect()
    }

    /// The lines below the text that are in the name of one of the keys.
    pub fn lines_of(&self, keys: &[VerifierKey]) -> String {
        let is_theirs = |one: &&Signature<'_>| {
            keys.iter().any(|key| key.name() == one.name && key.id() == one.id)
        };
        let line = |one: &Signature<'_>| format!("{}\n", one.line);
        self.signatures.iter().filter(is_theirs).map(line).collect()
    }
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, value) = bytes.split_first_chunk::<4>()?;
        let sound = is_key_name(name) && !value.is_empty();
        sound.then(|| Self { line, name, id: *id, value: value.to_vec() })
    }
}

/// Whether a key may be called so: neither white space nor `+`.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// The head of a log: what a checkpoint's note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Entries of the log.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, size, root } = self;
        format!("{origin}\n{size}\n{}\n", STANDARD.encode(root))
    }

    /// What a note says that one of `keys` has signed; `None` where that is no checkpoint of the
    /// log that the keys are of.
    pub fn believed(note: &str, keys: &[VerifierKey]) -> Result<Option<Self>, BadNote> {
        let signed = SignedNote::parse(note)?;
        signed.demand(keys)?;
        // A key signs for the log of its name alone.
        let is_theirs = |head: &Self| keys.iter().any(|key| key.name() == head.origin);
        Ok(Self::parse(signed.text).filter(is_theirs))
    }

    /// What a note says, whoever has signed it.
    pub fn of_note(note: &str) -> Option<Self> {
        Self::parse(SignedNote::parse(note).ok()?.text)
    }

    /// Reads the text of a note strictly; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, number, root) = (lines.next()?, lines.next()?, lines.next()?);
        // Extension lines are the log's own business, but none is empty.
        if origin.is_empty() || lines.any(str::is_empty) {
            return None;
        }
        let size: u64 = number.parse().ok()?;
        let root = hash(root)?;
        (size.to_string() == number).then(|| Self { origin: origin.to_owned(), size, root })
    }
}

/// A hash in base64, to the letter.
pub fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A hash as text.
pub fn base64(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

#[cfg(test)]
mod tests {
    use super::super::keys::{LogKeys, private_text};
    use super::*;

    fn keys(name: &str, seeds: &[u8]) -> LogKeys {
        let lines: Vec<_> = seeds.iter().map(|seed| private_text(name, &[*seed; 32])).collect();
        LogKeys::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn a_note_is_signed_by_every_key_and_known_by_each() {
        let keys = keys("a.example/log", &[1, 2]);
        let head = Checkpoint { origin: "a.example/log".to_owned(), size: 7, root: [9; 32] };
        let note = keys.sign(&head.text());
        assert!(note.ends_with('\n') && note.matches(DASH).count() == 2, "{note}");
        let read = SignedNote::parse(&note).unwrap();
        assert_eq!(Checkpoint::parse(read.text), Some(head));
        let all: Vec<VerifierKey> = keys.verifiers().collect();
        for key in &all {
            assert_eq!(read.demand(std::slice::from_ref(key)), Ok(()));
        }
        let stranger: Vec<_> = self::keys("a.example/log", &[3]).verifiers().collect();
        assert!(matches!(read.demand(&stranger), Err(BadNote::Unsigned(_))));
        assert!(matches!(read.demand(&[]), Err(BadNote::Unsigned(_))));
        let changed = note.replacen("\n7\n", "\n8\n", 1);
        let changed = SignedNote::parse(&changed).unwrap();
        assert!(matches!(changed.demand(&all), Err(BadNote::Forged(_))));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let keys = keys("a", &[1]);
        let note = keys.sign("x\n");
        assert!(SignedNote::parse(&note).is_ok());
        let line = note.lines().last().unwrap().to_owned();
        for wrong in [
            String::new(),
            "x\n".to_owned(),
            note.trim_end().to_owned(),
            format!("{note}\n"),
            note.replace('x', "x\t"),
            note.replace(DASH, "- "),
            note.replace("\u{2014} a ", "\u{2014} a+b "),
            "x\n\n\u{2014} a AAAA\n".to_owned(),
            "x\n\n\u{2014} a AAAAAA=\n".to_owned(),
        ] {
            assert_eq!(SignedNote::parse(&wrong), Err(BadNote::NotANote), "{wrong:?}");
        }
        let many = format!("x\n\n{}", format!("{line}\n").repeat(SIGNATURES_MAX + 1));
        assert_eq!(SignedNote::parse(&many), Err(BadNote::TooMany));
    }

    #[test]
    fn a_checkpoint_is_read_to_the_letter() {
        let root = base64(&[0; 32]);
        assert!(Checkpoint::parse(&format!("a\n0\n{root}\n")).is_some());
        assert!(Checkpoint::parse(&format!("a\n0\n{root}\nmore\n")).is_some());
        for wrong in [
            format!("a\n0\n{root}"),
            format!("a\n00\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("\n1\n{root}\n"),
            format!("a\n1\n{root}\n\n"),
            "a\n1\nAAAA\n".to_owned(),
            "a\n1\n".to_owned(),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), None, "{wrong:?}");
        }
    }
}
