//! Losses that never exceed what one trip may lose, and add up; and gains that do.
//!
//! AL69: a one-sided cumulative sum over the trips of two sites, of a carrier to a receiver, and of
//! a carrier's rounds. AL02: the same of what two sites gain, from as much a trip on as is no gain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::{Running, gcd};
use super::mass::NAMED;
use crate::anomaly::finding::{About, Finding, pair_id};
use crate::anomaly::param::Param;
use crate::ids::{ManifestId, SiteId};

/// How much two honest scales differ, before anybody has measured: a share of the mass.
pub const HONEST: f64 = 0.004;
/// So many trips does that belief weigh.
const BELIEF: f64 = 12.0;
/// Trips that the spread remembers.
const MEMORY: f64 = 200.0;
/// Standard errors by which the mean loss of a run must differ from none.
const SURE: f64 = 5.0;
/// What drips and dries on a round, as a share, and how far sums of many small weighings spread.
const DRIES: f64 = 0.01;
const ROUND_SPREAD: f64 = 0.02;
/// Producers whose loads a carrier must have lost from to be named for it.
const PRODUCERS: usize = 3;
/// What a scale may be wrong by for everybody, as a share: no verified one is wrong by more.
const LEAN_MAX: f64 = 0.01;
/// Trips, and senders, after which a receiver's own scale is known. Of one sender nobody can say
/// whether it is the scale.
const LEAN_TRIPS: f64 = 10.0;
const LEAN_SENDERS: f64 = 3.0;

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
    fn lose(&mut self, loss: f64, usual: f64, before: u32) {
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

    /// By how much this scale is wrong for everybody.
    fn lean(&self) -> f64 {
        let half = 0.5 * self.noise.sd();
        let is_known = self.trips >= LEAN_TRIPS && self.senders >= LEAN_SENDERS;
        if is_known {
            self.middle.clamp(-LEAN_MAX, LEAN_MAX)
        } else {
            (-self.noise.mean).clamp(-half, half)
        }
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            noise: Running::believed(BELIEF, 0.0, HONEST),
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

/// The losses of two sites, or of a carrier at a receiver, in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Drift {
    pub trips: u32,
    /// The one-sided sum, in spreads.
    pub sum: f64,
    /// Of the run since it was last at zero: trips, sum of losses as shares, mass.
    pub run: u32,
    pub run_loss: f64,
    pub run_kg: f64,
    /// Kilograms of the run by producing site.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_producer: BTreeMap<SiteId, f64>,
    pub manifests: Vec<ManifestId>,
    pub proofs: Vec<i64>,
}

/// One more trip of two sites, and of a carrier to a receiver: a loss as a share, and the usual
/// spread: with the scale's division for a load of that size, and without it, as it is learnt.
pub fn drift(w: &mut Watch, load: &Load, seen: &Seen<'_>, (loss, sd, usual): (f64, f64, f64)) {
    let pair = (load.from_site, load.to_site);
    let before = w.drift.get(&pair).map_or(0, |drift| drift.trips);
    let scale = w.scale.entry(load.to_site);
    scale.noise.see(-loss * (usual / sd), MEMORY);
    scale.lose(loss, usual, before);
    let lean = scale.lean();
    let (kg, manifest, producer) = (load.shipped_g() as f64 / 1000.0, load.id, load.from_site);
    let trip = Lost { loss, sd, lean, kg, manifest, producer, position: seen.position };
    let limits = Limits::of(w, &load.from_division);
    gains(w, load, &trip, &limits);
    if let Some(drift) = w.drift.entry(pair).take(&trip, &limits) {
        let evidence = drift.evidence(sd, &limits);
        of_pair(w, (69, load), drift, evidence);
    }
    let Some(carrier) = load.carriers.first().copied().filter(|_| load.carriers.len() == 1) else {
        return;
    };
    let Some(drift) = w.hauls.entry((carrier, load.to_site)).take(&trip, &limits) else {
        return;
    };
    // Where it is one producer's loads that are short, the pair tells it, and it need not be who
    // drives.
    let most = drift.by_producer.values().fold(0.0, |most: f64, kg| most.max(*kg));
    if drift.by_producer.len() < PRODUCERS || most > 0.5 * drift.run_kg {
        return;
    }
    let mut finding = w.of_carriers(69, load);
    finding.about = (About::Organisation, carrier.uuid());
    finding.key = load.to_site.to_string();
    finding.organisations.push(load.to_org);
    finding.evidence = drift.evidence(sd, &limits);
    finding.evidence["receiver_site_id"] = json!(load.to_site);
    finding.evidence["producers"] = json!(drift.by_producer.len());
    (finding.manifests, finding.proofs) = (drift.manifests, drift.proofs);
    w.raise(finding);
}

/// One more trip, as far as more came than had left.
fn gains(w: &mut Watch, load: &Load, trip: &Lost, limits: &Limits) {
    let gain = Lost { loss: -trip.loss, lean: -trip.lean, ..*trip };
    let pair = (load.from_site, load.to_site);
    let Some(drift) = w.gains.entry(pair).take(&gain, limits) else { return };
    // Of the trips themselves: what the scale leans by is a part of it.
    let mean = drift.mean() + gain.lean;
    if mean < w.param(Param::Al02Percent, &load.to_division) / 100.0 {
        return;
    }
    let evidence = drift.told(("mean_gain_percent", mean), "gained_kg", (trip.sd, limits));
    of_pair(w, (2, load), drift, evidence);
}

/// A run of two sites' trips is a case of the two.
fn of_pair(w: &mut Watch, (rule, load): (u8, &Load), drift: Drift, mut evidence: Value) {
    evidence["producer_site_id"] = json!(load.from_site);
    evidence["receiver_site_id"] = json!(load.to_site);
    let about = (About::Pair, pair_id(load.from_site, load.to_site));
    let Drift { manifests, proofs, .. } = drift;
    w.raise(Finding { about, manifests, evidence, proofs, ..w.of_load(rule, load) });
}

/// AL69's parameters where the waste comes from.
struct Limits {
    reference: f64,
    decision: f64,
    least: f64,
}

impl Limits {
    fn of(w: &Watch, division: &str) -> Self {
        Self {
            reference: w.param(Param::Al69Reference, division),
            decision: w.param(Param::Al69Decision, division),
            least: w.param(Param::Al69LeastTrips, division),
        }
    }
}

/// What one trip lost, as shares, of how much.
#[derive(Clone, Copy)]
struct Lost {
    loss: f64,
    sd: f64,
    lean: f64,
    kg: f64,
    manifest: ManifestId,
    producer: SiteId,
    position: i64,
}

impl Drift {
    /// One more trip. The run so far, where it is one of losses beyond chance.
    fn take(&mut self, trip: &Lost, limits: &Limits) -> Option<Self> {
        let Limits { reference, decision, least } = *limits;
        let Lost { loss, sd, lean, manifest, producer, position, .. } = *trip;
        let z = ((loss - lean) / sd).clamp(-8.0, 8.0);
        self.trips += 1;
        self.sum = (self.sum + z - reference).max(0.0);
        if self.sum == 0.0 {
            *self = Self { trips: self.trips, ..Self::default() };
            return None;
        }
        let kg = loss * trip.kg;
        self.run += 1;
        self.run_loss += loss - lean;
        self.run_kg += kg;
        if self.by_producer.len() < NAMED || self.by_producer.contains_key(&producer) {
            *self.by_producer.entry(producer).or_default() += kg;
        }
        if self.manifests.len() < NAMED {
            self.manifests.push(manifest);
            self.proofs.push(position);
        }
        let run = f64::from(self.run);
        let errors = self.run_loss / run / (sd / run.sqrt());
        (self.sum >= decision && run >= least && errors >= SURE).then(|| self.clone())
    }

    /// Of the run's trips, as a share, beyond what the scale is wrong by for everybody.
    fn mean(&self) -> f64 {
        self.run_loss / f64::from(self.run.max(1))
    }

    fn evidence(&self, sd: f64, limits: &Limits) -> Value {
        self.told(("mean_loss_percent", self.mean()), "lost_kg", (sd, limits))
    }

    /// By the names of its mean and of its mass.
    fn told(&self, (name, mean): (&str, f64), mass: &str, (sd, limits): (f64, &Limits)) -> Value {
        let mut evidence = json!({
            "trips": self.run,
            "usual_spread_percent": (sd * 1e4).round() / 100.0,
            "cumulative_sum": (self.sum * 10.0).round() / 10.0,
            "decision": limits.decision,
        });
        evidence[name] = json!((mean * 1e4).round() / 100.0);
        evidence[mass] = json!(self.run_kg.round());
        evidence
    }
}

/// One more round of a carrier to a receiver that was short by no more than it may be.
pub fn drip(w: &mut Watch, first: &Load, (out, difference): (i64, i64), seen: &Seen<'_>) {
    let Some(carrier) = first.carriers.first().copied().filter(|_| out > 0) else { return };
    let trip = Lost {
        loss: -difference as f64 / out as f64,
        sd: ROUND_SPREAD,
        lean: DRIES,
        kg: out as f64 / 1000.0,
        manifest: first.id,
        producer: first.from_site,
        position: seen.position,
    };
    let limits = Limits::of(w, &first.from_division);
    let drift = w.round_drift.entry((carrier, first.to_site));
    let Some(drift) = drift.take(&trip, &limits) else { return };
    let mut finding = w.of_carriers(69, first);
    finding.about = (About::Organisation, carrier.uuid());
    finding.key = format!("rounds {}", first.to_site);
    finding.organisations.push(first.to_org);
    finding.evidence = drift.evidence(ROUND_SPREAD, &limits);
    finding.evidence["receiver_site_id"] = json!(first.to_site);
    (finding.manifests, finding.proofs) = (drift.manifests, drift.proofs);
    w.raise(finding);
}
