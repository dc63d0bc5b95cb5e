//! Every state x action x role: who may do what to a manifest, and what everybody else is told.
//!
//! [`TABLE`] is domain.md's "Who may act when", written here once more by hand: `GET /transitions`,
//! `allowed_actions`, refusals and successes are all held against it. Three organisations play all
//! parts, so that a person of every role is met in every party. All wrong cells are told at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Client, World};

mod cast;
mod stage;

use stage::{Stage, Walk};

pub type Texts = &'static [&'static str];

/// Action, from where, by whom, to where.
pub type Move = (&'static str, Texts, Texts, Texts);

/// From where refused mass may leave, while some of it is held. It leaves the status as it is.
const HOLDS: Texts = &["partly_accepted", "refused", "completed"];

pub const TABLE: &[Move] = &[
    ("file", &["draft"], &["producer"], &["filed"]),
    ("depart", &["filed"], &["carrier", "producer"], &["in_transit"]),
    ("hand_over", &["in_transit"], &["carrier"], &["in_transit"]),
    ("stop", &["in_transit"], &["carrier"], &["in_transit"]),
    ("incident", &["in_transit"], &["producer", "carrier", "receiver"], &["in_transit"]),
    ("arrive", &["filed", "in_transit"], &["carrier", "receiver"], &["arrived"]),
    (
        "receive",
        &["filed", "in_transit", "arrived"],
        &["receiver"],
        &["accepted", "partly_accepted", "refused"],
    ),
    ("return", HOLDS, &["receiver"], HOLDS),
    ("forward", HOLDS, &["receiver"], HOLDS),
    (
        "complete",
        &["accepted", "partly_accepted"],
        &["receiver"],
        &["accepted", "partly_accepted", "completed"],
    ),
    ("cancel", &["draft", "filed"], &["producer"], &["cancelled"]),
    (
        "amend",
        &["filed", "in_transit", "arrived"],
        &["producer", "carrier", "receiver"],
        &["filed", "in_transit", "arrived"],
    ),
];

/// How far a manifest is brought. `prepared` is a draft that the carrier made for the producer; a
/// manifest is `completed_holding` when what was accepted is treated and the rest is still there.
const STATES: &[&str] = &[
    "draft",
    "prepared",
    "filed",
    "in_transit",
    "arrived",
    "accepted",
    "partly_accepted",
    "refused",
    "completed",
    "completed_holding",
    "cancelled",
];

/// Roles of an organisation's people, and what each signs as.
const ROLES: &[(&str, &[&str])] = &[
    ("admin", &["producer", "carrier", "receiver"]),
    ("producer", &["producer"]),
    ("carrier", &["carrier"]),
    ("driver", &["carrier"]),
    ("receiver", &["receiver"]),
    ("reader", &[]),
];

/// Stream, code, name, hazards, method and package of a lawful item.
type Lawful = (&'static str, &'static str, &'static str, Texts, &'static str, &'static str);

const STREAMS: &[Lawful] = &[
    ("hazardous", "900-249-08", "废矿物油", &["T", "I"], "R9", "plastic_drum"),
    ("medical", "841-001-01", "感染性废物", &["In"], "Y11", "medical_box"),
    ("kitchen", "CY-01", "餐厨垃圾", &[], "K1", "kitchen_bin_120"),
];

#[derive(Clone, Copy, PartialEq)]
enum Seat {
    Nobody,
    /// Somebody of the producer, carrier, receiver or of another organisation.
    Member {
        of: &'static str,
        role: &'static str,
        signs: &'static [&'static str],
    },
    /// Sees manifests of these streams, once they are filed, and corrects them or does not.
    Regulator(&'static [&'static str], bool),
}

/// Somebody who calls.
struct Person {
    /// `producer-admin`, `division-02`.
    name: String,
    client: Client,
    seat: Seat,
}

impl Person {
    fn sees(&self, state: &str, stream: &str) -> bool {
        match self.seat {
            Seat::Nobody => false,
            Seat::Member { of, role, .. } => match state {
                // A draft is a desk's: who drives is not shown what may never leave.
                "draft" | "prepared" if role == "driver" => false,
                "draft" => of == "producer",
                "prepared" => matches!(of, "producer" | "carrier"),
                // A driver sees what its organisation carries.
                _ => of != "stranger" && (role != "driver" || of == "carrier"),
            },
            Seat::Regulator(streams, _) => !is_draft(state) && streams.contains(&stream),
        }
    }

