//! What a rule found, as data, and the id of the case that it makes: the same facts make the same
//! case, however often rules run.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::rule::{RuleId, Severity};
use crate::ids::{AnomalyId, ManifestId, OrganisationId, SiteId, hashed};
use crate::wire::api_enum;

api_enum! {
    /// What a case is about.
    pub enum About {
        Manifest = "manifest",
        Site = "site",
        Organisation = "organisation",
        Vehicle = "vehicle",
        Driver = "driver",
        Licence = "licence",
        Round = "round",
        /// Two sites, a producer's and a receiver's: the evidence names them.
        Pair = "pair",
    }
}

/// The id of two sites taken together, in this order.
pub fn pair_id(from: SiteId, to: SiteId) -> Uuid {
    derived(&[b"pair", from.uuid().as_bytes(), to.uuid().as_bytes()])
}

/// The id of some parts, in their order.
pub(super) fn derived(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hashed(hash)
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub rule: RuleId,
    pub severity: Severity,
    pub about: (About, Uuid),
    /// Tells apart what one rule finds on one subject: a month, a code, a licence line.
    pub key: String,
    pub stream: String,
    /// Whose jurisdiction it is in: two digits each.
    pub divisions: Vec<String>,
    pub manifests: Vec<ManifestId>,
    pub organisations: Vec<OrganisationId>,
    /// The numbers that made it.
    pub evidence: Value,
    /// Positions in the log of the events that prove it.
    pub proofs: Vec<i64>,
}

impl Finding {
    pub fn case_id(&self) -> AnomalyId {
        case_id(self.rule, self.about, &self.key)
    }
}

/// The case of a rule on a subject.
pub fn case_id(rule: RuleId, (about, subject): (About, Uuid), key: &str) -> AnomalyId {
    let about = about.as_str().as_bytes();
    AnomalyId::of(derived(&[b"case", &[rule.0], about, subject.as_bytes(), key.as_bytes()]))
}

/// What becomes of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is there, for the first time or once more.
    Raised { at: DateTime<Utc>, finding: Finding },
    /// The facts that made it are gone.
    Cleared { at: DateTime<Utc>, case: AnomalyId, reason: Gone },
    /// Nothing is wrong yet: who has to act is reminded.
    Reminder { at: DateTime<Utc>, finding: Finding },
}

api_enum! {
    /// Why the program resolved a case by itself.
    pub enum Gone {
        /// What was missing has come, late.
        CameLate = "came_late",
        /// The values are within their range again.
        Normal = "normal",
        /// What it was about was cancelled or corrected.
        Corrected = "corrected",
        /// It was made good: a licence renewed, a plan filed, waste sent on.
        Remedied = "remedied",
        /// A heavier rule has found the same: its case goes on with it.
        Superseded = "superseded",
    }
}

/// What the watch remembers of a case that it has raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    pub severity: Severity,
    pub times: u32,
}
