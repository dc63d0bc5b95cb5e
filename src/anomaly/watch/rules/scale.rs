//! Scales of receivers, as their weighings show them: divisions, spreads, and what they are wrong
//! by for everybody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::stats::{Running, gcd};
use crate::ids::SiteId;

/// How much two honest scales differ, before anybody has measured: a share of the mass.
pub const HONEST: f64 = 0.004;
/// So many trips does that belief weigh.
const BELIEF: f64 = 12.0;
/// Trips that the spread remembers.
pub const MEMORY: f64 = 200.0;
/// What a scale may be wrong by for everybody, as a share: no verified one is wrong by more.
const LEAN_MAX: f64 = 0.01;
/// Trips, and senders, after which a receiver's own scale is known. Of one sender nobody can say
/// whether it is the scale.
const LEAN_TRIPS: f64 = 10.0;
const LEAN_SENDERS: f64 = 3.0;
/// Trips after which a sender's own mean counts, and senders whose means are kept.
const OWN_TRIPS: u32 = 5;
const OWN_MEANS: usize = 48;

/// Divisions that scales have, in grams: 1, 2 or 5 times a power of ten, 20 kg at most.
const DIVISIONS: [i64; 14] =
    [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1];
/// Weighings that show a division: so many that are all even are no chance. After a few it is
/// believed, and from the first on as far as the second figure.
const WEIGHINGS: u32 = 12;
const FEW_WEIGHINGS: u32 = 4;
const BELIEVED_MAX_G: i64 = 10_000;

/// How well the scales of a receiver agree with those who send to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scale {
    pub noise: Running,
    /// The middle of all losses, as shares, and of how many: what some of many lose moves a mean,
    /// and hardly the middle.
    #[serde(default)]
    pub middle: f64,
    #[serde(default)]
    pub trips: f64,
    #[serde(default)]
    pub senders: f64,
    /// How far losses of the same two sites lie apart: what one of them gains or loses each time is
    /// no noise of a scale.
    #[serde(default = "honest")]
    pub within: Running,
    /// What each sender loses, where its lots show it: trips, and their mean.
    #[serde(default)]
    pub by_sender: BTreeMap<SiteId, (u32, f64)>,
    /// The greatest common divisor of the newest weighings, of how many, and the last of them: the
    /// same weight again shows nothing.
    #[serde(default)]
    pub gcd_g: i64,
    #[serde(default)]
    pub weighed: u32,
    #[serde(default)]
    pub last_g: i64,
    /// Its division, once that is known; zero before.
    #[serde(default)]
    pub division_g: i64,
}

const fn honest() -> Running {
    Running::believed(BELIEF, 0.0, HONEST)
}

/// The coarsest division that all of some weighings are multiples of.
fn division_of(gcd_g: i64) -> i64 {
    DIVISIONS.into_iter().find(|division| gcd_g % division == 0).unwrap_or(1)
}

impl Scale {
    /// Takes a weighing, and tells the division of the scale that it shows, in grams: none where
    /// it was weighed finer than this scale weighs.
    pub fn weigh(&mut self, mass_g: i64) -> f64 {
        if mass_g > 0 && mass_g != self.last_g {
            self.last_g = mass_g;
            self.gcd_g = gcd(self.gcd_g, mass_g);
            self.weighed += 1;
        }
        if self.weighed >= WEIGHINGS {
            self.division_g = division_of(self.gcd_g);
            (self.gcd_g, self.weighed) = (0, 0);
        }
        let division = match self.division_g {
            0 if self.weighed >= FEW_WEIGHINGS => division_of(self.gcd_g),
            0 => division_of(self.gcd_g).min(BELIEVED_MAX_G),
            known => known,
        };
        if mass_g % division == 0 { division as f64 } else { 0.0 }
    }

    /// Takes a loss into the middle, which goes a step its way. `usual`: how far such losses spread
    /// beside the scale's division, which of a small lot may be many times as much. `before`: trips
    /// of the same sender; who sends far more than the others does not set the middle alone.
    pub fn lose(&mut self, loss: f64, usual: f64, before: u32) {
        if before == 0 {
            self.senders += 1.0;
        }
        if f64::from(before) > 2.0 * (self.trips + 1.0) / self.senders.max(1.0) {
            return;
        }
        self.trips = (self.trips + 1.0).min(MEMORY);
        // Of a normal spread, the step by which the middle is found about as fast as by sorting;
        // never beyond the loss itself: no loss at all leaves the middle of none where it is.
        let step = 2.5 * usual / self.trips.max(LEAN_TRIPS);
        let off = loss - self.middle;
        self.middle += off.clamp(-step, step);
    }

    /// Takes a loss beside the one before of the same two sites, `fine` where the lot was large
    /// enough for this scale.
    pub fn compare(&mut self, sender: SiteId, (loss, last): (f64, Option<f64>), fine: f64) {
        if let Some(last) = last {
            self.within.see((loss - last) / std::f64::consts::SQRT_2 * fine, MEMORY);
        }
        let is_kept = self.by_sender.len() < OWN_MEANS || self.by_sender.contains_key(&sender);
        if fine > 0.6 && is_kept {
            let (trips, mean) = self.by_sender.entry(sender).or_default();
            *trips += 1;
            *mean += (loss - *mean) / f64::from(*trips);
        }
    }

    /// How far the weighings of two sites spread that gain or lose nothing, as a share.
    pub fn steady(&self) -> f64 {
        self.noise.sd().min(self.within.sd().max(HONEST))
    }

    /// By how much this scale is wrong for everybody, once that is known.
    pub fn known_lean(&self) -> Option<f64> {
        let is_known = self.trips >= LEAN_TRIPS && self.senders >= LEAN_SENDERS;
        is_known.then(|| self.of_everybody().clamp(-LEAN_MAX, LEAN_MAX))
    }

    /// The middle of all losses; where a quarter of the senders, and two at least, are far from it
    /// towards none, it is not the scale: the others lose, or gain, by themselves.
    fn of_everybody(&self) -> f64 {
        let known = self.by_sender.values().filter(|(trips, _)| *trips >= OWN_TRIPS);
        let mut off: Vec<f64> = known.map(|(_, mean)| mean * self.middle.signum()).collect();
        off.sort_by(f64::total_cmp);
        let quarter = (off.len().saturating_sub(1) / 4).max(1);
        match off.get(quarter) {
            Some(few) if off.len() > 3 && self.middle.abs() - few > HONEST => {
                few.max(0.0) * self.middle.signum()
            }
            _ => self.middle,
        }
    }

    /// The same, as far as it can be known.
    pub fn lean(&self) -> f64 {
        let half = 0.5 * self.noise.sd();
        self.known_lean().unwrap_or_else(|| (-self.noise.mean).clamp(-half, half))
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            noise: honest(),
            within: honest(),
            by_sender: BTreeMap::new(),
            middle: 0.0,
            trips: 0.0,
            senders: 0.0,
            gcd_g: 0,
            weighed: 0,
            last_g: 0,
            division_g: 0,
        }
    }
}
