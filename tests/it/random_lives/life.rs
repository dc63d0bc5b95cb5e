//! One life: chance picks who does what, a small model foretells the answer.
//!
//! The model knows one manifest alone: where a shared account may be full both answers are right.

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::bodies::{self, Item};
use super::stage::{People, Stage, WASTES};
use super::steps;
use super::way::{Scene, Way};
use crate::matrix::path_of;
use crate::support::{Answer, Client, Method, World};

mod amend;
mod duel;
mod foretell;
mod sign;

const FULL: &[&str] = &["capacity_exceeded", "insufficient_on_hand", "storage_full"];

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    Producer,
    OtherProducer,
    /// The first of the two, and the second.
    Carrier(usize),
    Receiver,
    Stranger,
    Corps,
    Nobody,
}

const ALL: &[Who] = &[
    Who::Producer,
    Who::OtherProducer,
    Who::Carrier(0),
    Who::Carrier(1),
    Who::Receiver,
    Who::Stranger,
    Who::Corps,
    Who::Nobody,
];

/// One request as chance made it.
#[derive(Clone, Debug)]
struct Ask {
    who: Who,
    action: &'static str,
    /// When it was made: the others move the clock while it is on its way.
    at: DateTime<Utc>,
    body: Value,
    /// What the body itself is refused for.
    fault: Option<&'static str>,
    if_match: Option<i64>,
    key: Option<String>,
    /// The key has been used for another request.
    reused: bool,
}

pub struct Life<'a> {
    chance: StdRng,
    world: &'a World,
    stage: &'a Stage,
    people: &'a People,
    name: String,
    producer: usize,
    stream: &'static str,
    pub id: Option<String>,
    pub status: String,
    version: i64,
    items: Vec<Item>,
    way: Way,
    /// The year that a receipt finds its own reservation in.
    planned_year: String,
    /// How far a step moves the clock of all lives at most.
    minutes: i64,
    keys: Vec<Ask>,
    pub told: Vec<String>,
    pub wrong: Vec<String>,
    pub answers: Vec<(&'static str, u16)>,
}

