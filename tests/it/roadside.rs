//! The roadside: what rides now by plate, number or container; and the record of each look.

mod inspections;

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, PASSWORD, World};

/// `新A12345`, in a query.
const PLATE: &str = "%E6%96%B0A12345";

/// A division's inspector of another agency than ecology, who regulates neither end.
pub async fn inspector(world: &World, cast: &Cast, division: &str, agency: &str) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let login = format!("inspector-{division}-{agency}");
    let user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
        "role": "division_regulator", "division": division, "agency": agency});
    cast.corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

pub async fn departed(cast: &Cast, kg: i64) -> Answer {
    let mut body = cast.oil(&json!(kg));
    body["emergency_measures"] = json!("泄漏时用沙土吸附，拨打 12369");
    body["legs"][0]["trailer_plate"] = json!("新A1234挂");
    let filed = cast.filed(&body).await;
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok()
}

async fn look(of: &Client, query: &str) -> Answer {
    of.get(&format!("/roadside?{query}")).await.ok()
}

fn nothing(look: &Answer) -> bool {
    look.get("/nothing").as_bool().unwrap()
}

#[tokio::test]
async fn what_rides_is_told_with_its_proof_from_departure_to_receipt() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let police = inspector(&world, &cast, "09", "public_security").await;
    let plate = format!("plate={PLATE}");
    let before = look(&police, &plate).await;
    assert!(nothing(&before) && before.get("/manifests").as_array().unwrap().is_empty());
    assert_eq!(before.str("/vehicle/id"), cast.vehicle);
    let first = departed(&cast, 100).await;
    let second = departed(&cast, 50).await;

    let seen = look(&police, &plate).await;
    assert!(!nothing(&seen) && seen.get("/attestation").is_null());
    let found = seen.get("/manifests").as_array().unwrap();
    assert_eq!(found.len(), 2);
    let one = found.iter().find(|one| one["manifest"]["id"] == json!(first.id())).unwrap();
    assert_eq!(one["manifest"]["emergency_measures"], "泄漏时用沙土吸附，拨打 12369");
    assert_eq!((&one["riding"], &one["driver"]["name"]), (&json!(true), &json!("张三")));
    // The proof is the newest event's place in the log.
    let events = cast.producer.get(&format!("/manifests/{}/events", first.id())).await.ok();
    let last = events.get("/data").as_array().unwrap().last().unwrap();
    for member in ["seq", "index", "leaf_hash", "recorded_at"] {
        assert_eq!(one["proof"][member], last[member], "{member}");
    }
    assert!(seen.get("/log_size").as_i64().unwrap() > last["index"].as_i64().unwrap());
    let trailer = look(&police, "plate=%E6%96%B0a-1234%E6%8C%82").await;
    assert_eq!(trailer.get("/manifests").as_array().unwrap().len(), 2);

    cast.receiver.post(&format!("/manifests/{}/arrive", first.id()), &json!({})).await.ok();
    let at_the_gate = look(&police, &plate).await;
    assert_eq!(at_the_gate.get("/manifests").as_array().unwrap().len(), 2, "not unloaded yet");
    for (manifest, kg) in [(&first, 100), (&second, 50)] {
        let body = json!({"decision": "accept",
            "items": [{"line": 1, "accepted_kg": kg, "refused_kg": 0}]});
        cast.receiver.post(&format!("/manifests/{}/receive", manifest.id()), &body).await.ok();
    }
    assert!(nothing(&look(&police, &plate).await));
    assert_eq!(world.rows("riding").await, 0);
}

#[tokio::test]
async fn an_attestation_says_when_and_where_in_the_log_nothing_rides() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let police = inspector(&world, &cast, "09", "transport").await;
    let looked = look(&police, "plate=%E6%96%B0A99999").await;
    let attested = looked.get("/attestation");
    assert_eq!(attested["plate"], "新A99999");
    assert_eq!(attested["at"], "2026-11-25T02:00:00.000Z");
    assert!(looked.get("/vehicle").is_null());
    let superuser = world.database.superuser().await;
    let log = "SELECT next_position, encode(leaf, 'hex') FROM log_head
                 JOIN event ON position = next_position - 1";
    let row = superuser.query_one(log, &[]).await.unwrap();
    assert_eq!(attested["log_size"], json!(row.get::<_, i64>(0)));
    assert_eq!(attested["last_leaf_hash"], json!(row.get::<_, String>(1)));
    assert!(attested["statement"].as_str().unwrap().contains("新A99999"));
    let none = look(&police, "number=20266601999999").await;
    assert!(nothing(&none) && none.get("/attestation/number") == "20266601999999");
    assert!(nothing(&look(&police, &format!("container={}", "x".repeat(37))).await));
}

#[tokio::test]
async fn a_number_finds_its_manifest_on_the_road_or_not() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    let number = format!("number={}", filed.str("/number"));
    let waiting = look(&cast.corps, &number).await;
    assert!(nothing(&waiting));
    assert_eq!(waiting.str("/manifests/0/manifest/status"), "filed");
    assert_eq!(*waiting.get("/manifests/0/riding"), json!(false));
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok();
    assert!(!nothing(&look(&cast.corps, &number).await));
}

#[tokio::test]
async fn a_container_rides_with_its_manifest_unless_it_is_missing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let drum = json!({"site_id": cast.producer_site, "waste_code": "900-249-08",
        "kind": "plastic_drum", "mass_kg": 50});
    let registered = cast.producer.post("/containers", &json!([drum, drum])).await.is(201);
    let code = registered.str("/data/0/code").to_owned();
    let query = format!("container={code}");
    let stored = look(&cast.corps, &query).await;
    assert!(nothing(&stored) && stored.get("/manifests").as_array().unwrap().is_empty());
    assert_eq!(stored.str("/container/status"), "open");
    let ids = [registered.get("/data/0/id"), registered.get("/data/1/id")];
    let mut body = cast.oil(&json!(100));
    body["items"][0]["packages"] = json!([]);
    body["items"][0]["container_ids"] = json!(ids);
    let filed = cast.filed(&body).await;
    let path = format!("/manifests/{}", filed.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let riding = look(&cast.corps, &query).await;
    assert!(!nothing(&riding));
    assert_eq!(riding.str("/manifests/0/manifest/id"), filed.id());
    let receive = json!({"decision": "accept", "items": [{"line": 1, "accepted_kg": 50,
        "refused_kg": 0, "containers": [{"id": ids[1], "accepted": true}]}]});
    cast.receiver.post(&format!("{path}/receive"), &receive).await.ok();
    let lost = look(&cast.corps, &query).await;
    assert!(nothing(&lost));
    assert_eq!(*lost.get("/container/missing"), json!(true));
}

#[tokio::test]
async fn one_thing_is_asked_for_and_by_regulators_alone() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.corps.get("/roadside").await.is(422).refused_as("required");
    let both = format!("/roadside?plate={PLATE}&number=20266601000001");
    cast.corps.get(&both).await.is(422).refused_as("invalid_value");
    cast.corps.get("/roadside?plate=12345").await.is(422).refused_as("plate_invalid");
    for other in [&cast.producer, &cast.carrier, &cast.receiver, &cast.stranger] {
        other.get(&format!("/roadside?plate={PLATE}")).await.is(403);
    }
}

/// The body of an inspection.
pub fn inspection(what: &Value, outcome: &str, findings: &Value) -> Value {
    let mut body = json!({"outcome": outcome, "findings": findings, "note": "例行检查",
        "location": {"lon": 81.3, "lat": 40.6}});
    body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    body
}
