//! The committer: gathers the decisions that wait into one transaction (group commit).
//!
//! One thread with a connection of its own. Alone, a decision goes at once; under load a batch is
//! whatever came while the one before was being written. What must hold: every decision gets one
//! answer, that of its own commit; a guilty neighbour costs a batch a second run, never a
//! decision its outcome; a COMMIT whose answer was lost is looked up, never run twice.

use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::batch::Answer;
use super::bell::Bell;
use super::figures::Figures;
use super::worker::Worker;
use crate::decision::Decision;
use crate::limits::{COMMIT_WAIT_MAX, QUEUE_MAX};
use crate::problem::Problem;

/// A decision that waits, and who waits for it.
pub(super) struct Job {
    pub decision: Decision,
    pub answer: oneshot::Sender<Answer>,
    /// Nobody waits for it, and it is committed all the same.
    pub is_posted: bool,
}

pub(super) enum Asked {
    Commit(Box<Job>),
    /// Is the thread at work, and has it a connection?
    Ready(oneshot::Sender<bool>),
}

/// A handle to the committer's queue. Clones share it; when the last is dropped, what was
/// accepted is finished and the thread ends.
#[derive(Clone)]
pub struct Committer {
    queue: mpsc::Sender<Asked>,
    figures: Figures,
    bell: Bell,
}

impl Committer {
    /// Starts the thread. `origin` is the log's name, which every event carries.
    pub fn start(url: String, origin: String) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let figures = Figures::new().map_err(std::io::Error::other)?;
        let bell = Bell::default();
        let worker = Worker::new(url, origin, figures.clone(), bell.clone());
        let thread = std::thread::Builder::new().name("committer".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(worker.run(jobs)),
                Err(err) => tracing::error!(error = %err, "the committer could not start"),
            }
        })?;
        Ok((Self { queue, figures, bell }, thread))
    }

    /// [`Self::commit_within`] [`COMMIT_WAIT_MAX`].
    pub async fn commit(&self, decision: Decision) -> Answer {
        self.commit_within(COMMIT_WAIT_MAX, decision).await
    }

    /// Commits one decision, or says why not. 503 when the queue is full or the answer takes
    /// longer than `patience`; the idempotency key then tells what became of it.
    pub async fn commit_within(&self, patience: Duration, decision: Decision) -> Answer {
        let (answer, wait) = oneshot::channel();
        let job = Asked::Commit(Box::new(Job { decision, answer, is_posted: false }));
        self.queue.try_send(job).map_err(|_| Problem::busy())?;
        match tokio::time::timeout(patience, wait).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Problem::busy()),
        }
    }

    /// Commits one decision that nobody waits for. 503 when the queue is full; what becomes of it
    /// else is in the log alone.
    pub fn post(&self, decision: Decision) -> Result<(), Problem> {
        let (answer, _) = oneshot::channel();
        let job = Asked::Commit(Box::new(Job { decision, answer, is_posted: true }));
        self.queue.try_send(job).map_err(|_| Problem::busy())
    }

    /// Whether a commit asked for now would be taken up: the thread gets through its queue in
    /// time and reaches the database.
    pub async fn is_ready(&self) -> bool {
        let (answer, wait) = oneshot::channel();
        if self.queue.try_send(Asked::Ready(answer)).is_err() {
            return false;
        }
        matches!(tokio::time::timeout(COMMIT_WAIT_MAX, wait).await, Ok(Ok(true)))
    }

    /// Decisions that wait.
    pub fn queued(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Rings after every batch of this process.
    pub const fn bell(&self) -> &Bell {
        &self.bell
    }

    pub const fn figures(&self) -> &Figures {
        &self.figures
    }
}
