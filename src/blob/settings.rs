//! How large files may be, and where they are kept.

use super::limits::ATTACHMENT_BYTES_MAX;
use crate::secret::Secret;

/// The settings of files.
#[derive(Clone, Debug)]
pub struct Files {
    /// The largest file that is taken, in bytes.
    pub bytes_max: usize,
    /// Where new files are put; none: in the database.
    pub objects: Option<ObjectSettings>,
}

impl Default for Files {
    fn default() -> Self {
        Self { bytes_max: ATTACHMENT_BYTES_MAX, objects: None }
    }
}

/// An S3-compatible store.
#[derive(Clone, Debug)]
pub struct ObjectSettings {
    pub bucket: String,
    /// Folders within the bucket; empty for none.
    pub prefix: String,
    /// Of a store that is not the cloud's own: `https://minio.example.cn`.
    pub endpoint: Option<String>,
    pub region: String,
    pub key_id: String,
    pub secret: Secret<String>,
}
