//! At the gate: what the receiver's scale shows, when it says so, what it does not take, and what
//! people mistype.

use super::{Planner, Trip, date};
use crate::simulate::chance::Chance;
use crate::simulate::label::Planned;
use crate::simulate::load::{Course, Load, When};
use crate::simulate::waste::WASTES;
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec};

/// Rounds to the division of a scale.
pub fn read(grams: f64, division: i64) -> i64 {
    (grams / division as f64).round() as i64 * division
}

/// The division of the scale that weighs so much, in grams: boxes, a floor scale, a weighbridge.
pub const fn division(grams: i64) -> i64 {
    match grams {
        ..=60_000 => 100,
        60_001..=2_999_999 => 500,
        _ => 20_000,
    }
}

impl Planner<'_> {
    /// What is found and when: fills in the gate's part of a load, with honest lapses.
    pub fn gate(&mut self, load: &mut Load, chance: &mut Chance) {
        self.weigh(load, chance);
        self.receipt(load, chance);
        if self.kind(load.to) != Kind::MedicalPlant || chance.happens(0.3) {
            self.not_taken(load, chance);
        }
        self.mistyped(load, chance);
    }

    fn weigh(&mut self, load: &mut Load, chance: &mut Chance) {
        let total = load.grams();
        let by_truck = total >= 3_000_000;
        let deviation = if by_truck { 0.002 } else { 0.003_5 };
        for item in &mut load.items {
            let scale = if WASTES[item.waste].stream == "medical" { 100 } else { division(total) };
            item.accepted = read(item.grams as f64 * chance.factor(deviation), scale).max(scale);
        }
        if by_truck {
            let net: i64 = load.items.iter().map(|item| item.accepted).sum();
            let tare = self.world.vehicles[load.vehicle].tare_g + 20_000 * chance.whole(-2, 2);
            load.scale = Some((tare + net, tare));
        }
        if chance.happens(0.6) {
            let shown = read(total as f64 * chance.factor(0.001_5), division(total));
            load.loaded_g = Some(shown.max(100));
        }
        // A wrong tare, rain in an open container: it happens, and is what the rule is for.
        if chance.happens(0.000_6) && total > 100_000 {
            let off = if chance.happens(0.7) { -1.0 } else { 1.0 } * chance.between(0.07, 0.2);
            for item in &mut load.items {
                let scale = division(item.grams);
                item.accepted = read(item.grams as f64 * (1.0 + off), scale).max(scale);
            }
            load.scale = None;
            let lapse = ("misweighed", "mass", &["AL01", "AL02", "AL19"][..]);
            self.lapse(lapse, load, 2 * DAY);
        }
    }

    fn lapse(
        &mut self,
        lapse: (&'static str, &'static str, &[&'static str]),
        load: &Load,
        after: Sec,
    ) {
        let times = (load.departs.at, load.received.told.max(load.arrives.told) + after);
        let mut label = Planned::lapse(lapse, times);
        label.touch(load.key, times);
        label.parties = vec![load.from, load.to];
        self.lapses.push(label);
    }

    /// Mostly within hours of the arrival; some wait for an analysis, few too long.
    fn receipt(&mut self, load: &mut Load, chance: &mut Chance) {
        let medical = self.kind(load.to) == Kind::MedicalPlant;
        let at = load.arrives.told;
        let soon = if medical {
            at + chance.whole(6 * MINUTE, 55 * MINUTE)
        } else {
            in_office(at + chance.whole(12 * MINUTE, 4 * HOUR), chance)
        };
        load.received = When::now(soon);
        if medical {
            load.stored_mc = Some(chance.whole(1_000, 4_500));
            return;
        }
        if chance.happens(0.05) {
            load.received = When::now(in_office(soon + chance.whole(1, 2) * DAY, chance));
        } else if chance.happens(0.003) {
            let mut day = at.div_euclid(DAY) + 7;
            while self.working_days(at, day) <= 5 {
                day += 1;
            }
            let late = (day + chance.whole(0, 3)) * DAY + chance.whole(10 * HOUR, 17 * HOUR);
            load.received = When::now(late);
            self.lapse(("late_receipt", "deadlines", &["AL07"]), load, DAY);
        }
    }

    /// Working days after an arrival, up to a day and with it.
    pub fn working_days(&self, arrival: Sec, day: i64) -> u32 {
        self.calendar.working_days_between(date(arrival.div_euclid(DAY)), date(day))
    }

    /// A few loads are refused, in part or whole, and go back or on.
    fn not_taken(&mut self, load: &mut Load, chance: &mut Chance) {
        let waits = load.received.at > load.arrives.told + 8 * HOUR || !load.boxes.is_empty();
        if !chance.happens(0.006) || waits {
            return;
        }
        let whole = chance.happens(0.35);
        for item in load.items.iter_mut().take(1) {
            let scale = division(item.accepted);
            let part = if whole { 1.0 } else { chance.between(0.1, 0.4) };
            let refused = read(item.accepted as f64 * part, scale).clamp(scale, item.accepted);
            item.refused = refused;
            item.accepted -= refused;
        }
        if whole && load.items.len() > 1 {
            load.items[0].accepted += load.items[0].refused;
            load.items[0].refused = 0;
            return;
        }
        let leaves = load.received.at + chance.whole(25 * MINUTE, 70 * MINUTE);
        let waste = load.items[0].waste;
        let others = self.world.able(load.from, waste).into_iter();
        let other = others.filter(|one| *one != load.to).nth(chance.whole(0, 2) as usize);
        let (course, end) = match other.filter(|_| self.kind(load.from).is_works()) {
            Some(other) => (Course::Forwarded(other, leaves), other),
            None => (Course::Returned(leaves), load.from),
        };
        load.course = course;
        let back = leaves + self.world.usual_trip(load.to, end) as Sec;
        load.onward = back + chance.whole(10 * MINUTE, 40 * MINUTE);
        self.away(load.vehicle, Trip { departs: load.departs.at, arrives: back, to: end });
    }

    /// A count of packages that is off by one, a note that is changed, a trip that is called off.
    fn mistyped(&mut self, load: &mut Load, chance: &mut Chance) {
        if chance.happens(0.001) {
            load.mismatch = Some((0, "packaging", "件数与联单不符"));
            self.lapse(("miscounted", "papers", &["AL06"]), load, 2 * DAY);
        }
        if chance.happens(0.006) && load.filed + 12 * MINUTE < load.departs.at {
            load.amended = Some(load.filed + 5 * MINUTE);
        } else if self.kind(load.from).is_works()
            && load.course == Course::Through
            && chance.happens(0.012)
        {
            load.course = Course::Cancelled(load.filed + chance.whole(4, 18) * MINUTE);
        }
    }
}

/// Into the hours in which a plant's office works.
pub fn in_office(at: Sec, chance: &mut Chance) -> Sec {
    let clock = at.rem_euclid(DAY);
    let day = at - clock;
    if clock < 8 * HOUR + 30 * MINUTE {
        day + 8 * HOUR + 30 * MINUTE + chance.whole(0, 2 * HOUR)
    } else if clock > 20 * HOUR {
        day + DAY + 8 * HOUR + 30 * MINUTE + chance.whole(0, 2 * HOUR)
    } else {
        at
    }
}
