//! How long each answer took: every single one is kept, so percentiles are exact.
//!
//! Ten seconds at 20 k/s are 200 k entries of 4 bytes: a histogram would save nothing that matters.

use std::time::Duration;

/// Microseconds of each answer of a run.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    micros: Vec<u32>,
}

/// What a run's latencies come to, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    pub mean_ms: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Latencies {
    pub fn note(&mut self, took: Duration) {
        self.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn absorb(&mut self, other: Self) {
        self.micros.extend(other.micros);
    }

    pub const fn count(&self) -> usize {
        self.micros.len()
    }

    pub fn spread(mut self) -> Spread {
        self.micros.sort_unstable();
        let ms = |micros: u32| f64::from(micros) / 1000.0;
        let Some(max) = self.micros.last() else { return Spread::default() };
        let sum: u64 = self.micros.iter().copied().map(u64::from).sum();
        Spread {
            mean_ms: sum as f64 / self.micros.len() as f64 / 1000.0,
            p50_ms: ms(self.below(50)),
            p99_ms: ms(self.below(99)),
            max_ms: ms(*max),
        }
    }

    /// The nearest rank: the smallest value that `percent` of all do not exceed.
    fn below(&self, percent: usize) -> u32 {
        let rank = (self.micros.len() * percent).div_ceil(100).max(1);
        self.micros.get(rank - 1).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut all = Latencies::default();
        for ms in (1..=100).rev() {
            all.note(Duration::from_millis(ms));
        }
        let spread = all.spread();
        assert_eq!(spread, Spread { mean_ms: 50.5, p50_ms: 50.0, p99_ms: 99.0, max_ms: 100.0 });
    }

    #[test]
    fn no_answer_has_no_latency() {
        assert_eq!(Latencies::default().spread(), Spread::default());
        let mut one = Latencies::default();
        one.note(Duration::from_millis(7));
        assert!((one.spread().p99_ms - 7.0).abs() < 1e-9);
    }
}
