//! What a round refuses, and how it says so.

use serde_json::{Value, json};

use super::cast::Town;
use crate::support::{Method, World};

#[tokio::test]
async fn a_plan_names_all_that_is_wrong_with_it() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 1000).await;
    let (cast, food) = (&town.cast, Town::food(&json!(100)));
    let mut plan = town.round("kitchen", &food);
    plan["stops"][0]["items"][0]["mass_kg"] = json!(0.0001);
    plan["stops"][0]["colour"] = json!("black");
    let refused = cast.carrier.post("/collection-rounds", &plan).await.is(422);
    refused
        .tells("too_many_decimals", "/stops/0/items/0/mass_kg")
        .tells("unknown_field", "/stops/0/colour");
    let mut plan = town.round("hazardous", &food);
    plan["receiver_site_id"] = json!(town.producers[0].site);
    plan["vehicle_id"] = json!(cast.driver);
    plan["stops"][0]["producer_site_id"] = json!(cast.receiver_site);
    plan["template_round_id"] = json!(cast.driver);
    let refused = cast.carrier.post("/collection-rounds", &plan).await.is(422);
    refused
        .tells("invalid_value", "/stream")
        .tells("role_not_held", "/receiver_site_id")
        .tells("unknown_reference", "/vehicle_id")
        .tells("role_not_held", "/stops/0/producer_site_id")
        .tells("unknown_reference", "/template_round_id");
    let plan = town.round("kitchen", &food);
    for nobody in [&cast.corps, &cast.producer, &cast.receiver] {
        let allowed = nobody.post("/collection-rounds", &plan).await;
        assert!([403, 422].contains(&allowed.status), "{}", allowed.shown());
    }
    let mut empty = plan.clone();
    empty["stops"] = json!([]);
    cast.carrier.post("/collection-rounds", &empty).await.is(422).at("/stops");
    world.has_no_rows_in(&["collection_round", "round_stop", "draft"]).await;
}

/// What no stop could be collected as is told to whoever plans it, stop by stop.
#[tokio::test]
async fn a_plan_speaks_the_words_of_the_catalogue() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let mut plan = town.round("kitchen", &Town::food(&json!(100)));
    plan["stops"][1]["items"][0]["packages"][0]["kind"] = json!("bucket");
    plan["stops"][1]["items"][0]["method"] = json!("K99");
    plan["stops"][0]["items"][0]["waste_code"] = json!("CY-77");
    plan["vehicle_id"] = json!(cast.driver);
    let refused = cast.carrier.post("/collection-rounds", &plan).await.is(422);
    refused
        .tells("unknown_reference", "/vehicle_id")
        .tells("unknown_waste_code", "/stops/0/items/0/waste_code")
        .tells("unknown_method", "/stops/1/items/0/method")
        .tells("invalid_value", "/stops/1/items/0/packages/0/kind");
    let boxes = town.round("kitchen", &Town::boxes(&json!(5)));
    let refused = cast.carrier.post("/collection-rounds", &boxes).await.is(422);
    refused.tells("stream_mismatch", "/stops/0/items/0/waste_code");
    world.has_no_rows_in(&["collection_round", "round_stop", "draft"]).await;
    let path = town.kitchen(&json!(100)).await;
    let mut more = plan["stops"][1].clone();
    let refused = cast.carrier.post(&format!("{path}/stops"), &more).await.is(422);
    refused
        .tells("unknown_method", "/items/0/method")
        .tells("invalid_value", "/items/0/packages/0/kind");
    more["items"] = json!([Town::food(&json!(1))]);
    cast.carrier.post(&format!("{path}/stops"), &more).await.is(201);
}

