//! Containers on a manifest: taken by one filing alone, and found or not found at the gate.

use serde_json::{Value, json};

use super::{drum, ids, oil_in, register, status};
use crate::support::{Cast, Client, World};

async fn drums(cast: &Cast, kg: &[f64]) -> Vec<String> {
    let list: Vec<Value> = kg.iter().map(|kg| drum(cast, *kg)).collect();
    ids(&register(&cast.producer, &list).await.is(201))
}

async fn statuses(of: &Client, all: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for id in all {
        found.push(status(of, id).await);
    }
    found
}

#[tokio::test]
async fn a_filing_takes_its_containers_and_a_cancel_gives_them_back() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let two = drums(&cast, &[100.0, 100.0]).await;
    let filed = cast.filed(&oil_in(&cast, 200.0, &two)).await;
    let taken = cast.producer.get(&format!("/containers/{}", two[0])).await.ok();
    assert_eq!((taken.str("/status"), taken.str("/manifest_id")), ("open", &*filed.id()));
    cast.produce(1000).await;
    let refused = cast.producer.post("/manifests", &oil_in(&cast, 100.0, &two[..1])).await;
    let refused = refused.is(409).refused_as("container_taken").at("/items/0/container_ids/0");
    assert_eq!(refused.str("/manifest_id"), filed.id());
    // The carrier sees what it is to carry, a stranger nothing.
    assert_eq!(status(&cast.carrier, &two[0]).await, "open");
    cast.stranger.get(&format!("/containers/{}", two[0])).await.is(404);

    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("/manifests/{}/cancel", filed.id()), &cancel).await.ok();
    let free = cast.producer.get(&format!("/containers/{}", two[0])).await.ok();
    assert!(free.get("/manifest_id").is_null());
    cast.filed(&oil_in(&cast, 100.0, &two[..1])).await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_where_it_stands() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let own = drums(&cast, &[100.0, 100.0]).await;
    let mut other = drum(&cast, 10.0);
    other["waste_code"] = json!("900-214-08");
    let other = ids(&register(&cast.producer, &[other]).await.is(201)).remove(0);
    let mut bins = drum(&cast, 10.0);
    bins["kind"] = json!("kitchen_bin_120");
    let bin = ids(&register(&cast.producer, &[bins]).await.is(201)).remove(0);
    let foreign = json!({"site_id": cast.receiver_site, "waste_code": "900-249-08",
        "kind": "steel_drum", "mass_kg": 5});
    let foreign = ids(&register(&cast.receiver, &[foreign]).await.is(201)).remove(0);
    let all = [own[0].clone(), own[0].clone(), other, foreign, cast.licence.clone()];
    let refused = cast.producer.post("/manifests", &oil_in(&cast, 100.0, &all)).await.is(422);
    for (code, n) in [
        ("invalid_value", 1),
        ("container_mismatch", 2),
        ("unknown_reference", 3),
        ("unknown_reference", 4),
    ] {
        refused.clone().tells(code, &format!("/items/0/container_ids/{n}"));
    }
    let refused = cast.producer.post("/manifests", &oil_in(&cast, 198.1, &own)).await;
    cast.producer.post("/manifests", &oil_in(&cast, 197.9, &own)).await.is(422);
    refused.is(201);
    let unsuited = cast.producer.post("/manifests", &oil_in(&cast, 10.0, &[bin])).await;
    unsuited.is(422).refused_as("packaging_unsuitable").at("/items/0/container_ids/0");
    let fresh = drums(&cast, &[30.0]).await;
    let mut twice = oil_in(&cast, 30.0, &fresh);
    twice["items"][0]["produce"] = json!(true);
    let refused = cast.producer.post("/manifests", &twice).await;
    refused.is(422).refused_as("invalid_value").at("/items/0/produce");
    let heavy = cast.producer.post("/manifests", &oil_in(&cast, 40.0, &fresh)).await;
    heavy.is(422).refused_as("mass_balance").at("/items/0/mass_kg");
}

