//! What is told to one target: its standing, when it is tried again, and how the API shows it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kind::NoticeSeverity;
use super::limits::{RETRY_FIRST_S, RETRY_S_MAX, RETRY_UNTIL_DAYS};
use super::topic::Content;
use crate::catalogue::Stream;
use crate::decision::SubjectKind;
use crate::ids::{DeliveryId, WebhookId};
use crate::wire::api_enum;

api_enum! {
    /// How a delivery stands.
    pub enum DeliveryStatus {
        Pending = "pending",
        Delivered = "delivered",
        /// Given up.
        Failed = "failed",
    }
}

/// A delivery as it is stored.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub target_id: Uuid,
    pub kind: String,
    pub subject: Option<(i16, Uuid)>,
    pub position: Option<i64>,
    pub happened_at: DateTime<Utc>,
    pub content: Content,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub n: i32,
    pub at: DateTime<Utc>,
    pub duration_ms: i32,
    pub status: Option<i16>,
    pub error: Option<String>,
    pub response: Option<String>,
}

/// When it is tried again after so many attempts that failed; never, once the days are over. The
/// wait grows fivefold up to some hours, and `chance` spreads it by a quarter either way, so that
/// what failed together does not come back together.
pub fn next_attempt(
    attempts: i32,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
    chance: u8,
) -> Option<DateTime<Utc>> {
    let grown = (1..attempts.max(1)).try_fold(RETRY_FIRST_S, |wait, _| wait.checked_mul(5));
    let wait_ms = grown.unwrap_or(RETRY_S_MAX).min(RETRY_S_MAX) * 1000;
    let spread_ms = wait_ms / 2 * i64::from(chance) / 255 - wait_ms / 4;
    let at = now + TimeDelta::milliseconds(wait_ms + spread_ms);
    (at <= since + TimeDelta::days(RETRY_UNTIL_DAYS)).then_some(at)
}

/// What is about what: `{"kind":"manifest","id":…}`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeSubject {
    pub kind: String,
    pub id: Uuid,
}

fn subject(of: Option<(i16, Uuid)>) -> Option<NoticeSubject> {
    let (kind, id) = of?;
    Some(NoticeSubject { kind: SubjectKind::from_number(kind)?.as_str().to_owned(), id })
}

/// A delivery to a webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// Also its `webhook-id`, the same over all attempts.
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    /// The `type` in its body.
    pub kind: String,
    /// The event's number in the change feed; `null` of a trial.
    #[schema(required)]
    pub sequence: Option<i64>,
    /// What it is about; `null` of a trial.
    #[schema(required)]
    pub subject: Option<NoticeSubject>,
    pub status: DeliveryStatus,
    pub attempts: i32,
    /// `null` once nothing is to be done.
    #[schema(required)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<&Delivery> for DeliveryView {
    fn from(one: &Delivery) -> Self {
        Self {
            id: one.id,
            webhook_id: WebhookId::of(one.target_id),
            kind: one.kind.clone(),
            sequence: one.position.map(|position| position + 1),
            subject: subject(one.subject),
            status: one.status,
            attempts: one.attempts,
            next_attempt_at: one.next_attempt_at,
            created_at: one.created_at,
        }
    }
}

/// One attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttemptView {
    pub n: i32,
    /// When it ended.
    pub at: DateTime<Utc>,
    pub duration_ms: i32,
    /// `null` where nobody answered.
    #[schema(required)]
    pub status: Option<i16>,
    /// Why nobody answered.
    #[schema(required)]
    pub error: Option<String>,
    /// The beginning of the answer.
    #[schema(required)]
    pub response: Option<String>,
}

/// A delivery with what was sent and what came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryDetailView {
    #[serde(flatten)]
    pub delivery: DeliveryView,
    /// The body that is sent.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    pub log: Vec<AttemptView>,
}

impl DeliveryDetailView {
    pub fn of(one: &Delivery, log: Vec<Attempt>) -> Self {
        let body = one.content.body(&one.kind, one.position, one.subject, one.happened_at);
        let view = |one: Attempt| AttemptView {
            n: one.n,
            at: one.at,
            duration_ms: one.duration_ms,
            status: one.status,
            error: one.error,
            response: one.response,
        };
        let log = log.into_iter().map(view).collect();
        Self { delivery: DeliveryView::from(one), body, log }
    }
}

/// A notice in the console.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub id: DeliveryId,
    pub kind: String,
    pub title_zh: String,
    pub title_en: String,
    /// Where what it is about is read: `/api/v1/manifests/…`; empty where there is no such place.
    pub path: String,
    pub streams: Vec<Stream>,
    #[schema(required)]
    pub severity: Option<NoticeSeverity>,
    /// The rule that raised it.
    #[schema(required)]
    pub rule: Option<String>,
    /// The text that wants it told, subscribed or not; `null`: its reader subscribed.
    #[schema(required)]
    pub basis: Option<String>,
    #[schema(required)]
    pub sequence: Option<i64>,
    #[schema(required)]
    pub subject: Option<NoticeSubject>,
    pub happened_at: DateTime<Utc>,
    /// `null`: not yet.
    #[schema(required)]
    pub read_at: Option<DateTime<Utc>>,
}

impl From<&Delivery> for NoticeView {
    fn from(one: &Delivery) -> Self {
        let content = one.content.clone();
        Self {
            id: one.id,
            kind: one.kind.clone(),
            title_zh: content.title_zh,
            title_en: content.title_en,
            path: content.path,
            streams: content.streams,
            severity: content.severity,
            rule: content.rule,
            basis: content.basis,
            sequence: one.position.map(|position| position + 1),
            subject: subject(one.subject),
            happened_at: one.happened_at,
            read_at: one.read_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_end_within_three_days() {
        let start: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().unwrap();
        for chance in [0, 100, 255] {
            let (mut now, mut attempts, mut before) = (start, 1, 0);
            while let Some(next) = next_attempt(attempts, (start, now), chance) {
                let wait = (next - now).num_seconds();
                assert!(wait >= before && wait > 0, "{attempts}: {wait}");
                (now, attempts, before) = (next, attempts + 1, wait);
            }
            assert!((10..30).contains(&attempts), "{attempts} attempts");
            assert!(now - start > TimeDelta::days(2), "{now}");
        }
        assert_eq!(next_attempt(i32::MAX, (start, start), 0).map(|at| at > start), Some(true));
    }
}
