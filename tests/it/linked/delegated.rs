//! Who lets others sign for it lets them see what carries its mass on, too.

use serde_json::{Value, json};

use super::Yard;
use crate::support::{Client, PASSWORD};

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

    /// The manifests of a chain that the stranger sees more of than that they are there.
    async fn seen_along(&self, id: &str) -> Vec<String> {
        let chain = self.cast.stranger.get(&format!("/audit/chains/{id}")).await.ok();
        let all = chain.get("/manifests").as_array().unwrap().iter();
        let seen = all.filter(|one| {
            assert_eq!(one["is_visible"], !one["number"].is_null(), "{}", chain.shown());
            one["is_visible"] == true
        });
        let mut seen: Vec<String> =
            seen.map(|one| one["manifest_id"].as_str().unwrap().to_owned()).collect();
        seen.sort();
        seen
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

/// Along a chain whoever signs for another sees what that one's delegation shows it, as anywhere
/// else, and no more: its scope, its sites, its time.
#[tokio::test]
async fn a_chain_shows_what_the_delegation_shows() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(10).await;
    let on = yard.file(&yard.stored(5, &[(&one, 5)])).await.is(201).id();
    yard.receive(&yard.other, &on, 2, 3).await.ok();
    let home = yard.other.post(&format!("/manifests/{on}/return"), &yard.back(3)).await;
    let home = home.is(201).id();
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    // The second facility's agent: what it received and what it sends back, not where it began.
    let keeper = json!({"organisation_id": yard.other_id, "login": "other-keeper",
        "password": PASSWORD, "role": "admin"});
    cast.corps.post("/users", &keeper).await.ok();
    yard.entrust(&yard.world.log_in("other-keeper").await, "receive").await;
    assert_eq!(yard.seen_along(&on).await, sorted(&[&on, &home]));
    assert_eq!(yard.seen_along(&home).await, sorted(&[&on, &home]));
    cast.stranger.get(&format!("/audit/chains/{one}")).await.is(404);
    // The first one's as well: all of it.
    yard.entrust(&cast.receiver, "receive").await;
    for id in [&one, &on, &home] {
        assert_eq!(yard.seen_along(id).await, sorted(&[&one, &on, &home]), "{id}");
    }
    // Who carries for another sees what that one carried, where it began as well.
    let other = Yard::set().await;
    let one = other.received(10).await;
    let on = other.file(&other.stored(5, &[(&one, 5)])).await.is(201).id();
    other.cast.stranger.get(&format!("/audit/chains/{on}")).await.is(404);
    other.entrust(&other.cast.carrier, "carry").await;
    assert_eq!(other.seen_along(&on).await, sorted(&[&one, &on]));
}
