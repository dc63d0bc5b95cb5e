//! Making, listing and changing users within one's rights.

use actix_web::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CARRIER, CORPS, PASSWORD, PRODUCER, Said, World, text};
use crate::ctx::Role;

fn asked(organisation: Uuid, login: &str, role: &str) -> Value {
    json!({ "organisation_id": organisation, "login": login, "password": PASSWORD, "role": role })
}

async fn make(world: &World, token: &str, body: Value) -> Said {
    world.ask(Method::POST, "/users", token, body).await
}

async fn change(world: &World, id: &str, token: &str, body: Value) -> Said {
    world.ask(Method::PATCH, &format!("/users/{id}"), token, body).await
}

#[actix_web::test]
async fn users_are_made_within_ones_rights() {
    let world = World::start().await;
    world.user(PRODUCER, "boss", Role::Admin).await;
    let (corps, admin) = (world.token("corps").await, world.token("boss").await);
    let made = make(&world, &admin, asked(PRODUCER, "zhao.liu", "producer")).await;
    assert_eq!((made.status, made.etag.as_str()), (201, "\"1\""));
    assert!(made.body.get("password").is_none());
    an_event_names_nobody(&world, &text(&made.body, "id")).await;

    let user = world.token("zhao.liu").await;
    let refused = async |token: &str, body: Value| make(&world, token, body).await.code;
    assert_eq!(refused(&admin, asked(CARRIER, "x.y.z", "reader")).await, "forbidden");
    assert_eq!(refused(&admin, asked(PRODUCER, "x.y.z", "corps_regulator")).await, "forbidden");
    assert_eq!(refused(&user, asked(PRODUCER, "x.y.z", "reader")).await, "forbidden");
    assert_eq!(refused(&user, json!({})).await, "forbidden");
    assert_eq!(refused("", json!({})).await, "unauthorized");
    // Rights go before what is wrong in the body.
    let regulator = json!({ "role": "corps_regulator", "login": 7 });
    assert_eq!(refused(&admin, regulator).await, "forbidden");
    let foreign = json!({ "organisation_id": CARRIER, "role": "head", "colour": 1 });
    assert_eq!(refused(&admin, foreign).await, "forbidden");
    assert_eq!(refused(&admin, json!({ "login": 7 })).await, "required");
    assert_eq!(refused(&admin, Value::Null).await, "unsupported_media_type");
    assert_eq!(refused(&admin, asked(PRODUCER, "x.y.z", "driver")).await, "role_not_held");
    assert_eq!(refused(&admin, asked(PRODUCER, "ZHAO.liu", "reader")).await, "already_exists");
    let nowhere = asked(Uuid::from_bytes([9; 16]), "x.y.z", "reader");
    assert_eq!(refused(&corps, nowhere).await, "unknown_reference");
    let mut weak = asked(PRODUCER, "x.y.z", "producer");
    weak["password"] = json!("password123");
    assert_eq!(refused(&admin, weak).await, "weak_password");

    let tried = "/users?validate_only=true";
    let body = asked(PRODUCER, "x.y.z", "producer");
    assert_eq!(world.ask(Method::POST, tried, &admin, body).await.status, 201);
    assert_eq!(world.log_in("x.y.z", PASSWORD).await.status, 401);
    a_key_answers_again(&world, &corps).await;
}

async fn an_event_names_nobody(world: &World, id: &str) {
    let sql = "SELECT body FROM event WHERE subject_id = $1::text::uuid";
    let event: String = world.superuser.query_one(sql, &[&id]).await.unwrap().get(0);
    assert!(event.contains("user_created") && event.contains(id));
    assert!(!event.contains("zhao.liu") && !event.contains("argon2"));
}

/// The same key: the same answer, and one user.
async fn a_key_answers_again(world: &World, corps: &str) {
    let key = [("idempotency-key", "one")];
    let send = async |body: Value| world.ask_with(Method::POST, "/users", corps, body, &key).await;
    let mut body = asked(CORPS, "first.division", "division_regulator");
    assert_eq!(send(body.clone()).await.code, "required", "a division");
    body["division"] = json!("01");
    let (first, again) = (send(body.clone()).await, send(body).await);
    assert_eq!((first.status, again.status, again.replayed), (201, 201, true));
    assert_eq!(first.body, again.body);
    assert_eq!(first.body["agency"], "ecology");
    let other = asked(CORPS, "other", "corps_regulator");
    assert_eq!(send(other).await.code, "idempotency_key_reused");
}

