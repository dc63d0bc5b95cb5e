//! The first walk: the log in the order of positions, and the tree over it. Pure.

use std::collections::HashMap;
use std::iter::Peekable;

use super::finding::{Check, Finding, Findings, KEPT_MAX};
use super::head::Heads;
use super::kept::{Extended, Kept, KeptNote};
use super::met::Met;
use super::signed::Signed;
use super::store::LeafRow;
use super::tree_store::{CheckpointRow, TailRow, TileRow};
use super::witness::{Witnessed, Witnesses};
use crate::custody::{
    BadNote, Checkpoint, Edge, FullTile, Hash, TILE_WIDTH, TileId, VerifierKey, WitnessKey,
};
use crate::problem::Text;

/// The walk: give it the leaves in their order, and the checkpoints of the sizes that they reach.
pub struct LogWalk {
    /// The position that must come next.
    next: i64,
    /// No position was missing so far: what differs from the tree then is another event.
    is_dense: bool,
    /// The size of the newest checkpoint that this tree has, and of the first after it whose root
    /// it does not have.
    holds: u64,
    breaks: Option<u64>,
    /// Where a tile has another leaf than the event: the first of them.
    others: Vec<u64>,
    met: Met,
    edge: Edge,
    keys: Vec<VerifierKey>,
    witnesses: Witnesses,
    signed: Signed,
    kept: Kept,
    /// Tiles that became full, until they are taken to be compared.
    pub full: Vec<FullTile>,
    pub findings: Findings,
}

impl LogWalk {
    /// `keys` are those whose signature makes a checkpoint one of this log, `witnesses` those of
    /// whom it must have cosignatures, `kept` the checkpoints that were kept elsewhere; `met` has
    /// met nothing.
    pub fn new(
        keys: Vec<VerifierKey>,
        witnesses: Vec<WitnessKey>,
        (signed, met): (Signed, Met),
        kept: &[KeptNote],
    ) -> Self {
        let (edge, mut findings) = (Edge::default(), Findings::default());
        let kept = Kept::new(kept, &keys, &mut findings);
        let witnesses = Witnesses::new(witnesses);
        Self {
            next: 0,
            is_dense: true,
            holds: 0,
            breaks: None,
            others: Vec::new(),
            met,
            edge,
            keys,
            witnesses,
            signed,
            kept,
            full: Vec::new(),
            findings,
        }
    }

    pub fn take(&mut self, rows: &[LeafRow], checkpoints: &[CheckpointRow]) {
        let mut checkpoints = checkpoints.iter().peekable();
        // Of the tree as it is: before the first event there may be one as well.
        self.reached(&mut checkpoints);
        for row in rows {
            self.leaf(row);
            self.reached(&mut checkpoints);
        }
        for beyond in checkpoints {
            self.checkpoint(beyond);
        }
    }

