//! A deployment may ask for devices' signatures, stream by stream, from a day on.

use super::*;

#[tokio::test]
async fn where_the_setting_asks_for_it_nothing_leaves_unsigned() {
    let world = World::start_with(|serving| {
        let setting = "hazardous=2026-11-25,medical=2026-11-26";
        serving.config.signed_from = setting.parse().unwrap();
    });
    let desk = Desk::in_world(world.await).await;
    let id = desk.filed().await;
    let (depart, receive) = (path(&id, "depart"), path(&id, "receive"));
    let refused = |answer: Answer| {
        answer.is(422).tells("signature_required", "/signature");
    };
    refused(desk.cast.carrier.post(&depart, &json!({})).await);
    // A code for the other party is no signature of one's own.
    let foreseen = desk.cast.carrier.get(&path(&id, "preflight?action=depart")).await.ok();
    assert_eq!(foreseen.get("/errors/0/code"), "signature_required");
    let changes = json!({"items": [{"line": 1, "mass_kg": 90}]});
    let proposal = json!({"changes": changes, "reason": "wrong_data"});
    desk.cast.producer.post(&path(&id, "amendments"), &proposal).await.is(201);
    let approve = path(&id, "amendments/1/approve");
    refused(desk.cast.receiver.post(&approve, &json!({})).await);
    let signed = desk.receiver.signed(("approve", &id), &json!({}), desk.world.now()).await;
    desk.cast.receiver.post(&approve, &signed).await.ok();
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    let leg = json!({"carrier_id": desk.cast.carrier_id, "vehicle_id": desk.cast.vehicle,
        "driver_id": desk.cast.driver});
    let over = path(&id, "hand-over");
    refused(desk.cast.carrier.post(&over, &json!({"to_leg": leg})).await);
    // What has no signature asks for none: it is evidence, and no party's consent.
    desk.cast.carrier.post(&path(&id, "arrive"), &json!({})).await.ok();
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 90, "refused_kg": 0}]});
    refused(desk.cast.receiver.post(&receive, &body).await);
    desk.takes(&desk.receiver, ("receive", &id), &body).await.ok();
    assert_eq!(desk.sealed(&id).await, ["amendment_approved", "departed", "received"]);
    // Of another stream, or filed before its day.
    for body in [desk.cast.medical(), desk.cast.kitchen()] {
        let id = desk.cast.filed(&body).await.id();
        desk.cast.carrier.post(&path(&id, "depart"), &json!({})).await.ok();
    }
}

/// One request for several manifests has no place for a signature, so it is no way around one.
#[tokio::test]
async fn a_trip_is_no_way_around_it() {
    let world = World::start_with(|serving| {
        serving.config.signed_from = "hazardous=2026-11-25".parse().unwrap();
    });
    let desk = Desk::in_world(world.await).await;
    let id = desk.filed().await;
    let trip = json!({"carrier_id": desk.cast.carrier_id, "vehicle_id": desk.cast.vehicle,
        "driver_id": desk.cast.driver, "manifest_ids": [id]});
    let trip = desk.cast.carrier.post("/trips", &trip).await.is(201).id();
    let departs = desk.cast.carrier.post(&format!("/trips/{trip}/depart"), &json!({})).await;
    departs.is(422).refused_as("signature_required");
    assert_eq!(desk.bodies(&id).await.len(), 1);
}
