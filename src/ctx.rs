//! Who asks, when, and in which request: plain values that every command receives.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{OrganisationId, SessionId, UserId};
use crate::problem::Lang;

/// What a user may do, as the API names it (api.md, "Identity").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Producer,
    Carrier,
    Driver,
    Receiver,
    Reader,
    CorpsRegulator,
    DivisionRegulator,
    RegimentRegulator,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::Admin,
        Self::Producer,
        Self::Carrier,
        Self::Driver,
        Self::Receiver,
        Self::Reader,
        Self::CorpsRegulator,
        Self::DivisionRegulator,
        Self::RegimentRegulator,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Producer => "producer",
            Self::Carrier => "carrier",
            Self::Driver => "driver",
            Self::Receiver => "receiver",
            Self::Reader => "reader",
            Self::CorpsRegulator => "corps_regulator",
            Self::DivisionRegulator => "division_regulator",
            Self::RegimentRegulator => "regiment_regulator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub const fn is_regulator(self) -> bool {
        matches!(self, Self::CorpsRegulator | Self::DivisionRegulator | Self::RegimentRegulator)
    }
}

/// How the actor proved who it is (custody.md, `actor.via`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    Password,
    ApiKey,
    OneTimeCode,
    DeviceKey,
    System,
}

impl Via {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::ApiKey => "api_key",
            Self::OneTimeCode => "one_time_code",
            Self::DeviceKey => "device_key",
            Self::System => "system",
        }
    }
}

/// Who acts. A regulator also has a jurisdiction: the corps, a division, or a regiment of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    pub role: Role,
    pub via: Via,
    pub session_id: Option<SessionId>,
    /// The regulator's division (`01`); `None` for the corps and for all who are not regulators.
    pub division: Option<String>,
    pub regiment: Option<String>,
    /// A regulator's agency (`ecology`, `health`, …).
    pub agency: Option<String>,
}

/// An `Idempotency-Key` with the fingerprint of its request: method, path, SHA-256 of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub key: String,
    pub fingerprint: [u8; 32],
}

/// The context of one request. Commands take time from here and from nowhere else.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub actor: Actor,
    /// Business time (whole milliseconds).
    pub now: DateTime<Utc>,
    /// Wall time, for what does not shift with a sandbox clock.
    pub wall: DateTime<Utc>,
    pub request_id: String,
    pub key: Option<IdempotencyKey>,
    /// The version that `If-Match` names.
    pub if_match: Option<i64>,
    /// `?validate_only=true`: answer what would be answered, write nothing.
    pub validate_only: bool,
    pub lang: Lang,
}
