//! The committer: gathers the decisions that wait into one transaction (group commit).
//!
//! One thread with a connection of its own. Alone, a decision goes at once; under load a batch is
//! whatever came while the one before was being written. What must hold: every decision gets one
//! answer, that of its own commit; a guilty neighbour costs a batch a second run, never a
//! decision its outcome; a COMMIT whose answer was lost is looked up, never run twice.

use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::batch::{self, Answer, Outcome};
use super::constraints;
use super::figures::Figures;
use super::session::{BatchError, Proof, Session};
use crate::decision::Decision;
use crate::limits::{BATCH_MAX, COMMIT_WAIT_MAX, QUEUE_MAX};
use crate::problem::Problem;

struct Job {
    decision: Decision,
    answer: oneshot::Sender<Answer>,
}

enum Asked {
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
}

impl Committer {
    /// Starts the thread. `origin` is the log's name, which every event carries.
    pub fn start(url: String, origin: String) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let figures = Figures::new().map_err(std::io::Error::other)?;
        let worker = Worker { url, origin, session: None, figures: figures.clone() };
        let thread = std::thread::Builder::new().name("committer".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(worker.run(jobs)),
                Err(err) => tracing::error!(error = %err, "the committer could not start"),
            }
        })?;
        Ok((Self { queue, figures }, thread))
    }

    /// Commits one decision, or says why not. 503 when the queue is full or the answer takes
    /// longer than [`COMMIT_WAIT_MAX`]; the idempotency key then tells what became of it.
    pub async fn commit(&self, decision: Decision) -> Answer {
        let (answer, wait) = oneshot::channel();
        let job = Asked::Commit(Box::new(Job { decision, answer }));
        self.queue.try_send(job).map_err(|_| Problem::busy())?;
        match tokio::time::timeout(COMMIT_WAIT_MAX, wait).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Problem::busy()),
        }
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

    pub const fn figures(&self) -> &Figures {
        &self.figures
    }
}

struct Worker {
    url: String,
    origin: String,
    session: Option<Session>,
    figures: Figures,
}

/// Runs of one batch before its askers are told that the database is not there.
const RUNS_MAX: u32 = 4;

/// Tries, 100 ms apart, to learn the fate of a COMMIT: a server that recovers from a crash needs
/// some seconds before it answers.
const FIND_OUT_TRIES: u32 = 100;

