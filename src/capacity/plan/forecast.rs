//! What lines are going to cost, roughly: what they cost on a coarser map.
//!
//! The simplex starts from prices, and does the less the nearer these are to the last ones. Where
//! limits are tight, mass is pushed from line to line to line, and where each lot should go cannot
//! be seen from distances: it follows from what the lines charge. A map with a third of the lots
//! takes less than a third of the work, and says this well enough to start from.

use super::costs::Costs;
use super::lots::Lots;
use super::simplex::Simplex;
use super::solve::Stopped;

/// So many neighbouring lots become one...
const TOGETHER: usize = 3;
/// ... unless there are fewer than this in all: then no map is coarse enough to be worth it.
const LOTS_MIN: usize = 4_000;

/// What lines and facilities are going to charge. It only matters to how long the optimum takes,
/// not to what it is.
#[derive(Debug)]
pub struct Forecast {
    /// The price of each node: the sink, the facilities, the lines.
    pub prices: Vec<i64>,
    /// Nothing is known of them: they are no more than a place to begin.
    pub is_blank: bool,
}

impl Forecast {
    pub fn of(lots: &Lots, costs: &Costs, keep_on: &dyn Fn() -> bool) -> Result<Self, Stopped> {
        let nodes = 1 + lots.facility_limits.len() + lots.lines.len();
        if most_is_unmet(lots) {
            return Ok(Self { prices: scarce(lots, costs), is_blank: true });
        }
        let blank = Self { prices: vec![0; nodes], is_blank: true };
        if lots.each.len() < LOTS_MIN {
            return Ok(blank);
        }
        let coarser = lots.coarser(TOGETHER);
        // Where each class has few lots, there is little to put together.
        if coarser.each.len() > lots.each.len() / 2 {
            return Ok(blank);
        }
        let forecast = Self::of(&coarser, costs, keep_on)?;
        let mut simplex = Simplex::new(&coarser, costs, &forecast, keep_on)?;
        simplex.run_roughly(keep_on)?;
        let prices = (0..nodes).map(|node| simplex.tree.price(node)).collect();
        Ok(Self { prices, is_blank: false })
    }
}

/// Prices at which nothing is worth driving: everything that is limited costs as much as mass that
/// stays unmet.
fn scarce(lots: &Lots, costs: &Costs) -> Vec<i64> {
    let price = |limit: &i64| if *limit == i64::MAX { 0 } else { costs.unmet };
    let facilities = lots.facility_limits.iter().map(price);
    std::iter::once(0).chain(facilities).chain(lots.lines.iter().map(|_| costs.unmet)).collect()
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