    /// The parties that they act for. Whoever prepares a draft is its carrier or its receiver:
    /// which, is not settled before it is filed. A driver prepares nothing.
    fn acts_for(&self, state: &str) -> Vec<&'static str> {
        let Seat::Member { of, role, signs } = self.seat else { return Vec::new() };
        let signs = signs.iter().copied();
        match (state, of) {
            ("draft" | "prepared", _) if role == "driver" => Vec::new(),
            ("draft", "carrier" | "receiver") => Vec::new(),
            ("prepared", "carrier") => signs.filter(|part| *part != "producer").collect(),
            _ => signs.filter(|part| *part == of).collect(),
        }
    }

    /// Whether they may ever take the step, whatever the state of what is filed.
    fn may(&self, action: &str, state: &str) -> bool {
        let parts = self.acts_for(state);
        if action == "amend" {
            match self.seat {
                Seat::Regulator(_, corrects) => return corrects,
                // Who drives signs for what he takes and agrees to nothing.
                Seat::Member { role: "driver", .. } => return false,
                Seat::Nobody | Seat::Member { .. } => {}
            }
        }
        // Who prepares a draft may take it away.
        if action == "cancel" && is_draft(state) && !parts.is_empty() {
            return true;
        }
        row(action).2.iter().any(|by| parts.contains(by))
    }

    /// Whether the state is one for the step: an authority corrects whatever is not cancelled.
    fn is_open(&self, action: &str, state: &str) -> bool {
        match self.seat {
            Seat::Regulator(..) => action == "amend" && state != "cancelled" && !is_draft(state),
            Seat::Nobody | Seat::Member { .. } => is_open(action, state),
        }
    }

    fn allowed(&self, state: &str) -> BTreeSet<&'static str> {
        let open = TABLE.iter().filter(|row| self.is_open(row.0, state));
        open.map(|row| row.0).filter(|action| self.may(action, state)).collect()
    }

    /// Status and code of the answer.
    fn expects(&self, action: &str, state: &str, stream: &str) -> (u16, &'static str) {
        if self.seat == Seat::Nobody {
            (401, "unauthorized")
        } else if !self.sees(state, stream) {
            (404, "not_found")
        } else if !self.may(action, state) {
            (403, "forbidden")
        } else if !self.is_open(action, state) {
            (409, "illegal_transition")
        } else {
            match (action, is_draft(state)) {
                ("file" | "amend" | "return" | "forward", _) => (201, ""),
                ("cancel", true) => (204, ""),
                _ => (200, ""),
            }
        }
    }
}

fn row(action: &str) -> &'static Move {
    TABLE.iter().find(|row| row.0 == action).unwrap()
}

/// Whether the table and what is held let it happen.
fn is_open(action: &str, state: &str) -> bool {
    let holds = !matches!(action, "return" | "forward") || state != "completed";
    holds && row(action).1.contains(&status(state))
}

fn status(state: &str) -> &str {
    match state {
        "prepared" => "draft",
        "completed_holding" => "completed",
        other => other,
    }
}

fn is_draft(state: &str) -> bool {
    status(state) == "draft"
}

/// Where a step is asked for, below its manifest.
pub fn path_of(action: &str) -> &str {
    match action {
        "hand_over" => "hand-over",
        "stop" => "stops",
        "incident" => "incidents",
        "amend" => "amendments",
        _ => action,
    }
}

fn body(action: &str, walk: Walk, form: &Value) -> Value {
    let Walk { state, method, .. } = walk;
    let is_part = matches!(state, "partly_accepted" | "completed_holding");
    let mass = if is_part { 6 } else { 10 };
    let sent = || {
        json!({"planned_departure_on": form["planned_departure_on"], "legs": form["legs"],
            "items": [{"line": 1, "mass_kg": 2}]})
    };
    match action {
        "return" => sent(),
        "forward" => {
            let mut sent = sent();
            sent["receiver_site_id"] = form["forward_site_id"].clone();
            sent
        }
        "hand_over" => json!({"to_leg": form["legs"][0]}),
        "stop" => json!({"kind": "stop", "reason": "other"}),
        "incident" => json!({"kind": "breakdown", "note": "爆胎"}),
        "receive" => received("accept", 10),
        "complete" => json!({"treatments": [{"line": 1, "method": method, "mass_kg": mass,
            "completed_on": "2026-11-25"}]}),
        "cancel" => json!({"reason": "other"}),
        "amend" => json!({"changes": {"note": "x"}, "reason": "other"}),
        _ => json!({}),
    }
}

fn received(decision: &str, accepted: i64) -> Value {
    json!({"decision": decision,
        "items": [{"line": 1, "accepted_kg": accepted, "refused_kg": 10 - accepted}]})
}

/// What is wrong with an answer, if anything.
fn judged(answer: &Answer, (wanted, code): (u16, &str), action: &str) -> Option<String> {
    let said = answer.json["code"].as_str().unwrap_or_default();
    if answer.status != wanted || said != code {
        return Some(format!("{} {said} instead of {wanted} {code}", answer.status));
    }
    let now = answer.json["status"].as_str()?;
    let leads = match action {
        "amend" => matches!(now, "proposed" | "approved"),
        // It answers with the manifest that it starts.
        "return" | "forward" => now == "filed",
        _ => row(action).3.contains(&now),
    };
    (wanted < 300 && !leads).then(|| format!("leads to {now}"))
}

/// The whole world on hazardous waste, and the parties with those who watch them on the others.
#[tokio::test]
async fn every_state_action_and_role() {
    let world = World::start().await;
    let mut stage = Stage::set(&world).await;
    for &(stream, _, _, _, method, _) in STREAMS {
        for &state in STATES {
            stage.walk(Walk { stream, method, state }, stream == "hazardous").await;
        }
    }
    let (wrong, cells) = stage.outcome();
    assert!(cells > 2000, "only {cells} cells");
    assert!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The table that clients read is the one above.
#[tokio::test]
async fn the_table_told_is_the_table_of_the_domain() {
    let world = World::start().await;
    let told = world.corps().await.get("/transitions").await.ok();
    let words = |value: &Value| -> BTreeSet<String> {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let set = |texts: Texts| -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    };
    let told: Vec<_> = told
        .get("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let action = row["action"].as_str().unwrap().to_owned();
            (action, words(&row["from"]), words(&row["roles"]), words(&row["to"]))
        })
        .collect();
    let wanted: Vec<_> = TABLE
        .iter()
        .map(|(action, from, by, to)| ((*action).to_owned(), set(from), set(by), set(to)))
        .collect();
    assert_eq!(told, wanted);
    world.client().get("/transitions").await.is(401);
}