/// The same judge as of any filing decides; a stop that has no room is told so.
#[tokio::test]
async fn a_stop_that_cannot_be_filed_says_why_and_holds_up_no_other() {
    let world = World::start().await;
    let town = Town::new(&world, 3, 250).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    let oil = json!({"waste_code": "CY-02", "name": "废弃食用油脂（老油）", "form": "liquid",
        "hazards": [], "mass_kg": 10, "method": "K4",
        "packages": [{"kind": "plastic_drum", "count": 1}]});
    let extra = json!({"producer_site_id": town.producers[0].site, "items": [oil]});
    let added = cast.carrier.post(&format!("{path}/stops"), &extra).await.is(201);
    assert_eq!(*added.get("/n"), json!(4));
    let all = json!({"outcome": "collected"});
    let one = cast.carrier.post(&format!("{path}/stops/4"), &all).await;
    one.is(409).refused_as("licence_does_not_cover");
    let taken = |n: i64| {
        json!({"n": n, "outcome": "collected",
        "items": [{"line": 1, "mass_kg": 100}]})
    };
    let all: Vec<Value> = vec![taken(1), taken(4), taken(2), taken(3)];
    let bulk = cast.carrier.post(&format!("{path}/stops/bulk"), &json!({ "stops": all })).await;
    let bulk = bulk.is(200);
    let statuses: Vec<&Value> =
        bulk.get("/data").as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [&json!(200), &json!(409), &json!(200), &json!(409)]);
    assert_eq!(bulk.str("/data/3/problem/code"), "capacity_exceeded");
    assert_eq!(bulk.str("/data/3/problem/errors/0/pointer"), "/items/0/mass_kg");
    let over = town.collect(&path, 3, &json!(50.001)).await;
    over.is(409).refused_as("capacity_exceeded").at("/items/0/mass_kg");
    town.collect(&path, 3, &json!(50)).await.is(200);
    // The weighbridge says more than the licence has left: what of it would do is told.
    let gate = format!("{path}/weigh-in");
    let reading = json!({"gross_kg": 8300, "tare_kg": 8000});
    let over = cast.receiver.post(&gate, &reading).await.is(409);
    let over = over.refused_as("capacity_exceeded").at("/gross_kg");
    assert_eq!((over.get("/asked_kg"), over.get("/acceptable_kg")), (&json!(300), &json!(250)));
    let reading = json!({"gross_kg": 8300, "tare_kg": 8000, "refused_kg": 50,
        "reason": "not_as_declared"});
    let weighed = cast.receiver.post(&gate, &reading).await.is(200);
    assert_eq!(*weighed.get("/within_tolerance"), json!(true));
    let refused: f64 = weighed
        .get("/split")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["refused_kg"].as_f64().unwrap())
        .sum();
    assert!((refused - 50.0).abs() < 1e-9, "{}", weighed.shown());
    let round = cast.receiver.get(&path).await.ok();
    assert_eq!(round.str("/stops/0/manifest_status"), "partly_accepted");
}

#[tokio::test]
async fn steps_are_refused_out_of_their_order_and_to_others() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    let reading = json!({"gross_kg": 8100, "tare_kg": 8000});
    let gate = format!("{path}/weigh-in");
    cast.receiver.post(&gate, &reading).await.is(409).refused_as("illegal_transition");
    cast.carrier.post(&gate, &reading).await.is(403);
    cast.receiver.post(&format!("{path}/stops/1"), &json!({"outcome": "collected"})).await.is(403);
    cast.carrier.post(&format!("{path}/stops/9"), &json!({"outcome": "collected"})).await.is(404);
    let skip = |body: Value| {
        let path = format!("{path}/stops/1");
        async move { cast.carrier.post(&path, &body).await.is(422) }
    };
    skip(json!({"outcome": "skipped"})).await.refused_as("required").at("/reason");
    let early = json!({"outcome": "skipped", "reason": "closed",
        "occurred_at": "2026-11-25T02:06:00Z"});
    skip(early).await.refused_as("not_yet").at("/occurred_at");
    let both = json!({"outcome": "collected", "reason": "closed", "items": [{"line": 1}]});
    skip(both).await.refused_as("invalid_value").at("/reason");
    let twice = json!({"outcome": "collected", "items": [{"line": 1}, {"line": 1}]});
    skip(twice).await.refused_as("items_incomplete").at("/items/1/line");
    town.collect(&path, 1, &json!(100)).await.is(200);
    let cancel = json!({"reason": "other"});
    let late = cast.carrier.post(&format!("{path}/cancel"), &cancel).await;
    late.is(409).refused_as("illegal_transition");
    let nothing = json!({"gross_kg": 8000, "tare_kg": 8000});
    cast.receiver.post(&gate, &nothing).await.is(422).refused_as("mass_balance").at("/tare_kg");
    cast.receiver.post(&gate, &reading).await.is(200);
    let complete = |method: &str| json!({"method": method, "completed_on": "2026-11-25"});
    let done = format!("{path}/complete");
    let wrong = cast.receiver.post(&done, &complete("K4")).await.is(409);
    wrong.refused_as("licence_does_not_cover").at("/method");
    let early = json!({"method": "K1", "completed_on": "2026-11-26"});
    cast.receiver.post(&done, &early).await.is(422).refused_as("not_yet").at("/completed_on");
    cast.receiver.post(&done, &complete("K1")).await.is(200);
    cast.receiver.post(&done, &complete("K1")).await.is(409).refused_as("illegal_transition");
    let late = town.collect(&path, 2, &json!(1)).await;
    late.is(409).refused_as("already_weighed");
}

