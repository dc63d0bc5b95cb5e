//! A log that is written step by step: sites, and manifests between them.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::seen::Seen;
use super::super::{Reference, Watch};
use crate::anomaly::finding::{Finding, Outcome};
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::clock::rfc3339;

static REFERENCE: LazyLock<Arc<Reference>> = LazyLock::new(|| {
    let (catalogue, calendar) = (Catalogue::load().unwrap(), Calendar::load().unwrap());
    Arc::new(Reference { catalogue, calendar })
});

pub fn fresh() -> Watch {
    Watch::new(REFERENCE.clone())
}

pub fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_0000_0000_0000 + u128::from(n))
}

/// Bodies of events, in the order of the log, on a clock that is moved by hand.
#[derive(Clone)]
pub struct Log {
    pub now: DateTime<Utc>,
    pub bodies: Vec<String>,
    /// What stands outside the log, by position.
    pub contents: std::collections::HashMap<usize, String>,
    seqs: std::collections::HashMap<Uuid, i64>,
    pub user: Uuid,
    numbers: u32,
}

impl Log {
    /// Five organisations with a site each, in a row along a road.
    pub fn new() -> Self {
        let now = "2026-06-01T02:00:00Z".parse().unwrap();
        let seqs = std::collections::HashMap::new();
        let (bodies, contents) = (Vec::new(), std::collections::HashMap::new());
        let mut log = Self { now, bodies, contents, seqs, user: id(900), numbers: 0 };
        for n in 1..=5 {
            log.organisation(n, false);
            log.site(n, json!({}));
        }
        log
    }

    pub fn wait(&mut self, hours: f64) -> &mut Self {
        self.now += TimeDelta::seconds((hours * 3600.0) as i64);
        self
    }

    pub fn event(&mut self, (kind, subject): (&str, Uuid), what: &str, data: &Value) -> &mut Self {
        self.event_at((kind, subject), what, data, self.now)
    }

    pub fn event_at(
        &mut self,
        (kind, subject): (&str, Uuid),
        what: &str,
        data: &Value,
        occurred_at: DateTime<Utc>,
    ) -> &mut Self {
        let seq = self.seqs.entry(subject).or_insert(-1);
        *seq += 1;
        let body = json!({
            "actor": {"user_id": self.user, "organisation_id": id(1), "role": "admin",
                "via": "password"},
            "data": data, "kind": what, "occurred_at": rfc3339(occurred_at), "origin": "x",
            "prev": "00", "recorded_at": rfc3339(self.now), "seq": seq,
            "subject": {"id": subject, "kind": kind}, "v": 1,
        });
        self.bodies.push(body.to_string());
        self
    }

    pub fn organisation(&mut self, n: u32, blacklisted: bool) -> &mut Self {
        let data = json!({"id": id(n), "name": format!("单位{n}"), "uscc": "91650100MADEM00000",
            "roles": ["producer", "receiver"], "division": "01", "status": "active",
            "blacklisted": blacklisted});
        self.event(("organisation", id(n)), "registered", &data)
    }

    #[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
    pub fn site(&mut self, n: u32, more: Value) -> &mut Self {
        // Some fifty kilometres from each to the next.
        let lon_e6 = 80_000_000 + i64::from(n) * 600_000;
        let mut data = json!({"id": id(100 + n), "organisation_id": id(n), "name": "场所",
            "kind": "production", "business": null, "facility_kind": null, "division": "01",
            "regiment": null, "region_code": "659002", "park": null,
            "location": {"lon_e6": lon_e6, "lat_e6": 41_000_000}, "beds": null,
            "seats": null, "storage_capacity_g": null, "status": "active",
            "is_key_unit": false});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.event(("site", id(100 + n)), "registered", &data)
    }

    pub fn vehicle(&mut self, n: u32, rated_g: i64) -> &mut Self {
        let data = json!({"id": id(300 + n), "organisation_id": id(1), "plate": "新A00001",
            "kind": "truck", "classes": ["hazardous"], "rated_g": rated_g, "status": "active"});
        self.event(("vehicle", id(300 + n)), "registered", &data)
    }

    /// An entry in a site's ledger, now.
    pub fn entry(&mut self, site: u32, kind: &str, code: &str, mass_g: i64) -> &mut Self {
        let n = 20_000 + self.bodies.len() as u32;
        let now = rfc3339(self.now);
        let entry = json!({"id": id(n), "site_id": id(100 + site), "kind": kind,
            "waste_code": code, "mass_g": mass_g, "occurred_at": now, "recorded_at": now,
            "storage_area_id": null, "container_id": null, "manifest_id": null,
            "manifest_line": null, "batch_number": null, "external_id": null, "note": ""});
        self.event(("ledger_entry", id(n)), "entered", &entry)
    }

