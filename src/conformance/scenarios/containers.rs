//! Labelled packages: registered in lists, which writes the ledger, shipped and received.

use serde_json::{Value, json};

use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "containers.life",
    zh: "包装成批登记并入账，随联单发运，逐个接收或拒收，缺的一看便知",
    en: "containers are registered in lists and in the ledger, shipped, received one by one",
    page: "api.md, Manifests (containers); domain.md, container",
    play: life,
}];

fn life(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let drum = |mass: f64| {
        json!({"site_id": cast.producer.site, "waste_code": "900-249-08",
            "kind": "plastic_drum", "mass_kg": mass})
    };
    let list = json!([drum(10.0), drum(20.5), drum(30.0)]);
    let registered = client.post("/containers", &list);
    let members =
        ["id", "code", "site_id", "waste_code", "kind", "mass_kg", "stored_since", "status"];
    stage.need(
        ("成批登记，字段齐全", "a list is registered, with all members"),
        &registered,
        |look| {
            look.status(201).counts("/data", 3).members("/data/0", &members);
            look.is("/data/1/mass_kg", 20.5);
        },
    )?;
    let ids = registered.each("/data", "/id");
    let code = registered.str("/data/0/code").to_owned();
    let shown = client.get(&format!("/containers/{code}"));
    stage.check(("可按标签代码查到", "found by its label's code"), &shown, |look| {
        look.status(200).is("/id", registered.str("/data/0/id"));
    });
    let entries = client.get("/ledger-entries?kind=produced&waste_code=900-249-08&limit=500");
    stage.check(("登记即入账", "registering writes the ledger"), &entries, |look| {
        let known = entries.each("/data", "/container_id");
        look.that(ids.iter().all(|id| known.contains(id)), || "/data: container_id".to_owned());
    });
    let broken = client.post("/containers", &json!([drum(1.0), drum(-1.0)]));
    stage.check(("要么全成要么全不成", "all or nothing"), &broken, |look| {
        look.status(422);
    });
    let foreign = cast.stranger.client.get(&format!("/containers/{code}"));
    stage.check(("别家看不见：404", "another does not see it: 404"), &foreign, |look| {
        look.status(404);
    });
    let mut body = stage.oil(60.5);
    if let Some(item) = body["items"][0].as_object_mut() {
        item.remove("produce");
        item.insert("packages".to_owned(), json!([]));
        item.insert("container_ids".to_owned(), Value::from(ids.clone()));
    }
    let id = stage.filed(&body)?.id();
    let twice = client.post("/manifests", &body);
    stage.check(
        ("同一包装不能在两张联单上", "not on two manifests at once"),
        &twice,
        |look| {
            look.that((400..500).contains(&twice.status), || twice.status.to_string());
        },
    );
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    let shipped = client.get(&format!("/containers/{code}"));
    stage.check(("出发后为已发运", "departed: shipped"), &shipped, |look| {
        look.is("/status", "shipped");
    });
    received(stage, &id, &ids)?;
    let kept = client.get(&format!("/containers/{code}"));
    stage.check(("接受的包装：已接收", "what was accepted is received"), &kept, |look| {
        look.is("/status", "received");
    });
    Ok(())
}

/// The first two are accepted, the third is not.
fn received(stage: &mut Stage, id: &str, ids: &[Value]) -> Played {
    let found = |n: usize, accepted: bool| json!({"id": ids.get(n), "accepted": accepted});
    let receipt = json!({"decision": "partial", "items": [{"line": 1, "accepted_kg": 30.5,
        "refused_kg": 30, "reason": "damaged",
        "containers": [found(0, true), found(1, true), found(2, false)]}]});
    let received = stage.step(Who::Receiver, id, "receive", &receipt)?;
    stage.check(("逐个接收与拒收", "received and refused one by one"), &received, |look| {
        look.is("/status", "partly_accepted").is("/items/0/accepted_kg", 30.5);
    });
    Ok(())
}
