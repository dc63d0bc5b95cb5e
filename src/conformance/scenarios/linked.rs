//! Refused mass: back to where it came from, or on to another receiver.

use serde_json::{Value, json};

use crate::conformance::bodies::{receipt, with};
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage, Stop};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "linked.return",
        zh: "拒收量退回：另有联单和编号，不超过所持，两张联单都有事件，移出人接收",
        en: "refused mass goes back: a linked manifest, never more than is held, events on both",
        page: "api.md, return; domain.md, return, forward",
        play: send_back,
    },
    &Scenario {
        name: "linked.forward",
        zh: "拒收量转送另一接受人：按填报规则核查并占用其许可量",
        en: "refused mass goes on: judged as a filing, with the other receiver's capacity",
        page: "api.md, forward; domain.md, return, forward",
        play: send_on,
    },
];

/// 100 kg, of which 60 were accepted and 40 refused.
fn refused(stage: &mut Stage) -> Result<String, Stop> {
    let id = stage.filed(&stage.oil(100))?.id();
    stage.step(Who::Receiver, &id, "receive", &receipt("partial", 60, 40))?;
    Ok(id)
}

fn load(stage: &Stage, mass_kg: f64) -> Value {
    let cast = &stage.cast;
    json!({"planned_departure_on": stage.day(0),
        "legs": [{"carrier_id": cast.carrier.organisation, "vehicle_id": cast.vehicle,
            "driver_id": cast.driver}],
        "items": [{"line": 1, "mass_kg": mass_kg}]})
}

fn send_back(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let id = refused(stage)?;
    let path = format!("/manifests/{id}/return");
    let send = |body: &Value| cast.receiver.client.post(&path, body);
    let over = send(&load(stage, 40.001));
    stage.check(("超过所持一克：422", "a gram more than is held: 422"), &over, |look| {
        look.refused(422, "mass_balance").pointing("/items/0/mass_kg");
    });
    let by_producer = cast.producer.client.post(&path, &load(stage, 40.0));
    stage.check(
        ("移出人不能退回：403", "the producer does not: 403"),
        &by_producer,
        |look| {
            look.refused(403, "forbidden");
        },
    );
    let bare = send(&json!({}));
    stage.check(("须有内容：422", "what goes back: 422"), &bare, |look| {
        look.status(422).tells("required", "/items").tells("required", "/legs");
    });
    let mut body = load(stage, 40.0);
    body["depart_now"] = json!(true);
    let sent = send(&body);
    stage.need(
        ("退回：另一张联单，已出发", "sent back: a linked manifest, departed"),
        &sent,
        |look| {
            look.status(201).is("/kind", "return").is("/origin_manifest_id", &*id);
            look.is("/status", "in_transit").has("/number").is("/items/0/mass_kg", 40);
            let address = format!("/api/v1/manifests/{}", sent.id());
            look.header("location", &address);
        },
    )?;
    let origin = cast.receiver.client.get(&format!("/manifests/{id}"));
    stage.check(("原联单：在退回途中", "the first: on its way back"), &origin, |look| {
        look.is("/items/0/refused/0/custody", "returning").is("/items/0/refused/0/mass_kg", 40);
        look.is("/items/0/refused/0/linked_manifest_id", &*sent.id());
    });
    let events = cast.producer.client.get(&format!("/manifests/{id}/events"));
    stage.check(("原联单上也有事件", "an event on the first as well"), &events, |look| {
        look.is("/data/2/kind", "return_filed").is("/data/2/data/manifest_id", &*sent.id());
        look.is("/data/2/data/items/0/mass_g", 40_000);
    });
    let again = send(&load(stage, 1.0));
    stage.check(("已无所持：409", "nothing is held any more: 409"), &again, |look| {
        look.refused(409, "illegal_transition").has("/manifest_status");
    });
    let found = receipt("accept", 40, 0);
    let home = stage.step(Who::Producer, &sent.id(), "receive", &found)?;
    stage.check(
        ("移出人接收即终结", "received by the producer, which ends it"),
        &home,
        |look| {
            look.is("/status", "accepted");
        },
    );
    let origin = cast.producer.client.get(&format!("/manifests/{id}"));
    stage.check(("原联单：已退回", "the first: returned"), &origin, |look| {
        look.is("/items/0/refused/0/custody", "returned");
    });
    Ok(())
}

fn send_on(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let mut registrar = stage.registrar();
    let other = registrar.party(14, &["receiver"], "treatment")?;
    let lines = json!([{"waste_codes": [], "categories": ["HW08"], "methods": ["R9"],
        "annual_kg": 50}]);
    registrar.licence_of((&other.organisation, &other.site), "comprehensive", &lines)?;
    let id = refused(stage)?;
    let path = format!("/manifests/{id}/forward");
    let send = |body: &Value| cast.receiver.client.post(&path, body);
    let mut body = load(stage, 40.0);
    let bare = send(&body);
    stage.check(("须写明接受人：422", "to whom: 422"), &bare, |look| {
        look.refused(422, "required").pointing("/receiver_site_id");
    });
    body["receiver_site_id"] = json!(cast.stranger.organisation);
    let nowhere = send(&body);
    stage.check(("没有这个场所：422", "no such site: 422"), &nowhere, |look| {
        look.refused(422, "unknown_reference").pointing("/receiver_site_id");
    });
    body["receiver_site_id"] = json!(other.site);
    let over = send(&with(body.clone(), "/items/0/mass_kg", 41));
    stage.check(("超过所持：422", "more than is held: 422"), &over, |look| {
        look.refused(422, "mass_balance").pointing("/items/0/mass_kg");
    });
    let sent = send(&body);
    stage.need(
        ("转送：占用其许可量", "sent on: its licence is reserved"),
        &sent,
        |look| {
            look.status(201).is("/kind", "forward").is("/origin_manifest_id", &*id);
            look.is("/status", "filed").is("/capacity/0/reserved_kg", 40);
            look.is("/capacity/0/left_kg", 10);
        },
    )?;
    stage.step(Who::Carrier, &sent.id(), "depart", &json!({}))?;
    let found = receipt("accept", 40, 0);
    let received = other.client.post(&format!("/manifests/{}/receive", sent.id()), &found);
    stage.check(("另一接受人接收", "the other receives"), &received, |look| {
        look.status(200).is("/status", "accepted");
    });
    let origin = cast.receiver.client.get(&format!("/manifests/{id}"));
    stage.check(("原联单：已转送", "the first: forwarded"), &origin, |look| {
        look.is("/items/0/refused/0/custody", "forwarded");
    });
    let next = refused(stage)?;
    let full = cast.receiver.client.post(&format!("/manifests/{next}/forward"), &body);
    let words = ("其许可量已满：409 及其数字", "its licence is full: 409 with its figures");
    stage.check(words, &full, |look| {
        look.refused(409, "capacity_exceeded").pointing("/items/0/mass_kg");
    });
    Ok(())
}
