//! Filing: refusals leave no trace, repeats get their first answer, crowds stay exact.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use liandan::registry::Uscc;
use serde_json::json;

use crate::support::{Cast, Method, World};

#[tokio::test]
async fn bad_input_is_named_field_by_field_and_writes_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(5000).await;
    let events = world.rows("event").await;
    let post = async |body: serde_json::Value| cast.producer.post("/manifests", &body).await;
    let with = |pointer: &str, value: serde_json::Value| {
        let mut body = cast.oil(&json!(10));
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let mass = "/items/0/mass_kg";
    post(with(mass, json!(0.0001))).await.is(422).refused_as("too_many_decimals").at(mass);
    post(with(mass, json!(-1))).await.is(422).refused_as("mass_out_of_range").at(mass);
    post(with(mass, json!(1e30))).await.is(422).at(mass);
    post(with(mass, json!("10"))).await.is(422).refused_as("wrong_type").at(mass);
    let code = "/items/0/waste_code";
    post(with(code, json!("999-999-99"))).await.refused_as("unknown_waste_code").at(code);
    let mut paper = cast.oil(&json!(10));
    paper["backfill"] = json!({"kind": "paper", "paper_number": "1", "paper_date": "2026-11-26"});
    post(paper).await.is(422).refused_as("not_yet").at("/backfill/paper_date");
    let hazards = "/items/0/hazards";
    post(with(hazards, json!(["C"]))).await.refused_as("hazard_mismatch").at(hazards);
    let site = "/producer_site_id";
    post(with(site, json!(cast.receiver_site))).await.refused_as("unknown_reference").at(site);
    let method = post(with("/items/0/method", json!("R4"))).await;
    method.is(409).refused_as("licence_does_not_cover").at(code);
    let mut unknown = cast.oil(&json!(10));
    unknown["items"][0]["colour"] = json!("black");
    unknown["items"][0].as_object_mut().unwrap().remove("name");
    let both = post(unknown).await.is(422);
    both.tells("unknown_field", "/items/0/colour").tells("required", "/items/0/name");
    assert_eq!(world.rows("event").await, events);
    world.has_no_rows_in(&["manifest", "manifest_item", "serial"]).await;
}

#[tokio::test]
async fn a_leg_and_an_item_are_held_to_their_words() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(100).await;
    let mut body = cast.oil(&json!(10));
    let leg = &mut body["legs"][0];
    leg["escort_id"] = json!(cast.vehicle);
    leg["trailer_plate"] = json!("新A12345");
    leg["planned_departure_at"] = json!("2026-11-25T04:00:00Z");
    leg["planned_arrival_at"] = json!("2026-11-25T03:59:59Z");
    let item = &mut body["items"][0];
    item["hazards"] = json!(["T", "I", "T"]);
    item["un_number"] = json!("UN199");
    item["batch_numbers"] = json!(["1", "2", "1"]);
    item["harmful_components"] = json!([{"name": "苯"}, {"name": "苯", "percent": 1}]);
    let refused = cast.producer.post("/manifests", &body).await.is(422);
    refused
        .tells("unknown_reference", "/legs/0/escort_id")
        .tells("plate_invalid", "/legs/0/trailer_plate")
        .tells("invalid_value", "/legs/0/planned_arrival_at")
        .tells("invalid_value", "/items/0/hazards/2")
        .tells("invalid_value", "/items/0/un_number")
        .tells("invalid_value", "/items/0/batch_numbers/2")
        .tells("invalid_value", "/items/0/harmful_components/1/name");
    let mut foreign = cast.oil(&json!(10));
    foreign["legs"][0]["escort_id"] = json!(other_escort(&cast).await);
    let foreign = cast.producer.post("/manifests", &foreign).await;
    foreign.is(422).refused_as("unknown_reference").at("/legs/0/escort_id");
    let mut sound = cast.oil(&json!(10));
    let leg = &mut sound["legs"][0];
    leg["escort_id"] = json!(cast.driver);
    leg["trailer_plate"] = json!("新A1234挂");
    leg["planned_departure_at"] = json!("2026-11-25T04:00:00Z");
    leg["planned_arrival_at"] = json!("2026-11-25T04:00:00Z");
    sound["items"][0]["un_number"] = json!("UN1993");
    let filed = cast.filed(&sound).await;
    assert_eq!(filed.str("/legs/0/escort_id"), cast.driver);
    assert_eq!(filed.str("/legs/0/trailer_plate"), "新A1234挂");
    assert_eq!(filed.str("/items/0/un_number"), "UN1993");
}

