//! What the registers let a filing do: licences in force and with room, organisations that take
//! part, and a ledger that holds what leaves.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, World};

async fn licence(cast: &Cast, patch: Value) -> Answer {
    cast.corps.patch(&format!("/licences/{}", cast.licence), &patch).await
}

fn lines(oil_kg: i64) -> Value {
    json!([
        {"line": 1, "waste_codes": ["900-249-08"], "methods": ["R9"], "annual_kg": oil_kg},
        {"line": 2, "categories": ["HW01"], "methods": ["Y11"], "annual_kg": 1000},
    ])
}

#[tokio::test]
async fn a_licence_is_not_cut_below_what_is_used_and_reserved() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    cast.accepted(&cast.oil(&json!(300))).await;
    cast.filed(&cast.oil(&json!(200))).await;
    // 300 used, 200 reserved.
    let below = licence(&cast, json!({"lines": lines(499)})).await.is(409);
    let below = below.refused_as("capacity_in_use").at("/lines/0/annual_kg");
    assert_eq!(below.get("/errors/0/used_kg"), 300);
    assert_eq!(below.get("/errors/0/reserved_kg"), 200);
    licence(&cast, json!({"lines": lines(500)})).await.is(200);
    let full = cast.producer.post("/manifests", &cast.oil(&json!(0.001))).await.is(409);
    full.refused_as("capacity_exceeded").at("/items/0/mass_kg");
    licence(&cast, json!({"lines": lines(501)})).await.is(200);
    cast.filed(&cast.oil(&json!(1))).await;
    let fewer = licence(&cast, json!({"lines": [lines(501)[0]]})).await.is(422);
    fewer.tells("items_incomplete", "/lines");
}

/// One limit over all lines binds before either line is full.
#[tokio::test]
async fn a_shared_limit_caps_all_lines_together() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    licence(&cast, json!({"annual_limit_kg": 100})).await.is(200);
    cast.filed(&cast.oil(&json!(60))).await;
    let mut medical = cast.medical();
    medical["items"][0]["mass_kg"] = json!(40);
    cast.filed(&medical).await;
    let full = cast.producer.post("/manifests", &cast.oil(&json!(1))).await.is(409);
    let full = full.refused_as("capacity_exceeded");
    assert_eq!(full.get("/errors/0/permitted_kg"), 100);
    assert!(full.get("/errors/0/licence_line").is_null());
    licence(&cast, json!({"annual_limit_kg": 99})).await.is(409).refused_as("capacity_in_use");
    licence(&cast, json!({"annual_limit_kg": null})).await.is(200);
    cast.filed(&cast.oil(&json!(1))).await;
}

#[tokio::test]
async fn a_licence_that_is_not_in_force_takes_nothing_new_and_finishes_what_it_took() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let under_way = cast.filed(&cast.oil(&json!(10))).await;
    let file = async || cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
    licence(&cast, json!({"status": "suspended"})).await.is(200);
    file().await.is(409).refused_as("right_withdrawn");
    licence(&cast, json!({"status": "active"})).await.is(200);
    file().await.is(201);
    // The last valid day counts, as a day in Beijing: it is the 25th there.
    licence(&cast, json!({"valid_to": "2026-11-25"})).await.is(200);
    file().await.is(201);
    world.pass(TimeDelta::hours(13) + TimeDelta::minutes(59));
    file().await.is(201);
    world.pass(TimeDelta::minutes(1));
    let mut tomorrow = cast.oil(&json!(10));
    tomorrow["planned_departure_on"] = json!("2026-11-26");
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"valid_from": "2026-11-27", "valid_to": "2027-01-01"})).await.is(200);
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"status": "lapsed"})).await.is(200);
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"status": "active"})).await.is(409).refused_as("illegal_transition");
    let path = format!("/manifests/{}", under_way.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.is(200);
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.is(200);
}

#[tokio::test]
async fn who_is_closed_or_suspended_takes_no_part() {
    for party in ["producer", "carrier", "receiver"] {
        let world = World::start().await;
        let cast = Cast::new(&world, 1000).await;
        cast.produce(1000).await;
        let (id, pointer) = match party {
            "producer" => (&cast.producer_id, "/producer_site_id"),
            "carrier" => (&cast.carrier_id, "/legs/0/carrier_id"),
            _ => (&cast.receiver_id, "/receiver_site_id"),
        };
        let organisation = format!("/organisations/{id}");
        let file = async || cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
        for status in ["suspended", "active", "closed"] {
            let body = json!({"status": status});
            cast.corps.patch(&organisation, &body).await.is(200);
            let answer = file().await;
            if status == "active" {
                answer.is(201);
            } else {
                answer.is(409).refused_as("right_withdrawn").at(pointer);
            }
        }
        let back = cast.corps.patch(&organisation, &json!({"status": "active"})).await;
        back.is(409).refused_as("illegal_transition");
    }
}

#[tokio::test]
async fn a_ledger_adds_up() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let entry = async |kind: &str, kg: Value| {
        let body = json!({"site_id": cast.producer_site, "kind": kind,
            "waste_code": "900-249-08", "mass_kg": kg});
        cast.producer.post("/ledger-entries", &body).await
    };
    let oil = async |kg: Value| cast.producer.post("/manifests", &cast.oil(&kg)).await;
    oil(json!(0.001)).await.is(409).refused_as("insufficient_on_hand");
    let made = entry("produced", json!(10.5)).await.is(201);
    let read = cast.producer.get(&format!("/ledger-entries/{}", made.id())).await.is(200);
    assert_eq!((&read.json, read.get("/mass_kg")), (&made.json, &json!(10.5)));
    entry("correction", json!(-0.5)).await.is(201);
    entry("correction", json!(0)).await.is(422).refused_as("mass_out_of_range").at("/mass_kg");
    entry("produced", json!(-1)).await.is(422).refused_as("mass_out_of_range").at("/mass_kg");
    entry("loss", json!(10.001)).await.is(409).refused_as("insufficient_on_hand");
    entry("correction", json!(-10.001)).await.is(409).refused_as("insufficient_on_hand");
    oil(json!(10.001)).await.is(409).refused_as("insufficient_on_hand");
    oil(json!(4)).await.is(201);
    // Six are free: four are promised to the manifest.
    entry("self_treated", json!(6.001)).await.is(409).refused_as("insufficient_on_hand");
    entry("self_treated", json!(6)).await.is(201);
    let body = json!({"site_id": cast.producer_site, "kind": "moved_out", "mass_kg": 1,
        "waste_code": "900-249-08", "manifest_id": made.id(), "manifest_line": 1});
    let forged = cast.producer.post("/ledger-entries", &body).await.is(422);
    forged.tells("unknown_field", "/manifest_id").tells("unknown_field", "/manifest_line");
    let later = json!({"site_id": cast.producer_site, "kind": "produced", "mass_kg": 1,
        "waste_code": "900-249-08", "occurred_at": "2026-11-25T02:05:01Z"});
    let later = cast.producer.post("/ledger-entries", &later).await.is(422);
    later.refused_as("not_yet").at("/occurred_at");
    let listed = cast.producer.get("/ledger-entries?kind=correction").await.ok();
    assert_eq!(super::ids(&listed).len(), 1);
}
