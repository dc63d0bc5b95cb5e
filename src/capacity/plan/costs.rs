//! What a gram costs to each facility, or unmet: exactly, and in coarse units to look at quickly.

use super::lots::Lots;

/// What may not be used costs so much, in coarse units: more than anything else, and two of it
/// still fit.
pub const CLOSED: i32 = (1 << 30) - 1;

/// Coarse costs and prices are of fewer bits than this.
const COARSE_BITS: u32 = 29;

/// Rows of coarse costs are as long as a multiple of this.
pub const STRIDE: usize = 8;

/// Costs of a gram in whole units of distance.
#[derive(Debug)]
pub struct Costs {
    /// From each row to each facility, row by row.
    pub rows: Vec<i64>,
    /// Of a gram that stays unmet: more than twice what any detour could cost, so that one gram
    /// less unmet outweighs every distance.
    pub unmet: i64,
    /// The longest distance.
    pub farthest: i64,
    /// A power of two, so that nothing is rounded twice.
    pub units_per_km: f64,
    /// `rows` in coarse units, each row filled up with [`CLOSED`] to `width`.
    pub coarse: Vec<i32>,
    pub width: usize,
    /// A coarse unit is two to so many units.
    shift: u32,
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
        let unmet = 2 * hops * farthest + 1;
        // No price is twice what a gram unmet costs.
        let shift = (i64::BITS + 1 - unmet.leading_zeros()).saturating_sub(COARSE_BITS);
        let facilities = lots.facility_limits.len();
        let width = facilities.next_multiple_of(STRIDE);
        let mut coarse = Vec::with_capacity(lots.km.len() / facilities.max(1) * width);
        for row in rows.chunks(facilities.max(1)) {
            coarse.extend(row.iter().map(|cost| (cost >> shift) as i32));
            coarse.resize(coarse.len().next_multiple_of(STRIDE), CLOSED);
        }
        Self { rows, unmet, farthest, units_per_km, coarse, width, shift }
    }

    /// In coarse units, rounded down: a sum of such costs and prices is never too high.
    pub const fn floor(&self, cost: i64) -> i32 {
        (cost >> self.shift) as i32
    }

    /// In coarse units, rounded up.
    pub const fn ceiling(&self, cost: i64) -> i32 {
        -self.floor(-cost)
    }

    /// The units in so many coarse ones.
    pub const fn units(&self, coarse: i32) -> i64 {
        (coarse as i64) << self.shift
    }
}

/// The lowest sum of a coarse cost and a coarse price other than at place `own`, or `best` if that
/// is lower. Written so that the processor adds and compares several at once.
pub fn cheapest(costs: &[i32], prices: &[i32], own: Option<usize>, best: i32) -> i32 {
    let (costs, _) = costs.as_chunks::<STRIDE>();
    let (prices, _) = prices.as_chunks::<STRIDE>();
    let mut lanes = [best; STRIDE];
    let mut take = |costs: &[[i32; STRIDE]], prices: &[[i32; STRIDE]]| {
        for (costs, prices) in costs.iter().zip(prices) {
            for lane in 0..STRIDE {
                lanes[lane] = lanes[lane].min(costs[lane] + prices[lane]);
            }
        }
    };
    let Some(own) = own else {
        take(costs, prices);
        return lanes.into_iter().fold(best, i32::min);
    };
    let (chunk, place) = (own / STRIDE, own % STRIDE);
    take(&costs[..chunk], &prices[..chunk]);
    take(&costs[chunk + 1..], &prices[chunk + 1..]);
    let (costs, prices) = (&costs[chunk], &prices[chunk]);
    for lane in 0..STRIDE {
        let sum = if lane == place { best } else { costs[lane] + prices[lane] };
        lanes[lane] = lanes[lane].min(sum);
    }
    lanes.into_iter().fold(best, i32::min)
}

/// Where the sum of a coarse cost and a coarse price is this, if anywhere.
pub fn place_of(sum: i32, costs: &[i32], prices: &[i32]) -> Option<usize> {
    let chunks = costs.chunks_exact(STRIDE).zip(prices.chunks_exact(STRIDE));
    let is = |(cost, price): (&i32, &i32)| cost + price == sum;
    let has = |(costs, prices): &(&[i32], &[i32])| {
        costs.iter().zip(*prices).fold(false, |found, both| found | is(both))
    };
    let (number, (costs, prices)) = chunks.enumerate().find(|(_, both)| has(both))?;
    let lane = costs.iter().zip(prices).position(is)?;
    Some(number * STRIDE + lane)
}
