//! How large files may be, and where they are kept.

use super::limits::ATTACHMENT_BYTES_MAX;

/// The settings of files.
#[derive(Clone, Debug)]
pub struct Files {
    /// The largest file that is taken, in bytes.
    pub bytes_max: usize,
}

impl Default for Files {
    fn default() -> Self {
        Self { bytes_max: ATTACHMENT_BYTES_MAX }
    }
}
