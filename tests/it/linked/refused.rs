//! Refused mass goes back to where it came from.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::{ON_HAND, STORAGE, Yard, actions, custodies, held};
use crate::support::Method;

#[tokio::test]
async fn what_was_refused_comes_home() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(4).await;
    assert_eq!(yard.refused(&id).await, held(&[("held", 6)]));
    let seen = yard.get(&cast.receiver, &id).await;
    assert_eq!(actions(&seen), ["return", "forward", "complete"]);
    assert_eq!(seen.str("/limbo/holder_id"), cast.receiver_id);
    assert_eq!((seen.str("/limbo/custody"), seen.get("/limbo/mass_kg")), ("held", &json!(6)));
    assert_eq!(yard.account(ON_HAND, &cast.producer_site).await, (Some(990), 0, 0));
    let mut body = yard.back(6);
    body["depart_now"] = json!(true);
    let sent = yard.send(&id, "return", &body).await.is(201);
    let back = sent.id();
    assert_eq!(sent.header("location"), format!("/api/v1/manifests/{back}"));
    assert_eq!((sent.version(), sent.str("/status")), (2, "in_transit"));
    assert_eq!((sent.str("/kind"), sent.str("/origin_manifest_id")), ("return", &*id));
    assert_eq!(sent.str("/producer_site_id"), cast.receiver_site);
    assert_eq!(sent.str("/receiver_site_id"), cast.producer_site);
    assert_eq!(sent.str("/items/0/source_items/0/manifest_id"), id);
    assert!(sent.str("/number") > seen.str("/number"), "a number of its own");
    assert_eq!(yard.kinds(&cast.producer, &back).await, ["filed", "departed"]);
    let kinds = yard.kinds(&cast.producer, &id).await;
    assert_eq!(kinds, ["filed", "received", "return_filed"]);
    assert_eq!(yard.refused(&id).await, held(&[("returning", 6)]));
    assert_eq!(actions(&yard.get(&cast.receiver, &id).await), ["complete"]);
    // What was never on its sender's ledger does not leave it.
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (None, 0, 0));
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 4);
    let seen = yard.get(&cast.producer, &back).await;
    assert_eq!(actions(&seen), ["incident", "arrive", "receive", "amend"]);
    assert_eq!(seen.str("/limbo/holder_id"), cast.carrier_id);
    yard.receive(&cast.producer, &back, 6, 0).await.is(200);
    assert_eq!(yard.refused(&id).await, held(&[("returned", 6)]));
    assert_eq!(yard.account(ON_HAND, &cast.producer_site).await, (Some(996), 0, 0));
    assert_eq!(yard.account(STORAGE, &cast.producer_site).await.1, 0);
    let path = format!("/ledger-entries?site_id={}&kind=brought_in", cast.producer_site);
    let entries = cast.producer.get(&path).await.ok();
    let entries = entries.get("/data").as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["mass_kg"]), (1, &json!(6)));
    // It is the producer's own again: nothing more is done to it under the return.
    let end = yard.get(&cast.producer, &back).await;
    assert_eq!((end.str("/status"), actions(&end).len()), ("accepted", 0));
    let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 6,
        "completed_on": "2026-11-25"}]});
    let treat = cast.producer.post(&format!("/manifests/{back}/complete"), &treat).await;
    treat.is(409).refused_as("illegal_transition");
}

/// The list of waste in limbo is of those who have to do with it, and only while it is.
#[tokio::test]
async fn waste_in_limbo_is_listed_while_it_is() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let accepted = yard.received(10).await;
    let id = yard.received(4).await;
    for who in [&cast.receiver, &cast.producer, &cast.carrier, &cast.corps] {
        assert_eq!(yard.limbo(who).await, std::slice::from_ref(&id));
    }
    assert!(yard.limbo(&cast.stranger).await.is_empty());
    yard.world.pass(TimeDelta::seconds(1));
    let part = yard.send(&id, "return", &yard.back(2)).await.is(201).id();
    assert_eq!(yard.limbo(&cast.corps).await, [part.clone(), id.clone()]);
    yard.world.pass(TimeDelta::seconds(1));
    let rest = yard.send(&id, "return", &yard.back(4)).await.is(201).id();
    assert_eq!(yard.limbo(&cast.corps).await, [rest.clone(), part.clone()]);
    let first = cast.corps.get("/manifests?limbo=true&limit=1").await.ok();
    let next = first.str("/next_cursor");
    let second = cast.corps.get(&format!("/manifests?limbo=true&limit=1&cursor={next}")).await;
    assert_eq!((first.str("/data/0/id"), second.str("/data/0/id")), (&*rest, &*part));
    yard.receive(&cast.producer, &part, 2, 0).await.ok();
    yard.receive(&cast.producer, &rest, 4, 0).await.ok();
    assert!(yard.limbo(&cast.corps).await.is_empty());
    let settled = cast.corps.get("/manifests?limbo=false").await.ok();
    assert_eq!(settled.get("/data").as_array().unwrap().len(), 4);
    assert!(settled.text.contains(&accepted));
}

