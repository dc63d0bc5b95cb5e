//! From a step's seed and the model to one request, and what must come of it.

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::model::{Change, Full, Item, Manifest, Model};
use super::op::{Kind, Op};
use super::stage::{RECEIVERS, Stage, WASTES};
use crate::random_lives::bodies::{day, kg, mass};
use crate::support::Method;

/// Codes of counters that have no room.
pub const FULL: &[&str] = &["capacity_exceeded", "insufficient_on_hand", "storage_full"];
/// Steps are taken on one of the newest manifests: older ones are left as they lie.
const NEWEST: usize = 60;

/// One request.
pub struct Request {
    pub who: String,
    pub method: Method,
    pub path: String,
    pub body: Value,
    pub if_match: Option<i64>,
}

/// What must come of it.
pub enum Outcome {
    Passes(u16, Box<Change>),
    /// Status, and the codes that may lead.
    Refused(u16, Vec<&'static str>),
}

pub type Planned = (Request, Outcome);

/// What a plan is made with.
pub struct Planner<'a> {
    pub model: &'a Model,
    pub stage: &'a Stage,
    pub now: DateTime<Utc>,
    chance: StdRng,
}

/// Who may take a step, and from where.
struct Rule {
    action: &'static str,
    from: &'static [&'static str],
    by: &'static [&'static str],
}

const RULES: &[(Kind, Rule)] = &[
    (Kind::FileDraft, Rule { action: "file", from: &["draft"], by: &["producer"] }),
    (Kind::Depart, Rule { action: "depart", from: &["filed"], by: &["carrier", "producer"] }),
    (
        Kind::Arrive,
        Rule { action: "arrive", from: &["filed", "in_transit"], by: &["carrier", "receiver"] },
    ),
    (
        Kind::Receive,
        Rule { action: "receive", from: &["filed", "in_transit", "arrived"], by: &["receiver"] },
    ),
    (
        Kind::Complete,
        Rule { action: "complete", from: &["accepted", "partly_accepted"], by: &["receiver"] },
    ),
    (Kind::Cancel, Rule { action: "cancel", from: &["filed", "draft"], by: &["producer"] }),
];

impl<'a> Planner<'a> {
    pub fn new(model: &'a Model, stage: &'a Stage, now: DateTime<Utc>, op: Op) -> Self {
        Self { model, stage, now, chance: StdRng::seed_from_u64(op.seed) }
    }

    /// `None` where the world has nothing for such a step.
    pub fn plan(&mut self, op: Op) -> Option<Planned> {
        match op.kind {
            Kind::Jump => None,
            Kind::Produce => Some(self.produce()),
            Kind::File => Some(self.file(op, false)),
            Kind::Draft => Some(self.file(op, true)),
            Kind::Patch => self.patch(),
            kind => self.step(kind),
        }
    }

    fn produce(&mut self) -> Planned {
        let producer = self.chance.random_range(0..2);
        let waste = self.chance.random_range(0..WASTES.len());
        let mass = mass(&mut self.chance) * 2;
        let site = &self.stage.sites.producers[producer];
        let body = json!({"site_id": site, "kind": "produced", "waste_code": WASTES[waste].1,
            "mass_kg": kg(mass)});
        let mut books = self.model.books.clone();
        let key = (super::model::ON_HAND, site.clone(), WASTES[waste].1.to_owned(), 0);
        books.add(&key, 0, 0);
        books.made(&key, mass);
        let request = Self::post(format!("producer{producer}"), "/ledger-entries".into(), body);
        let change = Change { at: None, manifest: None, books, events: 1 };
        (request, Outcome::Passes(201, Box::new(change)))
    }

    fn file(&mut self, op: Op, draft: bool) -> Planned {
        let stream = ["hazardous", "medical", "kitchen"][self.chance.random_range(0..3)];
        let wastes: Vec<usize> = (0..WASTES.len()).filter(|n| WASTES[*n].0 == stream).collect();
        let receiver = if stream == "hazardous" { self.chance.random_range(0..2) } else { 0 };
        let items = (0..self.chance.random_range(1..=3)).map(|_| Item {
            waste: wastes[self.chance.random_range(0..wastes.len())],
            shipped: mass(&mut self.chance),
            produce: self.chance.random_bool(0.5),
            accepted: 0,
            refused: 0,
            treated: 0,
            reserved: None,
        });
        let items: Vec<Item> = items.collect();
        let ahead = chrono::TimeDelta::days(self.chance.random_range(0..4));
        let day = day(self.now + ahead);
        let manifest = Manifest {
            id: String::new(),
            stream,
            producer: self.chance.random_range(0..2),
            receiver,
            carrier: self.chance.random_range(0..2),
            status: "draft",
            version: 1,
            year: day[..4].parse().unwrap(),
            day,
            items,
            moved_out: false,
        };
        let mut body = self.form(&manifest);
        body["draft"] = json!(draft);
        body["external_id"] = json!(format!("{}-{}", op.n, op.seed));
        let who = format!("producer{}", manifest.producer);
        let request = Self::post(who, "/manifests".into(), body);
        let outcome = if draft {
            let books = self.model.books.clone();
            let change = Change { at: None, manifest: Some(manifest), books, events: 0 };
            Outcome::Passes(201, Box::new(change))
        } else {
            self.filed(None, manifest)
        };
        (request, outcome)
    }

