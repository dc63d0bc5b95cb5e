//! The tree's rows: full tiles, checkpoints, keys, and the leaves that the journal has.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bytea, Nullable, SmallInt, Text, Timestamptz};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;

use super::edge::{Edge, FullTile, width};
use super::merkle::Hash;
use super::tiles::{LEVELS_MAX, TILE_HEIGHT, TILE_WIDTH, TileId, hashes};
use crate::db::Pool;
use crate::db::schema::{checkpoint, event, log_key};
use crate::problem::Problem;

pub(super) fn whole(number: i64) -> Result<u64, Problem> {
    u64::try_from(number).map_err(Problem::internal)
}

pub(super) fn signed(number: u64) -> Result<i64, Problem> {
    i64::try_from(number).map_err(Problem::internal)
}

fn hash(bytes: &[u8]) -> Result<Hash, Problem> {
    bytes.try_into().map_err(|_| Problem::internal("a stored hash is none"))
}

fn all_hashes(bytes: &[u8]) -> Result<Vec<Hash>, Problem> {
    hashes(bytes).ok_or_else(|| Problem::internal("stored hashes are none"))
}

/// How far everything is: entries of the log, of the tree, and of the newest checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub log: u64,
    pub tree: u64,
    pub signed: Option<u64>,
    /// Witnesses that have cosigned the newest checkpoint.
    pub cosigned: u64,
}

#[derive(QueryableByName)]
struct LookRow {
    #[diesel(sql_type = BigInt)]
    log: i64,
    #[diesel(sql_type = BigInt)]
    tree: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    signed: Option<i64>,
    #[diesel(sql_type = BigInt)]
    cosigned: i64,
}

const LOOK_SQL: &str = "-- custody: how far everything is
SELECT log_head.next_position AS log, tree_head.size AS tree,
       newest.size AS signed,
       (SELECT count(*) FROM cosignature c WHERE c.size = newest.size) AS cosigned
  FROM log_head, tree_head, (SELECT max(size) AS size FROM checkpoint) AS newest";

pub async fn look(pool: &Pool) -> Result<Look, Problem> {
    let row: LookRow = diesel::sql_query(LOOK_SQL).get_result(&mut pool.get().await?).await?;
    let signed = row.signed.map(whole).transpose()?;
    Ok(Look {
        log: whole(row.log)?,
        tree: whole(row.tree)?,
        signed,
        cosigned: whole(row.cosigned)?,
    })
}

#[derive(QueryableByName)]
struct LeavesRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    first: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
    #[diesel(sql_type = Nullable<Bytea>)]
    hashes: Option<Vec<u8>>,
}

const LEAVES_SQL: &str = "-- custody: leaf hashes in the order of the log
SELECT count(*) AS count, min(position) AS first, max(position) AS last,
       string_agg(leaf, ''::bytea ORDER BY position) AS hashes
  FROM event WHERE position >= $1 AND position < $2";

/// The leaf hashes of the events from one position up to another, as far as they are there. What is
/// there has no gaps: positions are given in the order of commits.
pub async fn leaves(pool: &Pool, from: u64, to: u64) -> Result<Vec<Hash>, Problem> {
    let row: LeavesRow = diesel::sql_query(LEAVES_SQL)
        .bind::<BigInt, _>(signed(from)?)
        .bind::<BigInt, _>(signed(to)?)
        .get_result(&mut pool.get().await?)
        .await?;
    let (Some(first), Some(last), Some(bytes)) = (row.first, row.last, row.hashes) else {
        return Ok(Vec::new());
    };
    let found = all_hashes(&bytes)?;
    let is_dense = whole(first)? == from && last - first + 1 == row.count;
    if !is_dense || found.len() as i64 != row.count {
        return Err(Problem::internal(format!("the journal has gaps from position {from} on")));
    }
    Ok(found)
}