impl<'a> Life<'a> {
    pub fn new(
        (world, stage, people): (&'a World, &'a Stage, &'a People),
        (seed, n): (u64, u64),
        minutes: i64,
    ) -> Self {
        let mut chance = StdRng::seed_from_u64(seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let stream = ["hazardous", "medical", "kitchen"][chance.random_range(0..3)];
        Self {
            producer: chance.random_range(0..2),
            chance,
            world,
            stage,
            people,
            name: format!("{seed}-{n}"),
            stream,
            id: None,
            status: String::new(),
            version: 0,
            items: Vec::new(),
            way: Way::new(false),
            planned_year: String::new(),
            minutes,
            keys: Vec::new(),
            told: Vec::new(),
            wrong: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// From the first request to the last.
    pub async fn lead(&mut self) {
        self.begin().await;
        for _ in 0..self.chance.random_range(2..14) {
            if self.id.is_none() || !self.wrong.is_empty() {
                break;
            }
            self.pass();
            let is_open = matches!(self.status.as_str(), "filed" | "in_transit" | "arrived");
            if is_open && self.chance.random_bool(0.15) {
                self.amend().await;
            } else if self.chance.random_bool(0.08) {
                self.duel().await;
            } else {
                self.step().await;
            }
        }
    }

    fn pass(&mut self) {
        self.world.pass(TimeDelta::minutes(self.chance.random_range(0..=self.minutes)));
    }

    fn client(&self, who: Who) -> &Client {
        match who {
            Who::Producer => &self.people.producers[self.producer],
            Who::OtherProducer => &self.people.producers[1 - self.producer],
            Who::Carrier(n) => &self.people.carriers[n],
            Who::Receiver => &self.people.receiver,
            Who::Stranger => &self.people.stranger,
            Who::Corps => &self.people.corps,
            Who::Nobody => &self.people.nobody,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Files, or keeps a draft.
    async fn begin(&mut self) {
        let wastes: Vec<usize> =
            (0..WASTES.len()).filter(|n| WASTES[*n].0 == self.stream).collect();
        for _ in 0..self.chance.random_range(1..=4) {
            let waste = wastes[self.chance.random_range(0..wastes.len())];
            self.items.push(Item::shipped(waste, bodies::mass(&mut self.chance)));
        }
        self.produce().await;
        let day = bodies::day(self.now() + TimeDelta::days(self.chance.random_range(0..4)));
        day[..4].clone_into(&mut self.planned_year);
        let items = self.items.iter().map(|item| {
            let mut body = item.asked();
            body["produce"] = json!(self.chance.random_bool(0.5));
            body
        });
        let items: Vec<Value> = items.collect();
        let mut form = self.stage.form(self.producer, self.stream, &day, &items);
        if self.chance.random_bool(0.3) {
            self.way = Way::new(true);
            form["legs"].as_array_mut().unwrap().push(self.stage.fleets[1].leg());
        }
        form["external_id"] = json!(self.name);
        let draft = self.chance.random_bool(0.2);
        form["draft"] = json!(draft);
        let key = self.name.clone();
        let twin = self.chance.random_bool(0.1);
        let file = || {
            let call = self.client(Who::Producer).call(Method::POST, "/manifests");
            call.key(&key).json(&form).send()
        };
        // Twins with one key are one filing.
        let (answer, other) = if twin {
            let (one, other) = futures_util::join!(file(), file());
            (one, Some(other))
        } else {
            (file().await, None)
        };
        self.tell("begin", &answer);
        let full = !draft && self.stream != "medical" && answer.status == 409;
        if answer.status != 201 && !(full && is_full(&answer)) {
            self.wrong.push(format!("the filing: {}", answer.shown()));
        }
        if let Some(other) = other
            && (other.status, &other.json["id"]) != (answer.status, &answer.json["id"])
        {
            self.wrong.push(format!("twins differ: {} and {}", answer.shown(), other.shown()));
        }
        if answer.status == 201 {
            self.id = Some(answer.id());
            self.adopt(&answer);
        }
    }

    /// Books some of what is shipped as produced, by hand.
    async fn produce(&mut self) {
        for n in 0..self.items.len() {
            if self.chance.random_bool(0.4) {
                let item = &self.items[n];
                let entry = json!({"site_id": self.stage.producer_sites[self.producer],
                    "kind": "produced", "waste_code": WASTES[item.waste].1,
                    "mass_kg": bodies::kg(item.shipped)});
                let answer = self.client(Who::Producer).post("/ledger-entries", &entry).await;
                if answer.status != 201 {
                    self.wrong.push(format!("a ledger entry: {}", answer.shown()));
                }
            }
        }
    }

    /// One request, mostly one that fits.
    async fn step(&mut self) {
        let open: Vec<_> = steps().filter(|row| row.1.contains(&self.status.as_str())).collect();
        let (action, who) = if self.chance.random_bool(0.75) && !open.is_empty() {
            let row = open[self.chance.random_range(0..open.len())];
            let by = row.2[self.chance.random_range(0..row.2.len())];
            (row.0, self.whose_turn(row.0, by))
        } else {
            let row = steps().nth(self.chance.random_range(0..steps().count())).unwrap();
            (row.0, ALL[self.chance.random_range(0..ALL.len())])
        };
        if self.status == "draft" && self.chance.random_bool(0.4) {
            return self.patch().await;
        }
        if self.status != "draft" && self.chance.random_bool(0.15) {
            return self.sign().await;
        }
        let ask = self.ask(who, action);
        let answer = self.send(&ask).await;
        self.judge(&ask, &answer);
        let repeats = ask.key.is_some() && !ask.reused && answer.status < 300;
        if repeats && answer.status != 204 && self.chance.random_bool(0.5) {
            let again = self.send(&ask).await;
            let same = again.status == answer.status && again.version() == answer.version();
            if !same || again.header("idempotent-replayed") != "true" {
                self.wrong.push(format!(
                    "a repeat: {}, at first {}",
                    again.shown(),
                    answer.shown()
                ));
            }
        }
    }

    fn ask(&mut self, who: Who, action: &'static str) -> Ask {
        let now = self.now();
        let (way, fleets) = (&self.way, &self.stage.fleets);
        let scene = Scene { way, items: &self.items, fleets };
        let (body, fault) = bodies::body(&mut self.chance, action, &scene, now);
        let if_match = match self.chance.random_range(0..10) {
            0 => Some(self.version),
            1 => Some(self.version + 1),
            2 => Some((self.version - 1).max(1)),
            _ => None,
        };
        // Used by the same organisation for another request.
        let old = self.keys.iter().find(|old| old.who == who);
        let old = old.filter(|old| (old.action, &old.body) != (action, &body));
        let old = old.and_then(|old| old.key.clone());
        let (key, reused) = match (self.chance.random_range(0..10), old) {
            (0..4, _) => (Some(format!("{}-{}", self.name, self.told.len())), false),
            (4, Some(old)) => (Some(old), true),
            _ => (None, false),
        };
        Ask { who, action, at: now, body, fault, if_match, key, reused }
    }

    async fn send(&self, ask: &Ask) -> Answer {
        let id = self.id.as_deref().unwrap_or_default();
        let path = format!("/manifests/{id}/{}", path_of(ask.action));
        let mut call = self.client(ask.who).call(Method::POST, &path).json(&ask.body);
        if let Some(version) = ask.if_match {
            call = call.if_match(version);
        }
        if let Some(key) = &ask.key {
            call = call.key(key);
        }
        call.send().await
    }

    /// Holds the answer against the model, and lets the model follow.
    fn judge(&mut self, ask: &Ask, answer: &Answer) {
        let foretold = self.foretold(ask);
        self.tell(ask.action, answer);
        let said = answer.json["code"].as_str().unwrap_or_default();
        let as_foretold = match foretold {
            Some(wanted) => (answer.status, said) == wanted,
            None => answer.status < 300 || (self.may_be_full(ask) && is_full(answer)),
        };
        if !as_foretold {
            let state = format!("{} v{}", self.status, self.version);
            self.wrong.push(format!("{state}, {foretold:?} of {ask:?}: {}", answer.shown()));
        } else if answer.status < 300 {
            if ask.key.is_some() {
                self.keys.push(ask.clone());
            }
            self.follow(ask, answer);
        }
    }

    /// Whether an account shared with others may refuse it.
    fn may_be_full(&self, ask: &Ask) -> bool {
        let other = |at| bodies::day(at)[..4] != self.planned_year;
        let by_year = other(ask.at) || other(self.now());
        self.stream != "medical"
            && match ask.action {
                "file" => true,
                "receive" => by_year || bodies::exceeds(&ask.body, &self.items),
                _ => false,
            }
    }

    fn follow(&mut self, ask: &Ask, answer: &Answer) {
        if answer.status == 204 {
            return self.gone();
        }
        bodies::apply(ask.action, &ask.body, &mut self.items);
        let who = if let Who::Carrier(n) = ask.who { Some(n) } else { None };
        let scene = Scene { way: &self.way, items: &self.items, fleets: &self.stage.fleets };
        let mut way = self.way.clone();
        way.follow(ask.action, who, &ask.body, &scene);
        self.way = way;
        let status = bodies::status_after(ask.action, &self.items);
        let version = if ask.action == "file" { 1 } else { self.version + 1 };
        if (answer.str("/status"), answer.version()) != (status, version) {
            self.wrong.push(format!("not {status} v{version}: {}", answer.shown()));
        }
        if !self.way.is(&answer.json, &self.stage.fleets) {
            self.wrong.push(format!("not {:?}: {}", self.way, answer.shown()));
        }
        self.adopt(answer);
        for (item, told) in self.items.iter().zip(answer.get("/items").as_array().unwrap()) {
            if !item.is(told) {
                self.wrong.push(format!("not {item:?}: {}", answer.shown()));
            }
        }
    }

    fn gone(&mut self) {
        (self.id, self.status) = (None, String::new());
    }

    fn adopt(&mut self, answer: &Answer) {
        answer.str("/status").clone_into(&mut self.status);
        self.version = answer.version();
    }

    async fn send_patch(&self) -> Answer {
        let path = format!("/manifests/{}", self.id.as_deref().unwrap_or_default());
        let note = json!({"note": format!("第 {} 次修改", self.version)});
        self.client(Who::Producer).patch(&path, &note).await
    }

    async fn patch(&mut self) {
        let answer = self.send_patch().await;
        self.tell("patch", &answer);
        if answer.status != 200 || answer.version() != self.version + 1 {
            self.wrong.push(format!("a patch: {}", answer.shown()));
        } else {
            self.adopt(&answer);
        }
    }

    fn tell(&mut self, action: &'static str, answer: &Answer) {
        let text = |field: &str| answer.json[field].as_str().unwrap_or_default();
        let (code, request) = (text("code"), text("request_id"));
        self.told.push(format!("{action}: {} {code} {request}", answer.status));
        self.answers.push((action, answer.status));
    }
}

fn is_full(answer: &Answer) -> bool {
    let told = answer.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    answer.status == 409 && told.iter().all(|one| FULL.contains(&one["code"].as_str().unwrap()))
}
