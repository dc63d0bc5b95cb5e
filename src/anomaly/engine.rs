//! The engine: feeds the watch from the journal, once each and in order, and stores what comes out
//! beside the watch's own state and its place in the log.
//!
//! Must hold: exactly once in effect, wherever a process is killed and however many there are. A
//! step's cases, leaves, tellings and mark are one transaction, which finds the mark as the step
//! thought it was or writes nothing; whoever finds it otherwise forgets everything and reads again.
//! The advisory lock only saves others from doing the same work.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::engine_store::{self as store, Change, Logged, Stamp};
use super::finding::Outcome;
use super::watch::book::Leaf;
use super::watch::seen::Seen;
use super::watch::{Reference, Watch};
use crate::app::App;
use crate::problem::Problem;

/// Events that are read at once.
pub(super) const EVENTS_AT_ONCE: i64 = 2_000;

/// Readings that go into one transaction while the watch is behind.
const READINGS_A_STEP: usize = 10;

/// How long after an instant everything recorded before it is sure to be committed: a decision
/// waits for the lock for five seconds at most.
const LAG: TimeDelta = TimeDelta::seconds(6);

/// The shortest time between two steps: under load the bell rings a hundred times a second.
const PAUSE: Duration = Duration::from_millis(100);

/// How often the clock is looked at where no bell rings, and whether another process has ended.
const POLL: Duration = Duration::from_secs(1);

/// Steps that others may be faster at before one gives up.
const LOST_MAX: usize = 50;

/// What a process has of the watch.
pub struct Watching {
    reference: OnceLock<Arc<Reference>>,
    state: Mutex<State>,
    /// Places for previews, each of which has a processor for itself.
    pub(super) previews: Arc<Semaphore>,
}

/// Previews at a time: each holds a watch in memory and sees the whole log.
const PREVIEWS_MAX: usize = 1;

impl Default for Watching {
    fn default() -> Self {
        let previews = Arc::new(Semaphore::new(PREVIEWS_MAX));
        Self { reference: OnceLock::new(), state: Mutex::default(), previews }
    }
}

#[derive(Default)]
struct State {
    /// The session that holds the lock, where this process leads.
    leader: Option<AsyncPgConnection>,
    /// Gone where a step did not come to its end: it is read again.
    memory: Option<Memory>,
}

struct Memory {
    watch: Box<Watch>,
    stored: Stamp,
}

/// Where a step got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// All that was there was seen.
    Done,
    /// There is more.
    More,
    /// Somebody else was faster.
    Lost,
}

/// The tables that rules look up.
pub fn reference(app: &App) -> Arc<Reference> {
    let made = || {
        let (catalogue, calendar) = ((*app.catalogue).clone(), (*app.calendar).clone());
        Arc::new(Reference { catalogue, calendar })
    };
    Arc::clone(app.watching.reference.get_or_init(made))
}

/// Lets the watch follow the journal and the clock until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    let mut bell = app.committer.bell().listen();
    let mut is_ringing = true;
    loop {
        let begun = Instant::now();
        match lead(app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => {
                // The next look finds the same again.
                let (code, cause) = (problem.code().as_str(), &problem.cause);
                tracing::warn!(problem.code = code, ?cause, "the watch could not follow the log");
                sleep(POLL).await;
            }
        }
        tokio::select! {
            rings = bell.rings(), if is_ringing => is_ringing = rings,
            () = sleep(POLL) => {}
        }
        sleep_until(begun + PAUSE).await;
    }
}

/// A step of the worker, where this process leads; true where there is more to see.
async fn lead(app: &App) -> Result<bool, Problem> {
    let mut state = app.watching.state.lock().await;
    if state.leader.is_none() {
        let mut session = app.pool.own().await?;
        if !store::lead(&mut session).await? {
            // What is remembered is old by the time that this process leads.
            state.memory = None;
            return Ok(false);
        }
        state.leader = Some(session);
    }
    let lag = if app.config.sandbox { TimeDelta::zero() } else { LAG };
    Ok(step(app, &mut state, app.clock.now() - lag).await? != Step::Done)
}

/// Sees all events, and does all that is due by now: what the sandbox's clock and tests wait for.
/// Beside a worker of this process or another it does what they have not done yet.
pub async fn catch_up(app: &App) -> Result<(), Problem> {
    catch_up_to(app, app.clock.now()).await
}

