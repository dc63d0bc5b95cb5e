//! Honest life, planned day by day: what is made, picked up, weighed, received and treated, with
//! the noise of scales, roads and people. Pure: a plan follows from the world alone.
//!
//! Frauds are asked at each turn whether they change it (`fraud`): what is left is what an honest
//! party would have told.

mod device;
mod gate;
mod hospital;
mod kitchen;
mod open;
mod papers;
mod plant;
mod road;
mod works;

use std::collections::HashMap;

use super::chance::Chance;
use super::fraud::Frauds;
use super::label::Planned;
use super::load::Entry;
use super::plan::Plan;
use super::world::{Kind, Sec, World};
use crate::calendar::Calendar;

pub use device::{Warm, drawn};
pub use papers::date;

/// What lies at a party of a waste.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stock {
    pub grams: i64,
    /// When the oldest of it was entered.
    pub since: Option<Sec>,
    /// The day of the last shipment.
    pub last: i64,
    /// Made and not yet entered.
    pub unentered: f64,
}

/// A trip of a vehicle.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    pub departs: Sec,
    pub arrives: Sec,
    /// Where it ends.
    pub to: usize,
}

/// Sums of a party's month.
#[derive(Clone, Copy, Debug, Default)]
pub struct Activity {
    pub first: f64,
    pub second: f64,
}

pub struct Planner<'w> {
    pub world: &'w World,
    pub calendar: &'w Calendar,
    pub plan: Plan,
    pub lapses: Vec<Planned>,
    pub frauds: Frauds,
    pub stock: HashMap<(usize, usize), Stock>,
    /// Boxes that are filled and wait at a hospital.
    pub boxes: HashMap<usize, Vec<(Sec, i64)>>,
    pub free: Vec<Sec>,
    pub trips: Vec<Option<Trip>>,
    /// Grams treated at a receiver on a day.
    pub treated: HashMap<(usize, i64), i64>,
    /// Ash that an incinerator has and has not entered.
    pub ash: HashMap<usize, i64>,
    pub activity: HashMap<usize, Activity>,
    /// What a hoarding receiver has and does not treat.
    pub hoarded: HashMap<usize, i64>,
}

/// Plans a whole world.
pub fn plan(world: &World, calendar: &Calendar, frauds: Frauds) -> (Plan, Vec<Planned>) {
    Planner::new(world, calendar, frauds).lived().end()
}

/// Plans a world that somebody goes on with: nothing is under way at its end but a few loads in
/// each state that there is.
pub fn plan_to_go_on(world: &World, calendar: &Calendar, frauds: Frauds) -> (Plan, Vec<Planned>) {
    let mut planner = Planner::new(world, calendar, frauds).lived();
    let open = planner.leave_open();
    planner.plan.finish(world.ends, &open);
    planner.end()
}

impl<'w> Planner<'w> {
    fn new(world: &'w World, calendar: &'w Calendar, frauds: Frauds) -> Self {
        Self {
            world,
            calendar,
            plan: Plan::default(),
            lapses: Vec::new(),
            frauds,
            stock: HashMap::new(),
            boxes: HashMap::new(),
            free: vec![0; world.vehicles.len()],
            trips: vec![None; world.vehicles.len()],
            treated: HashMap::new(),
            ash: HashMap::new(),
            activity: HashMap::new(),
            hoarded: HashMap::new(),
        }
    }

    fn lived(mut self) -> Self {
        self.beginnings();
        for day in self.world.first..self.world.days {
            self.day(day);
        }
        self
    }

    fn day(&mut self, day: i64) {
        for division in 0..self.world.homes.len() {
            self.kitchen_round(division, day);
            self.clinic_round(division, day);
        }
        for party in 0..self.world.parties.len() {
            let one = &self.world.parties[party];
            if one.born > day {
                continue;
            }
            let kind = one.kind;
            if kind.is_hospital() {
                self.hospital(party, day);
            } else if kind.is_works() {
                self.works(party, day);
            } else if kind.is_receiver() {
                self.residues(party, day);
            }
        }
        super::fraud::day(self, day);
        self.facility_days(day);
        self.papers(day);
    }

    fn end(mut self) -> (Plan, Vec<Planned>) {
        let end = self.world.ends;
        self.plan.sort(end);
        let mut labels = self.frauds.into_labels();
        labels.extend(self.lapses);
        labels.retain(|label| label.to > 0 && label.from < end);
        (self.plan, labels)
    }

    /// Chance of a party on a day.
    pub fn chance(&self, about: u64, party: usize, day: i64) -> Chance {
        Chance::of(&[self.world.seed, 10 + about, party as u64, day as u64])
    }

    /// Makes so much of a waste, as far as it is told, and enters it at that time where the time
    /// for an entry has come.
    pub fn make(&mut self, (party, waste): (usize, usize), grams: f64, enter: Option<(Sec, i64)>) {
        let stock = self.stock.entry((party, waste)).or_default();
        stock.unentered += grams;
        let Some((at, division)) = enter else { return };
        let told = (stock.unentered / division as f64).round() as i64 * division;
        if told <= 0 {
            return;
        }
        stock.unentered = 0.0;
        stock.grams += told;
        stock.since = stock.since.or(Some(at));
        let entry = Entry { party, kind: "produced", waste, grams: told, occurred: None };
        self.plan.entry(at, entry);
    }

    pub fn kind(&self, party: usize) -> Kind {
        self.world.parties[party].kind
    }
}
