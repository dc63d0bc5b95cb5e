//! Statistics that cost the same at every observation: running means, a robust spread, digits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Forgets the oldest of a book by time, down to so many.
pub fn forget<K: Ord, V>(book: &mut BTreeMap<K, V>, kept: usize) {
    while book.len() > kept {
        book.pop_first();
    }
}

/// A mean and a spread that forget slowly. An outlier moves them as much as four spreads would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub n: f64,
    pub mean: f64,
    pub var: f64,
}

impl Running {
    /// Begins with a belief that weighs as much as `n` observations.
    pub const fn believed(n: f64, mean: f64, sd: f64) -> Self {
        Self { n, mean, var: sd * sd }
    }

    pub fn sd(&self) -> f64 {
        self.var.max(0.0).sqrt()
    }

    /// Takes an observation, of which the last `window` count.
    pub fn see(&mut self, value: f64, window: f64) {
        let sd = self.sd();
        let value = if self.n >= 5.0 && sd > 0.0 {
            value.clamp(self.mean - 4.0 * sd, self.mean + 4.0 * sd)
        } else {
            value
        };
        self.n = (self.n + 1.0).min(window);
        let share = 1.0 / self.n;
        let off = value - self.mean;
        self.mean += off * share;
        self.var = (1.0 - share) * (self.var + share * off * off);
    }
}

/// The greatest common divisor, never negative.
pub fn gcd(one: i64, other: i64) -> i64 {
    let (mut a, mut b) = (one.abs(), other.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The middle of some values; zero of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Pearson's chi-square of counts against equal shares.
pub fn chi_square(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    if total == 0 || counts.is_empty() {
        return 0.0;
    }
    let expected = f64::from(total) / counts.len() as f64;
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

/// The chance of a chi-square as large as this by luck, with nine degrees of freedom
/// (Wilson and Hilferty's cube root, good to a few percent where it matters).
pub fn chance_9(chi_square: f64) -> f64 {
    let k = 9.0_f64;
    let z = ((chi_square / k).cbrt() - (1.0 - 2.0 / (9.0 * k))) / (2.0 / (9.0 * k)).sqrt();
    upper_tail(z)
}

/// The chance that a normal deviate is above `z` (Abramowitz and Stegun 26.2.17).
pub fn upper_tail(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - upper_tail(-z);
    }
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let terms = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    sum * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Kilometres between two places on the globe, as the crow flies.
pub fn kilometres(from: crate::registry::Place, to: crate::registry::Place) -> f64 {
    let radians = |e6: i64| (e6 as f64 / 1e6).to_radians();
    let (lat1, lat2) = (radians(from.lat_e6), radians(to.lat_e6));
    let half = |one: f64, other: f64| ((other - one) / 2.0).sin().powi(2);
    let across = half(radians(from.lon_e6), radians(to.lon_e6));
    let a = half(lat1, lat2) + lat1.cos() * lat2.cos() * across;
    2.0 * 6371.0 * a.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, want: f64, within: f64) -> bool {
        (value - want).abs() < within
    }

    #[test]
    fn chances_are_those_of_the_tables() {
        assert!(near(upper_tail(1.96), 0.025, 1e-4) && near(upper_tail(-1.0), 0.8413, 1e-4));
        // 16.919 and 27.877 are the upper 5 % and 0.1 % points with nine degrees of freedom.
        assert!(near(chance_9(16.919), 0.05, 2e-3) && near(chance_9(27.877), 0.001, 1e-4));
        assert!(near(chi_square(&[10, 10, 10]), 0.0, 1e-9));
        assert!(near(median(&[3.0, 1.0, 2.0]), 2.0, 1e-9));
        assert!(near(median(&[4.0, 1.0, 2.0, 3.0]), 2.5, 1e-9));
    }

    #[test]
    fn one_outlier_does_not_move_what_many_have_shown() {
        let mut running = Running::default();
        for n in 0..100 {
            running.see(f64::from(n % 3), 200.0);
        }
        let before = running;
        running.see(1e6, 200.0);
        assert!(near(running.mean, before.mean, 0.1) && running.sd() < before.sd() * 1.2);
    }
}
