//! What a producer has to have ready: risk sources, filed emergency plans, insurance.

use serde_json::{Value, json};

use crate::support::{Cast, World};

#[tokio::test]
async fn what_is_wrong_is_named_at_its_field() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let with = |body: &Value, field: &str, value: Value| {
        let mut body = body.clone();
        body[field] = value;
        body
    };
    let risk = json!({"site_id": cast.producer_site, "name": "罐", "kind": "储罐",
        "level": "major", "substance": "废酸", "maximum_kg": 1});
    let plan = json!({"site_id": cast.producer_site, "number": "备-1", "filed_on": "2026-11-25",
        "valid_to": "2026-11-25", "filed_with": "局"});
    let policy = json!({"organisation_id": cast.producer_id, "insurer": "保险公司",
        "number": "保-1", "amount_yuan": 1, "valid_from": "2026-01-01", "valid_to": "2026-12-31"});
    for (path, body, code, pointer) in [
        ("/risk-sources", with(&risk, "level", json!("high")), "invalid_value", "/level"),
        ("/risk-sources", with(&risk, "maximum_kg", json!(0)), "mass_out_of_range", "/maximum_kg"),
        ("/risk-sources", with(&risk, "name", json!(" ")), "too_short", "/name"),
        (
            "/emergency-plans-filed",
            with(&plan, "filed_on", json!("2026-11-26")),
            "not_yet",
            "/filed_on",
        ),
        (
            "/emergency-plans-filed",
            with(&plan, "valid_to", json!("2026-11-24")),
            "invalid_value",
            "/valid_to",
        ),
        (
            "/insurance-policies",
            with(&policy, "valid_to", json!("2025-12-31")),
            "invalid_value",
            "/valid_to",
        ),
        (
            "/insurance-policies",
            with(&policy, "amount_yuan", json!(0)),
            "out_of_range",
            "/amount_yuan",
        ),
        (
            "/insurance-policies",
            with(&policy, "organisation_id", json!(cast.driver)),
            "unknown_reference",
            "/organisation_id",
        ),
    ] {
        cast.producer.post(path, &body).await.is(422).tells(code, pointer);
    }
    let policy = cast.producer.post("/insurance-policies", &policy).await.ok();
    let one = format!("/insurance-policies/{}", policy.id());
    let shorter = json!({"valid_to": "2025-12-31"});
    cast.producer.patch(&one, &shorter).await.is(422).tells("invalid_value", "/valid_to");
    cast.corps.patch(&one, &json!({"amount_yuan": 2})).await.is(403);
    cast.receiver.get(&one).await.is(404);
    // What ends soon is found by its last day.
    for (query, wanted) in [("ends_by=2026-12-31", 1), ("ends_by=2026-12-30", 0)] {
        let found = cast.corps.get(&format!("/insurance-policies?{query}")).await.ok();
        assert_eq!(found.get("/data").as_array().unwrap().len(), wanted, "{query}");
    }
}
