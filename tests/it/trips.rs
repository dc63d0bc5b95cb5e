//! Trips: several manifests on one vehicle, with one departure, one arrival and one weighing.

use futures_util::future::join_all;
use liandan::trip::{fold, read_event};
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Method, World};

fn trip(cast: &Cast, manifests: &[String]) -> Value {
    json!({"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle, "driver_id": cast.driver,
        "manifest_ids": manifests})
}

async fn filed(cast: &Cast, masses: &[f64]) -> Vec<String> {
    let mut ids = Vec::new();
    for mass in masses {
        ids.push(cast.filed(&cast.oil(&json!(mass))).await.id());
    }
    ids
}

async fn status(cast: &Cast, id: &str) -> String {
    cast.carrier.get(&format!("/manifests/{id}")).await.ok().str("/status").to_owned()
}

fn grams(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1000.0).round() as i64
}

#[tokio::test]
async fn three_manifests_leave_arrive_and_are_weighed_as_one() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let ids = filed(&cast, &[100.0, 200.5, 33.333]).await;
    let opened = cast.carrier.post("/trips", &trip(&cast, &ids)).await.is(201);
    let path = format!("/trips/{}", opened.id());
    assert_eq!(opened.header("location"), format!("/api/v1{path}"));
    assert_eq!((opened.str("/status"), opened.str("/manifests/1/status")), ("open", "filed"));
    let body = json!({"occurred_at": "2026-11-25T01:00:00Z", "loaded_kg": 334});
    let depart = || {
        let call = cast.carrier.call(Method::POST, &format!("{path}/depart"));
        call.key("d").json(&body).send()
    };
    let early = cast.receiver.post(&format!("{path}/weigh"), &reading(8334)).await;
    early.is(409).refused_as("illegal_transition");
    let events = world.rows("event").await;
    let left = depart().await.is(200);
    assert_eq!((left.str("/status"), left.str("/manifests/2/status")), ("departed", "in_transit"));
    assert_eq!(world.rows("event").await - events, 4);
    assert_eq!(depart().await.is(200).header("idempotent-replayed"), "true");
    let arrived = cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.is(200);
    assert_eq!(arrived.str("/status"), "arrived");
    let weighed = cast.receiver.post(&format!("{path}/weigh"), &reading(8334)).await.is(200);
    assert_eq!(*weighed.get("/net_kg"), json!(334));
    let split = weighed.get("/split").as_array().unwrap();
    let parts: Vec<&Value> = split.iter().map(|share| &share["manifest_id"]).collect();
    assert_eq!(
        parts,
        ids.iter().map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>()
    );
    assert_eq!(split.iter().map(|share| grams(&share["mass_kg"])).sum::<i64>(), 334_000);
    let twice = cast.carrier.post(&format!("{path}/weigh"), &reading(8333)).await;
    twice.is(409).refused_as("already_weighed");
    // It is evidence: no item has changed.
    let manifest = cast.carrier.get(&format!("/manifests/{}", ids[0])).await.ok();
    assert_eq!((manifest.get("/items/0/mass_kg"), manifest.version()), (&json!(100), 3));
    the_row_is_the_fold(&world, &opened.id()).await;
}

fn reading(gross_kg: i64) -> Value {
    json!({"gross_kg": gross_kg, "tare_kg": 8000})
}

async fn the_row_is_the_fold(world: &World, id: &str) {
    let client = world.database.superuser().await;
    let sql = "SELECT body FROM event WHERE subject_id = $1::text::uuid ORDER BY seq";
    let rows = client.query(sql, &[&id]).await.unwrap();
    let bodies: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let stamped: Vec<_> = bodies.iter().map(|body| read_event(body).unwrap()).collect();
    let sql = "SELECT state FROM trip WHERE id = $1::text::uuid";
    let stored: Value = client.query_one(sql, &[&id]).await.unwrap().get(0);
    assert_eq!(serde_json::to_value(fold(&stamped).unwrap().unwrap()).unwrap(), stored);
}

/// What must not ride together is refused over the whole trip, also when it joins later.
#[tokio::test]
async fn what_must_not_ride_together_is_refused() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let oil = cast.filed(&cast.oil(&json!(100))).await.id();
    let food = cast.filed(&cast.kitchen()).await.id();
    let both = cast.carrier.post("/trips", &trip(&cast, &[oil.clone(), food.clone()])).await;
    both.is(409).refused_as("incompatible_wastes").at("/manifest_ids/1");
    let opened =
        cast.carrier.post("/trips", &trip(&cast, std::slice::from_ref(&oil))).await.is(201);
    let join = format!("/trips/{}/manifests", opened.id());
    let refused = cast.carrier.post(&join, &json!({"manifest_ids": [food]})).await;
    refused.is(409).refused_as("incompatible_wastes").at("/manifest_ids/0");
    let more = filed(&cast, &[5.0]).await;
    let joined = cast.carrier.post(&join, &json!({"manifest_ids": more})).await.is(200);
    assert_eq!((joined.version(), joined.get("/manifests").as_array().unwrap().len()), (2, 2));
    world.has_no_rows_in(&["collection_round"]).await;
}

