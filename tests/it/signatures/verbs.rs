//! Each step that a device may sign, signed.

use super::*;

#[tokio::test]
async fn a_manifest_is_signed_from_its_departure_to_its_receipt() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let place = json!({"lon": 81.28, "lat": 40.55});
    let body = json!({"loaded_kg": 100.5, "location": place});
    let at = desk.world.now() - TimeDelta::minutes(3);
    // The statement's time is the departure's, which the body need not repeat.
    let signed = desk.carrier.signed(("depart", &id), &body, at).await;
    let preview = format!("{}?validate_only=true", path(&id, "depart"));
    desk.cast.carrier.post(&preview, &signed).await.ok();
    let departed = desk.cast.carrier.post(&path(&id, "depart"), &signed).await.ok();
    let occurred_at: chrono::DateTime<chrono::Utc> = departed.str("/departed_at").parse().unwrap();
    assert_eq!(occurred_at, at);
    let events = desk.cast.producer.get(&path(&id, "events")).await.ok();
    let event = events.get("/data/1");
    assert_eq!(event["actor"]["via"], "device_key");
    assert_eq!(event["actor"]["user_id"], json!(desk.carrier.user_id));
    assert_eq!(event["signature"]["statement"], signed["signature"]["statement"]);
    assert_eq!(event["signature"]["public_key"], json!(desk.carrier.device.public()));
    assert_eq!(event["data"]["loaded_g"], 100_500);
    assert!(events.get("/data/0").get("signature").is_none());
    desk.takes(&desk.receiver, ("receive", &id), &all_of_it()).await.ok();
    assert_eq!(desk.sealed(&id).await, ["departed", "received"]);
    // The key tells that it was used.
    let key = format!("/me/device-keys/{}", desk.carrier.key_id);
    let key = desk.cast.carrier.get(&key).await.ok();
    assert!(key.get("/last_used_at").is_string());
    assert_eq!(key.get("/device_counter").as_i64().unwrap() + 1, desk.carrier.device.count());
}

#[tokio::test]
async fn both_sign_a_departure_with_their_devices_in_one_call() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let body = json!({"loaded_kg": 100});
    let now = desk.world.now();
    let after = desk.producer.last(&id).await;
    let theirs = desk.producer.statement(("depart", &id), &after, &body, now);
    let mut both = desk.carrier.signed(("depart", &id), &body, now).await;
    both["countersign"] = second(&desk.producer, &desk.producer.signs(&theirs));
    let call = || {
        let call = desk.cast.carrier.call(Method::POST, &path(&id, "depart"));
        call.key("both").json(&both).send()
    };
    let departed = call().await.ok();
    assert_eq!((departed.version(), departed.get("/gaps")), (3, &json!([])));
    assert_eq!(desk.sealed(&id).await, ["departed", "countersigned"]);
    let events = desk.cast.corps.get(&path(&id, "events")).await.ok();
    assert_eq!(events.get("/data/2/actor/user_id"), &json!(desk.producer.user_id));
    assert_eq!(events.get("/data/2/actor/role"), "admin");
    // The repeat is the first answer, although both counters are used up.
    let again = call().await.ok();
    assert_eq!((again.version(), again.header("idempotent-replayed")), (3, "true"));
    // The caller may have signed the other's signature with it.
    let id = desk.filed().await;
    let after = desk.producer.last(&id).await;
    let theirs = desk.producer.statement(("depart", &id), &after, &json!({}), now);
    let beside = second(&desk.producer, &desk.producer.signs(&theirs));
    let whole = json!({"countersign": beside});
    let whole = desk.carrier.signed(("depart", &id), &whole, now).await;
    let departed = desk.cast.carrier.post(&path(&id, "depart"), &whole).await.ok();
    assert_eq!(departed.get("/gaps"), &json!([]));
    desk.sealed(&id).await;
}

