//! What is asked in a life, and what it does to the masses, in grams.

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::stage::WASTES;
use super::way::{self, Scene};

/// An item as the model has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub waste: usize,
    pub shipped: i64,
    pub accepted: i64,
    pub refused: i64,
    pub treated: i64,
    pub lost: i64,
}

impl Item {
    pub fn shipped(waste: usize, shipped: i64) -> Self {
        Self { waste, shipped, accepted: 0, refused: 0, treated: 0, lost: 0 }
    }

    /// Shipped and not lost.
    pub const fn left(&self) -> i64 {
        self.shipped - self.lost
    }

    pub fn asked(&self) -> Value {
        let (_, code, name, form, hazards, methods, package) = WASTES[self.waste];
        json!({"waste_code": code, "name": name, "form": form, "hazards": hazards,
            "mass_kg": kg(self.shipped), "method": methods[0],
            "packages": [{"kind": package, "count": 1}]})
    }

    /// Whether an answer's item says the same.
    pub fn is(&self, told: &Value) -> bool {
        let mut other = self.clone();
        other.adopt(told);
        grams(&told["mass_kg"]) == self.shipped && other == *self
    }

    /// Takes over what an answer's item says.
    pub fn adopt(&mut self, told: &Value) {
        self.accepted = grams(&told["accepted_kg"]);
        self.refused = grams(&told["refused_kg"]);
        self.treated = grams(&told["treated_kg"]);
        self.lost = grams(&told["lost_kg"]);
    }
}

/// Grams as a JSON number of kilograms, digit by digit.
pub fn kg(grams: i64) -> Value {
    let text = format!("{}.{:03}", grams / 1000, grams % 1000);
    serde_json::from_str(&text).unwrap()
}

/// Kilograms of an answer in grams: exact, or a panic.
pub fn grams(kg: &Value) -> i64 {
    let text = kg.as_number().map_or("0".to_owned(), ToString::to_string);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    assert!(part.len() <= 3 && !text.contains('e'), "{text} kg is no whole number of grams");
    let thousandths: i64 = format!("{part:0<3}").parse().unwrap();
    let whole: i64 = whole.parse().unwrap();
    whole * 1000 + if text.starts_with('-') { -thousandths } else { thousandths }
}

/// The Beijing day of an instant.
pub fn day(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(8)).format("%Y-%m-%d").to_string()
}

/// A mass of an item: mostly some kilograms, sometimes a gram, sometimes a lot.
pub fn mass(chance: &mut StdRng) -> i64 {
    match chance.random_range(0..10) {
        0 => chance.random_range(1..1000),
        1 => chance.random_range(30_000..60_000),
        _ => chance.random_range(1000..15_000),
    }
}

/// A body, and the code that it is refused with if it is a bad one.
pub fn body(
    chance: &mut StdRng,
    action: &str,
    scene: &Scene,
    now: DateTime<Utc>,
) -> (Value, Option<&'static str>) {
    let items = scene.items;
    let (mut body, mut fault) = match action {
        "hand_over" => way::hand_over(chance, scene),
        "stop" => way::stop(chance, scene),
        "incident" => way::incident(chance, scene),
        "receive" => receive(chance, items),
        "complete" => complete(chance, items, now),
        "cancel" if chance.random_bool(0.1) => (json!({}), Some("required")),
        "cancel" => (json!({"reason": "not_needed"}), None),
        "depart" => (json!({"loaded_kg": kg(mass(chance))}), None),
        "arrive" => (json!({"gross_kg": kg(mass(chance) + 5_000_000)}), None),
        _ => (json!({}), None),
    };
    let on_the_way = matches!(action, "depart" | "hand_over" | "stop" | "incident" | "arrive");
    if on_the_way && fault.is_none() {
        let minutes = match chance.random_range(0..10) {
            // The clock may move on before the server looks, never by this much.
            0 => {
                fault = Some("not_yet");
                60 * 24 * 40
            }
            1 => -60 * 24 * 400,
            2..5 => -chance.random_range(1..3000),
            _ => return (body, fault),
        };
        if minutes < -60 * 24 * 366 {
            fault = Some("occurred_too_early");
        }
        let at = now + TimeDelta::minutes(minutes);
        body["occurred_at"] = json!(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    }
    (body, fault)
}

fn receive(chance: &mut StdRng, items: &[Item]) -> (Value, Option<&'static str>) {
    let decision = match chance.random_range(0..10) {
        0..2 => "refuse",
        2..5 if items.iter().any(|item| item.left() > 1) => "partial",
        _ => "accept",
    };
    let mut found = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let at_gate = match chance.random_range(0..10) {
            0 => item.left() + chance.random_range(1..=item.left() / 5 + 1),
            1 => item.left() - chance.random_range(0..item.left()),
            _ => item.left(),
        };
        let accepted = match decision {
            "accept" => at_gate,
            "refuse" => 0,
            _ => chance.random_range(1..=(at_gate - 1).max(1)).min(at_gate),
        };
        found.push(json!({"line": n + 1, "accepted_kg": kg(accepted),
            "refused_kg": kg(at_gate - accepted), "reason": "not_as_declared"}));
    }
    let mut body = json!({"decision": decision, "items": found});
    // All of a gram is accepted or refused; then it is no part.
    let sum = |field: &str| -> i64 { found.iter().map(|item| grams(&item[field])).sum() };
    if decision == "partial" && (sum("refused_kg") == 0 || sum("accepted_kg") == 0) {
        return (body, Some("decision_mismatch"));
    }
    let fault = match chance.random_range(0..24) {
        0 => {
            body["decision"] = json!(if decision == "accept" { "refuse" } else { "accept" });
            Some("decision_mismatch")
        }
        1 => {
            body["items"].as_array_mut().unwrap().push(found[0].clone());
            Some("items_incomplete")
        }
        2 if items.len() > 1 => {
            body["items"].as_array_mut().unwrap().pop();
            return (body, Some("items_incomplete"));
        }
        3 => {
            body["items"][0]["accepted_kg"] = json!(0.0001);
            Some("too_many_decimals")
        }
        4 => {
            // Line 1 is missing, which is told before that there is no line 40.
            body["items"][0]["line"] = json!(40);
            Some("items_incomplete")
        }
        _ => None,
    };
    (body, fault)
}

