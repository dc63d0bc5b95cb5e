//! At the plants: treatment within what a plant can, ash to the landfill, and the day's record.

use serde_json::json;

use super::gate::read;
use super::{Planner, date};
use crate::simulate::cast::landfills;
use crate::simulate::chance::Chance;
use crate::simulate::load::{Course, Item, Load, Paper, PaperKind, Treatment};
use crate::simulate::units::kg;
use crate::simulate::waste::{ASH, packages};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec};

/// Ash is sent to the landfill in lots of this.
const ASH_LOT_G: i64 = 15_000_000;

impl Planner<'_> {
    /// When an accepted mass is treated: medical waste within a day, the rest in its turn, never
    /// more on a day than the plant can.
    pub fn turn(&mut self, to: usize, received: Sec, grams: i64, chance: &mut Chance) -> Sec {
        let rated = self.world.parties[to].rated_daily_g;
        let medical = self.kind(to) == Kind::MedicalPlant;
        let earliest = if medical {
            received + chance.whole(2 * HOUR, 14 * HOUR)
        } else {
            received + chance.whole(16 * HOUR, 11 * DAY)
        };
        let mut day = earliest.div_euclid(DAY);
        let mut at = earliest;
        let full = |sum: i64| sum > 0 && (sum + grams) as f64 > 0.96 * rated as f64;
        while full(self.treated.get(&(to, day)).copied().unwrap_or(0)) {
            day += 1;
            at = day * DAY + chance.whole(9 * HOUR, 18 * HOUR);
        }
        if !medical {
            let clock = at.rem_euclid(DAY).clamp(9 * HOUR, 19 * HOUR);
            at = (day * DAY + clock).max(received + 2 * HOUR);
        }
        *self.treated.entry((to, at.div_euclid(DAY))).or_default() += grams;
        at
    }

    /// The treatment of a load, with what it leaves.
    pub fn treat(&mut self, load: &mut Load, chance: &mut Chance) {
        let grams: i64 = load.items.iter().map(|item| item.accepted).sum();
        if grams <= 0 {
            return;
        }
        let at = self.turn(load.to, load.received.told, grams, chance);
        let mut residues = Vec::new();
        if self.kind(load.to) == Kind::Incinerator {
            for share in [0.05 * chance.factor(0.12), 0.15 * chance.factor(0.12)] {
                residues.push((ASH, read(grams as f64 * share, 1_000).max(1_000)));
            }
        }
        load.treatment = Some(Treatment { at, residues });
    }

    /// Ash counts when it is there.
    pub fn ash_of(&mut self, load: &Load) {
        if let Some(treatment) = &load.treatment {
            let ash: i64 = treatment.residues.iter().map(|residue| residue.1).sum();
            *self.ash.entry(load.to).or_default() += ash;
        }
    }

    /// An incinerator enters its ash weekly and sends it to the landfill in whole lots.
    pub fn residues(&mut self, party: usize, day: i64) {
        if self.kind(party) != Kind::Incinerator || day < 14 {
            return;
        }
        let mut chance = self.chance(5, party, day);
        if day % 7 == 3 {
            let made = self.ash.remove(&party).unwrap_or(0) as f64;
            let at = day * DAY + 17 * HOUR + chance.whole(0, HOUR);
            self.make((party, ASH), made, Some((at, 1_000)));
            return;
        }
        let stock = self.stock.entry((party, ASH)).or_default();
        if stock.grams < ASH_LOT_G || day % 7 != 5 {
            return;
        }
        let grams = stock.grams.min(16_000_000) / 20_000 * 20_000;
        let since = stock.since;
        stock.grams -= grams;
        stock.since = (stock.grams > 0).then_some(day * DAY);
        stock.last = day;
        let Some(to) = landfills(self.world, party).first().copied() else { return };
        let carriers = self.world.of(|kind| kind == Kind::Carrier);
        let division = self.world.parties[party].division;
        let own = carriers.into_iter().find(|one| {
            self.world.parties[*one].size == 2 && self.world.parties[*one].division == division
        });
        let Some(carrier) = own else { return };
        let wanted = day * DAY + chance.whole(9 * HOUR + 40 * MINUTE, 12 * HOUR);
        let booked = self.book((carrier, "hazardous"), (party, grams), wanted, &mut chance);
        let Some(ride) = booked else { return };
        let item = Item {
            waste: ASH,
            grams,
            packages: packages(ASH, grams),
            accepted: 0,
            refused: 0,
            stored_since: since,
        };
        let load = self.load((party, to, carrier), vec![item], ride, &mut chance);
        self.send(load, &mut chance);
    }

    /// The end of planning a load: the gate, frauds, treatment, and into the plan.
    pub fn send(&mut self, mut load: Load, chance: &mut Chance) {
        self.gate(&mut load, chance);
        crate::simulate::fraud::shape(self, &mut load);
        self.away(load.vehicle, load.trip());
        if matches!(load.course, Course::Cancelled(_)) {
            // It is still there, and goes another day.
            self.comes_back(&load);
        } else {
            self.treat(&mut load, chance);
            crate::simulate::fraud::treatment(self, &mut load);
            self.ash_of(&load);
        }
        let told = self.way_told(&load);
        self.plan.load(load);
        if let Some((at, told)) = told {
            self.plan.tell(at, told);
        }
    }

    /// What does not leave is in stock again, and filed again within days: what was wrong was the
    /// paper.
    fn comes_back(&mut self, load: &Load) {
        for item in &load.items {
            let mut flows = self.world.parties[load.from].flows.iter();
            let every = flows.find(|flow| flow.waste == item.waste).map_or(0, |flow| flow.every);
            let stock = self.stock.entry((load.from, item.waste)).or_default();
            stock.grams += item.grams;
            stock.since = item.stored_since.or(stock.since);
            stock.last -= (every - 2).max(3);
        }
    }

    /// What each plant tells of its day.
    pub fn facility_days(&mut self, day: i64) {
        for party in self.world.of(Kind::is_receiver) {
            let mut chance = self.chance(6, party, day);
            let treated = self.treated.get(&(party, day)).copied().unwrap_or(0);
            let running = self.kind(party) == Kind::Landfill || treated > 0;
            let body = json!({
                "on": date(day),
                "status": if running { "running" } else { "reduced" },
                "treated_kg": kg(treated),
            });
            let at = day * DAY + 23 * HOUR + chance.whole(0, 50 * MINUTE);
            self.plan.paper(at, Paper { party, kind: PaperKind::FacilityDay, body });
            match self.kind(party) {
                Kind::MedicalPlant => self.store_told(party, day),
                Kind::Incinerator if treated > 0 => self.furnace_told(party, day),
                _ => {}
            }
        }
    }
}
