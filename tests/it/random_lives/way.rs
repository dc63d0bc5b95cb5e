//! The way of a load in the model: which of two carriers has it, on which vehicles, what was lost.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::bodies::{Item, grams, kg};
use super::stage::Fleet;

/// What a body does to the way, once it is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The second carrier has a leg, planned or added.
    pub has_second: bool,
    /// The second leg was planned when it was filed.
    pub is_planned: bool,
    /// The carrier that has the load by the book.
    pub riding: usize,
    /// Vehicles and what they carry, the one that carries the rest first.
    pub aboard: Vec<(String, i64)>,
}

impl Way {
    pub fn new(is_planned: bool) -> Self {
        Self { has_second: is_planned, is_planned, riding: 0, aboard: Vec::new() }
    }

    /// The last carrier that was planned.
    pub const fn last_planned(&self) -> usize {
        self.is_planned as usize
    }

    /// The step was taken: whoever has the load now has it there.
    pub fn follow(&mut self, action: &str, who: Option<usize>, body: &Value, scene: &Scene) {
        let total = scene.items.iter().map(Item::left).sum();
        match action {
            "depart" => self.ride(0, scene.fleets, total),
            "hand_over" => {
                let to = body["to_leg"]["carrier_id"].as_str().unwrap();
                let to = scene.fleets.iter().position(|fleet| fleet.carrier == to).unwrap();
                self.has_second |= to == 1;
                self.ride(to, scene.fleets, total);
                let vehicle = body["to_leg"]["vehicle_id"].as_str().unwrap();
                vehicle.clone_into(&mut self.aboard[0].0);
            }
            "stop" if body["kind"] == "transship" => self.transship(body),
            "incident" => {
                let lost: i64 = lost(body).iter().map(|(_, mass)| mass).sum();
                self.aboard[0].1 -= lost;
            }
            "arrive" => match who {
                Some(carrier) if carrier != self.riding || self.aboard.is_empty() => {
                    self.ride(carrier, scene.fleets, total);
                }
                None if self.aboard.is_empty() => {
                    self.ride(self.last_planned(), scene.fleets, total);
                }
                _ => {}
            },
            "receive" => self.aboard.clear(),
            _ => {}
        }
    }

    fn ride(&mut self, carrier: usize, fleets: &[Fleet; 2], total: i64) {
        self.riding = carrier;
        self.aboard = vec![(fleets[carrier].vehicles[0].clone(), total)];
    }

    fn transship(&mut self, body: &Value) {
        let to = body["to_vehicle_id"].as_str().unwrap();
        let remaining = grams(&body["remaining_kg"]);
        let moved = self.aboard[0].1 - remaining;
        self.aboard[0].1 = remaining;
        match self.aboard.iter_mut().find(|(vehicle, _)| vehicle == to) {
            Some((_, mass)) => *mass += moved,
            None => self.aboard.push((to.to_owned(), moved)),
        }
        if remaining == 0 {
            self.aboard.swap_remove(0);
            let at = self.aboard.iter().position(|(vehicle, _)| vehicle == to).unwrap();
            self.aboard.swap(0, at);
        }
    }

    /// Takes over what an answer says.
    pub fn adopt(&mut self, answer: &Value, fleets: &[Fleet; 2]) {
        let legs = answer["legs"].as_array().unwrap();
        let is_second = |leg: &&Value| leg["carrier_id"] == fleets[1].carrier.as_str();
        self.has_second = legs.iter().any(|leg| is_second(&leg));
        if let Some(leg) = legs.iter().find(|leg| leg["current"] == true) {
            self.riding = usize::from(is_second(&leg));
        }
        self.aboard = aboard(answer);
    }

    /// Whether an answer says the same.
    pub fn is(&self, answer: &Value, fleets: &[Fleet; 2]) -> bool {
        let mut other = self.clone();
        other.adopt(answer, fleets);
        let sorted = |way: &Self| {
            let mut aboard = way.aboard.clone();
            aboard.sort();
            aboard
        };
        (other.has_second, other.riding) == (self.has_second, self.riding)
            && sorted(&other) == sorted(self)
            && other.aboard.first() == self.aboard.first()
    }
}