    /// Files a manifest from a site to a site; vehicle and driver by their number.
    #[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
    pub fn file(&mut self, m: u32, (from, to): (u32, u32), more: Value) -> &mut Self {
        let party = |n: u32| {
            json!({"organisation_id": id(n), "name": "x", "uscc": "x", "site_name": "x",
                "division": "01", "region_code": "659002"})
        };
        self.numbers += 1;
        let stream = more.get("stream").and_then(Value::as_str).unwrap_or("hazardous").to_owned();
        let code = if stream == "medical" { "841-001-01" } else { "900-249-08" };
        let mass = more.get("mass_g").and_then(Value::as_i64).unwrap_or(mass_of(m));
        let crew = more.get("vehicle").and_then(Value::as_u64).unwrap_or(u64::from(m)) as u32;
        let mut item = json!({"line": 1, "waste_code": code, "name": "x", "form": "liquid",
            "hazards": [], "mass_g": mass, "method": "R9", "packages": []});
        if let Some(part) = more.get("item") {
            item.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        let mut data = json!({"number": format!("20266601{:06}", self.numbers), "stream": stream,
            "kind": "manifest", "edition": "2021", "producer_site_id": id(100 + from),
            "producer": party(from), "receiver_site_id": id(100 + to), "receiver": party(to),
            "legs": [{"n": 1, "mode": "road", "carrier_id": id(8), "carrier_name": "x",
                "vehicle_id": id(300 + crew), "plate": "新A00001", "driver_id": id(400 + crew)}],
            "planned_departure_on": crate::clock::legal_day(self.now), "items": [item]});
        if let Some(head) = more.get("head") {
            data.as_object_mut().unwrap().extend(head.as_object().unwrap().clone());
        }
        self.event(("manifest", id(1000 + m)), "filed", &data)
    }

    pub fn depart(&mut self, m: u32) -> &mut Self {
        self.event(("manifest", id(1000 + m)), "departed", &json!({"by": ["carrier"]}))
    }

    pub fn arrive(&mut self, m: u32) -> &mut Self {
        self.event(("manifest", id(1000 + m)), "arrived", &json!({}))
    }

    /// Accepts it with so many grams more or less.
    #[expect(clippy::needless_pass_by_value, reason = "its callers make it on the spot")]
    pub fn receive(&mut self, m: u32, difference: i64, more: Value) -> &mut Self {
        let mut data = json!({"decision": "accept", "items": [{"line": 1,
            "accepted_g": mass_of(m) + difference, "refused_g": 0, "difference_g": difference}]});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let sender = std::mem::replace(&mut self.user, id(901));
        self.event(("manifest", id(1000 + m)), "received", &data);
        self.user = sender;
        self
    }

    /// Devices of a vehicle or a site tell something, minutes ago by the first figure.
    pub fn tell(&mut self, about: &str, n: u32, readings: &[(i64, Value)]) -> &mut Self {
        let at = |minutes: i64| rfc3339(self.now - TimeDelta::minutes(minutes));
        let list: Vec<Value> = readings
            .iter()
            .map(|(minutes, reading)| {
                let mut reading = reading.clone();
                reading["at"] = json!(at(*minutes));
                reading
            })
            .collect();
        let whole = if about == "vehicle" { id(300 + n) } else { id(100 + n) };
        let batch = json!({"id": id(5000 + self.bodies.len() as u32), "about": about,
            "about_id": whole, "organisation_id": id(1), "division": "01",
            "first_at": at(0), "last_at": at(0), "count": list.len(), "content_sha256": ""});
        self.contents.insert(self.bodies.len(), json!(list).to_string());
        let subject = id(5000 + self.bodies.len() as u32);
        self.event(("track", subject), "told", &batch)
    }

    /// An honest trip, from filing to receipt.
    pub fn trip(&mut self, m: u32, ends: (u32, u32), difference: i64) -> &mut Self {
        self.file(m, ends, json!({})).wait(0.5).depart(m).wait(2.6).arrive(m).wait(0.4);
        self.receive(m, difference, json!({}))
    }

    /// Shows all of it to a watch, and the time it stands at.
    pub fn show(&self, w: &mut Watch) -> Vec<Outcome> {
        for (position, body) in self.bodies.iter().enumerate() {
            let content = self.contents.get(&position).map(String::as_str);
            w.see(&Seen::with(position as i64, body, content).unwrap());
        }
        w.advance(self.now);
        w.take()
    }

    /// The rules that raise a case, in order.
    pub fn raised(&self) -> Vec<u8> {
        rules(&self.show(&mut fresh()))
    }
}

/// The findings of a rule, in order.
pub fn findings(log: &Log, rule: u8) -> Vec<Finding> {
    let raised = log.show(&mut fresh()).into_iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } if finding.rule.0 == rule => Some(finding),
        _ => None,
    });
    raised.collect()
}

pub fn produced(log: &mut Log, site: u32, code: &str, mass_g: i64) {
    log.entry(site, "produced", code, mass_g);
}

/// What a manifest weighs, in grams: some tonne, each its own.
pub fn mass_of(m: u32) -> i64 {
    1_003_700 + i64::from(m * 7919 % 211) * 300
}

pub fn rules(outcomes: &[Outcome]) -> Vec<u8> {
    let raised = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } => Some(finding.rule.0),
        _ => None,
    });
    raised.collect()
}

pub fn cleared(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Cleared { .. })).count()
}
