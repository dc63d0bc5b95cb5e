//! Amendments of what carries mass on: all but that mass, and where refused mass goes.

use serde_json::{Value, json};

use super::{ON_HAND, STORAGE, Yard, held};
use crate::support::{Answer, Client};

async fn propose(by: &Client, id: &str, changes: Value) -> Answer {
    let body = json!({"changes": changes, "reason": "wrong_data"});
    by.post(&format!("/manifests/{id}/amendments"), &body).await
}

async fn agreed(by: &Client, other: &Client, id: &str, changes: Value) {
    propose(by, id, changes).await.is(201);
    other.post(&format!("/manifests/{id}/amendments/1/approve"), &json!({})).await.is(200);
}

#[tokio::test]
async fn what_was_sent_on_keeps_its_mass_and_changes_its_day() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(10).await;
    let sent = yard.file(&yard.stored(5, &[(&one, 5)])).await.is(201);
    let (on, licence) = (sent.id(), sent.str("/capacity/0/licence_id").to_owned());
    // That alone is wrong: nobody is told of his ledger or his roles, which are not the matter.
    for (field, value) in [
        ("mass_kg", json!(4)),
        ("mass_kg", json!(6)),
        ("mass_kg", json!(5000)),
        ("waste_code", json!("900-214-08")),
    ] {
        let mut item = json!({"line": 1});
        item[field] = value;
        let refused = propose(&cast.receiver, &on, json!({"items": [item]})).await;
        let at = format!("/changes/items/0/{field}");
        let refused = refused.is(409).refused_as("in_use").at(&at);
        assert_eq!(refused.get("/errors").as_array().unwrap().len(), 1, "{}", refused.shown());
    }
    let changes = json!({"planned_departure_on": "2026-11-27", "note": "改期",
        "items": [{"line": 1, "batch_numbers": ["B-1"]}]});
    agreed(&cast.receiver, &yard.other, &on, changes).await;
    let seen = yard.get(&yard.other, &on).await;
    assert_eq!(seen.str("/planned_departure_on"), "2026-11-27");
    assert_eq!(seen.get("/items/0/source_items/0/mass_kg"), &json!(5));
    // Nothing was reserved twice, and the sender's own ledger is not in it.
    assert_eq!(yard.account(1, &licence).await, (Some(50), 0, 5));
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (None, 0, 0));
    let source = yard.get(&cast.receiver, &one).await;
    assert_eq!(source.get("/items/0/stored_kg"), &json!(5));
    yard.receive(&yard.other, &on, 5, 0).await.ok();
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 5);
    assert_eq!(yard.account(1, &licence).await, (Some(50), 5, 0));
}

#[tokio::test]
async fn a_return_goes_home_and_a_forward_where_it_was_sent() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let id = yard.received(0).await;
    let home = yard.send(&id, "return", &yard.back(4)).await.is(201).id();
    let on = yard.send(&id, "forward", &yard.on(6)).await.is(201);
    let (on, licence) = (on.id(), on.str("/capacity/0/licence_id").to_owned());
    for (which, changes, at) in [
        (&home, json!({"receiver_site_id": yard.other_site}), "/changes/receiver_site_id"),
        (&on, json!({"receiver_site_id": cast.producer_site}), "/changes/receiver_site_id"),
        (&home, json!({"items": [{"line": 1, "name": "x"}]}), "/changes/items/0/name"),
        (&on, json!({"items": [{"line": 1, "mass_kg": 5}]}), "/changes/items/0/mass_kg"),
    ] {
        let refused = propose(&cast.receiver, which, changes).await;
        assert!(refused.status >= 400, "{}", refused.shown());
        refused.tells("in_use", at);
    }
    let later = || json!({"planned_departure_on": "2026-11-28"});
    agreed(&cast.receiver, &cast.producer, &home, later()).await;
    agreed(&cast.receiver, &yard.other, &on, later()).await;
    assert_eq!(yard.account(1, &licence).await, (Some(50), 0, 6));
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (None, 0, 0));
    yard.receive(&cast.producer, &home, 4, 0).await.ok();
    yard.receive(&yard.other, &on, 6, 0).await.ok();
    assert_eq!(yard.refused(&id).await, held(&[("returned", 4), ("forwarded", 6)]));
    assert_eq!(yard.account(ON_HAND, &cast.producer_site).await, (Some(994), 0, 0));
    assert_eq!(yard.account(1, &licence).await, (Some(50), 6, 0));
}
