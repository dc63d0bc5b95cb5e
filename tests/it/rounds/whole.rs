//! Whole rounds: from the plan to the treatment, alone and in bulk, and what the log says of them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use liandan::round::{fold, read_event};
use serde_json::{Value, json};

use super::cast::{Town, colleague, kinds};
use crate::support::{Method, World};

fn mass(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1000.0).round() as i64
}

#[tokio::test]
async fn a_kitchen_round_is_collected_weighed_and_treated() {
    let world = World::start().await;
    let town = Town::new(&world, 3, 100_000).await;
    let cast = &town.cast;
    let planned = town.planned(&town.round("kitchen", &Town::food(&json!(100)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    assert_eq!(planned.header("location"), format!("/api/v1{path}"));
    assert_eq!((planned.str("/status"), planned.version()), ("planned", 1));
    let first = planned.str("/stops/0/manifest_id").to_owned();
    assert_eq!(planned.str("/stops/0/status"), "planned");
    assert_eq!(*planned.get("/stops/2/n"), json!(3));
    // Until then it is a draft, which its producer and the carrier see.
    let draft = town.producers[0].client.get(&format!("/manifests/{first}")).await.is(200);
    assert_eq!(draft.str("/status"), "draft");
    town.producers[1].client.get(&format!("/manifests/{first}")).await.is(404);
    let stop = town.collect(&path, 1, &json!(120.5)).await.is(200);
    assert_eq!((stop.str("/status"), stop.str("/manifest_status")), ("collected", "in_transit"));
    assert_eq!(stop.str("/number"), "C2026660100000001");
    assert_eq!(*stop.get("/collected_kg"), json!(120.5));
    assert_eq!(kinds(&cast.carrier, &first).await, ["filed", "departed"]);
    let manifest = town.producers[0].client.get(&format!("/manifests/{first}")).await.is(200);
    assert_eq!(*manifest.get("/items/0/mass_kg"), json!(120.5));
    assert_eq!(manifest.get("/round_id"), planned.get("/id"));
    let unsigned = |gap: &serde_json::Value| {
        (gap["step"] == "file", gap["missing"] == "producer", gap["severity"] == "low")
            == (true, true, true)
    };
    let gaps = manifest.get("/gaps").as_array().unwrap();
    assert!(gaps.iter().any(unsigned), "{}", manifest.shown());
    town.collect(&path, 2, &json!(99.499)).await.is(200);
    let skip = json!({"occurred_at": "2026-11-25T01:40:00Z", "outcome": "skipped",
        "reason": "closed"});
    let skipped = cast.carrier.post(&format!("{path}/stops/3"), &skip).await.is(200);
    assert_eq!((skipped.str("/status"), skipped.str("/skip_reason")), ("skipped", "closed"));
    world.has_no_rows_in(&["draft"]).await;
    let reading = json!({"occurred_at": "2026-11-25T01:55:00Z", "gross_kg": 8225.001,
        "tare_kg": 8000});
    let call = || {
        cast.receiver
            .call(Method::POST, &format!("{path}/weigh-in"))
            .key("w-1")
            .json(&reading)
            .send()
    };
    let weighed = call().await.is(200);
    assert_eq!(*weighed.get("/net_kg"), json!(225.001));
    assert_eq!(*weighed.get("/stops_kg"), json!(219.999));
    assert_eq!(*weighed.get("/difference_kg"), json!(5.002));
    assert_eq!(*weighed.get("/within_tolerance"), json!(true));
    let split = weighed.get("/split").as_array().unwrap();
    let total: i64 = split.iter().map(|one| mass(&one["mass_kg"])).sum();
    assert_eq!((split.len(), total), (2, 225_001));
    assert_eq!((&split[0]["n"], &split[1]["n"]), (&json!(1), &json!(2)));
    let again = call().await.is(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &weighed.json));
    assert_eq!(kinds(&cast.receiver, &first).await, ["filed", "departed", "arrived", "received"]);
    let received = cast.receiver.get(&format!("/manifests/{first}")).await.ok();
    assert_eq!(received.str("/status"), "accepted");
    assert_eq!(received.get("/items/0/accepted_kg"), &split[0]["mass_kg"]);
    let done = json!({"occurred_at": "2026-11-25T02:00:00Z", "method": "K1",
        "completed_on": "2026-11-25"});
    let done = cast.receiver.post(&format!("{path}/complete"), &done).await.is(200);
    assert_eq!(done.str("/status"), "completed");
    assert_eq!(*done.get("/treatments/0/mass_kg"), json!(225.001));
    let ended = cast.receiver.get(&format!("/manifests/{first}")).await.ok();
    assert_eq!(ended.str("/status"), "completed");
    the_row_is_the_fold(&world, &planned.id()).await;
}

pub(super) async fn the_row_is_the_fold(world: &World, id: &str) {
    let client = world.database.superuser().await;
    let sql = "SELECT body FROM event WHERE subject_id = $1::text::uuid ORDER BY seq";
    let rows = client.query(sql, &[&id]).await.unwrap();
    let bodies: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(liandan::journal::first_break(bodies.iter().map(String::as_str)), None);
    let stamped: Vec<_> = bodies.iter().map(|body| read_event(body).unwrap()).collect();
    let sql = "SELECT state FROM collection_round WHERE id = $1::text::uuid";
    let stored: Value = client.query_one(sql, &[&id]).await.unwrap().get(0);
    let folded = fold(&stamped).unwrap().unwrap();
    assert_eq!(serde_json::to_value(&folded).unwrap(), stored);
}

/// Forty stops take three calls: from a template, in bulk from the driver's phone, weigh-in. What
/// is wrong with one stop is told of that one.
#[tokio::test]
async fn a_large_round_takes_three_calls() {
    let world = World::start().await;
    let mut town = Town::new(&world, 1, 4_000_000).await;
    let site = town.producers[0].site.clone();
    let cast = &town.cast;
    let mut plan = town.round("kitchen", &Town::food(&json!(100)));
    let stop = json!({"producer_site_id": site, "items": [Town::food(&json!(100))]});
    plan["stops"] = json!(vec![stop; 40]);
    let earlier = town.planned(&plan).await;
    assert_eq!(earlier.get("/stops").as_array().unwrap().len(), 40);
    plan.as_object_mut().unwrap().remove("stops");
    plan["template_round_id"] = earlier.get("/id").clone();
    let planned = town.planned(&plan).await;
    let path = format!("/collection-rounds/{}", planned.id());
    assert_eq!(planned.get("/stops").as_array().unwrap().len(), 40);
    assert_eq!(*planned.get("/stops/39/planned_items/0/mass_kg"), json!(100));
    let driver = colleague(&world, &cast.corps, &cast.carrier_id, "driver").await;
    let mut stops: Vec<Value> = (1..=40)
        .map(|n| {
            json!({"n": n, "occurred_at": "2026-11-25T01:00:00Z", "outcome": "collected",
                "items": [{"line": 1, "mass_kg": 90 + n}]})
        })
        .collect();
    stops[3]["items"][0]["mass_kg"] = json!(1.0001);
    stops[4]["items"][0]["line"] = json!(2);
    stops[5] = json!({"n": 6, "outcome": "skipped", "reason": "not_needed"});
    stops[6]["n"] = json!(77);
    let body = json!({ "stops": stops });
    let before = world.rows("event").await;
    let bulk = driver.post(&format!("{path}/stops/bulk"), &body).await.is(200);
    let data = bulk.get("/data").as_array().unwrap();
    assert_eq!(data.len(), 40);
    assert_eq!(data[3]["problem"]["code"], "too_many_decimals");
    assert_eq!(data[3]["problem"]["errors"][0]["pointer"], "/items/0/mass_kg");
    assert_eq!(data[4]["problem"]["errors"][0]["pointer"], "/items/0/line");
    assert_eq!((&data[5]["status"], &data[5]["stop"]["status"]), (&json!(200), &json!("skipped")));
    assert_eq!((&data[6]["status"], &data[6]["n"]), (&json!(404), &json!(77)));
    // 36 collected: two events each and one on the round; one skipped.
    assert_eq!(world.rows("event").await - before, 36 * 3 + 1);
    let numbers: BTreeSet<&str> = data.iter().filter_map(|one| one["number"].as_str()).collect();
    assert_eq!(numbers.len(), 36);
    assert_eq!(numbers.first(), Some(&"C2026660100000001"));
    assert_eq!(numbers.last(), Some(&"C2026660100000036"));
    // The phone lost the answer: the same again is the same, and writes nothing but what was open.
    let mended = json!({"n": 4, "outcome": "collected"});
    let mut again = body.clone();
    again["stops"][3] = mended;
    let bulk = driver.post(&format!("{path}/stops/bulk"), &again["stops"]).await.is(200);
    assert_eq!(bulk.get("/data/0/number"), &data[0]["number"]);
    assert_eq!(bulk.str("/data/3/number"), "C2026660100000037");
    assert_eq!(world.rows("event").await - before, 37 * 3 + 1);
    let reading = json!({"gross_kg": 12_000, "tare_kg": 8000});
    let weighed = cast.receiver.post(&format!("{path}/weigh-in"), &reading).await.is(200);
    let split = weighed.get("/split").as_array().unwrap();
    let total: i64 = split.iter().map(|one| mass(&one["mass_kg"])).sum();
    assert_eq!((split.len(), total), (37, 4_000_000));
    let round = cast.carrier.get(&path).await.ok();
    // Who was not called at was skipped.
    assert_eq!(round.str("/stops/4/status"), "skipped");
    town.producers.clear();
}

#[tokio::test]
async fn two_drivers_at_one_stop_collect_it_once() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 100_000).await;
    let path = town.kitchen(&json!(100)).await;
    let half = json!(50);
    let answers = join_all((0..8).map(|_| town.collect(&path, 1, &half))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        answer.is(409).refused_as("illegal_transition");
    }
    assert_eq!(world.rows("manifest").await, 1);
    let body = json!({"gross_kg": 8050, "tare_kg": 8000});
    let gate = format!("{path}/weigh-in");
    let answers = join_all((0..4).map(|_| town.cast.receiver.post(&gate, &body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 3));
    for answer in lost {
        answer.is(409).refused_as("already_weighed");
    }
}

/// A repeat with the same key is the first answer; another body under it is refused.
#[tokio::test]
async fn repeats_get_their_first_answer() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 100_000).await;
    let carrier = &town.cast.carrier;
    let plan = town.round("kitchen", &Town::food(&json!(100)));
    let post = |path: String, key: &'static str, body: Value| {
        carrier.call(Method::POST, &path).key(key).json(&body).send()
    };
    let first = post("/collection-rounds".into(), "p", plan.clone()).await.is(201);
    let again = post("/collection-rounds".into(), "p", plan).await.is(201);
    assert_eq!((first.id(), again.header("idempotent-replayed")), (again.id(), "true"));
    let path = format!("/collection-rounds/{}", first.id());
    let stop = json!({"outcome": "collected", "items": [{"line": 1, "mass_kg": 80}]});
    let one = post(format!("{path}/stops/1"), "s", stop.clone()).await.is(200);
    town.collect(&path, 2, &json!(70)).await.is(200);
    let again = post(format!("{path}/stops/1"), "s", stop.clone()).await.is(200);
    assert_eq!((again.version(), one.version()), (2, 2));
    assert_eq!(*again.get("/collected_kg"), json!(80));
    let other = post(format!("{path}/stops/2"), "s", stop).await;
    other.is(422).refused_as("idempotency_key_reused");
    let more = json!({"producer_site_id": town.producers[0].site,
        "items": [Town::food(&json!(5))]});
    let tried = carrier.post(&format!("{path}/stops?validate_only=true"), &more).await;
    assert_eq!(*tried.is(201).get("/n"), json!(3));
    let stale = json!({"reason": "other"});
    let call = carrier.call(Method::POST, &format!("{path}/cancel")).if_match(1).json(&stale);
    call.send().await.is(412).refused_as("stale_version");
}

