//! The monthly sheet of an institution's medical waste: one a plant, made from the manifests.

use serde_json::{Value, json};

use super::cast::Town;
use crate::support::{Client, World};

async fn month(client: &Client, site: &str, month: &str) -> crate::support::Answer {
    client.get(&format!("/sites/{site}/medical-sheets/{month}")).await
}

#[tokio::test]
async fn a_month_is_summed_from_its_manifests_and_each_sees_its_own() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let (cast, hospital) = (&town.cast, &town.producers[0]);
    let empty = month(&hospital.client, &hospital.site, "2026-11").await.is(200);
    assert_eq!((empty.get("/sheets"), empty.str("/mode")), (&json!([]), "monthly"));
    // A stop of a round, which the hospital has not signed, and a manifest of its own.
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    for n in [1, 2] {
        town.collect(&path, n, &json!(40.5)).await.is(200);
    }
    let mut own = cast.medical();
    own["producer_site_id"] = json!(hospital.site);
    own["items"][0]["department"] = json!("急诊科");
    let own = hospital.client.post("/manifests", &own).await.is(201).id();
    let depart = json!({"occurred_at": "2026-11-25T01:50:00Z"});
    cast.carrier.post(&format!("/manifests/{own}/depart"), &depart).await.is(200);
    let sign = format!("/manifests/{own}/events/1/countersign");
    hospital.client.post(&sign, &json!({})).await.is(200);
    let found = json!({"decision": "partial",
        "items": [{"line": 1, "accepted_kg": 42, "refused_kg": 0.5, "reason": "damaged"}]});
    cast.receiver.post(&format!("/manifests/{own}/receive"), &found).await.is(200);
    // What has not left is not in it.
    let mut waits = cast.medical();
    waits["producer_site_id"] = json!(hospital.site);
    hospital.client.post("/manifests", &waits).await.is(201);

    let sheet = month(&hospital.client, &hospital.site, "2026-11").await.is(200);
    assert_eq!(sheet.str("/title"), "危险废物转移联单（医疗废物专用）");
    assert_eq!(sheet.str("/month"), "2026-11");
    assert_eq!(sheet.str("/institution/name"), "1号餐馆");
    assert_eq!(sheet.get("/sheets").as_array().unwrap().len(), 1);
    assert_eq!(sheet.str("/sheets/0/receiver_site_id"), cast.receiver_site);
    let rows = sheet.get("/sheets/0/rows").as_array().unwrap();
    let signed: Vec<&Value> = rows.iter().map(|row| &row["institution_signed"]).collect();
    assert_eq!(signed, [false, true], "in the order of hand-over: {}", sheet.text);
    assert_eq!(rows[1]["items"][0]["department"], "急诊科");
    assert_eq!(rows[1]["items"][0]["accepted_kg"], 42);
    assert_eq!(
        (&rows[0]["items"][0]["accepted_kg"], &rows[0]["received_at"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!((&rows[0]["plate"], &rows[0]["boxes_total"]), (&json!("新A12345"), &json!(5)));
    let totals = json!([{"waste_code": "841-001-01", "boxes": 10, "mass_kg": 83}]);
    assert_eq!(*sheet.get("/sheets/0/totals"), totals);
    assert_eq!(*sheet.get("/sheets/0/mass_kg"), json!(83));

    for client in [&cast.receiver, &cast.carrier, &cast.corps] {
        let seen = month(client, &hospital.site, "2026-11").await.is(200);
        assert_eq!(seen.get("/sheets/0/mass_kg"), &json!(83));
    }
    for client in [&cast.stranger, &town.producers[1].client] {
        month(client, &hospital.site, "2026-11").await.is(404).refused_as("not_found");
    }
    month(&cast.receiver, &hospital.site, "2026-10").await.is(404);
    let before = month(&hospital.client, &hospital.site, "2026-10").await.is(200);
    assert_eq!(*before.get("/sheets"), json!([]));
    for wrong in ["2026-13", "november", "2026-11-01"] {
        month(&hospital.client, &hospital.site, wrong).await.is(404);
    }
    month(&cast.corps, &cast.vehicle, "2026-11").await.is(404);
}