#[tokio::test]
async fn a_round_that_is_not_driven_is_cancelled_with_its_drafts() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    assert_eq!(world.rows("draft").await, 2);
    let body = json!({"reason": "vehicle"});
    let cancelled = cast.carrier.post(&format!("{path}/cancel"), &body).await.is(200);
    assert_eq!(
        (cancelled.str("/status"), cancelled.str("/cancel_reason")),
        ("cancelled", "vehicle")
    );
    world.has_no_rows_in(&["draft", "manifest", "serial"]).await;
    town.collect(&path, 1, &json!(1)).await.is(409).refused_as("illegal_transition");
}

/// Another truck takes over: what is collected from there on leaves with it.
#[tokio::test]
async fn another_vehicle_takes_over() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    town.collect(&path, 1, &json!(10)).await.is(200);
    let second = json!({"organisation_id": cast.carrier_id, "plate": "新A54321", "kind": "厢式车",
        "classes": ["kitchen"]});
    let second = cast.corps.post("/vehicles", &second).await.ok().id();
    let third = json!({"organisation_id": cast.carrier_id, "plate": "新A54322", "kind": "厢式车",
        "classes": ["hazardous"]});
    let third = cast.corps.post("/vehicles", &third).await.ok().id();
    let wrong = cast.carrier.patch(&path, &json!({"vehicle_id": third})).await;
    wrong.is(409).refused_as("carrier_not_allowed").at("/vehicle_id");
    let changed = cast.carrier.patch(&path, &json!({"vehicle_id": second})).await.is(200);
    assert_eq!(changed.str("/plate"), "新A54321");
    let same = cast.carrier.patch(&path, &json!({})).await.is(200);
    assert_eq!(same.version(), changed.version());
    let stop = town.collect(&path, 2, &json!(10)).await.is(200);
    let manifest = cast.carrier.get(&format!("/manifests/{}", stop.str("/manifest_id"))).await.ok();
    assert_eq!(manifest.str("/legs/0/plate"), "新A54321");
}

/// Two change the vehicle at once: who names the version that he saw is told that it is past; who
/// names none is the later one, and both are in the journal.
#[tokio::test]
async fn two_who_change_a_round_at_once_do_not_undo_each_other_unseen() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 1000).await;
    let cast = &town.cast;
    let path = town.kitchen(&json!(100)).await;
    let mut vehicles = Vec::new();
    for plate in ["新A54321", "新A54322", "新A54323", "新A54324"] {
        let vehicle = json!({"organisation_id": cast.carrier_id, "plate": plate, "kind": "厢式车",
            "classes": ["kitchen"]});
        vehicles.push(cast.corps.post("/vehicles", &vehicle).await.ok().id());
    }
    let version = cast.carrier.get(&path).await.ok().version();
    let patch = |n: usize, seen: Option<i64>| {
        let call =
            cast.carrier.call(Method::PATCH, &path).json(&json!({"vehicle_id": vehicles[n]}));
        match seen {
            Some(version) => call.if_match(version).send(),
            None => call.send(),
        }
    };
    let (one, other) = futures_util::join!(patch(0, Some(version)), patch(1, Some(version)));
    let (done, late) = if one.status == 200 { (one, other) } else { (other, one) };
    late.is(412).refused_as("stale_version");
    assert_eq!(done.is(200).version(), version + 1);
    let (one, other) = futures_util::join!(patch(2, None), patch(3, None));
    let (one, other) = (one.is(200), other.is(200));
    let mut versions = [one.version(), other.version()];
    versions.sort_unstable();
    assert_eq!(versions, [version + 2, version + 3]);
    let last = if one.version() > other.version() { one } else { other };
    let stands = cast.carrier.get(&path).await.ok();
    assert_eq!(stands.str("/vehicle_id"), last.str("/vehicle_id"));
    assert_eq!(stands.version(), version + 3);
}
