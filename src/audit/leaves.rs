//! The first walk on its way: leaves and checkpoints in batches, the next of which is read while
//! one is judged.

use std::collections::HashMap;

use tokio::task::spawn_blocking;
use tokio_postgres::Error;

use super::log::LogWalk;
use super::run::AuditError;
use super::snapshot_store::Rows;
use super::store::{LeafRow, Source};
use super::tree_store::{CheckpointRow, LeafTile};
use crate::custody::{FullTile, Hash, TILE_WIDTH, TileId};
use crate::limits::AUDIT_LEAVES_AT_ONCE;

/// Tiles of leaves that are read at once.
const TILES_AT_ONCE: usize = AUDIT_LEAVES_AT_ONCE / TILE_WIDTH as usize;

/// Where the leaves are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In the tiles of the tree, and of what these do not have yet in the events: some thirty times
    /// as fast. What was met must be what the second walk meets in the events.
    Tiles,
    /// In the events, position by position: where the other way has found that something is wrong,
    /// this one tells what.
    Events,
}

/// Takes the walk through a log of `size` events, of which the tree has `tree`.
pub async fn walked(
    source: &Source,
    (size, tree, way): (i64, i64, Way),
    mut walk: LogWalk,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<LogWalk, AuditError> {
    let mut leaves = Leaves::of(source, (size, tree, way)).await?;
    let mut next = leaves.next(source).await?;
    // Tiles that the batch before has filled are read while this one is judged.
    let mut full: Vec<FullTile> = Vec::new();
    while let Some(Batch { leaves: rows, tiles, checkpoints }) = next.take() {
        let done = leaves.reached.min(size);
        let judged = spawn_blocking(move || {
            walk.take(&rows, &checkpoints);
            walk.leaf_tiles(&tiles);
            walk
        });
        let (judged, more, tiles) =
            futures_util::join!(judged, leaves.next(source), source.tiles(&full));
        (walk, next) = (judged?, more?);
        walk.tiles(&full, &tiles?, tree.cast_unsigned());
        full = std::mem::take(&mut walk.full);
        tell(u64::try_from(done).unwrap_or(0), walk.findings.count);
    }
    walk.tiles(&full, &source.tiles(&full).await?, tree.cast_unsigned());
    Ok(walk)
}

struct Batch {
    leaves: Vec<LeafRow>,
    /// The roots of the tiles that the leaves were read in.
    tiles: HashMap<TileId, Vec<u8>>,
    checkpoints: Vec<CheckpointRow>,
}

/// The leaves with their checkpoints, on their way here.
struct Leaves {
    /// The size of the log.
    size: i64,
    /// While these are read.
    tiles: Option<Rows<LeafTile>>,
    events: Option<Rows<LeafRow>>,
    /// The size up to which leaves and checkpoints were read.
    reached: i64,
    is_over: bool,
}

impl Leaves {
    async fn of(source: &Source, (size, tree, way): (i64, i64, Way)) -> Result<Self, Error> {
        let (tiles, events) = match way {
            Way::Tiles => (Some(source.leaf_tiles(tree).await?), None),
            Way::Events => (None, Some(source.leaves((i64::MIN, size)).await?)),
        };
        Ok(Self { size, tiles, events, reached: i64::MIN, is_over: false })
    }

    async fn next(&mut self, source: &Source) -> Result<Option<Batch>, Error> {
        if self.is_over {
            return Ok(None);
        }
        let (mut leaves, mut roots) = (Vec::with_capacity(AUDIT_LEAVES_AT_ONCE), HashMap::new());
        if let Some(tiles) = &mut self.tiles {
            let read = tiles.next(TILES_AT_ONCE).await?;
            if read.len() < TILES_AT_ONCE {
                self.tiles = None;
            }
            for LeafTile { n, row } in read {
                leaves.extend(leaves_of(n, &row.hashes));
                roots.insert(TileId { level: 0, n: n.cast_unsigned() }, row.root);
            }
        }
        if self.tiles.is_none() {
            let events = match &mut self.events {
                Some(events) => events,
                none => {
                    let from = leaves.last().map_or(self.reached.max(0), |last| last.position + 1);
                    none.insert(source.leaves((from, self.size)).await?)
                }
            };
            let more = events.next(AUDIT_LEAVES_AT_ONCE).await?;
            self.is_over = more.len() < AUDIT_LEAVES_AT_ONCE;
            leaves.extend(more);
        }
        // A checkpoint that is of more events than the log has belongs to its end.
        let last = leaves.last().filter(|_| !self.is_over);
        let upto = last.map_or(i64::MAX, |row| row.position + 1);
        let checkpoints = source.checkpoints((self.reached, upto)).await?;
        self.reached = upto;
        Ok(Some(Batch { leaves, tiles: roots, checkpoints }))
    }
}

/// What has not a tile's length is of so many leaves as it has: what follows is not next then.
fn leaves_of(n: i64, hashes: &[u8]) -> impl Iterator<Item = LeafRow> {
    let first = n.saturating_mul(TILE_WIDTH as i64);
    let (each, _) = hashes.as_chunks::<{ size_of::<Hash>() }>();
    let leaf = move |(i, hash): (usize, &Hash)| LeafRow {
        position: first.saturating_add(i as i64),
        leaf: Some(*hash),
    };
    each.iter().enumerate().map(leaf)
}
