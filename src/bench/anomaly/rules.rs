//! Events through all rules on one core, after few manifests and after many. Pure: no server, no
//! database; the bodies of a year's events are made and read as they are read from the log.
//!
//! What is promised is that an event costs no more for all that happened before it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::anomaly::watch::seen::Seen;
use crate::anomaly::watch::{Reference, Watch};
use crate::bench::BenchError;
use crate::bench::latency::{Latencies, Spread};
use crate::bench::report::{Compared, Goal, Line, Report, progress};
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::clock::{legal_day, rfc3339};

/// Sites that send, and sites that receive: as many at the end as at the beginning.
const PRODUCERS: u64 = 2_000;
const RECEIVERS: u64 = 50;
/// Manifests of a turn, and turns.
const A_TURN: u64 = 2_000;
const TURNS: u64 = 10;
/// Past manifests of the first figure.
const FEW: u64 = 10_000;
/// The rate after many, as a share of that after few.
const KEPT: f64 = 0.9;

fn id(kind: u64, n: u64) -> Uuid {
    Uuid::from_u64_pair(0x0189_0a5d_ac96_774b, (0b10 << 62) | (kind << 48) | n)
}

/// A world that goes on: manifests one after the other, through their whole lives.
struct Life {
    watch: Watch,
    now: DateTime<Utc>,
    position: i64,
    manifests: u64,
    events: u64,
    cases: u64,
}

impl Life {
    fn begin() -> Result<Self, BenchError> {
        let own = |error: crate::seeds::SeedError| BenchError::Own(error.to_string());
        let (catalogue, calendar) =
            (Catalogue::load().map_err(own)?, Calendar::load().map_err(own)?);
        let watch = Watch::new(Arc::new(Reference { catalogue, calendar }));
        let mut life = Self {
            watch,
            now: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_454),
            position: 0,
            manifests: 0,
            events: 0,
            cases: 0,
        };
        for n in 0..PRODUCERS + RECEIVERS {
            let place = json!({"lon_e6": 80_000_000 + n * 1_000, "lat_e6": 41_000_000});
            let site = json!({"id": id(1, n), "organisation_id": id(2, n), "name": "场所",
                "kind": "production", "business": null, "facility_kind": null,
                "division": "01", "regiment": null, "region_code": "659002", "park": null,
                "location": place, "beds": null, "seats": null, "storage_capacity_g": null,
                "status": "active", "is_key_unit": false});
            life.event(("site", id(1, n)), ("registered", 0), &site)?;
        }
        Ok(life)
    }

    fn event(
        &mut self,
        (kind, subject): (&str, Uuid),
        (what, seq): (&str, i64),
        data: &serde_json::Value,
    ) -> Result<(), BenchError> {
        let at = rfc3339(self.now);
        let body = json!({
            "actor": {"user_id": id(3, seq.unsigned_abs()), "organisation_id": null,
                "role": "admin", "via": "password"},
            "data": data, "kind": what, "occurred_at": at, "origin": "bench/log", "prev": "00",
            "recorded_at": at, "seq": seq, "subject": {"id": subject, "kind": kind}, "v": 1,
        });
        let body = body.to_string();
        let seen = Seen::read(self.position, &body)
            .map_err(|problem| BenchError::Own(problem.cause.unwrap_or_default()))?;
        self.watch.see(&seen);
        self.position += 1;
        self.events += 1;
        Ok(())
    }

    /// One manifest from filing to treatment.
    fn manifest(&mut self) -> Result<(), BenchError> {
        let n = self.manifests;
        self.manifests += 1;
        // A stride that shares no factor with the number of sites visits all of them.
        let (from, to) = (n * 7919 % PRODUCERS, PRODUCERS + n * 31 % RECEIVERS);
        let subject = ("manifest", id(4, n));
        let mass = 1_000_000 + (n * 7919 % 4001) as i64 * 137;
        let party = |site| {
            json!({"organisation_id": id(2, site), "name": "单位", "uscc": "91650100MADEM00000",
                "site_name": "场所", "division": "01", "region_code": "659002"})
        };
        let filed = json!({"number": format!("20266601{:06}", n % 1_000_000 + 1),
            "stream": "hazardous", "kind": "manifest", "edition": "2021",
            "producer_site_id": id(1, from), "producer": party(from),
            "receiver_site_id": id(1, to), "receiver": party(to),
            "legs": [{"n": 1, "mode": "road", "carrier_id": id(2, 9_999), "carrier_name": "承运",
                "vehicle_id": id(5, n % 500), "plate": "新A00001", "driver_id": id(6, n % 500)}],
            "planned_departure_on": legal_day(self.now),
            "items": [{"line": 1, "waste_code": "900-249-08", "name": "废矿物油", "form": "liquid",
                "hazards": ["T", "I"], "mass_g": mass, "method": "R9",
                "packages": [{"kind": "steel_drum", "count": 4}]}]});
        self.event(subject, ("filed", 0), &filed)?;
        self.event(subject, ("departed", 1), &json!({"by": ["carrier"]}))?;
        self.now += TimeDelta::seconds(40);
        self.event(subject, ("arrived", 2), &json!({}))?;
        let noise = (n * 104_729 % 7001) as i64 - 3500;
        let received = json!({"decision": "accept", "items": [{"line": 1,
            "accepted_g": mass + noise, "refused_g": 0, "difference_g": noise}]});
        self.event(subject, ("received", 3), &received)?;
        let treated = json!({"final": true, "treatments": [{"line": 1, "method": "R9",
            "mass_g": mass + noise, "completed_on": legal_day(self.now)}]});
        self.event(subject, ("completed", 4), &treated)?;
        if n.is_multiple_of(1000) {
            self.cases += self.watch.take().len() as u64;
            self.watch.changes().map_err(|error| BenchError::Own(error.to_string()))?;
        }
        Ok(())
    }

    /// Plays so many manifests, and how long each thousand took.
    fn play(&mut self, manifests: u64) -> Result<(Duration, Latencies), BenchError> {
        let mut each = Latencies::default();
        let begun = Instant::now();
        let mut at = begun;
        for n in 1..=manifests {
            self.manifest()?;
            if n.is_multiple_of(1000) {
                each.note(at.elapsed() / 1000);
                at = Instant::now();
            }
        }
        Ok((begun.elapsed(), each))
    }
}

