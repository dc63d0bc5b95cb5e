//! A counter is used once, whoever comes at the same time, and a repeat is the first answer.

use super::*;

#[tokio::test]
async fn a_counter_is_used_once() {
    let desk = Desk::new().await;
    let (one, other) = (desk.filed().await, desk.filed().await);
    let first = desk.carrier.signed(("depart", &one), &json!({}), desk.world.now()).await;
    let mut second: Value = serde_json::from_str(
        desk.carrier.signed(("depart", &other), &json!({}), desk.world.now()).await["signature"]
            ["statement"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let counter: Value =
        serde_json::from_str(first["signature"]["statement"].as_str().unwrap()).unwrap();
    second["device_counter"] = counter["device_counter"].clone();
    let second = json!({"signature": desk.carrier.signs(&second)});
    let depart =
        async |id: &str, body: &Value| desk.cast.carrier.post(&path(id, "depart"), body).await;
    let (a, b) = futures_util::join!(depart(&one, &first), depart(&other, &second));
    let mut told = [a.status, b.status];
    told.sort_unstable();
    assert_eq!(told, [200, 409], "{} {}", a.text, b.text);
    let refused = if a.status == 409 { a } else { b };
    let refused = refused.refused_as("counter_used").at("/signature/statement");
    assert_eq!(refused.get("/device_counter"), &counter["device_counter"]);
    let events = desk.bodies(&one).await.len() + desk.bodies(&other).await.len();
    assert_eq!(events, 3, "one of the two has departed");
}

#[tokio::test]
async fn a_repeat_is_the_first_answer_and_without_a_key_it_is_refused() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let signed = desk.carrier.signed(("depart", &id), &json!({}), desk.world.now()).await;
    let send = |key: &'static str| {
        let call = desk.cast.carrier.call(Method::POST, &path(&id, "depart"));
        call.key(key).json(&signed).send()
    };
    let (one, other) = futures_util::join!(send("k"), send("k"));
    let (one, other) = (one.ok(), other.ok());
    assert_eq!((one.version(), &one.json), (other.version(), &other.json));
    let again = send("k").await.ok();
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &one.json));
    send("other").await.is(409).refused_as("illegal_transition");
    // A second signature is not replayed onto another event either.
    let stop = json!({"kind": "stop", "reason": "other"});
    desk.cast.carrier.post(&path(&id, "stops"), &stop).await.ok();
    let countersigns =
        desk.producer.signed(("countersign", &id), &json!({"seq": 1}), desk.world.now()).await;
    let to = path(&id, "events/1/countersign");
    let (a, b) = futures_util::join!(
        desk.cast.producer.post(&to, &countersigns),
        desk.cast.producer.post(&to, &countersigns)
    );
    let mut told = [a.status, b.status];
    told.sort_unstable();
    assert_eq!(told, [200, 409], "{} {}", a.text, b.text);
    let mut elsewhere = countersigns.clone();
    elsewhere["seq"] = json!(2);
    let refused = desk.cast.producer.post(&path(&id, "events/2/countersign"), &elsewhere).await;
    refused.is(422).refused_as("statement_mismatch");
    assert_eq!(desk.sealed(&id).await, ["departed", "countersigned"]);
}

/// A key that is revoked in the same second signs or does not; never half of it.
#[tokio::test]
async fn a_revocation_at_the_same_time_is_before_or_after() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    let signed = desk.carrier.signed(("depart", &id), &json!({}), desk.world.now()).await;
    let key = format!("/me/device-keys/{}", desk.carrier.key_id);
    let lost = json!({"lost": true});
    let to = path(&id, "depart");
    let (departed, revoked) = futures_util::join!(
        desk.cast.carrier.post(&to, &signed),
        desk.cast.carrier.call(Method::DELETE, &key).json(&lost).send()
    );
    revoked.is(204);
    assert!([200, 409].contains(&departed.status), "{}", departed.shown());
    let wanted = if departed.status == 200 { 2 } else { 1 };
    assert_eq!(desk.bodies(&id).await.len(), wanted);
    desk.sealed(&id).await;
}