    fn form(&self, manifest: &Manifest) -> Value {
        let items: Vec<Value> = manifest
            .items
            .iter()
            .map(|item| {
                let (_, code, name, form, hazards, methods, package) = WASTES[item.waste];
                json!({"waste_code": code, "name": name, "form": form, "hazards": hazards,
                "mass_kg": kg(item.shipped), "method": methods[0], "produce": item.produce,
                "packages": [{"kind": package, "count": 1}]})
            })
            .collect();
        json!({"stream": manifest.stream,
            "producer_site_id": self.stage.sites.producers[manifest.producer],
            "receiver_site_id": self.stage.sites.receivers[manifest.receiver],
            "legs": [self.stage.leg(manifest.carrier)],
            "planned_departure_on": manifest.day, "items": items})
    }

    fn filed(&self, at: Option<usize>, manifest: Manifest) -> Outcome {
        let mut books = self.model.books.clone();
        match manifest.file(&mut books, &self.stage.sites) {
            Ok(manifest) => {
                let change = Change { at, manifest: Some(manifest), books, events: 1 };
                Outcome::Passes(201, Box::new(change))
            }
            Err(Full) => Outcome::Refused(409, FULL.to_vec()),
        }
    }

    /// One of the newest manifests, mostly one from which the step is open.
    fn pick(&mut self, from: &[&str]) -> Option<usize> {
        let all = self.model.manifests.len();
        let newest = all.saturating_sub(NEWEST)..all;
        let stands = |n: &usize| !self.model.manifests[*n].status.is_empty();
        let open = |n: &usize| from.contains(&self.model.manifests[*n].status);
        let fitting: Vec<usize> = newest.clone().filter(open).collect();
        let any: Vec<usize> = newest.filter(stands).collect();
        let wanted = if self.chance.random_bool(0.92) { fitting } else { any };
        (!wanted.is_empty()).then(|| wanted[self.chance.random_range(0..wanted.len())])
    }

    fn patch(&mut self) -> Option<Planned> {
        let at = self.pick(&["draft"])?;
        let mut manifest = self.model.manifests[at].clone();
        if manifest.status != "draft" {
            return None;
        }
        manifest.version += 1;
        let body = json!({"note": format!("第 {} 次修改", manifest.version)});
        let request = Request {
            method: Method::PATCH,
            ..Self::post(
                format!("producer{}", manifest.producer),
                format!("/manifests/{}", manifest.id),
                body,
            )
        };
        let books = self.model.books.clone();
        let change = Change { at: Some(at), manifest: Some(manifest), books, events: 0 };
        Some((request, Outcome::Passes(200, Box::new(change))))
    }

    fn step(&mut self, kind: Kind) -> Option<Planned> {
        let (_, rule) = RULES.iter().find(|(one, _)| *one == kind)?;
        let at = self.pick(rule.from)?;
        let manifest = self.model.manifests[at].clone();
        let part = rule.by[self.chance.random_range(0..rule.by.len())];
        let who = if self.chance.random_bool(0.06) {
            let all = super::stage::PEOPLE;
            let n = self.chance.random_range(0..=all.len());
            all.get(n).map_or("nobody".to_owned(), |one| (*one).to_owned())
        } else {
            acting(&manifest, part)
        };
        let if_match = match self.chance.random_range(0..12) {
            0 => Some(manifest.version),
            1 => Some(manifest.version + 1),
            _ => None,
        };
        let (body, content) = self.content(kind, at, &manifest);
        let path = format!("/manifests/{}/{}", manifest.id, rule.action);
        let request = Request { if_match, ..Self::post(who.clone(), path, body) };
        let refused = Self::refusal(&manifest, rule, &who, if_match);
        Some((request, refused.unwrap_or(content)))
    }

    /// What is refused before the content is looked at, in api.md's order.
    fn refusal(
        manifest: &Manifest,
        rule: &Rule,
        who: &str,
        if_match: Option<i64>,
    ) -> Option<Outcome> {
        let parts = ["producer", "carrier", "receiver"];
        let plays = |part: &&str| acting(manifest, part) == who;
        let is_draft = manifest.status == "draft";
        let sees = parts.iter().any(plays) && (!is_draft || plays(&"producer"));
        let (status, code) = if who == "nobody" {
            (401, "unauthorized")
        } else if !sees {
            (404, "not_found")
        } else if !rule.by.iter().any(plays) {
            (403, "forbidden")
        } else if if_match.is_some_and(|version| version != manifest.version) {
            (412, "stale_version")
        } else if !rule.from.contains(&manifest.status) {
            (409, "illegal_transition")
        } else {
            return None;
        };
        Some(Outcome::Refused(status, vec![code]))
    }

