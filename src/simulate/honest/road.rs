//! On the road: which vehicle goes when, how long it takes, and what breaks down.

use super::{Planner, Trip};
use crate::simulate::chance::Chance;
use crate::simulate::label::Planned;
use crate::simulate::load::{Course, Item, Load, Way, When};
use crate::simulate::world::{DAY, HOUR, MINUTE, Sec};

/// Vehicles leave from nine to half past six, Beijing's time.
const FIRST_S: Sec = 9 * HOUR;
const LAST_S: Sec = 18 * HOUR + 30 * MINUTE;

impl Planner<'_> {
    /// A vehicle of the carrier that can take so much, and when it may leave; none where all are
    /// too small.
    pub fn book(
        &self,
        (carrier, class): (usize, &str),
        (from, grams): (usize, i64),
        wanted: Sec,
        chance: &mut Chance,
    ) -> Option<(usize, Sec)> {
        let fleet = self.world.fleet(carrier, class).into_iter();
        let able = fleet.filter(|one| self.world.vehicles[*one].rated_g * 97 / 100 >= grams);
        let vehicle = able.min_by_key(|one| (self.ready(*one, from).max(wanted), *one))?;
        let mut leaves = wanted.max(self.ready(vehicle, from));
        let clock = leaves.rem_euclid(DAY);
        if clock > LAST_S {
            leaves = (leaves.div_euclid(DAY) + 1) * DAY + FIRST_S + chance.whole(0, 2 * HOUR);
        } else if clock < FIRST_S {
            leaves += FIRST_S - clock + chance.whole(0, HOUR);
        }
        Some((vehicle, leaves))
    }

    /// When a vehicle can be at a party: after its last trip, and the way from where that ended.
    pub fn ready(&self, vehicle: usize, from: usize) -> Sec {
        let drives = |trip: Trip| {
            let way = 1.2 * self.world.usual_trip(trip.to, from);
            trip.arrives + 40 * MINUTE + way as Sec
        };
        self.free[vehicle].max(self.trips[vehicle].map_or(0, drives))
    }

    /// The vehicle is away until it is back again.
    pub fn away(&mut self, vehicle: usize, trip: Trip) {
        let way = trip.arrives - trip.departs;
        self.free[vehicle] = self.free[vehicle].max(trip.arrives + way + 40 * MINUTE);
        // What was refused may have taken it farther.
        if self.trips[vehicle].is_none_or(|last| last.arrives <= trip.arrives) {
            self.trips[vehicle] = Some(trip);
        }
    }

    /// A load on its way, as far as the road goes: items are weighed afterwards.
    pub fn load(
        &mut self,
        (from, to, carrier): (usize, usize, usize),
        items: Vec<Item>,
        (vehicle, departs): (usize, Sec),
        chance: &mut Chance,
    ) -> Load {
        let usual = self.world.usual_trip(from, to);
        let took = (usual * chance.stretch(0.1)) as Sec;
        let arrives = departs + took;
        // The papers are ready before the vehicle comes.
        let filed = departs - chance.whole(20 * MINUTE, 80 * MINUTE);
        let planned = (departs - chance.whole(-10 * MINUTE, 20 * MINUTE)) / 300 * 300;
        let lag = |chance: &mut Chance| chance.whole(0, 3 * MINUTE);
        let mut load = Load {
            key: self.plan.key(),
            from,
            to,
            carrier,
            vehicle,
            driver: vehicle,
            items,
            filed,
            departs: When { at: departs, told: departs + lag(chance) },
            arrives: When { at: arrives, told: arrives + lag(chance) },
            received: When::now(arrives + 30 * MINUTE),
            planned: Some((planned, planned + usual as Sec)),
            loaded_g: None,
            scale: None,
            mismatch: None,
            treatment: None,
            course: Course::Through,
            onward: 0,
            breakdown: None,
            on_paper: false,
            boxes: Vec::new(),
            missing: 0,
            stored_mc: None,
            amended: None,
            altered: 0,
            way: Way::default(),
            all_by: None,
        };
        self.breaks_down(&mut load, usual, chance);
        load
    }

    /// Three trips in two thousand stand for hours, and the driver says so.
    fn breaks_down(&mut self, load: &mut Load, usual: f64, chance: &mut Chance) {
        if !chance.happens(0.001_5) {
            return;
        }
        let stands = chance.whole(2 * HOUR, 9 * HOUR);
        let at = load.departs.at + (usual * chance.between(0.2, 0.7)) as Sec;
        load.breakdown = Some(at.max(load.departs.told + MINUTE));
        load.arrives.at += stands;
        load.arrives.told += stands;
        load.way.stands.push((at - load.departs.at, stands));
        let times = (load.departs.at, load.arrives.told + DAY);
        let mut label =
            Planned::lapse(("breakdown", "movement", &["AL16", "AL18", "AL47", "AL48"]), times);
        label.touch(load.key, times);
        (label.vehicles, label.drivers) = (vec![load.vehicle], vec![load.driver]);
        label.parties.push(load.carrier);
        self.lapses.push(label);
    }
}
