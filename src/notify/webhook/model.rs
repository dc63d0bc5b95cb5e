//! A webhook, what its events record of it, and what the API shows.
//!
//! It is told what its maker could see when it made it, as an API key of the organisation is: a
//! plant's program must not go deaf because somebody left.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::catalogue::Stream;
use crate::ctx::{Actor, Role, Via};
use crate::decision::{Subject, SubjectKind};
use crate::grant::Grants;
use crate::ids::{OrganisationId, UserId, WebhookId};
use crate::notify::filter::Filter;
use crate::notify::kind::{NoticeKind, NoticeSeverity};
use crate::wire::api_enum;

api_enum! {
    /// Whether a webhook is told anything.
    pub enum WebhookStatus { Active = "active", Disabled = "disabled", Removed = "removed" }

    /// Why a webhook is switched off.
    pub enum DisabledBecause {
        ByHand = "by_hand",
        /// It answered 410.
        Gone = "gone",
        /// It took nothing for days.
        Failing = "failing",
    }
}

/// What its maker could see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    pub role: Role,
    pub agency: Option<String>,
    pub division: Option<String>,
    pub regiment: Option<String>,
}

/// A webhook as it is stored, but for its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub organisation_id: OrganisationId,
    /// Who made it.
    pub user_id: UserId,
    pub name: String,
    pub url: String,
    pub filter: Filter,
    pub sight: Sight,
    pub status: WebhookStatus,
    pub disabled_because: Option<DisabledBecause>,
    pub created_at: DateTime<Utc>,
}

/// What its events record: not its address, which may hold a token, nor its name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recorded {
    pub id: WebhookId,
    pub organisation_id: OrganisationId,
    pub user_id: UserId,
    pub filter: Filter,
    #[serde(flatten)]
    pub sight: Sight,
    pub status: WebhookStatus,
    pub disabled_because: Option<DisabledBecause>,
}

impl Webhook {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::Webhook, self.id.uuid())
    }

    /// The `data` of its events.
    pub fn recorded(&self) -> Value {
        let one = self.clone();
        json!(Recorded {
            id: one.id,
            organisation_id: one.organisation_id,
            user_id: one.user_id,
            filter: one.filter,
            sight: one.sight,
            status: one.status,
            disabled_because: one.disabled_because,
        })
    }

    /// As one of its events left it; name and address as they are now.
    pub fn as_recorded(self, data: Value) -> Result<Self, serde_json::Error> {
        let then: Recorded = serde_json::from_value(data)?;
        let (filter, status) = (then.filter, then.status);
        Ok(Self { filter, status, disabled_because: then.disabled_because, ..self })
    }

    /// Who is told.
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: self.user_id,
            organisation_id: self.organisation_id,
            role: self.sight.role,
            via: Via::ApiKey,
            session_id: None,
            division: self.sight.division.clone(),
            regiment: self.sight.regiment.clone(),
            agency: self.sight.agency.clone(),
            grants: Grants::NONE,
        }
    }
}

/// A webhook, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookView {
    pub id: WebhookId,
    pub organisation_id: OrganisationId,
    /// Who made it: it is told what that user could see then.
    pub user_id: UserId,
    pub url: String,
    pub name: String,
    pub kinds: Vec<NoticeKind>,
    pub streams: Vec<Stream>,
    #[schema(required)]
    pub min_severity: Option<NoticeSeverity>,
    pub status: WebhookStatus,
    #[schema(required)]
    pub disabled_because: Option<DisabledBecause>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl WebhookView {
    pub fn of(webhook: &Webhook, version: i64) -> Self {
        let one = webhook.clone();
        Self {
            id: one.id,
            organisation_id: one.organisation_id,
            user_id: one.user_id,
            url: one.url,
            name: one.name,
            kinds: one.filter.kinds,
            streams: one.filter.streams,
            min_severity: one.filter.min_severity,
            status: one.status,
            disabled_because: one.disabled_because,
            created_at: one.created_at,
            version,
        }
    }
}

/// A webhook with a new secret: the only answer that shows it.
#[derive(Serialize, ToSchema)]
pub struct MadeWebhookView {
    #[serde(flatten)]
    pub view: WebhookView,
    /// What deliveries are signed with. It is not shown again.
    pub secret: String,
}
