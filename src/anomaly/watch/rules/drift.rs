//! Losses that never exceed what one trip may lose, and add up; and gains that do.
//!
//! AL69: a one-sided cumulative sum over the trips of two sites, of a carrier to a receiver, and of
//! a carrier's rounds. AL02: the same of what two sites gain, from as much a trip on as is no gain;
//! a few trips are enough where each gains more than the scale can be wrong by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::mass::NAMED;
use super::scale::MEMORY;
use crate::anomaly::finding::{About, Finding, pair_id};
use crate::anomaly::param::Param;
use crate::ids::{ManifestId, SiteId};

/// Standard errors by which the mean loss of a run must differ from none.
const SURE: f64 = 5.0;
/// What drips and dries on a round, as a share, and how far sums of many small weighings spread.
const DRIES: f64 = 0.01;
const ROUND_SPREAD: f64 = 0.02;
/// Producers whose loads a carrier must have lost from to be named for it.
const PRODUCERS: usize = 3;
/// Trips of two sites that show a gain, where it is more than a scale's divisions.
const GAIN_TRIPS: f64 = 3.0;

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
    /// The sum of the squares of their spreads.
    #[serde(default)]
    pub run_var: f64,
    /// What the last trip lost.
    #[serde(default)]
    pub last: Option<f64>,
    /// Kilograms of the run by producing site.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_producer: BTreeMap<SiteId, f64>,
    pub manifests: Vec<ManifestId>,
    pub proofs: Vec<i64>,
}

/// What a trip lost, as a share, beside how far such losses spread.
#[derive(Clone, Copy, Debug)]
pub struct Weighing {
    pub loss: f64,
    /// The usual spread with the scale's division for a load of that size, and without it.
    pub sd: f64,
    pub usual: f64,
    /// The spread beyond which a gain is one, and the grams.
    pub gain_sd: f64,
    pub least_gain_g: f64,
}

/// One more trip of two sites, and of a carrier to a receiver.
pub fn drift(w: &mut Watch, load: &Load, seen: &Seen<'_>, weighing: Weighing) {
    let Weighing { loss, sd, usual, .. } = weighing;
    let pair = (load.from_site, load.to_site);
    let (before, last) = w.drift.get(&pair).map_or((0, None), |drift| (drift.trips, drift.last));
    let scale = w.scale.entry(load.to_site);
    scale.compare(load.from_site, (loss, last), usual / sd);
    scale.noise.see(-loss * (usual / sd), MEMORY);
    scale.lose(loss, usual, before);
    let lean = scale.lean();
    let (kg, manifest, producer) = (load.shipped_g() as f64 / 1000.0, load.id, load.from_site);
    let trip = Lost { loss, sd, lean, kg, manifest, producer, position: seen.position };
    let limits = Limits::of(w, &load.from_division);
    gains(w, load, (&trip, &weighing), &limits);
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
fn gains(w: &mut Watch, load: &Load, (trip, weighing): (&Lost, &Weighing), limits: &Limits) {
    let sd = weighing.gain_sd;
    let gain = Lost { loss: -trip.loss, lean: -trip.lean, sd, ..*trip };
    let pair = (load.from_site, load.to_site);
    let few = Limits { least: limits.least.min(GAIN_TRIPS), ..*limits };
    let Some(drift) = w.gains.entry(pair).take(&gain, &few) else { return };
    // Of the trips themselves: what the scale leans by is a part of it.
    let mean = drift.mean() + gain.lean;
    let run = f64::from(drift.run);
    let is_little = drift.run_kg * 1000.0 / run < weighing.least_gain_g;
    let is_chance = drift.run_loss / drift.run_var.sqrt().max(1e-9) < SURE;
    if mean < w.param(Param::Al02Percent, &load.to_division) / 100.0
        || run < limits.least && (is_little || is_chance)
    {
        return;
    }
    let evidence = drift.told(("mean_gain_percent", mean), "gained_kg", (sd, limits));
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
#[derive(Clone, Copy)]
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
        self.last = Some(loss);
        self.sum = (self.sum + z - reference).max(0.0);
        if self.sum == 0.0 {
            *self = Self { trips: self.trips, last: self.last, ..Self::default() };
            return None;
        }
        let kg = loss * trip.kg;
        self.run += 1;
        self.run_loss += loss - lean;
        self.run_kg += kg;
        self.run_var += sd * sd;
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
