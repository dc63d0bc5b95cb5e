//! What proves a case: events that are the right ones, each with its place in the log, and a
//! package in which all of it verifies without a server.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use liandan::anomaly;
use liandan::custody::{Given, VerifierKey, verify};
use serde_json::{Value, json};

use super::{late, not_departed};
use crate::support::{Answer, Cast, Client, Method, World, file, log_keys};

async fn world() -> (World, Cast) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    (world, cast)
}

/// The one case of a rule, once the watch has seen everything.
async fn case_of(world: &World, cast: &Cast, rule: &str) -> Answer {
    anomaly::catch_up(&world.app).await.unwrap();
    world.publish().await;
    let found = cast.corps.get(&format!("/anomalies?rule={rule}")).await.is(200);
    assert_eq!(found.get("/data").as_array().unwrap().len(), 1, "{rule}: {}", found.shown());
    cast.corps.get(&format!("/anomalies/{}", found.str("/data/0/id"))).await.is(200)
}

/// Its proofs: whose event each is, and of which kind. Each stands in the log where it says.
async fn proofs(client: &Client, case: &Answer) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for proof in case.get("/proofs").as_array().unwrap() {
        let event = client.get(proof["href"].as_str().unwrap()).await.is(200);
        assert_eq!(event.get("/position"), &proof["position"]);
        assert_eq!(event.get("/proof/events/0/index"), &proof["position"]);
        let body: Value = serde_json::from_str(event.str("/body")).unwrap();
        assert_eq!(event.get("/event"), &body);
        let text = |at: &str| event.str(at).to_owned();
        found.push((text("/event/subject/kind"), text("/event/kind")));
    }
    found
}

/// The members of its package, every bundle of which verifies.
async fn package(cast: &Cast, case: &Answer) -> BTreeMap<String, Vec<u8>> {
    let answer = cast.corps.call(Method::GET, case.str("/evidence_url")).send().await.is(200);
    let members = answer.members();
    let mut proven = Vec::new();
    for (name, bytes) in members.iter().filter(|(name, _)| name.starts_with("bundles/")) {
        let text = String::from_utf8(bytes.clone()).unwrap();
        proven.extend(positions(&text).unwrap_or_else(|| panic!("{name}")));
        let touched = text.replacen("recorded_at", "recorded_aT", 1);
        assert!(positions(&touched).is_none(), "{name} was touched");
    }
    for proof in case.get("/proofs").as_array().unwrap() {
        assert!(proven.contains(&proof["position"].as_u64().unwrap()), "{proof}");
    }
    members
}

/// Where the events of a bundle stand in the log, if nothing is wrong with it.
fn positions(bundle: &str) -> Option<Vec<u64>> {
    let keys: Vec<VerifierKey> = log_keys(&[7]).verifiers().collect();
    let given = Given { bundle, keys: &keys, witnesses: &[], older: None };
    let verified = verify(&given).ok()?;
    Some(verified.bundle.events.iter().map(|event| event.index).collect())
}

fn named(members: &BTreeMap<String, Vec<u8>>, prefix: &str) -> usize {
    members.keys().filter(|name| name.starts_with(prefix)).count()
}

fn is(kind: &str, event: &str) -> (String, String) {
    (kind.to_owned(), event.to_owned())
}

/// A kitchen that nobody comes to any more: its registration and its last collection say so.
#[tokio::test]
async fn a_silence_is_proven_by_what_came_last() {
    let (world, cast) = world().await;
    let manifest = cast.filed(&cast.kitchen()).await.id();
    cast.carrier.post(&format!("/manifests/{manifest}/depart"), &json!({})).await.ok();
    // Of a new kitchen nobody knows on which days it rests: two of them may be its weekend.
    world.pass(TimeDelta::days(4));
    let case = case_of(&world, &cast, "AL58").await;
    let found = proofs(&cast.corps, &case).await;
    assert_eq!(found, [is("site", "registered"), is("manifest", "departed")], "{}", case.shown());
    let members = package(&cast, &case).await;
    assert_eq!(named(&members, "bundles/"), 2);
    // What it says to people: labels, units, Beijing's time, no ids and no raw JSON.
    let zh = case.str("/explanation_zh");
    for wanted in ["最近一次收运：北京时间 2026-11-25 10:00", "时限：24 小时", "用时：", " 小时"]
    {
        assert!(zh.contains(wanted), "{wanted}: {zh}");
    }
    assert!(!zh.contains('_') && !zh.contains('Z') && !zh.contains("null"), "{zh}");
    let en = case.str("/explanation_en");
    assert!(en.contains("last collected: 2026-11-25 10:00 Beijing time; limit: 24 h"), "{en}");
}

