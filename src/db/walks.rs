//! Lists that are several walks along an index, put together.

use std::cmp::Reverse;

use uuid::Uuid;

/// The walks' rows as one list: newest first, each once, at most `rows`.
pub fn merged<T>(mut found: Vec<T>, rows: i64, id: impl Fn(&T) -> Uuid) -> Vec<T> {
    found.sort_by_key(|one| Reverse(id(one)));
    found.dedup_by_key(|one| id(one));
    found.truncate(usize::try_from(rows).unwrap_or(0));
    found
}
