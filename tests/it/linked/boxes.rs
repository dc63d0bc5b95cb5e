//! Refused containers: in the refuser's custody until a return or forward takes them along.

use serde_json::{Value, json};

use super::{Yard, held};
use crate::containers::{drum, ids, oil_in, register, status};
use crate::support::{Answer, Method};

impl Yard {
    /// Drums of 4, 3 and 3 kg on one manifest: the first is accepted, the others are refused.
    async fn drums(&self) -> (String, Vec<String>) {
        let cast = &self.cast;
        let list: Vec<Value> = [4.0, 3.0, 3.0].map(|kg| drum(cast, kg)).into();
        let drums = ids(&register(&cast.producer, &list).await.is(201));
        let id = cast.filed(&oil_in(cast, 10.0, &drums)).await.id();
        let boxes: Vec<Value> =
            drums.iter().enumerate().map(|(n, id)| json!({"id": id, "accepted": n == 0})).collect();
        let item = json!({"line": 1, "accepted_kg": 4, "refused_kg": 6, "reason": "damaged",
            "containers": boxes});
        let body = json!({"decision": "partial", "items": [item]});
        cast.receiver.post(&format!("/manifests/{id}/receive"), &body).await.ok();
        (id, drums)
    }

    /// Sends so much home in these containers.
    async fn home_in(&self, id: &str, kg: i64, containers: &[&String]) -> Answer {
        let mut body = self.back(kg);
        body["items"][0]["container_ids"] = json!(containers);
        self.send(id, "return", &body).await
    }
}

#[tokio::test]
async fn a_return_takes_refused_containers_home() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let (id, drums) = yard.drums().await;
    let accepted = yard.home_in(&id, 4, &[&drums[0]]).await;
    accepted.is(409).refused_as("container_taken").at("/items/0/container_ids/0");
    let wrong = yard.home_in(&id, 3, &[&cast.licence, &drums[1], &drums[1]]).await.is(422);
    wrong
        .tells("unknown_reference", "/items/0/container_ids/0")
        .tells("invalid_value", "/items/0/container_ids/2");
    let heavy = yard.home_in(&id, 5, &[&drums[1]]).await;
    heavy.is(422).refused_as("mass_balance").at("/items/0/mass_kg");

    let back = yard.home_in(&id, 3, &[&drums[1]]).await.is(201);
    assert_eq!(back.get("/items/0/container_ids"), &json!([drums[1]]));
    assert_eq!(back.get("/items/0/packages"), &json!([{"kind": "plastic_drum", "count": 1}]));
    // It has not left: it is the refuser's still, and no other's.
    let path = format!("/containers/{}", drums[1]);
    let seen = cast.receiver.get(&path).await.ok();
    assert_eq!((seen.str("/status"), seen.get("/accepted")), ("received", &json!(false)));
    assert_eq!(seen.str("/manifest_id"), back.id());
    let emptied = cast.receiver.call(Method::PATCH, &path).json(&json!({"status": "emptied"}));
    emptied.send().await.is(409).refused_as("illegal_transition");
    let twice = yard.home_in(&id, 3, &[&drums[1]]).await;
    twice.is(409).refused_as("container_taken").at("/items/0/container_ids/0");
    let cancel = json!({"reason": "not_needed"});
    cast.receiver.post(&format!("/manifests/{}/cancel", back.id()), &cancel).await.ok();
    let seen = cast.receiver.get(&path).await.ok();
    assert_eq!((seen.str("/manifest_id"), seen.get("/accepted")), (&*id, &json!(false)));

    // All that is held goes: so do all the containers that it is in.
    let mut body = yard.back(6);
    body["depart_now"] = json!(true);
    let back = yard.send(&id, "return", &body).await.is(201);
    assert_eq!(back.get("/items/0/container_ids"), &json!(drums[1..]));
    assert_eq!(status(&cast.producer, &drums[2]).await, "shipped");
    yard.receive(&cast.producer, &back.id(), 6, 0).await.ok();
    assert_eq!(yard.refused(&id).await, held(&[("returned", 6)]));
    let home = cast.producer.get(&path).await.ok();
    assert_eq!((home.str("/status"), home.get("/manifest_id")), ("sealed", &Value::Null));
    // Home again, they may leave again.
    cast.filed(&oil_in(cast, 6.0, &drums[1..])).await;
    assert_eq!(status(&cast.receiver, &drums[0]).await, "received");
}

#[tokio::test]
async fn a_forward_takes_them_to_another_who_may_refuse_them_too() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let (id, drums) = yard.drums().await;
    let on = yard.send(&id, "forward", &yard.on(6)).await.is(201).id();
    cast.carrier.post(&format!("/manifests/{on}/depart"), &json!({})).await.ok();
    assert_eq!(status(&yard.other, &drums[1]).await, "shipped");
    let boxes = json!([{"id": drums[1], "accepted": true}, {"id": drums[2], "accepted": false}]);
    let item = json!({"line": 1, "accepted_kg": 3, "refused_kg": 3, "reason": "damaged",
        "containers": boxes});
    let body = json!({"decision": "partial", "items": [item]});
    yard.other.post(&format!("/manifests/{on}/receive"), &body).await.ok();
    let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 3,
        "completed_on": "2026-11-25"}]});
    yard.other.post(&format!("/manifests/{on}/complete"), &treat).await.ok();
    let found = [status(&yard.other, &drums[1]).await, status(&yard.other, &drums[2]).await];
    assert_eq!(found, ["emptied", "received"]);
    // The first facility has it no more, and gets it back by the other's return.
    let back = yard.other.post(&format!("/manifests/{on}/return"), &yard.back(3)).await.is(201);
    assert_eq!(back.get("/items/0/container_ids"), &json!([drums[2]]));
    yard.receive(&cast.receiver, &back.id(), 3, 0).await.ok();
    assert_eq!(status(&cast.receiver, &drums[2]).await, "received");
}

/// Of two returns at once that name the same container, one has it.
#[tokio::test]
async fn a_container_leaves_on_one_of_two() {
    let yard = Yard::set().await;
    let (id, drums) = yard.drums().await;
    let one = [&drums[1]];
    let (a, b) = tokio::join!(yard.home_in(&id, 3, &one), yard.home_in(&id, 3, &one));
    let mut codes = [a.status, b.status];
    codes.sort_unstable();
    assert_eq!(codes, [201, 409], "{} {}", a.shown(), b.shown());
    let refused = if a.status == 409 { a } else { b };
    refused.refused_as("container_taken").at("/items/0/container_ids/0");
}