#[actix_web::test]
async fn lists_show_ones_own_and_ones_jurisdiction() {
    let world = World::start().await;
    world.user(PRODUCER, "boss", Role::Admin).await;
    world.user(CARRIER, "carrier", Role::Admin).await;
    let (corps, admin) = (world.token("corps").await, world.token("boss").await);
    let mut regulator = asked(CORPS, "first.division", "division_regulator");
    regulator["division"] = json!("01");
    assert_eq!(make(&world, &corps, regulator).await.status, 201);
    let division = world.token("first.division").await;
    // The clock is held, so the order of ids is chance: sorted here by login.
    let logins = async |token: &str, query: &str| {
        let page = world.ask(Method::GET, &format!("/users{query}"), token, Value::Null).await;
        let data = page.body["data"].as_array().unwrap().clone();
        let mut logins: Vec<_> = data.iter().map(|user| text(user, "login")).collect();
        logins.sort();
        logins.join(" ")
    };
    assert_eq!(logins(&corps, "").await, "boss carrier corps first.division");
    assert_eq!(logins(&admin, "").await, "boss");
    assert_eq!(logins(&division, "").await, "boss corps first.division");
    assert_eq!(logins(&corps, "?role=admin&status=active").await, "boss carrier");
    assert_eq!(logins(&corps, &format!("?organisation_id={CARRIER}")).await, "carrier");
    let page = world.ask(Method::GET, "/users?limit=3", &corps, Value::Null).await;
    let cursor = text(&page.body, "next_cursor");
    let rest = logins(&corps, &format!("?cursor={cursor}")).await;
    assert_eq!(rest.split(' ').count(), 1);
    assert!(!page.body["data"].to_string().contains(&format!("\"{rest}\"")));
    assert_eq!(world.ask(Method::GET, "/users?rol=x", &corps, Value::Null).await.status, 422);
}

#[actix_web::test]
async fn users_are_changed_within_ones_rights_and_sign_in_again() {
    let world = World::start().await;
    let boss = world.user(PRODUCER, "boss", Role::Admin).await.id.to_string();
    let zhao = world.user(PRODUCER, "zhao.liu", Role::Producer).await.id.to_string();
    world.user(CARRIER, "carrier", Role::Admin).await;
    let (corps, admin) = (world.token("corps").await, world.token("boss").await);
    let (user, stranger) = (world.token("zhao.liu").await, world.token("carrier").await);
    let disabled = || json!({ "status": "disabled" });
    assert_eq!(change(&world, &zhao, &stranger, disabled()).await.status, 404);
    assert_eq!(change(&world, &zhao, &user, disabled()).await.status, 403);
    assert_eq!(change(&world, &boss, &admin, disabled()).await.status, 403, "oneself");
    let regulator = json!({ "role": "corps_regulator" });
    assert_eq!(change(&world, &zhao, &admin, regulator).await.status, 403);
    let faulty = json!({ "role": "corps_regulator", "status": 7 });
    assert_eq!(change(&world, &zhao, &admin, faulty).await.status, 403);
    for same in [json!({}), json!({ "role": "producer", "status": "active" })] {
        let same = change(&world, &zhao, &admin, same).await;
        assert_eq!((same.status, same.etag.as_str()), (200, "\"1\""), "nothing has changed");
    }
    let receiver = json!({ "role": "receiver" });
    assert_eq!(change(&world, &zhao, &admin, receiver).await.code, "role_not_held");
    assert_eq!(change(&world, &zhao, &admin, json!({ "division": "01" })).await.status, 422);
    assert_eq!(world.me(&user).await, 200);

    let changed = change(&world, &zhao, &admin, json!({ "role": "reader" })).await;
    assert_eq!((changed.status, changed.etag.as_str()), (200, "\"2\""));
    assert_eq!(world.me(&user).await, 401, "new rights are signed in for");
    let path = format!("/users/{zhao}");
    let stale = [("if-match", "\"1\"")];
    let late = world.ask_with(Method::PATCH, &path, &admin, disabled(), &stale).await;
    assert_eq!((late.status, late.code.as_str()), (412, "stale_version"));

    let user = world.token("zhao.liu").await;
    assert_eq!(change(&world, &zhao, &corps, disabled()).await.status, 200);
    assert_eq!(world.me(&user).await, 401);
    assert_eq!(world.log_in("zhao.liu", PASSWORD).await.code, "invalid_credentials");
    let back = json!({ "status": "active", "password": "Kn3-sandy-desert" });
    assert_eq!(change(&world, &zhao, &admin, back).await.body["version"], 4);
    assert_eq!(world.me(&user).await, 401, "what has ended stays ended");
    assert_eq!(world.log_in("zhao.liu", "Kn3-sandy-desert").await.status, 200);
}
