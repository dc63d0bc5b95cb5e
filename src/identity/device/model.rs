//! A device key, as its events record it, and as the API shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::decision::{Guard, Subject, SubjectKind};
use crate::ids::{DeviceKeyId, OrganisationId, UserId};
use crate::journal::signature::Alg;
use crate::wire::api_enum;

api_enum! {
    /// Whether a device key still signs.
    pub enum DeviceKeyStatus { Active = "active", Revoked = "revoked" }
}

/// A device key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey {
    pub id: DeviceKeyId,
    pub organisation_id: OrganisationId,
    /// Whose signatures it makes.
    pub user_id: UserId,
    pub name: String,
    pub alg: Alg,
    /// Base64 of the raw key.
    pub public_key: String,
    pub status: DeviceKeyStatus,
    /// Business time.
    pub created_at: DateTime<Utc>,
    /// What it signed counts where its claimed time is before this; nothing does where this is not
    /// after its registration (a lost one). `None`: it is not revoked.
    pub good_until: Option<DateTime<Utc>>,
    /// Of the newest statement.
    pub counter: i64,
    /// Wall time.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl DeviceKey {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::DeviceKey, self.id.uuid())
    }

    pub const fn guard(&self, version: i64) -> Guard {
        Guard { subject: self.subject(), version }
    }

    /// Whether a statement that claims this time counts.
    pub fn was_good_at(&self, time: DateTime<Utc>) -> bool {
        self.good_until.is_none_or(|end| time < end && self.created_at < end)
    }

    /// The `data` of its events: all but its name, which may be a person's, and its use.
    pub fn recorded(&self) -> Value {
        json!({
            "id": self.id,
            "organisation_id": self.organisation_id,
            "user_id": self.user_id,
            "alg": self.alg,
            "public_key": self.public_key,
            "status": self.status,
            "good_until": self.good_until.map(rfc3339),
        })
    }

    /// As its first event left it.
    #[must_use]
    pub fn as_registered(self) -> Self {
        Self { status: DeviceKeyStatus::Active, good_until: None, ..self }
    }

    /// As one of its events, whose `data` these are, left it.
    #[must_use]
    pub fn as_recorded(self, data: &Value) -> Self {
        let good_until = data["good_until"].as_str().and_then(|text| text.parse().ok());
        if good_until.is_none() {
            return self.as_registered();
        }
        Self { status: DeviceKeyStatus::Revoked, good_until, ..self }
    }
}

/// A device's public key, by which its owner signs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceKeyView {
    pub id: DeviceKeyId,
    pub user_id: UserId,
    pub name: String,
    pub alg: Alg,
    /// Base64 of the raw key.
    pub public_key: String,
    pub status: DeviceKeyStatus,
    pub created_at: DateTime<Utc>,
    /// Of a revoked key: what it signed counts where its claimed time is before this; nothing does
    /// where this is not after `created_at`.
    #[schema(required)]
    pub good_until: Option<DateTime<Utc>>,
    /// The counter of its newest statement: the next one's is greater.
    pub device_counter: i64,
    /// `null`: nothing was signed by it yet.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl DeviceKeyView {
    pub fn of(key: &DeviceKey, version: i64) -> Self {
        let one = key.clone();
        Self {
            id: one.id,
            user_id: one.user_id,
            name: one.name,
            alg: one.alg,
            public_key: one.public_key,
            status: one.status,
            created_at: one.created_at,
            good_until: one.good_until,
            device_counter: one.counter,
            last_used_at: one.last_used_at,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_signed_before_the_end_counts_and_of_a_lost_key_nothing() {
        let at = |ms| DateTime::from_timestamp_millis(ms).unwrap();
        let key = DeviceKey {
            id: DeviceKeyId::of(Uuid::from_bytes([1; 16])),
            organisation_id: OrganisationId::of(Uuid::from_bytes([2; 16])),
            user_id: UserId::of(Uuid::from_bytes([3; 16])),
            name: "x".to_owned(),
            alg: Alg::Ed25519,
            public_key: "x".to_owned(),
            status: DeviceKeyStatus::Active,
            created_at: at(1000),
            good_until: None,
            counter: 0,
            last_used_at: None,
        };
        let good = |end: Option<i64>| {
            let key = DeviceKey { good_until: end.map(at), ..key.clone() };
            [1, 1000, 1999, 2000, 9000].map(|ms| key.was_good_at(at(ms)))
        };
        assert_eq!(good(None), [true; 5]);
        assert_eq!(good(Some(2000)), [true, true, true, false, false]);
        assert_eq!(good(Some(1000)), [false; 5]);
        let revoked = DeviceKey { good_until: Some(at(2000)), ..key.clone() };
        let back = key.clone().as_recorded(&revoked.recorded());
        assert_eq!((back.status, back.good_until), (DeviceKeyStatus::Revoked, Some(at(2000))));
        assert_eq!(revoked.as_recorded(&key.recorded()), key);
    }
}
