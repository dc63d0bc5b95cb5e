//! The body of an event and its hash (custody.md, "The event").

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::canonical::{NotCanonical, ObjectWriter};
use super::signature::Seal;
use crate::clock::rfc3339;
use crate::decision::{EventDraft, Stamp};

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

/// The canonical text that is hashed and stored: members in the order of their names.
pub fn body(origin: &str, draft: &EventDraft, link: &Link) -> Result<String, NotCanonical> {
    let mut object = ObjectWriter::with_capacity(2048);
    object.value("actor", &actor(&draft.actor))?;
    object.value("data", &draft.data)?;
    object.text("kind", draft.kind);
    object.text("occurred_at", &rfc3339(draft.occurred_at));
    object.text("origin", origin);
    object.text("prev", &hex::encode(link.prev));
    object.text("recorded_at", &rfc3339(link.recorded_at));
    object.value("seq", &json!(link.seq))?;
    if let Some(seal) = &draft.actor.seal {
        object.value("signature", &signature(seal))?;
    }
    let subject = json!({"kind": draft.subject.kind.as_str(), "id": draft.subject.id.to_string()});
    object.value("subject", &subject)?;
    object.value("v", &json!(1))?;
    Ok(object.finish())
}

/// The key and those signed for are named only where there are any (custody.md: more keys may
/// follow).
fn actor(stamp: &Stamp) -> Value {
    let mut actor = json!({
        "user_id": stamp.user_id.map(|id| id.to_string()),
        "organisation_id": stamp.organisation_id.map(|id| id.to_string()),
        "role": stamp.role,
        "via": stamp.via.as_str(),
    });
    if let Some(key) = stamp.api_key_id {
        actor["api_key_id"] = json!(key);
    }
    if !stamp.on_behalf_of.is_empty() {
        actor["on_behalf_of"] = json!(stamp.on_behalf_of);
    }
    actor
}

/// What a device signed, as text: it is hashed as it was signed.
fn signature(seal: &Seal) -> Value {
    json!({
        "statement": seal.statement,
        "alg": seal.alg.as_str(),
        "key_id": seal.key_id,
        "public_key": seal.public_key,
        "value": seal.value,
    })
}

/// The leaf hash of RFC 9162 and RFC 6962: SHA-256(0x00 || body). There is no second hash.
pub fn leaf_hash(body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0u8]);
    hash.update(body.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctx::Via;
    use crate::decision::{Subject, SubjectKind};
    use crate::grant::Behalf;
    use crate::ids::{DelegationId, DeviceKeyId, OrganisationId};
    use crate::journal::canonical;
    use crate::journal::signature::Alg;

    #[test]
    fn a_body_is_the_canonical_form_of_what_it_says() {
        let id = uuid::Uuid::from_bytes([7; 16]);
        let now = "2026-11-25T02:00:00Z".parse().unwrap();
        let actor = Stamp {
            user_id: Some(id),
            organisation_id: None,
            role: Some("producer"),
            via: Via::Password,
            api_key_id: Some(id),
            on_behalf_of: vec![Behalf {
                organisation_id: OrganisationId::of(id),
                delegation_id: DelegationId::of(id),
            }],
            seal: None,
        };
        let draft = EventDraft {
            subject: Subject::new(SubjectKind::Manifest, id),
            kind: "filed",
            occurred_at: now,
            actor,
            data: json!({"b": "\u{1}\"联", "a": [1, null], "c": null}),
        };
        let link = Link { seq: 3, prev: [9; 32], recorded_at: now };
        let text = body("liandan.example/测试", &draft, &link).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical(&value).unwrap(), text);
        assert_eq!(value.as_object().unwrap().len(), 10);
        let seal = Seal {
            statement: "{\"a\":1}".to_owned(),
            alg: Alg::Es256,
            key_id: DeviceKeyId::of(id),
            public_key: "x".to_owned(),
            value: "y".to_owned(),
        };
        let actor = draft.actor.clone().sealed(std::sync::Arc::new(seal));
        let text = body("liandan.example/测试", &EventDraft { actor, ..draft }, &link).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical(&value).unwrap(), text);
        assert_eq!(value["signature"]["statement"], "{\"a\":1}");
        assert_eq!(value["actor"]["via"], "device_key");
    }
}