impl Worker {
    async fn run(mut self, mut queue: mpsc::Receiver<Asked>) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while queue.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let mut jobs = Vec::with_capacity(batch.len());
            for asked in batch.drain(..) {
                match asked {
                    // Whoever has hung up before the work began is owed nothing.
                    Asked::Commit(job) if job.answer.is_closed() => {}
                    Asked::Commit(job) => jobs.push(*job),
                    Asked::Ready(answer) => {
                        let _ = answer.send(self.reaches_the_database().await);
                    }
                }
            }
            if jobs.is_empty() {
                continue;
            }
            let timer = self.figures.batch_seconds.clone().start_timer();
            self.figures.batch_decisions.observe(jobs.len() as f64);
            self.serve(jobs).await;
            timer.observe_duration();
        }
    }

    async fn reaches_the_database(&mut self) -> bool {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = Session::open(&self.url).await.ok();
        }
        self.session.is_some()
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        let decisions: Vec<&Decision> = jobs.iter().map(|job| &job.decision).collect();
        if decisions.is_empty() {
            return;
        }
        let answers = match self.commit(&decisions).await {
            Ok(answers) => answers,
            // Somebody in the batch is guilty: each alone, so that only the guilty one fails.
            Err(BatchError::Refused(_)) if decisions.len() > 1 => {
                let mut answers = Vec::with_capacity(decisions.len());
                for decision in decisions {
                    answers.push(self.alone(decision).await);
                }
                answers
            }
            Err(err) => decisions.iter().map(|decision| Self::failed(&err, decision)).collect(),
        };
        for (job, answer) in jobs.into_iter().zip(answers) {
            // A send that fails: the asker hung up; the record stands and its key tells.
            let _ = job.answer.send(answer);
        }
    }

    async fn alone(&mut self, decision: &Decision) -> Answer {
        match self.commit(&[decision]).await {
            Ok(mut answers) => answers.pop().unwrap_or_else(|| Err(Problem::busy())),
            Err(err) => Self::failed(&err, decision),
        }
    }

    fn failed(err: &BatchError, decision: &Decision) -> Answer {
        match err {
            BatchError::Refused(refused) => match constraints::refusal(refused) {
                Some(constraints::Refusal::Problem(problem)) => Err(*problem),
                Some(constraints::Refusal::Moved) => {
                    Ok(Outcome::Stale(decision.advances.iter().map(|grow| grow.subject).collect()))
                }
                None => Err(Problem::internal(describe(refused))),
            },
            BatchError::Lost(_) | BatchError::InDoubt { .. } | BatchError::Unreachable(_) => {
                tracing::error!(error = %err, "the database cannot be reached");
                Err(Problem::busy())
            }
        }
    }

    /// Runs a batch until its outcome is known.
    async fn commit(&mut self, decisions: &[&Decision]) -> Result<Vec<Answer>, BatchError> {
        let mut run = 1;
        loop {
            let err = match self.attempt(decisions).await {
                Ok(answers) => return Ok(answers),
                Err(err) => err,
            };
            match &err {
                BatchError::Refused(refused) => {
                    self.abandon().await;
                    if !is_transient(refused) || run == RUNS_MAX {
                        return Err(err);
                    }
                }
                // Running it again could file twice: the askers' keys tell them later.
                BatchError::InDoubt { .. } => return Err(err),
                BatchError::Lost(_) | BatchError::Unreachable(_) => {
                    self.session = None;
                    if run == RUNS_MAX {
                        return Err(err);
                    }
                    tokio::time::sleep(Duration::from_millis(50 << run)).await;
                }
            }
            run += 1;
        }
    }

    /// One run. A lost COMMIT is resolved here: its answers were made before it was sent.
    async fn attempt(&mut self, decisions: &[&Decision]) -> Result<Vec<Answer>, BatchError> {
        let mut session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => Session::open(&self.url).await?,
        };
        let mut answers = Vec::new();
        let done = batch::run(&mut session, &self.origin, decisions, &mut answers).await;
        match done {
            Ok(()) => {
                self.session = Some(session);
                Ok(answers)
            }
            Err(BatchError::InDoubt { proof, source }) => {
                tracing::warn!(error = %source, "the answer to a COMMIT was lost");
                match self.find_out(proof.as_ref()).await {
                    Some(true) => Ok(answers),
                    Some(false) => Err(BatchError::Lost(source)),
                    None => Err(BatchError::InDoubt { proof, source }),
                }
            }
            Err(err) => {
                self.session = Some(session);
                Err(err)
            }
        }
    }

    /// Asks on a new connection whether a batch was committed, until the server answers; `None`
    /// when it stays unreachable for [`FIND_OUT_TRIES`], or the batch wrote no event to know it by.
    async fn find_out(&mut self, proof: Option<&Proof>) -> Option<bool> {
        let proof = proof?;
        for _ in 0..FIND_OUT_TRIES {
            if let Ok(session) = Session::open(&self.url).await {
                let known = session.was_committed(proof).await;
                self.session = Some(session);
                if let Ok(committed) = known {
                    return Some(committed);
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }

    async fn abandon(&mut self) {
        if let Some(session) = &self.session
            && session.rollback().await.is_err()
        {
            self.session = None;
        }
    }
}

/// Deadlocks and serialisation failures have no guilty party; the others have.
fn is_transient(err: &tokio_postgres::Error) -> bool {
    use tokio_postgres::error::SqlState;
    let transient = [
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::QUERY_CANCELED,
    ];
    err.code().is_some_and(|code| transient.contains(&code))
}

fn describe(err: &tokio_postgres::Error) -> String {
    err.as_db_error().map_or_else(
        || err.to_string(),
        |db| format!("{} {} ({})", db.code().code(), db.message(), db.constraint().unwrap_or("-")),
    )
}