/// Waste that left a ledger without a manifest: the entry itself can be verified offline.
#[tokio::test]
async fn a_ledger_entry_is_proven_offline() {
    let (world, cast) = world().await;
    let gone = json!({"site_id": cast.producer_site, "kind": "moved_out",
        "waste_code": "900-249-08", "mass_kg": 300});
    let entry = cast.producer.post("/ledger-entries", &gone).await.ok().id();
    let case = case_of(&world, &cast, "AL09").await;
    assert_eq!(proofs(&cast.corps, &case).await, [is("ledger_entry", "ledger_entry")]);
    let members = package(&cast, &case).await;
    assert!(members.contains_key(&format!("bundles/ledger_entry-{entry}.json")), "{members:?}");
}

/// Who was put on the blacklist while loads were on their way: the entry that says so is a proof.
#[tokio::test]
async fn what_a_register_says_is_proven_by_its_entry() {
    let (world, cast) = world().await;
    let manifest = cast.filed(&cast.oil(&json!(10))).await.id();
    let black = json!({"blacklisted": true});
    cast.corps.patch(&format!("/organisations/{}", cast.producer_id), &black).await.ok();
    let case = case_of(&world, &cast, "AL73").await;
    let found = proofs(&cast.corps, &case).await;
    assert_eq!(found, [is("manifest", "filed"), is("organisation", "changed")]);
    let members = package(&cast, &case).await;
    let of_the_register = format!("bundles/organisation-{}.json", cast.producer_id);
    assert!(members.contains_key(&of_the_register));
    assert_eq!(named(&members, "bundles/"), 2);
    assert!(case.get("/manifest_ids").as_array().unwrap().contains(&json!(manifest)));
}

/// A speed that a device told: the link leads to the batch, and the package has what it told under
/// the hash that the log has.
#[tokio::test]
async fn readings_are_proven_by_their_digest() {
    let (world, cast) = world().await;
    let manifest = cast.filed(&cast.oil(&json!(10))).await.id();
    cast.carrier.post(&format!("/manifests/{manifest}/depart"), &json!({})).await.ok();
    world.pass(TimeDelta::hours(1));
    let line = json!({"kind": "position", "vehicle_id": cast.vehicle, "speed_kmh": 120,
        "at": "2026-11-25T02:30:00Z", "location": {"lon": 80.3, "lat": 41.1}});
    let call = cast.carrier.call(Method::POST, "/telemetry");
    let told = call.raw("application/x-ndjson", format!("{line}\n")).send().await.is(200);
    let batch = told.str("/batch_id").to_owned();
    let case = case_of(&world, &cast, "AL22").await;
    let found = proofs(&cast.corps, &case).await;
    assert!(found.contains(&is("track", "told")), "{found:?}");
    let members = package(&cast, &case).await;
    let bundle: Value =
        serde_json::from_slice(&members[&format!("bundles/track-{batch}.json")]).unwrap();
    let body: Value = serde_json::from_str(bundle["events"][0]["body"].as_str().unwrap()).unwrap();
    let readings = &members[&format!("readings/{batch}.json")];
    assert_eq!(body["data"]["content_sha256"], file::sha256(readings));
}

/// An event is shown to who sees the case, and only if it is one of its proofs.
#[tokio::test]
async fn events_are_shown_to_the_regulators_of_the_case() {
    let (world, cast, manifest) = late().await;
    world.publish().await;
    let path = format!("/anomalies/{}", not_departed(&manifest));
    let case = cast.corps.get(&path).await.is(200);
    let event = case.str("/proofs/0/href");
    assert!(event.starts_with(&format!("/api/v1{path}/events/")), "{event}");
    cast.corps.get(event).await.is(200);
    cast.producer.get(event).await.refused_as("forbidden");
    cast.stranger.get(event).await.refused_as("not_found");
    for other in ["0", "99999", "-1", "x"] {
        cast.corps.get(&format!("{path}/events/{other}")).await.refused_as("not_found");
    }
}
