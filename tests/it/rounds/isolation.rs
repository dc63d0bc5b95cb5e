//! A producer sees its own stop and nothing of the others'.

use serde_json::{Value, json};

use super::cast::{Town, colleague};
use crate::support::{Client, World};

async fn changes(client: &Client) -> Vec<Value> {
    let found = client.get("/changes?limit=500").await.ok();
    let all = found.get("/data").as_array().unwrap().clone();
    all.into_iter().filter(|one| one["subject"]["kind"] == "round").collect()
}

#[tokio::test]
async fn each_producer_sees_its_own_stop_alone() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    town.collect(&path, 1, &json!(111)).await.is(200);
    town.collect(&path, 2, &json!(222)).await.is(200);
    let reading = json!({"gross_kg": 8333, "tare_kg": 8000});
    cast.receiver.post(&format!("{path}/weigh-in"), &reading).await.is(200);
    for (n, producer) in town.producers.iter().enumerate() {
        let seen = producer.client.get(&path).await.is(200);
        let stops = seen.get("/stops").as_array().unwrap();
        assert_eq!(stops.len(), 1);
        assert_eq!(stops[0]["n"], n + 1);
        assert_eq!(stops[0]["weighed_kg"], [111, 222][n]);
        assert!(seen.get("/weigh_in").is_null());
        let other = &town.producers[1 - n];
        let masses = [["222", "333"], ["111", "333"]][n];
        let secret = masses.into_iter().chain([other.site.as_str(), other.id.as_str(), "8333"]);
        for word in secret {
            assert!(!seen.text.contains(word), "{word}: {}", seen.shown());
        }
        let own = changes(&producer.client).await;
        let kinds: Vec<&str> = own.iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["planned", "collected", "weighed_in"]);
        let text = serde_json::to_string(&own).unwrap();
        assert!(!text.contains(&other.site) && !text.contains("8333"), "{text}");
        let listed = producer.client.get("/collection-rounds").await.is(200);
        assert_eq!(*listed.get("/data/0/stops_collected"), json!(1));
        let confirm = format!("{path}/stops/{}/confirm", 2 - n);
        producer.client.post(&confirm, &json!({})).await.is(404);
    }
    cast.stranger.get(&path).await.is(404);
    cast.producer.get(&path).await.is(404);
    assert!(changes(&cast.stranger).await.is_empty());
    let all = cast.stranger.get("/collection-rounds").await.is(200);
    assert_eq!(*all.get("/data"), json!([]));
    for client in [&cast.carrier, &cast.receiver, &cast.corps] {
        let whole = client.get(&path).await.is(200);
        assert_eq!(whole.get("/stops").as_array().unwrap().len(), 2);
        assert_eq!(*whole.get("/weigh_in/net_kg"), json!(333));
        assert_eq!(changes(client).await.len(), 4);
        let listed = client.get("/collection-rounds?stream=kitchen&status=weighed").await.is(200);
        assert_eq!(*listed.get("/data/0/stops_collected"), json!(2));
        let none = client.get("/collection-rounds?planned_from=2026-11-26").await.is(200);
        assert_eq!(*none.get("/data"), json!([]));
    }
}

/// What a round is to call at, its driver reads in the round. What is being prepared at a desk, his
/// own organisation's or another's, is not his matter before it is carried.
#[tokio::test]
async fn a_driver_sees_the_round_and_no_drafts() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    let driver = colleague(&world, &cast.corps, &cast.carrier_id, "driver").await;
    let round = driver.get(&path).await.is(200);
    assert_eq!(*round.get("/stops/0/planned_items/0/mass_kg"), json!(100));
    let draft = format!("/manifests/{}", round.str("/stops/0/manifest_id"));
    assert_eq!(cast.carrier.get(&draft).await.is(200).str("/status"), "draft");
    driver.get(&draft).await.is(404);
    driver.get(&format!("{draft}/preflight?action=file")).await.is(404);
    driver.patch(&draft, &json!({"note": "x"})).await.is(404);
    for action in ["file", "depart", "cancel"] {
        let body = if action == "cancel" { json!({"reason": "other"}) } else { json!({}) };
        driver.post(&format!("{draft}/{action}"), &body).await.is(404);
    }
    let listed = |client: Client| async move {
        let all = client.get("/manifests?status=draft").await.ok();
        all.get("/data").as_array().unwrap().len()
    };
    assert_eq!(listed(cast.carrier.clone()).await, 1);
    assert_eq!(listed(driver.clone()).await, 0);
    let collected = json!({"outcome": "collected"});
    driver.post(&format!("{path}/stops/1"), &collected).await.is(200);
    assert_eq!(driver.get(&draft).await.is(200).str("/status"), "in_transit");
}

/// The producer confirms what the carrier filed for it, or is silent: both are shown.
#[tokio::test]
async fn a_producer_confirms_or_is_silent() {
    let world = World::start().await;
    let town = Town::new(&world, 3, 1000).await;
    let path = town.kitchen(&json!(100)).await;
    let stop = |n: usize| format!("{path}/stops/{n}/confirm");
    for n in [1, 2] {
        let stop = town.collect(&path, n, &json!(10)).await.is(200);
        assert_eq!(stop.str("/confirmation"), "pending");
        assert_eq!(stop.str("/confirm_by"), "2026-11-28T02:00:00.000Z");
    }
    town.cast.carrier.post(&stop(1), &json!({})).await.is(403);
    let client = &town.producers[0].client;
    let items = json!({"items": [{"line": 1, "mass_kg": 9}]});
    client.post(&stop(1), &items).await.is(422).refused_as("invalid_value").at("/items");
    let confirmed = client.post(&stop(1), &json!({})).await.is(200);
    assert_eq!(confirmed.str("/confirmation"), "confirmed");
    client.post(&stop(1), &json!({})).await.is(409).refused_as("already_decided");
    world.pass(chrono::TimeDelta::hours(73));
    let corps = world.corps().await;
    let round = corps.get(&path).await.is(200);
    assert_eq!(round.str("/stops/1/confirmation"), "silent");
    let late = world.log_in("eater-1").await.post(&stop(2), &json!({})).await.is(200);
    assert_eq!(late.str("/confirmation"), "confirmed");
    assert_eq!(round.str("/stops/2/confirmation"), "not_due");
}
