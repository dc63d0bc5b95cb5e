//! Readings as they are kept, and the batch that the log tells of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::clock::in_milliseconds;
use crate::ids::{OrganisationId, hashed};
use crate::problem::Problem;
use crate::registry::Place;

/// One reading. Masses in grams, figures in thousandths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub kind: String,
    #[serde(serialize_with = "in_milliseconds")]
    pub at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_milli: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_g: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius_milli: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feeding: Option<bool>,
}

/// Readings of one vehicle or site that came together: the data of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub id: Uuid,
    /// `vehicle` or `site`.
    pub about: String,
    pub about_id: Uuid,
    pub organisation_id: OrganisationId,
    pub division: String,
    #[serde(serialize_with = "in_milliseconds")]
    pub first_at: DateTime<Utc>,
    #[serde(serialize_with = "in_milliseconds")]
    pub last_at: DateTime<Utc>,
    pub count: i32,
    pub content_sha256: String,
}

/// The readings of a batch from its content.
pub fn contents_of(content: &str) -> Result<Vec<Reading>, Problem> {
    serde_json::from_str(content).map_err(Problem::internal)
}

/// The id of a batch: the same readings of the same thing are the same batch.
pub fn id_of(about_id: Uuid, content: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"readings");
    hash.update(about_id.as_bytes());
    hash.update(content.as_bytes());
    hashed(hash)
}
