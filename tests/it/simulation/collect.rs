//! Collection rounds: planned by a carrier, called at stop by stop, weighed and treated as one.

use rand::RngExt;
use serde_json::{Value, json};

use super::model::{Change, Item, Manifest, Shows};
use super::op::Kind;
use super::plan::{FULL, Outcome, Planned, Planner, Request, prepared};
use super::round::{Round, Stop, found, received};
use super::stage::{PEOPLE, PLACES, RECEIVERS, WASTES};
use crate::random_lives::bodies::{day, kg, mass};

/// Steps are taken on one of the newest rounds.
const NEWEST: usize = 12;

/// What a step of a round needs to be: its path, who takes it, and from where.
struct Step {
    tail: String,
    by: String,
    from: &'static [&'static str],
}

impl Planner<'_> {
    pub(super) fn round(&mut self, kind: Kind) -> Option<Planned> {
        if kind == Kind::PlanRound {
            return Some(self.plan_round());
        }
        let from: &[&str] = match kind {
            Kind::WeighIn => &["collecting"],
            Kind::Confirm => &["collecting", "weighed", "completed", "planned", "cancelled"],
            Kind::TreatRound => &["weighed"],
            Kind::CancelRound => &["planned"],
            _ => &["planned", "collecting"],
        };
        let all = self.model.rounds.len();
        let newest = all.saturating_sub(NEWEST)..all;
        let open = |at: &usize| from.contains(&self.model.rounds[*at].status);
        let fitting: Vec<usize> = newest.clone().filter(open).collect();
        let wanted = if self.chance.random_bool(0.95) { fitting } else { newest.collect() };
        if wanted.is_empty() {
            return None;
        }
        let at = wanted[self.chance.random_range(0..wanted.len())];
        let round = self.model.rounds[at].clone();
        let (carrier, receiver) = (format!("carrier{}", round.carrier), PLACES[round.to].login);
        let (tail, by, n) = match kind {
            Kind::Call => {
                let n = self.stop_of(&round);
                (format!("/stops/{}", n + 1), carrier, Some(n))
            }
            Kind::Confirm => {
                let n = self.unconfirmed(&round)?;
                let by = PLACES[round.stops[n].from].login.to_owned();
                (format!("/stops/{}/confirm", n + 1), by, Some(n))
            }
            Kind::AddStop => ("/stops".to_owned(), carrier, None),
            Kind::CancelRound => ("/cancel".to_owned(), carrier, None),
            Kind::WeighIn => ("/weigh-in".to_owned(), receiver.to_owned(), None),
            _ => ("/complete".to_owned(), receiver.to_owned(), None),
        };
        let step = Step { tail, by, from };
        let who = if self.chance.random_bool(0.05) {
            PEOPLE[self.chance.random_range(0..PEOPLE.len())].to_owned()
        } else {
            step.by.clone()
        };
        let if_match = match self.chance.random_range(0..12) {
            0 => Some(round.version),
            1 => Some(round.version + 1),
            _ => None,
        };
        let (body, outcome) = match kind {
            Kind::Call => self.call(at, n.unwrap_or(0)),
            Kind::AddStop => self.add_stop(at),
            Kind::Confirm => self.confirm(at, n.unwrap_or(0)),
            Kind::WeighIn => self.weigh_in(at),
            Kind::TreatRound => self.treat(at),
            _ => self.cancel_round(at),
        };
        let path = format!("/collection-rounds/{}{}", round.id, step.tail);
        let request = Request { if_match, ..Self::post(who.clone(), path, body) };
        let refused = refused(&round, n, &step, &who, if_match);
        let refused = refused.map(|(status, code)| Outcome::Refused(status, vec![code]));
        Some((request, refused.unwrap_or(outcome)))
    }

    /// What is expected of a producer, of one stream.
    fn expected(&mut self, stream: &str) -> Vec<Item> {
        let wastes: Vec<usize> = (0..WASTES.len()).filter(|n| WASTES[*n].0 == stream).collect();
        let items = (0..self.chance.random_range(1..=2)).map(|_| {
            let waste = wastes[self.chance.random_range(0..wastes.len())];
            Item::new(waste, mass(&mut self.chance), self.chance.random_bool(0.3))
        });
        items.collect()
    }

    fn stop(&mut self, stream: &str, at: usize) -> (Stop, Value) {
        let from = self.chance.random_range(0..2);
        let planned = self.expected(stream);
        let items =
            self.form(&prepared((from, RECEIVERS), 0, ("", day(self.now)), planned.clone()));
        let body = json!({"producer_site_id": self.stage.sites.sites[from],
            "items": items["items"]});
        let (status, collected, due, confirmed) = ("planned", 0, None, false);
        (Stop { at, from, planned, status, collected, due, confirmed }, body)
    }

    fn plan_round(&mut self) -> Planned {
        let stream = ["medical", "kitchen"][self.chance.random_range(0..2)];
        let carrier = self.chance.random_range(0..2);
        let to = match stream {
            "medical" => RECEIVERS + self.chance.random_range(0..2),
            _ => RECEIVERS,
        };
        let first = self.model.manifests.len();
        let count = self.chance.random_range(1..=4);
        let (stops, bodies): (Vec<Stop>, Vec<Value>) =
            (0..count).map(|n| self.stop(stream, first + n)).unzip();
        let leg = self.stage.leg(carrier);
        let body = json!({"stream": stream, "carrier_id": leg["carrier_id"],
            "vehicle_id": leg["vehicle_id"], "driver_id": leg["driver_id"],
            "receiver_site_id": self.stage.sites.sites[to], "planned_on": day(self.now),
            "stops": bodies});
        let request = Self::post(format!("carrier{carrier}"), "/collection-rounds".into(), body);
        let fresh = stops.iter().map(|stop| waiting(stop, to, carrier, stream)).collect();
        let id = String::new();
        let (status, version) = ("planned", 1);
        let round = Round { id, stream, carrier, to, status, version, stops };
        let shows = Shows::Round { status, version };
        let change = Change { fresh, round: Some((None, round)), ..self.change(shows) };
        (request, Outcome::Passes(201, Box::new(change)))
    }

    fn add_stop(&mut self, at: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        let (stop, body) = self.stop(round.stream, self.model.manifests.len());
        let fresh = vec![waiting(&stop, round.to, round.carrier, round.stream)];
        round.stops.push(stop);
        round.version += 1;
        let shows = Shows::Stop { status: "planned", version: round.version };
        let change = Change { fresh, round: Some((Some(at), round)), ..self.change(shows) };
        (body, Outcome::Passes(201, Box::new(change)))
    }

    fn stop_of(&mut self, round: &Round) -> usize {
        let open = |n: &usize| round.stops[*n].status == "planned";
        let open: Vec<usize> = (0..round.stops.len()).filter(open).collect();
        if open.is_empty() || self.chance.random_bool(0.05) {
            return self.chance.random_range(0..=round.stops.len());
        }
        open[self.chance.random_range(0..open.len())]
    }

    /// Something is collected at a stop, or nothing.
    fn call(&mut self, at: usize, n: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        let Some(stop) = round.stops.get(n).cloned() else {
            let body = json!({"outcome": "skipped", "reason": "closed"});
            return (body, Outcome::Refused(404, vec!["not_found"]));
        };
        round.version += 1;
        let version = round.version;
        if self.chance.random_bool(0.15) {
            let body = json!({"outcome": "skipped", "reason": "closed"});
            if stop.status != "planned" {
                return (body, Outcome::Refused(409, vec!["illegal_transition"]));
            }
            round.stops[n].status = "skipped";
            let shows = Shows::Stop { status: "skipped", version };
            let change = Change { round: Some((Some(at), round)), ..self.change(shows) };
            return (body, Outcome::Passes(200, Box::new(change)));
        }
        let mut body = json!({"outcome": "collected"});
        let mut taken = stop.planned.clone();
        if self.chance.random_bool(0.7) {
            let mut asked = Vec::new();
            taken.clear();
            for (line, item) in stop.planned.iter().enumerate() {
                if line + 1 < stop.planned.len() && self.chance.random_bool(0.2) {
                    continue;
                }
                let shipped = mass(&mut self.chance);
                asked.push(json!({"line": line + 1, "mass_kg": kg(shipped)}));
                taken.push(Item { shipped, ..item.clone() });
            }
            body["items"] = json!(asked);
        }
        if stop.status != "planned" {
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        let collected = taken.iter().map(|item| item.shipped).sum();
        let mut books = self.model.books.clone();
        let id = &self.model.manifests[stop.at].id;
        let into = (&mut books, &self.stage.sites);
        let Ok(manifest) = round.collect((n, id), taken, &day(self.now), into) else {
            return (body, Outcome::Refused(409, FULL.to_vec()));
        };
        round.stops[n] = Stop { status: "collected", collected, ..stop.clone() };
        round.status = "collecting";
        let (beside, round) = (vec![(stop.at, manifest)], Some((Some(at), round)));
        let shows = Shows::Stop { status: "collected", version };
        let change = Change { beside, round, books, events: 3, ..self.change(shows) };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    /// A stop that waits for its producer, rarely any that something was done at.
    fn unconfirmed(&mut self, round: &Round) -> Option<usize> {
        let astray = self.chance.random_bool(0.1);
        let fits = |n: &usize| {
            let stop = &round.stops[*n];
            if astray {
                stop.status != "planned"
            } else {
                stop.status == "collected" && !stop.confirmed
            }
        };
        let fitting: Vec<usize> = (0..round.stops.len()).filter(fits).collect();
        (!fitting.is_empty()).then(|| fitting[self.chance.random_range(0..fitting.len())])
    }

    /// The producer signs what was collected from it: the filing and the departure.
    fn confirm(&self, at: usize, n: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        let stop = &mut round.stops[n];
        if stop.status != "collected" || stop.confirmed {
            let code = if stop.confirmed { "already_decided" } else { "illegal_transition" };
            return (json!({}), Outcome::Refused(409, vec![code]));
        }
        (stop.confirmed, stop.due) = (true, None);
        let manifest = self.model.manifests[stop.at].clone();
        let manifest = Manifest { version: manifest.version + 2, ..manifest };
        let beside = vec![(stop.at, manifest)];
        round.version += 1;
        let shows = Shows::Stop { status: "collected", version: round.version };
        let round = Some((Some(at), round));
        let change = Change { beside, round, events: 3, ..self.change(shows) };
        (json!({}), Outcome::Passes(200, Box::new(change)))
    }

    /// One reading: arrival and receipt of all that is aboard still.
    fn weigh_in(&mut self, at: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        let model = self.model;
        let aboard: Vec<(usize, &Manifest, i64)> = round
            .stops
            .iter()
            .filter(|stop| stop.status == "collected")
            .map(|stop| (stop.at, &model.manifests[stop.at], stop.collected))
            .filter(|(_, one, _)| ["filed", "in_transit", "arrived"].contains(&one.status))
            .collect();
        let stops: i64 = aboard.iter().map(|(_, _, collected)| collected).sum();
        let net = match self.chance.random_range(0..20) {
            0 => 0,
            1..5 => stops,
            _ => self.chance.random_range(stops - stops / 5..=stops + stops / 10 + 1),
        };
        let refused = match self.chance.random_range(0..12) {
            0 => net + 1,
            1 => net,
            2..5 => self.chance.random_range(0..=net),
            _ => 0,
        };
        let mut body = json!({"gross_kg": kg(8_000_000 + net), "tare_kg": 8000});
        if refused > 0 {
            body["refused_kg"] = kg(refused);
            body["reason"] = json!("not_as_declared");
        }
        if net == 0 || refused > net {
            return (body, Outcome::Refused(422, vec!["mass_balance"]));
        }
        if let Some((status, code)) = round.no_reading(aboard.is_empty(), refused) {
            return (body, Outcome::Refused(status, vec![code]));
        }
        let manifests: Vec<(&Manifest, i64)> =
            aboard.iter().map(|(_, one, collected)| (*one, *collected)).collect();
        let found = found(&manifests, net, refused);
        let manifests: Vec<&Manifest> = aboard.iter().map(|(_, one, _)| *one).collect();
        let mut books = self.model.books.clone();
        let year = day(self.now)[..4].parse().unwrap();
        let into = (&mut books, &self.stage.sites);
        let Ok(after) = received(&manifests, &found, year, into) else {
            return (body, Outcome::Refused(409, vec!["capacity_exceeded", "storage_full"]));
        };
        let mut events = 1;
        let mut beside = Vec::new();
        for ((at, was, _), mut after) in aboard.iter().zip(after) {
            // Where nobody has said so, it has arrived then.
            after.version += i64::from(was.status != "arrived");
            after.drop_obsolete();
            events += after.version - was.version;
            beside.push((*at, after));
        }
        let split = found.iter().map(|one| one.iter().map(|(a, r)| a + r).sum()).collect();
        for stop in round.stops.iter_mut().filter(|stop| stop.status == "planned") {
            stop.status = "skipped";
            (events, round.version) = (events + 1, round.version + 1);
        }
        (round.status, round.version) = ("weighed", round.version + 1);
        let shows = Shows::Split { masses: split, version: round.version };
        let round = Some((Some(at), round));
        let change = Change { beside, round, books, events, ..self.change(shows) };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    /// All that is stored of a round is treated, or all of one code.
    fn treat(&mut self, at: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        let code = self.chance.random_bool(0.3).then(|| {
            let n = self.chance.random_range(0..WASTES.len());
            WASTES[n].1
        });
        let method = if round.stream == "medical" { "Y10" } else { "K1" };
        let mut body = json!({"method": method, "completed_on": day(self.now)});
        if let Some(code) = code {
            body["waste_code"] = json!(code);
        }
        let mut books = self.model.books.clone();
        let (mut beside, mut left) = (Vec::new(), 0);
        for stop in round.stops.iter().filter(|stop| stop.status == "collected") {
            let manifest = &self.model.manifests[stop.at];
            if !["accepted", "partly_accepted"].contains(&manifest.status) {
                continue;
            }
            let stored = (0..manifest.items.len()).map(|line| (line, manifest.stored(line)));
            let (now, later): (Vec<_>, Vec<_>) =
                stored.filter(|(_, mass)| *mass > 0).partition(|(line, _)| {
                    code.is_none_or(|code| manifest.items[*line].code() == code)
                });
            left += later.iter().map(|(_, mass)| mass).sum::<i64>();
            if !now.is_empty() {
                let after = manifest.clone().complete(&now, &mut books, &self.stage.sites);
                beside.push((stop.at, after));
            }
        }
        if beside.is_empty() {
            let (status, told) = match code {
                Some(_) => (422, "invalid_value"),
                None => (409, "illegal_transition"),
            };
            return (body, Outcome::Refused(status, vec![told]));
        }
        round.version += 1;
        if left == 0 {
            round.status = "completed";
        }
        let shows = Shows::Round { status: round.status, version: round.version };
        let (events, round) = (1 + beside.len() as i64, Some((Some(at), round)));
        let change = Change { beside, round, books, events, ..self.change(shows) };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    fn cancel_round(&self, at: usize) -> (Value, Outcome) {
        let mut round = self.model.rounds[at].clone();
        (round.status, round.version) = ("cancelled", round.version + 1);
        let shows = Shows::Round { status: round.status, version: round.version };
        let change = Change { round: Some((Some(at), round)), ..self.change(shows) };
        (json!({"reason": "closed"}), Outcome::Passes(200, Box::new(change)))
    }

    /// One event and nothing else.
    pub(super) fn change(&self, shows: Shows) -> Change {
        Change { shows, events: 1, ..Change::none(self.model.books.clone()) }
    }
}

/// A stop's manifest until something is collected: not there yet.
fn waiting(stop: &Stop, to: usize, carrier: usize, stream: &'static str) -> Manifest {
    let ends = (stop.from, to);
    let manifest = prepared(ends, carrier, (stream, "0000".to_owned()), stop.planned.clone());
    Manifest { status: "", ..manifest }
}

/// What is refused before the content is looked at.
fn refused(
    round: &Round,
    n: Option<usize>,
    step: &Step,
    who: &str,
    if_match: Option<i64>,
) -> Option<(u16, &'static str)> {
    let is_whole = who == format!("carrier{}", round.carrier) || who == PLACES[round.to].login;
    let own = |stop: &Stop| PLACES[stop.from].login == who;
    let sees = is_whole || round.stops.iter().any(own);
    let sees_stop = n.is_none_or(|n| round.stops.get(n).is_some_and(|stop| is_whole || own(stop)));
    let is_weighed = ["weighed", "completed"].contains(&round.status);
    let is_late = is_weighed
        && !step.tail.ends_with("/confirm")
        && (step.tail.starts_with("/stops") || step.tail == "/weigh-in");
    if !sees || !sees_stop {
        Some((404, "not_found"))
    } else if who != step.by {
        Some((403, "forbidden"))
    } else if if_match.is_some_and(|version| version != round.version) {
        Some((412, "stale_version"))
    } else if step.from.contains(&round.status) {
        None
    } else {
        Some((409, if is_late { "already_weighed" } else { "illegal_transition" }))
    }
}
