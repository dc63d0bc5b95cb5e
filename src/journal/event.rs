//! The body of an event and its hash (custody.md, "The event").

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::canonical::{NotCanonical, canonical};
use crate::clock::rfc3339;
use crate::decision::EventDraft;

/// Entry bundles carry a 16-bit length (C2SP tlog-tiles).
pub const BODY_BYTES_MAX: usize = 65_535;

/// What stands in `prev` of a subject's first event.
pub const NO_PREV: [u8; 32] = [0; 32];

/// An event's place in its subject's chain.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub seq: i64,
    pub prev: [u8; 32],
    pub recorded_at: DateTime<Utc>,
}

/// The canonical text that is hashed and stored.
pub fn body(origin: &str, draft: &EventDraft, link: &Link) -> Result<String, NotCanonical> {
    let mut members = Map::new();
    members.insert("v".into(), json!(1));
    members.insert("origin".into(), json!(origin));
    members.insert(
        "subject".into(),
        json!({"kind": draft.subject.kind.as_str(), "id": draft.subject.id.to_string()}),
    );
    members.insert("seq".into(), json!(link.seq));
    members.insert("prev".into(), json!(hex::encode(link.prev)));
    members.insert("kind".into(), json!(draft.kind));
    members.insert(
        "actor".into(),
        json!({
            "user_id": draft.actor.user_id.map(|id| id.to_string()),
            "organisation_id": draft.actor.organisation_id.map(|id| id.to_string()),
            "role": draft.actor.role,
            "via": draft.actor.via.as_str(),
        }),
    );
    members.insert("occurred_at".into(), json!(rfc3339(draft.occurred_at)));
    members.insert("recorded_at".into(), json!(rfc3339(link.recorded_at)));
    members.insert("data".into(), draft.data.clone());
    canonical(&Value::Object(members))
}

/// The leaf hash of RFC 9162 and RFC 6962: SHA-256(0x00 || body). There is no second hash.
pub fn leaf_hash(body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0u8]);
    hash.update(body.as_bytes());
    hash.finalize().into()
}
