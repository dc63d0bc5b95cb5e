//! From a step's seed and the model to one request, and what must come of it.

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::books::{Full, ON_HAND};
use super::model::{Change, Item, Manifest, Model};
use super::op::{Kind, Op};
use super::stage::{CORPS, PLACES, RECEIVERS, Stage, WASTES};
use crate::random_lives::bodies::{day, kg, mass};
use crate::support::Method;

/// Codes of counters that have no room, and of a receiver that has no licence.
pub const FULL: &[&str] =
    &["capacity_exceeded", "insufficient_on_hand", "storage_full", "licence_does_not_cover"];
/// Steps are taken on one of the newest manifests: older ones are left as they lie.
const NEWEST: usize = 80;

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
    pub(super) chance: StdRng,
}

/// Who may take a step, and from where.
struct Rule {
    action: &'static str,
    from: &'static [&'static str],
    by: &'static [&'static str],
}

/// Where something may be held.
const REFUSED: &[&str] = &["partly_accepted", "refused", "completed"];

const RULES: &[(Kind, Rule)] = &[
    (Kind::FileDraft, Rule { action: "file", from: &["draft"], by: &["producer"] }),
    (Kind::Depart, Rule { action: "depart", from: &["filed"], by: &["carrier", "producer"] }),
    (Kind::HandOver, Rule { action: "hand-over", from: &["in_transit"], by: &["carrier"] }),
    (Kind::Stop, Rule { action: "stops", from: &["in_transit"], by: &["carrier"] }),
    (Kind::Transship, Rule { action: "stops", from: &["in_transit"], by: &["carrier"] }),
    (
        Kind::Incident,
        Rule {
            action: "incidents",
            from: &["in_transit"],
            by: &["carrier", "producer", "receiver"],
        },
    ),
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
    (Kind::Return, Rule { action: "return", from: REFUSED, by: &["receiver"] }),
    (Kind::Forward, Rule { action: "forward", from: REFUSED, by: &["receiver"] }),
    (
        Kind::Amend,
        Rule {
            action: "amendments",
            from: &["filed", "in_transit", "arrived"],
            by: &["producer", "receiver", "carrier"],
        },
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
            Kind::SendOn => self.send_on(op),
            Kind::Approve | Kind::Reject => self.answer(op.kind),
            kind if kind.is_of_round() => self.round(kind),
            kind if kind.is_of_trip() => self.trip(kind),
            kind => self.step(kind),
        }
    }

    fn produce(&mut self) -> Planned {
        let producer = self.chance.random_range(0..2);
        let waste = self.chance.random_range(0..WASTES.len());
        let mass = mass(&mut self.chance) * 2;
        let site = &self.stage.sites.sites[producer];
        let body = json!({"site_id": site, "kind": "produced", "waste_code": WASTES[waste].1,
            "mass_kg": kg(mass)});
        let mut books = self.model.books.clone();
        let key = (ON_HAND, site.clone(), WASTES[waste].1.to_owned(), 0);
        books.add(&key, 0, 0);
        books.made(&key, mass);
        let request = Self::post(format!("producer{producer}"), "/ledger-entries".into(), body);
        let change = Change { events: 1, ..Change::none(books) };
        (request, Outcome::Passes(201, Box::new(change)))
    }

    fn file(&mut self, op: Op, draft: bool) -> Planned {
        let stream = ["hazardous", "medical", "kitchen"][self.chance.random_range(0..3)];
        let wastes: Vec<usize> = (0..WASTES.len()).filter(|n| WASTES[*n].0 == stream).collect();
        let to = if stream == "hazardous" { self.chance.random_range(0..2) } else { 0 };
        let items = (0..self.chance.random_range(1..=3)).map(|_| {
            let waste = wastes[self.chance.random_range(0..wastes.len())];
            let shipped = mass(&mut self.chance);
            Item::new(waste, shipped, self.chance.random_bool(0.5))
        });
        let items: Vec<Item> = items.collect();
        let ahead = chrono::TimeDelta::days(self.chance.random_range(0..4));
        let day = day(self.now + ahead);
        let first = self.chance.random_range(0..2);
        let from = self.chance.random_range(0..2);
        let manifest = prepared((from, RECEIVERS + to), first, (stream, day), items);
        let mut body = self.form(&manifest);
        body["draft"] = json!(draft);
        body["external_id"] = json!(format!("{}-{}", op.n, op.seed));
        let who = PLACES[manifest.from].login.to_owned();
        let request = Self::post(who, "/manifests".into(), body);
        let outcome = if draft {
            let books = self.model.books.clone();
            let change = Change { events: 0, ..Change::one(None, manifest, books) };
            Outcome::Passes(201, Box::new(change))
        } else {
            self.filed(None, manifest)
        };
        (request, outcome)
    }

    pub(super) fn form(&self, manifest: &Manifest) -> Value {
        let items: Vec<Value> = manifest
            .items
            .iter()
            .map(|item| {
                let (_, code, name, form, hazards, methods, package) = WASTES[item.waste];
                let sources = item.sources.iter().map(|source| {
                    let id = &self.model.manifests[source.at].id;
                    json!({"manifest_id": id, "line": source.line + 1, "mass_kg": kg(source.mass)})
                });
                json!({"waste_code": code, "name": name, "form": form, "hazards": hazards,
                "mass_kg": kg(item.shipped), "method": methods[0], "produce": item.produce,
                "packages": [{"kind": package, "count": 1}],
                "source_items": sources.collect::<Vec<_>>()})
            })
            .collect();
        json!({"stream": manifest.stream,
            "producer_site_id": self.stage.sites.sites[manifest.from],
            "receiver_site_id": self.stage.sites.sites[manifest.to],
            "legs": [self.stage.leg(manifest.first)],
            "planned_departure_on": manifest.day, "items": items})
    }

    pub(super) fn filed(&self, at: Option<usize>, manifest: Manifest) -> Outcome {
        let mut books = self.model.books.clone();
        match manifest.file(&mut books, &self.stage.sites) {
            Ok(manifest) => {
                let beside = self.model.sources(&manifest, 1);
                let events = 1 + beside.len() as i64;
                let change = Change { beside, events, ..Change::one(at, manifest, books) };
                Outcome::Passes(201, Box::new(change))
            }
            Err(Full) => Outcome::Refused(409, FULL.to_vec()),
        }
    }

    /// One of the newest manifests, mostly one from which the step is open.
    fn pick(&mut self, kind: Kind, from: &[&str]) -> Option<usize> {
        let stands = |n: &usize| !self.model.manifests[*n].status.is_empty();
        let open = |n: &usize| {
            let manifest = &self.model.manifests[*n];
            from.contains(&manifest.status) && takes(manifest, kind)
        };
        let fitting: Vec<usize> = self.newest().filter(open).collect();
        let any: Vec<usize> = self.newest().filter(stands).collect();
        let wanted = if self.chance.random_bool(0.92) { fitting } else { any };
        (!wanted.is_empty()).then(|| wanted[self.chance.random_range(0..wanted.len())])
    }

    pub(super) fn newest(&self) -> std::ops::Range<usize> {
        let all = self.model.manifests.len();
        all.saturating_sub(NEWEST)..all
    }

    fn patch(&mut self) -> Option<Planned> {
        let at = self.pick(Kind::Patch, &["draft"])?;
        let mut manifest = self.model.manifests[at].clone();
        if manifest.status != "draft" {
            return None;
        }
        manifest.version += 1;
        manifest.note = format!("第 {} 次修改", manifest.version);
        let body = json!({"note": manifest.note});
        let request = Request {
            method: Method::PATCH,
            ..Self::post(
                PLACES[manifest.from].login.to_owned(),
                format!("/manifests/{}", manifest.id),
                body,
            )
        };
        let books = self.model.books.clone();
        let change = Change { events: 0, ..Change::one(Some(at), manifest, books) };
        Some((request, Outcome::Passes(200, Box::new(change))))
    }

    fn step(&mut self, kind: Kind) -> Option<Planned> {
        let (_, rule) = RULES.iter().find(|(one, _)| *one == kind)?;
        let at = self.pick(kind, rule.from)?;
        let manifest = self.model.manifests[at].clone();
        let part = rule.by[self.chance.random_range(0..rule.by.len())];
        let who = if kind == Kind::Amend && self.chance.random_bool(0.15) {
            CORPS.to_owned()
        } else if self.chance.random_bool(0.06) {
            let all = super::stage::PEOPLE;
            let n = self.chance.random_range(0..=all.len());
            all.get(n).map_or("nobody".to_owned(), |one| (*one).to_owned())
        } else {
            acting(&manifest, rule, part)
        };
        let if_match = match self.chance.random_range(0..12) {
            0 => Some(manifest.version),
            1 => Some(manifest.version + 1),
            _ => None,
        };
        let (body, content) = self.content(kind, at, &manifest, &who);
        let path = format!("/manifests/{}/{}", manifest.id, rule.action);
        let request = Request { if_match, ..Self::post(who.clone(), path, body) };
        let refused = Self::refusal(&manifest, (kind, rule), &who, if_match);
        let mut outcome = refused.unwrap_or(content);
        if let Outcome::Passes(_, change) = &mut outcome
            && let (Some(_), Some(after)) = (change.at, &mut change.manifest)
        {
            change.events += after.drop_obsolete();
        }
        Some((request, outcome))
    }

    /// What is refused before the content is looked at, in api.md's order.
    fn refusal(
        manifest: &Manifest,
        (kind, rule): (Kind, &Rule),
        who: &str,
        if_match: Option<i64>,
    ) -> Option<Outcome> {
        let is_draft = manifest.status == "draft";
        let produces = who == PLACES[manifest.from].login;
        let receives = who == PLACES[manifest.to].login;
        let carries = [0, 1].iter().any(|n| manifest.legs[*n] && who == format!("carrier{n}"));
        let corrects = who == CORPS && kind == Kind::Amend;
        let sees = produces || (!is_draft && (receives || carries || corrects));
        let is_open = rule.from.contains(&manifest.status)
            || (corrects && !["cancelled", "draft"].contains(&manifest.status));
        let may = |part: &&str| match *part {
            "producer" => produces,
            "receiver" => receives,
            _ => carries && is_turn(manifest, rule, who),
        };
        let (status, code) = if who == "nobody" {
            (401, "unauthorized")
        } else if !sees {
            (404, "not_found")
        } else if !corrects && !rule.by.iter().any(may) {
            (403, "forbidden")
        } else if if_match.is_some_and(|version| version != manifest.version) {
            (412, "stale_version")
        } else if !is_open || !takes(manifest, kind) {
            (409, "illegal_transition")
        } else {
            return None;
        };
        Some(Outcome::Refused(status, vec![code]))
    }

    pub(super) fn post(who: String, path: String, body: Value) -> Request {
        Request { who, method: Method::POST, path, body, if_match: None }
    }
}

