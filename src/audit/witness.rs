//! What is kept of witnesses, held against the checkpoints that it belongs to. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::finding::{Check, Finding, Findings};
use super::tree_store::CheckpointRow;
use crate::custody::{SignedNote, WitnessKey};
use crate::problem::Text;

/// How far a witness has followed the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// The witness's verifier key.
    pub key: String,
    /// Entries of the largest checkpoint that it has cosigned: of what came later it says nothing.
    pub size: i64,
    pub cosigned_at: DateTime<Utc>,
    /// The newest entries, which it has not cosigned.
    pub uncosigned: i64,
}

/// All witnesses, as the walk meets them.
pub struct Witnesses {
    /// Those of whom there must be something.
    asked: Vec<WitnessKey>,
    /// By key.
    seen: BTreeMap<String, Witnessed>,
}

impl Witnesses {
    pub const fn new(asked: Vec<WitnessKey>) -> Self {
        Self { asked, seen: BTreeMap::new() }
    }

    /// Takes the cosignatures of a checkpoint of this log; smaller ones come first.
    pub fn take(&mut self, row: &CheckpointRow, findings: &mut Findings) {
        for (key, line) in row.witnesses.iter().zip(&row.lines) {
            if let Some(cosigned_at) = cosigned(key, &format!("{}{line}\n", row.note)) {
                let (key, size) = (key.clone(), row.size);
                let witnessed = Witnessed { key, size, cosigned_at, uncosigned: 0 };
                self.seen.insert(witnessed.key.clone(), witnessed);
            } else {
                findings.add(Finding::new(Check::Witness, wrong(row.size, key)));
            }
        }
    }

    /// The log is at its end, at `size`: how far each witness has come.
    pub fn end(self, size: i64, findings: &mut Findings) -> Vec<Witnessed> {
        for key in self.asked.iter().map(ToString::to_string) {
            if !self.seen.contains_key(&key) {
                findings.add(Finding::new(Check::Witness, silent(&key)));
            }
        }
        let behind = |one: Witnessed| Witnessed { uncosigned: size - one.size, ..one };
        self.seen.into_values().map(behind).collect()
    }
}

fn cosigned(key: &str, note: &str) -> Option<DateTime<Utc>> {
    let key: WitnessKey = key.parse().ok()?;
    key.cosigned(&SignedNote::parse(note).ok()?).ok()?
}

fn wrong(size: i64, key: &str) -> Text {
    Text::new(
        format!("规模为 {size} 的检查点上见证方 {key} 的联署无效：签发之后有事件被改动。"),
        format!(
            "The cosignature of {key} is not one of the checkpoint of size {size}: events were \
             altered since, or it was."
        ),
    )
}

fn silent(key: &str) -> Text {
    Text::new(
        format!("没有见证方 {key} 的任何联署。"),
        format!("The witness {key} has cosigned no checkpoint of this log."),
    )
}

pub(super) fn unpublished(size: i64, key: &str) -> Text {
    Text::new(
        format!("见证方 {key} 联署的规模为 {size} 的检查点不见了：它或联署被改动或删除。"),
        format!(
            "The checkpoint of size {size} that {key} has cosigned is gone: it was removed or \
             altered, or the cosignature was."
        ),
    )
}
