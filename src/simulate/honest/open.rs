//! What lies open where a world is gone on with: a draft, a note that waits for its truck, trucks
//! on the road and at the gate, and what a receiver did not take.

use std::collections::BTreeSet;

use super::Planner;
use crate::simulate::chance::Chance;
use crate::simulate::load::{Course, Item, Load, When};
use crate::simulate::waste::{WASTES, packages};
use crate::simulate::world::{DAY, HOUR, Kind, MINUTE, Sec};

/// In which state a load is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Draft,
    Filed,
    OnTheRoad,
    AtTheGate,
    TakenInPart,
    NotTaken,
}

const TURNS: [Left; 6] =
    [Left::OnTheRoad, Left::Filed, Left::AtTheGate, Left::Draft, Left::TakenInPart, Left::NotTaken];

/// Grams in stock that are worth a truck, and grams that the smallest takes.
const LOT_G: (i64, i64) = (60_000, 2_800_000);

impl Planner<'_> {
    /// Leaves loads open, by turns in each state; answers which. The first division is left in
    /// peace: its trucks are those that people try first.
    pub fn leave_open(&mut self) -> BTreeSet<usize> {
        let mut open = BTreeSet::new();
        let mut chance = Chance::of(&[self.world.seed, 45]);
        for from in self.world.of(Kind::is_works) {
            if self.world.parties[from].division == 0 {
                continue;
            }
            let left = TURNS[open.len() % TURNS.len()];
            if let Some(load) = self.left(from, left, &mut chance) {
                open.insert(self.plan.loads.len());
                self.plan.load(load);
            }
        }
        open
    }

    fn left(&mut self, from: usize, left: Left, chance: &mut Chance) -> Option<Load> {
        let end = self.world.ends;
        let flow = self.world.parties[from].flows.iter().find(|flow| {
            let stock = self.stock.get(&(from, flow.waste));
            stock.is_some_and(|stock| stock.grams >= LOT_G.0) && !flow.to.is_empty()
        })?;
        let (waste, to) = (flow.waste, *flow.to.first()?);
        let took = self.world.usual_trip(from, to) as Sec;
        let departs = match left {
            Left::Draft | Left::Filed => (end / DAY + 1) * DAY + 10 * HOUR,
            Left::OnTheRoad => end - (took / 2).clamp(6 * MINUTE, 3 * HOUR),
            Left::AtTheGate => end - took - 15 * MINUTE,
            Left::TakenInPart | Left::NotTaken => end - took - 3 * HOUR,
        };
        let carrier = self.world.carrier_of(from, end / DAY);
        let fleet = self.world.fleet(carrier, WASTES[waste].stream).into_iter();
        let vehicle = fleet.filter(|one| self.ready(*one, from) <= departs).min()?;
        let stock = self.stock.get_mut(&(from, waste))?;
        // Not what is entered in the evening, which may not have come yet.
        let grams = (stock.grams / 2).min(LOT_G.1) / 1000 * 1000;
        stock.grams -= grams;
        let refused = match left {
            Left::TakenInPart => grams / 4000 * 1000,
            Left::NotTaken => grams,
            _ => 0,
        };
        let item = Item {
            waste,
            grams,
            packages: packages(waste, grams),
            accepted: grams - refused,
            refused,
            stored_since: None,
        };
        let mut load = self.load((from, to, carrier), vec![item], (vehicle, departs), chance);
        load.breakdown = None;
        load.arrives = When::now(departs + took);
        let is_taken = matches!(left, Left::TakenInPart | Left::NotTaken);
        let received = if is_taken { load.arrives.told } else { end };
        load.received = When::now(received + HOUR);
        load.filed = load.filed.min(end - chance.whole(20, 40) * MINUTE);
        load.amended = None;
        load.course = if left == Left::Draft { Course::Draft } else { Course::Through };
        self.away(vehicle, load.trip());
        Some(load)
    }
}
