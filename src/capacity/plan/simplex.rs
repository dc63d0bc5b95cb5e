//! The network simplex over lots, lines and facilities: exact, in whole numbers.
//!
//! It goes from class to class and asks every lot whether it would cost less elsewhere. That is
//! most of the work, so it is done in coarse units first, in which a sum is never too high: what
//! does not look cheaper there is not cheaper. What does is looked at exactly.

use super::costs::{CLOSED, Costs, cheapest, place_of};
use super::doors::Doors;
use super::lots::{Lot, Lots};
use super::solve::Stopped;
use super::start::start;
use super::tree::{Entering, SINK, Tree};

/// Rounding makes a gain in coarse units look up to so much larger than it is.
const ROUNDING: i32 = 3;

/// Lines and facilities are looked at after so many pivots.
const LOOSEN_AFTER: usize = 32;

/// Wishes are heard until there have been so many pivots.
const PIVOTS_AT_ONCE: usize = 256;

/// Rough is a plan when a round moves fewer than one of so many lots.
const ROUGH: usize = 50;

/// Where a lot stands.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// Where it goes: a line, the sink, or its seat in the tree if it is divided.
    at: usize,
    /// What a gram costs to there.
    cost: i64,
    /// No facility but its own could cost less, down to the sink: in coarse units.
    floor: i32,
}

/// That a lot would cost less elsewhere, in the order in which lots are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    /// By how much, in coarse units: negative, but for rounding.
    gain: i32,
    lot: usize,
}

/// The state of the method, and at its end the optimum.
pub struct Simplex<'l, 'p> {
    pub lots: &'l Lots<'p>,
    pub costs: &'l Costs,
    pub tree: Tree,
    stands: Vec<Stand>,
    doors: Doors,
    pivots: usize,
    /// How many pivots there had been when lines and facilities were last in order.
    loosened: usize,
}

impl<'l, 'p> Simplex<'l, 'p> {
    /// A first plan, for lines that are going to have such prices.
    pub fn new(
        lots: &'l Lots<'p>,
        costs: &'l Costs,
        prices: &[i64],
        keep_on: &dyn Fn() -> bool,
    ) -> Result<Self, Stopped> {
        let lines = lots.lines.iter().map(|line| (line.facility, line.limit_g));
        let mut tree = Tree::new(&lots.facility_limits, lines);
        let at = start(lots, (costs, prices), &mut tree, keep_on)?;
        let doors = Doors::of(lots, costs.width);
        let stands = Vec::with_capacity(at.len());
        let mut simplex = Self { lots, costs, tree, stands, doors, pivots: 0, loosened: 0 };
        for (lot, at) in at.into_iter().enumerate() {
            let cost = simplex.cost(lot, at);
            simplex.stands.push(Stand { at, cost, floor: -CLOSED });
        }
        Ok(simplex)
    }

    /// The node of a line.
    pub fn node(&self, line: usize) -> usize {
        1 + self.lots.facility_limits.len() + line
    }

    /// What a gram of a lot costs to a line, or to the sink.
    pub fn cost(&self, lot: usize, node: usize) -> i64 {
        if node == SINK {
            return self.costs.unmet;
        }
        let facilities = self.lots.facility_limits.len();
        self.costs.rows[self.lots.each[lot].row * facilities + self.tree.leads_to(node) - 1]
    }

    /// What a gram of a lot costs now, down to the sink.
    fn price(&self, lot: usize) -> i64 {
        let Stand { at, cost, .. } = self.stands[lot];
        cost + self.tree.price(at)
    }

    /// The coarse costs of a lot.
    fn coarse(&self, lot: usize) -> &[i32] {
        &self.costs.coarse[self.lots.each[lot].row * self.costs.width..][..self.costs.width]
    }

    /// Improves the plan until nothing improves it.
    pub fn run(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        while self.round(keep_on)? > 0 {}
        Ok(())
    }

    /// Improves the plan while that takes large steps.
    pub fn run_roughly(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        while self.round(keep_on)? > self.lots.each.len() / ROUGH {}
        Ok(())
    }

    /// Asks all lots once, set by set. Answers with the number of pivots: if that is 0, nothing
    /// improves the plan.
    fn round(&mut self, keep_on: &dyn Fn() -> bool) -> Result<usize, Stopped> {
        let first = self.pivots;
        let mut wishes = Vec::new();
        for set in 0..self.doors.sets() {
            if !keep_on() {
                return Err(Stopped);
            }
            let before = self.pivots;
            self.ask(set, &mut wishes);
            self.hear(&mut wishes);
            if self.pivots == before || self.pivots > self.loosened + LOOSEN_AFTER {
                self.loosen();
            }
        }
        Ok(self.pivots - first)
    }

    /// Which lots of a set would cost less elsewhere, by how much.
    ///
    /// The late rounds change few prices, and those little. So each lot keeps a floor: no other
    /// facility than its own could cost less. It sinks with the prices, and only a lot whose floor
    /// has sunk below what it costs now looks at every facility again.
    fn ask(&mut self, set: usize, wishes: &mut Vec<Wish>) {
        wishes.clear();
        let drop = self.doors.open(set, &self.tree, self.costs);
        for lot in self.doors.members(set) {
            let Stand { at, cost, floor } = self.stands[lot];
            let now = cost + self.tree.price(at);
            let now_at_most = self.costs.ceiling(now);
            let own = if at < self.tree.seats_from() { self.tree.home(at) } else { None };
            // The first time, all prices drop from [`CLOSED`]: that alone may leave 32 bits.
            let mut floor = floor.saturating_sub(drop);
            if floor < now_at_most {
                let best = if at == SINK { CLOSED } else { self.costs.floor(self.costs.unmet) };
                floor = cheapest(self.coarse(lot), self.doors.prices(), own, best);
            }
            self.stands[lot].floor = floor;
            let at_home = own.map_or(CLOSED, |own| {
                let best = cost + self.doors.price(own);
                if best < now { self.costs.floor(best) } else { CLOSED }
            });
            let best = floor.min(at_home);
            if best < now_at_most {
                wishes.push(Wish { gain: best - now_at_most, lot });
            }
        }
    }

