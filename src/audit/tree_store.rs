//! What the audit reads of the tree: its head, tiles, checkpoints, cosignatures and keys, and what
//! of the log is not in it yet.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::{Error, Row};

use super::snapshot_store::Rows;
use super::store::Source;
use crate::custody::{FullTile, TILE_HEIGHT, TileId};

/// A full tile of the tree.
pub struct TileRow {
    pub hashes: Vec<u8>,
    pub root: Vec<u8>,
}

/// A full tile of the lowest level, whose hashes are leaves.
pub struct LeafTile {
    pub n: i64,
    pub row: TileRow,
}

/// A checkpoint that was published.
pub struct CheckpointRow {
    pub size: i64,
    /// Ids of the keys that signed it.
    pub signed_by: String,
    /// Wall time.
    pub signed_at: DateTime<Utc>,
    pub root: Vec<u8>,
    pub note: String,
    /// What is kept of witnesses: their keys and the lines below the note, in the same order.
    pub witnesses: Vec<String>,
    pub lines: Vec<String>,
}

/// What the log has beyond the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TailRow {
    /// When the first event was recorded that the tree has not, and when the last of all was; none
    /// where the tree has all.
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    /// The time of the snapshot, on the clock that events are recorded by.
    pub now: DateTime<Utc>,
    /// The same on the system's clock, which checkpoints are signed by.
    pub wall: DateTime<Utc>,
}

/// A key that the log says it was signed with.
pub struct KeyRow {
    pub key: String,
    pub first_used_at: DateTime<Utc>,
}

const LEAF_TILES_SQL: &str = "-- audit: tiles of leaves
SELECT n, hashes, root FROM tree_tile WHERE level = 0 AND n >= 0 AND n < $1 ORDER BY n";

const TILES_SQL: &str = "-- audit: tiles
SELECT level, n, hashes, root FROM tree_tile
WHERE (level, n) IN (SELECT * FROM UNNEST($1::int2[], $2::int8[]))";

/// Along the primary key alone. A tile of level 7 would be full after 2^64 entries.
const SPARE_TILES_SQL: &str = "-- audit: tiles that the tree does not have
SELECT level, n FROM tree_tile
 WHERE CASE WHEN level BETWEEN 0 AND 6 THEN n < 0 OR n >= $1::int8 >> (8 * (level + 1)) ELSE true
       END
 ORDER BY level, n LIMIT 1000";

const CHECKPOINTS_SQL: &str = "-- audit: checkpoints
SELECT c.size, c.signed_by, c.signed_at, c.root, c.note, w.witnesses, w.lines
  FROM checkpoint c LEFT JOIN LATERAL (
        SELECT array_agg(witness ORDER BY witness) AS witnesses,
               array_agg(line ORDER BY witness) AS lines
          FROM cosignature WHERE cosignature.size = c.size) AS w ON true
 WHERE c.size > $1 AND c.size <= $2 ORDER BY c.size, c.signed_by";

/// Cosignatures of checkpoints that are not there.
const UNPUBLISHED_SQL: &str = "-- audit: cosignatures without checkpoints
SELECT w.witness, w.size FROM cosignature w WHERE NOT EXISTS
    (SELECT FROM checkpoint c WHERE c.size = w.size) ORDER BY w.size LIMIT 1000";

/// The snapshot's time is the server's own: the audit has no clock, and may run elsewhere. A
/// sandbox's events are recorded by a clock that is ahead of it.
const TAIL_SQL: &str = "-- audit: what the log has beyond the tree
SELECT (SELECT recorded_at FROM event WHERE position >= $1 ORDER BY position LIMIT 1),
       (SELECT recorded_at FROM event WHERE position >= $1 ORDER BY position DESC LIMIT 1),
       now(), COALESCE((SELECT shift_ms FROM sandbox_clock), 0)";

impl Source {
    /// The size of the tree, by its head; none where that is gone.
    pub async fn tree_size(&self) -> Result<Option<i64>, Error> {
        let head = self.tables().query("SELECT size FROM tree_head WHERE id = 1", &[]).await?;
        Ok(head.first().map(|row| row.get(0)))
    }

    /// What the log has beyond a tree of `size` entries.
    pub async fn tail(&self, size: i64) -> Result<TailRow, Error> {
        let rows = self.tables().query(TAIL_SQL, &[&size]).await?;
        let tail = |row: &Row| {
            let wall: DateTime<Utc> = row.get(2);
            let shift = TimeDelta::try_milliseconds(row.get(3)).unwrap_or_default();
            TailRow { first: row.get(0), last: row.get(1), now: wall + shift, wall }
        };
        Ok(rows.first().map(tail).unwrap_or_default())
    }

    /// The keys that the log says it was ever signed with.
    pub async fn log_keys(&self) -> Result<Vec<KeyRow>, Error> {
        let sql = "SELECT verifier_key, first_used_at FROM log_key";
        let rows = self.tables().query(sql, &[]).await?;
        Ok(rows.iter().map(|row| KeyRow { key: row.get(0), first_used_at: row.get(1) }).collect())
    }

    /// The full tiles of leaves that a tree of `size` entries has, in order, as far as they are
    /// stored. On a connection of their own: what is asked for beside them would wait for the last.
    pub async fn leaf_tiles(&self, size: i64) -> Result<Rows<LeafTile>, Error> {
        let full = size >> TILE_HEIGHT;
        let tile = |row: Row| LeafTile {
            n: row.get(0),
            row: TileRow { hashes: row.get(1), root: row.get(2) },
        };
        Ok(Rows::of(self.log().stream(LEAF_TILES_SQL, &[&full]).await?, tile))
    }

    /// These tiles as they are stored, as far as they are.
    pub async fn tiles(&self, full: &[FullTile]) -> Result<HashMap<TileId, TileRow>, Error> {
        if full.is_empty() {
            return Ok(HashMap::new());
        }
        let levels: Vec<i16> = full.iter().map(|tile| tile.id.level as i16).collect();
        let places: Vec<i64> = full.iter().map(|tile| tile.id.n.cast_signed()).collect();
        let rows = self.tables().query(TILES_SQL, &[&levels, &places]).await?;
        let tile = |row: &Row| {
            let (level, n): (i16, i64) = (row.get(0), row.get(1));
            let id = TileId { level: u32::from(level.unsigned_abs()), n: n.cast_unsigned() };
            (id, TileRow { hashes: row.get(2), root: row.get(3) })
        };
        Ok(rows.iter().map(tile).collect())
    }

    /// Level and number of tiles that a tree of `size` entries does not have.
    pub async fn spare_tiles(&self, size: i64) -> Result<Vec<(i16, i64)>, Error> {
        let rows = self.tables().query(SPARE_TILES_SQL, &[&size]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// The checkpoints of more than `after` and at most `to` events, smallest first.
    pub async fn checkpoints(&self, (after, to): (i64, i64)) -> Result<Vec<CheckpointRow>, Error> {
        let rows = self.tables().query(CHECKPOINTS_SQL, &[&after, &to]).await?;
        let row = |row: &Row| CheckpointRow {
            size: row.get(0),
            signed_by: row.get(1),
            signed_at: row.get(2),
            root: row.get(3),
            note: row.get(4),
            witnesses: row.get::<_, Option<_>>(5).unwrap_or_default(),
            lines: row.get::<_, Option<_>>(6).unwrap_or_default(),
        };
        Ok(rows.iter().map(row).collect())
    }

    /// Cosignatures of checkpoints that are not there: whose, and of what size.
    pub async fn unpublished(&self) -> Result<Vec<(String, i64)>, Error> {
        let rows = self.tables().query(UNPUBLISHED_SQL, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
