//! What a limit that is used up costs: by how much the optimum changes when it alone grows.
//!
//! A gram more through a full line changes the optimum by the cheapest way round: from the line's
//! facility through all that could still change (the residual network) back to the line. The tree's
//! own prices would not do: where several plans are optimal they may be those of a shrinking limit.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::answer::Binding;
use super::simplex::Simplex;
use super::solve::Stopped;
use super::tree::{SINK, Tree};

/// Above any cost of a path.
const FAR: i64 = i64::MAX;

/// The residual network of an optimum, between the sink, the facilities and the lines. The lots are
/// hidden in its arcs: from one line to another at the cost of the lot that changes most cheaply.
struct Residual {
    arcs: Vec<Vec<(usize, i64)>>,
    /// With these, no arc has a negative cost: `cost + price(to) - price(from)`.
    prices: Vec<i64>,
}

/// Every limit that is used up, and every one that is nothing and whose growth would help: facility
/// by facility, its lines before its shared limit.
pub fn binding(simplex: &Simplex, keep_on: &dyn Fn() -> bool) -> Result<Vec<Binding>, Stopped> {
    let residual = Residual::of(simplex);
    let tree = &simplex.tree;
    let facilities = simplex.lots.facility_limits.len();
    let from_sink = residual.distances(SINK);
    let mut found = Vec::new();
    let mut lines = simplex.lots.lines.iter().enumerate().peekable();
    for facility in 0..facilities {
        if !keep_on() {
            return Err(Stopped);
        }
        let mut from_facility = None;
        while let Some((line, own)) = lines.next_if(|(_, line)| line.facility == facility) {
            let node = simplex.node(line);
            if tree.room(node) == 0 {
                let from = from_facility.get_or_insert_with(|| residual.distances(1 + facility));
                found.extend(value(simplex, node, from[node], (facility, Some(own.number))));
            }
        }
        if tree.room(1 + facility) == 0 {
            let node = 1 + facility;
            found.extend(value(simplex, node, from_sink[node], (facility, None)));
        }
    }
    Ok(found)
}

/// The marginal value of a limit from the cost of the way back to it.
fn value(
    simplex: &Simplex,
    node: usize,
    way_back: i64,
    (facility, line): (usize, Option<usize>),
) -> Option<Binding> {
    let saved = -way_back.min(0);
    if saved == 0 && simplex.through(node) == 0 {
        return None;
    }
    // A gram unmet costs more than twice any distance, so the nearest multiple is what is saved.
    let unmet = simplex.costs.unmet;
    let saved_unmet = (saved + unmet / 2).div_euclid(unmet);
    let saved_units = saved - saved_unmet * unmet;
    Some(Binding {
        facility,
        line,
        saves_unmet_kg_per_kg: saved_unmet,
        saved_units,
        saves_tonne_km_per_kg: tonne_km(saved_units, simplex.costs.units_per_km),
    })
}

/// Units of distance per gram as tonne-kilometres per kilogram, to nine decimals: a millimetre.
fn tonne_km(units: i64, units_per_km: f64) -> f64 {
    let km = units as f64 / units_per_km;
    // A kilogram is a thousandth of a tonne. Adding 0 turns -0 into 0.
    (km * 1e6).round() / 1e9 + 0.0
}

impl Residual {
    fn of(simplex: &Simplex) -> Self {
        let tree = &simplex.tree;
        let mut arcs = vec![Vec::new(); tree.seats_from()];
        for node in 1..tree.seats_from() {
            let to = tree.leads_to(node);
            if tree.room(node) > 0 {
                arcs[node].push((to, 0));
            }
            if simplex.through(node) > 0 {
                arcs[to].push((node, 0));
            }
        }
        let mut parts = simplex.parts();
        parts.sort_unstable_by_key(|(lot, at, _)| (*at, *lot));
        let mut cheapest = vec![FAR; tree.seats_from()];
        for here in parts.chunk_by(|a, b| a.1 == b.1) {
            let at = here[0].1;
            for (lot, ..) in here {
                change(simplex, *lot, at, &mut cheapest);
            }
            for (to, cost) in cheapest.iter_mut().enumerate() {
                if *cost != FAR && to != at {
                    arcs[at].push((to, *cost));
                }
                *cost = FAR;
            }
        }
        let mut prices: Vec<i64> = (0..tree.seats_from()).map(|node| tree.price(node)).collect();
        price_the_closed(simplex, tree, &arcs, &mut prices);
        Self { arcs, prices }
    }

    /// The cost of the cheapest path from a node to each other.
    fn distances(&self, from: usize) -> Vec<i64> {
        let mut reduced = vec![FAR; self.arcs.len()];
        let mut queue = BinaryHeap::from([(Reverse(0), from)]);
        reduced[from] = 0;
        while let Some((Reverse(so_far), node)) = queue.pop() {
            if so_far > reduced[node] {
                continue;
            }
            let base = so_far - self.prices[node];
            for (to, cost) in &self.arcs[node] {
                let reached = base + cost + self.prices[*to];
                if reached < reduced[*to] {
                    reduced[*to] = reached;
                    queue.push((Reverse(reached), *to));
                }
            }
        }
        let back = |(cost, price): (&i64, &i64)| {
            if *cost == FAR { FAR } else { cost - price + self.prices[from] }
        };
        reduced.iter().zip(&self.prices).map(back).collect()
    }
}

/// Lowers the cost of each change that a gram of a lot, which now goes to `at`, could make.
fn change(simplex: &Simplex, lot: usize, at: usize, cheapest: &mut [i64]) {
    let now = simplex.cost(lot, at);
    let class = simplex.lots.each[lot].class;
    for line in &simplex.lots.classes[class] {
        let to = simplex.node(*line);
        cheapest[to] = cheapest[to].min(simplex.cost(lot, to) - now);
    }
    cheapest[SINK] = cheapest[SINK].min(simplex.costs.unmet - now);
}

/// Prices the lines and facilities that were no part of the network, because nothing may go through
/// them: at the most that any lot would pay to get in, so that no arc into them is negative.
fn price_the_closed(
    simplex: &Simplex,
    tree: &Tree,
    arcs: &[Vec<(usize, i64)>],
    prices: &mut [i64],
) {
    let mut offers = vec![i64::MIN; prices.len()];
    for (from, arcs) in arcs.iter().enumerate() {
        for (to, cost) in arcs {
            offers[*to] = offers[*to].max(prices[from] - cost);
        }
    }
    for (line, own) in simplex.lots.lines.iter().enumerate().filter(|(_, line)| !line.is_open) {
        let node = simplex.node(line);
        prices[node] = prices[node].max(offers[node]);
        let facility = 1 + own.facility;
        if tree.limit(facility) == 0 {
            prices[facility] = prices[facility].max(prices[node]);
        }
    }
}
