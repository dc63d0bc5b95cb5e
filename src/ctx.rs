//! Who asks, when, and in which request: plain values that every command receives.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::grant::Grants;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::limits::COMMIT_WAIT_MAX;
use crate::problem::{Code, Lang, Problem, Text};
use crate::wire::api_enum;

api_enum! {
    /// What a user may do, as the API names it (api.md, "Identity").
    pub enum Role {
        Admin = "admin",
        Producer = "producer",
        Carrier = "carrier",
        Driver = "driver",
        Receiver = "receiver",
        Reader = "reader",
        CorpsRegulator = "corps_regulator",
        DivisionRegulator = "division_regulator",
        RegimentRegulator = "regiment_regulator",
    }

    /// How the actor proved who it is (custody.md, `actor.via`).
    pub enum Via {
        Password = "password",
        ApiKey = "api_key",
        OneTimeCode = "one_time_code",
        DeviceKey = "device_key",
        System = "system",
    }
}

impl Role {
    pub const fn is_regulator(self) -> bool {
        matches!(self, Self::CorpsRegulator | Self::DivisionRegulator | Self::RegimentRegulator)
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
    /// An API key that narrows it, delegations that widen it.
    pub grants: Grants,
}

impl Actor {
    /// The program itself. Events show no ids for it (custody.md, `actor.via`).
    pub const fn system() -> Self {
        Self {
            user_id: UserId::of(uuid::Uuid::nil()),
            organisation_id: OrganisationId::of(uuid::Uuid::nil()),
            role: Role::CorpsRegulator,
            via: Via::System,
            session_id: None,
            division: None,
            regiment: None,
            agency: None,
            grants: Grants::NONE,
        }
    }
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
    /// How long it waits for its commit before it gives up: whoever has asked waits a little, the
    /// program's own work as long as it takes.
    pub patience: Duration,
}

impl Ctx {
    /// What the program does by itself, or in somebody's name beside a request: without key,
    /// condition or trial. `now` and `wall` as in the fields.
    pub fn unasked(
        actor: Actor,
        (now, wall): (DateTime<Utc>, DateTime<Utc>),
        request_id: &str,
    ) -> Self {
        Self {
            actor,
            now,
            wall,
            request_id: request_id.to_owned(),
            key: None,
            if_match: None,
            validate_only: false,
            lang: Lang::default(),
            patience: COMMIT_WAIT_MAX,
        }
    }

    /// 412 where `If-Match` names another version than the resource has.
    pub fn expect_version(&self, version: i64) -> Result<(), Problem> {
        if self.if_match.is_none_or(|wanted| wanted == version) {
            return Ok(());
        }
        let text = Text::new(
            format!("资源已变更，当前版本为 {version}。"),
            format!("It has changed: its version is {version}."),
        );
        Err(Problem::new(Code::StaleVersion, text))
    }
}
