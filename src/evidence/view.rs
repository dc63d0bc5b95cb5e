//! The time line as the API shows it, in the caller's language.

use serde::Serialize;
use utoipa::ToSchema;

use super::dossier::Dossier;
use super::timeline::{Entry, EntryKind, Who};
use crate::clock::rfc3339;
use crate::ids::ManifestId;
use crate::manifest::Status;
use crate::problem::Lang;

/// What happened to a manifest, from its filing on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineView {
    pub manifest_id: ManifestId,
    pub number: String,
    pub status: Status,
    /// By claimed time.
    pub entries: Vec<TimelineEntryView>,
}

/// An entry of a time line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntryView {
    pub kind: EntryKind,
    /// The event's kind, the step that is missing or due, what an inspector concluded.
    pub word: String,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub at: String,
    /// When the server recorded it.
    #[schema(required, value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub recorded_at: Option<String>,
    /// The event; of a gap, the one that waits for a signature.
    #[schema(required)]
    pub seq: Option<i64>,
    /// Position of the event in the log.
    #[schema(required)]
    pub index: Option<u64>,
    /// In the caller's language, as are the lines.
    pub title: String,
    pub lines: Vec<String>,
    #[schema(required)]
    pub who: Option<WhoView>,
    /// It was told later than what had happened after it.
    pub out_of_order: bool,
    /// Of a gap: nobody has closed it. Of a term: it is not met.
    pub open: bool,
}

/// Who did it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhoView {
    /// Null for the program itself, and for an inspector.
    #[schema(required)]
    pub user_id: Option<String>,
    #[schema(required)]
    pub organisation_id: Option<String>,
    /// The organisation's name; empty for the program itself.
    pub organisation: String,
    /// A user's role, an inspector's agency.
    pub role: String,
    /// `password`, `api_key`, `one_time_code`, `device_key`, `system`; empty for an inspector.
    pub via: String,
    /// Names of those for whom it was signed by delegation.
    pub on_behalf_of: Vec<String>,
}

pub fn timeline_view(dossier: &Dossier, entries: &[Entry], lang: Lang) -> TimelineView {
    TimelineView {
        manifest_id: dossier.id,
        number: dossier.replayed.manifest.filed.number.clone(),
        status: dossier.replayed.manifest.status,
        entries: entries.iter().map(|entry| shown(entry, lang)).collect(),
    }
}

fn shown(entry: &Entry, lang: Lang) -> TimelineEntryView {
    TimelineEntryView {
        kind: entry.kind,
        word: entry.word.clone(),
        at: rfc3339(entry.at),
        recorded_at: entry.recorded_at.map(rfc3339),
        seq: entry.seq,
        index: entry.index,
        title: entry.title.of(lang).to_owned(),
        lines: entry.lines.iter().map(|line| line.of(lang).to_owned()).collect(),
        who: entry.who.clone().map(WhoView::from),
        out_of_order: entry.out_of_order,
        open: entry.open,
    }
}

impl From<Who> for WhoView {
    fn from(who: Who) -> Self {
        let Who { user_id, organisation_id, organisation, role, via, on_behalf_of, key: _ } = who;
        Self { user_id, organisation_id, organisation, role, via, on_behalf_of }
    }
}
