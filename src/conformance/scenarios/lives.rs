//! Whole lives in the three streams.

use serde_json::{Value, json};

use crate::conformance::bodies::receipt;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "lives.hazardous",
        zh: "危险废物联单从填报到利用处置",
        en: "hazardous waste from filing to treatment",
        page: "domain.md, A manifest's life",
        play: |stage| life(stage, &stage.oil(812.5), ("R9", 812.5)),
    },
    &Scenario {
        name: "lives.medical",
        zh: "医疗废物联单从填报到处置",
        en: "medical waste from filing to treatment",
        page: "domain.md, A manifest's life",
        play: |stage| life(stage, &stage.medical(), ("Y11", 42.5)),
    },
    &Scenario {
        name: "lives.kitchen",
        zh: "餐厨垃圾联单从填报到处理",
        en: "kitchen waste from filing to treatment",
        page: "domain.md, A manifest's life",
        play: |stage| life(stage, &stage.kitchen(), ("K1", 180.0)),
    },
    &Scenario {
        name: "lives.cancelled",
        zh: "撤销须有理由，编号保留，此后不能再办",
        en: "a cancel has a reason, keeps its number, and ends it",
        page: "domain.md, cancel",
        play: cancelled,
    },
];

fn life(stage: &mut Stage, body: &Value, (method, mass): (&str, f64)) -> Played {
    let filed = stage.filed(body)?;
    let id = filed.id();
    let loaded = json!({"loaded_kg": mass});
    let departed = stage.step(Who::Carrier, &id, "depart", &loaded)?;
    stage.check(("出发：运输中", "depart: in transit"), &departed, |look| {
        look.status(200).is("/status", "in_transit").is("/version", 2);
    });
    let arrived = stage.step(Who::Receiver, &id, "arrive", &json!({"gross_kg": mass + 6000.0}))?;
    stage.check(("到达", "arrive: arrived"), &arrived, |look| {
        look.status(200).is("/status", "arrived").is("/version", 3);
        look.that(!arrived.list("/deadlines").is_empty(), || {
            "/deadlines: 接收期限缺少 / no deadline for the receipt".to_owned()
        });
    });
    let found = receipt("accept", mass, 0);
    let received = stage.step(Who::Receiver, &id, "receive", &found)?;
    stage.check(
        ("接收：占用变为已用", "receive: what was reserved is used"),
        &received,
        |look| {
            look.status(200).is("/status", "accepted").is("/version", 4);
            look.is("/items/0/accepted_kg", mass);
            look.that(received.list("/capacity").iter().all(|one| one["reserved_kg"] == 0), || {
                "/capacity: reserved_kg: 应为 / wanted 0".to_owned()
            });
        },
    );
    let treatment = stage.treatment(method, mass);
    let done = stage.step(Who::Receiver, &id, "complete", &treatment)?;
    stage.check(("处置完毕：完成", "complete: completed"), &done, |look| {
        look.status(200).is("/status", "completed").is("/version", 5);
        look.is("/items/0/treated_kg", mass).counts("/allowed_actions", 0);
    });
    let events = stage.cast.producer.client.get(&format!("/manifests/{id}/events"));
    let words = ("每一步都有一个事件，按序", "each step has one event, in order");
    stage.check(words, &events, |look| {
        let kinds = events.each("/data", "/kind");
        let wanted = ["filed", "departed", "arrived", "received", "completed"].map(Value::from);
        look.that(kinds == wanted, || format!("{kinds:?}"));
    });
    let ledger = stage.cast.producer.client.get("/ledger-entries?kind=moved_out&limit=1");
    stage.check(
        ("产废单位台账记下转出", "the producer's ledger has it as moved out"),
        &ledger,
        |look| {
            look.status(200).has("/data/0/mass_kg");
        },
    );
    Ok(())
}

fn cancelled(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let filed = stage.filed(&stage.oil(10))?;
    let path = format!("/manifests/{}", filed.id());
    let cancel = |body: Value| cast.producer.client.post(&format!("{path}/cancel"), &body);
    let bare = cancel(json!({}));
    stage.check(("须有理由：422", "a reason is needed: 422"), &bare, |look| {
        look.refused(422, "required").pointing("/reason");
    });
    let odd = cancel(json!({"reason": "bored"}));
    stage.check(("理由须是所列之一：422", "one of those listed: 422"), &odd, |look| {
        look.status(422).pointing("/reason");
    });
    let by_carrier =
        cast.carrier.client.post(&format!("{path}/cancel"), &json!({"reason": "other"}));
    stage.check(
        ("承运单位不能撤销：403", "the carrier does not cancel: 403"),
        &by_carrier,
        |look| {
            look.refused(403, "forbidden");
        },
    );
    let done = cancel(json!({"reason": "vehicle", "reason_text": "车辆维修"}));
    stage.check(("撤销，编号保留", "cancelled, with its number"), &done, |look| {
        look.status(200).is("/status", "cancelled").is("/number", filed.str("/number"));
        look.counts("/allowed_actions", 0);
    });
    let late = cast.carrier.client.post(&format!("{path}/depart"), &json!({}));
    let words = ("此后 409，说明状态和可办事项", "then 409, with its state and what is allowed");
    stage.check(words, &late, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "cancelled");
        look.counts("/allowed_actions", 0).is("/status", 409);
    });
    let found = cast.corps.get(&format!("/manifests/by-number/{}", filed.str("/number")));
    stage.check(("仍可按编号查到", "still found by its number"), &found, |look| {
        look.status(200).is("/status", "cancelled");
    });
    let departed = stage.filed(&stage.oil(10))?.id();
    stage.step(Who::Carrier, &departed, "depart", &json!({}))?;
    let late = format!("/manifests/{departed}/cancel");
    let late = cast.producer.client.post(&late, &json!({"reason": "other"}));
    stage.check(("出发后不能撤销：409", "after departure: 409"), &late, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "in_transit");
    });
    Ok(())
}
