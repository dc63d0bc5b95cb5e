//! `If-Match`, `Idempotency-Key`, `validate_only`, and pages.

use super::*;

#[actix_web::test]
async fn conditions_are_read_from_head_and_query() {
    let said = async |name: &'static str, value: &str| {
        send(post(THING).set_payload(GOOD).insert_header((name, value))).await
    };
    for (value, version) in [
        ("\"7\"", json!(7)),
        ("\"7\", \"9\", \"8\"", json!(9)),
        ("*", json!(null)),
        ("W/\"7\"", json!(-1)),
        ("\"abc\"", json!(-1)),
        ("\"99999999999999999999\"", json!(-1)),
        ("7", json!(-1)),
        ("\"7", json!(-1)),
        ("\"7\" \"8\"x", json!(-1)),
        ("W/7", json!(-1)),
        ("", json!(-1)),
        ("7, \"9\"", json!(9)),
    ] {
        assert_eq!(said("if-match", value).await.json()["if_match"], version, "{value}");
    }
    assert_eq!(said("idempotency-key", "k 1").await.json()["key"], json!(true));
    let long = "k".repeat(256);
    for value in ["", long.as_str(), "钥"] {
        assert_eq!(said("idempotency-key", value).await.refused(), "invalid_idempotency_key");
    }
    let only = post(&format!("{THING}?validate_only=true")).insert_header(("idempotency-key", "k"));
    let only = send(only.set_payload(GOOD)).await.json();
    assert_eq!((&only["validate_only"], &only["key"]), (&json!(true), &json!(false)));
    let unknown = send(post(&format!("{THING}?validate=true")).set_payload(GOOD)).await;
    assert_eq!(unknown.errors(), [("unknown_field".to_owned(), "/query/validate".to_owned())]);
}

#[actix_web::test]
async fn pages_follow_each_other_to_the_end() {
    let mut path = "/things?limit=25".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = send(TestRequest::with_uri(&path)).await.json();
        seen.extend(page["data"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/things?limit=25&cursor={cursor}");
    }
    assert_eq!(seen.len(), 60);
    let whole = send(TestRequest::with_uri("/things?limit=60")).await.json();
    assert_eq!(whole["next_cursor"], json!(null));
    for (query, code, at) in [
        ("limit=0", "out_of_range", "/query/limit"),
        ("limit=501", "out_of_range", "/query/limit"),
        ("limit=x", "wrong_type", "/query/limit"),
        ("cursor=!!", "invalid_value", "/query/cursor"),
        ("cursor=WzFd", "invalid_value", "/query/cursor"),
        ("offset=1", "unknown_field", "/query/offset"),
    ] {
        let answer = send(TestRequest::with_uri(&format!("/things?{query}"))).await;
        assert_eq!(answer.errors(), [(code.to_owned(), at.to_owned())], "{query}");
    }
}

#[test]
fn a_fingerprint_depends_on_each_of_its_parts() {
    let one = fingerprint("POST", "/a", b"x");
    assert_eq!(one, fingerprint("POST", "/a", b"x"));
    assert_ne!(one, fingerprint("PATCH", "/a", b"x"));
    assert_ne!(one, fingerprint("POST", "/ax", b""));
    assert_ne!(one, fingerprint("POST", "/a", b"y"));
}