/// Whether a carrier of the manifest may ever take the step: not every one departs, stops, arrives.
fn is_turn(manifest: &Manifest, rule: &Rule, who: &str) -> bool {
    let is = |n: usize| who == format!("carrier{n}");
    let is_under_way = matches!(manifest.status, "in_transit" | "arrived");
    match rule.action {
        "depart" => is(manifest.first),
        "stops" => is(manifest.riding) || !is_under_way,
        // The only planned leg is the first: its carrier may always say that it is there.
        "arrive" => (manifest.status == "in_transit" && is(manifest.riding)) || is(manifest.first),
        _ => true,
    }
}

/// Whether the step makes sense for this very manifest: nothing is returned that is not held, and
/// what came home is not treated under the return.
fn takes(manifest: &Manifest, kind: Kind) -> bool {
    match kind {
        Kind::Return | Kind::Forward => manifest.held() > 0,
        Kind::Complete => manifest.kind != "return",
        _ => true,
    }
}

/// The login of whoever takes the step for a part.
fn acting(manifest: &Manifest, rule: &Rule, part: &str) -> String {
    match part {
        "producer" => PLACES[manifest.from].login.to_owned(),
        "carrier" if rule.action == "depart" => format!("carrier{}", manifest.first),
        "carrier" => format!("carrier{}", manifest.riding),
        _ => PLACES[manifest.to].login.to_owned(),
    }
}

/// A manifest that is not filed yet.
pub fn prepared(
    (from, to): (usize, usize),
    first: usize,
    (stream, day): (&'static str, String),
    items: Vec<Item>,
) -> Manifest {
    Manifest {
        id: String::new(),
        kind: "manifest",
        stream,
        from,
        to,
        first,
        riding: first,
        legs: [first == 0, first == 1],
        status: "draft",
        version: 1,
        year: day[..4].parse().unwrap(),
        day,
        note: String::new(),
        items,
        moved_out: false,
        aboard: Vec::new(),
        amendments: 0,
        open: Vec::new(),
    }
}
