//! Kitchens and health posts: collected by rounds, one weighing for all.

use super::gate::read;
use super::{Planner, Trip};
use crate::simulate::chance::Chance;
use crate::simulate::load::{Call, Round};
use crate::simulate::waste::{FOOD, GREASE, INFECTIOUS, SHARPS};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec, season};

/// A round: who drives for whom, and where it begins.
struct Course {
    carrier: usize,
    to: usize,
    class: &'static str,
    begins: Sec,
}

impl Planner<'_> {
    /// The kitchens of a division, every day.
    pub fn kitchen_round(&mut self, division: usize, day: i64) {
        let mut chance = self.chance(2, division, day);
        let kitchens = self.members(division, Kind::is_kitchen);
        let mut stops = Vec::new();
        for party in kitchens {
            let items = self.scraps(party, day);
            if !items.is_empty() && !self.frauds.holds_back(party, day) {
                stops.push((party, items));
            }
        }
        let Some(first) = stops.first().map(|stop| stop.0) else { return };
        if self.is_storm(division, day) {
            for (party, _) in stops {
                self.storm(party, day);
            }
            return;
        }
        let begins = day * DAY + 9 * HOUR + 20 * MINUTE + chance.whole(0, 40 * MINUTE);
        let carrier = self.world.carrier_of(first, day);
        let to = self.plant_of(first, Kind::KitchenPlant);
        self.drive(&Course { carrier, to, class: "kitchen", begins }, stops, &mut chance);
    }

    /// The health posts of a division, twice in three days.
    pub fn clinic_round(&mut self, division: usize, day: i64) {
        let hour = match (day + division as i64) % 3 {
            0 => 14,
            1 => return,
            _ => 9,
        };
        let days = if hour == 9 { 2.0 } else { 1.0 };
        let mut chance = self.chance(3, division, day);
        let mut stops = Vec::new();
        for party in self.members(division, |kind| kind == Kind::Clinic) {
            let one = &self.world.parties[party];
            // A kilogram for each of the staff in a month (GC05).
            let made = one.size as f64 / 30.0 * 1000.0 * one.level * days * season(one.kind, day);
            let made = self.frauds.produced(party, day, made * chance.factor(0.15));
            let part = |share: f64| read(made * share, 100).max(100);
            if made > 1.0 && !self.frauds.holds_back(party, day) {
                stops.push((party, vec![(INFECTIOUS, part(0.85)), (SHARPS, part(0.15))]));
            }
        }
        let Some(first) = stops.first().map(|stop| stop.0) else { return };
        if self.is_storm(division, day) {
            for (party, _) in stops {
                self.storm(party, day);
            }
            return;
        }
        let begins = day * DAY + hour * HOUR + chance.whole(0, 40 * MINUTE);
        let carrier = self.world.carrier_of(first, day);
        let to = self.plant_of(first, Kind::MedicalPlant);
        self.drive(&Course { carrier, to, class: "medical", begins }, stops, &mut chance);
    }

    fn members(&self, division: usize, is: impl Fn(Kind) -> bool) -> Vec<usize> {
        let mut all = self.world.of(is);
        all.retain(|one| self.world.parties[*one].division == division);
        all
    }

    /// What a kitchen has for the day; grease once a week or so. Meals are counted beside.
    fn scraps(&mut self, party: usize, day: i64) -> Vec<(usize, i64)> {
        let mut chance = self.chance(4, party, day);
        let one = &self.world.parties[party];
        let busy = season(one.kind, day) * chance.factor(0.1);
        self.activity.entry(party).or_default().first += (one.size as f64 * busy).round();
        let flows = one.flows.clone();
        let mut items = Vec::new();
        for flow in flows {
            let made = self.frauds.produced(party, day, flow.daily_g * busy * chance.factor(0.06));
            if flow.waste == FOOD {
                items.push((FOOD, read(made, 500).max(500)));
                continue;
            }
            let made = self.frauds.grease(party, day, made);
            let stock = self.stock.entry((party, GREASE)).or_default();
            stock.unentered += made;
            if day - stock.last >= flow.every && stock.unentered >= 1_000.0 {
                items.push((GREASE, read(stock.unentered, 500).max(500)));
                (stock.unentered, stock.last) = (0.0, day - chance.whole(0, 1));
            }
        }
        items
    }

    /// Drives a round and weighs it in.
    fn drive(
        &mut self,
        course: &Course,
        stops: Vec<(usize, Vec<(usize, i64)>)>,
        chance: &mut Chance,
    ) {
        let Course { carrier, to, class, begins } = *course;
        let total: i64 = stops.iter().flat_map(|stop| &stop.1).map(|item| item.1).sum();
        let first = stops.first().map_or(carrier, |stop| stop.0);
        let booked = self.book((carrier, class), (first, total), begins, chance);
        let Some((vehicle, leaves)) = booked else { return };
        let (mut at, mut before) = (leaves, carrier);
        let mut calls = Vec::new();
        for (party, items) in stops {
            at += (self.world.road_km(before, party) / 35.0 * HOUR as f64) as Sec;
            at += chance.whole(6 * MINUTE, 14 * MINUTE);
            before = party;
            let expects = |grams: i64| read(grams as f64 / 0.9, 1_000).max(1_000);
            let items = items.into_iter().map(|(waste, grams)| (waste, expects(grams), grams));
            let key = self.plan.key();
            let confirms = chance.happens(0.93);
            let confirmed = confirms.then(|| at + chance.whole(2 * MINUTE, 6 * HOUR));
            calls.push(Call { confirmed, key, party, at, items: items.collect(), skipped: None });
        }
        at += (self.world.road_km(before, to) / 45.0 * HOUR as f64) as Sec + 5 * MINUTE;
        let kitchen = class == "kitchen";
        let (scale, tare_g) = if kitchen { (10_000, 4_980_000) } else { (100, 1_200_000) };
        let mut round = Round {
            carrier,
            vehicle,
            driver: vehicle,
            to,
            stream: class,
            planned: leaves - chance.whole(40 * MINUTE, 90 * MINUTE),
            calls,
            weighed: at,
            net_g: read(total as f64 * chance.factor(0.004), scale).max(scale),
            tare_g,
            impurity_milli: kitchen.then(|| chance.whole(1_500, 9_000)),
            stored_mc: (!kitchen).then(|| chance.whole(1_000, 4_500)),
            treated: at + chance.whole(2 * HOUR, 8 * HOUR),
            stands: None,
        };
        crate::simulate::fraud::shape_round(self, &mut round);
        if kitchen {
            self.round_told(&round);
        }
        self.away(vehicle, Trip { departs: leaves, arrives: round.weighed, to });
        *self.treated.entry((to, round.treated.div_euclid(DAY))).or_default() += round.net_g;
        self.plan.round(round);
    }
}
