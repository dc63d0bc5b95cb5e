//! What stands beside a checkpoint's note, held against the note and against the checkpoints before
//! it: by whom it was signed, and when. Pure.
//!
//! When is in no signature. Known of it is only that a key signs nothing before it is first used,
//! that a larger tree is signed later, and that nothing is signed in the future: an hour that lies
//! between its neighbours may be any.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::tree_store::{CheckpointRow, KeyRow};
use crate::custody::{SignedNote, verifiers};
use crate::limits::TREE_LAG_S_MAX;
use crate::problem::Text;

/// How far clocks of machines that share a database may be apart.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(TREE_LAG_S_MAX as i64);

/// The rows of `checkpoint`, smallest first.
#[derive(Debug, Default)]
pub struct Signed {
    /// When each key, by its id, was first used.
    keys: HashMap<String, DateTime<Utc>>,
    /// The time of the snapshot.
    wall: DateTime<Utc>,
    /// Of the row before: its size, and when it was signed.
    before: Option<(i64, DateTime<Utc>)>,
}

impl Signed {
    pub fn new(keys: &[KeyRow], wall: DateTime<Utc>) -> Self {
        let ids = |row: &KeyRow| {
            let read = verifiers(&row.key).unwrap_or_default();
            let at = row.first_used_at;
            read.into_iter().map(move |key| (hex::encode(key.id()), at)).collect::<Vec<_>>()
        };
        Self { keys: keys.iter().flat_map(ids).collect(), wall, before: None }
    }

    /// The size of the largest so far.
    pub fn newest(&self) -> Option<i64> {
        self.before.map(|(size, _)| size)
    }

    /// The next, whatever its note is.
    pub fn pass(&mut self, row: &CheckpointRow) {
        let at = match self.before {
            Some((size, at)) if size == row.size => at.max(row.signed_at),
            _ => row.signed_at,
        };
        self.before = Some((row.size, at));
    }

    /// What is wrong beside the note of the next, which the log has signed.
    pub fn wrong(&self, row: &CheckpointRow) -> Option<Text> {
        let ids = SignedNote::parse(&row.note).map(|note| note.key_ids());
        let Some(ids) = ids.ok().filter(|ids| ids.join(",") == row.signed_by) else {
            return Some(other_keys(row));
        };
        let Some(since) = ids.iter().filter_map(|id| self.keys.get(id)).min() else {
            return Some(unnamed(row));
        };
        let is_early = row.signed_at + CLOCKS_APART < *since
            || self
                .before
                .is_some_and(|(size, at)| size < row.size && row.signed_at + CLOCKS_APART < at);
        let is_late = row.signed_at > self.wall + CLOCKS_APART;
        (is_early || is_late).then(|| other_time(row))
    }
}

fn other_keys(row: &CheckpointRow) -> Text {
    let CheckpointRow { size, signed_by, .. } = row;
    Text::new(
        format!("规模为 {size} 的检查点：signed_by 为 {signed_by}，与其签名不符。"),
        format!("The checkpoint of size {size}: signed_by, {signed_by}, is not who signed it."),
    )
}

fn unnamed(row: &CheckpointRow) -> Text {
    let CheckpointRow { size, signed_by, .. } = row;
    Text::new(
        format!("规模为 {size} 的检查点由 {signed_by} 签发，log_key 中没有该密钥。"),
        format!("The checkpoint of size {size} was signed by {signed_by}: log_key lacks the key."),
    )
}

fn other_time(row: &CheckpointRow) -> Text {
    let CheckpointRow { size, signed_at, .. } = row;
    Text::new(
        format!(
            "规模为 {size} 的检查点：signed_at {signed_at} 早于之前的检查点或密钥，或晚于现在。"
        ),
        format!(
            "The checkpoint of size {size} says it was signed at {signed_at}: before a smaller \
             one or its key, or in the future."
        ),
    )
}
