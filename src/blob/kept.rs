//! Keeping a file and giving it back, a piece at a time, never another than was kept.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::limits::{BLOB_PIECE_BYTES, ORPHAN_HOURS_MAX, ORPHAN_HOURS_MIN};
use super::objects::Objects;
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
    let known = store::touch(&app.pool, hash, wall).await?;
    let Some(objects) = &app.objects else {
        return match known {
            None => store::insert(&app.pool, (hash, length), Some(bytes), wall).await,
            Some(kept) if !kept.is_here => store::fill(&app.pool, hash, bytes).await,
            Some(_) => Ok(()),
        };
    };
    if known.is_some_and(|kept| kept.is_here) {
        return Ok(());
    }
    // The row first: from here on the sweeper leaves the object alone. It is put there again where
    // it may be there already, since whoever wrote the row may not have come so far.
    if known.is_none() {
        store::insert(&app.pool, (hash, length), None, wall).await?;
    }
    objects.put(hash, bytes.to_vec()).await
}

/// A file on its way out.
pub struct Pieces {
    pool: Pool,
    /// Where it is, unless in the database.
    objects: Option<Objects>,
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
    let objects = match (kept.is_here, &app.objects) {
        (true, _) => None,
        (false, Some(objects)) => Some(objects.clone()),
        (false, None) => return Err(lost(&hash, "is in an object store, and none is set")),
    };
    Ok(Pieces {
        pool: app.pool.clone(),
        objects,
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
        let end = self.bytes.min(self.at + BLOB_PIECE_BYTES as u64);
        let piece = if let Some(objects) = &self.objects {
            objects.piece(&self.wanted, (self.at, end)).await?
        } else {
            let span = (self.at.cast_signed(), BLOB_PIECE_BYTES as i64);
            store::piece(&self.pool, &self.wanted, span).await?
        };
        let piece = piece.unwrap_or_default();
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
    let between = (ago(ORPHAN_HOURS_MAX), ago(ORPHAN_HOURS_MIN));
    let mut gone = store::sweep(&app.pool, between).await?;
    // Without the store its files stay, and their rows, which alone know of them.
    if let Some(objects) = &app.objects {
        while store::sweep_object(&app.pool, between, objects).await? {
            gone += 1;
        }
    }
    Ok(gone)
}
