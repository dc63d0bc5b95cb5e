//! Whose devices have signed: what is signed with a key, held against what the log says of the
//! key. Each key has a chain of its own, with whom it was registered for, and until when it was
//! good. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::problem::Text;

/// What an event is signed with, as far as it is asked whose that is.
pub struct Signing {
    pub key_id: Uuid,
    pub counter: i64,
    public_key: String,
    /// Who is said to have signed.
    user_id: Option<Uuid>,
    occurred_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Signed {
    signature: Option<Sealed>,
    actor: By,
    occurred_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Sealed {
    key_id: Uuid,
    public_key: String,
    statement: String,
}

#[derive(Deserialize)]
struct By {
    user_id: Option<Uuid>,
}

#[derive(Deserialize)]
struct Counted {
    device_counter: i64,
}

impl Signing {
    /// Of an event's body; none where it is not signed, or cannot be read, which is for others to
    /// tell.
    pub fn of(body: &str) -> Option<Self> {
        let Signed { signature, actor, occurred_at } = serde_json::from_str(body).ok()?;
        let Sealed { key_id, public_key, statement } = signature?;
        let Counted { device_counter: counter } = serde_json::from_str(&statement).ok()?;
        Some(Self { key_id, counter, public_key, user_id: actor.user_id, occurred_at })
    }
}

/// Why a good signature is not that of the person who is said to have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTheirs {
    Unregistered,
    OfAnother,
    Ended,
}

impl NotTheirs {
    pub fn text(self) -> Text {
        match self {
            Self::Unregistered => Text::new(
                "签名所用的设备密钥此前没有在日志中登记。",
                "It is signed with a device key that nobody had registered in the log by then.",
            ),
            Self::OfAnother => Text::new(
                "签名所用的设备密钥登记的不是此人，或登记的是另一公钥。",
                "It is signed with a device key that was registered for somebody else, or as \
                 another public key.",
            ),
            Self::Ended => Text::new(
                "签名所用的设备密钥此前已作废。",
                "It is signed with a device key that had been revoked.",
            ),
        }
    }
}

struct Registered {
    /// Where in the log.
    at: i64,
    /// No earlier than the key can have been there.
    recorded_at: DateTime<Utc>,
    user_id: Uuid,
    public_key: String,
    /// Where it was revoked, and until when what it signed counts since then.
    ends: Vec<(i64, DateTime<Utc>)>,
}

#[derive(Deserialize)]
struct KeyEvent {
    subject: Of,
    recorded_at: DateTime<Utc>,
    data: KeyData,
}

#[derive(Deserialize)]
struct Of {
    id: Uuid,
}

#[derive(Deserialize)]
struct KeyData {
    user_id: Uuid,
    public_key: String,
    good_until: Option<DateTime<Utc>>,
}

/// What the log says of device keys.
#[derive(Default)]
pub struct Devices(HashMap<Uuid, Registered>);

impl Devices {
    /// An event of a key's chain, and its place in the log: each chain from its first on. What
    /// cannot be read registers nothing.
    pub fn learn(&mut self, at: i64, body: &str) {
        let Ok(KeyEvent { subject, recorded_at, data }) = serde_json::from_str(body) else {
            return;
        };
        let KeyData { user_id, public_key, good_until } = data;
        let known = self.0.entry(subject.id).or_insert_with(|| Registered {
            at,
            recorded_at,
            user_id,
            public_key,
            ends: Vec::new(),
        });
        known.ends.extend(good_until.map(|end| (at, end)));
    }

    /// Why what is signed in the event at this place is not theirs who is said to have signed.
    pub fn wrong(&self, at: i64, signing: &Signing) -> Option<NotTheirs> {
        let Some(known) = self.0.get(&signing.key_id).filter(|known| known.at <= at) else {
            return Some(NotTheirs::Unregistered);
        };
        if known.public_key != signing.public_key || Some(known.user_id) != signing.user_id {
            return Some(NotTheirs::OfAnother);
        }
        // What came in before the key was revoked was good then, whatever time it claims.
        let has_ended = |(place, end): &(i64, DateTime<Utc>)| {
            *place < at && (signing.occurred_at >= *end || known.recorded_at >= *end)
        };
        known.ends.iter().any(has_ended).then_some(NotTheirs::Ended)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEY: &str = "01a23516-d5c6-7fa5-bdaf-916334f58ec1";
    const USER: &str = "01a23516-d5c6-7fa5-bdaf-916334f58ec2";
    const OTHER: &str = "01a23516-d5c6-7fa5-bdaf-916334f58ec3";

    fn of_key(hour: u32, public_key: &str, good_until: &Value) -> String {
        json!({"subject": {"kind": "device_key", "id": KEY},
            "recorded_at": format!("2026-12-01T{hour:02}:00:00.000Z"),
            "data": {"user_id": USER, "public_key": public_key, "good_until": good_until}})
        .to_string()
    }

    fn signed((user, public_key): (&str, &str), hour: u32) -> Signing {
        let body = json!({"actor": {"user_id": user},
            "occurred_at": format!("2026-12-01T{hour:02}:00:00.000Z"),
            "signature": {"key_id": KEY, "public_key": public_key,
                "statement": "{\"device_counter\":7}"}});
        let signing = Signing::of(&body.to_string()).unwrap();
        assert_eq!(signing.counter, 7);
        signing
    }

    #[test]
    fn a_key_is_its_owners_from_its_registration_until_its_end() {
        let mut devices = Devices::default();
        devices.learn(10, &of_key(1, "a", &Value::Null));
        devices.learn(20, &of_key(5, "a", &json!("2026-12-01T05:00:00.000Z")));
        let wrong = |at, by, hour| devices.wrong(at, &signed(by, hour));
        assert_eq!(wrong(11, (USER, "a"), 2), None);
        assert_eq!(wrong(9, (USER, "a"), 2), Some(NotTheirs::Unregistered));
        assert_eq!(wrong(11, (OTHER, "a"), 2), Some(NotTheirs::OfAnother));
        assert_eq!(wrong(11, (USER, "b"), 2), Some(NotTheirs::OfAnother));
        assert_eq!(
            Devices::default().wrong(11, &signed((USER, "a"), 2)),
            Some(NotTheirs::Unregistered)
        );
        // After it was revoked there counts what claims an earlier time.
        assert_eq!((wrong(21, (USER, "a"), 4), wrong(19, (USER, "a"), 5)), (None, None));
        assert_eq!(wrong(21, (USER, "a"), 5), Some(NotTheirs::Ended));
        // Of a lost one nothing counts any more, but for what had come in.
        devices.learn(30, &of_key(6, "a", &json!("2026-12-01T01:00:00.000Z")));
        assert_eq!(devices.wrong(31, &signed((USER, "a"), 0)), Some(NotTheirs::Ended));
        assert_eq!(devices.wrong(29, &signed((USER, "a"), 4)), None);
        assert!(Signing::of("{}").is_none());
    }
}
