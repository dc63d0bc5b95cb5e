//! Device keys: registered by their own signature, for oneself alone, and revoked for good.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Device, Method, World};

struct Stage {
    world: World,
    cast: Cast,
}

impl Stage {
    async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 1000).await;
        Self { world, cast }
    }

    async fn registration(&self, device: &Device, of: &Client) -> Value {
        device.registration(of, self.world.now()).await
    }

    async fn registered(&self, device: &Device, of: &Client) -> Answer {
        of.post("/me/device-keys", &self.registration(device, of).await).await.is(201)
    }
}

async fn revoke(by: &Client, id: &str, body: &Value) -> Answer {
    by.call(Method::DELETE, &format!("/me/device-keys/{id}")).json(body).send().await
}

/// With one member of the statement changed, and signed anew.
fn changed(device: &Device, body: &Value, pointer: &str, to: Value) -> Value {
    let mut body = body.clone();
    let mut statement: Value =
        serde_json::from_str(body["signature"]["statement"].as_str().unwrap()).unwrap();
    *statement.pointer_mut(pointer).unwrap() = to;
    body["signature"] = device.proof(&statement);
    body
}

#[tokio::test]
async fn a_key_is_registered_by_its_own_signature_and_shown_to_its_owner_alone() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    for device in [Device::ed25519(), Device::es256()] {
        let body = stage.registration(&device, producer).await;
        let call = |key| producer.call(Method::POST, "/me/device-keys").json(&body).key(key).send();
        let dry = producer.post("/me/device-keys?validate_only=true", &body).await.is(201);
        assert_eq!(dry.str("/alg"), device.alg());
        let made = call(device.alg()).await.is(201);
        assert_eq!((made.str("/name"), made.str("/public_key")), ("手机", &*device.public()));
        assert_eq!((made.str("/status"), made.version()), ("active", 1));
        assert_eq!(made.get("/last_used_at"), &Value::Null);
        let again = call(device.alg()).await.is(201);
        assert_eq!((again.id(), again.header("idempotent-replayed")), (made.id(), "true"));
        call("another").await.is(409).refused_as("already_exists").at("/public_key");
        let address = made.header("location").to_owned();
        let shown = producer.get(&address).await.is(200);
        assert_eq!(shown.json, made.json);
        for other in [&stage.cast.carrier, &stage.cast.corps] {
            other.get(&address).await.is(404);
            revoke(other, &made.id(), &json!({})).await.is(404);
            assert_eq!(other.get("/me/device-keys").await.is(200).get("/data"), &json!([]));
        }
    }
    let own = producer.get("/me/device-keys").await.is(200);
    assert_eq!(own.get("/data/0/alg"), "es256");
    assert_eq!(own.get("/data/1/alg"), "ed25519");
}

#[tokio::test]
async fn the_events_hold_the_proof_and_no_name() {
    let stage = Stage::new().await;
    let device = Device::es256();
    let made = stage.registered(&device, &stage.cast.producer).await;
    revoke(&stage.cast.producer, &made.id(), &json!({})).await.is(204);
    let db = stage.world.database.superuser().await;
    let bodies = "SELECT body FROM event JOIN subject ON subject.id = subject_id
                   WHERE subject.id = $1::text::uuid ORDER BY seq";
    let bodies: Vec<String> =
        db.query(bodies, &[&made.id()]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(bodies.len(), 2);
    let checked = liandan::journal::signature::check(&bodies[0]).unwrap().unwrap();
    assert_eq!(checked.seal.public_key, device.public());
    assert_eq!(checked.seal.key_id.to_string(), made.id());
    assert_eq!(liandan::journal::signature::check(&bodies[1]), Ok(None));
    assert!(bodies[0].contains("device_key_registered") && !bodies[0].contains("手机"));
    assert!(bodies[1].contains("device_key_revoked"));
    // In the feed: to its owner's administrators and to the corps, and to nobody else.
    let seen = async |client: &Client| {
        let page = client.get("/changes?limit=500").await.ok();
        let data = page.get("/data").as_array().unwrap().clone();
        let of_keys = data.into_iter().filter(|one| one["subject"]["kind"] == "device_key");
        of_keys.map(|one| one["resource"]["status"].clone()).collect::<Vec<_>>()
    };
    let both = [json!("active"), json!("revoked")];
    assert_eq!(seen(&stage.cast.producer).await, both);
    assert_eq!(seen(&stage.cast.corps).await, both);
    assert!(seen(&stage.cast.carrier).await.is_empty());
}

#[tokio::test]
async fn nobody_registers_what_it_has_not_signed_for_itself_and_now() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    let (device, other) = (Device::ed25519(), Device::ed25519());
    let good = stage.registration(&device, producer).await;
    let post = async |body: &Value| producer.post("/me/device-keys", body).await.is(422);
    let statement = "/signature/statement";
    // Of another user: what the carrier's clerk signed for himself.
    let carriers = stage.registration(&device, &stage.cast.carrier).await;
    post(&carriers).await.refused_as("statement_mismatch").at(statement);
    // Another's key, and a signature that is none.
    let mut theirs = good.clone();
    theirs["public_key"] = json!(other.public());
    let refused = post(&theirs).await;
    refused.tells("statement_mismatch", statement).tells("signature_invalid", "/signature/value");
    let mut unsigned = good.clone();
    unsigned["signature"]["value"] = json!("AAAA");
    post(&unsigned).await.refused_as("signature_invalid").at("/signature/value");
    for (pointer, to, code) in [
        ("/action", json!("depart"), "statement_mismatch"),
        ("/after", json!("00".repeat(32)), "statement_mismatch"),
        ("/subject/kind", json!("manifest"), "statement_mismatch"),
        ("/body/alg", json!("es256"), "statement_mismatch"),
        ("/occurred_at", json!("2026-11-25T01:30:00.000Z"), "out_of_range"),
        ("/occurred_at", json!("2026-11-25T02:30:00.000Z"), "out_of_range"),
        ("/device_counter", json!(-1), "invalid_value"),
    ] {
        let body = changed(&device, &good, pointer, to);
        post(&body).await.refused_as(code).at(statement);
    }
    for key in ["%", "AAAA", &format!("{}=", "A".repeat(43))] {
        let mut body = good.clone();
        body["public_key"] = json!(key);
        post(&body).await.tells("invalid_value", "/public_key");
    }
    let odd = json!({"name": "", "alg": "rsa", "public_key": "x"});
    let odd = post(&odd).await;
    odd.tells("too_short", "/name").tells("invalid_value", "/alg").tells("required", "/signature");
    stage.world.has_no_rows_in(&["device_key"]).await;
}

