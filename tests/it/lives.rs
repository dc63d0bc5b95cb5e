//! Whole lives of a manifest, in three streams, and what must hold at each step.

use serde_json::json;

use crate::support::{Cast, World};

/// File, depart, arrive, receive, complete: masses add up and the log has every step.
#[tokio::test]
async fn a_manifest_lives_in_each_stream() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    for (body, method, number) in [
        (cast.oil(&json!(812.5)), "R9", "20266601000001"),
        (cast.medical(), "Y11", "20266601000002"),
        (cast.kitchen(), "K1", "C2026660100000001"),
    ] {
        let received = cast.accepted(&body).await;
        assert_eq!(received.str("/number"), number);
        assert_eq!(received.str("/status"), "accepted");
        let path = format!("/manifests/{}", received.id());
        let treatments = json!({"treatments": [{"line": 1, "method": method,
            "mass_kg": received.get("/items/0/mass_kg"), "completed_on": "2026-11-25"}]});
        let done = cast.receiver.post(&format!("{path}/complete"), &treatments).await.ok();
        assert_eq!(done.str("/status"), "completed");
        assert_eq!(done.version(), 5);
        let events = cast.producer.get(&format!("{path}/events")).await.ok();
        let kinds: Vec<&str> = events
            .get("/data")
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["filed", "departed", "arrived", "received", "completed"]);
        let by_number = cast.corps.get(&format!("/manifests/by-number/{number}")).await.ok();
        assert_eq!(by_number.id(), received.id());
    }
    let entries = cast.producer.get("/ledger-entries?kind=moved_out").await.ok();
    assert_eq!(entries.get("/data").as_array().unwrap().len(), 3);
}

/// The row that is stored is the fold of the events, to the letter.
#[tokio::test]
async fn the_row_is_the_fold_of_the_events() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let received = cast.accepted(&cast.oil(&json!(100))).await;
    let id = received.id();
    let client = world.database.superuser().await;
    let rows = client
        .query("SELECT body FROM event WHERE subject_id = $1::text::uuid ORDER BY seq", &[&id])
        .await
        .unwrap();
    let bodies: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(liandan::journal::first_break(bodies.iter().map(String::as_str)), None);
    let stamped: Vec<_> =
        bodies.iter().map(|body| liandan::manifest::read_event(body).unwrap()).collect();
    let folded = liandan::manifest::fold(&stamped).unwrap().unwrap();
    let row = client
        .query_one("SELECT state FROM manifest WHERE id = $1::text::uuid", &[&id])
        .await
        .unwrap();
    let stored: serde_json::Value = row.get(0);
    assert_eq!(serde_json::to_value(&folded).unwrap(), stored);
}

/// Refused mass frees the licence; a cancel frees all and keeps the number.
#[tokio::test]
async fn refusal_and_cancel_free_what_was_reserved() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(5000).await;
    let filed = cast.filed(&cast.oil(&json!(1000))).await;
    assert_eq!(filed.get("/capacity/0/left_kg"), 0);
    let over = cast.producer.post("/manifests", &cast.oil(&json!(1))).await;
    let over = over.is(409).refused_as("capacity_exceeded").at("/items/0/mass_kg");
    assert_eq!(*over.get("/permitted_kg"), json!(1000));
    assert_eq!(*over.get("/reserved_kg"), json!(1000));
    let path = format!("/manifests/{}", filed.id());
    cast.producer.post(&format!("{path}/cancel"), &json!({"reason": "not_needed"})).await.ok();
    let again = cast.filed(&cast.oil(&json!(1000))).await;
    assert_eq!(again.str("/number"), "20266601000002");
    let path = format!("/manifests/{}", again.id());
    let partly = json!({"decision": "partial", "items": [
        {"line": 1, "accepted_kg": 600, "refused_kg": 400, "reason": "not_as_declared"}]});
    let partly = cast.receiver.post(&format!("{path}/receive"), &partly).await.ok();
    assert_eq!(partly.str("/status"), "partly_accepted");
    assert_eq!(*partly.get("/items/0/refused/0/mass_kg"), json!(400));
    assert_eq!(*partly.get("/capacity/0/left_kg"), json!(400));
    // Nobody tapped depart or arrive, nor has the carrier signed: gaps, not a refusal.
    assert_eq!(partly.get("/gaps").as_array().unwrap().len(), 3);
}

/// A truck that weighs more than was reserved, on a full line.
#[tokio::test]
async fn over_receipt_on_a_full_line_says_what_is_acceptable() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(5000).await;
    let filed = cast.filed(&cast.oil(&json!(1000))).await;
    let path = format!("/manifests/{}/receive", filed.id());
    let more = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 1000.5, "refused_kg": 0}]});
    let refused = cast.receiver.post(&path, &more).await.is(409).refused_as("capacity_exceeded");
    assert_eq!(*refused.get("/acceptable_kg"), json!(1000));
}

/// Late is a case, never a refusal; five working days from a Wednesday end the next Wednesday.
#[tokio::test]
async fn a_late_receipt_is_taken_and_marked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    let path = format!("/manifests/{}", filed.id());
    let arrived = cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    assert_eq!(arrived.str("/deadlines/0/due_on"), "2026-12-02");
    world.pass(chrono::TimeDelta::days(8));
    let receiver = world.log_in("member-3").await;
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    let received = receiver.post(&format!("{path}/receive"), &body).await.ok();
    assert_eq!(*received.get("/receipt/late"), json!(true));
}

/// A suspended licence takes nothing new, and what is under way is still received.
#[tokio::test]
async fn a_suspended_licence_finishes_what_is_under_way() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let mut drums = cast.oil(&json!(10));
    drums["items"][0]["packages"][0]["kind"] = json!("steel_drum");
    let filed = cast.filed(&drums).await.warns("packaging_warning");
    let licence = format!("/licences/{}", cast.licence);
    cast.corps.patch(&licence, &json!({"status": "suspended"})).await.ok();
    let refused = cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
    refused.is(409).refused_as("right_withdrawn");
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    cast.receiver.post(&format!("/manifests/{}/receive", filed.id()), &body).await.ok();
}
