//! Signatures that are not what they claim to be: each is told at its field, and nothing is
//! written.

use super::*;

/// With one member of the statement changed, and signed anew.
fn changed(pen: &Pen, signed: &Value, pointer: &str, to: Value) -> Value {
    let mut signed = signed.clone();
    let mut statement: Value =
        serde_json::from_str(signed["signature"]["statement"].as_str().unwrap()).unwrap();
    *statement.pointer_mut(pointer).unwrap() = to;
    signed["signature"] = pen.signs(&statement);
    signed
}

#[tokio::test]
async fn a_statement_says_what_the_request_says() {
    let desk = Desk::new().await;
    let (id, other) = (desk.filed().await, desk.filed().await);
    let foreign = desk.carrier.last(&other).await;
    let body = json!({"loaded_kg": 100});
    let good = desk.carrier.signed(("depart", &id), &body, desk.world.now()).await;
    let statement = "/signature/statement";
    let post = async |body: &Value| desk.cast.carrier.post(&path(&id, "depart"), body).await;
    for (pointer, to, status, code) in [
        ("/action", json!("receive"), 422, "statement_mismatch"),
        ("/subject/id", json!(other), 422, "statement_mismatch"),
        ("/subject/kind", json!("round"), 422, "statement_mismatch"),
        ("/body/loaded_kg", json!(100.001), 422, "statement_mismatch"),
        ("/body", json!({}), 422, "statement_mismatch"),
        ("/after", json!(foreign), 422, "unknown_reference"),
        ("/after", json!("ab".repeat(32)), 422, "unknown_reference"),
        ("/after", Value::Null, 422, "unknown_reference"),
        ("/after", json!("AB".repeat(32)), 422, "invalid_value"),
        ("/occurred_at", json!("2026-11-25T02:06:00.000Z"), 422, "not_yet"),
        ("/occurred_at", json!("2020-11-25T02:00:00.000Z"), 422, "occurred_too_early"),
        ("/occurred_at", json!("2026-11-25"), 422, "invalid_value"),
        ("/device_counter", json!(0), 409, "counter_used"),
        ("/device_counter", json!(-1), 422, "invalid_value"),
    ] {
        let refused = post(&changed(&desk.carrier, &good, pointer, to)).await.is(status);
        refused.refused_as(code).at(if code == "not_yet" || code == "occurred_too_early" {
            "/occurred_at"
        } else {
            statement
        });
    }
    // What is sent is changed after it was signed.
    let mut altered = good.clone();
    altered["loaded_kg"] = json!(99);
    let refused = post(&altered).await.is(422).refused_as("statement_mismatch").at(statement);
    assert_eq!(refused.get("/member"), "body");
    let mut altered = good.clone();
    altered["occurred_at"] = json!("2026-11-25T01:00:00.000Z");
    post(&altered).await.is(422).refused_as("statement_mismatch").at(statement);
    // Not canonical, though well signed.
    let mut loose = good.clone();
    let text = loose["signature"]["statement"].as_str().unwrap().replace(":100}", ":100.0}");
    loose["signature"]["value"] = json!(desk.carrier.device.value(&text));
    loose["signature"]["statement"] = json!(text);
    post(&loose).await.is(422).refused_as("invalid_value").at(statement);
    assert_eq!(desk.bodies(&id).await.len(), 1, "something was written");
    post(&good).await.ok();
    desk.sealed(&id).await;
}

#[tokio::test]
async fn a_key_is_its_owners_and_signs_itself() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let good = desk.carrier.signed(("depart", &id), &json!({}), desk.world.now()).await;
    let with = |member: &str, to: Value| {
        let mut body = good.clone();
        body["signature"][member] = to;
        body
    };
    let text = good["signature"]["statement"].as_str().unwrap();
    let anothers = Device::es256();
    for (body, code, pointer) in [
        (with("key_id", json!(desk.receiver.key_id)), "unknown_reference", "/signature/key_id"),
        (with("key_id", json!(id)), "unknown_reference", "/signature/key_id"),
        (with("alg", json!("ed25519")), "invalid_value", "/signature/alg"),
        (with("alg", json!("rsa")), "invalid_value", "/signature/alg"),
        (with("public_key", json!(anothers.public())), "invalid_value", "/signature/public_key"),
        (with("value", json!(anothers.value(text))), "signature_invalid", "/signature/value"),
        (with("value", json!("AAAA")), "signature_invalid", "/signature/value"),
        (with("value", json!("%")), "signature_invalid", "/signature/value"),
        (with("more", json!(1)), "unknown_field", "/signature/more"),
    ] {
        let refused = desk.cast.carrier.post(&path(&id, "depart"), &body).await.is(422);
        refused.refused_as(code).at(pointer);
    }
    // What the carrier's clerk signed, the producer's cannot hand in as its own.
    let stolen = desk.cast.producer.post(&path(&id, "depart"), &good).await.is(422);
    stolen.refused_as("unknown_reference").at("/signature/key_id");
    // Who may not act is told nothing of the signature.
    let signed = desk.receiver.signed(("depart", &id), &json!({}), desk.world.now()).await;
    let forbidden = desk.cast.receiver.post(&path(&id, "depart"), &signed).await.is(403);
    assert!(!forbidden.text.contains("/signature"), "{}", forbidden.text);
    desk.cast.stranger.post(&path(&id, "depart"), &good).await.is(404);
    // All faults at once, those of the step among them.
    let mut both = with("value", json!("AAAA"));
    both["loaded_kg"] = json!(-1);
    let refused = desk.cast.carrier.post(&path(&id, "depart"), &both).await.is(422);
    refused.tells("mass_out_of_range", "/loaded_kg");
    let mut told = good.clone();
    told["signature"]["public_key"] = json!(desk.carrier.device.public());
    desk.cast.carrier.post(&path(&id, "depart"), &told).await.ok();
}

