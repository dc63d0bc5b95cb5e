//! The producer's management plan: a transfer outside it warns, is stored and never refused.

use serde_json::json;

use crate::support::{Cast, World};

#[tokio::test]
async fn a_transfer_outside_the_plan_is_filed_with_a_warning() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(5000).await;
    // Filed once before there is a plan: what was remembered then must not hide it.
    let early = cast.filed(&cast.oil(&json!(10))).await;
    assert!(early.get("/warnings").as_array().unwrap().is_empty());
    assert!(early.get("/management_plan_id").is_null());
    let plan = |year: i64| {
        json!({"site_id": cast.producer_site, "year": year,
            "lines": [{"waste_code": "900-249-08", "annual_kg": 100}]})
    };
    let this_year = cast.producer.post("/management-plans", &plan(2026)).await.ok().id();
    let last_year = cast.producer.post("/management-plans", &plan(2025)).await.ok().id();

    let within = cast.filed(&cast.oil(&json!(60))).await;
    assert!(within.get("/warnings").as_array().unwrap().is_empty());
    assert_eq!(within.str("/management_plan_id"), this_year);
    let tried = cast.producer.post("/manifests?validate_only=true", &cast.oil(&json!(41))).await;
    tried.is(201).warns("outside_plan");
    let beyond = cast.filed(&cast.oil(&json!(41))).await.warns("outside_plan");
    let path = format!("/manifests/{}", beyond.id());
    cast.producer.get(&path).await.ok().warns("outside_plan");
    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("{path}/cancel"), &cancel).await.ok();
    let exact = cast.filed(&cast.oil(&json!(40))).await;
    assert!(exact.get("/warnings").as_array().unwrap().is_empty());
    let medical = cast.filed(&cast.medical()).await.warns("outside_plan");
    let shown = medical.get("/warnings").as_array().unwrap();
    assert!(shown.iter().any(|one| one["pointer"] == "/items/0/waste_code"), "{shown:?}");

    let mut named = cast.oil(&json!(1));
    let pointer = "/management_plan_id";
    for (id, code) in [(&last_year, "invalid_value"), (&cast.licence, "unknown_reference")] {
        named["management_plan_id"] = json!(id);
        let refused = cast.producer.post("/manifests", &named).await;
        refused.is(422).refused_as(code).at(pointer);
    }
    named["management_plan_id"] = json!(this_year);
    cast.filed(&named).await.warns("outside_plan");
    let close = json!({"status": "closed"});
    cast.producer.patch(&format!("/management-plans/{this_year}"), &close).await.ok();
    named["management_plan_id"] = json!(null);
    let unplanned = cast.filed(&named).await;
    assert!(unplanned.get("/management_plan_id").is_null());
}
