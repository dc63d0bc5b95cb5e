//! Limits that give way at first: how the simplex starts from prices, and not from a plan.
//!
//! At good prices, nearly every lot is best off where it will be in the end. Only, some lines then
//! get more than they may take, and others, though they charge, are not full. Were every limit just
//! what the line gets, this would be the optimum already. So for each such line, and for facilities
//! alike, there is ballast, a lot that does not exist. Where too much comes, the limit is raised,
//! and ballast of as much waits outside: when all of it is in, the true limit is left to the rest.
//! Where too little comes, ballast fills what is idle, until it is out again.
//!
//! In or out is worth to a gram of ballast what the node is forecast to charge, give or take a
//! tension. This grows step by step, and with each step the plan changes a little, until no ballast
//! can resist. What is over- or underestimated most gives way last, and all else is in order by
//! then: this takes half the pivots that it takes from a plan that keeps to the limits, whose lines
//! all have some room left, so that in its tree they charge nothing, whatever is forecast.
//!
//! Ballast remains in the tree, with its limits, to the end: the tree is then all the time one of a
//! true network, and strongly feasible.

use super::lots::Lots;
use super::tree::{SINK, Tree};

/// With more mass than this, the mass with ballast might leave 64 bits: all starts unmet then.
const GRAMS_MAX: i128 = 1 << 60;

/// A lot that does not exist. It may go to one node, or unmet at no cost.
#[derive(Clone, Copy, Debug)]
pub struct Ballast {
    pub node: usize,
    pub grams: i64,
    /// It is to be in, at the end, or else out.
    pub comes_in: bool,
    /// What a gram costs to the node: negative for what it is worth.
    pub cost: i64,
    /// How much of it is in at the start.
    inside: i64,
    forecast: i64,
}

impl Ballast {
    /// Sets what it is worth to be where it is to be. From `most` on, nothing outweighs it.
    pub fn stretch(&mut self, tension: i64, most: i64) {
        self.cost = match (self.comes_in, tension < most) {
            (true, true) => -(self.forecast + tension).min(most),
            (true, false) => -most,
            (false, true) => -(self.forecast - tension).max(0),
            // In is never worth less than nothing to the rest, so that this is enough.
            (false, false) => 1,
        };
    }
}

/// Where lots start, the tree that holds, and the ballast in it, of which each has a seat.
pub struct Start {
    pub at: Vec<usize>,
    pub tree: Tree,
    pub ballast: Vec<Ballast>,
    pub seats: Vec<usize>,
    /// How much of each limit is ballast's: by so much it is raised.
    pub raised: Vec<i64>,
}

impl Start {
    /// Ballast is numbered as lots are, after them.
    pub fn of(lots: &Lots, mut at: Vec<usize>, prices: &[i64]) -> Self {
        let facilities = lots.facility_limits.len();
        let nodes = prices.len();
        let mass: i128 = lots.each.iter().map(|lot| i128::from(lot.grams)).sum();
        let is_small = mass < GRAMS_MAX;
        if !is_small {
            at.fill(SINK);
        }
        let mut through = vec![0; nodes];
        for (lot, at) in lots.each.iter().zip(&at).filter(|(_, at)| **at != SINK) {
            through[*at] += lot.grams;
        }
        let mut raised = vec![0; nodes];
        let ballast = if is_small {
            ballast(lots, prices, mass as i64, (through, &mut raised))
        } else {
            Vec::new()
        };
        let limits = lots.facility_limits.iter().zip(&raised[1..]);
        let limits: Vec<i64> = limits.map(|(limit, by)| limit.saturating_add(*by)).collect();
        let lines = lots.lines.iter().zip(&raised[1 + facilities..]);
        let lines = lines.map(|(line, by)| (line.facility, line.limit_g.saturating_add(*by)));
        let mut tree = Tree::new(&limits, lines);
        for (lot, at) in lots.each.iter().zip(&at).filter(|(_, at)| **at != SINK) {
            tree.send(*at, lot.grams);
        }
        let seat = |(number, one): (usize, &Ballast)| {
            tree.fill(lots.each.len() + number, (one.node, one.inside), one.grams)
        };
        let seats = ballast.iter().enumerate().map(seat).collect();
        Self { at, tree, ballast, seats, raised }
    }
}

/// The ballast of each node that gets more than it may take, or that is not full though it charges:
/// lines first, as what is in them is in their facility too.
fn ballast(
    lots: &Lots,
    prices: &[i64],
    mass: i64,
    (mut through, raised): (Vec<i64>, &mut [i64]),
) -> Vec<Ballast> {
    let facilities = lots.facility_limits.len();
    let mut all = Vec::new();
    // Prices that make sense have no more idle room to fill than there is mass.
    let mut most = mass;
    for node in (1..prices.len()).rev() {
        let line = node.checked_sub(1 + facilities).map(|line| &lots.lines[line]);
        let (limit, to) = match line {
            Some(line) => (line.limit_g, 1 + line.facility),
            None => (lots.facility_limits[node - 1], SINK),
        };
        let is_open = line.map_or(limit > 0, |line| line.is_open);
        // More room than mass is no limit.
        if is_open && limit <= mass {
            let left = limit + raised[node] - through[node];
            let (grams, inside) = if left <= 0 { (1 - left, 1) } else { (left, left) };
            if left <= 0 || (prices[node] > prices[to] && left <= most) {
                // A node that is full to the brim has a gram of it in, so that it can send one on.
                raised[node] += if left <= 0 { grams } else { 0 };
                most -= if left <= 0 { 0 } else { left };
                through[node] += inside;
                let (comes_in, forecast) = (left <= 0, prices[node]);
                all.push(Ballast { node, grams, comes_in, cost: 0, inside, forecast });
            }
        }
        if to != SINK {
            through[to] += through[node];
            raised[to] += raised[node];
        }
    }
    all
}
