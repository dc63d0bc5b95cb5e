//! Everything evaluated again from zero: the same cases, by the rules of this build.
//!
//! Must hold: crash-safe, and beside a running server: all is found in memory, and then written in
//! one transaction which holds the mark. Nobody is told of what is found again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::case::{Cases, apply};
use super::engine::{EVENTS_AT_ONCE, out, see};
use super::engine_store::{self as store, Logged, Stamp};
use super::finding::Outcome;
use super::rule::RuleId;
use super::watch::{Reference, Watch};
use crate::db::Pool;
use crate::journal;
use crate::problem::Problem;

/// How far a walk over the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub events: i64,
    pub of: i64,
    pub cases: usize,
}

/// What a rebuild came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    pub events: i64,
    pub cases: usize,
    /// Cases that are no longer found and that nobody had touched.
    pub gone: usize,
    pub generation: i64,
}

/// A watch that has seen the log from zero, and the cases it found.
pub(super) struct Replay {
    reference: Arc<Reference>,
    pub watch: Box<Watch>,
    pub cases: Cases,
    /// A rule is tried with settings of its own: what regulators set in its course is passed over.
    pub tried: Option<RuleId>,
    /// When and in which divisions the rule that is tried would have reminded somebody.
    pub reminders: Vec<(DateTime<Utc>, Vec<String>)>,
}

/// How the body of a setting's event names its subject.
const OF_A_SETTING: &str = "\"kind\":\"rule_setting\"";

impl Replay {
    pub fn begin(reference: Arc<Reference>) -> Self {
        let watch = Box::new(Watch::new(Arc::clone(&reference)));
        Self { reference, watch, cases: Cases::new(), tried: None, reminders: Vec::new() }
    }

    /// Sees the events there are, up to a position, and then follows the clock where it is given.
    pub async fn go_on(
        &mut self,
        pool: &Pool,
        (to, until): (i64, Option<DateTime<Utc>>),
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), Problem> {
        let mut events = store::events(pool, self.watch.mark.position, EVENTS_AT_ONCE).await?;
        loop {
            let is_last = (events.len() as i64) < EVENTS_AT_ONCE;
            events.retain(|(position, ..)| *position < to);
            let from = self.watch.mark.position;
            let next = events.last().map_or(from, |(position, ..)| position + 1);
            let is_end = is_last || next >= to;
            if self.tried.is_some() {
                events.retain(|(_, body, _)| !body.contains(OF_A_SETTING));
            }
            // The next are read while these are judged.
            let more = async {
                if is_end {
                    return Ok(Vec::new());
                }
                store::events(pool, next, EVENTS_AT_ONCE).await
            };
            let seen = self.see(events, until.filter(|_| is_end));
            let ((), more) = futures_util::try_join!(seen, more)?;
            events = more;
            self.watch.mark.position = next;
            tell(Progress { events: next, of: to.max(next), cases: self.cases.len() });
            if is_end {
                return Ok(());
            }
        }
    }

    async fn see(
        &mut self,
        events: Vec<Logged>,
        until: Option<DateTime<Utc>>,
    ) -> Result<(), Problem> {
        let empty = Box::new(Watch::new(Arc::clone(&self.reference)));
        let watch = std::mem::replace(&mut self.watch, empty);
        self.watch = see(watch, events, until).await?;
        for outcome in self.watch.take() {
            if let Outcome::Reminder { at, finding } = &outcome
                && self.tried == Some(finding.rule)
            {
                self.reminders.push((*at, finding.divisions.clone()));
            }
            apply(&mut self.cases, outcome);
        }
        Ok(())
    }
}

/// Evaluates the whole log anew.
pub async fn rebuild(
    pool: &Pool,
    reference: Arc<Reference>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Rebuilt, Problem> {
    let mut replay = Replay::begin(reference);
    let size = journal::size(pool).await?;
    replay.go_on(pool, (size, None), tell).await?;
    // What was committed meanwhile, and then no more: the rest is done holding the mark.
    let size = journal::size(pool).await?;
    replay.go_on(pool, (size, None), tell).await?;
    let mut session = pool.own().await?;
    let (mark, stamp) = store::hold(&mut session).await?;
    let to = mark.position.max(replay.watch.mark.position);
    let until = (mark.now > replay.watch.now()).then_some(mark.now);
    replay.go_on(pool, (to, until), tell).await?;
    let Replay { watch, cases, .. } = replay;
    let (watch, _, leaves) = out(watch).await?;
    let stamp = Stamp { generation: stamp.generation + 1, step: stamp.step + 1 };
    let gone = store::replace(&mut session, (watch.mark, stamp), (&leaves, &cases)).await?;
    let (events, generation) = (watch.mark.position, stamp.generation);
    Ok(Rebuilt { events, cases: cases.len(), gone, generation })
}
