//! What is asked when a file is attached: what it shows, and the file.

use bytes::Bytes;

use super::name::FileName;
use crate::blob::MediaType;
use crate::wire::api_enum;

api_enum! {
    /// What an attachment shows.
    pub enum AttachmentKind {
        Photo = "photo",
        /// Of a weighbridge.
        WeighTicket = "weigh_ticket",
        /// Of a laboratory.
        Analysis = "analysis",
        /// What an item's exemption rests on (`exemption.evidence_sha256`).
        ExemptionEvidence = "exemption_evidence",
        Document = "document",
    }
}

/// What is said of a file that is sent.
#[derive(Clone, Debug)]
pub struct AttachFile {
    /// Its name, before the one that it has in a form; it is named by its kind where it has none.
    pub name: Option<FileName>,
    pub kind: AttachmentKind,
}

/// A file as it was received.
#[derive(Clone, Debug)]
pub struct FileSent {
    pub bytes: Bytes,
    /// The type that it was sent as; none where a form does not say.
    pub declared: Option<MediaType>,
    /// The name that it has in a form.
    pub name: Option<String>,
}
