//! The plan of a world: all that is done in it, and when.

use std::collections::BTreeSet;

use super::load::{Course, Entry, Key, Load, Paper, Round, Told};
use super::world::Sec;

/// An act, by its place in the list that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The party comes into the registers.
    Settle(usize),
    Paper(usize),
    Entry(usize),
    Boxes(usize),
    Draft(usize),
    File(usize),
    Amend(usize),
    Agree(usize),
    Cancel(usize),
    Depart(usize),
    Breakdown(usize),
    Arrive(usize),
    Receive(usize),
    /// What was refused goes back or on, arrives there, and is treated where it went on.
    Send(usize),
    Home(usize),
    TreatSent(usize),
    Treat(usize),
    PlanRound(usize),
    Call(usize, usize),
    Confirm(usize, usize),
    WeighIn(usize),
    TreatRound(usize),
    /// A device tells what it has read.
    Tell(usize),
}

/// An act, when it is told, and the lane in which acts wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act {
    pub at: Sec,
    /// In the order in which it was planned.
    pub turn: usize,
    pub lane: usize,
    pub what: What,
}

/// All that happens in a world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub acts: Vec<Act>,
    pub loads: Vec<Load>,
    pub rounds: Vec<Round>,
    pub entries: Vec<Entry>,
    pub papers: Vec<Paper>,
    pub told: Vec<Told>,
    /// How many manifests there are.
    pub keys: usize,
}

/// Lanes of rounds lie beyond those of parties.
const ROUND_LANES: usize = 1_000_000;

impl Plan {
    pub fn key(&mut self) -> Key {
        self.keys += 1;
        self.keys - 1
    }

    pub fn act(&mut self, at: Sec, lane: usize, what: What) {
        let turn = self.acts.len();
        self.acts.push(Act { at, turn, lane, what });
    }

    pub fn entry(&mut self, at: Sec, entry: Entry) {
        self.act(at, entry.party, What::Entry(self.entries.len()));
        self.entries.push(entry);
    }

    pub fn paper(&mut self, at: Sec, paper: Paper) {
        self.act(at, paper.party, What::Paper(self.papers.len()));
        self.papers.push(paper);
    }

    /// Readings, in the lane of what they are about.
    pub fn tell(&mut self, (at, lane): (Sec, usize), told: Told) {
        self.act(at, lane, What::Tell(self.told.len()));
        self.told.push(told);
    }

    /// The lane of the round that is planned next.
    pub const fn round_lane(&self) -> usize {
        ROUND_LANES + self.rounds.len() % 100_000
    }

    /// A load and all its acts.
    pub fn load(&mut self, load: Load) {
        let (n, lane) = (self.loads.len(), load.from);
        if load.course == Course::Draft {
            self.act(load.filed, lane, What::Draft(n));
            self.loads.push(load);
            return;
        }
        if !load.boxes.is_empty() {
            let last = load.boxes.iter().map(|one| one.0).max().unwrap_or(load.filed);
            self.act(last.min(load.filed), lane, What::Boxes(n));
        }
        self.act(load.filed, lane, What::File(n));
        if let Some(at) = load.amended {
            self.act(at, lane, What::Amend(n));
            self.act(at + 240, lane, What::Agree(n));
        }
        match load.course {
            Course::Draft => {}
            Course::Cancelled(at) => self.act(at, lane, What::Cancel(n)),
            Course::Through | Course::Returned(_) | Course::Forwarded(..) => self.way(n, &load),
        }
        self.loads.push(load);
    }

    fn way(&mut self, n: usize, load: &Load) {
        let lane = load.from;
        self.act(load.departs.told, lane, What::Depart(n));
        if let Some(at) = load.breakdown {
            self.act(at, lane, What::Breakdown(n));
        }
        self.act(load.arrives.told, lane, What::Arrive(n));
        self.act(load.received.told, lane, What::Receive(n));
        if let Some(treatment) = &load.treatment {
            self.act(treatment.at, lane, What::Treat(n));
        }
        if let Course::Returned(at) | Course::Forwarded(_, at) = load.course {
            self.act(at, lane, What::Send(n));
            self.act(load.onward, lane, What::Home(n));
            if matches!(load.course, Course::Forwarded(..)) {
                self.act(load.onward + 2 * super::world::DAY, lane, What::TreatSent(n));
            }
        }
    }

    /// A round and all its acts.
    pub fn round(&mut self, round: Round) {
        let n = self.rounds.len();
        let lane = self.round_lane();
        self.act(round.planned, lane, What::PlanRound(n));
        for (call, one) in round.calls.iter().enumerate() {
            self.act(one.at, lane, What::Call(n, call));
            if let Some(at) = one.confirmed {
                self.act(at, lane, What::Confirm(n, call));
            }
        }
        if !round.is_empty() {
            self.act(round.weighed, lane, What::WeighIn(n));
            self.act(round.treated, lane, What::TreatRound(n));
        }
        self.rounds.push(round);
    }

    /// Leaves out what would be under way at the end, but for these loads: who goes on from there
    /// would find trucks on the road that nobody drives.
    pub fn finish(&mut self, end: Sec, open: &BTreeSet<usize>) {
        let (loads, rounds) = (&self.loads, &self.rounds);
        let is_done = |act: &Act| match act.what {
            What::Boxes(n)
            | What::File(n)
            | What::Amend(n)
            | What::Agree(n)
            | What::Depart(n)
            | What::Breakdown(n)
            | What::Arrive(n)
            | What::Receive(n) => {
                let load = &loads[n];
                let is_over = match load.course {
                    Course::Cancelled(at) => at < end,
                    _ => load.received.told < end,
                };
                is_over || open.contains(&n)
            }
            What::PlanRound(n) | What::Call(n, _) | What::Confirm(n, _) => rounds[n].weighed < end,
            _ => true,
        };
        self.acts.retain(is_done);
    }

    /// In the order of time; what does not happen before the end falls away.
    pub fn sort(&mut self, end: Sec) {
        self.acts.retain(|act| act.at < end);
        self.acts.sort_unstable();
    }
}
