//! What a register entry is when it begins: active, or as its shape says, never ended.

use serde_json::{Value, json};

use crate::support::{Cast, World};

#[tokio::test]
async fn an_entry_begins_active_or_suspended_by_a_regulator() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let vehicle = |n: u32, status: Value| {
        json!({"organisation_id": cast.carrier_id, "plate": format!("新A5432{n}"), "kind": "厢式车",
            "classes": ["kitchen"], "status": status})
    };
    let active = cast.carrier.post("/vehicles", &vehicle(1, json!("active"))).await.is(201);
    assert_eq!(active.str("/status"), "active");
    let absent = cast.carrier.post("/vehicles", &vehicle(2, json!(null))).await.is(201);
    assert_eq!(absent.str("/status"), "active");
    let own = cast.carrier.post("/vehicles", &vehicle(3, json!("suspended"))).await;
    own.is(403).refused_as("forbidden");
    let suspended = cast.corps.post("/vehicles", &vehicle(3, json!("suspended"))).await.is(201);
    assert_eq!(suspended.str("/status"), "suspended");
    let closed = cast.corps.post("/vehicles", &vehicle(4, json!("closed"))).await;
    closed.is(422).refused_as("invalid_value").at("/status");
    let driver = json!({"organisation_id": cast.carrier_id, "name": "李四", "phone": "13900000001",
        "licence_no": "1", "licence_valid_to": "2028-12-31", "status": "active"});
    let driver = cast.corps.post("/drivers", &driver).await.is(201);
    assert_eq!(driver.str("/status"), "active");
}

#[tokio::test]
async fn a_licence_may_begin_suspended_and_then_covers_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let site = cast.corps.get(&format!("/sites/{}", cast.receiver_site)).await.ok();
    let licence = |number: &str, status: &str| {
        json!({
            "organisation_id": site.get("/organisation_id"), "site_id": cast.receiver_site,
            "number": number, "kind": "comprehensive", "status": status,
            "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
            "valid_from": "2024-01-01", "valid_to": "2028-12-31",
            "lines": [{"line": 1, "waste_codes": ["900-214-08"], "categories": [],
                       "methods": ["R9"], "annual_kg": 1000}],
        })
    };
    let ended = cast.corps.post("/licences", &licence("兵危证 2026-1", "lapsed")).await;
    ended.is(422).refused_as("invalid_value").at("/status");
    let begun = cast.corps.post("/licences", &licence("兵危证 2026-2", "suspended")).await.is(201);
    assert_eq!(begun.str("/status"), "suspended");
    let mut body = cast.oil(&json!(1));
    body["items"][0]["waste_code"] = json!("900-214-08");
    body["items"][0]["produce"] = json!(true);
    let refused = cast.producer.post("/manifests", &body).await;
    refused.is(409).refused_as("right_withdrawn").at("/receiver_site_id");
}