/// Somebody of another carrier's register.
async fn other_escort(cast: &Cast) -> String {
    let uscc = Uscc::complete("91659001MATEXT077").unwrap();
    let carrier = json!({
        "name": "另一承运", "uscc": uscc.as_str(), "roles": ["carrier"], "division": "01",
    });
    let carrier = cast.corps.post("/organisations", &carrier).await.ok().id();
    let escort = json!({
        "organisation_id": carrier, "name": "李四", "phone": "13800000000",
        "licence_no": "659002198501010009",
    });
    cast.corps.post("/drivers", &escort).await.ok().id()
}

#[tokio::test]
async fn raw_faults_come_in_the_order_of_the_contract() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let call = || cast.producer.call(Method::POST, "/manifests");
    let json = "application/json";
    call().raw(json, "{").send().await.is(400).refused_as("malformed_json");
    call().raw(json, r#"{"a":1,"a":2}"#).send().await.is(400).refused_as("duplicate_key");
    call().raw(json, vec![0xff]).send().await.is(400).refused_as("malformed_json");
    call().raw(json, "[".repeat(100_000)).send().await.is(400).refused_as("too_deep");
    call().raw("text/plain", "{}").send().await.is(415).refused_as("unsupported_media_type");
    let large = " ".repeat(10 * 1024 * 1024);
    call().raw(json, large).send().await.is(413).refused_as("payload_too_large");
    let nobody = cast.producer.nobody();
    nobody.post("/manifests", &json!({})).await.is(401).refused_as("unauthorized");
    cast.corps.post("/manifests", &cast.oil(&json!(1))).await.is(403).refused_as("forbidden");
    let foreign = cast.carrier.post("/manifests", &cast.oil(&json!(1))).await;
    foreign.is(422).refused_as("unknown_reference").at("/producer_site_id");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_first_answer() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(5000).await;
    let file = || {
        cast.producer.call(Method::POST, "/manifests").key("k-1").json(&cast.oil(&json!(10))).send()
    };
    let answers = join_all([file(), file(), file(), file()]).await;
    let ids: BTreeSet<String> = answers.into_iter().map(|answer| answer.is(201).id()).collect();
    assert_eq!(ids.len(), 1);
    let id = ids.first().unwrap();
    let depart = || {
        cast.carrier
            .call(Method::POST, &format!("/manifests/{id}/depart"))
            .key("d-1")
            .json(&json!({}))
            .send()
    };
    assert_eq!(depart().await.is(200).version(), 2);
    cast.receiver.post(&format!("/manifests/{id}/arrive"), &json!({})).await.ok();
    // It has gone on since: the repeat still shows it as it stood after its own event.
    let again = depart().await.is(200);
    assert_eq!((again.version(), again.header("idempotent-replayed")), (2, "true"));
    assert_eq!(again.str("/status"), "in_transit");
    let other = cast.oil(&json!(11));
    let other = cast.producer.call(Method::POST, "/manifests").key("k-1").json(&other).send().await;
    other.is(422).refused_as("idempotency_key_reused");
}

/// 64 filings at once, of which the licence holds 40: numbers gap-free, capacity exact.
#[tokio::test]
async fn sixty_four_at_once_are_exact() {
    let world = World::start().await;
    let cast = Cast::new(&world, 400).await;
    cast.produce(5000).await;
    let body = cast.oil(&json!(10));
    let answers = join_all((0..64).map(|_| cast.producer.post("/manifests", &body))).await;
    let mut numbers = BTreeSet::new();
    for answer in answers {
        if answer.status == 201 {
            numbers.insert(answer.str("/number").to_owned());
        } else {
            answer.is(409).refused_as("capacity_exceeded");
        }
    }
    let wanted: BTreeSet<String> = (1..=40).map(|n| format!("20266601{n:06}")).collect();
    assert_eq!(numbers, wanted);
}

