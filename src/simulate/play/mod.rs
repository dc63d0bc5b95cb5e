//! Plays a plan through the commands, in the order of its time.
//!
//! Acts of one lane (a producer's, a round's) wait for each other; those of others go side by side
//! as long as they lie within minutes, so that commits share batches. Each act has a source of ids
//! of its own: whichever of two is faster, both get the ids that the seed gives. What the program
//! is too busy for is done again until it is done: only rules refuse an act.

mod act;
mod bodies;
mod ids;
mod settle;
mod steady;
mod tell;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::chance::mixed;
use super::plan::{Act, Plan};
use super::world::{DAY, MINUTE, Sec, World};
use crate::app::App;
use crate::clock::beijing;
use crate::mint::within;
use crate::problem::{Code, Problem};
use crate::sandbox;

pub use ids::{Ids, Settled};
pub use settle::regulators;
use steady::steadily;

/// Acts that are told within this go side by side.
const WINDOW: Sec = 10 * MINUTE;

/// As many at once; more would only wait for connections.
const AT_ONCE: usize = 24;

/// Refusals that are remembered with their words.
const REFUSALS_TOLD: usize = 40;

/// What came of a play.
#[derive(Debug, Default)]
pub struct Played {
    pub acts: usize,
    pub refused: usize,
    /// The first of them, in words.
    pub refusals: Vec<String>,
}

/// How far a play is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub day: i64,
    pub of: i64,
    pub acts: usize,
    pub refused: usize,
}

/// The instant of a world's second.
pub fn instant(at: Sec) -> DateTime<Utc> {
    let midnight = super::honest::date(0).and_time(chrono::NaiveTime::MIN);
    let begin = midnight.and_local_timezone(beijing()).earliest();
    begin.map(|time| time.with_timezone(&Utc)).unwrap_or_default() + TimeDelta::seconds(at)
}

/// The stage: the plan, and the ids of what is on it.
pub struct Stage<'a> {
    pub app: &'a App,
    pub world: &'a World,
    pub plan: &'a Plan,
    pub ids: RefCell<Ids>,
}

/// Acts that run or wait for the one before them in their lane.
#[derive(Default)]
struct Lanes {
    waiting: HashMap<usize, VecDeque<Act>>,
    /// How many acts of a time are under way.
    open: BTreeMap<Sec, usize>,
}

impl Lanes {
    fn take(&mut self, act: Act) -> Option<Act> {
        *self.open.entry(act.at).or_default() += 1;
        match self.waiting.entry(act.lane) {
            std::collections::hash_map::Entry::Occupied(mut lane) => {
                lane.get_mut().push_back(act);
                None
            }
            std::collections::hash_map::Entry::Vacant(lane) => {
                lane.insert(VecDeque::new());
                Some(act)
            }
        }
    }

    /// The next of its lane.
    fn done(&mut self, act: Act) -> Option<Act> {
        if let Some(count) = self.open.get_mut(&act.at) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&act.at);
            }
        }
        let next = self.waiting.get_mut(&act.lane).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.waiting.remove(&act.lane);
        }
        next
    }

    fn oldest(&self) -> Option<Sec> {
        self.open.keys().next().copied()
    }
}

/// Plays it all.
pub async fn play(stage: &Stage<'_>, tell: &mut dyn FnMut(Progress)) -> Result<Played, Problem> {
    let mut played = Played::default();
    let (mut lanes, mut running) = (Lanes::default(), FuturesUnordered::new());
    let mut acts = stage.plan.acts.iter().copied().peekable();
    let mut day = -1;
    loop {
        while let Some(act) = acts.peek().copied() {
            let full = running.len() >= AT_ONCE;
            let far = lanes.oldest().is_some_and(|oldest| act.at > oldest + WINDOW);
            let tomorrow = act.at / DAY > day;
            if full || far || (tomorrow && !running.is_empty()) {
                break;
            }
            if tomorrow {
                day = act.at / DAY;
                dawn(stage, day).await?;
                let (acts, refused) = (played.acts, played.refused);
                tell(Progress { day, of: stage.world.days, acts, refused });
            }
            acts.next();
            if let Some(act) = lanes.take(act) {
                running.push(one(stage, act));
            }
        }
        let Some((act, outcome)) = running.next().await else {
            return Ok(played);
        };
        played.acts += 1;
        if let Err(problem) = outcome {
            // A world without what the program had no time for is another world.
            if problem.code() == Code::Busy {
                return Err(problem);
            }
            played.refused += 1;
            if played.refusals.len() < REFUSALS_TOLD {
                played.refusals.push(told(&act, &problem));
            }
        }
        if let Some(next) = lanes.done(act) {
            running.push(one(stage, next));
        }
    }
}

/// What business time sets off, before anybody acts on a day.
async fn dawn(stage: &Stage<'_>, day: i64) -> Result<(), Problem> {
    stage.app.clock.set(instant(day * DAY));
    let seed = mixed(&[stage.world.seed, 70, day as u64]);
    let tick = async || Box::pin(sandbox::tick(stage.app)).await;
    within(seed, steadily(stage.app, tick)).await
}

async fn one(stage: &Stage<'_>, act: Act) -> (Act, Result<(), Problem>) {
    let seed = mixed(&[stage.world.seed, 71, act.turn as u64]);
    let perform = async || Box::pin(act::perform(stage, act)).await;
    let done = within(seed, steadily(stage.app, perform)).await;
    (act, done)
}

fn told(act: &Act, problem: &Problem) -> String {
    let fault = |fault: &crate::problem::Fault| {
        let pointer = fault.pointer.as_deref().unwrap_or_default();
        format!("{} {pointer} {}", fault.code.as_str(), fault.detail.en)
    };
    let faults: Vec<String> = problem.faults().iter().map(fault).collect();
    let cause = problem.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    format!("day {} {:?}: {}{cause}", act.at / DAY, act.what, faults.join("; "))
}
