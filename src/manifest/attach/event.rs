//! What the event of an attachment tells, and what it leaves in the state. Pure.

use serde::{Deserialize, Serialize};

use crate::blob::ATTACHMENTS_MAX;
use crate::manifest::evolve::{IllegalEvent, Manifest};
use crate::manifest::status::Status;
use crate::manifest::transport::Noted;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: i64,
    /// As its content was found to be.
    pub media_type: String,
    pub name: String,
    /// What it shows.
    pub kind: String,
    /// The parties that attached it.
    pub by: Vec<String>,
}

/// A file belongs to a manifest once, and to none that was cancelled.
pub fn evolve(manifest: &mut Manifest, step: Noted<Attached>) -> Result<(), IllegalEvent> {
    if manifest.status == Status::Cancelled || manifest.attachments.len() >= ATTACHMENTS_MAX {
        return Err(IllegalEvent::Step);
    }
    if manifest.attachments.iter().any(|known| known.data.sha256 == step.data.sha256) {
        return Err(IllegalEvent::Content);
    }
    manifest.attachments.push(step);
    Ok(())
}
