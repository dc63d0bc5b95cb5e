//! The network simplex over lots, lines and facilities: exact, in whole numbers.
//!
//! It goes from class to class and asks every lot whether it would cost less elsewhere. That is
//! most of the work, so it is done in coarse units first, in which a sum is never too high: what
//! does not look cheaper there is not cheaper. What does is looked at exactly.

use super::ballast::{Ballast, Start};
use super::costs::{CLOSED, Costs, cheapest, place_of};
use super::doors::Doors;
use super::forecast::Forecast;
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
const ROUGH: usize = 25;

/// Ballast is first stretched by one of so many parts of the farthest distance, ...
const FIRST: i64 = 256;
/// ... or of so many, where nothing is known of prices, ...
const FIRST_OF_BLANK: i64 = 32;
/// ... and then by so many times that, ...
const STRETCH: i64 = 3;
/// ... each time when a round moves fewer than one of so many lots.
const STRETCHED: usize = 20;

/// Where a lot stands.
/// Small, so that those of all lots stay in a processor's near memory from round to round.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// What a gram costs to where it goes.
    cost: i64,
    /// No facility but its own could cost less, down to the sink: in coarse units.
    floor: i32,
    at: u32,
}

impl Stand {
    const fn new(at: usize, cost: i64) -> Self {
        Self { cost, floor: -CLOSED, at: at as u32 }
    }

    /// Where it goes: a line, the sink, or its seat in the tree if it is divided.
    const fn at(self) -> usize {
        self.at as usize
    }
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
    /// Where the coarse costs of each lot begin.
    rows: Vec<u32>,
    doors: Doors,
    ballast: Vec<Ballast>,
    /// How much of the limit of each node is ballast's.
    raised: Vec<i64>,
    /// How far ballast is stretched next.
    tension: i64,
    pivots: usize,
    /// How many pivots there had been when lines and facilities were last in order.
    loosened: usize,
}

impl<'l, 'p> Simplex<'l, 'p> {
    /// Every lot where it costs least at prices that are forecast, as limits give way at first.
    pub fn new(
        lots: &'l Lots<'p>,
        costs: &'l Costs,
        forecast: &Forecast,
        keep_on: &dyn Fn() -> bool,
    ) -> Result<Self, Stopped> {
        let at = start(lots, (costs, &forecast.prices), keep_on)?;
        let Start { at, tree, ballast, seats, raised } = Start::of(lots, at, &forecast.prices);
        let doors = Doors::of(lots, costs.width);
        let first = if forecast.is_blank { FIRST_OF_BLANK } else { FIRST };
        let tension = (costs.farthest / first).max(1);
        let stands = Vec::with_capacity(at.len() + seats.len());
        let rows = lots.each.iter().map(|lot| (lot.row * costs.width) as u32).collect();
        let mut simplex = Self {
            lots,
            costs,
            tree,
            stands,
            rows,
            doors,
            ballast,
            raised,
            tension,
            pivots: 0,
            loosened: 0,
        };
        for (lot, at) in at.into_iter().enumerate() {
            let cost = simplex.cost(lot, at);
            simplex.stands.push(Stand::new(at, cost));
        }
        let seated = |at| Stand::new(at, 0);
        simplex.stands.extend(seats.into_iter().map(seated));
        Ok(simplex)
    }

    /// The node of a line.
    pub fn node(&self, line: usize) -> usize {
        1 + self.lots.facility_limits.len() + line
    }

    /// Grams through a facility or line, without ballast.
    pub fn through(&self, node: usize) -> i64 {
        self.tree.through(node) - self.raised[node]
    }

    /// What a gram of a lot costs to a line, or to the sink.
    pub fn cost(&self, lot: usize, node: usize) -> i64 {
        cost(self.lots, self.costs, &self.ballast, (lot, node))
    }

    /// What a gram of a lot costs now, down to the sink.
    fn price(&self, lot: usize) -> i64 {
        let stand = self.stands[lot];
        stand.cost + self.tree.price(stand.at())
    }

    /// The coarse costs of a lot.
    fn coarse(&self, lot: usize) -> &[i32] {
        &self.costs.coarse[self.rows[lot] as usize..][..self.costs.width]
    }

    /// Stretches the ballast step by step until none can resist, and improves the plan in between.
    fn relax(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        let most = 2 * self.costs.unmet;
        while self.tension < 4 * self.costs.farthest && !self.is_settled() {
            self.stretch(self.tension, most);
            while self.round(keep_on)? > self.lots.each.len() / STRETCHED {}
            self.tension *= STRETCH;
        }
        if !self.ballast.is_empty() {
            self.stretch(most, most);
        }
        Ok(())
    }

