//! How long each answer took: every single one is kept, so percentiles are exact.
//!
//! Ten seconds at 20 k/s are 200 k entries of 4 bytes: a histogram would save nothing that matters.

use std::time::Duration;

/// Microseconds of each answer of a run.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    micros: Vec<u32>,
}

/// What a run's latencies come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub mean: Duration,
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
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
        let time = |micros: u32| Duration::from_micros(u64::from(micros));
        let Some(max) = self.micros.last() else { return Spread::default() };
        let sum: u64 = self.micros.iter().copied().map(u64::from).sum();
        Spread {
            mean: Duration::from_micros(sum / self.micros.len() as u64),
            p50: time(self.below(50)),
            p99: time(self.below(99)),
            max: time(*max),
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
        let of = |spread: [Duration; 4]| spread.map(|time| time.as_micros());
        let found = of([spread.mean, spread.p50, spread.p99, spread.max]);
        assert_eq!(found, [50_500, 50_000, 99_000, 100_000]);
    }

    #[test]
    fn no_answer_has_no_latency() {
        assert_eq!(Latencies::default().spread(), Spread::default());
        let mut one = Latencies::default();
        one.note(Duration::from_millis(7));
        assert_eq!(one.spread().p99, Duration::from_millis(7));
    }
}
