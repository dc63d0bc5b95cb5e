//! API keys: made once, narrowed by scope, ended by revocation, expiry or their maker's rights.

use liandan::ctx::Ctx;
use liandan::manifest::FileManifest;
use liandan::problem::Code;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, PASSWORD, World};

struct Stage {
    world: World,
    cast: Cast,
}

impl Stage {
    async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 100_000).await;
        cast.produce(10_000).await;
        Self { world, cast }
    }

    /// A key of the producer's administrator.
    async fn key(&self, scopes: &[&str]) -> (String, String) {
        made(&self.cast.producer, &json!({"name": "地磅", "scopes": scopes})).await
    }

    /// A colleague of the producer's.
    async fn colleague(&self, login: &str, role: &str) -> (String, Client) {
        let user = json!({"organisation_id": self.cast.producer_id, "login": login,
            "password": PASSWORD, "role": role});
        let id = self.cast.producer.post("/users", &user).await.is(201).id();
        (id, self.world.log_in(login).await)
    }

    async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(key, Method::GET, path, None).await
    }

    async fn post(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.ask(key, Method::POST, path, Some(body)).await
    }

    async fn ask(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let call = self.world.client().call(method, path).header("x-api-key", key);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }
}

async fn made(by: &Client, body: &Value) -> (String, String) {
    let made = by.post("/api-keys", body).await.is(201);
    (made.id(), made.str("/key").to_owned())
}

async fn revoke(by: &Client, id: &str) -> Answer {
    by.call(Method::DELETE, &format!("/api-keys/{id}")).send().await
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_as_a_hash() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    let body = json!({"name": "地磅", "scopes": ["read"]});
    let call = || producer.call(Method::POST, "/api-keys").json(&body).key("once").send();
    let made = call().await.is(201);
    let key = made.str("/key").to_owned();
    call().await.is(409).refused_as("already_created");
    assert_eq!(stage.world.rows("api_key").await, 1);

    let path = format!("/api-keys/{}", made.id());
    let shown = producer.get(&path).await.is(200);
    assert!(key.starts_with(shown.str("/prefix")) && !shown.text.contains(&key));
    assert_eq!(shown.get("/last_used_at"), &Value::Null);
    assert!(!producer.get("/api-keys").await.is(200).text.contains(&key));
    stage.get(&key, "/manifests").await.is(200);
    assert_ne!(producer.get(&path).await.get("/last_used_at"), &Value::Null);

    let superuser = stage.world.database.superuser().await;
    let everything = "SELECT string_agg(a, ' ') FROM (SELECT t::text a FROM api_key t
        UNION ALL SELECT body FROM event) x";
    let dump: String = superuser.query_one(everything, &[]).await.unwrap().get(0);
    assert!(!dump.contains(&key) && !dump.contains(&key[12..]));
    let bodies: String =
        superuser.query_one("SELECT string_agg(body, ' ') FROM event", &[]).await.unwrap().get(0);
    assert!(bodies.contains("key_made") && !bodies.contains("地磅"));
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_signs_as_a_key() {
    let stage = Stage::new().await;
    let cast = &stage.cast;
    let (id, file) = stage.key(&["read", "file"]).await;
    let (_, read) = stage.key(&["read"]).await;
    let (_, registry) = stage.key(&["registry"]).await;
    let oil = cast.oil(&json!(10));
    stage.post(&read, "/manifests", &oil).await.is(403).refused_as("out_of_scope");
    stage.post(&registry, "/manifests", &oil).await.is(403).refused_as("out_of_scope");
    stage.get(&registry, "/manifests").await.is(403).refused_as("out_of_scope");
    let filed = stage.post(&file, "/manifests", &oil).await.is(201);
    let events = cast.producer.get(&format!("/manifests/{}/events", filed.id())).await.is(200);
    assert_eq!(events.get("/data/0/actor/via"), "api_key");
    assert_eq!(events.get("/data/0/actor/api_key_id"), &json!(id));
    let me = cast.producer.get("/me").await.ok();
    assert_eq!(events.get("/data/0/actor/user_id"), me.get("/user/id"));

    let entry = json!({"site_id": cast.producer_site, "kind": "produced",
        "waste_code": "900-249-08", "mass_kg": 1});
    stage.post(&file, "/ledger-entries", &entry).await.refused_as("out_of_scope");
    stage.post(&registry, "/ledger-entries", &entry).await.is(201);
    let path = format!("/manifests/{}", filed.id());
    let (_, carry) = made(&cast.carrier, &json!({"name": "x", "scopes": ["carry"]})).await;
    stage.post(&carry, &format!("{path}/depart"), &json!({})).await.is(200);
    // A key with one part of its organisation's does not sign as another.
    let all = ["read", "carry", "file"];
    let (_, not_received) = made(&cast.stranger, &json!({"name": "x", "scopes": all})).await;
    stage.post(&not_received, &format!("{path}/receive"), &json!({})).await.is(404);
    let (_, only_read) = made(&cast.receiver, &json!({"name": "x", "scopes": ["read"]})).await;
    let receive = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    stage.post(&only_read, &format!("{path}/receive"), &receive).await.is(403);
}

