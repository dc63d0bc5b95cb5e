//! Refused mass goes on to another receiver.

use serde_json::json;

use super::{STORAGE, Yard, held};

#[tokio::test]
async fn what_was_refused_goes_on_to_another() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(4).await;
    let mut body = yard.on(6);
    body["items"][0]["method"] = json!("D10");
    body["items"][0]["packages"] = json!([{"kind": "plastic_drum", "count": 1}]);
    let sent = yard.send(&id, "forward", &body).await.is(201);
    let on = sent.id();
    assert_eq!((sent.str("/kind"), sent.str("/status")), ("forward", "filed"));
    assert_eq!((sent.str("/origin_manifest_id"), sent.version()), (&*id, 1));
    assert_eq!(sent.str("/receiver/organisation_id"), yard.other_id);
    assert_eq!((sent.str("/items/0/method"), sent.get("/items/0/mass_kg")), ("D10", &json!(6)));
    assert_eq!(sent.get("/capacity/0/reserved_kg"), &json!(6));
    assert_eq!(sent.get("/capacity/0/left_kg"), &json!(44));
    assert_eq!(yard.refused(&id).await, held(&[("forwarded", 6)]));
    // Whom it goes to is no business of the first producer.
    cast.producer.get(&format!("/manifests/{on}")).await.is(404);
    assert!(yard.limbo(&cast.producer).await.is_empty());
    assert_eq!(yard.limbo(&yard.other).await, std::slice::from_ref(&on));
    cast.carrier.post(&format!("/manifests/{on}/depart"), &json!({})).await.is(200);
    yard.receive(&yard.other, &on, 5, 1).await.is(200);
    assert_eq!(yard.account(STORAGE, &yard.other_site).await.1, 5);
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 4);
    // What was refused again is held there.
    assert_eq!(yard.refused(&on).await, held(&[("held", 1)]));
    let treat = json!({"treatments": [{"line": 1, "method": "D10", "mass_kg": 5,
        "completed_on": "2026-11-25"}]});
    let done = yard.other.post(&format!("/manifests/{on}/complete"), &treat).await.is(200);
    assert_eq!(done.str("/status"), "completed");
    let back = json!({"planned_departure_on": "2026-11-25", "legs": yard.legs(),
        "items": [{"line": 1, "mass_kg": 1}]});
    let back = yard.other.post(&format!("/manifests/{on}/return"), &back).await.is(201);
    assert_eq!(back.str("/receiver_site_id"), cast.receiver_site);
    yard.receive(&cast.receiver, &back.id(), 1, 0).await.is(200);
    assert!(yard.limbo(&cast.corps).await.is_empty());
}

#[tokio::test]
async fn a_forward_is_judged_as_a_filing() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let mut wrong = yard.on(1);
    wrong["items"][0]["method"] = json!("R4");
    let wrong = yard.send(&id, "forward", &wrong).await.is(409);
    wrong.tells("licence_does_not_cover", "/items/0/line");
    let mut wrong = yard.on(11);
    wrong["receiver_site_id"] = json!(cast.vehicle);
    let wrong = yard.send(&id, "forward", &wrong).await.is(422);
    wrong.tells("mass_balance", "/items/0/mass_kg").tells("unknown_reference", "/receiver_site_id");
    let mut here = yard.on(1);
    here["receiver_site_id"] = json!(cast.receiver_site);
    let here = yard.send(&id, "forward", &here).await.is(422);
    here.refused_as("invalid_value").at("/receiver_site_id");
    let none = yard.send(&id, "forward", &yard.back(1)).await.is(422);
    none.refused_as("required").at("/receiver_site_id");
    // The other's licence has room for 50 kg a year.
    for _ in 0..5 {
        let id = yard.received(0).await;
        yard.send(&id, "forward", &yard.on(10)).await.is(201);
    }
    let full = yard.send(&id, "forward", &yard.on(1)).await.is(409);
    full.refused_as("capacity_exceeded").at("/items/0/mass_kg");
    assert_eq!(yard.refused(&id).await, held(&[("held", 10)]));
}

#[tokio::test]
async fn a_cancelled_forward_frees_what_it_reserved() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let on = yard.send(&id, "forward", &yard.on(10)).await.is(201);
    let (on, licence) = (on.id(), on.str("/capacity/0/licence_id").to_owned());
    assert_eq!(yard.account(1, &licence).await, (Some(50), 0, 10));
    cast.receiver
        .post(&format!("/manifests/{on}/cancel"), &json!({"reason": "receiver"}))
        .await
        .is(200);
    assert_eq!(yard.account(1, &licence).await, (Some(50), 0, 0));
    assert_eq!(yard.refused(&id).await, held(&[("held", 10)]));
    let kinds = yard.kinds(&cast.receiver, &id).await;
    assert_eq!(kinds[2..], ["forward_filed", "forward_cancelled"]);
}

/// Two parts of one line, one home and one on, race for what is held.
#[tokio::test]
async fn a_return_and_a_forward_share_what_is_held() {
    let yard = Yard::set().await;
    let id = yard.received(0).await;
    let (home, on) = (yard.back(6), yard.on(6));
    let (home, on) =
        futures_util::join!(yard.send(&id, "return", &home), yard.send(&id, "forward", &on));
    let won = [home.status, on.status].into_iter().filter(|status| *status == 201).count();
    assert_eq!(won, 1, "{} {}", home.shown(), on.shown());
    let lost = if home.status == 201 { on } else { home };
    lost.is(422).refused_as("mass_balance").at("/items/0/mass_kg");
}
