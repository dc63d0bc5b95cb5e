//! What people made of a case: the data of the events of its chain. A case itself is not in the
//! log, since it follows from it; its first event is the first thing that somebody did with it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::case::Case;
use crate::decision::SubjectKind;
use crate::identity::Agency;
use crate::ids::{AnomalyId, UserId};
use crate::registry::Entry;
use crate::wire::api_enum;

api_enum! {
    /// What a regulator says of a case.
    pub enum ReviewStatus {
        /// Nothing, or nothing any more: it is open again.
        Open = "open",
        /// Somebody has taken note and looks into it.
        Acknowledged = "acknowledged",
        /// It is there, and there is a good reason.
        Explained = "explained",
        /// Something was wrong.
        Confirmed = "confirmed",
        /// A false alarm.
        Dismissed = "dismissed",
    }

    /// How a case stands.
    pub enum CaseStatus {
        Open = "open",
        Acknowledged = "acknowledged",
        Explained = "explained",
        Confirmed = "confirmed",
        Dismissed = "dismissed",
        /// The facts that made it are gone: the program says so, never a person.
        Resolved = "resolved",
    }
}

impl ReviewStatus {
    /// It is judged, and needs a reason.
    pub const fn is_judgement(self) -> bool {
        matches!(self, Self::Explained | Self::Confirmed | Self::Dismissed)
    }
}

/// A case handed on to another agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    pub agency: Agency,
    pub note: String,
    pub referred_by: Option<UserId>,
    pub referred_at: DateTime<Utc>,
}

/// A case that other agencies were let in to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    pub agencies: Vec<Agency>,
    pub note: String,
    pub shared_by: Option<UserId>,
    pub shared_at: DateTime<Utc>,
}

/// All that people made of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: AnomalyId,
    pub status: ReviewStatus,
    /// Of the judgement: what others are told when a case is shared or referred stands there.
    pub note: String,
    pub judged_by: Option<UserId>,
    pub judged_at: Option<DateTime<Utc>>,
    pub assignee_id: Option<UserId>,
    /// Agencies beside the owner's that see it, in the order in which they were let in.
    pub agencies: Vec<Agency>,
    pub referrals: Vec<Referral>,
    /// Left out where there is none: events that were written before it was kept have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharings: Vec<Sharing>,
    /// The case that it goes on with.
    pub merged_into: Option<AnomalyId>,
    /// Cases that go on with this one.
    pub absorbed: Vec<AnomalyId>,
    /// The case as whoever did the last act saw it: facts go on, and a judgement is of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<AsSeen>,
}

/// A case as somebody saw it. In events it is JSON within a string: evidence has fractions, and
/// what is hashed has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsSeen(pub Box<Case>);

/// Bytes of a case in an event, which holds 64 KiB.
const SEEN_BYTES_MAX: usize = 32 * 1024;

impl AsSeen {
    /// None of a case that is too long to be kept.
    pub fn of(case: &Case) -> Option<Self> {
        let length = serde_json::to_string(case).ok()?.len();
        (length <= SEEN_BYTES_MAX).then(|| Self(Box::new(case.clone())))
    }
}

impl Serialize for AsSeen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for AsSeen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Review {
    /// Of a case that nobody has touched.
    pub const fn none(id: AnomalyId) -> Self {
        Self {
            id,
            status: ReviewStatus::Open,
            note: String::new(),
            judged_by: None,
            judged_at: None,
            assignee_id: None,
            agencies: Vec::new(),
            referrals: Vec::new(),
            sharings: Vec::new(),
            merged_into: None,
            absorbed: Vec::new(),
            seen: None,
        }
    }
}

impl Entry for Review {
    const KIND: SubjectKind = SubjectKind::Anomaly;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// How a case stands: what people concluded; else whether the program resolved it; else whether
/// somebody has taken note. As the generated column says it.
pub const fn status(review: &Review, is_resolved: bool) -> CaseStatus {
    match (review.status, is_resolved) {
        (ReviewStatus::Explained, _) => CaseStatus::Explained,
        (ReviewStatus::Confirmed, _) => CaseStatus::Confirmed,
        (ReviewStatus::Dismissed, _) => CaseStatus::Dismissed,
        (ReviewStatus::Open | ReviewStatus::Acknowledged, true) => CaseStatus::Resolved,
        (ReviewStatus::Acknowledged, false) => CaseStatus::Acknowledged,
        (ReviewStatus::Open, false) => CaseStatus::Open,
    }
}
