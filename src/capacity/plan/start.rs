//! Where every lot would go at the prices that are forecast: whether there is room for it or not.

use super::costs::{CLOSED, Costs, cheapest, place_of};
use super::lots::Lots;
use super::solve::Stopped;
use super::tree::SINK;

/// Where each lot goes at first: the line where it costs least, or the sink for what stays unmet.
/// It is no more than a good start, so coarse units will do.
///
/// Lines of one facility often charge the same, and are then all as good: the one with most room
/// left takes the lot, so that none gets far too much while another stays empty.
pub fn start(
    lots: &Lots,
    (costs, prices): (&Costs, &[i64]),
    keep_on: &dyn Fn() -> bool,
) -> Result<Vec<usize>, Stopped> {
    let first_line = 1 + lots.facility_limits.len();
    let unmet = costs.floor(costs.unmet);
    let mut room: Vec<i64> = lots.lines.iter().map(|line| line.limit_g).collect();
    let mut at = Vec::with_capacity(lots.each.len());
    let mut lowest = vec![CLOSED; costs.width];
    let mut first = vec![0; costs.width];
    for same in lots.each.chunk_by(|a, b| a.class == b.class) {
        if !keep_on() {
            return Err(Stopped);
        }
        let class = &lots.classes[same[0].class];
        let facility = |place: usize| lots.lines[class[place]].facility;
        let exact = |place: usize| prices[first_line + class[place]];
        lowest.fill(CLOSED);
        for place in (0..class.len()).filter(|place| lots.lines[class[*place]].is_open) {
            let (facility, price) = (facility(place), costs.floor(exact(place)));
            if price < lowest[facility] {
                (lowest[facility], first[facility]) = (price, place);
            }
        }
        for lot in same {
            let row = &costs.coarse[lot.row * costs.width..][..costs.width];
            let best = cheapest(row, &lowest, None, unmet);
            let Some(to) = place_of(best, row, &lowest).filter(|_| best < unmet) else {
                at.push(SINK);
                continue;
            };
            let equal = (first[to]..class.len()).take_while(|place| facility(*place) == to);
            let equal = equal.filter(|place| exact(*place) == exact(first[to]));
            let open = equal.map(|place| class[place]).filter(|line| lots.lines[*line].is_open);
            let line = open.max_by_key(|line| room[*line]).unwrap_or(class[first[to]]);
            room[line] = room[line].saturating_sub(lot.grams);
            at.push(first_line + line);
        }
    }
    Ok(at)
}
