//! What an audit finds wrong.

use serde::Serialize;
use uuid::Uuid;

use crate::decision::{Subject, SubjectKind};
use crate::problem::Text;

/// Which of the audit's questions was answered with no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Positions are dense, and each leaf is the hash of its body.
    Log,
    /// The tree over the leaves is the one that checkpoints were signed for.
    Tree,
    /// The log has what checkpoints say that somebody has kept elsewhere.
    Consistency,
    /// What witnesses have cosigned are this log's checkpoints.
    Witness,
    /// The events of a subject follow one another.
    Chain,
    /// What people's devices have signed is what the events say.
    Signature,
    /// Each event was allowed to follow, and masses add up.
    Replay,
    /// The tables say what the events make.
    Table,
    /// Accounts hold what the manifests hold of them.
    Account,
    /// Ledgers have the entries that the manifests have written.
    Ledger,
    /// Numbers have no gaps, and counters stand at the last that was given.
    Number,
    /// Files that are attached are what they were.
    File,
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: Check,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Named>,
    /// The printed number, of a manifest that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where in the log, where it is about one event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    pub zh: String,
    pub en: String,
}

/// A subject as bundles name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub kind: &'static str,
    pub id: Uuid,
}

impl Named {
    pub const fn of(subject: Subject) -> Self {
        Self { kind: subject.kind.as_str(), id: subject.id }
    }
}

impl Finding {
    pub fn new(check: Check, text: Text) -> Self {
        let Text { zh, en } = text;
        Self { check, subject: None, number: None, position: None, zh, en }
    }

    #[must_use]
    pub fn of(self, subject: Subject) -> Self {
        Self { subject: Some(Named::of(subject)), ..self }
    }

    #[must_use]
    pub fn numbered(self, number: Option<&str>) -> Self {
        Self { number: number.map(str::to_owned), ..self }
    }

    #[must_use]
    pub fn at(self, position: i64) -> Self {
        Self { position: Some(position), ..self }
    }

    pub fn is_of_manifest(&self) -> bool {
        self.subject.is_some_and(|named| named.kind == SubjectKind::Manifest.as_str())
    }
}

/// Findings that are kept to be shown: whoever has these looks again once they are mended. The rest
/// is counted.
pub const KEPT_MAX: usize = 1000;

/// All that was found so far.
#[derive(Debug, Default)]
pub struct Findings {
    pub kept: Vec<Finding>,
    /// All of them, those kept among them.
    pub count: u64,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(finding);
        }
    }

    pub fn extend(&mut self, more: Self) {
        let beyond = more.count - more.kept.len() as u64;
        for one in more.kept {
            self.add(one);
        }
        self.count += beyond;
    }
}
