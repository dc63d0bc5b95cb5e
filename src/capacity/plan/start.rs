//! A first plan to improve: each lot as a whole goes to the nearest line with room for it.

use super::lots::{Lot, Lots};
use super::simplex::Costs;
use super::tree::{SINK, Tree};

/// Where each lot goes at first: a line, or the sink for what stays unmet. The lot that would lose
/// most if it had to take its second choice chooses first: this halves the work of the simplex.
///
/// A lot that would fill a line to the brim does not go there: with some room left everywhere, a
/// new `Tree` is strongly feasible as it is, without any lot in it.
pub fn start(lots: &Lots, costs: &Costs, tree: &mut Tree) -> Vec<usize> {
    let facilities = lots.facility_limits.len();
    let row = |lot: &Lot| &costs.rows[lot.row * facilities..][..facilities];
    let doors: Vec<Vec<usize>> = lots.classes.iter().map(|lines| doors(lots, lines)).collect();
    let mut order: Vec<(i64, usize)> = Vec::with_capacity(lots.each.len());
    for (number, lot) in lots.each.iter().enumerate() {
        let row = row(lot);
        let [mut best, mut second] = [costs.unmet; 2];
        for facility in &doors[lot.class] {
            let cost = row[*facility];
            second = second.min(cost.max(best));
            best = best.min(cost);
        }
        order.push((best - second, number));
    }
    order.sort_unstable();
    let mut at = vec![SINK; lots.each.len()];
    for (_, number) in order {
        let lot = &lots.each[number];
        let row = row(lot);
        let (mut best, mut to) = (costs.unmet, SINK);
        for line in &lots.classes[lot.class] {
            let node = 1 + facilities + line;
            let home = tree.leads_to(node);
            let cost = row[home - 1];
            if cost < best && tree.room(node).min(tree.room(home)) > lot.grams {
                (best, to) = (cost, node);
            }
        }
        if to != SINK {
            tree.send(to, lot.grams);
        }
        at[number] = to;
    }
    at
}

/// The facilities of those of these lines that are open, each once.
fn doors(lots: &Lots, lines: &[usize]) -> Vec<usize> {
    let open = lines.iter().map(|line| &lots.lines[*line]).filter(|line| line.is_open);
    let mut doors: Vec<usize> = open.map(|line| line.facility).collect();
    doors.dedup();
    doors
}
