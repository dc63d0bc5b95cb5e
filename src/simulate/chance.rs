//! Chance from a seed, one stream a question: what is drawn for one site on one day never shifts
//! what is drawn for another, so that a fraud added to a world leaves the rest of it as it was.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A stream of chance.
pub struct Chance(StdRng);

/// Mixes numbers into one (SplitMix64's finaliser), the same in every version of this program.
pub fn mixed(parts: &[u64]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for part in parts {
        state = state.wrapping_add(*part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    state
}

impl Chance {
    /// The stream of a question: the seed, then what it is about.
    pub fn of(parts: &[u64]) -> Self {
        Self(StdRng::seed_from_u64(mixed(parts)))
    }

    /// From 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Both ends included.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// Standard normal, within four deviations: the tails of scales are not Gauss's.
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.unit(), self.unit());
        let drawn = (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos();
        drawn.clamp(-4.0, 4.0)
    }

    /// A factor around 1 with that relative deviation, never below a twentieth.
    pub fn factor(&mut self, deviation: f64) -> f64 {
        (1.0 + deviation * self.normal()).max(0.05)
    }

    /// A factor that is skewed to the long side, as times on the road are.
    pub fn stretch(&mut self, deviation: f64) -> f64 {
        (deviation * self.normal()).exp()
    }

    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.whole(0, among.len() as i64 - 1) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answers_and_another_has_others() {
        let drawn = |parts: &[u64]| {
            let mut chance = Chance::of(parts);
            (0..8).map(|_| chance.whole(0, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(&[1, 2, 3]), drawn(&[1, 2, 3]));
        assert_ne!(drawn(&[1, 2, 3]), drawn(&[1, 3, 2]));
    }

    #[test]
    fn scales_are_not_biased() {
        let mut chance = Chance::of(&[7]);
        let sum: f64 = (0..20_000).map(|_| chance.factor(0.004) - 1.0).sum();
        assert!((sum / 20_000.0).abs() < 0.000_2);
    }
}