/// The leaf hashes at these positions, in order.
pub async fn leaves_at(pool: &Pool, positions: &[u64]) -> Result<Vec<(u64, Hash)>, Problem> {
    let wanted: Result<Vec<i64>, Problem> = positions.iter().copied().map(signed).collect();
    let rows: Vec<(i64, Vec<u8>)> = event::table
        .filter(event::position.eq_any(wanted?))
        .order(event::position)
        .select((event::position, event::leaf))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(|(position, leaf)| Ok((whole(position)?, hash(&leaf)?))).collect()
}

#[derive(QueryableByName)]
struct RootsRow {
    #[diesel(sql_type = SmallInt)]
    level: i16,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Bytea)]
    hashes: Vec<u8>,
}

const ROOTS_SQL: &str = "-- custody: partial tiles, of the roots of full tiles below
SELECT w.level, w.n, string_agg(t.root, ''::bytea ORDER BY t.n) AS hashes
  FROM UNNEST($1::int2[], $2::int8[], $3::int8[]) AS w(level, n, width)
  JOIN tree_tile t ON t.level = w.level - 1 AND t.n >= w.n * 256 AND t.n < w.n * 256 + w.width
 GROUP BY w.level, w.n";

/// Tiles, with how wide they are wanted.
type Wanted = BTreeMap<TileId, u64>;

type Columns = (Vec<i16>, Vec<i64>, Vec<i64>);

/// Arrays of levels, numbers and widths.
fn columns(wanted: &Wanted) -> Result<Columns, Problem> {
    let (mut levels, mut numbers, mut widths) = (Vec::new(), Vec::new(), Vec::new());
    for (id, width) in wanted {
        levels.push(i16::try_from(id.level).map_err(Problem::internal)?);
        numbers.push(signed(id.n)?);
        widths.push(signed(*width)?);
    }
    Ok((levels, numbers, widths))
}

/// Partial tiles as the tiles below and the journal have them.
async fn partial(pool: &Pool, wanted: &Wanted) -> Result<BTreeMap<TileId, Vec<Hash>>, Problem> {
    let mut found = BTreeMap::new();
    let (lowest, higher): (Wanted, Wanted) = wanted.iter().partition(|(id, _)| id.level == 0);
    for (id, width) in lowest {
        let from = id.n * TILE_WIDTH;
        found.insert(id, leaves(pool, from, from + width).await?);
    }
    if !higher.is_empty() {
        let (levels, numbers, widths) = columns(&higher)?;
        let rows: Vec<RootsRow> = diesel::sql_query(ROOTS_SQL)
            .bind::<Array<SmallInt>, _>(levels)
            .bind::<Array<BigInt>, _>(numbers)
            .bind::<Array<BigInt>, _>(widths)
            .load(&mut pool.get().await?)
            .await?;
        found.extend(tiles_of(rows)?);
    }
    Ok(found)
}

fn tiles_of(rows: Vec<RootsRow>) -> Result<Vec<(TileId, Vec<Hash>)>, Problem> {
    let tile = |row: RootsRow| {
        let level = u32::try_from(row.level).map_err(Problem::internal)?;
        Ok((TileId { level, n: whole(row.n)? }, all_hashes(&row.hashes)?))
    };
    rows.into_iter().map(tile).collect()
}

const TILES_SQL: &str = "-- custody: full tiles
SELECT t.level, t.n, t.hashes
  FROM UNNEST($1::int2[], $2::int8[]) AS w(level, n)
  JOIN tree_tile t ON t.level = w.level AND t.n = w.n";

