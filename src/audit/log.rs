//! The first walk: the log in the order of positions, and the tree over it. Pure.

use std::collections::HashMap;

use super::finding::{Check, Finding, Findings};
use super::store::{CheckpointRow, LeafRow, TileRow};
use super::witness::{Witnessed, Witnesses};
use crate::custody::{BadNote, Checkpoint, Edge, FullTile, TileId, VerifierKey, WitnessKey};
use crate::problem::Text;

/// The walk: give it the leaves in their order, and the checkpoints of the sizes that they reach.
pub struct LogWalk {
    /// The position that must come next.
    pub next: i64,
    /// How many there were.
    pub leaves: u64,
    edge: Edge,
    keys: Vec<VerifierKey>,
    witnesses: Witnesses,
    /// Tiles that became full, until they are taken to be compared.
    pub full: Vec<FullTile>,
    pub findings: Findings,
}

impl LogWalk {
    /// `keys` are those whose signature makes a checkpoint one of this log, `witnesses` those of
    /// whom it must have cosignatures.
    pub fn new(keys: Vec<VerifierKey>, witnesses: Vec<WitnessKey>) -> Self {
        let (edge, findings) = (Edge::default(), Findings::default());
        let witnesses = Witnesses::new(witnesses);
        Self { next: 0, leaves: 0, edge, keys, witnesses, full: Vec::new(), findings }
    }

    pub fn take(&mut self, rows: &[LeafRow], checkpoints: &[CheckpointRow]) {
        let mut checkpoints = checkpoints.iter().peekable();
        for row in rows {
            self.leaf(row);
            let size = self.edge.size();
            while let Some(one) = checkpoints.next_if(|one| one.size.cast_unsigned() <= size) {
                self.checkpoint(one);
            }
        }
        for beyond in checkpoints {
            self.checkpoint(beyond);
        }
    }

    fn leaf(&mut self, row: &LeafRow) {
        if row.position != self.next {
            self.findings.add(Finding::new(Check::Log, gap(self.next, row.position)));
        }
        self.next = row.position + 1;
        self.leaves += 1;
        // What is no hash is of no body: the second walk says so.
        self.edge.append(row.leaf.unwrap_or_default(), &mut self.full);
    }

    fn checkpoint(&mut self, row: &CheckpointRow) {
        let text = match Checkpoint::believed(&row.note, &self.keys) {
            Err(why) => unsigned(row.size, &why),
            Ok(Some(told)) if self.is_of_this_tree(&told, row) => {
                return self.witnesses.take(row, &mut self.findings);
            }
            Ok(_) => other_tree(row.size),
        };
        self.findings.add(Finding::new(Check::Tree, text));
    }

    fn is_of_this_tree(&self, told: &Checkpoint, row: &CheckpointRow) -> bool {
        told.size == row.size.cast_unsigned()
            && told.size == self.edge.size()
            && told.root == self.edge.root()
            && row.root == told.root
    }

    /// Compares tiles that became full with those stored, of a tree of `size` entries.
    pub fn tiles(&mut self, full: &[FullTile], stored: &HashMap<TileId, TileRow>, size: u64) {
        for tile in full {
            if tile.id.width_in(size) < tile.hashes.len() as u64 {
                // The tree has not grown so far yet.
                continue;
            }
            let holds = stored
                .get(&tile.id)
                .is_some_and(|row| row.root == tile.root && row.hashes == tile.hashes.concat());
            if !holds {
                self.findings.add(Finding::new(Check::Tree, other_tile(tile.id)));
            }
        }
    }

    /// The log has ended at `size`, by its head; the tree has `tree` entries, by its own.
    pub fn end(mut self, size: i64, tree: i64) -> (Findings, Vec<Witnessed>) {
        if self.next != size {
            self.findings.add(Finding::new(Check::Log, gap(self.next, size)));
        }
        if tree > size {
            self.findings.add(Finding::new(Check::Tree, too_large(size, tree)));
        }
        let witnesses = self.witnesses.end(&mut self.findings);
        (self.findings, witnesses)
    }
}

fn gap(from: i64, to: i64) -> Text {
    Text::new(
        format!("日志不连续：位置 {from} 应为下一个，实为 {to}。"),
        format!("The log is not dense: position {from} was next, and {to} follows."),
    )
}

fn unsigned(size: i64, why: &BadNote) -> Text {
    Text::new(
        format!("规模为 {size} 的检查点签名无效：{why}。"),
        format!("The checkpoint of size {size} is not signed by this log: {why}."),
    )
}

fn other_tree(size: i64) -> Text {
    Text::new(
        format!("规模为 {size} 的检查点所签的不是现有日志：签发之后有事件被改动或删除。"),
        format!(
            "The checkpoint of size {size} was signed for another log: events were altered or \
             removed since."
        ),
    )
}

fn other_tile(id: TileId) -> Text {
    let TileId { level, n } = id;
    Text::new(
        format!("哈希树第 {level} 层第 {n} 块与事件不符。"),
        format!("Tile {n} of level {level} of the tree is not what the events make."),
    )
}

fn too_large(size: i64, tree: i64) -> Text {
    Text::new(
        format!("哈希树有 {tree} 个事件，日志只有 {size} 个：日志末尾被删除。"),
        format!("The tree has {tree} events, the log {size}: its end was removed."),
    )
}
