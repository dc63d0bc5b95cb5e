//! The first walk: the log in the order of positions. Pure.

use super::finding::{Check, Finding, Findings};
use super::store::LeafRow;
use crate::journal::leaf_hash;
use crate::problem::Text;

/// The walk: give it the leaves in their order.
#[derive(Default)]
pub struct LogWalk {
    /// The position that must come next.
    pub next: i64,
    pub findings: Findings,
}

impl LogWalk {
    pub fn take(&mut self, row: &LeafRow) {
        if row.position != self.next {
            self.findings.add(Finding::new(Check::Log, gap(self.next, row.position)));
        }
        self.next = row.position + 1;
        if row.leaf != leaf_hash(&row.body) {
            let finding = Finding::new(Check::Log, altered()).at(row.position);
            self.findings.add(match row.subject {
                Some(subject) => finding.of(subject),
                None => finding,
            });
        }
    }

    /// The log has ended at `size`, by its head.
    pub fn end(&mut self, size: i64) {
        if self.next != size {
            self.findings.add(Finding::new(Check::Log, gap(self.next, size)));
        }
    }
}

fn gap(from: i64, to: i64) -> Text {
    Text::new(
        format!("日志不连续：位置 {from} 应为下一个，实为 {to}。"),
        format!("The log is not dense: position {from} was next, and {to} follows."),
    )
}

fn altered() -> Text {
    Text::new(
        "事件正文与其哈希不符：已被改动。",
        "The event is not what was hashed: it was altered.",
    )
}