#[tokio::test]
async fn validate_only_answers_and_writes_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let path = "/manifests?validate_only=true";
    let previewed = cast.producer.post(path, &cast.oil(&json!(10))).await.is(201);
    assert!(previewed.get("/number").is_null(), "no number is taken: {}", previewed.shown());
    let full = cast.producer.post(path, &cast.oil(&json!(2000))).await.is(409);
    full.tells("capacity_exceeded", "/items/0/mass_kg")
        .tells("insufficient_on_hand", "/items/0/mass_kg");
    world.has_no_rows_in(&["manifest"]).await;
}

#[tokio::test]
async fn drafts_are_kept_changed_and_filed() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let mut draft = cast.oil(&json!(10));
    draft["draft"] = json!(true);
    draft.as_object_mut().unwrap().remove("receiver_site_id");
    let saved = cast.producer.post("/manifests", &draft).await.is(201);
    let path = format!("/manifests/{}", saved.id());
    cast.stranger.get(&path).await.is(404);
    cast.receiver.get(&path).await.is(404);
    cast.producer.post(&format!("{path}/file"), &json!({})).await.is(422).at("/receiver_site_id");
    let early = cast.producer.post(&format!("{path}/depart"), &json!({})).await;
    early.is(409).refused_as("illegal_transition");
    let change = json!({"receiver_site_id": cast.receiver_site});
    let call = || cast.producer.call(Method::PATCH, &path).json(&change);
    call().if_match(9).send().await.is(412).refused_as("stale_version");
    assert_eq!(call().if_match(1).send().await.is(200).version(), 2);
    let filed = cast.producer.post(&format!("{path}/file"), &json!({})).await.is(201);
    assert_eq!((filed.id(), filed.str("/status")), (saved.id(), "filed"));
    world.has_no_rows_in(&["draft"]).await;
}

/// Another organisation gets 404 for everything that names the manifest.
#[tokio::test]
async fn a_stranger_sees_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    let path = format!("/manifests/{}", filed.id());
    for tail in ["", "/events", "/preflight?action=depart"] {
        cast.stranger.get(&format!("{path}{tail}")).await.is(404).refused_as("not_found");
    }
    let number = filed.str("/number");
    cast.stranger.get(&format!("/manifests/by-number/{number}")).await.is(404);
    let receive = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    for (tail, body) in [
        ("depart", json!({})),
        ("arrive", json!({})),
        ("receive", receive),
        ("cancel", json!({"reason": "other"})),
        ("file", json!({})),
    ] {
        cast.stranger.post(&format!("{path}/{tail}"), &body).await.is(404);
    }
    let seen = cast.stranger.get("/manifests").await.ok();
    assert!(seen.get("/data").as_array().unwrap().is_empty());
    assert_eq!(cast.corps.get("/manifests").await.ok().get("/data").as_array().unwrap().len(), 1);
}

/// A manifest names the rules it was checked under, and the difference that its receipt may show
/// without a mismatch is theirs.
#[tokio::test]
async fn a_manifest_is_read_under_the_rule_pack_that_it_names() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(6000).await;
    let filed = cast.producer.post("/manifests", &cast.oil(&json!(2000))).await.is(201);
    let packs = cast.carrier.get("/catalogue/rule-packs").await.is(200);
    let mut listed = packs.get("/data").as_array().unwrap().iter();
    let pack = listed.find(|pack| pack["id"] == filed.str("/rule_pack")).unwrap();
    assert_eq!(pack["edition"], filed.str("/catalogue_edition"));
    assert!(pack["valid_from"].as_str().unwrap() <= "2026-11-25" && pack["valid_to"].is_null());
    // 5 % of 2 t and not 50 kg is what may be missing.
    let share = pack["tolerance_percent"].as_i64().unwrap() * 20;
    for (missing, mismatches) in [(share, 0), (share + 1, 1)] {
        let filed = cast.producer.post("/manifests", &cast.oil(&json!(2000))).await.is(201);
        let path = format!("/manifests/{}/receive", filed.id());
        let item = json!({"line": 1, "accepted_kg": 2000 - missing, "refused_kg": 0});
        let found = json!({"decision": "accept", "items": [item]});
        let received = cast.receiver.post(&path, &found).await.is(200);
        let told = received.get("/receipt/mismatches").as_array().unwrap();
        assert_eq!(told.len(), mismatches, "{missing} kg missing: {told:?}");
    }
}
