//! Proofs from the stored tiles: for any event, any two sizes, at whatever size was published.

use std::collections::{BTreeMap, HashMap};

use super::merkle::{Hash, Span, consistency_path, fold, inclusion_path};
use super::store;
use super::tiles::{Part, TileId};
use crate::db::Pool;
use crate::problem::Problem;

/// The inclusion paths of these entries in the tree of `size` entries, each from the leaf up.
pub async fn inclusion(
    pool: &Pool,
    size: u64,
    entries: &[u64],
) -> Result<HashMap<u64, Vec<Hash>>, Problem> {
    let paths: Vec<_> =
        entries.iter().map(|entry| (*entry, inclusion_path(*entry, size))).collect();
    let spans = paths.iter().flat_map(|(_, path)| path.iter().copied());
    let tiles = tiles(pool, size, spans).await?;
    let proof = |(entry, path): (u64, Vec<Span>)| Ok((entry, hashes(&path, &tiles)?));
    paths.into_iter().map(proof).collect()
}

/// What proves that the tree of `to` entries begins with that of `from`, which is not larger.
pub async fn consistency(pool: &Pool, from: u64, to: u64) -> Result<Vec<Hash>, Problem> {
    let path = consistency_path(from, to);
    let tiles = tiles(pool, to, path.iter().copied()).await?;
    hashes(&path, &tiles)
}

type Tiles = BTreeMap<TileId, Vec<Hash>>;

/// The tiles that these spans are hashed from, as wide as they are in a tree of `size` entries.
async fn tiles(
    pool: &Pool,
    size: u64,
    spans: impl Iterator<Item = Span>,
) -> Result<Tiles, Problem> {
    let parts = spans.flat_map(Span::peaks).map(Part::of);
    let wanted = parts.map(|part| (part.tile, part.tile.width_in(size))).collect();
    store::tiles(pool, &wanted).await
}

fn hashes(path: &[Span], tiles: &Tiles) -> Result<Vec<Hash>, Problem> {
    let of_span = |span: &Span| {
        let peaks: Option<Vec<Hash>> =
            span.peaks().map(|peak| Part::of(peak).hash(tiles)).collect();
        peaks.map(|peaks| fold(peaks.into_iter()))
    };
    let found: Option<Vec<Hash>> = path.iter().map(of_span).collect();
    found.ok_or_else(|| Problem::internal("a proof reaches beyond its tiles"))
}
