//! What goes wrong on the way.

use serde_json::{Value, json};

use super::{Way, once_each};
use crate::roadside::inspector;
use crate::support::Client;

/// A spill is lost from its item, told to the others, and the receipt adds up with it.
#[tokio::test]
async fn what_is_spilt_is_lost_and_the_receipt_adds_up() {
    let way = Way::new().await;
    let body = json!({"kind": "spill", "note": "侧翻，约四分之一渗漏",
        "items": [{"line": 1, "lost_kg": 20.5}, {"line": 1, "lost_kg": 4.5}],
        "location": {"lon": 81.3, "lat": 40.6}, "reported_to": "第一师生态环境局",
        "reported_at": "2026-11-25T01:50:00Z", "occurred_at": "2026-11-25T01:45:00Z"});
    let told = way.world.rows("outbox").await;
    let spilt = way.carrier("incidents", &body).await.ok();
    assert_eq!(way.world.rows("outbox").await, told + 3, "the other parties and the authority");
    assert_eq!(spilt.str("/status"), "in_transit");
    assert_eq!(*spilt.get("/items/0/lost_kg"), json!(25));
    assert_eq!(*spilt.get("/incidents/0/items"), json!([{"line": 1, "lost_kg": 25}]));
    assert_eq!(spilt.str("/incidents/0/occurred_at"), "2026-11-25T01:45:00.000Z");
    assert_eq!(*spilt.get("/incidents/0/by"), json!(["carrier"]));
    let event = way.cast.receiver.get(&way.path("events")).await.ok();
    assert_eq!(*event.get("/data/2/kind"), json!("incident"));
    assert_eq!(*event.get("/data/2/data/items"), json!([{"line": 1, "lost_g": 25_000}]));
    // What is foreseen is what is left.
    let preflight = way.cast.receiver.get(&way.path("preflight?action=receive")).await.ok();
    assert_eq!(*preflight.get("/allowed"), json!(true));
    let receipt = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 74, "refused_kg": 0}]});
    let received = way.cast.receiver.post(&way.path("receive"), &receipt).await.ok();
    // shipped + difference = accepted + refused + lost.
    assert_eq!(*received.get("/receipt/items/0/difference_kg"), json!(-1));
}

#[tokio::test]
async fn never_more_is_lost_than_is_on_its_way() {
    let way = Way::new().await;
    let lose = async |kg: f64| {
        let body = json!({"kind": "loss", "note": "遗撒", "items": [{"line": 1, "lost_kg": kg}]});
        way.carrier("incidents", &body).await
    };
    lose(60.0).await.ok();
    lose(40.001).await.is(422).refused_as("mass_balance").at("/items/0/lost_kg");
    let (one, other) = futures_util::join!(lose(30.0), lose(30.0));
    let mut told = [one.status, other.status];
    told.sort_unstable();
    assert_eq!(told, [200, 422], "ten are left for the second");
    let lost = lose(10.0).await.ok();
    assert_eq!(*lost.get("/on_board/0/mass_kg"), json!(0));
    let preflight = way.cast.receiver.get(&way.path("preflight?action=receive")).await.ok();
    assert_eq!(*preflight.get("/allowed"), json!(true), "{}", preflight.text);
    let nothing = json!({"decision": "refuse",
        "items": [{"line": 1, "accepted_kg": 0, "refused_kg": 0}]});
    let received = way.cast.receiver.post(&way.path("receive"), &nothing).await.ok();
    assert_eq!(*received.get("/receipt/items/0/difference_kg"), json!(0));
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let way = Way::new().await;
    let body = json!({"kind": "fire", "note": "起火",
        "items": [{"line": 2, "lost_kg": 1}, {"line": 1, "lost_kg": 100.5}],
        "vehicle_id": way.cast.carrier_id, "reported_at": "2026-11-26T00:00:00Z",
        "occurred_at": "2026-11-26T00:00:00Z"});
    let wrong = way.carrier("incidents", &body).await.is(422);
    wrong
        .tells("unknown_reference", "/items/0/line")
        .tells("mass_balance", "/items/1/lost_kg")
        .tells("unknown_reference", "/vehicle_id")
        .tells("not_yet", "/reported_at")
        .tells("not_yet", "/occurred_at");
    let bare = way.carrier("incidents", &json!({"kind": "flood"})).await.is(422);
    bare.tells("invalid_value", "/kind").tells("required", "/note");
}