    /// Whether all ballast is where it is to be.
    fn is_settled(&self) -> bool {
        let stands = self.ballast.iter().zip(&self.stands[self.lots.each.len()..]);
        let at = |one: &Ballast| if one.comes_in { one.node } else { SINK };
        stands.into_iter().all(|(one, stand)| stand.at() == at(one))
    }

    fn stretch(&mut self, tension: i64, most: i64) {
        let lots = self.lots.each.len();
        for number in 0..self.ballast.len() {
            self.ballast[number].stretch(tension, most);
            let at = self.stands[lots + number].at();
            if at < self.tree.seats_from() {
                self.stands[lots + number].cost = self.cost(lots + number, at);
            }
        }
        let (lots, costs, ballast) = (self.lots, self.costs, &self.ballast);
        self.tree.reprice(|lot, node| cost(lots, costs, ballast, (lot, node)));
        self.loosened = usize::MAX;
        self.loosen();
    }

    /// Lets ballast that is as a whole where it would rather not be go on.
    fn release(&mut self) {
        for number in 0..self.ballast.len() {
            let lot = self.lots.each.len() + number;
            let Ballast { node, cost, grams, .. } = self.ballast[number];
            let (at, now) = (self.stands[lot].at(), self.stands[lot].cost);
            // What it costs inside; outside it costs nothing.
            let inside = cost + self.tree.price(node);
            let (to, cost) = if at == SINK { (node, cost) } else { (SINK, 0) };
            let is_better = if at == SINK { inside < 0 } else { inside > 0 };
            if at < self.tree.seats_from() && is_better {
                let from = self.tree.seat(lot, (at, now), grams);
                self.stands[lot] = Stand::new(from, 0);
                self.pivot(Entering { from, to, room: i64::MAX, cost });
            }
        }
    }

    /// Improves the plan until nothing improves it.
    pub fn run(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        self.relax(keep_on)?;
        while self.round(keep_on)? > 0 {}
        Ok(())
    }

    /// Improves the plan while that takes large steps.
    pub fn run_roughly(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        self.relax(keep_on)?;
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
            let Stand { cost, floor, at } = self.stands[lot];
            let at = at as usize;
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
        let (at, cost) = (self.stands[lot].at(), self.stands[lot].cost);
        let is_seated = at >= self.tree.seats_from();
        let grams = self.lots.each[lot].grams;
        let from = if is_seated { at } else { self.tree.seat(lot, (at, cost), grams) };
        self.stands[lot] = Stand::new(from, 0);
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
        let (at, floor) = (self.stands[lot].at(), self.stands[lot].floor);
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
        self.release();
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
            self.stands[lot] = Stand::new(at, cost);
        }
    }

    /// How much of each lot goes where: lot, line or sink, grams (more than 0); lot by lot.
    #[expect(
        clippy::stable_sort_primitive,
        reason = "whole lots are in order already, and only this kind of sorting makes use of it"
    )]
    pub fn parts(&self) -> Vec<(usize, usize, i64)> {
        let is_whole = |stand: &Stand| stand.at() < self.tree.seats_from();
        let stands = self.stands.iter().zip(&self.lots.each).enumerate();
        let whole = stands.filter(|(_, (stand, _))| is_whole(stand));
        let whole = whole.map(|(number, (stand, lot))| (number, stand.at(), lot.grams));
        let lots = self.lots.each.len();
        let divided = self.tree.seated().filter(|(lot, _, grams)| *grams > 0 && *lot < lots);
        let mut parts: Vec<(usize, usize, i64)> = whole.chain(divided).collect();
        parts.sort();
        parts
    }
}

/// What a gram of a lot, or of ballast, costs to a node.
fn cost(lots: &Lots, costs: &Costs, ballast: &[Ballast], (lot, node): (usize, usize)) -> i64 {
    let facilities = lots.facility_limits.len();
    match (lot.checked_sub(lots.each.len()), node) {
        (Some(_), SINK) => 0,
        (Some(number), _) => ballast[number].cost,
        (None, SINK) => costs.unmet,
        (None, _) => {
            let facility = lots.lines[node - 1 - facilities].facility;
            costs.rows[lots.each[lot].row * facilities + facility]
        }
    }
}