fn complete(
    chance: &mut StdRng,
    items: &[Item],
    now: DateTime<Utc>,
) -> (Value, Option<&'static str>) {
    let mut treatments = Vec::new();
    let mut add = |line: usize, method: &str, mass: i64| {
        treatments.push(json!({"line": line, "method": method, "mass_kg": kg(mass),
            "completed_on": day(now)}));
    };
    for (n, item) in items.iter().enumerate() {
        let methods = WASTES[item.waste].5;
        let mut left = item.accepted - item.treated;
        while left > 0 && chance.random_bool(0.7) {
            let part = if chance.random_bool(0.5) { left } else { chance.random_range(1..=left) };
            add(n + 1, methods[chance.random_range(0..methods.len())], part);
            left -= part;
        }
    }
    let open = items.iter().position(|item| item.accepted > item.treated);
    if treatments.is_empty() {
        let (n, item) = open.map_or((0, &items[0]), |n| (n, &items[n]));
        let left = item.accepted - item.treated;
        treatments.push(json!({"line": n + 1, "method": WASTES[item.waste].5[0],
            "mass_kg": kg(left.max(1)), "completed_on": day(now)}));
    }
    let mut body = json!({"treatments": treatments});
    let fault = match chance.random_range(0..24) {
        0 => {
            let item = &items[0];
            let over = item.accepted - item.treated + 1;
            body["treatments"] = json!([{"line": 1, "method": WASTES[item.waste].5[0],
                "mass_kg": kg(over), "completed_on": day(now)}]);
            Some("mass_balance")
        }
        1 => {
            body["treatments"][0]["line"] = json!(41);
            Some("unknown_reference")
        }
        2 => {
            body["treatments"][0]["completed_on"] = json!(day(now + TimeDelta::days(40)));
            Some("not_yet")
        }
        3 => {
            body["treatments"][0]["mass_kg"] = json!(0);
            Some("mass_out_of_range")
        }
        _ => None,
    };
    (body, fault)
}

/// Whether a receipt takes more of something than was reserved for it.
pub fn exceeds(body: &Value, items: &[Item]) -> bool {
    let found = body["items"].as_array().unwrap();
    found.iter().zip(items).any(|(found, item)| grams(&found["accepted_kg"]) > item.shipped)
}

/// What a step that was taken does to the masses.
pub fn apply(action: &str, body: &Value, items: &mut [Item]) {
    let index = |told: &Value| usize::try_from(told["line"].as_i64().unwrap() - 1).unwrap();
    match action {
        "receive" => {
            for found in body["items"].as_array().unwrap() {
                let item = &mut items[index(found)];
                item.accepted = grams(&found["accepted_kg"]);
                item.refused = grams(&found["refused_kg"]);
            }
        }
        "incident" => {
            for (line, mass) in way::lost(body) {
                items[line - 1].lost += mass;
            }
        }
        "complete" => {
            for treatment in body["treatments"].as_array().unwrap() {
                items[index(treatment)].treated += grams(&treatment["mass_kg"]);
            }
        }
        _ => {}
    }
}

/// Where a step leads.
pub fn status_after(action: &str, items: &[Item]) -> &'static str {
    let some = |mass: fn(&Item) -> i64| items.iter().any(|item| mass(item) > 0);
    match action {
        "file" => "filed",
        "depart" | "hand_over" | "stop" | "incident" => "in_transit",
        "arrive" => "arrived",
        "cancel" => "cancelled",
        "complete" if items.iter().all(|item| item.treated == item.accepted) => "completed",
        _ => match (some(|item| item.accepted), some(|item| item.refused)) {
            (true, false) => "accepted",
            (true, true) => "partly_accepted",
            (false, _) => "refused",
        },
    }
}
