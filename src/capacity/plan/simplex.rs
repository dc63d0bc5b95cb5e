//! The network simplex over lots, lines and facilities: exact, in whole numbers.

use std::ops::Range;

use super::lots::{Lot, Lots};
use super::solve::Stopped;
use super::start::start;
use super::tree::{Entering, SINK, Tree};

/// The price of what may not be used: far above any other, and still far from the end of 64 bits.
const CLOSED: i64 = 1 << 61;

/// Costs of a gram in whole units of distance.
#[derive(Debug)]
pub struct Costs {
    /// From each row to each facility, row by row.
    pub rows: Vec<i64>,
    /// Of a gram that stays unmet: more than twice what any detour could cost, so that one gram
    /// less unmet outweighs every distance.
    pub unmet: i64,
    /// A power of two, so that nothing is rounded twice.
    pub units_per_km: f64,
}

impl Costs {
    /// The finest units in which no sum of costs along a path leaves 64 bits. A path comes by each
    /// line at most once. For 400 lines on one continent that is about ten nanometres.
    pub fn of(lots: &Lots) -> Self {
        let hops = lots.lines.len() as i64 + 2;
        let farthest = lots.km.iter().copied().fold(0.0, f64::max);
        let most = ((1i64 << 57) / hops).min(1 << 50) as f64;
        let exponent =
            if farthest > 0.0 { (most / farthest).log2().floor().min(60.0) } else { 0.0 };
        let units_per_km = exponent.exp2();
        let rows: Vec<i64> = lots.km.iter().map(|km| (km * units_per_km).round() as i64).collect();
        let farthest = rows.iter().copied().max().unwrap_or(0);
        Self { rows, unmet: 2 * hops * farthest + 1, units_per_km }
    }
}

/// Where a lot stands.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// Where it goes: a line, the sink, or its seat in the tree if it is divided.
    at: usize,
    /// What a gram costs to there.
    cost: i64,
    /// No facility but its own could cost less, down to the sink.
    floor: i64,
}

/// The state of the method, and at its end the optimum.
pub struct Simplex<'l, 'p> {
    pub lots: &'l Lots<'p>,
    pub costs: Costs,
    pub tree: Tree,
    stands: Vec<Stand>,
    /// The open lines of each class: their facilities and nodes.
    open: Vec<Vec<(usize, usize)>>,
    /// The prices of facilities when the lots of a class were last asked.
    asked: Vec<Vec<i64>>,
    pivots: usize,
}

