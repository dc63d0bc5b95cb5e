//! A read as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::ReadRecord;
use crate::clock::rfc3339;

/// Who looked at what, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadView {
    pub id: Uuid,
    /// Wall time, also in a sandbox.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub read_at: String,
    pub user_id: Uuid,
    pub organisation_id: Uuid,
    /// As it was then.
    pub role: String,
    #[schema(required)]
    pub agency: Option<String>,
    /// The key that it was read by; null where a person signed in.
    #[schema(required)]
    pub api_key_id: Option<Uuid>,
    /// What was shown: `manifest`, `events`, `bundle`, `search`, …
    pub what: String,
    #[schema(required)]
    pub manifest_id: Option<Uuid>,
    /// What was asked for, where that was a question.
    #[schema(required)]
    pub query: Option<String>,
    pub request_id: String,
}

impl From<ReadRecord> for ReadView {
    fn from(one: ReadRecord) -> Self {
        Self {
            id: one.id,
            read_at: rfc3339(one.read_at),
            user_id: one.user_id,
            organisation_id: one.organisation_id,
            role: one.role,
            agency: one.agency,
            api_key_id: one.api_key_id,
            what: one.what,
            manifest_id: one.manifest_id,
            query: one.query,
            request_id: one.request_id,
        }
    }
}
