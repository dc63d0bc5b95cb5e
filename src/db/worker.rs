//! The committer's thread: judge, send, and see every decision to its own outcome.
//!
//! While one batch is being written the next is judged ahead, on the book that the one before
//! leaves, and goes out whole: a full one at once, behind the one before, else as soon as that one
//! has landed; one round trip, and PostgreSQL does not wait for us. What holds it together is the
//! log's position, which every commit moves and which each such batch demands as it found it, and
//! the batch before, which it demands as well where that is still under way. Where anything is not
//! known, or somebody else commits too, or the database says no, decisions are judged under the
//! lock instead.

use std::time::Duration;

use tokio::sync::mpsc;

use super::batch::{Answer, Batch, Outcome};
use super::bell::Bell;
use super::committer::{Asked, Job};
use super::constraints;
use super::figures::Figures;
use super::flights::{Flight, Flights, Landed};
use super::look::lock_and_look;
use super::session::{BatchError, Mark, Place, Session, describe, is_transient};
use super::settle::Book;
use crate::decision::Decision;
use crate::limits::{BATCH_MAX, BOOK_MAX};
use crate::problem::Problem;

/// Decisions judged between two turns of the connection: some 200 us.
const JUDGED_AT_ONCE: usize = 8;

/// Runs of one batch before its askers are told that the database is not there.
const RUNS_MAX: u32 = 4;

/// Tries, 100 ms apart, to learn the fate of a COMMIT: a server that recovers from a crash needs
/// some seconds before it answers.
const FIND_OUT_TRIES: u32 = 100;

pub(super) struct Worker {
    url: String,
    origin: String,
    session: Option<Session>,
    /// What the database holds once all that was sent is committed.
    book: Book,
    /// Whether the book may be judged on without a look: nobody else wrote since the last.
    is_alone: bool,
    figures: Figures,
    bell: Bell,
}

/// Decisions judged ahead, not sent.
#[derive(Default)]
struct Open {
    jobs: Vec<Job>,
    batch: Batch,
    /// The log's position before them.
    from: i64,
}

impl Worker {
    pub fn new(url: String, origin: String, figures: Figures, bell: Bell) -> Self {
        let book = Book { next_position: -1, ..Book::default() };
        Self { url, origin, session: None, book, is_alone: false, figures, bell }
    }

