//! What happens to amendments, as the `data` of a manifest's events (custody.md): `changes` are the
//! fields with their new values in the words of the events (grams), `before` the same fields as
//! they stood. A field that is taken away is named in `cleared` beside them: null and absent mean
//! the same in a hashed body.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::OrganisationId;

/// Members of an event's content, some of them: items by `line`, legs by `n`.
pub type Parts = Map<String, Value>;

/// A party whose consent an amendment waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// `producer`, `carrier` or `receiver`.
    pub party: String,
    pub organisation_id: OrganisationId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentProposed {
    /// Counts the manifest's amendments from 1.
    pub n: i64,
    pub changes: Parts,
    pub before: Parts,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    /// The parts that the proposer signs as; `regulator` for a correction of the authority's own.
    pub by: Vec<String>,
    pub organisation_id: OrganisationId,
    /// Nobody, where it takes effect in the same commit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentApproved {
    pub n: i64,
    pub by: Vec<String>,
    pub organisation_id: OrganisationId,
    /// Whose consent this is: of several, where one organisation signs for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Need>,
    /// Nobody is waited for any more: the changes hold from here on. Else this is one consent of
    /// several, and `changes` and `before` are left out: nothing has changed yet.
    #[serde(rename = "final")]
    pub is_final: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub changes: Parts,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub before: Parts,
    /// What follows from the changes: names and plates as they are now, the accounts that hold the
    /// mass, warnings.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub derived: Parts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentRejected {
    pub n: i64,
    pub changes: Parts,
    pub before: Parts,
    pub by: Vec<String>,
    pub organisation_id: OrganisationId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentExpired {
    pub n: i64,
    pub changes: Parts,
    pub before: Parts,
    /// `time` (nobody answered, the regulators are told), `superseded` (the proposer has proposed
    /// something else), or the step that made a fact of what was to be changed.
    pub cause: String,
}