#[tokio::test]
async fn a_revoked_key_stays_revoked_and_may_turn_out_to_be_lost() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    let device = Device::ed25519();
    let id = stage.registered(&device, producer).await.id();
    let path = format!("/me/device-keys/{id}");
    producer.call(Method::DELETE, &path).if_match(9).send().await.refused_as("stale_version");
    revoke(producer, &id, &json!({"lost": 1})).await.is(422).at("/lost");
    stage.world.pass(chrono::TimeDelta::hours(1));
    let later = stage.world.now();
    for _ in 0..2 {
        producer.call(Method::DELETE, &path).send().await.is(204);
        let shown = producer.get(&path).await.is(200);
        assert_eq!((shown.str("/status"), shown.version()), ("revoked", 2));
        let end: chrono::DateTime<chrono::Utc> = shown.str("/good_until").parse().unwrap();
        assert_eq!(end, later);
    }
    revoke(producer, &id, &json!({"lost": true})).await.is(204);
    let shown = producer.get(&path).await.is(200);
    assert_eq!(shown.get("/good_until"), shown.get("/created_at"));
    assert_eq!(shown.version(), 3);
    // The same key again, by anybody.
    for client in [producer, &stage.cast.carrier] {
        let again = stage.registration(&device, client).await;
        let refused = client.post("/me/device-keys", &again).await.is(409);
        refused.refused_as("already_exists").at("/public_key");
    }
}

#[tokio::test]
async fn keys_are_peoples_own_and_not_without_end() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    let all = json!({"name": "x", "scopes": ["read", "file", "carry", "receive", "registry"]});
    let made = producer.post("/api-keys", &all).await.is(201);
    let key = made.str("/key");
    let asks = stage.world.client().call(Method::GET, "/me/device-keys").header("x-api-key", key);
    asks.send().await.is(403).refused_as("out_of_scope");
    let mut first = None;
    for _ in 0..10 {
        let id = stage.registered(&Device::ed25519(), producer).await.id();
        first.get_or_insert(id);
    }
    let body = stage.registration(&Device::ed25519(), producer).await;
    let many = producer.post("/me/device-keys", &body).await.is(409);
    many.refused_as("in_use").at("/public_key");
    // Others are not kept from theirs, and what is revoked makes room.
    stage.registered(&Device::ed25519(), &stage.cast.carrier).await;
    revoke(producer, &first.unwrap(), &json!({})).await.is(204);
    producer.post("/me/device-keys", &body).await.is(201);
}

/// The counter goes back for nobody, not even for who writes the table by hand.
#[tokio::test]
async fn the_database_keeps_the_counter_growing() {
    let stage = Stage::new().await;
    stage.registered(&Device::ed25519(), &stage.cast.producer).await;
    let db = stage.world.database.superuser().await;
    db.batch_execute("UPDATE device_key SET counter = counter + 1").await.unwrap();
    for wrong in ["counter = counter - 1", "counter = -1", "alg = 'rsa'", "status = 'revoked'"] {
        let refused = db.batch_execute(&format!("UPDATE device_key SET {wrong}")).await;
        assert!(refused.is_err(), "{wrong}");
    }
}