#[tokio::test]
async fn a_trip_names_all_that_is_wrong_with_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let ids = filed(&cast, &[10.0, 20.0, 30.0]).await;
    cast.carrier.post(&format!("/manifests/{}/depart", ids[1]), &json!({})).await.ok();
    let mut body = trip(&cast, &[ids[0].clone(), ids[0].clone(), cast.driver.clone()]);
    body["vehicle_id"] = json!(cast.driver);
    let refused = cast.carrier.post("/trips", &body).await.is(422);
    refused
        .tells("unknown_reference", "/vehicle_id")
        .tells("invalid_value", "/manifest_ids/1")
        .tells("unknown_reference", "/manifest_ids/2");
    let gone = cast.carrier.post("/trips", &trip(&cast, &ids[1..2])).await;
    gone.is(409).refused_as("illegal_transition").at("/manifest_ids/0");
    let kitchen = json!({"organisation_id": cast.carrier_id, "plate": "新A77777", "kind": "厢式车",
        "classes": ["kitchen"]});
    let kitchen = cast.corps.post("/vehicles", &kitchen).await.ok().id();
    let mut body = trip(&cast, &ids[..1]);
    body["vehicle_id"] = json!(kitchen);
    let wrong = cast.carrier.post("/trips", &body).await;
    wrong.is(409).refused_as("carrier_not_allowed").at("/vehicle_id");
    cast.producer.post("/trips", &trip(&cast, &ids[..1])).await.is(422).at("/carrier_id");
    cast.carrier.post("/trips", &trip(&cast, &ids[..1])).await.is(201);
    let again = cast.carrier.post("/trips", &trip(&cast, &[ids[0].clone(), ids[2].clone()])).await;
    again.is(409).refused_as("in_use").at("/manifest_ids/0");
}

/// A manifest rides on one trip, whoever is first; of a trip that is given up it is free again.
#[tokio::test]
async fn a_manifest_rides_on_one_trip_at_most() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let ids = filed(&cast, &[10.0]).await;
    let body = trip(&cast, &ids);
    let answers = join_all((0..6).map(|_| cast.carrier.post("/trips", &body))).await;
    let (won, lost): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 5));
    for answer in lost {
        answer.is(409).refused_as("in_use");
    }
    let path = format!("/trips/{}/cancel", won[0].id());
    let reason = json!({"reason": "vehicle"});
    let stale = cast.carrier.call(Method::POST, &path).if_match(7).json(&reason).send().await;
    stale.is(412).refused_as("stale_version");
    let cancelled = cast.carrier.post(&path, &reason).await.is(200);
    assert_eq!(cancelled.str("/status"), "cancelled");
    assert_eq!(status(&cast, &ids[0]).await, "filed");
    cast.carrier.post("/trips", &body).await.is(201);
}

/// What has left by a call of its own, or was cancelled, does not leave again.
#[tokio::test]
async fn a_trip_leaves_with_what_waits_on_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let ids = filed(&cast, &[10.0, 20.0, 30.0]).await;
    let opened = cast.carrier.post("/trips", &trip(&cast, &ids)).await.is(201);
    let path = format!("/trips/{}", opened.id());
    cast.producer.post(&format!("/manifests/{}/depart", ids[0]), &json!({})).await.ok();
    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("/manifests/{}/cancel", ids[1]), &cancel).await.ok();
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.is(200);
    let mut states = Vec::new();
    for id in &ids {
        states.push(status(&cast, id).await);
    }
    assert_eq!(states, ["in_transit", "cancelled", "in_transit"]);
    let weighed = cast.carrier.post(&format!("{path}/weigh"), &reading(8040)).await.is(200);
    assert_eq!(weighed.get("/split").as_array().unwrap().len(), 2);
    let future = json!({"occurred_at": "2026-11-25T03:00:00Z"});
    let early = cast.carrier.post(&format!("{path}/arrive"), &future).await;
    early.is(422).refused_as("not_yet").at("/occurred_at");
    let nowhere = json!({"receiver_site_id": cast.producer_site});
    let wrong = cast.carrier.post(&format!("{path}/arrive"), &nowhere).await;
    wrong.is(422).refused_as("unknown_reference").at("/receiver_site_id");
    cast.carrier.post(&format!("{path}/arrive"), &json!({})).await.is(200);
    let twice = cast.carrier.post(&format!("{path}/arrive"), &json!({})).await;
    twice.is(409).refused_as("illegal_transition");
}

