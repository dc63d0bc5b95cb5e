//! Bounds on files, with the reason for each figure.

use std::time::Duration;

/// A file that is attached, in bytes: a phone's largest photo, a scanned document of some thirty
/// pages. The default; a setting says otherwise.
pub const ATTACHMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What that setting may say at most: a file is in memory while it is received.
pub const ATTACHMENT_BYTES_CEILING: usize = 64 * 1024 * 1024;

/// All files that are being received in a process, in bytes: each takes its announced length of it,
/// and waits where there is no more.
pub const UPLOADS_BYTES_MAX: usize = 128 * 1024 * 1024;

/// What stands around a file in a form: heads and boundaries.
pub const FORM_BYTES_MAX: usize = 16 * 1024;

/// How long an upload waits for others to be done before it is told 503.
pub const UPLOAD_WAIT_MAX: Duration = Duration::from_secs(10);

/// Attachments of one manifest: its state has their names, and every step rewrites it.
pub const ATTACHMENTS_MAX: usize = 50;

/// A file is read so many bytes at a time.
pub const BLOB_PIECE_BYTES: usize = 256 * 1024;

/// A file that nothing names is taken away after so many hours: its command was over long before.
pub const ORPHAN_HOURS_MIN: i64 = 24;

/// What is older than this, in hours, was looked at before: each look is a short walk of an index.
pub const ORPHAN_HOURS_MAX: i64 = 7 * 24;

/// How often such files are looked for.
pub const SWEEP_TICK: Duration = Duration::from_hours(1);
