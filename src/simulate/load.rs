//! What is planned: loads and rounds with all their steps, entries and papers, as plain data.
//!
//! A plan names parties, vehicles and manifests by their places in its lists; the play gives them
//! ids. So a plan of one seed is one value, and can be compared.

use serde_json::Value;

use super::honest::Trip;
use super::world::Sec;

/// A manifest, by its place among all of a world.
pub type Key = usize;

/// A line of a manifest, with what is found at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub waste: usize,
    pub grams: i64,
    pub packages: i64,
    pub accepted: i64,
    pub refused: i64,
    pub stored_since: Option<Sec>,
}

/// Where a load's course leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Through,
    /// Never filed: a draft.
    Draft,
    Cancelled(Sec),
    /// What was refused goes back at this time.
    Returned(Sec),
    /// What was refused goes on to that party.
    Forwarded(usize, Sec),
}

/// When something happens, and when it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct When {
    pub at: Sec,
    pub told: Sec,
}

impl When {
    pub const fn now(at: Sec) -> Self {
        Self { at, told: at }
    }
}

/// A treatment of a load: all lines, or its part in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treatment {
    pub at: Sec,
    pub residues: Vec<(usize, i64)>,
}

/// A manifest with its life.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    pub key: Key,
    pub from: usize,
    pub to: usize,
    pub carrier: usize,
    pub vehicle: usize,
    pub driver: usize,
    pub items: Vec<Item>,
    pub filed: Sec,
    pub departs: When,
    pub arrives: When,
    pub received: When,
    /// Planned departure and arrival of its leg, where they are told.
    pub planned: Option<(Sec, Sec)>,
    pub loaded_g: Option<i64>,
    /// Gross and tare of the receiver's weighbridge.
    pub scale: Option<(i64, i64)>,
    /// Line, field and what was found.
    pub mismatch: Option<(usize, &'static str, &'static str)>,
    pub treatment: Option<Treatment>,
    pub course: Course,
    /// When what was refused is where it goes.
    pub onward: Sec,
    /// When it broke down, and is told so.
    pub breakdown: Option<Sec>,
    /// It was done on paper and entered afterwards, with all its steps.
    pub on_paper: bool,
    /// Labelled boxes of its first line, registered when they were filled.
    pub boxes: Vec<(Sec, i64)>,
    /// How many of them are missing at the gate.
    pub missing: usize,
    /// Thousandths of a degree.
    pub stored_mc: Option<i64>,
    /// When a change of its note is proposed, before it leaves.
    pub amended: Option<Sec>,
    /// What frauds have changed of it: one of them changes a thing, or its label would be wrong.
    pub altered: u8,
    pub way: Way,
    /// The method that all of it is filed and treated by, whatever it is.
    pub all_by: Option<&'static str>,
}

/// How the way of a load looks to the device on its vehicle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    /// The vehicle was somewhere else, whatever the papers say: nothing is told.
    pub is_dark: bool,
    /// It stands: so long after it left, for so long.
    pub stands: Vec<(Sec, Sec)>,
    /// It goes round by this place: longitude and latitude.
    pub through: Option<(f64, f64)>,
    /// Nothing is told: so long after it left, for so long.
    pub silent: Option<(Sec, Sec)>,
    /// A place is told that it has not been at, so many kilometres aside.
    pub jump_km: f64,
    /// Kilometres an hour, where it drives faster than others.
    pub speed: Option<f64>,
    /// This share of the load is gone after it has stood.
    pub lost: f64,
}

impl Load {
    pub fn grams(&self) -> i64 {
        self.items.iter().map(|item| item.grams).sum()
    }

    /// The trip of its vehicle.
    pub const fn trip(&self) -> Trip {
        Trip { departs: self.departs.at, arrives: self.arrives.at, to: self.to }
    }

    /// The day that it is planned to leave on.
    pub fn planned_day(&self) -> i64 {
        self.departs.at.div_euclid(super::world::DAY)
    }
}

/// A call of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub key: Key,
    pub party: usize,
    pub at: Sec,
    /// When its producer confirms, if it does.
    pub confirmed: Option<Sec>,
    /// Waste, what was expected, and what was taken.
    pub items: Vec<(usize, i64, i64)>,
    /// Why nothing was taken.
    pub skipped: Option<&'static str>,
}

/// A collection round.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub carrier: usize,
    pub vehicle: usize,
    pub driver: usize,
    pub to: usize,
    pub stream: &'static str,
    pub planned: Sec,
    pub calls: Vec<Call>,
    pub weighed: Sec,
    pub net_g: i64,
    pub tare_g: i64,
    pub impurity_milli: Option<i64>,
    pub stored_mc: Option<i64>,
    pub treated: Sec,
    /// It stands at this party, so long.
    pub stands: Option<(usize, Sec)>,
}

impl Round {
    pub fn is_empty(&self) -> bool {
        self.calls.iter().all(|call| call.skipped.is_some())
    }
}

/// An entry of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub party: usize,
    pub kind: &'static str,
    pub waste: usize,
    pub grams: i64,
    pub occurred: Option<Sec>,
}

/// What else is filed: records, plans, reports, and what regulators do.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    pub party: usize,
    pub kind: PaperKind,
    /// Without the ids, which the play adds.
    pub body: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperKind {
    Activity,
    Insurance,
    EmergencyPlan,
    FacilityDay,
    ManagementPlan,
    Report,
    /// The regulator puts it on the blacklist, or takes it off.
    Blacklist,
}

/// Whose device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    Vehicle(usize),
    Store(usize),
    Furnace(usize),
}

/// What a device reads. Places in millionths of a degree, figures in thousandths, mass in grams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub at: Sec,
    pub place: Option<(i64, i64)>,
    pub speed: Option<i64>,
    pub load_g: Option<i64>,
    pub celsius: Option<i64>,
    pub feeding: Option<bool>,
}

/// Readings that are told together, by whom the device belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub party: usize,
    pub device: Device,
    /// The load that was on the vehicle.
    pub load: Option<Key>,
    pub spots: Vec<Spot>,
}