/// Tiles of these widths: the beginning of a full tile where there is one, else what will be.
/// 500 where the tree has not what a tree of that size has.
pub async fn tiles(pool: &Pool, wanted: &Wanted) -> Result<BTreeMap<TileId, Vec<Hash>>, Problem> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (levels, numbers, _) = columns(wanted)?;
    let rows: Vec<RootsRow> = diesel::sql_query(TILES_SQL)
        .bind::<Array<SmallInt>, _>(levels)
        .bind::<Array<BigInt>, _>(numbers)
        .load(&mut pool.get().await?)
        .await?;
    let mut found: BTreeMap<TileId, Vec<Hash>> = tiles_of(rows)?.into_iter().collect();
    let is_missing =
        |(id, width): &(&TileId, &u64)| !found.contains_key(id) && **width < TILE_WIDTH;
    let missing: Wanted = wanted.iter().filter(is_missing).map(|(id, w)| (*id, *w)).collect();
    found.extend(partial(pool, &missing).await?);
    for (id, width) in wanted {
        let tile = found.get_mut(id);
        let tile = tile.filter(|tile| tile.len() as u64 >= *width);
        let lacks = || Problem::internal(format!("the tree lacks {id:?} of width {width}"));
        tile.ok_or_else(lacks)?.truncate(*width as usize);
    }
    Ok(found)
}

/// The right edge of the tree of so many entries.
pub async fn edge(pool: &Pool, size: u64) -> Result<Edge, Problem> {
    let mut wanted = Wanted::new();
    for level in 0..LEVELS_MAX {
        let width = width(size, level as usize);
        if width > 0 {
            let n = size >> (level * TILE_HEIGHT) >> TILE_HEIGHT;
            wanted.insert(TileId { level, n }, width);
        }
    }
    let mut levels = vec![Vec::new(); LEVELS_MAX as usize];
    for (id, hashes) in partial(pool, &wanted).await? {
        levels[id.level as usize] = hashes;
    }
    let broken = || Problem::internal(format!("the tree of {size} entries is not whole"));
    Edge::of(size, levels).ok_or_else(broken)
}

/// A checkpoint as it is stored and served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Entries of the tree.
    pub size: u64,
    pub root: Hash,
    /// The note as the log signed it.
    pub note: String,
    /// Ids of the keys that signed it.
    pub signed_by: String,
    /// The lines that witnesses have put below it since.
    pub cosignatures: String,
}

impl Published {
    /// The note as it is shown: with every signature that it has.
    pub fn shown(&self) -> String {
        format!("{}{}", self.note, self.cosignatures)
    }

    /// How many witnesses have cosigned it.
    pub fn cosigned(&self) -> u64 {
        self.cosignatures.lines().count() as u64
    }
}

/// A checkpoint as a row, with the lines that witnesses have put below it.
#[derive(QueryableByName)]
pub(super) struct PublishedRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Bytea)]
    root: Vec<u8>,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Text)]
    signed_by: String,
    #[diesel(sql_type = Text)]
    cosignatures: String,
}

impl TryFrom<PublishedRow> for Published {
    type Error = Problem;

    fn try_from(row: PublishedRow) -> Result<Self, Problem> {
        let PublishedRow { size, root, note, signed_by, cosignatures } = row;
        Ok(Self { size: whole(size)?, root: hash(&root)?, note, signed_by, cosignatures })
    }
}

const LATEST_SQL: &str = "-- custody: the newest checkpoint
SELECT c.size, c.root, c.note, c.signed_by,
       (SELECT COALESCE(string_agg(w.line || E'\\n', '' ORDER BY w.witness), '')
          FROM cosignature w WHERE w.size = c.size) AS cosignatures
  FROM checkpoint c ORDER BY c.size DESC, c.signed_at DESC LIMIT 1";

/// The newest checkpoint.
pub async fn latest(pool: &Pool) -> Result<Option<Published>, Problem> {
    let found: Option<PublishedRow> =
        diesel::sql_query(LATEST_SQL).get_result(&mut pool.get().await?).await.optional()?;
    found.map(Published::try_from).transpose()
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = BigInt)]
    moved: i64,
}

/// One statement, one transaction: what is written depends on the tree being as large as whoever
/// grew it knew, so of two that grow it at once one writes nothing.
const GROW_SQL: &str = "-- custody: let the tree grow, and publish it
WITH moved AS (
    UPDATE tree_head SET size = $2 WHERE id = 1 AND size = $1 RETURNING 1),