    /// A step's body, and what comes of it where it may be taken.
    fn content(&mut self, kind: Kind, at: usize, manifest: &Manifest) -> (Value, Outcome) {
        let mut books = self.model.books.clone();
        let sites = &self.stage.sites;
        let mut after = manifest.clone();
        after.version += 1;
        let (body, after) = match kind {
            Kind::FileDraft => return (json!({}), self.filed(Some(at), manifest.clone())),
            Kind::Depart => {
                after.move_out(&mut books, sites);
                after.status = "in_transit";
                (json!({}), after)
            }
            Kind::Arrive => {
                after.move_out(&mut books, sites);
                after.status = "arrived";
                (json!({}), after)
            }
            Kind::Cancel if manifest.status == "draft" => {
                let change = Change { at: Some(at), manifest: None, books, events: 0 };
                return (json!({"reason": "closed"}), Outcome::Passes(204, Box::new(change)));
            }
            Kind::Cancel if manifest.status == "filed" => {
                (json!({"reason": "not_needed"}), manifest.clone().cancel(&mut books, sites))
            }
            Kind::Cancel => (json!({"reason": "not_needed"}), after),
            Kind::Receive => return self.receive(at, manifest),
            _ => return self.complete(at, manifest),
        };
        let change = Change { at: Some(at), manifest: Some(after), books, events: 1 };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    fn receive(&mut self, at: usize, manifest: &Manifest) -> (Value, Outcome) {
        let refuses = self.chance.random_range(0..6);
        let mut found = Vec::new();
        for item in &manifest.items {
            let at_gate = match self.chance.random_range(0..10) {
                0 => item.shipped + self.chance.random_range(1..=item.shipped / 5 + 1),
                1 => item.shipped - self.chance.random_range(0..item.shipped),
                _ => item.shipped,
            };
            let refused = match refuses {
                0 => at_gate,
                1 | 2 => self.chance.random_range(0..=at_gate),
                _ => 0,
            };
            found.push((at_gate - refused, refused));
        }
        let some = |part: fn(&(i64, i64)) -> i64| found.iter().any(|one| part(one) > 0);
        let decision = match (some(|one| one.0), some(|one| one.1)) {
            (true, false) => "accept",
            (true, true) => "partial",
            (false, _) => "refuse",
        };
        let items: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(n, (accepted, refused))| {
                json!({"line": n + 1, "accepted_kg": kg(*accepted), "refused_kg": kg(*refused),
                "reason": "not_as_declared"})
            })
            .collect();
        let body = json!({"decision": decision, "items": items});
        if manifest.items[0].reserved.is_none() {
            // Never filed: it is refused for that.
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        let year = day(self.now)[..4].parse().unwrap();
        let mut books = self.model.books.clone();
        let world = (&mut books, &self.stage.sites);
        let outcome = match manifest.clone().receive(&found, year, world) {
            Ok(after) => {
                let change = Change { at: Some(at), manifest: Some(after), books, events: 1 };
                Outcome::Passes(200, Box::new(change))
            }
            Err(Full) => Outcome::Refused(409, vec!["capacity_exceeded"]),
        };
        (body, outcome)
    }

    fn complete(&mut self, at: usize, manifest: &Manifest) -> (Value, Outcome) {
        let mut treated = Vec::new();
        let too_much = self.chance.random_bool(0.05);
        for (n, item) in manifest.items.iter().enumerate() {
            let left = item.accepted - item.treated;
            if left > 0 && self.chance.random_bool(0.8) {
                let all = self.chance.random_bool(0.7);
                treated.push((n, if all { left } else { self.chance.random_range(1..=left) }));
            }
        }
        if treated.is_empty() || too_much {
            let item = &manifest.items[0];
            treated = vec![(0, (item.accepted - item.treated).max(0) + 1)];
        }
        let over = treated.iter().any(|(n, mass)| {
            let item = &manifest.items[*n];
            *mass > item.accepted - item.treated
        });
        let treatments: Vec<Value> = treated
            .iter()
            .map(|(n, mass)| {
                let methods = WASTES[manifest.items[*n].waste].5;
                json!({"line": n + 1, "method": methods[self.chance.random_range(0..methods.len())],
                "mass_kg": kg(*mass), "completed_on": day(self.now)})
            })
            .collect();
        let body = json!({"treatments": treatments});
        if over {
            return (body, Outcome::Refused(422, vec!["mass_balance"]));
        }
        let mut books = self.model.books.clone();
        let after = manifest.clone().complete(&treated, &mut books, &self.stage.sites);
        let change = Change { at: Some(at), manifest: Some(after), books, events: 1 };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    fn post(who: String, path: String, body: Value) -> Request {
        Request { who, method: Method::POST, path, body, if_match: None }
    }
}

/// The login of whoever plays a part in a manifest.
fn acting(manifest: &Manifest, part: &str) -> String {
    let n = match part {
        "producer" => manifest.producer,
        "carrier" => manifest.carrier,
        _ => manifest.receiver,
    };
    debug_assert!(n < RECEIVERS.len());
    format!("{part}{n}")
}
