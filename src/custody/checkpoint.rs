//! What is published of the tree: the newest checkpoint, at hand in every process, and waiting for
//! one that covers an event.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::edge::Edge;
use super::keys::LogKeys;
use super::note::Checkpoint;
use super::store::{self, Published};
use super::witnessed;
use crate::app::App;
use crate::limits::{CHECKPOINT_BELIEVED, COVERAGE_WAIT_MAX, COVERAGE_WAITERS_MAX, TREE_POLL};
use crate::problem::Problem;

/// What a process knows of the tree. One a process.
pub struct Custody {
    newest: watch::Sender<Option<Arc<Published>>>,
    /// When the newest was last asked for.
    looked_at: Mutex<Option<Instant>>,
    /// What the worker knows of the tree, and whoever lets it grow holds.
    pub(super) growth: tokio::sync::Mutex<Growth>,
    places: Semaphore,
}

/// What the worker keeps between two steps.
#[derive(Default)]
pub struct Growth {
    /// The tree's right edge; none where it is to be read again.
    pub edge: Option<Edge>,
    /// The log's keys are noted, and have signed what there is.
    pub has_begun: bool,
}

impl Default for Custody {
    fn default() -> Self {
        Self {
            newest: watch::Sender::new(None),
            looked_at: Mutex::default(),
            growth: tokio::sync::Mutex::default(),
            places: Semaphore::new(COVERAGE_WAITERS_MAX),
        }
    }
}

impl Custody {
    /// The newest checkpoint that this process knows.
    pub fn known(&self) -> Option<Arc<Published>> {
        self.newest.borrow().clone()
    }

    /// Hears of each that is newer, or was cosigned.
    pub(super) fn follow(&self) -> watch::Receiver<Option<Arc<Published>>> {
        self.newest.subscribe()
    }

    /// How many requests wait for a checkpoint now.
    pub fn waiting(&self) -> usize {
        COVERAGE_WAITERS_MAX - self.places.available_permits()
    }

    /// A checkpoint that was found or published. An older one than is known changes nothing.
    pub(super) fn tell(&self, published: Published) -> Arc<Published> {
        let published = Arc::new(published);
        self.newest.send_if_modified(|newest| {
            let is_new = newest.as_ref().is_none_or(|known| {
                known.size < published.size
                    || (known.size == published.size
                        && (known.note != published.note
                            || known.cosigned() < published.cosigned()))
            });
            if is_new {
                *newest = Some(Arc::clone(&published));
            }
            is_new
        });
        self.has_looked();
        published
    }

    /// The database has just said that there is nothing newer.
    pub(super) fn has_looked(&self) {
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_fresh(&self) -> bool {
        let looked_at = *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        looked_at.is_some_and(|at| at.elapsed() < CHECKPOINT_BELIEVED)
    }
}

/// The checkpoint of a tree, signed.
pub fn signed(keys: &LogKeys, edge: &Edge) -> Published {
    let root = edge.root();
    let head = Checkpoint { origin: keys.name().to_owned(), size: edge.size(), root };
    let note = keys.sign(&head.text());
    let (size, signed_by) = (edge.size(), keys.ids());
    Published { size, root, note, signed_by, cosignatures: String::new() }
}

/// The newest checkpoint, not older than [`CHECKPOINT_BELIEVED`]: while the worker looks as well,
/// this costs nothing. 503 before the first is published.
pub async fn latest(app: &App) -> Result<Arc<Published>, Problem> {
    if let Some(known) = app.custody.known().filter(|_| app.custody.is_fresh()) {
        return Ok(known);
    }
    let found = store::latest(&app.pool).await?.ok_or_else(Problem::busy)?;
    app.custody.tell(found);
    app.custody.known().ok_or_else(Problem::busy)
}

/// A checkpoint of a tree that has the event at `position`. 503 where none comes in time
/// ([`COVERAGE_WAIT_MAX`]), or where too many wait.
pub async fn covering(app: &App, position: u64) -> Result<Arc<Published>, Problem> {
    let covers = |known: &Arc<Published>| known.size > position;
    if let Some(known) = app.custody.known().filter(covers) {
        return Ok(known);
    }
    let _place = app.custody.places.try_acquire().map_err(|_| Problem::busy())?;
    let until = Instant::now() + COVERAGE_WAIT_MAX;
    let mut newest = app.custody.newest.subscribe();
    loop {
        // Another process may publish, and a first request finds nothing known.
        if let Ok(known) = latest(app).await
            && covers(&known)
        {
            return Ok(known);
        }
        if Instant::now() >= until {
            return Err(Problem::busy());
        }
        let change = async {
            tokio::select! {
                _ = newest.changed() => {}
                () = sleep(TREE_POLL) => {}
            }
        };
        // Out of time: the next look is the last.
        let _ = timeout_at(until, change).await;
    }
}

/// The checkpoint that most witnesses have cosigned, of the newest that any has. 404 where none
/// has cosigned any.
pub async fn cosigned(app: &App) -> Result<Arc<Published>, Problem> {
    let found = witnessed::covering(&app.pool, -1).await?;
    found.map(Arc::new).ok_or_else(Problem::not_found)
}

/// The same as [`covering`], and where witnesses are named one that they have cosigned, as soon as
/// there is such a one: what leaves the house should have their word with it.
pub async fn witnessed_covering(app: &App, position: u64) -> Result<Arc<Published>, Problem> {
    let newest = covering(app, position).await?;
    if app.config.witnesses.are_none() {
        return Ok(newest);
    }
    let above = i64::try_from(position).map_err(Problem::internal)?;
    let found = witnessed::covering(&app.pool, above).await?;
    Ok(found.map_or(newest, Arc::new))
}

/// All verifier keys that the log was ever signed with, those in use first, a line each: what was
/// signed before a key was replaced is checked with the older one.
pub async fn all_keys(app: &App) -> Result<String, Problem> {
    let own = app.config.log_keys.as_ref().ok_or_else(Problem::busy)?;
    let mut keys: Vec<String> = own.verifiers().map(|key| key.to_string()).collect();
    for key in store::keys_used(&app.pool).await? {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys.join("\n") + "\n")
}