    /// Serves the queue until all its senders are gone and what was accepted is finished.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Asked>) {
        let mut arrived = Vec::with_capacity(BATCH_MAX);
        let mut open = Open::default();
        // Decisions that are to be judged under the lock, oldest first.
        let mut waiting: Vec<Job> = Vec::new();
        let mut flights = Flights::default();
        let mut is_closed = false;
        loop {
            let is_full = open.jobs.len() >= BATCH_MAX;
            if !open.jobs.is_empty() && (flights.is_empty() || is_full && flights.has_room()) {
                if let Err(jobs) = self.send(std::mem::take(&mut open), &mut flights).await {
                    waiting.splice(0..0, jobs);
                }
            } else if !flights.is_empty() {
                let room = BATCH_MAX.saturating_sub(open.jobs.len() + waiting.len());
                tokio::select! {
                    biased;
                    Some(landed) = flights.next() => {
                        let again = self.land(landed, &mut flights, &mut open).await;
                        waiting.splice(0..0, again);
                    }
                    count = queue.recv_many(&mut arrived, room), if room > 0 && !is_closed => {
                        is_closed = count == 0;
                    }
                }
            } else if !waiting.is_empty() {
                let count = waiting.len().min(BATCH_MAX);
                let jobs = waiting.drain(..count).collect();
                self.serve(jobs).await;
            } else if is_closed {
                return;
            } else {
                is_closed = queue.recv_many(&mut arrived, BATCH_MAX).await == 0;
            }
            for (n, asked) in arrived.drain(..).enumerate() {
                if n.is_multiple_of(JUDGED_AT_ONCE) && !flights.is_empty() {
                    // The connection lives on this thread: without a pause what was sent would lie
                    // here, and PostgreSQL idle, until all that has arrived is judged.
                    tokio::task::yield_now().await;
                }
                match asked {
                    // Whoever has hung up before the work began is owed nothing.
                    Asked::Commit(job) if job.answer.is_closed() && !job.is_posted => {}
                    Asked::Commit(job) if waiting.is_empty() && self.foresees(&job.decision) => {
                        self.judge_ahead(&mut open, *job);
                    }
                    Asked::Commit(job) => waiting.push(*job),
                    Asked::Ready(answer) => {
                        let _ = answer.send(self.reaches_the_database().await);
                    }
                }
            }
        }
    }

    async fn reaches_the_database(&mut self) -> bool {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = Session::open(&self.url).await.ok();
        }
        self.session.is_some()
    }

    /// Whether a decision can be judged ahead. A full book is begun anew by the next look: under
    /// steady load there is no other moment at which nothing rests on it.
    fn foresees(&self, decision: &Decision) -> bool {
        self.is_alone && self.book.size() <= BOOK_MAX && self.book.tells(decision)
    }

    fn judge_ahead(&mut self, open: &mut Open, job: Job) {
        if open.jobs.is_empty() {
            open.from = self.book.next_position;
        }
        open.batch.take(&mut self.book, &self.origin, &job.decision);
        open.jobs.push(job);
    }

    /// Sends what was judged ahead. Without an event the log would not tell whether it was judged
    /// rightly, nor afterwards whether it was committed: then it is judged under the lock.
    async fn send(&mut self, open: Open, flights: &mut Flights) -> Result<(), Vec<Job>> {
        let Open { jobs, batch: Batch { answers, writes }, from } = open;
        let (Some(first), Some(session)) = (writes.first_event(), self.session.as_mut()) else {
            self.forget();
            return Err(jobs);
        };
        self.figures.batch_decisions.observe(jobs.len() as f64);
        let timer = self.figures.batch_seconds.start_timer();
        let mark = Mark { first, backend: session.backend() };
        let place = Place { from, to: self.book.next_position, behind: flights.last() };
        match session.flight(writes.into_statements(), place, mark).await {
            Ok(landing) => {
                flights.push(Flight { jobs, answers, timer }, first, landing);
                Ok(())
            }
            Err(err) => {
                tracing::debug!(error = %err, "a batch could not be prepared");
                self.forget();
                Err(jobs)
            }
        }
    }

    /// What is known may be wrong: nothing is judged ahead until a look has shown otherwise.
    fn forget(&mut self) {
        self.book = Book { next_position: -1, ..Book::default() };
        self.is_alone = false;
    }

    /// Answers a batch that has landed. Gives back the jobs that have to be judged again: its own,
    /// where it was refused, and those sent or judged ahead on what it would have left.
    async fn land(&mut self, landed: Landed, flights: &mut Flights, open: &mut Open) -> Vec<Job> {
        let Err(mut again) = self.settle(landed).await else { return Vec::new() };
        while let Some(behind) = flights.next().await {
            again.extend(self.settle(behind).await.err().unwrap_or_default());
        }
        again.extend(std::mem::take(open).jobs);
        again
    }

    /// Answers one batch. Errors: nothing that rested on it may stand unseen; with its jobs, where
    /// they have to be judged again.
    async fn settle(&mut self, (flight, landed): Landed) -> Result<(), Vec<Job>> {
        let Flight { jobs, answers, timer } = flight;
        timer.observe_duration();
        let Err(err) = landed else {
            self.answer(jobs, answers);
            return Ok(());
        };
        self.forget();
        match &err {
            BatchError::InDoubt { mark, source } => {
                match self.find_out(mark.as_ref(), source).await {
                    Some(true) => {
                        self.answer(jobs, answers);
                        return Err(Vec::new());
                    }
                    Some(false) => {}
                    None => {
                        for job in jobs {
                            let _ = job.answer.send(Self::failed(&err, &job.decision));
                        }
                        return Err(Vec::new());
                    }
                }
            }
            BatchError::Lost(_) | BatchError::Unreachable(_) => self.session = None,
            BatchError::Refused(refused) => {
                tracing::debug!(error = %describe(refused), "a batch judged ahead was refused");
                self.abandon().await;
            }
        }
        Err(jobs)
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        let timer = self.figures.batch_seconds.clone().start_timer();
        self.figures.batch_decisions.observe(jobs.len() as f64);
        let decisions: Vec<&Decision> = jobs.iter().map(|job| &job.decision).collect();
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
        self.answer(jobs, answers);
        timer.observe_duration();
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

    /// Runs a batch under the lock until its outcome is known.
    async fn commit(&mut self, decisions: &[&Decision]) -> Result<Vec<Answer>, BatchError> {
        let mut run = 1;
        loop {
            let err = match self.attempt(decisions).await {
                Ok(answers) => return Ok(answers),
                Err(err) => err,
            };
            self.forget();
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

    /// One run: lock and look, judge, write and commit; two round trips. A lost COMMIT is resolved
    /// here: its answers were made before it was sent.
    async fn attempt(&mut self, decisions: &[&Decision]) -> Result<Vec<Answer>, BatchError> {
        let mut session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => Session::open(&self.url).await?,
        };
        let mut answers = Vec::new();
        match self.run_locked(&mut session, decisions, &mut answers).await {
            Ok(()) => {
                self.session = Some(session);
                Ok(answers)
            }
            Err(BatchError::InDoubt { mark, source }) => {
                self.forget();
                match self.find_out(mark.as_ref(), &source).await {
                    Some(true) => Ok(answers),
                    Some(false) => Err(BatchError::Lost(source)),
                    None => Err(BatchError::InDoubt { mark, source }),
                }
            }
            Err(err) => {
                self.session = Some(session);
                Err(err)
            }
        }
    }

    async fn run_locked(
        &mut self,
        session: &mut Session,
        decisions: &[&Decision],
        answers: &mut Vec<Answer>,
    ) -> Result<(), BatchError> {
        let mut book = lock_and_look(session, decisions).await?;
        let found_at = book.next_position;
        let mut batch = Batch::default();
        for decision in decisions {
            batch.take(&mut book, &self.origin, decision);
        }
        *answers = batch.answers;
        if batch.writes.is_empty() {
            session.rollback().await?;
        } else {
            let first = batch.writes.first_event();
            let mark = first.map(|first| Mark { first, backend: session.backend() });
            session.finish(batch.writes.into_statements(), book.next_position, mark).await?;
        }
        self.remember(found_at, book);
        Ok(())
    }

    /// Keeps what a look has shown, with what was committed on it. What was known before holds on
    /// if the log stood where we had left it; otherwise somebody else writes too.
    fn remember(&mut self, found_at: i64, newer: Book) {
        self.is_alone = self.book.next_position == found_at;
        if !self.is_alone || self.book.size() > BOOK_MAX {
            self.book = Book::default();
        }
        self.book.learn(newer);
    }

    /// Asks on a new connection whether a batch was committed, until the server answers; `None`
    /// when it stays unreachable for [`FIND_OUT_TRIES`], or the batch wrote no event to know it by.
    async fn find_out(
        &mut self,
        mark: Option<&Mark>,
        source: &tokio_postgres::Error,
    ) -> Option<bool> {
        tracing::warn!(error = %source, "the answer to a COMMIT was lost");
        self.session = None;
        let mark = mark?;
        for _ in 0..FIND_OUT_TRIES {
            if let Ok(session) = Session::open(&self.url).await {
                let known = session.was_committed(mark).await;
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

    fn answer(&self, jobs: Vec<Job>, answers: Vec<Answer>) {
        self.bell.ring();
        for (job, answer) in jobs.into_iter().zip(answers) {
            // A send that fails: the asker hung up; the record stands and its key tells.
            let _ = job.answer.send(answer);
        }
    }
}