#[tokio::test]
async fn what_is_peoples_own_no_key_does() {
    let stage = Stage::new().await;
    let all = ["read", "file", "carry", "receive", "registry"];
    let (_, key) = stage.key(&all).await;
    let user = json!({"organisation_id": stage.cast.producer_id, "login": "robot",
        "password": PASSWORD, "role": "admin"});
    for (path, body) in [
        ("/users", user),
        ("/api-keys", json!({"name": "x", "scopes": ["read"]})),
        ("/me/totp", json!({})),
        ("/me/password", json!({"current_password": PASSWORD, "new_password": "x"})),
        ("/sandbox/clock", json!({"now": "2027-01-01T00:00:00Z"})),
    ] {
        stage.post(&key, path, &body).await.is(403).refused_as("out_of_scope");
    }
    stage.get(&key, "/users").await.refused_as("out_of_scope");
    stage.get(&key, "/me").await.is(200);
}

#[tokio::test]
async fn no_key_goes_beyond_its_makers_role() {
    let stage = Stage::new().await;
    let (_, reader) = stage.colleague("reader-1", "reader").await;
    let (_, clerk) = stage.colleague("clerk-1", "producer").await;
    let asked = |scopes: &[&str]| json!({"name": "x", "scopes": scopes});
    let refused = reader.post("/api-keys", &asked(&["read", "file"])).await.is(422);
    refused.refused_as("invalid_value").at("/scopes/1");
    clerk.post("/api-keys", &asked(&["carry"])).await.is(422);
    let mut shared = asked(&["read"]);
    shared["kind"] = json!("organisation");
    clerk.post("/api-keys", &shared).await.is(403);
    for expires in ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        let mut body = asked(&["read"]);
        body["expires_at"] = json!(expires);
        clerk.post("/api-keys", &body).await.refused_as("out_of_range").at("/expires_at");
    }
    // One's own are one's own; the administrator sees and ends all.
    let (id, _) = made(&clerk, &asked(&["read"])).await;
    let path = format!("/api-keys/{id}");
    reader.get(&path).await.is(404);
    stage.cast.stranger.get(&path).await.is(404);
    revoke(&reader, &id).await.is(404);
    stage.cast.producer.get(&path).await.is(200);
    revoke(&stage.cast.producer, &id).await.is(204);
}

