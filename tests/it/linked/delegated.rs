//! Who lets others sign for it lets them see what carries its mass on, too.

use serde_json::{Value, json};

use super::Yard;
use crate::support::Client;

impl Yard {
    /// The stranger's organisation may sign for `giver`.
    async fn entrust(&self, giver: &Client, scope: &str) {
        let agent = self.cast.stranger.get("/me").await.ok();
        let body = json!({"to_organisation_id": agent.str("/organisation/id"), "scopes": [scope],
            "valid_to": "2026-12-31"});
        giver.post("/delegations", &body).await.is(201);
    }

    async fn listed(&self, query: &str) -> Vec<String> {
        let list = self.cast.stranger.get(&format!("/manifests{query}")).await.ok();
        let data = list.get("/data").as_array().unwrap();
        data.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn signed_for(&self, id: &str) -> Value {
        let events = self.cast.corps.get(&format!("/manifests/{id}/events")).await.ok();
        let last = events.get("/data").as_array().unwrap().last().unwrap();
        last["actor"]["on_behalf_of"][0]["organisation_id"].clone()
    }
}

/// Refused mass and stored mass leave by the receiver's hand: who receives for it sends them on.
#[tokio::test]
async fn who_receives_for_another_sees_what_it_sends_on() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    yard.entrust(&cast.receiver, "receive").await;
    let id = yard.received(4).await;
    let back = cast.stranger.post(&format!("/manifests/{id}/return"), &yard.back(2)).await;
    let back = back.is(201).id();
    assert_eq!(yard.signed_for(&id).await, json!(cast.receiver_id));
    yard.world.pass(chrono::TimeDelta::seconds(1));
    let on = yard.file(&yard.stored(3, &[(&id, 3)])).await.is(201).id();
    assert_eq!(yard.listed("").await, [on.clone(), back.clone(), id.clone()]);
    assert_eq!(yard.listed("?limbo=true").await, [back.clone(), id.clone()]);
    let departed = cast.stranger.post(&format!("/manifests/{back}/depart"), &json!({})).await;
    departed.is(200);
    assert_eq!(yard.signed_for(&back).await, json!(cast.receiver_id));
}

/// What comes home is received by those who send.
#[tokio::test]
async fn who_files_for_another_sees_and_receives_what_comes_home() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    yard.entrust(&cast.producer, "file").await;
    let id = yard.received(4).await;
    yard.world.pass(chrono::TimeDelta::seconds(1));
    let back = yard.send(&id, "return", &yard.back(6)).await.is(201).id();
    assert_eq!(yard.listed("").await, [back.clone(), id]);
    yard.receive(&cast.stranger, &back, 6, 0).await.is(200);
    assert_eq!(yard.signed_for(&back).await, json!(cast.producer_id));
}
