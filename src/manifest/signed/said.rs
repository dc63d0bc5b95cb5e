//! The command as it was sent, in the form in which it is signed.

use chrono::{DateTime, Utc};

use crate::identity::device::SignatureAsked;
use crate::journal::signature::canonical_without;
use crate::manifest::transport::Countersign;

/// The canonical texts of a command's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said(Vec<String>);

impl Said {
    /// `None` where the bytes are no JSON object.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let bare = canonical_without(bytes, &["signature", "countersign"])?;
        let whole = canonical_without(bytes, &["signature"])?;
        Some(Self(vec![bare, whole]))
    }

    /// What the caller may have signed: the body without its signature and, as it likes, without
    /// the other's.
    pub fn bodies(&self) -> &[String] {
        &self.0
    }

    /// What is signed where there is no other signature beside.
    pub const fn whole(&self) -> &[String] {
        self.0.as_slice()
    }

    /// What a second person signs: the step alone.
    pub fn bare(&self) -> &[String] {
        &self.0[..1]
    }
}

/// A command that may be signed; most are not.
pub trait Signable {
    fn signature(&self) -> Option<&SignatureAsked> {
        None
    }

    fn countersign(&self) -> Option<&Countersign> {
        None
    }

    /// The time that the command itself claims.
    fn occurred_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Takes over the time that the statement claims, where the command claims none.
    fn claim(&mut self, _at: DateTime<Utc>) {}

    /// Whether anybody signs it with a device.
    fn is_signed(&self) -> bool {
        let second = self.countersign().and_then(|second| second.signature.as_ref());
        self.signature().is_some() || second.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_no_part_of_what_is_signed() {
        let sent = br#"{"b":1.50,"signature":{"x":1},"countersign":{"code":"1"},"a":null}"#;
        let said = Said::of(sent).unwrap();
        assert_eq!(said.bare(), [r#"{"a":null,"b":1.5}"#]);
        let whole = r#"{"a":null,"b":1.5,"countersign":{"code":"1"}}"#;
        assert_eq!(said.bodies(), [said.bare()[0].as_str(), whole]);
        assert_eq!(Said::of(b"[]"), None);
    }
}
