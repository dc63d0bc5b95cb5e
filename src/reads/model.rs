//! A read, as it is recorded.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::wire::api_enum;

api_enum! {
    /// What was shown.
    pub enum What {
        Manifest = "manifest",
        Events = "events",
        Amendments = "amendments",
        Attachment = "attachment",
        Timeline = "timeline",
        /// A chain of manifests.
        Chain = "chain",
        /// A custody bundle, or the proof of one event.
        Bundle = "bundle",
        /// An evidence package.
        Evidence = "evidence",
        /// Whole entries of the log.
        Entries = "entries",
        Search = "search",
        /// A list of manifests, or the whole of it as a file.
        List = "list",
        /// A part of the change feed that was not empty.
        Changes = "changes",
        Roadside = "roadside",
        /// These records.
        Reads = "reads",
    }
}

/// One read.
#[derive(Clone, Debug)]
pub struct ReadRecord {
    pub id: Uuid,
    /// Wall time.
    pub read_at: DateTime<Utc>,
    pub user_id: Uuid,
    pub organisation_id: Uuid,
    pub role: String,
    pub agency: Option<String>,
    pub api_key_id: Option<Uuid>,
    pub what: String,
    pub manifest_id: Option<Uuid>,
    pub query: Option<String>,
    pub request_id: String,
}
