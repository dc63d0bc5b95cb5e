//! Where a command stands in the log: every answer says it, and proves it to whoever waits.

use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::{Value, json};

use super::independent::{hash, hashes, open, root_above};
use super::key;
use crate::support::{Answer, Cast, Client, Method, World};

fn position(answer: &Answer) -> u64 {
    answer.header("log-position").parse().unwrap_or_else(|_| panic!("{}", answer.shown()))
}

/// Publishes once somebody waits for it.
async fn publish(world: &World) {
    while world.app.custody.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    world.publish().await;
}

/// Panics unless the answer proves these events and no others. Answers with their kinds.
async fn proven(answer: &Answer, corps: &Client) -> Vec<String> {
    let head = open(answer.str("/proof/checkpoint"), &key(corps).await);
    let events = answer.get("/proof/events").as_array().unwrap();
    let mut kinds = Vec::new();
    for event in events {
        let index = event["index"].as_u64().unwrap();
        let bytes: [u8; 32] =
            hex::decode(event["leaf_hash"].as_str().unwrap()).unwrap().try_into().unwrap();
        let mut path = hashes(&event["proof"]);
        assert_eq!(root_above(bytes, (index, head.size), &mut path), head.root);
        assert!(path.is_empty());
        let entries = corps.get(&format!("/custody/tile/entries/000.p/{}", index + 1)).await;
        let bodies = super::independent::entries(&entries.is(200).bytes);
        let body = bodies.last().unwrap();
        assert_eq!(super::independent::leaf(body), bytes);
        let body: Value = serde_json::from_slice(body).unwrap();
        kinds.push(body["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(events.last().unwrap()["index"], position(answer));
    assert_ne!(head.root, hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    kinds
}

#[tokio::test]
async fn every_answer_to_a_command_says_where_it_stands() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let end = world.rows("event").await as u64;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    assert_eq!(position(&filed), end);
    assert!(filed.json.get("proof").is_none());
    let path = format!("/manifests/{}", filed.id());
    let call = |key: &str| {
        cast.carrier.call(Method::POST, &format!("{path}/depart")).json(&json!({})).key(key)
    };
    let departed = call("one").send().await.ok();
    assert_eq!(position(&departed), end + 1);
    let site = json!({"name": "二号场所"});
    let changed = cast.corps.patch(&format!("/sites/{}", cast.producer_site), &site).await.ok();
    assert_eq!(position(&changed), end + 2);
    let again = call("one").send().await.ok();
    assert_eq!((again.header("idempotent-replayed"), position(&again)), ("true", end + 1));
    let tried = cast.receiver.post(&format!("{path}/arrive?validate_only=true"), &json!({})).await;
    let refused = call("two").send().await.refused_as("illegal_transition");
    let read = cast.carrier.get(&path).await.is(200);
    let mut draft = cast.oil(&json!(10));
    draft["draft"] = json!(true);
    let draft = cast.producer.post("/manifests", &draft).await.is(201);
    for answer in [tried.is(200), refused, read, draft] {
        assert_eq!(answer.header("log-position"), "", "{}", answer.shown());
    }
}

#[tokio::test]
async fn whoever_waits_for_the_proof_gets_it_with_the_answer() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let post = async |client: &Client, path: &str, body: Value| {
        let call = client.call(Method::POST, &format!("{path}?wait=proof")).json(&body).key(path);
        let (answer, ()) = join(call.send(), publish(&world)).await;
        answer.ok()
    };
    let filed = post(&cast.producer, "/manifests", cast.oil(&json!(10))).await;
    assert_eq!(proven(&filed, &cast.corps).await, ["filed"]);
    assert_eq!(filed.str("/status"), "filed");
    let path = format!("/manifests/{}", filed.id());
    post(&cast.carrier, &format!("{path}/depart"), json!({})).await;
    let refused = json!({"decision": "refuse",
        "items": [{"line": 1, "accepted_kg": 0, "refused_kg": 10, "reason": "damaged"}]});
    let received = post(&cast.receiver, &format!("{path}/receive"), refused).await;
    assert_eq!(proven(&received, &cast.corps).await, ["received"]);
    let back = json!({"planned_departure_on": "2026-11-25", "depart_now": true,
        "items": [{"line": 1, "mass_kg": 10}],
        "legs": [{"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
                  "driver_id": cast.driver}]});
    let back = post(&cast.receiver, &format!("{path}/return"), back).await;
    let mut kinds = proven(&back, &cast.corps).await;
    kinds.sort();
    assert_eq!(kinds, ["departed", "filed", "return_filed"], "all of one command");
    // What was published long since is answered at once, also when asked again.
    let again = cast.carrier.call(Method::POST, &format!("{path}/depart?wait=proof"));
    let again = again.json(&json!({})).key(&format!("{path}/depart")).send().await.ok();
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(proven(&again, &cast.corps).await, ["departed"]);
    let wrong = cast.producer.post("/manifests?wait=5", &cast.oil(&json!(10))).await;
    wrong.is(422).tells("invalid_value", "/query/wait");
}

/// Nobody publishes: the command stands, and its answer says so without the proof.
#[tokio::test]
async fn a_proof_that_does_not_come_in_time_costs_the_command_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let begun = Instant::now();
    let filed = cast.producer.post("/manifests?wait=proof", &cast.oil(&json!(10))).await.is(201);
    assert!(begun.elapsed() >= Duration::from_secs(5));
    assert!(filed.get("/proof").is_null());
    let read = cast.producer.get(&format!("/manifests/{}", filed.id())).await.is(200);
    assert_eq!(read.str("/status"), "filed");
}