#[tokio::test]
async fn a_revoked_or_expired_key_is_dead_at_once() {
    let stage = Stage::new().await;
    let (id, key) = stage.key(&["read"]).await;
    stage.get(&key, "/manifests").await.is(200);
    let stale = stage.cast.producer.call(Method::DELETE, &format!("/api-keys/{id}")).if_match(9);
    stale.send().await.refused_as("stale_version");
    revoke(&stage.cast.producer, &id).await.is(204);
    stage.get(&key, "/manifests").await.is(401).refused_as("unauthorized");
    revoke(&stage.cast.producer, &id).await.is(204);
    let shown = stage.cast.producer.get(&format!("/api-keys/{id}")).await.is(200);
    assert_eq!((shown.str("/status"), shown.version()), ("revoked", 2));

    let (id, key) = stage.key(&["read"]).await;
    let superuser = stage.world.database.superuser().await;
    let expire = format!("UPDATE api_key SET expires_at = now() WHERE id = '{id}'");
    superuser.batch_execute(&expire).await.unwrap();
    stage.get(&key, "/manifests").await.is(401);
}

/// Who was admitted before the revocation and comes to the commit after it.
#[tokio::test]
async fn a_key_that_is_revoked_in_the_same_second_writes_nothing() {
    let stage = Stage::new().await;
    let (id, key) = stage.key(&["file"]).await;
    let app = &stage.world.app;
    let actor = liandan::identity::keys::authenticate(app, &key, None).await.unwrap();
    revoke(&stage.cast.producer, &id).await.is(204);
    let ctx = Ctx::unasked(actor, (app.clock.now(), app.clock.wall()), "late");
    let oil = stage.cast.oil(&json!(10)).to_string();
    let asked: FileManifest = liandan::wire::read(oil.as_bytes()).unwrap();
    let refused = liandan::manifest::file(app, &ctx, Ok(asked)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthorized);
    stage.world.has_no_rows_in(&["manifest"]).await;
}

#[tokio::test]
async fn a_personal_key_ends_with_its_makers_rights_and_the_organisations_does_not() {
    let stage = Stage::new().await;
    let producer = &stage.cast.producer;
    let (second, admin) = stage.colleague("second-admin", "admin").await;
    let (_, personal) = made(&admin, &json!({"name": "x", "scopes": ["read"]})).await;
    let shared = json!({"name": "y", "scopes": ["read"], "kind": "organisation"});
    let (_, shared) = made(&admin, &shared).await;
    let both = async |wanted: [u16; 2]| {
        let found = [
            stage.get(&personal, "/manifests").await.status,
            stage.get(&shared, "/manifests").await.status,
        ];
        assert_eq!(found, wanted);
    };
    both([200, 200]).await;
    let path = format!("/users/{second}");
    producer.patch(&path, &json!({"role": "reader"})).await.is(200);
    both([401, 200]).await;
    producer.patch(&path, &json!({"status": "disabled"})).await.is(200);
    both([401, 200]).await;
    producer.patch(&path, &json!({"status": "active", "role": "admin"})).await.is(200);
    both([401, 200]).await;
}

#[tokio::test]
async fn one_credential_at_a_time_and_guessing_is_stopped() {
    let stage = Stage::new().await;
    let (_, key) = stage.key(&["read"]).await;
    let producer = &stage.cast.producer;
    let both = producer.call(Method::GET, "/manifests").header("x-api-key", &key).send().await;
    both.is(401).refused_as("unauthorized");
    let twice = stage.world.client().call(Method::GET, "/manifests");
    let twice = twice.header("x-api-key", &key).header("x-api-key", &key).send().await;
    twice.is(401);
    let wrong = format!("{}{}", &key[..key.len() - 1], if key.ends_with('A') { 'B' } else { 'A' });
    for n in 0..20 {
        let guess = if n % 2 == 0 { "nonsense" } else { wrong.as_str() };
        stage.get(guess, "/manifests").await.is(401);
    }
    let stopped = stage.get(&wrong, "/manifests").await.is(429);
    assert!(stopped.header("retry-after").parse::<u32>().unwrap() > 0);
    stage.get(&key, "/manifests").await.is(200);
    // Passwords are counted apart.
    stage.world.log_in("member-1").await.get("/me").await.is(200);
}
