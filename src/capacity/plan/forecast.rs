//! What lines are going to cost, roughly: what they cost on a coarser map.
//!
//! The simplex starts from a plan, and does the less the nearer that is to the optimum. Where
//! limits are tight, mass is pushed from line to line to line, and where each lot should go cannot
//! be seen from distances: it follows from what the lines charge. A map with a quarter of the lots
//! takes far less than a quarter of the work, and says this well enough to start from.

use super::costs::Costs;
use super::lots::Lots;
use super::simplex::Simplex;
use super::solve::Stopped;

/// So many neighbouring lots become one...
const TOGETHER: usize = 4;
/// ... unless there are fewer than this in all: then no map is coarse enough to be worth it.
const LOTS_MIN: usize = 4_000;

/// The price of each line. It only matters to how long the optimum takes, not to what it is.
pub fn forecast(
    lots: &Lots,
    costs: &Costs,
    keep_on: &dyn Fn() -> bool,
) -> Result<Vec<i64>, Stopped> {
    let nothing = vec![0; lots.lines.len()];
    if lots.each.len() < LOTS_MIN || most_is_unmet(lots) {
        return Ok(nothing);
    }
    let coarser = lots.coarser(TOGETHER);
    // Where each class has few lots, there is little to put together.
    if coarser.each.len() > lots.each.len() / 2 {
        return Ok(nothing);
    }
    let prices = forecast(&coarser, costs, keep_on)?;
    let mut simplex = Simplex::new(&coarser, costs, &prices, keep_on)?;
    simplex.run_roughly(keep_on)?;
    Ok((0..lots.lines.len()).map(|line| simplex.tree.price(simplex.node(line))).collect())
}

/// Whether lines are open for less than a quarter of the mass. Then few lots go anywhere, and few
/// chains are long.
fn most_is_unmet(lots: &Lots) -> bool {
    let mass: i128 = lots.each.iter().map(|lot| i128::from(lot.grams)).sum();
    let mut room = vec![0i128; lots.facility_limits.len()];
    for line in &lots.lines {
        room[line.facility] += i128::from(line.limit_g);
    }
    let limits = lots.facility_limits.iter().map(|limit| i128::from(*limit));
    let room: i128 = room.into_iter().zip(limits).map(|(room, limit)| room.min(limit)).sum();
    room < mass / 4
}
