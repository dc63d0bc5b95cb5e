//! Attachments as the API shows them. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use super::event::Attached;
use crate::clock::rfc3339;
use crate::manifest::evolve::Manifest;
use crate::manifest::transport::Noted;
use crate::problem::Problem;
use crate::wire::Sha256Hex;

/// A file of a manifest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    /// SHA-256 of the file, hex: its name in the path.
    pub sha256: String,
    pub name: String,
    /// `image/jpeg`, `image/png`, `image/webp`, `image/heic` or `application/pdf`.
    pub media_type: String,
    /// Length in bytes.
    pub bytes: i64,
    /// What it shows: `photo`, `weigh_ticket`, `analysis`, `exemption_evidence`, `document`.
    pub kind: String,
    /// The parties that attached it.
    pub by: Vec<String>,
    /// The event that says so.
    pub seq: i64,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub recorded_at: String,
}

impl From<&Noted<Attached>> for AttachmentView {
    fn from(noted: &Noted<Attached>) -> Self {
        let Attached { sha256, bytes, media_type, name, kind, by } = noted.data.clone();
        let recorded_at = rfc3339(noted.recorded_at);
        Self { sha256, name, media_type, bytes, kind, by, seq: noted.seq, recorded_at }
    }
}

/// All of them, oldest first.
pub fn attachments(manifest: &Manifest) -> Vec<AttachmentView> {
    manifest.attachments.iter().map(AttachmentView::from).collect()
}

/// The one with this hash, else 404.
pub fn attachment(manifest: &Manifest, hash: Sha256Hex) -> Result<AttachmentView, Problem> {
    let hash = hex::encode(hash.0);
    let found = manifest.attachments.iter().find(|one| one.data.sha256 == hash);
    found.map(AttachmentView::from).ok_or_else(Problem::not_found)
}