#[tokio::test]
async fn of_two_filings_at_once_one_gets_the_container() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let one = drums(&cast, &[100.0]).await;
    let body = oil_in(&cast, 100.0, &one);
    let (a, b) = tokio::join!(
        cast.producer.post("/manifests", &body),
        cast.producer.post("/manifests", &body)
    );
    let mut codes = [a.status, b.status];
    codes.sort_unstable();
    assert_eq!(codes, [201, 409], "{} {}", a.shown(), b.shown());
    let refused = if a.status == 409 { a } else { b };
    refused.refused_as("container_taken");
}

#[tokio::test]
async fn containers_are_received_and_refused_one_by_one_and_a_missing_one_is_seen() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let three = drums(&cast, &[100.0, 60.0, 40.0]).await;
    let filed = cast.filed(&oil_in(&cast, 200.0, &three)).await;
    let path = format!("/manifests/{}", filed.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    assert_eq!(statuses(&cast.receiver, &three).await, ["shipped"; 3]);
    let receive = |accepted: i64, refused: i64, containers: Value| {
        json!({"decision": "partial", "items": [{"line": 1, "accepted_kg": accepted,
            "refused_kg": refused, "reason": "damaged", "containers": containers}]})
    };
    let post = async |body: Value| cast.receiver.post(&format!("{path}/receive"), &body).await;
    let good = json!([{"id": three[0], "accepted": true}, {"id": three[1], "accepted": false}]);
    post(receive(100, 50, good.clone())).await.is(422).at("/items/0/refused_kg");
    let none = json!([{"id": three[0], "accepted": false}, {"id": three[1], "accepted": false}]);
    post(receive(40, 160, none)).await.is(422).at("/items/0/accepted_kg");
    let foreign = json!([{"id": cast.licence, "accepted": true}]);
    post(receive(100, 60, foreign)).await.is(422).at("/items/0/containers/0/id");
    let twice = json!([{"id": three[0], "accepted": true}, {"id": three[0], "accepted": false}]);
    post(receive(100, 100, twice)).await.is(422).at("/items/0/containers/1/id");
    let mut all = receive(160, 0, good.clone());
    all["decision"] = json!("accept");
    post(all).await.is(422).tells("decision_mismatch", "/items/0/containers/1/accepted");

    let received = post(receive(100, 60, good)).await.ok();
    assert_eq!(received.str("/status"), "partly_accepted");
    assert_eq!(*received.get("/receipt/items/0/missing_container_ids"), json!([three[2]]));
    let told = received.get("/receipt/mismatches").as_array().unwrap();
    let packaging = told.iter().find(|one| one["field"] == "packaging").unwrap();
    assert!(packaging["found"].as_str().unwrap().starts_with("1 missing: 91659001MATEXT0"));
    assert_eq!(statuses(&cast.producer, &three).await, ["received", "received", "shipped"]);
    let list = |query: &str| format!("/containers?{query}&manifest_id={}", filed.id());
    let missing = cast.corps.get(&list("missing=true")).await.ok();
    assert_eq!(missing.str("/data/0/id"), three[2]);
    assert_eq!(missing.get("/data").as_array().unwrap().len(), 1);
    let refused = cast.producer.get(&format!("/containers/{}", three[1])).await.ok();
    assert_eq!(*refused.get("/accepted"), json!(false));
    let told = "SELECT count(*) FROM outbox WHERE kind = 'container_missing'";
    let told: i64 = world.database.superuser().await.query_one(told, &[]).await.unwrap().get(0);
    assert_eq!(told, 2, "producer and carrier");

    // It turns up after all.
    let found = json!({"status": "received"});
    cast.producer.patch(&format!("/containers/{}", three[2]), &found).await.is(403);
    let found = cast.receiver.patch(&format!("/containers/{}", three[2]), &found).await.ok();
    assert_eq!(*found.get("/missing"), json!(false));
    let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 100,
        "completed_on": "2026-11-25"}]});
    cast.receiver.post(&format!("{path}/complete"), &treat).await.ok();
    // What was refused is not treated, and lies there.
    assert_eq!(statuses(&cast.producer, &three).await, ["emptied", "received", "emptied"]);
}

