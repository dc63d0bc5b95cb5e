//! Who looked at what: nothing is shown to a regulator without its record.

use serde_json::{Value, json};

use super::{eventful, official};
use crate::anomalies::{late, not_departed};
use crate::rounds::cast::Town;
use crate::support::{Cast, Client, World};

async fn seen(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/audit/reads?limit=500&{query}")).await.is(200);
    page.get("/data").as_array().unwrap().clone()
}

#[tokio::test]
async fn every_look_of_a_regulator_is_on_record_and_no_party_is_told() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let (id, _) = eventful(&world, &cast).await;
    world.publish().await;
    let division =
        official(&world, &cast, ("first", "division_regulator"), json!({"division": "01"})).await;
    let elsewhere =
        official(&world, &cast, ("second", "division_regulator"), json!({"division": "02"})).await;
    let number = cast.corps.get(&format!("/manifests/{id}")).await.ok().str("/number").to_owned();
    let me = division.get("/me").await.ok().str("/user/id").to_owned();
    let hash = crate::support::file::sha256(&crate::support::file::png(1));
    for path in [
        format!("/manifests/{id}"),
        format!("/manifests/by-number/{number}"),
        format!("/manifests/{id}/events"),
        format!("/manifests/{id}/amendments"),
        format!("/manifests/{id}/attachments/{hash}"),
        format!("/manifests/{id}/timeline"),
        format!("/audit/chains/{id}"),
        format!("/manifests/{id}/custody"),
        format!("/manifests/{id}/events/0/proof"),
        format!("/manifests/{id}/evidence"),
        format!("/audit/search?q={number}"),
        "/manifests?status=filed".to_owned(),
        format!("/roadside?number={number}"),
        "/custody/tile/entries/000.p/1".to_owned(),
        "/changes?after=0&limit=500".to_owned(),
    ] {
        division.get(&path).await.is(200);
    }
    // What is not shown is not recorded.
    let next = division.get("/changes?after=0&limit=500").await.is(200).get("/next_after").clone();
    division.get(&format!("/changes?after={next}")).await.is(200);
    elsewhere.get(&format!("/manifests/{id}")).await.is(404);
    let all = seen(&cast.corps, &format!("user_id={me}")).await;
    let mut what: Vec<&str> = all.iter().map(|one| one["what"].as_str().unwrap()).collect();
    what.reverse();
    assert_eq!(
        what,
        [
            "manifest",
            "manifest",
            "events",
            "amendments",
            "attachment",
            "timeline",
            "chain",
            "bundle",
            "bundle",
            "evidence",
            "search",
            "list",
            "roadside",
            "entries",
            "changes",
            "changes"
        ]
    );
    let of_it = seen(&cast.corps, &format!("manifest_id={id}&user_id={me}&what=bundle")).await;
    assert_eq!(of_it.len(), 2);
    assert_eq!(
        (&of_it[0]["role"], &of_it[0]["agency"]),
        (&json!("division_regulator"), &json!("ecology"))
    );
    let search = all.iter().find(|one| one["what"] == "search").unwrap();
    assert_eq!(search["query"], format!("q={number}"));
    told_to_those_alone_who_may(&world, &cast, (&id, &me, what.len()), &division).await;
}

/// What the corps' regulator was shown: what, of which manifest, and the question.
async fn shown_to_the_corps(corps: &Client) -> Vec<(String, Value, Value)> {
    let me = corps.get("/me").await.ok().str("/user/id").to_owned();
    let all = seen(corps, &format!("user_id={me}")).await;
    let of = |one: &Value| {
        let what = one["what"].as_str().unwrap().to_owned();
        (what, one["manifest_id"].clone(), one["query"].clone())
    };
    let others = |(what, ..): &(String, Value, Value)| what != "reads";
    all.iter().rev().map(of).filter(others).collect()
}