#[tokio::test]
async fn never_more_than_is_held_is_sent() {
    let yard = Yard::set().await;
    let id = yard.received(4).await;
    let body = yard.back(2);
    let sent = join_all((0..6).map(|_| yard.send(&id, "return", &body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = sent.into_iter().partition(|one| one.status == 201);
    assert_eq!((won.len(), lost.len()), (3, 3));
    for answer in lost {
        answer.is(409).refused_as("illegal_transition");
    }
    assert_eq!(yard.refused(&id).await, held(&[("returning", 2); 3]));
    let id = yard.received(0).await;
    let body = yard.back(6);
    let sent = join_all((0..4).map(|_| yard.send(&id, "return", &body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = sent.into_iter().partition(|one| one.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 3));
    for answer in lost {
        answer.is(422).refused_as("mass_balance").at("/items/0/mass_kg");
    }
    assert_eq!(yard.refused(&id).await, held(&[("held", 4), ("returning", 6)]));
}

#[tokio::test]
async fn a_cancelled_return_gives_back_what_it_took() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let back = yard.send(&id, "return", &yard.back(7)).await.is(201).id();
    let cancel = format!("/manifests/{back}/cancel");
    let reason = json!({"reason": "vehicle"});
    cast.producer.post(&cancel, &reason).await.is(403);
    cast.receiver.post(&cancel, &reason).await.is(200);
    assert_eq!(yard.refused(&id).await, held(&[("held", 10)]));
    let kinds = yard.kinds(&cast.receiver, &id).await;
    assert_eq!(kinds, ["filed", "received", "return_filed", "return_cancelled"]);
    assert!(yard.limbo(&cast.corps).await == std::slice::from_ref(&id));
    yard.send(&id, "return", &yard.back(10)).await.is(201);
    // Nothing is held any more: that is the end of it.
    let over = yard.send(&id, "return", &yard.back(1)).await;
    let over = over.is(409).refused_as("illegal_transition");
    assert_eq!(over.get("/manifest_status"), "refused");
    assert_eq!(over.get("/allowed_actions"), &json!([]));
}

/// A return that is refused at the producer's gate is held there, and can be sent again.
#[tokio::test]
async fn a_refused_return_is_held_where_it_was_refused() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let mut body = yard.back(10);
    body["depart_now"] = json!(true);
    let back = yard.send(&id, "return", &body).await.is(201).id();
    yard.receive(&cast.producer, &back, 0, 10).await.is(200);
    assert_eq!(yard.refused(&id).await, held(&[("returning", 10)]));
    assert_eq!(yard.refused(&back).await, held(&[("held", 10)]));
    let seen = yard.get(&cast.producer, &back).await;
    assert_eq!(actions(&seen), ["return", "forward"]);
    assert_eq!(seen.str("/limbo/holder_id"), cast.producer_id);
    // It may also go on from there.
    let path = format!("/manifests/{back}/forward");
    let on = cast.producer.post(&path, &yard.on(10)).await.is(201);
    assert_eq!(on.str("/producer_site_id"), cast.producer_site);
    assert_eq!(yard.account(ON_HAND, &cast.producer_site).await, (Some(990), 0, 0));
    yard.receive(&yard.other, &on.id(), 10, 0).await.is(200);
    assert_eq!(yard.refused(&back).await, held(&[("forwarded", 10)]));
    assert!(yard.limbo(&cast.corps).await.is_empty());
}

#[tokio::test]
async fn a_return_is_the_receivers_to_make_and_names_its_faults() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(4).await;
    let path = format!("/manifests/{id}/return");
    let body = yard.back(1);
    cast.stranger.post(&path, &body).await.is(404);
    cast.producer.nobody().post(&path, &body).await.is(401);
    for who in [&cast.producer, &cast.carrier, &cast.corps] {
        who.post(&path, &body).await.is(403).refused_as("forbidden");
    }
    let call = || cast.receiver.call(Method::POST, &path).json(&body);
    call().if_match(1).send().await.is(412).refused_as("stale_version");
    let mut wrong = yard.back(1);
    wrong["items"] = json!([{"line": 2, "mass_kg": 1}, {"line": 1, "mass_kg": 7},
        {"line": 1, "mass_kg": 1}]);
    wrong["legs"][0]["driver_id"] = json!(cast.vehicle);
    let wrong = yard.send(&id, "return", &wrong).await.is(422);
    wrong
        .tells("unknown_reference", "/items/0/line")
        .tells("mass_balance", "/items/1/mass_kg")
        .tells("invalid_value", "/items/2/line")
        .tells("unknown_reference", "/legs/0/driver_id");
    let mut wrong = yard.back(1);
    wrong["items"][0]["mass_kg"] = json!(0.0001);
    wrong["legs"][0]["vehicle_id"] = json!(cast.driver);
    wrong["colour"] = json!("black");
    let wrong = yard.send(&id, "return", &wrong).await.is(422);
    wrong
        .tells("unknown_field", "/colour")
        .tells("too_many_decimals", "/items/0/mass_kg")
        .tells("unknown_reference", "/legs/0/vehicle_id");
    let accepted = yard.received(10).await;
    let none = yard.send(&accepted, "return", &body).await.is(409);
    none.refused_as("illegal_transition");
    let dry = cast.receiver.post(&format!("{path}?validate_only=true"), &body).await.is(201);
    assert!(dry.get("/number").is_null());
    assert_eq!(yard.refused(&id).await, held(&[("held", 6)]));
    let preflight = format!("/manifests/{id}/preflight?action=return");
    assert_eq!(cast.receiver.get(&preflight).await.get("/allowed"), &json!(true));
    assert_eq!(cast.producer.get(&preflight).await.get("/allowed"), &json!(false));
}

#[tokio::test]
async fn a_repeated_return_is_one_return() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let path = format!("/manifests/{id}/return");
    let mut body = yard.back(10);
    body["depart_now"] = json!(true);
    let call = || cast.receiver.call(Method::POST, &path).key("r-1").json(&body).send();
    let sent = join_all([call(), call(), call()]).await;
    let ids: Vec<String> = sent.into_iter().map(|one| one.is(201).id()).collect();
    assert!(ids.iter().all(|one| *one == ids[0]));
    yard.receive(&cast.producer, &ids[0], 10, 0).await.ok();
    let again = call().await.is(201);
    assert_eq!((again.header("idempotent-replayed"), again.version()), ("true", 2));
    assert_eq!(again.str("/status"), "in_transit");
    assert_eq!(custodies(&yard.get(&cast.receiver, &id).await), held(&[("returned", 10)]));
}

/// Treating what was accepted and sending home what was not are two lives.
#[tokio::test]
async fn a_completed_manifest_still_returns_what_it_holds() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(4).await;
    let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 4,
        "completed_on": "2026-11-25"}]});
    let done = cast.receiver.post(&format!("/manifests/{id}/complete"), &treat).await.is(200);
    assert_eq!(
        (done.str("/status"), actions(&done)),
        ("completed", vec!["return".to_owned(), "forward".to_owned()])
    );
    let back = yard.send(&id, "return", &yard.back(6)).await.is(201).id();
    let after = yard.get(&cast.receiver, &id).await;
    assert_eq!((after.str("/status"), actions(&after).len()), ("completed", 0));
    yard.receive(&cast.producer, &back, 6, 0).await.is(200);
    assert_eq!(yard.refused(&id).await, held(&[("returned", 6)]));
}

