//! What a case tells is what its rule looked at: limits, temperatures, reasons.

use chrono::TimeDelta;
use liandan::anomaly;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, World};

async fn world() -> (World, Cast) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    (world, cast)
}

async fn cases(world: &World, cast: &Cast, rule: &str) -> Vec<Value> {
    anomaly::catch_up(&world.app).await.unwrap();
    let found = cast.corps.get(&format!("/anomalies?rule={rule}")).await.is(200);
    found.get("/data").as_array().unwrap().clone()
}

async fn received(cast: &Cast, body: &Value, (kg, more): (f64, Value)) -> Answer {
    let path = format!("/manifests/{}", cast.filed(body).await.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    let mut receipt = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": kg, "refused_kg": 0}]});
    for (name, value) in more.as_object().into_iter().flatten() {
        receipt[name] = value.clone();
    }
    cast.receiver.post(&format!("{path}/receive"), &receipt).await.ok()
}

/// Within what may be missing, and beyond what may be more: the limit that is told is the gain's.
#[tokio::test]
async fn a_gain_is_told_with_the_limit_of_gains() {
    let (world, cast) = world().await;
    received(&cast, &cast.oil(&json!(100)), (130.0, Value::Null)).await;
    assert_eq!(cases(&world, &cast, "AL01").await.len(), 0);
    let gain = cases(&world, &cast, "AL02").await;
    let number = |name: &str| gain[0]["evidence"][name].as_f64().unwrap();
    assert!((number("difference_kg") - 30.0).abs() < 1e-9);
    assert!(number("allowed_kg") < 30.0, "{}", gain[0]);
}

/// Medical waste at its plant: how warm it lay, for how long it might, and for how long it did.
#[tokio::test]
async fn a_plants_storage_is_told_with_its_temperature_and_limit() {
    let (world, cast) = world().await;
    received(&cast, &cast.medical(), (42.5, json!({"storage_temp_c": 6}))).await;
    world.pass(TimeDelta::hours(30));
    let found = cases(&world, &cast, "AL49").await;
    let evidence = &found[0]["evidence"];
    for (name, value) in [("storage_celsius", 6.0), ("limit_hours", 24.0)] {
        assert_eq!(evidence[name].as_f64(), Some(value), "{evidence}");
    }
    assert!(evidence["hours"].as_i64() >= Some(24), "{evidence}");
    let zh = found[0]["explanation_zh"].as_str().unwrap();
    assert!(zh.contains("贮存温度：6 ℃") && zh.contains("时限：24 小时"), "{zh}");
}

/// What lay for half a year and then for a whole one is one thing: the first case is superseded.
#[tokio::test]
async fn a_case_that_a_heavier_one_goes_on_with_is_superseded() {
    let (world, cast) = world().await;
    received(&cast, &cast.oil(&json!(100)), (100.0, Value::Null)).await;
    world.pass(TimeDelta::days(181));
    let half = cases(&world, &cast, "AL39").await;
    assert_eq!(half[0]["status"], "open");
    world.pass(TimeDelta::days(186));
    let whole = cases(&world, &cast, "AL31").await;
    assert_eq!(whole[0]["status"], "open");
    let half = cases(&world, &cast, "AL39").await;
    assert_eq!(
        (&half[0]["status"], &half[0]["resolved_reason"]),
        (&json!("resolved"), &json!("superseded"))
    );
}

/// An institution whose filings write its ledger has entries, whoever never enters any by hand.
#[tokio::test]
async fn what_a_filing_entered_is_an_entry() {
    let (world, cast) = world().await;
    let beds = json!({"beds": 200});
    cast.corps.patch(&format!("/sites/{}", cast.producer_site), &beds).await.ok();
    let mut body = cast.medical();
    body["items"][0]["produce"] = json!(true);
    received(&cast, &body, (42.5, Value::Null)).await;
    world.pass(TimeDelta::days(6));
    for rule in ["AL48", "AL52"] {
        let found = cases(&world, &cast, rule).await;
        let at = found[0]["evidence"]["last_entry_at"].as_str();
        assert!(at.is_some_and(|at| at.starts_with("2026-11-25")), "{rule}: {}", found[0]);
        assert!(!found[0]["proofs"].as_array().unwrap().is_empty());
    }
}