    /// Whatever was signed of the tree as large as it is now.
    fn reached<'a>(&mut self, checkpoints: &mut Peekable<impl Iterator<Item = &'a CheckpointRow>>) {
        let size = self.edge.size();
        let is_reached = |one: &&CheckpointRow| one.size <= size.cast_signed();
        while let Some(one) = checkpoints.next_if(is_reached) {
            self.checkpoint(one);
        }
        self.kept.reached(size, || self.edge.root(), &mut self.findings);
    }

    fn leaf(&mut self, row: &LeafRow) {
        if row.position != self.next {
            self.findings.add(Finding::new(Check::Log, gap(self.next, row.position)));
            self.is_dense = false;
        }
        self.next = row.position + 1;
        // What is no hash is of no body: the second walk says so.
        self.met.add(row.position, row.leaf.as_ref().map_or(&[], |leaf| leaf.as_slice()));
        self.edge.append(row.leaf.unwrap_or_default(), &mut self.full);
    }

    fn checkpoint(&mut self, row: &CheckpointRow) {
        let text = match Checkpoint::believed(&row.note, &self.keys) {
            Err(why) => Some(unsigned(row.size, &why)),
            Ok(Some(told)) if self.is_of_this_tree(&told, row) => {
                (self.holds, self.breaks) = (told.size, None);
                self.witnesses.take(row, &mut self.findings);
                self.signed.wrong(row)
            }
            Ok(told) => {
                let is_another = |told: &Checkpoint| {
                    told.size == self.edge.size() && told.root != self.edge.root()
                };
                if let Some(told) = told.filter(is_another) {
                    self.breaks.get_or_insert(told.size);
                }
                Some(other_tree(row.size))
            }
        };
        self.signed.pass(row);
        if let Some(text) = text {
            self.findings.add(Finding::new(Check::Tree, text));
        }
    }

    fn is_of_this_tree(&self, told: &Checkpoint, row: &CheckpointRow) -> bool {
        told.size == row.size.cast_unsigned()
            && told.size == self.edge.size()
            && told.root == self.edge.root()
            && row.root == told.root
    }

    /// Compares the roots of tiles that the last leaves were read in with what they make.
    pub fn leaf_tiles(&mut self, roots: &HashMap<TileId, Vec<u8>>) {
        let Self { full, findings, .. } = self;
        full.retain(|tile| {
            let Some(root) = roots.get(&tile.id) else { return true };
            if *root != tile.root {
                findings.add(Finding::new(Check::Tree, other_tile(tile.id)));
            }
            false
        });
    }

    /// Compares tiles that became full with those stored, of a tree of `size` entries.
    pub fn tiles(&mut self, full: &[FullTile], stored: &HashMap<TileId, TileRow>, size: u64) {
        for tile in full {
            if tile.id.width_in(size) < tile.hashes.len() as u64 {
                // The tree has not grown so far yet.
                continue;
            }
            let row = stored.get(&tile.id);
            let holds =
                row.is_some_and(|row| row.root == tile.root && row.hashes == tile.hashes.concat());
            if !holds {
                self.findings.add(Finding::new(Check::Tree, other_tile(tile.id)));
                self.others(tile, row.map_or(&[], |row| &row.hashes));
            }
        }
    }

    /// Where the events are others than a tile of leaves has.
    fn others(&mut self, tile: &FullTile, stored: &[u8]) {
        let (each, _) = stored.as_chunks::<{ size_of::<Hash>() }>();
        if tile.id.level > 0 || !self.is_dense {
            return;
        }
        let first = tile.id.n.saturating_mul(TILE_WIDTH);
        let pairs = tile.hashes.iter().zip(each).zip(first..);
        let differing = pairs.filter(|((leaf, was), _)| leaf != was).map(|(_, position)| position);
        self.others.extend(differing.take(KEPT_MAX.saturating_sub(self.others.len())));
    }

    /// Names events that are not what was signed. Where a checkpoint holds, the events before it
    /// are right, and a tile that differs is not.
    fn name_others(&mut self, tree: u64) {
        let holds = self.holds;
        let others = std::mem::take(&mut self.others);
        for position in others.into_iter().filter(|position| *position >= holds) {
            let finding = Finding::new(Check::Log, exchanged());
            self.findings.add(finding.at(position.cast_signed()));
        }
        // Those of which no full tile tells which they are: all of them are suspect.
        let Some(breaks) = self.breaks.filter(|_| self.is_dense) else { return };
        for position in holds.max(tree / TILE_WIDTH * TILE_WIDTH)..breaks {
            let finding = Finding::new(Check::Log, suspect(holds));
            self.findings.add(finding.at(position.cast_signed()));
        }
    }

    /// A tile that a tree of its size does not have.
    pub fn spare(&mut self, (level, n): (i16, i64)) {
        self.findings.add(Finding::new(Check::Tree, spare_tile(level, n)));
    }

    /// The log has ended at `size`, by its head; the tree has `tree` entries, by its own.
    pub fn end(mut self, size: i64, tree: i64, tail: TailRow) -> Ended {
        if self.next != size {
            self.findings.add(Finding::new(Check::Log, gap(self.next, size)));
        }
        self.name_others(u64::try_from(tree).unwrap_or(0));
        let heads = Heads { log: size, tree, newest: self.signed.newest(), tail };
        heads.judge(&mut self.findings);
        let extended = self.kept.end(self.edge.size(), &mut self.findings);
        let witnesses = self.witnesses.end(size, &mut self.findings);
        Ended { findings: self.findings, witnesses, extended, met: self.met }
    }
}

/// What the walk has come to.
pub struct Ended {
    pub findings: Findings,
    /// How far each witness has come.
    pub witnesses: Vec<Witnessed>,
    /// Checkpoints from elsewhere that the log still has.
    pub extended: Vec<Extended>,
    /// The leaves.
    pub met: Met,
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

fn exchanged() -> Text {
    Text::new(
        "此位置上的事件不是写入哈希树的那一个：事件被调换或替换。",
        "The event at this position is not the one that the tree has there: events were exchanged \
         or replaced.",
    )
}

fn suspect(holds: u64) -> Text {
    Text::new(
        format!("前 {holds} 个事件与已签发的检查点相符，其后不符：此事件是其后被疑的事件之一。"),
        format!(
            "The first {holds} events are those that were signed, what follows is not: this is \
             one of the events of which some were exchanged or replaced."
        ),
    )
}

fn spare_tile(level: i16, n: i64) -> Text {
    Text::new(
        format!("表 tree_tile 有第 {level} 层第 {n} 块，这样大小的树没有这一块。"),
        format!("Table tree_tile has tile {n} of level {level}, which a tree of its size has not."),
    )
}
