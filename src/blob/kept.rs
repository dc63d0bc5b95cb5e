//! Keeping a file and giving it back, a piece at a time, never another than was kept.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::limits::{BLOB_PIECE_BYTES, ORPHAN_HOURS_MAX, ORPHAN_HOURS_MIN};
use super::store;
use crate::app::App;
use crate::db::Pool;
use crate::problem::Problem;

/// Keeps a file under its hash: it is on disk when this answers. May be repeated. `wall` is wall
/// time.
pub async fn keep(
    app: &App,
    hash: &[u8; 32],
    bytes: &[u8],
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let length = bytes.len() as i64;
    match store::touch(&app.pool, hash, wall).await? {
        None => store::insert(&app.pool, (hash, length), Some(bytes), wall).await,
        Some(kept) if !kept.is_here => store::fill(&app.pool, hash, bytes).await,
        Some(_) => Ok(()),
    }
}

/// A file on its way out.
pub struct Pieces {
    pool: Pool,
    wanted: [u8; 32],
    hash: Sha256,
    /// Length in bytes.
    pub bytes: u64,
    at: u64,
}

/// The file of a hash. Errors: `internal` where it is not there, since whatever names it was
/// written after it.
pub async fn pieces(app: &App, hash: [u8; 32]) -> Result<Pieces, Problem> {
    let kept = store::look(&app.pool, &hash).await?;
    let kept = kept.ok_or_else(|| lost(&hash, "is not there"))?;
    Ok(Pieces {
        pool: app.pool.clone(),
        wanted: hash,
        hash: Sha256::new(),
        bytes: kept.bytes.unsigned_abs(),
        at: 0,
    })
}

impl Pieces {
    /// The next bytes; none at the end. Where the whole is not what was kept, the last of them are
    /// held back and the error says so: nobody takes it for the file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        if self.at == self.bytes {
            return Ok(None);
        }
        let span = (self.at.cast_signed(), BLOB_PIECE_BYTES as i64);
        let piece = store::piece(&self.pool, &self.wanted, span).await?.unwrap_or_default();
        self.hash.update(&piece);
        self.at += piece.len() as u64;
        if piece.is_empty() || self.at > self.bytes {
            return Err(lost(&self.wanted, "is not as long as it was"));
        }
        if self.at == self.bytes && self.hash.clone().finalize()[..] != self.wanted {
            return Err(lost(&self.wanted, "is not what it was"));
        }
        Ok(Some(piece))
    }
}

fn lost(hash: &[u8; 32], what: &str) -> Problem {
    Problem::internal(format!("the file {} {what}", hex::encode(hash)))
}

/// Takes away what was sent a day ago or more and is named by nothing: a command that was refused,
/// or whose client never asked again. Answers how many.
pub async fn sweep(app: &App, wall: DateTime<Utc>) -> Result<usize, Problem> {
    let ago = |hours| wall - TimeDelta::hours(hours);
    store::sweep(&app.pool, (ago(ORPHAN_HOURS_MAX), ago(ORPHAN_HOURS_MIN))).await
}
