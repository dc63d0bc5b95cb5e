//! Checkpoints that somebody has kept elsewhere, held against the log as it is now. Pure.
//!
//! Whoever holds the database and the log's key can write another history and sign it. What was
//! published before does not change with it: the log must still have that root at that size.

use std::collections::VecDeque;

use serde::Serialize;

use super::finding::{Check, Finding, Findings};
use crate::custody::{Checkpoint, Hash, VerifierKey};
use crate::problem::Text;

/// A checkpoint from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptNote {
    /// What it is called when it is spoken of.
    pub name: String,
    /// The signed note.
    pub note: String,
}

/// A checkpoint from elsewhere that the log still has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extended {
    pub name: String,
    /// Entries of the checkpoint: so many are as they were.
    pub size: u64,
}

/// Those that the walk has yet to come to, smallest first.
#[derive(Debug, Default)]
pub struct Kept {
    waiting: VecDeque<(String, Checkpoint)>,
    extended: Vec<Extended>,
}

impl Kept {
    /// What no key of the log has signed is a finding: it says nothing of the log.
    pub fn new(notes: &[KeptNote], keys: &[VerifierKey], findings: &mut Findings) -> Self {
        let mut waiting = Vec::with_capacity(notes.len());
        for KeptNote { name, note } in notes {
            match Checkpoint::believed(note, keys) {
                Ok(Some(told)) => waiting.push((name.clone(), told)),
                Ok(None) => findings.add(unbelieved(name, "it is no checkpoint of this log")),
                Err(why) => findings.add(unbelieved(name, &why.to_string())),
            }
        }
        waiting.sort_by_key(|(_, told)| told.size);
        Self { waiting: waiting.into(), extended: Vec::new() }
    }

    /// The log has reached `size` entries, whose root is asked for where somebody has kept one.
    pub fn reached(&mut self, size: u64, root: impl Fn() -> Hash, findings: &mut Findings) {
        while let Some((name, told)) = self.waiting.pop_front_if(|(_, told)| told.size <= size) {
            if told.size == size && told.root == root() {
                self.extended.push(Extended { name, size });
            } else {
                findings.add(Finding::new(Check::Consistency, rewritten(&name, told.size)));
            }
        }
    }

    /// The log has ended at `size` entries.
    pub fn end(self, size: u64, findings: &mut Findings) -> Vec<Extended> {
        for (name, told) in self.waiting {
            findings.add(Finding::new(Check::Consistency, cut(&name, told.size, size)));
        }
        self.extended
    }
}

fn unbelieved(name: &str, why: &str) -> Finding {
    let text = Text::new(
        format!("另存的检查点 {name} 不可信：{why}。"),
        format!("The checkpoint {name} from elsewhere cannot be believed: {why}."),
    );
    Finding::new(Check::Consistency, text)
}

fn rewritten(name: &str, size: u64) -> Text {
    Text::new(
        format!("历史被改写：另存的检查点 {name} 所签的前 {size} 个事件与现有日志不同。"),
        format!(
            "HISTORY WAS REWRITTEN: the first {size} events of this log are not those that the \
             checkpoint {name} was signed for."
        ),
    )
}

fn cut(name: &str, told: u64, size: u64) -> Text {
    Text::new(
        format!("日志被截断：另存的检查点 {name} 有 {told} 个事件，现有日志只有 {size} 个。"),
        format!(
            "THE LOG WAS CUT: the checkpoint {name} was signed for {told} events, and this log \
             has {size}."
        ),
    )
}