/// What is lost on its way home has no place to wait for any more.
#[tokio::test]
async fn what_is_lost_on_the_way_is_in_limbo_no_more() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let mut body = yard.back(10);
    body["depart_now"] = json!(true);
    let back = yard.send(&id, "return", &body).await.is(201).id();
    let lose = async |kg: i64| {
        let spill = json!({"kind": "spill", "note": "侧翻", "items": [{"line": 1, "lost_kg": kg}]});
        cast.carrier.post(&format!("/manifests/{back}/incidents"), &spill).await.ok()
    };
    assert_eq!(lose(4).await.get("/limbo/mass_kg"), &json!(6));
    assert_eq!(yard.limbo(&cast.corps).await, std::slice::from_ref(&back));
    assert_eq!(lose(6).await.get("/limbo"), &json!(null));
    assert!(yard.limbo(&cast.corps).await.is_empty());
}

/// What it took from others is theirs to the gram: it is cancelled and sent anew.
#[tokio::test]
async fn what_carries_others_mass_is_not_amended() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(4).await;
    let back = yard.send(&id, "return", &yard.back(6)).await.is(201).id();
    let on = yard.file(&yard.stored(4, &[(&id, 4)])).await.is(201).id();
    let body = json!({"changes": {"items": [{"line": 1, "mass_kg": 3}]}, "reason": "wrong_data"});
    for id in [back, on] {
        for who in [&cast.receiver, &cast.corps] {
            let no = who.post(&format!("/manifests/{id}/amendments"), &body).await;
            let no = no.is(409).refused_as("in_use").at("/changes/items/0/mass_kg");
            assert_eq!(no.get("/errors").as_array().unwrap().len(), 1, "{}", no.shown());
        }
    }
}
