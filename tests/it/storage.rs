//! A receiver's storage: nothing is filed to a full one, and what is received lies where it says.

use serde_json::{Value, json};

use crate::support::{Cast, Client, World};

async fn area(of: &Client, site: &str, capacity_kg: i64) -> String {
    let area = json!({
        "site_id": site, "name": "一号库", "kind": "facility", "capacity_kg": capacity_kg,
    });
    of.post("/storage-areas", &area).await.ok().id()
}

async fn stored(of: &Client, area: &str) -> Value {
    of.get(&format!("/storage-areas/{area}")).await.ok().get("/stored_kg").clone()
}

#[tokio::test]
async fn a_full_receiver_takes_no_more_and_its_areas_tell_what_lies_there() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(500).await;
    let own = area(&cast.receiver, &cast.receiver_site, 100).await;
    let foreign = area(&cast.producer, &cast.producer_site, 100).await;
    let full = cast.producer.post("/manifests", &cast.oil(&json!(100.001))).await;
    full.is(409).refused_as("storage_full").at("/items/0/mass_kg");
    let filed = cast.filed(&cast.oil(&json!(60))).await;
    let more = cast.producer.post("/manifests", &cast.oil(&json!(41))).await;
    more.is(409).refused_as("storage_full");

    let path = format!("/manifests/{}", filed.id());
    let into = |area: &str| {
        json!({"decision": "accept", "storage_area_id": area,
            "items": [{"line": 1, "accepted_kg": 60, "refused_kg": 0}]})
    };
    for nowhere in [&foreign, &cast.licence] {
        let refused = cast.receiver.post(&format!("{path}/receive"), &into(nowhere)).await;
        refused.is(422).refused_as("unknown_reference").at("/storage_area_id");
    }
    cast.receiver.post(&format!("{path}/receive"), &into(&own)).await.ok();
    assert_eq!(stored(&cast.receiver, &own).await, json!(60));
    let treat = |kg: i64| {
        json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": kg,
            "completed_on": "2026-11-25"}]})
    };
    cast.receiver.post(&format!("{path}/complete"), &treat(25)).await.ok();
    assert_eq!(stored(&cast.receiver, &own).await, json!(35));
    // Somebody has told the ledger already: the treatment is recorded all the same.
    let taken = json!({"site_id": cast.receiver_site, "kind": "taken_out",
        "waste_code": "900-249-08", "mass_kg": 35, "storage_area_id": own});
    cast.receiver.post("/ledger-entries", &taken).await.ok();
    cast.receiver.post(&format!("{path}/complete"), &treat(35)).await.ok();
    assert_eq!(stored(&cast.receiver, &own).await, json!(0));
    // What was treated has made room again.
    cast.filed(&cast.oil(&json!(100))).await;
}

#[tokio::test]
async fn a_closed_area_takes_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    let closed = area(&cast.receiver, &cast.receiver_site, 100).await;
    let close = json!({"status": "closed"});
    cast.receiver.patch(&format!("/storage-areas/{closed}"), &close).await.ok();
    let body = json!({"decision": "accept", "storage_area_id": closed,
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    let refused = cast.receiver.post(&format!("/manifests/{}/receive", filed.id()), &body).await;
    refused.is(409).refused_as("right_withdrawn").at("/storage_area_id");
}

/// What was filed has its place; of more than that, only what fits (capacity.md).
#[tokio::test]
async fn more_than_was_filed_is_accepted_only_where_it_fits() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(500).await;
    let before = cast.filed(&cast.oil(&json!(30))).await;
    let own = area(&cast.receiver, &cast.receiver_site, 100).await;
    let filed = cast.filed(&cast.oil(&json!(95))).await;
    let receive = async |id: &str, kg: i64| {
        let body = json!({"decision": "accept", "storage_area_id": own,
            "items": [{"line": 1, "accepted_kg": kg, "refused_kg": 0}]});
        cast.receiver.post(&format!("/manifests/{id}/receive"), &body).await
    };
    let over = receive(&filed.id(), 150).await.is(409);
    let over = over.refused_as("storage_full").at("/items/0/accepted_kg");
    assert_eq!(over.get("/errors/0/acceptable_kg"), &json!(100));
    receive(&filed.id(), 100).await.ok();
    assert_eq!(stored(&cast.receiver, &own).await, json!(100));
    // Nothing was reserved for what was filed before the storage was told of: it is let in.
    receive(&before.id(), 30).await.ok();
    // More than lies there is not taken out, and the refusal says why.
    let taken = json!({"site_id": cast.receiver_site, "kind": "taken_out",
        "waste_code": "900-249-08", "mass_kg": 131, "storage_area_id": own});
    let refused = cast.receiver.post("/ledger-entries", &taken).await.is(409);
    let refused = refused.refused_as("insufficient_on_hand").at("/mass_kg");
    assert_eq!(refused.get("/errors/0/stored_kg"), &json!(130));
    assert!(refused.text.contains("130 kg"), "{}", refused.text);
}
