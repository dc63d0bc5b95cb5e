//! The right edge of the tree: what is not in a full tile yet. Pure.
//!
//! All that a growing tree needs of what came before: at most 255 hashes a level of tiles, however
//! long the log is.

use super::merkle::{Hash, complete, fold, peaks_over};
use super::tiles::{TILE_HEIGHT, TILE_WIDTH, TileId};

/// A tile that has become full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    pub id: TileId,
    pub hashes: Vec<Hash>,
    /// The hash of its subtree: an entry of the tile above.
    pub root: Hash,
}

/// The edge of a tree of so many entries: the hashes of each level's partial tile, lowest level
/// first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// What was kept; `None` where it is not what a tree of `size` entries has.
    pub fn of(size: u64, mut levels: Vec<Vec<Hash>>) -> Option<Self> {
        while levels.last().is_some_and(Vec::is_empty) {
            levels.pop();
        }
        let fits = |level: usize| {
            let there = levels.get(level).map_or(0, Vec::len) as u64;
            there == width(size, level)
        };
        let deep = levels.len().max(8);
        (0..deep).all(fits).then_some(Self { size, levels })
    }

    /// The entries of the tree.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The tree has one entry more; the tiles that become full by it are added to `full`.
    pub fn append(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        self.size += 1;
        let mut carried = Some(leaf);
        let mut level = 0;
        while let Some(hash) = carried.take() {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(hash);
            if self.levels[level].len() as u64 == TILE_WIDTH {
                let hashes = std::mem::take(&mut self.levels[level]);
                let root = complete(&hashes);
                let bits = (level as u32 + 1) * TILE_HEIGHT;
                let id = TileId { level: level as u32, n: (self.size >> bits) - 1 };
                full.push(FullTile { id, hashes, root });
                carried = Some(root);
            }
            level += 1;
        }
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(self.levels.iter().rev().flat_map(|hashes| peaks_over(hashes)))
    }
}

/// How wide the partial tile of a level is.
pub fn width(size: u64, level: usize) -> u64 {
    size.checked_shr(level as u32 * TILE_HEIGHT).unwrap_or(0) % TILE_WIDTH
}

#[cfg(test)]
mod tests {
    use super::super::merkle::root;
    use super::*;
    use sha2::{Digest, Sha256};

    fn leaf(n: u64) -> Hash {
        Sha256::digest(n.to_be_bytes()).into()
    }

    #[test]
    fn a_tree_that_grows_has_the_root_of_all_its_leaves() {
        let (mut edge, mut full, mut all) = (Edge::default(), Vec::new(), Vec::new());
        assert_eq!(edge.root(), root(&[]));
        for n in 0..1100 {
            edge.append(leaf(n), &mut full);
            all.push(leaf(n));
            if n % 97 == 0 || n % 256 > 253 || n % 256 < 2 {
                assert_eq!(edge.root(), root(&all), "{n}");
            }
        }
        let ids: Vec<_> = full.iter().map(|tile| (tile.id.level, tile.id.n)).collect();
        assert_eq!(ids, [(0, 0), (0, 1), (0, 2), (0, 3)]);
        assert_eq!(full[2].hashes, all[512..768]);
    }

    /// Higher levels, without hashing millions of leaves: 255 tiles of the second level are there.
    #[test]
    fn full_tiles_of_full_tiles_are_told() {
        let ones = |count: usize| vec![[1; 32]; count];
        let size = 256 * 256 * 256 - 1;
        let mut edge = Edge::of(size, vec![ones(255), ones(255), ones(255)]).unwrap();
        let mut full = Vec::new();
        edge.append([1; 32], &mut full);
        let ids: Vec<_> = full.iter().map(|tile| (tile.id.level, tile.id.n)).collect();
        assert_eq!(ids, [(0, 65_535), (1, 255), (2, 0)]);
        assert_eq!(edge.root(), full[2].root);
        assert_eq!(full[1].hashes[255], full[0].root);
    }

    #[test]
    fn an_edge_of_another_tree_is_none() {
        assert!(Edge::of(257, vec![vec![[1; 32]], vec![[1; 32]]]).is_some());
        assert!(Edge::of(257, vec![vec![[1; 32]], vec![[1; 32]], Vec::new()]).is_some());
        assert!(Edge::of(258, vec![vec![[1; 32]], vec![[1; 32]]]).is_none());
        assert!(Edge::of(257, vec![vec![[1; 32]]]).is_none());
        assert!(Edge::of(1, vec![vec![[1; 32]], vec![[1; 32]]]).is_none());
    }
}
