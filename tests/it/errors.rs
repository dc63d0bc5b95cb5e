//! Refusals that need no capability: no such path, no such method, no login, no JSON.

use serde_json::json;

use crate::support::{Method, World};

#[actix_web::test]
async fn what_does_not_exist_is_a_problem_in_the_language_asked_for() {
    let world = World::start().await;
    let client = world.client();
    let unknown = client.get("/nowhere").await.is(404).refused_as("not_found");
    assert_eq!(unknown.str("/type"), "/docs/problems#not_found");
    assert_eq!(unknown.header("content-language"), "zh-CN");
    let english = client.call(Method::GET, "/api/v1/nowhere").header("accept-language", "en");
    assert_eq!(english.send().await.refused_as("not_found").str("/title"), "Not found");
    let method = client.call(Method::DELETE, "/auth/login").send().await;
    let method = method.is(405).refused_as("method_not_allowed");
    assert_eq!(method.header("allow"), "POST");
}

#[actix_web::test]
async fn nobody_gets_past_a_login() {
    let world = World::start().await;
    let nobody = world.client();
    let refused = nobody.get("/me").await.refused_as("unauthorized");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    nobody.with_token("nonsense").get("/me").await.refused_as("unauthorized");
    let wrong = json!({ "login": "corps", "password": "not-this-password" });
    nobody.post("/auth/login", &wrong).await.is(401).refused_as("invalid_credentials");
    let corps = world.corps().await;
    corps.get("/me").await.is(200);
}

#[actix_web::test]
async fn what_is_no_json_is_400_and_what_is_wrong_in_it_422_with_every_pointer() {
    let world = World::start().await;
    let client = world.client();
    let post = |body: &'static str| {
        client.call(Method::POST, "/auth/login").raw("application/json", body).send()
    };
    post("{").await.is(400).refused_as("malformed_json");
    post(r#"{"login":"a","login":"b"}"#).await.is(400).refused_as("duplicate_key");
    post(r#"{"login":"a\u0000"}"#).await.is(400).refused_as("nul_character");
    let plain = client.call(Method::POST, "/auth/login").raw("text/plain", "x").send().await;
    plain.is(415).refused_as("unsupported_media_type");
    let big = client.call(Method::POST, "/auth/login");
    let big = big.raw("application/json", " ".repeat(1024 * 1024 + 1)).send().await;
    big.is(413).refused_as("payload_too_large");
    let faults = post(r#"{"login":7,"remember":true}"#).await.is(422);
    faults
        .tells("wrong_type", "/login")
        .tells("required", "/password")
        .tells("unknown_field", "/remember");
}
