//! Trips: several manifests on one vehicle, one departure and one arrival for all of them.

use rand::RngExt;
use serde_json::{Value, json};

use super::model::{Change, Manifest, Shows};
use super::op::Kind;
use super::plan::{Outcome, Planned, Planner, Request};
use super::round::{Trip, shares};
use super::stage::{PEOPLE, PLACES, VEHICLES};
use crate::random_lives::bodies::kg;

/// Steps are taken on one of the newest trips.
const NEWEST: usize = 12;

impl Planner<'_> {
    pub(super) fn trip(&mut self, kind: Kind) -> Option<Planned> {
        if kind == Kind::OpenTrip {
            return self.open_trip();
        }
        let from: &[&str] = match kind {
            Kind::ArriveTrip => &["open", "departed"],
            Kind::WeighTrip => &["departed", "arrived"],
            _ => &["open"],
        };
        let all = self.model.trips.len();
        let newest = all.saturating_sub(NEWEST)..all;
        let open = |at: &usize| from.contains(&self.model.trips[*at].status);
        let fitting: Vec<usize> = newest.clone().filter(open).collect();
        let wanted = if self.chance.random_bool(0.95) { fitting } else { newest.collect() };
        if wanted.is_empty() {
            return None;
        }
        let at = wanted[self.chance.random_range(0..wanted.len())];
        let trip = self.model.trips[at].clone();
        let gate = matches!(kind, Kind::ArriveTrip | Kind::WeighTrip);
        let who = match self.chance.random_range(0..20) {
            0 => PEOPLE[self.chance.random_range(0..PEOPLE.len())].to_owned(),
            1..8 if gate => {
                let rider = trip.riders[self.chance.random_range(0..trip.riders.len())];
                PLACES[self.model.manifests[rider].to].login.to_owned()
            }
            _ => format!("carrier{}", trip.carrier),
        };
        let if_match = match self.chance.random_range(0..12) {
            0 => Some(trip.version),
            1 => Some(trip.version + 1),
            _ => None,
        };
        let (tail, (body, outcome)) = match kind {
            Kind::JoinTrip => ("manifests", self.join(at)),
            Kind::DepartTrip => ("depart", self.depart_trip(at)),
            Kind::ArriveTrip => ("arrive", self.arrive_trip(at, &who)),
            Kind::WeighTrip => ("weigh", self.weigh_trip(at, &who)),
            _ => ("cancel", self.cancel_trip(at)),
        };
        let path = format!("/trips/{}/{tail}", trip.id);
        let request = Request { if_match, ..Self::post(who.clone(), path, body) };
        let model = self.model;
        let riders: Vec<&Manifest> = trip.riders.iter().map(|at| &model.manifests[*at]).collect();
        let carries = who == format!("carrier{}", trip.carrier);
        let is_end = |one: &&Manifest| [one.from, one.to].iter().any(|at| PLACES[*at].login == who);
        let receives = riders.iter().any(|one| is_gate(one, &who));
        let refused = if !carries && !riders.iter().any(is_end) {
            Some((404, "not_found"))
        } else if !(carries || gate && receives) {
            Some((403, "forbidden"))
        } else if if_match.is_some_and(|version| version != trip.version) {
            Some((412, "stale_version"))
        } else if from.contains(&trip.status) {
            None
        } else {
            Some((409, "illegal_transition"))
        };
        let refused = refused.map(|(status, code)| Outcome::Refused(status, vec![code]));
        Some((request, refused.unwrap_or(outcome)))
    }

    /// Manifests of one stream that may ride, rarely others; and how those are told.
    fn riders(&mut self, carrier: usize, aboard: &[usize]) -> (Vec<usize>, Vec<&'static str>) {
        let model = self.model;
        let on_trip = |at: usize| {
            let mut trips = model.trips.iter().filter(|trip| trip.status != "cancelled");
            trips.any(|trip| trip.riders.contains(&at))
        };
        let stream = aboard.first().map(|at| model.manifests[*at].stream);
        let mut fitting: Vec<usize> = self.newest().collect();
        fitting.retain(|at| {
            let one = &model.manifests[*at];
            one.status == "filed" && one.first == carrier && !on_trip(*at)
        });
        let stream = stream.or(fitting.first().map(|at| model.manifests[*at].stream));
        fitting.retain(|at| stream == Some(model.manifests[*at].stream));
        let mut riders = Vec::new();
        for _ in 0..self.chance.random_range(1..=3) {
            if !fitting.is_empty() {
                riders.push(fitting.remove(self.chance.random_range(0..fitting.len())));
            }
        }
        let mut wrong = Vec::new();
        if self.chance.random_bool(0.06) {
            let mut others: Vec<usize> = self.newest().collect();
            others.retain(|at| {
                let one = &model.manifests[*at];
                stream == Some(one.stream) && !["", "draft"].contains(&one.status)
            });
            if !others.is_empty() {
                let at = others[self.chance.random_range(0..others.len())];
                let one = &model.manifests[at];
                if one.first != carrier {
                    wrong.push("unknown_reference");
                } else if riders.contains(&at) {
                    wrong.push("invalid_value");
                } else if on_trip(at) || one.status != "filed" {
                    wrong.extend(["in_use", "illegal_transition"]);
                }
                riders.push(at);
            }
        }
        (riders, wrong)
    }

    fn ids(&self, riders: &[usize]) -> Value {
        riders.iter().map(|at| json!(self.model.manifests[*at].id)).collect()
    }

    fn shipped(&self, riders: &[usize]) -> Vec<i64> {
        let mass =
            |at: &usize| self.model.manifests[*at].items.iter().map(|item| item.shipped).sum();
        riders.iter().map(mass).collect()
    }

    fn open_trip(&mut self) -> Option<Planned> {
        let carrier = self.chance.random_range(0..2);
        let (riders, wrong) = self.riders(carrier, &[]);
        if riders.is_empty() {
            return None;
        }
        let vehicle = carrier * VEHICLES + self.chance.random_range(0..VEHICLES);
        let leg = self.stage.leg(carrier);
        let body = json!({"carrier_id": leg["carrier_id"], "driver_id": leg["driver_id"],
            "vehicle_id": self.stage.vehicles[vehicle], "manifest_ids": self.ids(&riders)});
        let request = Self::post(format!("carrier{carrier}"), "/trips".into(), body);
        let (id, status, version, weighed) = (String::new(), "open", 1, Vec::new());
        let shipped = self.shipped(&riders);
        let trip = Trip { id, carrier, vehicle, riders, shipped, weighed, status, version };
        Some((request, self.loaded(None, trip, wrong)))
    }

    fn join(&mut self, at: usize) -> (Value, Outcome) {
        let mut trip = self.model.trips[at].clone();
        let (riders, wrong) = self.riders(trip.carrier, &trip.riders);
        if riders.is_empty() {
            let body = json!({"manifest_ids": [trip.id]});
            return (body, Outcome::Refused(422, vec!["unknown_reference"]));
        }
        let body = json!({"manifest_ids": self.ids(&riders)});
        trip.shipped.extend(self.shipped(&riders));
        trip.riders.extend(riders);
        trip.version += 1;
        (body, self.loaded(Some(at), trip, wrong))
    }

    fn loaded(&self, at: Option<usize>, trip: Trip, wrong: Vec<&'static str>) -> Outcome {
        let words = ["unknown_reference", "invalid_value"];
        let content = wrong.iter().any(|code| words.contains(code));
        if !wrong.is_empty() {
            return Outcome::Refused(if content { 422 } else { 409 }, wrong);
        }
        let status = if at.is_none() { 201 } else { 200 };
        Outcome::Passes(status, Box::new(self.moved(at, trip)))
    }

    fn moved(&self, at: Option<usize>, trip: Trip) -> Change {
        let shows = Shows::Round { status: trip.status, version: trip.version };
        Change { trip: Some((at, trip)), ..self.change(shows) }
    }

    fn depart_trip(&mut self, at: usize) -> (Value, Outcome) {
        let mut trip = self.model.trips[at].clone();
        let (mut books, mut beside, mut events) = (self.model.books.clone(), Vec::new(), 1);
        for rider in &trip.riders {
            let was = &self.model.manifests[*rider];
            if was.status != "filed" {
                continue;
            }
            let mut after = was.clone();
            after.move_out(&mut books, &self.stage.sites);
            after.status = "in_transit";
            after.version += 1;
            after.aboard = vec![(trip.vehicle, after.on_the_way())];
            after.drop_obsolete();
            events += after.version - was.version;
            beside.push((*rider, after));
        }
        if beside.is_empty() {
            return (json!({}), Outcome::Refused(409, vec!["illegal_transition"]));
        }
        (trip.status, trip.version) = ("departed", trip.version + 1);
        let change = Change { beside, books, events, ..self.moved(Some(at), trip) };
        (json!({}), Outcome::Passes(200, Box::new(change)))
    }

    /// All that ride on it still are there; at one gate, those that its receiver waits for.
    fn arrive_trip(&mut self, at: usize, who: &str) -> (Value, Outcome) {
        let mut trip = self.model.trips[at].clone();
        let (mut books, mut beside, mut events) = (self.model.books.clone(), Vec::new(), 1);
        let carries = who == format!("carrier{}", trip.carrier);
        let rides = |at: &&usize| {
            let one = &self.model.manifests[**at];
            one.status == "filed" || (one.status == "in_transit" && one.riding == trip.carrier)
        };
        let under_way: Vec<usize> = trip.riders.iter().filter(rides).copied().collect();
        let site = self.chance.random_bool(0.3).then(|| {
            let rider = trip.riders[self.chance.random_range(0..trip.riders.len())];
            self.model.manifests[rider].to
        });
        let mut body = json!({});
        if let Some(place) = site {
            body["receiver_site_id"] = json!(self.stage.sites.sites[place]);
        }
        for rider in &under_way {
            let was = &self.model.manifests[*rider];
            if site.is_some_and(|place| place != was.to) || !(carries || is_gate(was, who)) {
                continue;
            }
            let mut after = was.clone();
            after.move_out(&mut books, &self.stage.sites);
            after.status = "arrived";
            after.version += 1;
            after.brought(None);
            after.drop_obsolete();
            events += after.version - was.version;
            beside.push((*rider, after));
        }
        if beside.is_empty() {
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        let is_final = beside.len() == under_way.len();
        trip.status = if is_final { "arrived" } else { "departed" };
        trip.version += 1;
        let change = Change { beside, books, events, ..self.moved(Some(at), trip) };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    /// One reading, which is evidence and changes nothing else.
    fn weigh_trip(&mut self, at: usize, who: &str) -> (Value, Outcome) {
        let mut trip = self.model.trips[at].clone();
        let carries = who == format!("carrier{}", trip.carrier);
        let mine: Vec<usize> = trip
            .riders
            .iter()
            .copied()
            .filter(|at| {
                let one = &self.model.manifests[*at];
                one.status != "cancelled" && (carries || is_gate(one, who))
            })
            .collect();
        let net = self.chance.random_range(0..20_000);
        let body = json!({"gross_kg": kg(5_000_000 + net), "tare_kg": 5000});
        if net == 0 {
            return (body, Outcome::Refused(422, vec!["mass_balance"]));
        }
        if mine.is_empty() {
            return (body, Outcome::Refused(409, vec!["illegal_transition"]));
        }
        if mine.iter().any(|at| trip.weighed.contains(at)) {
            return (body, Outcome::Refused(409, vec!["already_weighed"]));
        }
        let weights = trip.riders.iter().zip(&trip.shipped);
        let weights: Vec<i64> =
            weights.filter(|(at, _)| mine.contains(at)).map(|(_, mass)| *mass).collect();
        trip.weighed.extend(mine);
        trip.version += 1;
        let shows = Shows::Split { masses: shares(net, &weights), version: trip.version };
        let change = Change { trip: Some((Some(at), trip)), ..self.change(shows) };
        (body, Outcome::Passes(200, Box::new(change)))
    }

    fn cancel_trip(&self, at: usize) -> (Value, Outcome) {
        let mut trip = self.model.trips[at].clone();
        (trip.status, trip.version) = ("cancelled", trip.version + 1);
        let change = self.moved(Some(at), trip);
        (json!({"reason": "vehicle"}), Outcome::Passes(200, Box::new(change)))
    }
}

/// Whether somebody stands at the gate that it goes to.
fn is_gate(manifest: &Manifest, who: &str) -> bool {
    PLACES[manifest.to].login == who
}
