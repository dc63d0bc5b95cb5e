//! Hospitals: waste by beds and visits in its five categories, and a pickup within two days.

use super::Planner;
use super::gate::read;
use crate::simulate::chance::Chance;
use crate::simulate::label::Planned;
use crate::simulate::load::{Course, Item, Load};
use crate::simulate::waste::{DRUGS, INFECTIOUS, MEDICAL_CHEMICAL, PATHOLOGICAL, SHARPS, packages};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec, season};

/// Kilograms a bed and day (GC01 to GC03).
const fn coefficient(kind: Kind) -> f64 {
    match kind {
        Kind::Tertiary => 0.65,
        Kind::Secondary => 0.53,
        _ => 0.42,
    }
}

/// Shares of the categories (GC10A to GC10E).
const SHARES: [(usize, f64); 5] = [
    (INFECTIOUS, 0.85),
    (SHARPS, 0.10),
    (PATHOLOGICAL, 0.02),
    (MEDICAL_CHEMICAL, 0.01),
    (DRUGS, 0.02),
];

impl Planner<'_> {
    pub fn hospital(&mut self, party: usize, day: i64) {
        let mut chance = self.chance(1, party, day);
        self.picked_up(party, day, &mut chance);
        self.wards(party, day, &mut chance);
    }

    /// What the day made, entered in the evening.
    fn wards(&mut self, party: usize, day: i64, chance: &mut Chance) {
        let one = &self.world.parties[party];
        let (kind, level, labels_boxes) = (one.kind, one.level, one.labels_boxes);
        let size = one.size as f64;
        let beds = (size * 0.76 * season(kind, day) * chance.factor(0.03)).round().min(size);
        let visits = (size * 1.25 * season(Kind::Clinic, day) * chance.factor(0.06)).round();
        let activity = self.activity.entry(party).or_default();
        activity.first += beds;
        activity.second += visits;
        let made = (beds * coefficient(kind) * level + visits * 0.04) * chance.factor(0.04);
        let grams = self.frauds.produced(party, day, made * 1000.0);
        let at = day * DAY + 17 * HOUR + 30 * MINUTE + chance.whole(0, 50 * MINUTE);
        for (n, (waste, share)) in SHARES.into_iter().enumerate() {
            let (waste, share) = self.frauds.sorted(party, day, (waste, share));
            let part = grams * share * chance.factor(if n < 2 { 0.05 } else { 0.2 });
            if waste == INFECTIOUS && labels_boxes {
                self.fill_boxes(party, at, part, chance);
                continue;
            }
            let enters = n < 2 || (day + party as i64) % 3 == n as i64 % 3;
            self.make((party, waste), part, enters.then_some((at, 100)));
        }
    }

    /// Boxes of at most twelve kilograms; the list of them enters the ledger by itself.
    fn fill_boxes(&mut self, party: usize, at: Sec, grams: f64, chance: &mut Chance) {
        let count = (grams / 10_500.0).ceil().max(1.0);
        let boxes = self.boxes.entry(party).or_default();
        for _ in 0..count as i64 {
            let filled = read(grams / count * chance.factor(0.06), 100).max(100);
            boxes.push((at, filled));
        }
    }

    /// Daily from large hospitals; from small ones twice in three days, 42 hours apart at most.
    fn picked_up(&mut self, party: usize, day: i64, chance: &mut Chance) {
        let one = &self.world.parties[party];
        let hour = 9.6
            + (super::super::chance::mixed(&[self.world.seed, party as u64]) % 50) as f64 / 10.0;
        let hour = match (one.kind, (day + party as i64) % 3) {
            (Kind::Primary, 0) => 15.2,
            (Kind::Primary, 1) => return,
            (Kind::Primary, _) => 9.4,
            _ => hour,
        };
        if day == self.world.first || self.frauds.holds_back(party, day) {
            return;
        }
        if self.storm(party, day) {
            return;
        }
        let items = self.waiting(party, day);
        if items.is_empty() {
            return;
        }
        let grams = items.iter().map(|item| item.grams).sum();
        let carrier = self.world.carrier_of(party, day);
        let wanted = day * DAY + (hour * HOUR as f64) as Sec + chance.whole(-15, 15) * MINUTE;
        let booked = self.book((carrier, "medical"), (party, grams), wanted, chance);
        let Some(ride) = booked else { return };
        let plant = self.plant_of(party, Kind::MedicalPlant);
        let mut load = self.load((party, plant, carrier), items, ride, chance);
        load.boxes = self.boxes.remove(&party).unwrap_or_default();
        self.typed_twice(&load, chance);
        self.send(load, chance);
    }

    /// All that is in stock, and when the oldest of it was entered.
    fn waiting(&mut self, party: usize, day: i64) -> Vec<Item> {
        let mut items = Vec::new();
        let item = |waste, grams, stored_since| Item {
            waste,
            grams,
            packages: packages(waste, grams),
            accepted: 0,
            refused: 0,
            stored_since,
        };
        if let Some(boxes) = self.boxes.get(&party).filter(|boxes| !boxes.is_empty()) {
            let grams = boxes.iter().map(|one| one.1).sum();
            let since = boxes.first().map(|one| one.0);
            items.push(Item { packages: boxes.len() as i64, ..item(INFECTIOUS, grams, since) });
        }
        for (waste, _) in SHARES {
            let stock = self.stock.entry((party, waste)).or_default();
            if stock.grams > 0 {
                items.push(item(waste, stock.grams, stock.since));
                (stock.grams, stock.since, stock.last) = (0, None, day);
            }
        }
        items
    }

    /// One manifest in a hundred is filed wrong at first, called off and filed again.
    fn typed_twice(&mut self, load: &Load, chance: &mut Chance) {
        if !chance.happens(0.01) || !load.boxes.is_empty() {
            return;
        }
        let filed = load.filed - chance.whole(6, 15) * MINUTE;
        let course = Course::Cancelled(filed + chance.whole(2, 5) * MINUTE);
        let mut wrong = load.clone();
        if let Some(item) = wrong.items.first_mut() {
            item.grams += 100 * chance.whole(5, 90);
        }
        let key = self.plan.key();
        let wrong = Load { key, filed, course, breakdown: None, amended: None, ..wrong };
        self.plan.load(wrong);
    }

    pub fn plant_of(&self, party: usize, kind: Kind) -> usize {
        let division = self.world.parties[party].division;
        let mut all = self.world.of(|one| one == kind).into_iter();
        all.find(|one| self.world.parties[*one].division == division).unwrap_or(party)
    }

    /// On a day or two of a year no vehicle leaves the garages of a division.
    pub fn storm(&mut self, party: usize, day: i64) -> bool {
        let division = self.world.parties[party].division;
        if !self.is_storm(division, day) {
            return false;
        }
        let rules: &[&str] = &["AL47", "AL48", "AL52", "AL58", "AL49"];
        let times = (day * DAY, (day + 2) * DAY);
        let mut label = Planned::lapse(("storm", "deadlines", rules), times);
        label.parties.push(party);
        self.lapses.push(label);
        true
    }

    pub fn is_storm(&self, division: usize, day: i64) -> bool {
        let winter = !(70..300).contains(&(day % 365));
        let drawn =
            super::super::chance::mixed(&[self.world.seed, 99, division as u64, day as u64]);
        winter && day > 5 && drawn.is_multiple_of(110)
    }
}
