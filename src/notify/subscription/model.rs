//! A subscription: what a user wants to be told of, by mail or in the console.

use chrono::{DateTime, Duration, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::catalogue::Stream;
use crate::clock::beijing;
use crate::ctx::Actor;
use crate::decision::{Subject, SubjectKind};
use crate::ids::{OrganisationId, SubscriptionId, UserId};
use crate::notify::filter::Filter;
use crate::notify::kind::{NoticeKind, NoticeSeverity};
use crate::wire::api_enum;

api_enum! {
    /// By which way.
    pub enum Channel { Mail = "mail", Console = "console" }

    /// Whether mails come together.
    pub enum Digest {
        /// Each by itself.
        None = "none",
        Hourly = "hourly",
        /// At eight in the morning, Beijing time.
        Daily = "daily",
    }

    /// In which language; Chinese first where it is both.
    pub enum Language { Zh = "zh", En = "en", Both = "both" }

    /// Whether it is told anything.
    pub enum SubscriptionStatus { Active = "active", Removed = "removed" }
}

/// When a day's digest goes, Beijing time.
const MORNING_H: i64 = 8;

impl Digest {
    /// When what happens now is sent.
    pub fn due(self, wall: DateTime<Utc>) -> DateTime<Utc> {
        let next = |period: Duration, wall: DateTime<Utc>| {
            wall.duration_trunc(period).map_or(wall, |begun| begun + period)
        };
        match self {
            Self::None => wall,
            Self::Hourly => next(TimeDelta::hours(1), wall),
            Self::Daily => {
                // A day that begins at eight in Beijing begins at midnight here.
                let shift = TimeDelta::seconds(i64::from(beijing().local_minus_utc()))
                    - TimeDelta::hours(MORNING_H);
                next(TimeDelta::days(1), wall + shift) - shift
            }
        }
    }
}

/// A subscription as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    pub channel: Channel,
    /// None in the console, and once it is removed.
    pub address: Option<String>,
    pub filter: Filter,
    pub digest: Digest,
    pub language: Language,
    pub status: SubscriptionStatus,
    pub created_at: DateTime<Utc>,
}

/// What its events record: not the address, which is a person's.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recorded {
    pub id: SubscriptionId,
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    pub channel: Channel,
    pub filter: Filter,
    pub digest: Digest,
    pub language: Language,
    pub status: SubscriptionStatus,
}

impl Subscription {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::Subscription, self.id.uuid())
    }

    /// The `data` of its events.
    pub fn recorded(&self) -> Value {
        json!(Recorded {
            id: self.id,
            user_id: self.user_id,
            organisation_id: self.organisation_id,
            channel: self.channel,
            filter: self.filter.clone(),
            digest: self.digest,
            language: self.language,
            status: self.status,
        })
    }

    /// As one of its events left it; the address as it is now.
    pub fn as_recorded(self, data: Value) -> Result<Self, serde_json::Error> {
        let then: Recorded = serde_json::from_value(data)?;
        Ok(Self {
            filter: then.filter,
            digest: then.digest,
            language: then.language,
            status: then.status,
            ..self
        })
    }
}

/// A subscription.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubscriptionView {
    pub id: SubscriptionId,
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    pub channel: Channel,
    /// Shown to its owner alone.
    #[schema(required)]
    pub address: Option<String>,
    pub kinds: Vec<NoticeKind>,
    pub streams: Vec<Stream>,
    #[schema(required)]
    pub min_severity: Option<NoticeSeverity>,
    pub digest: Digest,
    pub language: Language,
    pub status: SubscriptionStatus,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl SubscriptionView {
    pub fn of(subscription: &Subscription, version: i64, viewer: &Actor) -> Self {
        let one = subscription.clone();
        Self {
            id: one.id,
            user_id: one.user_id,
            organisation_id: one.organisation_id,
            channel: one.channel,
            address: one.address.filter(|_| viewer.user_id == one.user_id),
            kinds: one.filter.kinds,
            streams: one.filter.streams,
            min_severity: one.filter.min_severity,
            digest: one.digest,
            language: one.language,
            status: one.status,
            created_at: one.created_at,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_go_at_the_hour_and_at_eight_in_beijing() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-12-01T02:20:07Z");
        assert_eq!(Digest::None.due(now), now);
        assert_eq!(Digest::Hourly.due(now), at("2026-12-01T03:00:00Z"));
        assert_eq!(Digest::Daily.due(now), at("2026-12-02T00:00:00Z"));
        assert_eq!(Digest::Daily.due(at("2026-12-01T23:59:59Z")), at("2026-12-02T00:00:00Z"));
    }
}
