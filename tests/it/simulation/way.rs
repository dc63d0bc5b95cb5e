//! What is said of a load between departure and arrival.

use rand::RngExt;
use serde_json::{Value, json};

use super::model::{Change, Manifest};
use super::op::Kind;
use super::plan::{Outcome, Planner};
use super::stage::VEHICLES;
use crate::random_lives::bodies::kg;

impl Planner<'_> {
    pub(super) fn on_the_way(
        &mut self,
        kind: Kind,
        at: usize,
        (manifest, mut after): (&Manifest, Manifest),
    ) -> (Value, Outcome) {
        let body = match kind {
            Kind::HandOver => {
                let to = 1 - manifest.riding;
                after.riding = to;
                after.legs[to] = true;
                after.board();
                json!({"to_leg": self.stage.leg(to)})
            }
            Kind::Stop => json!({"kind": "stop", "reason": "other"}),
            Kind::Transship => {
                let (body, wrong) = self.transship(&mut after);
                if !wrong.is_empty() {
                    return (body, Outcome::Refused(422, wrong));
                }
                body
            }
            _ => {
                let (body, wrong) = self.incident(manifest, &mut after);
                if !wrong.is_empty() {
                    return (body, Outcome::Refused(422, wrong));
                }
                body
            }
        };
        let books = self.model.books.clone();
        (body, Outcome::Passes(200, Box::new(Change::one(Some(at), after, books))))
    }

    /// A vehicle that has some of the load; rarely any other of all carriers'.
    fn vehicle(&mut self, manifest: &Manifest) -> usize {
        let all = self.stage.vehicles.len();
        if manifest.aboard.is_empty() || self.chance.random_bool(0.04) {
            return self.chance.random_range(0..all);
        }
        manifest.aboard[self.chance.random_range(0..manifest.aboard.len())].0
    }

    /// All of a vehicle's load, or a part of it, goes over to another vehicle of the carrier's.
    fn transship(&mut self, after: &mut Manifest) -> (Value, Vec<&'static str>) {
        let mut body = json!({"kind": "transship", "reason": "vehicle"});
        let from = if self.chance.random_bool(0.4) {
            after.aboard.first().map_or(0, |(first, _)| *first)
        } else {
            let from = self.vehicle(after);
            body["from_vehicle_id"] = json!(self.stage.vehicles[from]);
            from
        };
        let own = after.riding * VEHICLES;
        let to = if self.chance.random_bool(0.03) {
            self.chance.random_range(0..self.stage.vehicles.len())
        } else {
            own + self.chance.random_range(0..VEHICLES)
        };
        body["to_vehicle_id"] = json!(self.stage.vehicles[to]);
        let mut wrong = Vec::new();
        let is_own = (own..own + VEHICLES).contains(&to);
        wrong.extend((!is_own).then_some("unknown_reference"));
        wrong.extend((from == to).then_some("invalid_value"));
        let Some(there) = after.mass_on(Some(from)) else {
            wrong.push("unknown_reference");
            return (body, wrong);
        };
        let remaining = match self.chance.random_range(0..20) {
            0 => there + self.chance.random_range(0..2),
            1..8 => 0,
            _ => self.chance.random_range(0..=there),
        };
        if remaining > 0 || self.chance.random_bool(0.2) {
            body["remaining_kg"] = kg(remaining);
        }
        wrong.extend((remaining >= there).then_some("mass_balance"));
        if wrong.is_empty() {
            after.transship(from, to, remaining);
        }
        (body, wrong)
    }

    fn incident(
        &mut self,
        manifest: &Manifest,
        after: &mut Manifest,
    ) -> (Value, Vec<&'static str>) {
        let line = self.chance.random_range(0..manifest.items.len());
        let left = manifest.items[line].shipped - manifest.items[line].lost;
        let too_much = self.chance.random_bool(0.1);
        let mass = if too_much { left + 1 } else { self.chance.random_range(0..=left) };
        let mut body = json!({"kind": "spill", "note": "侧翻"});
        let named = self.chance.random_bool(0.5).then(|| self.vehicle(manifest));
        if let Some(vehicle) = named {
            body["vehicle_id"] = json!(self.stage.vehicles[vehicle]);
        }
        if mass > 0 {
            body["items"] = json!([{"line": line + 1, "lost_kg": kg(mass)}]);
        }
        let mut wrong = Vec::new();
        wrong.extend(too_much.then_some("mass_balance"));
        match manifest.mass_on(named) {
            None => wrong.push("unknown_reference"),
            Some(there) => wrong.extend((mass > there).then_some("mass_balance")),
        }
        if wrong.is_empty() && mass > 0 {
            after.lose(line, mass, named);
        }
        (body, wrong)
    }
}