/// The same as of an instant.
pub async fn catch_up_to(app: &App, until: DateTime<Utc>) -> Result<(), Problem> {
    for _ in 0..LOST_MAX {
        loop {
            let mut state = app.watching.state.lock().await;
            match step(app, &mut state, until).await? {
                Step::Done => return Ok(()),
                Step::More => {}
                Step::Lost => break,
            }
        }
    }
    Err(Problem::busy())
}

/// One step from what is remembered: events that are new, and the clock up to `until` when there
/// are no more.
async fn step(
    app: &App,
    state: &mut MutexGuard<'_, State>,
    until: DateTime<Utc>,
) -> Result<Step, Problem> {
    let Memory { mut watch, stored } = match state.memory.take() {
        Some(memory) => memory,
        None => load(app).await?,
    };
    let (before, mut is_behind) = (watch.mark.position, false);
    for _ in 0..READINGS_A_STEP {
        let events = store::events(&app.pool, watch.mark.position, EVENTS_AT_ONCE).await?;
        is_behind = events.len() as i64 == EVENTS_AT_ONCE;
        watch = see(watch, events, (!is_behind).then_some(until)).await?;
        if !is_behind {
            break;
        }
    }
    let (watch, outcomes, leaves) = out(watch).await?;
    let is_quiet = watch.mark.position == before && outcomes.is_empty() && leaves.is_empty();
    let done = if is_behind { Step::More } else { Step::Done };
    if is_quiet {
        state.memory = Some(Memory { watch, stored });
        return Ok(done);
    }
    let change = Change { mark: watch.mark, leaves: &leaves, outcomes };
    // Taken for as long: a session that was left in the middle of a transaction is of no more use.
    let written = match state.leader.take() {
        Some(mut session) => {
            let written = store::write(&mut session, stored, change).await?;
            state.leader = Some(session);
            written
        }
        None => store::write(&mut *app.pool.get().await?, stored, change).await?,
    };
    Ok(match written {
        Some(stored) => {
            state.memory = Some(Memory { watch, stored });
            done
        }
        None => Step::Lost,
    })
}

/// Sees events and then, where it is given, follows the clock. Not on the threads that answer.
pub(super) async fn see(
    mut watch: Box<Watch>,
    events: Vec<Logged>,
    until: Option<DateTime<Utc>>,
) -> Result<Box<Watch>, Problem> {
    if events.is_empty() && until.is_none_or(|until| until <= watch.now()) {
        return Ok(watch);
    }
    let work = move || {
        for (position, body, content) in events {
            match Seen::with(position, &body, content.as_deref()) {
                Ok(seen) => watch.see(&seen),
                Err(problem) => {
                    // Nobody can evaluate it, now or later; what follows can be.
                    tracing::error!(position, cause = ?problem.cause, "an event does not read");
                    watch.mark.position = position + 1;
                }
            }
        }
        if let Some(until) = until {
            watch.advance(until);
        }
        watch
    };
    spawn_blocking(work).await.map_err(Problem::internal)
}

type Out = (Box<Watch>, Vec<Outcome>, Vec<Leaf>);

/// What has come out, and what has changed.
pub(super) async fn out(mut watch: Box<Watch>) -> Result<Out, Problem> {
    let work = move || {
        let leaves = watch.changes()?;
        let outcomes = watch.take();
        Ok((watch, outcomes, leaves))
    };
    let done = spawn_blocking(work).await.map_err(Problem::internal)?;
    done.map_err(|err: serde_json::Error| Problem::internal(err))
}

async fn load(app: &App) -> Result<Memory, Problem> {
    let reference = reference(app);
    let ((mark, stored), leaves) = store::load(&app.pool).await?;
    let work = move || {
        let mut watch = Box::new(Watch::new(reference));
        for (book, key, body) in &leaves {
            watch.restore(book, key, body)?;
        }
        watch.resume(mark);
        Ok(watch)
    };
    let watch = spawn_blocking(work).await.map_err(Problem::internal)?;
    let watch = watch.map_err(|err: serde_json::Error| Problem::internal(err))?;
    Ok(Memory { watch, stored })
}

/// How far the watch is behind the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    pub events: i64,
    /// Seconds since the oldest event that was not seen was recorded; 0 where there is none.
    pub seconds: i64,
}

/// Asks the database.
pub async fn lag(app: &App) -> Result<Lag, Problem> {
    let (events, oldest) = store::unseen(&app.pool).await?;
    let seconds = oldest.map_or(0, |oldest| (app.clock.now() - oldest).num_seconds().max(0));
    Ok(Lag { events, seconds })
}