impl<'l, 'p> Simplex<'l, 'p> {
    pub fn new(lots: &'l Lots<'p>) -> Self {
        let costs = Costs::of(lots);
        let lines = lots.lines.iter().map(|line| (line.facility, line.limit_g));
        let mut tree = Tree::new(&lots.facility_limits, lines);
        let at = start(lots, &costs, &mut tree);
        let asked = vec![vec![CLOSED; lots.facility_limits.len()]; lots.classes.len()];
        let facilities = lots.facility_limits.len();
        let is_open = |line: &&usize| lots.lines[**line].is_open;
        let node = |line: &usize| (lots.lines[*line].facility, 1 + facilities + *line);
        let open = lots.classes.iter();
        let open = open.map(|lines| lines.iter().filter(is_open).map(node).collect());
        let (stands, open) = (Vec::with_capacity(at.len()), open.collect());
        let mut simplex = Self { lots, costs, tree, stands, open, asked, pivots: 0 };
        for (lot, at) in at.into_iter().enumerate() {
            let cost = simplex.cost(lot, at);
            simplex.stands.push(Stand { at, cost, floor: i64::MIN });
        }
        simplex
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

    /// Improves the plan until nothing improves it.
    pub fn run(&mut self, keep_on: &dyn Fn() -> bool) -> Result<(), Stopped> {
        let mut classes = vec![0..0; self.open.len()];
        for (number, lot) in self.lots.each.iter().enumerate() {
            let class = &mut classes[lot.class];
            class.start = if class.end == 0 { number } else { class.start };
            class.end = number + 1;
        }
        let mut passed = 0;
        let mut wishes = Vec::new();
        while passed <= classes.len() {
            for (class, members) in classes.iter().enumerate() {
                if !keep_on() {
                    return Err(Stopped);
                }
                let before = self.pivots;
                self.ask(class, members.clone(), &mut wishes);
                wishes.sort_unstable();
                for (_, lot) in &wishes {
                    self.grant(*lot);
                }
                self.loosen();
                passed = if self.pivots == before { passed + 1 } else { 0 };
            }
            passed += usize::from(classes.is_empty());
        }
        Ok(())
    }

    /// Which lots of a class would cost less elsewhere, by how much.
    ///
    /// The late rounds change few prices, and those little. So each lot keeps a floor: no other
    /// facility than its own could cost less. It sinks with the prices, and only a lot whose floor
    /// has sunk below what it costs now looks at every facility again.
    fn ask(&mut self, class: usize, members: Range<usize>, wishes: &mut Vec<(i64, usize)>) {
        wishes.clear();
        let facilities = self.lots.facility_limits.len();
        let mut prices = vec![CLOSED; facilities];
        for (facility, node) in &self.open[class] {
            prices[*facility] = prices[*facility].min(self.tree.price(*node));
        }
        let drops = self.asked[class].iter().zip(&prices).map(|(before, now)| before - now);
        let drop = drops.fold(0, i64::max);
        for lot in members {
            let Stand { at, cost, floor } = self.stands[lot];
            let now = cost + self.tree.price(at);
            let own = if at < self.tree.seats_from() { self.tree.home(at) } else { None };
            let mut floor = floor.saturating_sub(drop);
            if floor < now {
                let row = &self.costs.rows[self.lots.each[lot].row * facilities..][..facilities];
                let (before, after) = own.map_or((0, 0), |own| (own, own + 1));
                let best = if at == SINK { CLOSED } else { self.costs.unmet };
                let best = cheapest(&row[..before], &prices[..before], best);
                floor = cheapest(&row[after..], &prices[after..], best);
            }
            self.stands[lot].floor = floor;
            let best = own.map_or(floor, |own| floor.min(cost + prices[own]));
            if best < now {
                wishes.push((best - now, lot));
            }
        }
        self.asked[class] = prices;
    }

    /// Sends as much of a lot as can go there to where it now costs least.
    fn grant(&mut self, lot: usize) {
        let facilities = self.lots.facility_limits.len();
        let Lot { row, class, grams, .. } = &self.lots.each[lot];
        let row = &self.costs.rows[*row * facilities..][..facilities];
        let (mut best, mut to, now) = (self.costs.unmet, SINK, self.price(lot));
        for (facility, node) in &self.open[*class] {
            let cost = row[*facility] + self.tree.price(*node);
            (best, to) = if cost < best { (cost, *node) } else { (best, to) };
        }
        if best >= now {
            return;
        }
        let Stand { at, cost, .. } = self.stands[lot];
        let is_seated = at >= self.tree.seats_from();
        let from = if is_seated { at } else { self.tree.seat(lot, (at, cost), *grams) };
        self.stands[lot] = Stand { at: from, cost: 0, floor: i64::MIN };
        let cost = best - self.tree.price(to);
        self.pivot(Entering { from, to, room: i64::MAX, cost });
    }

    /// Lets arcs of lines and facilities that are empty or full, and should not be, into the tree.
    fn loosen(&mut self) {
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
            self.stands[lot] = Stand { at, cost, floor: i64::MIN };
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

/// The lowest sum of a cost and a price, or `best` if that is lower. In four strands, so that the
/// processor need not wait for one comparison before it makes the next.
fn cheapest(costs: &[i64], prices: &[i64], best: i64) -> i64 {
    let mut strands = [best; 4];
    let (costs, costs_left) = costs.as_chunks::<4>();
    let (prices, prices_left) = prices.as_chunks::<4>();
    for (costs, prices) in costs.iter().zip(prices) {
        for (strand, (cost, price)) in strands.iter_mut().zip(costs.iter().zip(prices)) {
            *strand = (*strand).min(cost + price);
        }
    }
    let left = costs_left.iter().zip(prices_left).map(|(cost, price)| cost + price);
    left.chain(strands).fold(best, i64::min)
}
