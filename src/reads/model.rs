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
        /// A case of the anomaly rules.
        Case = "case",
        /// A list of cases.
        Cases = "cases",
        /// A collection round, or its transport card.
        Round = "round",
        /// A list of rounds.
        Rounds = "rounds",
        /// Entries of ledgers.
        Ledger = "ledger",
        /// What the devices of a vehicle or a site told.
        Track = "track",
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