/// A weigh-in is a receipt: an amendment that nobody has answered comes to nothing. A completion
/// treats what is here still.
#[tokio::test]
async fn what_was_sent_on_is_not_treated_with_its_round() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 100_000).await;
    let cast = &town.cast;
    let planned = town.planned(&town.round("kitchen", &Town::food(&json!(100)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    town.collect(&path, 1, &json!(100)).await.is(200);
    let id = planned.str("/stops/0/manifest_id");
    let amend = json!({"changes": {"items": [{"line": 1, "mass_kg": 90}]}, "reason": "wrong_data"});
    let amendments = format!("/manifests/{id}/amendments");
    town.producers[0].client.post(&amendments, &amend).await.is(201);
    let reading = json!({"gross_kg": 8100, "tare_kg": 8000});
    cast.receiver.post(&format!("{path}/weigh-in"), &reading).await.is(200);
    let told = kinds(&cast.receiver, id).await;
    assert_eq!(told[2..], ["amendment_proposed", "arrived", "received", "amendment_expired"]);

    let uscc = liandan::registry::Uscc::complete("91659001MAREXT900").unwrap();
    let plant = json!({"name": "第二餐厨厂", "uscc": uscc.as_str(), "roles": ["receiver"],
        "division": "01"});
    let plant = cast.corps.post("/organisations", &plant).await.ok().id();
    let site = json!({"organisation_id": plant, "name": "二号场所", "kind": "treatment",
        "division": "01", "region_code": "659002", "location": {"lon": 81.3, "lat": 40.5}});
    let site = cast.corps.post("/sites", &site).await.ok().id();
    let permit = json!({"organisation_id": plant, "site_id": site, "number": "餐厨 2",
        "kind": "kitchen_permit", "issued_on": "2024-01-01", "issued_by": "城管局",
        "valid_from": "2024-01-01", "valid_to": "2028-12-31", "lines": [{"line": 1,
            "waste_codes": ["CY-01"], "categories": [], "methods": ["K1"], "annual_kg": 5000}]});
    cast.corps.post("/licences", &permit).await.ok();
    let mut on = town.round("kitchen", &Value::Null);
    let mut item = Town::food(&json!(40));
    item["source_items"] = json!([{"manifest_id": id, "line": 1, "mass_kg": 40}]);
    on = json!({"stream": "kitchen", "producer_site_id": cast.receiver_site,
        "receiver_site_id": site, "planned_departure_on": "2026-11-25", "items": [item],
        "legs": [{"carrier_id": on["carrier_id"], "vehicle_id": on["vehicle_id"],
            "driver_id": on["driver_id"]}]});
    cast.receiver.post("/manifests", &on).await.is(201);
    let done = json!({"method": "K1", "completed_on": "2026-11-25"});
    let done = cast.receiver.post(&format!("{path}/complete"), &done).await.is(200);
    assert_eq!(done.str("/status"), "completed");
    assert_eq!(*done.get("/treatments/0/mass_kg"), json!(60));
    let ended = cast.receiver.get(&format!("/manifests/{id}")).await.ok();
    assert_eq!((ended.str("/status"), ended.get("/items/0/treated_kg")), ("completed", &json!(60)));
}

/// Two phones send the same stops at once: each is collected once, and both are told of all.
#[tokio::test]
async fn the_same_stops_from_two_phones_are_collected_once() {
    let world = World::start().await;
    let town = Town::new(&world, 3, 100_000).await;
    let path = town.kitchen(&json!(100)).await;
    let stop = |n: usize| json!({"n": n, "outcome": "collected"});
    let body = json!([stop(1), stop(2), stop(3)]);
    let before = world.rows("event").await;
    let bulk = format!("{path}/stops/bulk");
    let answers = join_all((0..3).map(|_| town.cast.carrier.post(&bulk, &body))).await;
    let numbers = |answer: &crate::support::Answer| -> Vec<Value> {
        let data = answer.get("/data").as_array().unwrap().iter();
        data.map(|one| one["number"].clone()).collect()
    };
    for answer in &answers {
        assert_eq!(
            (answer.status, numbers(answer)),
            (200, numbers(&answers[0])),
            "{}",
            answer.text
        );
    }
    assert_eq!(world.rows("event").await - before, 3 * 3);
    assert_eq!(world.rows("manifest").await, 3);
}