#[tokio::test]
async fn a_receipt_of_masses_alone_receives_the_containers_too() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let items = |accepted: i64, refused: i64| {
        let masses = json!({"line": 1, "accepted_kg": accepted, "refused_kg": refused});
        json!([masses])
    };
    for (decision, accepted, refused, said) in [
        ("accept", 100, 0, json!(true)),
        ("refuse", 0, 100, json!(false)),
        ("partial", 50, 50, json!(null)),
    ] {
        let one = drums(&cast, &[100.0]).await;
        let filed = cast.filed(&oil_in(&cast, 100.0, &one)).await;
        // Nobody tapped depart: it is here, so it has left.
        let body = json!({"decision": decision, "items": items(accepted, refused)});
        cast.receiver.post(&format!("/manifests/{}/receive", filed.id()), &body).await.ok();
        let shown = cast.receiver.get(&format!("/containers/{}", one[0])).await.ok();
        assert_eq!((shown.str("/status"), shown.get("/accepted")), ("received", &said));
        assert_eq!(shown.version(), 4, "registered, reserved, shipped, received");
    }
}

/// The receiver joins at the reservation, and sees nothing below what it was served already.
#[tokio::test]
async fn the_feed_shows_a_container_to_its_receiver_from_the_reservation_on() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let one = drums(&cast, &[100.0]).await;
    let kinds = async |of: &Client| {
        let page = of.get("/changes?limit=500").await.ok();
        let all = page.get("/data").as_array().unwrap().clone();
        let of = all.into_iter().filter(|one| one["subject"]["kind"] == "container");
        of.map(|one| one["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(kinds(&cast.receiver).await.is_empty());
    let filed = cast.filed(&oil_in(&cast, 100.0, &one)).await;
    assert_eq!(kinds(&cast.receiver).await, ["reserved"]);
    assert_eq!(kinds(&cast.producer).await, ["registered", "reserved"]);
    assert_eq!(kinds(&cast.corps).await, ["registered", "reserved"]);
    assert!(kinds(&cast.stranger).await.is_empty());
    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("/manifests/{}/cancel", filed.id()), &cancel).await.ok();
    assert_eq!(kinds(&cast.producer).await, ["registered", "reserved", "released"]);
}

/// Until it has left, the parties may agree on other containers; afterwards what left has left.
#[tokio::test]
async fn an_amendment_takes_other_containers() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let three = drums(&cast, &[100.0, 60.0, 60.0]).await;
    let path = format!("/manifests/{}", cast.filed(&oil_in(&cast, 160.0, &three[..2])).await.id());
    let propose = async |containers: Value| {
        let changes = json!({"items": [{"line": 1, "container_ids": containers}]});
        let body = json!({"changes": changes, "reason": "wrong_data"});
        cast.producer.post(&format!("{path}/amendments"), &body).await
    };
    let light = propose(json!([three[0]])).await.is(422);
    light.refused_as("mass_balance");
    let unknown = propose(json!([three[0], cast.licence])).await.is(422);
    unknown.refused_as("unknown_reference").at("/changes/items/0/container_ids/1");
    propose(json!([three[0], three[2]])).await.is(201);
    let on_it = async |id: &String| {
        let shown = cast.producer.get(&format!("/containers/{id}")).await.ok();
        shown.get("/manifest_id") != &Value::Null
    };
    assert!(!on_it(&three[2]).await, "proposed is not agreed");
    cast.receiver.post(&format!("{path}/amendments/1/approve"), &json!({})).await.is(200);
    let found = [on_it(&three[0]).await, on_it(&three[1]).await, on_it(&three[2]).await];
    assert_eq!(found, [true, false, true]);
    cast.filed(&oil_in(&cast, 60.0, &three[1..2])).await;
    let taken = propose(json!([three[0], three[1]])).await;
    taken.is(409).refused_as("container_taken").at("/changes/items/0/container_ids/1");
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    assert_eq!(statuses(&cast.receiver, &three[2..]).await, ["shipped"]);
    let late = propose(json!([three[0]])).await;
    assert!(late.status >= 400, "{}", late.shown());
    late.tells("field_sealed", "/changes/items/0/container_ids");
}