fn aboard(answer: &Value) -> Vec<(String, i64)> {
    // A draft is on no vehicle.
    let all = answer["on_board"].as_array().into_iter().flatten();
    let one = |one: &Value| (one["vehicle_id"].as_str().unwrap().into(), grams(&one["mass_kg"]));
    all.map(one).collect()
}

/// What bodies are made from.
pub struct Scene<'a> {
    pub way: &'a Way,
    pub items: &'a [Item],
    pub fleets: &'a [Fleet; 2],
}

type Asked = (Value, Option<&'static str>);

/// To the other carrier mostly, with the vehicle planned or another.
pub fn hand_over(chance: &mut StdRng, scene: &Scene) -> Asked {
    if chance.random_bool(0.05) {
        return (json!({}), Some("required"));
    }
    let to = if chance.random_bool(0.8) { 1 - scene.way.riding } else { scene.way.riding };
    let fleet = &scene.fleets[to];
    let mut leg = fleet.leg();
    leg["vehicle_id"] = json!(fleet.vehicles[chance.random_range(0..fleet.vehicles.len())]);
    (json!({"to_leg": leg}), None)
}

/// A short stop, or the load goes over to another vehicle of the carrier that has it.
pub fn stop(chance: &mut StdRng, scene: &Scene) -> Asked {
    let Some((from, carried)) = scene.way.aboard.first().filter(|_| chance.random_bool(0.7)) else {
        return (json!({"kind": "stop", "reason": "other"}), None);
    };
    let own = scene.fleets[scene.way.riding].vehicles.iter().filter(|one| *one != from);
    let own: Vec<&String> = own.collect();
    let to = own[chance.random_range(0..own.len())];
    let mut body = json!({"kind": "transship", "reason": "damaged", "to_vehicle_id": to});
    if *carried > 1 && chance.random_bool(0.6) {
        body["remaining_kg"] = kg(chance.random_range(1..*carried));
    }
    let fault = match chance.random_range(0..12) {
        // All that this vehicle carried is lost: nothing goes over.
        _ if *carried == 0 => Some("mass_balance"),
        0 => {
            body["remaining_kg"] = kg(*carried);
            Some("mass_balance")
        }
        1 => {
            let other = &scene.fleets[1 - scene.way.riding].vehicles[0];
            body["to_vehicle_id"] = json!(other);
            Some("unknown_reference")
        }
        _ => None,
    };
    (body, fault)
}

/// Mostly something is lost, and never all of it.
pub fn incident(chance: &mut StdRng, scene: &Scene) -> Asked {
    let mut body = json!({"kind": "spill", "note": "侧翻"});
    let n = chance.random_range(0..scene.items.len());
    let left = scene.items[n].left();
    let on_first = scene.way.aboard.first().map_or(0, |(_, mass)| *mass);
    let most = (left - 1).min(on_first);
    if most > 0 && chance.random_bool(0.7) {
        let lost = chance.random_range(1..=most);
        body["items"] = json!([{"line": n + 1, "lost_kg": kg(lost)}]);
    }
    let fault = match chance.random_range(0..12) {
        0 => {
            body["items"] = json!([{"line": n + 1, "lost_kg": kg(left + 1)}]);
            Some("mass_balance")
        }
        1 => {
            body["items"] = json!([{"line": 41, "lost_kg": 1}]);
            Some("unknown_reference")
        }
        _ => None,
    };
    (body, fault)
}

/// What an incident's body says is lost: line from 1, and grams.
pub fn lost(body: &Value) -> Vec<(usize, i64)> {
    let items = body["items"].as_array().cloned().unwrap_or_default();
    let one = |item: &Value| (item["line"].as_u64().unwrap() as usize, grams(&item["lost_kg"]));
    items.iter().map(one).collect()
}