tiles AS (
    INSERT INTO tree_tile (level, n, root, hashes)
    SELECT t.* FROM moved, UNNEST($3::int2[], $4::int8[], $5::bytea[], $6::bytea[]) AS t),
signed AS (
    INSERT INTO checkpoint (size, signed_by, root, note, signed_at)
    SELECT $2, $7, $8, $9, $10 FROM moved)
SELECT count(*) AS moved FROM moved";

/// Lets the tree grow from a size to what is published, with the tiles that became full. False
/// where somebody else was faster: nothing is written then.
pub async fn grow(
    pool: &Pool,
    from: u64,
    tiles: &[FullTile],
    (published, wall): (&Published, DateTime<Utc>),
) -> Result<bool, Problem> {
    let wanted: Wanted = tiles.iter().map(|tile| (tile.id, TILE_WIDTH)).collect();
    let (levels, numbers, _) = columns(&wanted)?;
    // In the order of the columns, which is that of the ids.
    let by_id: BTreeMap<TileId, &FullTile> = tiles.iter().map(|tile| (tile.id, tile)).collect();
    let roots: Vec<&[u8]> = by_id.values().map(|tile| tile.root.as_slice()).collect();
    let hashes: Vec<Vec<u8>> = by_id.values().map(|tile| tile.hashes.concat()).collect();
    let row: Moved = diesel::sql_query(GROW_SQL)
        .bind::<BigInt, _>(signed(from)?)
        .bind::<BigInt, _>(signed(published.size)?)
        .bind::<Array<SmallInt>, _>(levels)
        .bind::<Array<BigInt>, _>(numbers)
        .bind::<Array<Bytea>, _>(roots)
        .bind::<Array<Bytea>, _>(hashes)
        .bind::<Text, _>(&published.signed_by)
        .bind::<Bytea, _>(published.root.as_slice())
        .bind::<Text, _>(&published.note)
        .bind::<Timestamptz, _>(wall)
        .get_result(&mut pool.get().await?)
        .await?;
    Ok(row.moved == 1)
}

/// Publishes a checkpoint of the tree as it is: the first of all, or one by other keys.
pub async fn publish(
    pool: &Pool,
    published: &Published,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = (
        checkpoint::size.eq(signed(published.size)?),
        checkpoint::signed_by.eq(&published.signed_by),
        checkpoint::root.eq(published.root.as_slice()),
        checkpoint::note.eq(&published.note),
        checkpoint::signed_at.eq(wall),
    );
    // Another process of the same log and keys may be starting too.
    let insert = diesel::insert_into(checkpoint::table).values(row).on_conflict_do_nothing();
    insert.execute(&mut pool.get().await?).await?;
    Ok(())
}

/// The verifier keys that the log was ever signed with, the newest first.
pub async fn keys_used(pool: &Pool) -> Result<Vec<String>, Problem> {
    let used = log_key::table
        .order((log_key::first_used_at.desc(), log_key::verifier_key))
        .select(log_key::verifier_key);
    Ok(used.load(&mut pool.get().await?).await?)
}

/// Notes verifier keys that are used from now on, where they are not noted yet.
pub async fn note_keys(
    pool: &Pool,
    keys: impl Iterator<Item = String>,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = |key| (log_key::verifier_key.eq(key), log_key::first_used_at.eq(wall));
    let rows: Vec<_> = keys.map(row).collect();
    let insert = diesel::insert_into(log_key::table).values(rows).on_conflict_do_nothing();
    insert.execute(&mut pool.get().await?).await?;
    Ok(())
}

/// The bodies of the events from one position up to another.
pub async fn bodies(pool: &Pool, from: u64, to: u64) -> Result<Vec<String>, Problem> {
    let found: Vec<String> = event::table
        .filter(event::position.ge(signed(from)?))
        .filter(event::position.lt(signed(to)?))
        .order(event::position)
        .select(event::body)
        .load(&mut pool.get().await?)
        .await?;
    let is_whole = found.len() as u64 == to - from;
    is_whole.then_some(found).ok_or_else(|| Problem::internal("the journal has gaps"))
}
