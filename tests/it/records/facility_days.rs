//! Days of treatment facilities: told by the facility alone, once a day, and none to come.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Cast, World};

#[tokio::test]
async fn what_is_wrong_is_named_at_its_field() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let day = |on: &str, status: &str, treated: Value| {
        let mut body = json!({"site_id": cast.receiver_site, "on": on, "status": status});
        body["treated_kg"] = treated;
        body
    };
    for (body, code, pointer) in [
        (day("2026-11-26", "running", json!(1)), "not_yet", "/on"),
        (day("2026-11-31", "running", json!(1)), "invalid_value", "/on"),
        (day("2026-11-25", "broken", json!(1)), "invalid_value", "/status"),
        (day("2026-11-25", "down", json!(0.001)), "invalid_value", "/treated_kg"),
        (day("2026-11-25", "running", json!(-1)), "mass_out_of_range", "/treated_kg"),
    ] {
        cast.receiver.post("/facility-days", &body).await.is(422).tells(code, pointer);
    }
    // A plant's day is told of a plant.
    let site = json!({"organisation_id": cast.receiver_id, "name": "二号库", "kind": "storage",
        "division": "01", "region_code": "659002"});
    let store = cast.corps.post("/sites", &site).await.ok().id();
    let mut elsewhere = day("2026-11-26", "down", json!(5));
    elsewhere["site_id"] = json!(store);
    let all = cast.receiver.post("/facility-days", &elsewhere).await.is(422);
    all.tells("invalid_value", "/site_id")
        .tells("not_yet", "/on")
        .tells("invalid_value", "/treated_kg");
    assert_eq!(world.rows("facility_day").await, 0);
    // The day begins in Beijing.
    world.pass(TimeDelta::hours(14));
    let receiver = world.log_in("member-3").await;
    let made = receiver.post("/facility-days", &day("2026-11-26", "running", json!(5))).await.ok();
    let one = format!("/facility-days/{}", made.id());
    let down = receiver.patch(&one, &json!({"status": "down"})).await.is(422);
    down.tells("invalid_value", "/treated_kg");
    receiver.patch(&one, &json!({"status": "down", "treated_kg": 0})).await.is(200);
    let corps = world.corps().await;
    corps.patch(&one, &json!({"status": "running"})).await.is(403);
    let out = corps.get("/facility-days?status=down&from=2026-11-26&to=2026-11-30").await.ok();
    assert_eq!(out.str("/data/0/on"), "2026-11-26");
}
