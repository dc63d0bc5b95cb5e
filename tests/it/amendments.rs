//! Amendments: what was signed wrong is proposed anew by one side and agreed to by the other, and
//! accounts, ledger and deadlines follow; both versions stay readable.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, World};

mod authority;
mod books;
mod rules;
mod time;

/// A world where 1000 kg of oil lie at the producer's, and a filing of 100 kg of it.
async fn stage(permitted_kg: i64) -> (World, Cast, String) {
    let world = World::start().await;
    let cast = Cast::new(&world, permitted_kg).await;
    cast.produce(1000).await;
    let filed = cast.filed(&cast.oil(&json!(100))).await;
    let path = format!("/manifests/{}", filed.id());
    (world, cast, path)
}

fn mass(kg: impl Into<Value>) -> Value {
    json!({"items": [{"line": 1, "mass_kg": kg.into()}]})
}

async fn propose(by: &Client, path: &str, changes: Value) -> Answer {
    let body = json!({"changes": changes, "reason": "wrong_data"});
    by.post(&format!("{path}/amendments"), &body).await
}

async fn approve(by: &Client, path: &str, n: i64) -> Answer {
    by.post(&format!("{path}/amendments/{n}/approve"), &json!({})).await
}

async fn reject(by: &Client, path: &str, n: i64) -> Answer {
    by.post(&format!("{path}/amendments/{n}/reject"), &json!({"reason": "not_as_declared"})).await
}

/// Proposed by the producer and approved by the receiver.
async fn amended(cast: &Cast, path: &str, changes: Value) -> Answer {
    let n = propose(&cast.producer, path, changes).await.is(201).get("/n").as_i64().unwrap();
    approve(&cast.receiver, path, n).await.is(200)
}