#[tokio::test]
async fn the_other_party_signs_later_with_its_device() {
    let desk = Desk::new().await;
    for told in [false, true] {
        let id = desk.filed().await;
        desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
        let body = if told { json!({"seq": 1}) } else { json!({}) };
        if told {
            // Something happens in between: the number says what is signed.
            let stop = json!({"kind": "stop", "reason": "other"});
            desk.cast.carrier.post(&path(&id, "stops"), &stop).await.ok();
        }
        let signed = desk.producer.signed(("countersign", &id), &body, desk.world.now()).await;
        let to = path(&id, "events/1/countersign");
        let done = desk.cast.producer.post(&to, &signed).await.ok();
        assert_eq!(done.get("/gaps"), &json!([]));
        assert_eq!(desk.sealed(&id).await, ["departed", "countersigned"]);
        desk.cast.producer.post(&to, &signed).await.is(409);
    }
    // The carrier uploads what the producer's device has signed.
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    let body = json!({"user_id": desk.producer.user_id});
    let signed = desk.producer.signed(("countersign", &id), &body, desk.world.now()).await;
    let done = desk.cast.carrier.post(&path(&id, "events/1/countersign"), &signed).await.ok();
    assert_eq!(done.get("/gaps"), &json!([]));
    let events = desk.cast.corps.get(&path(&id, "events")).await.ok();
    assert_eq!(events.get("/data/2/actor/user_id"), &json!(desk.producer.user_id));
    desk.sealed(&id).await;
}

#[tokio::test]
async fn a_receipt_is_signed_by_the_receiver_and_by_the_carrier_that_came() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    desk.cast.carrier.post(&path(&id, "arrive"), &json!({})).await.ok();
    let body = json!({"decision": "partial", "gross_kg": 5000.25, "tare_kg": 4900,
        "items": [{"line": 1, "accepted_kg": 90.125, "refused_kg": 9.875, "reason": "damaged"}],
        "mismatches": [{"line": 1, "field": "packaging", "found": "漏"}]});
    let after = desk.carrier.last(&id).await;
    let theirs = desk.carrier.statement(("receive", &id), &after, &body, desk.world.now());
    let mut both = desk.receiver.signed(("receive", &id), &body, desk.world.now()).await;
    both["countersign"] = second(&desk.carrier, &desk.carrier.signs(&theirs));
    desk.cast.receiver.post(&path(&id, "receive"), &both).await.ok();
    assert_eq!(desk.sealed(&id).await, ["departed", "received", "countersigned"]);
}

#[tokio::test]
async fn an_approval_is_signed_by_the_number_or_by_what_was_read() {
    let desk = Desk::new().await;
    for told in [false, true] {
        let id = desk.filed().await;
        let changes = json!({"items": [{"line": 1, "mass_kg": 90}]});
        let proposal = json!({"changes": changes, "reason": "wrong_data"});
        desk.cast.producer.post(&path(&id, "amendments"), &proposal).await.is(201);
        let body = if told { json!({"n": 1}) } else { json!({}) };
        let signed = desk.receiver.signed(("approve", &id), &body, desk.world.now()).await;
        let to = path(&id, "amendments/1/approve");
        let approved = desk.cast.receiver.post(&to, &signed).await.ok();
        assert_eq!(approved.str("/status"), "approved");
        assert_eq!(desk.sealed(&id).await, ["amendment_approved"]);
    }
    // What names neither signs nothing.
    let id = desk.filed().await;
    let before = desk.receiver.last(&id).await;
    let changes = json!({"items": [{"line": 1, "mass_kg": 90}]});
    let proposal = json!({"changes": changes, "reason": "wrong_data"});
    desk.cast.producer.post(&path(&id, "amendments"), &proposal).await.is(201);
    let now = desk.world.now();
    let to = path(&id, "amendments/1/approve");
    let vague = desk.receiver.signed_after(("approve", &id), &before, &json!({}), now);
    let refused = desk.cast.receiver.post(&to, &vague).await.is(422);
    refused.refused_as("statement_mismatch").at("/signature/statement");
    let other = desk.receiver.signed_after(("approve", &id), &before, &json!({"n": 2}), now);
    desk.cast.receiver.post(&to, &other).await.is(422).refused_as("invalid_value").at("/n");
    let clear = desk.receiver.signed_after(("approve", &id), &before, &json!({"n": 1}), now);
    desk.cast.receiver.post(&to, &clear).await.ok();
}
