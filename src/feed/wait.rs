//! Waiting at the end of the log: for this process's committer, whose bell rings, and for those of
//! other processes, whom a look at the log's size finds.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::db::{Listener, Pool};
use crate::journal;
use crate::limits::{FEED_PAUSE, FEED_POLL, FEED_WAITERS_MAX};
use crate::problem::Problem;

/// What all who wait share. One per process.
pub struct Waiting {
    places: Arc<Semaphore>,
    /// The log's size as it was last asked for, and when.
    size: Mutex<Option<(Instant, i64)>>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(FEED_WAITERS_MAX)), size: Mutex::new(None) }
    }
}

impl Waiting {
    /// How many wait now.
    pub fn count(&self) -> usize {
        FEED_WAITERS_MAX - self.places.available_permits()
    }

    /// The log's size, not older than [`FEED_POLL`]: asked once for all who wait.
    async fn size(&self, pool: &Pool) -> Result<i64, Problem> {
        let mut known = self.size.lock().await;
        if let Some((asked_at, size)) = *known
            && asked_at.elapsed() < FEED_POLL
        {
            return Ok(size);
        }
        let size = journal::size(pool).await?;
        *known = Some((Instant::now(), size));
        Ok(size)
    }
}

/// Somebody who waits.
pub struct Waiter<'a> {
    app: &'a App,
    bell: Listener,
    until: Instant,
    looked_at: Instant,
    place: Option<OwnedSemaphorePermit>,
    pub has_waited: bool,
}

impl<'a> Waiter<'a> {
    pub fn new(app: &'a App, until: Instant) -> Self {
        let bell = app.committer.bell().listen();
        let looked_at = Instant::now();
        Self { app, bell, until, looked_at, place: None, has_waited: false }
    }

    /// Waits until the log is longer than `end`, as far as one can tell; false when the time is
    /// over or the server stops. 503 where too many wait already.
    pub async fn waits_for_more_than(&mut self, end: i64) -> Result<bool, Problem> {
        let waiting = &self.app.waiting;
        if self.place.is_none() {
            let place = Arc::clone(&waiting.places).try_acquire_owned();
            self.place = Some(place.map_err(|_| Problem::busy())?);
        }
        self.has_waited = true;
        loop {
            if Instant::now() >= self.until {
                return Ok(false);
            }
            let poll_at = self.until.min(Instant::now() + FEED_POLL);
            tokio::select! {
                rings = self.bell.rings() => {
                    if !rings {
                        return Ok(false);
                    }
                    break;
                }
                () = sleep_until(poll_at) => {
                    if waiting.size(&self.app.pool).await? > end {
                        break;
                    }
                }
            }
        }
        // At most one look in a while: under load the bell rings a hundred times a second.
        sleep_until(self.until.min(self.looked_at + FEED_PAUSE)).await;
        self.looked_at = Instant::now();
        Ok(true)
    }
}