#[tokio::test]
async fn a_look_at_a_case_a_ledger_or_a_track_is_on_record() {
    let (_world, cast, manifest) = late().await;
    let entries = cast.corps.get("/ledger-entries?limit=1").await.is(200);
    let (entry, case) = (entries.str("/data/0/id").to_owned(), not_departed(&manifest));
    let span = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
    let track = format!("vehicle_id={}&{span}", cast.vehicle);
    for path in [
        format!("/ledger-entries/{entry}"),
        "/anomalies?status=open".to_owned(),
        format!("/anomalies/{case}"),
        format!("/telemetry?{track}"),
    ] {
        cast.corps.get(&path).await.is(200);
    }
    for one in ["ledger-entries", "anomalies", "collection-rounds"] {
        cast.corps.get(&format!("/{one}/01890000-0000-7000-8000-000000000000")).await.is(404);
    }
    let record = |what: &str, manifest: &Value, query: &str| {
        (what.to_owned(), manifest.clone(), json!(query))
    };
    let none = Value::Null;
    assert_eq!(
        shown_to_the_corps(&cast.corps).await,
        [
            record("ledger", &none, "limit=1"),
            record("ledger", &none, &format!("id={entry}")),
            record("cases", &none, "status=open"),
            record("case", &json!(manifest), &format!("id={case}")),
            record("track", &none, &track),
        ]
    );
}

#[tokio::test]
async fn a_look_at_a_round_is_on_record() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 10_000).await;
    let round = town.planned(&town.round("medical", &Town::boxes(&json!(10)))).await.id();
    let path = format!("/collection-rounds/{round}");
    let corps = &town.cast.corps;
    for path in [&*path, "/collection-rounds", &format!("{path}/transport-card")] {
        corps.get(path).await.is(200);
    }
    let all = shown_to_the_corps(corps).await;
    let what: Vec<&str> = all.iter().map(|(what, ..)| what.as_str()).collect();
    assert_eq!(what, ["round", "rounds", "round"]);
    assert_eq!(all[0].2, format!("id={round}"));
}

/// Parties read their own without a record, and are not told who looked.
async fn told_to_those_alone_who_may(
    world: &World,
    cast: &Cast,
    (id, me, looks): (&str, &str, usize),
    division: &Client,
) {
    cast.producer.get(&format!("/manifests/{id}")).await.ok();
    let producer = cast.producer.get("/me").await.ok().str("/user/id").to_owned();
    assert!(seen(&cast.corps, &format!("user_id={producer}")).await.is_empty());
    for client in [&cast.producer, &cast.receiver, division, &cast.stranger] {
        client.get("/audit/reads").await.is(403).refused_as("forbidden");
    }
    let auditor = official(world, cast, ("auditor", "reader"), json!({})).await;
    assert_eq!(seen(&auditor, &format!("user_id={me}")).await.len(), looks);
    let health =
        official(world, cast, ("health", "corps_regulator"), json!({"agency": "health"})).await;
    assert!(seen(&health, &format!("user_id={me}")).await.is_empty());
    // Looking at who looked is looked at.
    assert!(!seen(&health, "what=reads").await.is_empty());
    // Pages by key.
    let first = cast.corps.get(&format!("/audit/reads?user_id={me}&limit=10")).await.ok();
    let next = first.str("/next_cursor").to_owned();
    let rest = seen(&cast.corps, &format!("user_id={me}&cursor={next}")).await;
    assert_eq!(rest.len(), looks - 10);
}

#[tokio::test]
async fn a_look_that_cannot_be_recorded_is_not_shown_and_none_is_changed() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(100).await;
    let id = cast.filed(&cast.oil(&json!(10))).await.id();
    let path = format!("/manifests/{id}");
    cast.corps.get(&path).await.ok();
    let db = world.database.superuser().await;
    for sql in
        ["DELETE FROM read_record", "UPDATE read_record SET what = 'x'", "TRUNCATE read_record"]
    {
        assert!(db.batch_execute(sql).await.is_err(), "{sql}");
    }
    db.batch_execute("REVOKE INSERT ON read_record FROM liandan_app").await.unwrap();
    let refused = cast.corps.get(&path).await;
    assert!(refused.status >= 500, "{}", refused.shown());
    cast.producer.get(&path).await.ok();
}