/// The kinds of the manifest's events.
async fn kinds(by: &Client, path: &str) -> Vec<String> {
    let events = by.get(&format!("{path}/events")).await.ok();
    let all = events.get("/data").as_array().unwrap().iter();
    all.map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_one_side_proposes_holds_once_the_other_approves() {
    let (_world, cast, path) = stage(1000).await;
    let changes = json!({"items": [{"line": 1, "mass_kg": 80.5}],
        "planned_departure_on": "2026-11-27"});
    let proposed = propose(&cast.producer, &path, changes.clone()).await.is(201);
    assert_eq!(proposed.version(), 2);
    assert_eq!(proposed.header("location"), format!("/api/v1{path}/amendments/1"));
    assert_eq!(proposed.get("/n"), 1);
    assert_eq!(proposed.str("/status"), "proposed");
    assert_eq!(*proposed.get("/changes"), changes);
    let before = json!({"items": [{"line": 1, "mass_kg": 100}],
        "planned_departure_on": "2026-11-25"});
    assert_eq!(*proposed.get("/before"), before);
    assert_eq!(proposed.str("/proposed_by"), "producer");
    // Five working days after Wednesday, to the end of that day in Beijing.
    assert_eq!(proposed.str("/expires_at"), "2026-12-02T16:00:00.000Z");
    assert_eq!(*proposed.get("/needs/0/party"), "receiver");
    let diff = json!([
        {"pointer": "/items/0/mass_kg", "before": 100, "after": 80.5},
        {"pointer": "/planned_departure_on", "before": "2026-11-25", "after": "2026-11-27"},
    ]);
    assert_eq!(*proposed.get("/diff"), diff);

    let waiting = cast.receiver.get(&path).await.ok();
    assert_eq!(*waiting.get("/items/0/mass_kg"), 100);
    assert_eq!(*waiting.get("/open_amendments/0/n"), 1);
    for by in [&cast.producer, &cast.carrier, &cast.corps] {
        approve(by, &path, 1).await.is(403).refused_as("forbidden");
        reject(by, &path, 1).await.is(403).refused_as("forbidden");
    }
    approve(&cast.stranger, &path, 1).await.is(404);
    approve(&cast.receiver, &path, 2).await.is(404);
    let approved = approve(&cast.receiver, &path, 1).await.is(200);
    assert_eq!(approved.str("/status"), "approved");
    assert_eq!(*approved.get("/approved_by"), json!(["receiver"]));
    assert_eq!(approved.version(), 3);

    let now = cast.carrier.get(&path).await.ok();
    assert_eq!(*now.get("/items/0/mass_kg"), 80.5);
    assert_eq!(now.str("/planned_departure_on"), "2026-11-27");
    assert_eq!(*now.get("/open_amendments"), json!([]));
    assert_eq!(*now.get("/capacity/0/reserved_kg"), 80.5);
    assert_eq!(*now.get("/capacity/0/left_kg"), 919.5);
    let all = cast.carrier.get(&format!("{path}/amendments")).await.ok();
    assert_eq!(*all.get("/data/0/before"), before);
    assert_eq!(all.str("/data/0/status"), "approved");
    let one = cast.producer.get(&format!("{path}/amendments/1")).await.ok();
    assert_eq!(one.json, all.json["data"][0]);
    assert_eq!(
        kinds(&cast.corps, &path).await,
        ["filed", "amendment_proposed", "amendment_approved"]
    );
    let data = cast.corps.get(&format!("{path}/events")).await.ok();
    assert_eq!(*data.get("/data/2/data/changes/items"), json!([{"line": 1, "mass_g": 80_500}]));
    assert_eq!(*data.get("/data/2/data/before/items"), json!([{"line": 1, "mass_g": 100_000}]));
    assert_eq!(*data.get("/data/0/data/items/0/mass_g"), 100_000);
}

#[tokio::test]
async fn what_the_other_side_rejects_changes_nothing() {
    let (_world, cast, path) = stage(1000).await;
    propose(&cast.receiver, &path, mass(90)).await.is(201);
    let rejected = reject(&cast.producer, &path, 1).await.is(200);
    assert_eq!(rejected.str("/status"), "rejected");
    assert_eq!(*rejected.get("/rejected_by"), json!(["producer"]));
    assert_eq!(rejected.str("/rejection_reason"), "not_as_declared");
    for again in [approve(&cast.producer, &path, 1).await, reject(&cast.producer, &path, 1).await] {
        again.is(409).refused_as("already_decided");
    }
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(*now.get("/items/0/mass_kg"), 100);
    assert_eq!(*now.get("/capacity/0/reserved_kg"), 100);
    assert_eq!(now.version(), 3);
}

/// The same request again, and two at once: one amendment, one outcome.
#[tokio::test]
async fn repeats_and_races_have_one_outcome() {
    let (_world, cast, path) = stage(1000).await;
    let at = format!("{path}/amendments");
    let body = json!({"changes": mass(90), "reason": "wrong_data"});
    let once = |client: &Client, path: &str, body: &Value, key: &str| {
        client.call(crate::support::Method::POST, path).header("Idempotency-Key", key).json(body)
    };
    let (one, two) = tokio::join!(
        once(&cast.producer, &at, &body, "propose-1").send(),
        once(&cast.producer, &at, &body, "propose-1").send(),
    );
    assert_eq!((one.status, two.status), (201, 201));
    assert_eq!(one.json, two.json);
    let replayed = [&one, &two].map(|one| one.header("idempotent-replayed") == "true");
    assert_eq!(replayed.iter().filter(|one| **one).count(), 1);
    assert_eq!(kinds(&cast.corps, &path).await.len(), 2);

    let approval = format!("{at}/1/approve");
    let (yes, no) = tokio::join!(
        once(&cast.receiver, &approval, &json!({}), "yes").send(),
        once(&cast.receiver, &format!("{at}/1/reject"), &json!({}), "no").send(),
    );
    let mut both = [yes, no];
    both.sort_by_key(|answer| answer.status);
    let [done, refused] = both;
    done.is(200);
    refused.is(409).refused_as("already_decided");
    assert_eq!(kinds(&cast.corps, &path).await.len(), 3);

    propose(&cast.producer, &path, mass(70)).await.is(201);
    let approval = format!("{at}/2/approve");
    let (one, two) = tokio::join!(
        once(&cast.receiver, &approval, &json!({}), "a").send(),
        once(&cast.receiver, &approval, &json!({}), "b").send(),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let key = if one.status == 200 { "a" } else { "b" };
    let again = once(&cast.receiver, &approval, &json!({}), key).send().await.is(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.str("/status"), "approved");
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(*now.get("/capacity/0/reserved_kg"), 70);
    assert_eq!(*now.get("/items/0/mass_kg"), 70);
}

#[tokio::test]
async fn a_version_and_a_trial_are_heeded() {
    let (_world, cast, path) = stage(1000).await;
    let at = format!("{path}/amendments");
    let body = json!({"changes": mass(90), "reason": "wrong_data"});
    let stale = cast.producer.call(crate::support::Method::POST, &at).header("If-Match", "\"7\"");
    stale.json(&body).send().await.is(412).refused_as("stale_version");
    let tried = cast.producer.post(&format!("{at}?validate_only=true"), &body).await.is(201);
    assert_eq!(tried.str("/status"), "proposed");
    assert_eq!(kinds(&cast.corps, &path).await, ["filed"]);
    propose(&cast.producer, &path, mass(90)).await.is(201);
    let trial = format!("{at}/1/approve?validate_only=true");
    let tried = cast.receiver.post(&trial, &json!({})).await.is(200);
    assert_eq!(tried.str("/status"), "approved");
    assert_eq!(kinds(&cast.corps, &path).await, ["filed", "amendment_proposed"]);
    assert_eq!(*cast.producer.get(&path).await.ok().get("/capacity/0/reserved_kg"), 100);
}