/// Those who are a party to one manifest see nothing of the others on the truck.
#[tokio::test]
async fn each_party_sees_its_own_manifests_alone() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let me = cast.stranger.get("/me").await.ok();
    let other = me.str("/organisation/id");
    let site = json!({"organisation_id": other, "name": "x", "kind": "production",
        "division": "01", "region_code": "659002"});
    let site = cast.stranger.post("/sites", &site).await.ok().id();
    let mut foreign = cast.oil(&json!(77));
    foreign["producer_site_id"] = json!(site);
    foreign["items"][0]["produce"] = json!(true);
    let foreign = cast.stranger.post("/manifests", &foreign).await.is(201).id();
    let own = filed(&cast, &[11.0]).await;
    let all = [own[0].clone(), foreign.clone()];
    let path =
        format!("/trips/{}", cast.carrier.post("/trips", &trip(&cast, &all)).await.is(201).id());
    cast.carrier.post(&format!("{path}/depart"), &json!({"loaded_kg": 88.5})).await.is(200);
    cast.carrier.post(&format!("{path}/weigh"), &reading(8089)).await.is(200);
    for (client, mine, theirs) in
        [(&cast.producer, &own[0], &foreign), (&cast.stranger, &foreign, &own[0])]
    {
        let seen = client.get(&path).await.is(200);
        assert_eq!(seen.get("/manifests").as_array().unwrap().len(), 1);
        assert_eq!(seen.str("/manifests/0/manifest_id"), mine);
        for secret in [theirs.as_str(), "88.5", "8089"] {
            assert!(!seen.text.contains(secret), "{secret}: {}", seen.shown());
        }
        let changes = client.get("/changes?limit=500").await.ok();
        let changes = changes.get("/data").as_array().unwrap();
        let of_trips: Vec<&Value> =
            changes.iter().filter(|one| one["subject"]["kind"] == "trip").collect();
        assert_eq!(of_trips.len(), 3);
        assert!(!serde_json::to_string(&of_trips).unwrap().contains(theirs.as_str()));
        let listed = client.get(&format!("/trips?manifest_id={mine}")).await.is(200);
        assert_eq!(listed.get("/data").as_array().unwrap().len(), 1);
    }
    let whole = cast.receiver.get(&path).await.is(200);
    assert_eq!(whole.get("/manifests").as_array().unwrap().len(), 2);
    assert_eq!(*whole.get("/weighings/0/net_kg"), json!(89));
}

/// A filing may join a trip that is being loaded, in the same commit; what rides there already is
/// judged with it.
#[tokio::test]
async fn a_filing_joins_an_open_trip() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let ids = filed(&cast, &[10.0]).await;
    let opened = cast.carrier.post("/trips", &trip(&cast, &ids)).await.is(201);
    let onto = |mut body: Value| {
        body["trip_id"] = opened.get("/id").clone();
        body
    };
    let joined = cast.filed(&onto(cast.oil(&json!(20)))).await;
    assert_eq!(joined.get("/trip_id"), opened.get("/id"));
    let path = format!("/trips/{}", opened.id());
    let now = cast.carrier.get(&path).await.ok();
    assert_eq!((now.version(), now.get("/manifests").as_array().unwrap().len()), (2, 2));
    let food = cast.producer.post("/manifests", &onto(cast.kitchen())).await;
    food.is(409).refused_as("incompatible_wastes").at("/items/0");
    let mut elsewhere = cast.oil(&json!(1));
    elsewhere["trip_id"] = json!(cast.driver);
    let unknown = cast.producer.post("/manifests", &elsewhere).await;
    unknown.is(422).refused_as("unknown_reference").at("/trip_id");
    // A draft joins it when it is filed, and not before.
    let mut draft = onto(cast.oil(&json!(1)));
    draft["draft"] = json!(true);
    let draft = cast.producer.post("/manifests", &draft).await.is(201).id();
    assert_eq!(cast.carrier.get(&path).await.ok().version(), 2);
    let foreseen = cast.producer.get(&format!("/manifests/{draft}/preflight?action=file")).await;
    assert_eq!(foreseen.ok().get("/errors"), &json!([]));
    let filed = cast.producer.post(&format!("/manifests/{draft}/file"), &json!({})).await;
    assert_eq!(filed.is(201).get("/trip_id"), opened.get("/id"));
    assert_eq!(cast.carrier.get(&path).await.ok().version(), 3);
    // As do lines of a bulk request, one after the other.
    let line = |n: u32| {
        let mut body = onto(cast.oil(&json!(1)));
        body["external_id"] = json!(format!("line-{n}"));
        format!("{body}\n")
    };
    let lines: String = (0..12).map(line).chain([onto(cast.kitchen()).to_string()]).collect();
    for _again in 0..2 {
        let call = cast.producer.call(Method::POST, "/manifests/bulk");
        let answers = call.raw("application/x-ndjson", lines.clone()).send().await.is(200);
        let answers: Vec<Value> =
            answers.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(answers[..12].iter().all(|one| one["status"] == 201), "{answers:#?}");
        assert_eq!(answers[12]["problem"]["code"], "incompatible_wastes");
    }
    let now = cast.carrier.get(&path).await.ok();
    assert_eq!((now.version(), now.get("/manifests").as_array().unwrap().len()), (15, 15));
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.is(200);
    let gone = cast.producer.post("/manifests", &onto(cast.oil(&json!(1)))).await;
    gone.is(409).refused_as("illegal_transition");
    assert_eq!(status(&cast, &joined.id()).await, "in_transit");
}