#[tokio::test]
async fn a_revoked_key_signs_nothing_more_and_a_lost_one_not_even_what_is_older() {
    let desk = Desk::new().await;
    let signs = async |at| {
        let id = desk.filed().await;
        (id.clone(), desk.carrier.signed(("depart", &id), &json!({}), at).await)
    };
    let before = desk.world.now();
    let (early, signed_early) = signs(before).await;
    let (lost, signed_lost) = signs(before).await;
    desk.world.pass(TimeDelta::hours(1));
    let key = format!("/me/device-keys/{}", desk.carrier.key_id);
    desk.cast.carrier.call(Method::DELETE, &key).send().await.is(204);
    let (late, signed_late) = signs(desk.world.now()).await;
    let depart =
        async |id: &str, body: &Value| desk.cast.carrier.post(&path(id, "depart"), body).await;
    let refused = depart(&late, &signed_late).await.is(409);
    refused.refused_as("right_withdrawn").at("/signature/key_id");
    // Whoever has seen what came after the end has signed after it, whatever the clock said.
    let claimed = desk.world.now() - TimeDelta::milliseconds(1);
    desk.world.pass(TimeDelta::seconds(1));
    let (forged, signed_forged) = signs(claimed).await;
    let refused = depart(&forged, &signed_forged).await.is(409);
    refused.refused_as("right_withdrawn").at("/signature/key_id");
    // Signed before, without network, and uploaded after: it counts.
    depart(&early, &signed_early).await.ok();
    desk.sealed(&early).await;
    let call = desk.cast.carrier.call(Method::DELETE, &key).json(&json!({"lost": true}));
    call.send().await.is(204);
    depart(&lost, &signed_lost).await.is(409).refused_as("right_withdrawn");
    assert_eq!(desk.bodies(&lost).await.len(), 1);
}

#[tokio::test]
async fn a_second_signature_is_held_to_the_same() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let (now, body) = (desk.world.now(), json!({"loaded_kg": 100}));
    let after = desk.producer.last(&id).await;
    let statement = desk.producer.statement(("depart", &id), &after, &body, now);
    let depart = async |countersign: Value| {
        let mut body = body.clone();
        body["countersign"] = countersign;
        desk.cast.carrier.post(&path(&id, "depart"), &body).await
    };
    let good = desk.producer.signs(&statement);
    let mut other = good.clone();
    other["value"] = json!(desk.receiver.device.value(good["statement"].as_str().unwrap()));
    let refused = depart(second(&desk.producer, &other)).await.is(422);
    refused.refused_as("signature_invalid").at("/countersign/signature/value");
    // Named as somebody else's, of nobody's turn, and with a code beside.
    let refused = depart(second(&desk.receiver, &good)).await.is(422);
    refused.refused_as("unknown_reference").at("/countersign/signature/key_id");
    let theirs = desk.receiver.statement(("depart", &id), &after, &body, now);
    let refused = depart(second(&desk.receiver, &desk.receiver.signs(&theirs))).await.is(422);
    refused.refused_as("invalid_value").at("/countersign/user_id");
    let mut two = second(&desk.producer, &good);
    two["code"] = json!("123456");
    depart(two).await.is(422).refused_as("required").at("/countersign/code");
    let nothing = json!({"user_id": desk.producer.user_id});
    depart(nothing).await.is(422).refused_as("required").at("/countersign/code");
    // A statement of another body: the carrier has changed the mass since.
    let less = desk.producer.statement(("depart", &id), &after, &json!({"loaded_kg": 90}), now);
    let refused = depart(second(&desk.producer, &desk.producer.signs(&less))).await.is(422);
    refused.refused_as("statement_mismatch").at("/countersign/signature/statement");
    assert_eq!(desk.bodies(&id).await.len(), 1);
    depart(second(&desk.producer, &good)).await.ok();
    assert_eq!(desk.sealed(&id).await, ["countersigned"]);
}

#[tokio::test]
async fn what_was_signed_before_the_content_changed_is_signed_anew() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let signed = desk.carrier.signed(("depart", &id), &json!({}), desk.world.now()).await;
    let changes = json!({"items": [{"line": 1, "mass_kg": 90}]});
    let proposal = json!({"changes": changes, "reason": "wrong_data"});
    desk.cast.producer.post(&path(&id, "amendments"), &proposal).await.is(201);
    let preview = format!("{}?validate_only=true", path(&id, "depart"));
    // That something is proposed changes nothing of what was signed; that it holds does.
    desk.cast.carrier.post(&preview, &signed).await.ok();
    desk.cast.receiver.post(&path(&id, "amendments/1/approve"), &json!({})).await.ok();
    let refused = desk.cast.carrier.post(&path(&id, "depart"), &signed).await.is(409);
    let refused = refused.refused_as("statement_outdated").at("/signature/statement");
    assert_eq!(refused.get("/kind"), "amendment_approved");
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    desk.sealed(&id).await;
}
