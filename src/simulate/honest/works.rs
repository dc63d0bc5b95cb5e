//! Works, shops and collection points: waste by output, entered every day or few, shipped in lots.

use super::Planner;
use crate::simulate::chance::Chance;
use crate::simulate::load::Item;
use crate::simulate::waste::{WASTES, packages};
use crate::simulate::world::{DAY, Flow, HOUR, Kind, MINUTE, season};

/// The largest lot: what the largest truck takes.
const LOT_G: i64 = 16_500_000;

/// Days between two entries of a kind's ledger.
const fn enters_every(kind: Kind) -> i64 {
    match kind {
        Kind::RepairShop => 3,
        Kind::Chemical | Kind::Pvc => 2,
        _ => 1,
    }
}

impl Planner<'_> {
    pub fn works(&mut self, party: usize, day: i64) {
        let mut chance = self.chance(7, party, day);
        let one = &self.world.parties[party];
        let is_shut = one.shut.is_some_and(|(from, to)| (from..=to).contains(&day));
        let grown =
            1.0 + (one.growth - 1.0) * (day - self.world.first) as f64 / self.world.length() as f64;
        let runs = if is_shut { 0.0 } else { season(one.kind, day) * grown };
        let runs = runs * chance.factor(0.03);
        let (kind, flows) = (one.kind, one.flows.clone());
        self.activity.entry(party).or_default().first += one.size as f64 * runs;
        for flow in &flows {
            self.ship(party, flow, day, &mut chance);
        }
        for flow in &flows {
            let made = flow.daily_g * runs * chance.factor(0.06);
            let made = self.frauds.produced(party, day, made);
            let enters = (day + party as i64) % enters_every(kind) == 0;
            let enters = enters && !self.frauds.keeps_no_ledger(party, day);
            let at = day * DAY + 18 * HOUR + chance.whole(0, 100 * MINUTE);
            self.make((party, flow.waste), made, enters.then_some((at, 500)));
        }
    }

    /// Ships what is in stock, where it is time for it.
    fn ship(&mut self, party: usize, flow: &Flow, day: i64, chance: &mut Chance) {
        let stock = self.stock.get(&(party, flow.waste)).copied().unwrap_or_default();
        let waits = (flow.every as f64 * chance.factor(0.12)).round() as i64;
        let due = day - stock.last.max(self.world.parties[party].born) >= waits;
        let is_sunday = (day + 3) % 7 == 6;
        if !(due || stock.grams >= LOT_G) || is_sunday || stock.grams < 100_000 {
            return;
        }
        if self.frauds.holds_back(party, day) {
            return;
        }
        let scale = if stock.grams >= 3_000_000 { 20_000 } else { 500 };
        // No two full trucks weigh the same.
        let most = (LOT_G as f64 * (1.0 - 0.06 * chance.unit())) as i64;
        let grams = stock.grams.min(most) / scale * scale;
        let item = Item {
            waste: flow.waste,
            grams,
            packages: packages(flow.waste, grams),
            accepted: 0,
            refused: 0,
            stored_since: None,
        };
        let other = chance.happens(0.22);
        let to = self.frauds.receiver(self.world, party, flow.waste, day);
        let usual = flow.to.first().copied();
        let others = chance.pick(flow.to.get(1..).unwrap_or_default()).copied();
        let Some(to) = to.or(others.filter(|_| other)).or(usual) else { return };
        let carrier = self.world.carrier_of(party, day);
        let wanted = day * DAY + chance.whole(9 * HOUR + 30 * MINUTE, 15 * HOUR);
        let class = WASTES[flow.waste].stream;
        let Some(ride) = self.book((carrier, class), (party, grams), wanted, chance) else {
            return;
        };
        let stock = self.stock.entry((party, flow.waste)).or_default();
        stock.grams -= grams;
        stock.last = day;
        let mut load = self.load((party, to, carrier), vec![item], ride, chance);
        if chance.happens(0.012) {
            // A scheduled night run: a long way, or a plant that takes deliveries at dawn.
            let night = (ride.1.div_euclid(DAY) + 1) * DAY + chance.whole(0, 6 * HOUR);
            if night >= self.ready(ride.0, party) {
                let moved = night - load.departs.at;
                for time in [&mut load.departs, &mut load.arrives] {
                    time.at += moved;
                    time.told += moved;
                }
                load.breakdown = None;
                load.planned = load.planned.map(|(from, to)| (from + moved, to + moved));
            }
        }
        self.send(load, chance);
    }
}
