//! What is due when: deadlines that come by themselves, on the clock.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::book::{Book, Leaf};

/// What a timer is for. One of a kind per subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A manifest that was filed should have left.
    Depart,
    /// A load on its way should have come.
    Arrive,
    /// Who has to confirm a receipt is reminded.
    ReceiveSoon,
    Receive,
    /// Medical waste at its plant, by its temperature.
    PlantStorage,
    /// Accepted, and still not treated: half a year, a year, ninety working days.
    Treat,
    StoredSoon,
    Stored,
    SendOn,
    /// The oldest waste at a hospital or kitchen.
    SiteStore,
    /// The last pickup at a hospital or kitchen.
    Pickup,
    /// Once a week a site is looked at: what it makes, what lies there.
    Week,
    /// Once a month, after the month's figures are in.
    Month,
    /// A management plan, on 1 April.
    Plan,
    /// Reports of a key unit.
    Report,
    Insurance,
    EmergencyPlan,
    LicenceSoon,
    /// A load has been under way for long: its carrier is reminded.
    ArriveSoon,
    /// A kitchen load that came should be confirmed.
    WeighSoon,
    Weigh,
    /// A plan that does not have what left should be changed.
    PlanFitsSoon,
    PlanFits,
    /// A step of a transfer application.
    StepSoon,
    Step,
    /// What a plant or a collector owes by the half-year, quarter or year.
    Period,
    /// Reminders of what other timers find late.
    SendOnSoon,
    PlanSoon,
    ReportSoon,
    InsuranceSoon,
    DriverSoon,
    /// A load was told to have arrived: by now its vehicle has told where it was.
    Ended,
}

/// All timers, found by subject and in the order of their times.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    by_subject: Book<(Timer, Uuid), DateTime<Utc>>,
    queue: BTreeSet<(DateTime<Utc>, Timer, Uuid)>,
}

impl Timers {
    /// Sets it, in place of the one that was.
    pub fn set(&mut self, timer: Timer, subject: Uuid, at: DateTime<Utc>) {
        if let Some(before) = self.by_subject.put((timer, subject), at) {
            self.queue.remove(&(before, timer, subject));
        }
        self.queue.insert((at, timer, subject));
    }

    pub fn drop(&mut self, timer: Timer, subject: Uuid) {
        if let Some(before) = self.by_subject.remove(&(timer, subject)) {
            self.queue.remove(&(before, timer, subject));
        }
    }

    pub fn get(&self, timer: Timer, subject: Uuid) -> Option<DateTime<Utc>> {
        self.by_subject.get(&(timer, subject)).copied()
    }

    /// The first that is due by then. It is gone afterwards.
    pub fn pop(&mut self, by: DateTime<Utc>) -> Option<(DateTime<Utc>, Timer, Uuid)> {
        let first = *self.queue.first().filter(|(at, _, _)| *at <= by)?;
        self.queue.remove(&first);
        self.by_subject.remove(&(first.1, first.2));
        Some(first)
    }

    /// When the next is due.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.queue.first().map(|(at, _, _)| *at)
    }

    pub(super) fn drain(&mut self, leaves: &mut Vec<Leaf>) -> Result<(), serde_json::Error> {
        self.by_subject.drain("timers", leaves)
    }

    pub(super) fn restore(&mut self, key: &str, body: &str) -> Result<(), serde_json::Error> {
        self.by_subject.restore(key, body)?;
        let (timer, subject): (Timer, Uuid) = serde_json::from_str(key)?;
        if let Some(at) = self.by_subject.get(&(timer, subject)) {
            self.queue.insert((*at, timer, subject));
        }
        Ok(())
    }
}