    /// Grants wishes, the largest first. Each changes prices, and by the time a wish is heard it
    /// may be worth less, or may cost others their place for little: once one has been granted, the
    /// small ones and those that have shrunk must wait. This halves the number of pivots.
    fn hear(&mut self, wishes: &mut Vec<Wish>) {
        let before = self.pivots;
        let most = wishes.iter().map(|wish| wish.gain).min().unwrap_or(0);
        if most <= -ROUNDING {
            wishes.retain(|wish| i64::from(wish.gain) * 10 <= i64::from(most) * 3);
        }
        wishes.sort_unstable();
        for wish in wishes {
            let done = self.pivots - before;
            if done == PIVOTS_AT_ONCE {
                break;
            }
            let at_least = if done == 0 { 0 } else { self.costs.units(wish.gain) / 5 * 3 };
            self.grant(*wish, at_least);
        }
    }

    /// Sends as much of a lot as can go there to where it costs least, if it gains enough.
    fn grant(&mut self, Wish { gain, lot }: Wish, at_least: i64) {
        let now = self.price(lot);
        let (best, to) = if gain > -ROUNDING { self.best(lot) } else { self.likely(lot) };
        if best >= now || best - now > at_least {
            return;
        }
        let Stand { at, cost, .. } = self.stands[lot];
        let is_seated = at >= self.tree.seats_from();
        let grams = self.lots.each[lot].grams;
        let from = if is_seated { at } else { self.tree.seat(lot, (at, cost), grams) };
        self.stands[lot] = Stand { at: from, cost: 0, floor: -CLOSED };
        let cost = best - self.tree.price(to);
        self.pivot(Entering { from, to, room: i64::MAX, cost });
    }

    /// The cheapest line for a lot, exactly, or the sink; and what it costs there.
    fn best(&self, lot: usize) -> (i64, usize) {
        let facilities = self.lots.facility_limits.len();
        let Lot { row, class, .. } = self.lots.each[lot];
        let row = &self.costs.rows[row * facilities..][..facilities];
        let mut best = (self.costs.unmet, SINK);
        for (facility, node) in self.doors.lines(class) {
            let cost = row[*facility] + self.tree.price(*node);
            best = if cost < best.0 { (cost, *node) } else { best };
        }
        best
    }

    /// The same among the lines of its own facility and of the one that was the cheapest when it
    /// was asked.
    fn likely(&self, lot: usize) -> (i64, usize) {
        let facilities = self.lots.facility_limits.len();
        let Stand { at, floor, .. } = self.stands[lot];
        let row = &self.costs.rows[self.lots.each[lot].row * facilities..][..facilities];
        let own = if at < self.tree.seats_from() { self.tree.home(at) } else { None };
        let cheapest = place_of(floor, self.coarse(lot), self.doors.prices());
        let mut best = (self.costs.unmet, SINK);
        for facility in own.into_iter().chain(cheapest) {
            for (_, node) in self.doors.lines_at(facility) {
                let cost = row[facility] + self.tree.price(*node);
                best = if cost < best.0 { (cost, *node) } else { best };
            }
        }
        best
    }

    /// Lets arcs of lines and facilities that are empty or full, and should not be, into the tree.
    fn loosen(&mut self) {
        if self.pivots == self.loosened {
            return;
        }
        self.loosened = self.pivots;
        for node in 1..self.tree.seats_from() {
            if self.tree.is_in_tree(node) {
                continue;
            }
            let to = self.tree.leads_to(node);
            let gain = self.tree.price(to) - self.tree.price(node);
            let room = self.tree.limit(node);
            let is_full = self.tree.through(node) > 0;
            if !is_full && gain < 0 {
                self.pivot(Entering { from: node, to, room, cost: 0 });
            } else if is_full && gain > 0 {
                self.pivot(Entering { from: to, to: node, room, cost: 0 });
            }
        }
    }

    fn pivot(&mut self, entering: Entering) {
        self.pivots += 1;
        if let Some((lot, at)) = self.tree.pivot(entering) {
            let cost = self.cost(lot, at);
            self.stands[lot] = Stand { at, cost, floor: -CLOSED };
        }
    }

    /// How much of each lot goes where: lot, line or sink, grams (more than 0); lot by lot.
    pub fn parts(&self) -> Vec<(usize, usize, i64)> {
        let is_whole = |stand: &Stand| stand.at < self.tree.seats_from();
        let stands = self.stands.iter().zip(&self.lots.each).enumerate();
        let whole = stands.filter(|(_, (stand, _))| is_whole(stand));
        let whole = whole.map(|(number, (stand, lot))| (number, stand.at, lot.grams));
        let divided = self.tree.seated().filter(|(.., grams)| *grams > 0);
        let mut parts: Vec<(usize, usize, i64)> = whole.chain(divided).collect();
        parts.sort_unstable();
        parts
    }
}