/// Every party tells of it, and nobody else; not before departure.
#[tokio::test]
async fn any_party_tells_of_it() {
    let way = Way::new().await;
    let body = json!({"kind": "breakdown", "note": "爆胎"});
    let path = way.path("incidents");
    for client in [&way.cast.producer, &way.cast.carrier, &way.cast.receiver] {
        client.post(&path, &body).await.ok();
    }
    way.cast.corps.post(&path, &body).await.is(403);
    way.cast.stranger.post(&path, &body).await.is(404);
    let filed = way.cast.filed(&way.cast.oil(&json!(10))).await.id();
    let early = way.cast.carrier.post(&format!("/manifests/{filed}/incidents"), &body).await;
    early.is(409).refused_as("illegal_transition");
    once_each(&way.cast.producer, &path, &body).await;
}

/// Fifty of a kind are more than any journey has.
#[tokio::test]
async fn a_journey_does_not_grow_without_end() {
    let way = Way::new().await;
    let body = json!({"kind": "breakdown", "note": "爆胎"});
    for _ in 0..50 {
        way.carrier("incidents", &body).await.ok();
    }
    way.carrier("incidents", &body).await.is(422).refused_as("too_long");
    way.carrier("stops", &json!({"kind": "stop", "reason": "other"})).await.ok();
}

async fn told_of(client: &Client, id: &str) -> (usize, Vec<String>) {
    let listed = client.get("/manifests?incident=true").await.is(200);
    let changes = client.get("/changes?limit=500").await.is(200);
    let changes = changes.get("/data").as_array().unwrap().iter();
    let own = changes.filter(|one| one["subject"]["id"] == id);
    let kinds = own.map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
    (listed.get("/data").as_array().unwrap().len(), kinds)
}

/// The authorities of both ends and of where it happened learn of it at once; those of elsewhere,
/// and of a stream that is not theirs, do not.
#[tokio::test]
async fn the_authorities_of_where_it_happened_learn_of_it_at_once() {
    let way = Way::new().await;
    let (world, cast) = (&way.world, &way.cast);
    let there = inspector(world, cast, "09", "emergency").await;
    let elsewhere = inspector(world, cast, "08", "ecology").await;
    let health = inspector(world, cast, "09", "health").await;
    let of_the_ends = inspector(world, cast, "01", "ecology").await;
    let (path, own) = (way.path("incidents"), way.path(""));
    let own = own.trim_end_matches('/');
    there.get(own).await.is(404);
    assert_eq!(told_of(&of_the_ends, &way.id).await.0, 0);
    let body = |division: &str| {
        json!({"kind": "spill", "note": "侧翻", "items": [{"line": 1, "lost_kg": 5}],
            "division": division})
    };
    let wrong = way.carrier("incidents", &body("15")).await.is(422);
    wrong.refused_as("invalid_value").at("/division");
    let notices = "SELECT count(*) FROM outbox WHERE kind = 'manifest_incident'";
    let count = async || -> i64 {
        world.database.superuser().await.query_one(notices, &[]).await.unwrap().get(0)
    };
    cast.producer.post(&path, &json!({"kind": "breakdown", "note": "爆胎"})).await.is(200);
    assert_eq!(count().await, 2, "a breakdown is the parties' own matter");
    let spilt = way.carrier("incidents", &body("09")).await.is(200);
    assert_eq!(spilt.str("/incidents/1/division"), "09");
    assert_eq!(spilt.get("/incidents/0/division"), &Value::Null);
    // All these inspectors are one bureau's: it is told once.
    assert_eq!(count().await, 2 + 3);
    let seen = there.get(own).await.is(200);
    assert_eq!(seen.str("/incidents/1/kind"), "spill");
    assert_eq!(told_of(&there, &way.id).await, (1, vec!["incident".to_owned()]));
    let all = ["filed", "departed", "incident", "incident"].map(str::to_owned).to_vec();
    for client in [&of_the_ends, &cast.corps, &cast.producer, &cast.receiver] {
        assert_eq!(told_of(client, &way.id).await, (1, all.clone()));
        let none = client.get("/manifests?incident=false").await.is(200);
        assert!(none.get("/data").as_array().unwrap().is_empty());
    }
    for client in [&elsewhere, &health, &cast.stranger] {
        client.get(own).await.is(404);
        assert_eq!(told_of(client, &way.id).await, (0, Vec::new()));
    }
    there.post(&path, &body("09")).await.is(403);
    // It sees what happened there, and corrects nothing of the two ends'.
    let ecology = inspector(world, cast, "09", "ecology").await;
    ecology.get(own).await.is(200);
    let note = json!({"changes": {"note": "y"}, "reason": "wrong_data"});
    ecology.post(&way.path("amendments"), &note).await.is(403).refused_as("forbidden");
}