/// Measures after ten thousand manifests and after `many`, by turns in one process: a machine that
/// gets slower meanwhile slows both.
pub fn run(many: u64, report: &Report) -> Result<(), BenchError> {
    let (mut young, mut old) = (Life::begin()?, Life::begin()?);
    progress("ten thousand manifests");
    young.play(FEW)?;
    while old.manifests < many {
        old.play((many - old.manifests).min(250_000))?;
        progress(&format!("{} of {many} manifests", old.manifests));
    }
    let (mut few, mut after) = (Sum::default(), Sum::default());
    for turn in 0..TURNS {
        // Whoever goes first in a turn goes second in the next.
        if turn % 2 == 0 {
            few.take(&mut young)?;
            after.take(&mut old)?;
        } else {
            after.take(&mut old)?;
            few.take(&mut young)?;
        }
    }
    let baseline = few.show(None, report, "after_10k");
    after.show(Some(baseline), report, "after_many");
    Ok(())
}

/// What the turns of one life came to.
#[derive(Default)]
struct Sum {
    events: u64,
    took: Duration,
    each: Latencies,
}

impl Sum {
    fn take(&mut self, life: &mut Life) -> Result<(), BenchError> {
        let before = life.events;
        let (took, each) = life.play(A_TURN)?;
        self.events += life.events - before;
        self.took += took;
        self.each.absorb(each);
        Ok(())
    }

    fn show(self, few: Option<(f64, Spread)>, report: &Report, name: &str) -> (f64, Spread) {
        let rate = self.events as f64 / self.took.as_secs_f64();
        let spread = self.each.spread();
        let compared = few.map(|(baseline, spread)| Compared {
            baseline,
            baseline_ms: spread.p50.as_secs_f64() * 1000.0,
            ratio: rate / baseline,
            goal: Goal::AtLeast(KEPT),
        });
        report.line(&Line { name: name.to_owned(), rate, spread, compared, cpu: None });
        (rate, spread)
    }
}
