//! What an authority corrects by itself, shown as its own; and who was a party and is none now.

use serde_json::json;

use super::{approve, kinds, mass, propose, stage};
use crate::support::{Cast, Client, PASSWORD, World};

async fn regulator(
    world: &World,
    cast: &Cast,
    login: &str,
    division: &str,
    agency: &str,
) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
        "role": "division_regulator", "division": division, "agency": agency});
    cast.corps.post("/users", &user).await.ok();
    world.log_in(login).await
}

#[tokio::test]
async fn a_regulators_correction_holds_at_once_and_is_shown_as_its_own() {
    let (world, cast, path) = stage(1000).await;
    let first = regulator(&world, &cast, "first", "01", "ecology").await;
    propose(&cast.producer, &path, mass(95)).await.is(201);
    let corrected = propose(&first, &path, mass(90)).await.is(201);
    assert_eq!(corrected.str("/status"), "approved");
    assert_eq!(corrected.str("/proposed_by"), "regulator");
    assert!(corrected.get("/expires_at").is_null());
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(*now.get("/items/0/mass_kg"), 90);
    assert_eq!(*now.get("/capacity/0/reserved_kg"), 90);
    let wanted = ["amendment_expired", "amendment_proposed", "amendment_approved"];
    assert_eq!(kinds(&first, &path).await[2..], wanted);
    approve(&cast.receiver, &path, 1).await.is(409).refused_as("already_decided");
    propose(&first, &path, mass(5000)).await.is(409).refused_as("capacity_exceeded");
}

#[tokio::test]
async fn after_acceptance_only_an_authority_corrects_and_only_what_is_not_booked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(500).await;
    let done = cast.accepted(&cast.oil(&json!(100))).await;
    let path = format!("/manifests/{}", done.id());
    let first = regulator(&world, &cast, "first", "01", "ecology").await;
    let name = json!({"items": [{"line": 1, "name": "废润滑油"}]});
    propose(&cast.producer, &path, name.clone()).await.is(409).refused_as("illegal_transition");
    let sealed = propose(&first, &path, mass(90)).await.is(409).refused_as("field_sealed");
    assert_eq!(sealed.at("/changes/items/0/mass_kg").str("/sealed_by"), "receive");
    propose(&first, &path, json!({"items": [{"line": 1, "hazards": ["C"]}]}))
        .await
        .is(422)
        .refused_as("hazard_mismatch");
    // The licence was withdrawn since; what is written wrong is put right all the same.
    let licence = format!("/licences/{}", cast.licence);
    cast.corps.patch(&licence, &json!({"status": "suspended"})).await.ok();
    assert_eq!(propose(&first, &path, name).await.is(201).str("/status"), "approved");
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(now.str("/items/0/name"), "废润滑油");
    assert_eq!(now.str("/status"), "accepted");
    for (login, division, agency) in
        [("second", "02", "ecology"), ("police", "01", "public_security")]
    {
        let other = regulator(&world, &cast, login, division, agency).await;
        let status = if division == "01" { 403 } else { 404 };
        propose(&other, &path, json!({"note": "x"})).await.is(status);
    }
}

/// The waste goes to somebody else: the new receiver sees and acts, the old one reads what it
/// signed and nothing that came after.
#[tokio::test]
async fn who_is_replaced_still_reads_what_it_signed() {
    let (_world, cast, path) = stage(1000).await;
    let me = cast.stranger.get("/me").await.ok();
    let other = me.str("/organisation/id");
    let site = json!({"organisation_id": other, "name": "新场所", "kind": "treatment",
        "division": "02", "region_code": "652901", "location": {"lon": 80.2, "lat": 41.1}});
    let site = cast.corps.post("/sites", &site).await.ok().id();
    let licence = json!({"organisation_id": other, "site_id": site, "number": "新",
        "kind": "comprehensive", "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
        "valid_from": "2024-01-01", "valid_to": "2028-12-31",
        "lines": [{"line": 1, "waste_codes": ["900-249-08"], "categories": [],
                   "methods": ["R9"], "annual_kg": 500}]});
    cast.corps.post("/licences", &licence).await.ok();
    cast.stranger.get(&path).await.is(404);
    propose(&cast.producer, &path, json!({"receiver_site_id": site})).await.is(201);
    cast.stranger.get(&path).await.is(404);
    let key = ("Idempotency-Key", "agreed");
    let at = format!("{path}/amendments/1/approve");
    let call = || {
        let call = cast.receiver.call(crate::support::Method::POST, &at);
        call.header(key.0, key.1).json(&json!({})).send()
    };
    call().await.is(200);
    assert_eq!(call().await.is(200).header("idempotent-replayed"), "true");
    let seen = cast.stranger.get(&path).await.ok();
    assert_eq!(seen.str("/receiver/organisation_id"), other);
    let listed = cast.stranger.get("/manifests").await.ok();
    assert_eq!(listed.get("/data").as_array().unwrap().len(), 1);
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let feed = cast.receiver.get("/changes?limit=500").await.ok();
    let told = feed.get("/data").as_array().unwrap().iter();
    let told = told.filter(|one| path.ends_with(one["subject"]["id"].as_str().unwrap()));
    let told: Vec<(&str, &str)> = told
        .map(|one| {
            let status = one["resource"]["status"].as_str().unwrap();
            (one["kind"].as_str().unwrap(), status)
        })
        .collect();
    let kinds_told = ["filed", "amendment_proposed", "amendment_approved"];
    assert_eq!(told, kinds_told.map(|kind| (kind, "filed")), "and nothing after it");
    let old = cast.receiver.get(&path).await.ok();
    assert_eq!((old.version(), old.str("/status")), (3, "filed"));
    assert_eq!(*old.get("/allowed_actions"), json!([]));
    assert_eq!(kinds(&cast.receiver, &path).await.len(), 3);
    cast.receiver.get(&format!("{path}/amendments")).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.is(404);
    cast.stranger.post(&format!("{path}/arrive"), &json!({})).await.ok();
}
