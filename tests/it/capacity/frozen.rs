//! Frozen assessments: what was read is kept to the byte, with a checkpoint that covers it.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::division;
use crate::audit;
use crate::support::{Answer, Cast, Method, World};

async fn freeze(world: &World, cast: &Cast, name: &str) -> Answer {
    world.publish().await;
    cast.corps.post("/capacity/assessments", &json!({"name": name, "year": 2026})).await.is(201)
}

/// The text of a member as it stands in an answer.
fn member<'a>(text: &'a str, name: &str) -> &'a str {
    let all: std::collections::BTreeMap<&str, &'a serde_json::value::RawValue> =
        serde_json::from_str(text).unwrap();
    all[name].get()
}

#[tokio::test]
async fn what_was_assessed_stays_as_it_was() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(400).await;
    let now = cast.corps.get("/capacity/assessment?year=2026").await.is(200);
    let taken = freeze(&world, &cast, "半年").await;
    assert_eq!(
        (taken.get("/by"), taken.get("/year")),
        (&json!(["division", "category"]), &json!(2026))
    );
    let path = taken.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    cast.produce(300).await;
    let later = cast.corps.get("/capacity/assessment?year=2026").await.is(200);
    assert_eq!(later.get("/totals/produced_kg"), &json!(700));
    let kept = cast.corps.get(&path).await.is(200);
    assert_eq!(kept.get("/frozen/assessment/totals"), now.get("/totals"));
    assert_eq!(kept.get("/frozen/assessment/cells"), now.get("/cells"));
    // The hash is that of the member as it is written, and the event has it.
    let hash = hex::encode(Sha256::digest(member(&kept.text, "frozen").as_bytes()));
    assert_eq!(kept.str("/content_sha256"), hash);
    let sql = "SELECT body FROM event WHERE kind = 'registered' AND body LIKE '%content_sha256%'";
    let body: String = world.database.superuser().await.query_one(sql, &[]).await.unwrap().get(0);
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["data"]["content_sha256"], hash);
    // The checkpoint is of the log, and of no less than what was read.
    let size: i64 = kept.str("/frozen/checkpoint").lines().nth(1).unwrap().parse().unwrap();
    assert!(size >= kept.get("/tree_size").as_i64().unwrap());
    let listed = cast.corps.get("/capacity/assessments?year=2026").await.is(200);
    assert_eq!(listed.get("/data/0/id"), &json!(taken.id()));
    assert!(listed.json["data"][0].get("frozen").is_none());
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
    // Neither the content nor its hash can be changed behind the log.
    let db = world.database.superuser().await;
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    assert!(db.batch_execute("UPDATE assessment SET content = '{}'").await.is_err());
    let both = "UPDATE assessment SET content = '{}',
        content_sha256 = encode(sha256('{}'::bytea), 'hex')";
    db.batch_execute(both).await.unwrap();
    let report = audit::of(&world.database.app_url()).await;
    assert_eq!(report.findings_count, 1, "{}", audit::told(&report).join("\n"));
}

#[tokio::test]
async fn a_repeat_freezes_nothing_more_and_a_try_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    world.publish().await;
    let asked = json!({"name": "一", "year": 2026, "by": ["stream"], "divisions": ["01"]});
    cast.corps.post("/capacity/assessments?validate_only=true", &asked).await.is(201);
    assert_eq!(world.rows("assessment").await, 0);
    let call = || cast.corps.call(Method::POST, "/capacity/assessments").json(&asked).key("a");
    let first = call().send().await.is(201);
    let again = call().send().await.is(201);
    assert_eq!((again.header("idempotent-replayed"), again.id()), ("true", first.id()));
    assert_eq!(world.rows("assessment").await, 1);
    // A division's regulator sees what goes over its division alone.
    let (own, other) = (division(&world, &cast, "01").await, division(&world, &cast, "02").await);
    let path = format!("/capacity/assessments/{}", first.id());
    own.get(&path).await.is(200);
    for client in [&other, &cast.producer, &cast.stranger] {
        client.get(&path).await.refused_as("not_found");
        let none = client.get("/capacity/assessments").await.is(200);
        assert_eq!(none.get("/data"), &json!([]));
    }
    for (name, value, code, at) in [
        ("name", json!(""), "too_short", "/name"),
        ("year", json!("x"), "wrong_type", "/year"),
        ("by", json!([]), "too_short", "/by"),
        ("divisions", json!(["77"]), "invalid_value", "/divisions/0"),
    ] {
        let mut body = asked.clone();
        body[name] = value;
        cast.corps.post("/capacity/assessments", &body).await.refused_as(code).at(at);
    }
    cast.producer.post("/capacity/assessments", &asked).await.refused_as("forbidden");
    other.post("/capacity/assessments", &asked).await.refused_as("forbidden");
}
