//! The commands, one a row.

use serde_json::{Value, json};

use super::yard::{Start, Subject, Yard};

/// What becomes of the second of two at once without a key.
#[derive(Clone, Copy)]
pub enum Twice {
    Both,
    /// It is refused so.
    Once(u16, &'static str),
}

pub struct Row {
    pub what: &'static str,
    pub who: &'static str,
    pub from: Start,
    /// Below its subject; `//trips` stands by itself.
    pub path: &'static str,
    pub body: fn(&Yard, &Subject) -> Value,
    pub status: u16,
    pub twice: Twice,
}

type Body = fn(&Yard, &Subject) -> Value;

const fn step(
    (what, who): (&'static str, &'static str),
    (from, path): (Start, &'static str),
    body: Body,
    twice: Twice,
) -> Row {
    Row { what, who, from, path, body, status: 200, twice }
}

const fn new(
    (what, who): (&'static str, &'static str),
    (from, path): (Start, &'static str),
    body: Body,
    twice: Twice,
) -> Row {
    Row { what, who, from, path, body, status: 201, twice }
}

use Twice::{Both, Once};

const GONE: Twice = Once(409, "illegal_transition");
const DECIDED: Twice = Once(409, "already_decided");

fn nothing(_: &Yard, _: &Subject) -> Value {
    json!({})
}

fn reason(_: &Yard, _: &Subject) -> Value {
    json!({"reason": "other"})
}

fn sent(yard: &Yard) -> Value {
    json!({"planned_departure_on": "2026-11-25", "legs": [yard.leg()],
        "items": [{"line": 1, "mass_kg": 10}]})
}

fn treated(mass_kg: i64) -> Value {
    json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": mass_kg,
        "completed_on": "2026-11-25"}]})
}

fn reading(_: &Yard, _: &Subject) -> Value {
    json!({"gross_kg": 8100, "tare_kg": 8000})
}

pub const ROWS: &[Row] = &[
    new(("file", "producer"), (Start::Nothing, "/manifests"), |yard, _| yard.oil(), Both),
    new(
        ("save a draft", "carrier"),
        (Start::Nothing, "/manifests"),
        |yard, _| {
            let mut body = yard.oil();
            body["draft"] = json!(true);
            body
        },
        Both,
    ),
    new(("file a draft", "producer"), (Start::Draft, "/file"), nothing, GONE),
    step(("depart", "carrier"), (Start::Filed, "/depart"), nothing, GONE),
    step(
        ("hand over", "carrier"),
        (Start::InTransit, "/hand-over"),
        |yard, _| json!({"to_leg": yard.leg()}),
        Both,
    ),
    step(
        ("stop", "carrier"),
        (Start::InTransit, "/stops"),
        |_, _| json!({"kind": "stop", "reason": "other"}),
        Both,
    ),
    step(
        ("incident", "producer"),
        (Start::InTransit, "/incidents"),
        |_, _| json!({"kind": "breakdown", "note": "爆胎"}),
        Both,
    ),
    step(
        ("countersign", "producer"),
        (Start::InTransit, "/events/1/countersign"),
        nothing,
        DECIDED,
    ),
    step(("arrive", "receiver"), (Start::InTransit, "/arrive"), nothing, GONE),
    step(
        ("receive", "receiver"),
        (Start::Arrived, "/receive"),
        |_, _| {
            json!({"decision": "accept",
                "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]})
        },
        GONE,
    ),
    new(("return", "receiver"), (Start::Refused, "/return"), |yard, _| sent(yard), GONE),
    new(
        ("forward", "receiver"),
        (Start::Refused, "/forward"),
        |yard, _| {
            let mut body = sent(yard);
            body["receiver_site_id"] = json!(yard.second_site);
            body
        },
        GONE,
    ),
    step(("complete", "receiver"), (Start::Accepted, "/complete"), |_, _| treated(10), GONE),
    step(("complete a part", "receiver"), (Start::Accepted, "/complete"), |_, _| treated(4), Both),
    step(("cancel", "producer"), (Start::Filed, "/cancel"), reason, GONE),
    new(
        ("propose", "producer"),
        (Start::Filed, "/amendments"),
        |_, _| json!({"changes": {"note": "y"}, "reason": "wrong_data"}),
        Both,
    ),
    step(("approve", "receiver"), (Start::Proposed, "/amendments/1/approve"), nothing, DECIDED),
    step(("reject", "receiver"), (Start::Proposed, "/amendments/1/reject"), reason, DECIDED),
    new(
        ("open a trip", "carrier"),
        (Start::Filed, "//trips"),
        |yard, of| yard.trip(&of.id),
        Once(409, "in_use"),
    ),
    step(
        ("add to a trip", "carrier"),
        (Start::Trip, "/manifests"),
        |_, of| json!({"manifest_ids": [of.id]}),
        Once(409, "in_use"),
    ),
    step(("a trip departs", "carrier"), (Start::Trip, "/depart"), nothing, GONE),
    step(("a trip arrives", "receiver"), (Start::TripDeparted, "/arrive"), nothing, GONE),
    step(
        ("a trip is weighed", "receiver"),
        (Start::TripArrived, "/weigh"),
        reading,
        Once(409, "already_weighed"),
    ),
    step(("cancel a trip", "carrier"), (Start::Trip, "/cancel"), reason, GONE),
    new(
        ("plan a round", "carrier"),
        (Start::Nothing, "/collection-rounds"),
        |yard, _| yard.round(),
        Both,
    ),
    new(("add a stop", "carrier"), (Start::Round, "/stops"), |yard, _| yard.stop(), Both),
    step(
        ("collect", "carrier"),
        (Start::Round, "/stops/1"),
        |_, _| json!({"outcome": "collected"}),
        GONE,
    ),
    step(
        ("skip", "carrier"),
        (Start::Round, "/stops/1"),
        |_, _| json!({"outcome": "skipped", "reason": "closed"}),
        GONE,
    ),
    step(("sign ahead", "producer"), (Start::Round, "/stops/1/confirm"), nothing, DECIDED),
    step(("confirm", "producer"), (Start::Collected, "/stops/1/confirm"), nothing, DECIDED),
    step(
        ("weigh in", "receiver"),
        (Start::Collected, "/weigh-in"),
        reading,
        Once(409, "already_weighed"),
    ),
    step(
        ("complete a round", "receiver"),
        (Start::Weighed, "/complete"),
        |_, _| json!({"method": "K1", "completed_on": "2026-11-25"}),
        GONE,
    ),
    step(("cancel a round", "carrier"), (Start::Round, "/cancel"), reason, GONE),
    new(
        ("register containers", "producer"),
        (Start::Nothing, "/containers"),
        |yard, _| {
            json!([{"site_id": yard.cast.producer_site, "waste_code": "900-249-08",
                "kind": "plastic_drum", "mass_kg": 10}])
        },
        Both,
    ),
    new(
        ("inspect", "corps"),
        (Start::Nothing, "/inspections"),
        |_, _| json!({"plate": "新A12345", "outcome": "in_order"}),
        Both,
    ),
    new(
        ("a ledger entry", "producer"),
        (Start::Nothing, "/ledger-entries"),
        |yard, _| {
            json!({"site_id": yard.cast.producer_site, "kind": "produced",
                "waste_code": "900-249-08", "mass_kg": 1})
        },
        Both,
    ),
];
