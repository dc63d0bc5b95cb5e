//! A first plan to improve: each lot as a whole goes to the nearest line with room for it.

use super::costs::{CLOSED, Costs, place_of, two_cheapest};
use super::lots::Lots;
use super::solve::Stopped;
use super::tree::{SINK, Tree};

/// Lots between two questions whether to go on.
const AT_ONCE: usize = 64;

/// Where each lot goes at first: a line, or the sink for what stays unmet. Lines count with the
/// prices that are forecast for them. The lot that would lose most if it had to take its second
/// choice chooses first: this halves the work of the simplex.
///
/// A lot that would fill a line to the brim does not go there: with some room left everywhere, a
/// new `Tree` is strongly feasible as it is, without any lot in it.
pub fn start(
    lots: &Lots,
    (costs, prices): (&Costs, &[i64]),
    tree: &mut Tree,
    keep_on: &dyn Fn() -> bool,
) -> Result<Vec<usize>, Stopped> {
    let facilities = lots.facility_limits.len();
    let order = order(lots, (costs, prices), keep_on)?;
    let mut at = vec![SINK; lots.each.len()];
    for (done, (_, number, first)) in order.into_iter().enumerate() {
        if done % AT_ONCE == 0 && !keep_on() {
            return Err(Stopped);
        }
        let lot = &lots.each[number];
        let has_room =
            |node: usize| tree.room(node).min(tree.room(tree.leads_to(node))) > lot.grams;
        let to = if first != SINK && has_room(first) {
            first
        } else {
            let row = &costs.rows[lot.row * facilities..][..facilities];
            let (mut best, mut to) = (i64::MAX, SINK);
            for line in &lots.classes[lot.class] {
                let node = 1 + facilities + line;
                let cost = row[tree.leads_to(node) - 1] + prices[*line];
                if cost < best && has_room(node) {
                    (best, to) = (cost, node);
                }
            }
            to
        };
        if to != SINK {
            tree.send(to, lot.grams);
        }
        at[number] = to;
    }
    Ok(at)
}

/// All lots, those first that would lose most, each with its first choice. It is no more than a
/// good order, so coarse units will do.
fn order(
    lots: &Lots,
    (costs, prices): (&Costs, &[i64]),
    keep_on: &dyn Fn() -> bool,
) -> Result<Vec<(i32, usize, usize)>, Stopped> {
    let facilities = lots.facility_limits.len();
    let unmet = costs.floor(costs.unmet);
    let mut order = Vec::with_capacity(lots.each.len());
    let (mut lowest, mut cheapest) = (vec![CLOSED; costs.width], vec![SINK; costs.width]);
    for same in lots.each.chunk_by(|a, b| a.class == b.class) {
        if !keep_on() {
            return Err(Stopped);
        }
        lowest.fill(CLOSED);
        let lines = lots.classes[same[0].class].iter();
        for line in lines.filter(|line| lots.lines[**line].is_open) {
            let (facility, price) = (lots.lines[*line].facility, costs.floor(prices[*line]));
            if price < lowest[facility] {
                (lowest[facility], cheapest[facility]) = (price, 1 + facilities + line);
            }
        }
        for lot in same {
            let row = &costs.coarse[lot.row * costs.width..][..costs.width];
            let (best, second) = two_cheapest(row, &lowest, unmet);
            let first = place_of(best, row, &lowest).map_or(SINK, |facility| cheapest[facility]);
            order.push((best - second, order.len(), first));
        }
    }
    order.sort_unstable();
    Ok(order)
}
