//! One carrier gives the load to the next.

use serde_json::{Value, json};

use super::{Carrier, Way, departed, gap, gaps, once_each};
use crate::support::{Answer, Cast, Client, World};

async fn two_carriers() -> (World, Cast, Carrier) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let second = Carrier::new(&world, &cast.corps, 1).await;
    (world, cast, second)
}

/// A filing whose second leg is another carrier's.
fn planned(cast: &Cast, second: &Carrier) -> Value {
    let mut body = cast.oil(&json!(100));
    body["legs"].as_array_mut().unwrap().push(second.leg());
    body
}

fn current(answer: &Answer) -> Vec<i64> {
    let legs = answer.get("/legs").as_array().unwrap().iter();
    legs.filter(|leg| leg["current"] == true).map(|leg| leg["n"].as_i64().unwrap()).collect()
}

fn open_actions(answer: &Answer) -> Vec<&str> {
    let all = answer.get("/allowed_actions").as_array().unwrap().iter();
    all.map(|one| one["action"].as_str().unwrap()).collect()
}

async fn listed(client: &Client, query: &str, id: &str) -> bool {
    let list = client.get(&format!("/manifests?{query}")).await.ok();
    let data = list.get("/data").as_array().unwrap();
    data.iter().filter(|one| one["id"] == id).count() == 1
}

/// The next planned leg begins, with the vehicle that came; the taking carrier arrives.
#[tokio::test]
async fn a_planned_leg_is_taken_over_by_its_carrier() {
    let (_world, cast, second) = two_carriers().await;
    let id = departed(&cast, &planned(&cast, &second)).await;
    let path = |tail: &str| format!("/manifests/{id}/{tail}");
    let other = super::vehicle(&cast.corps, &second.id, "新B99999").await;
    let mut leg = second.leg();
    leg["vehicle_id"] = json!(other);
    // The taking carrier may call as well.
    let over = second.client.post(&path("hand-over"), &json!({"to_leg": leg})).await.ok();
    assert_eq!(over.str("/status"), "in_transit");
    assert_eq!(current(&over), [2]);
    assert_eq!(over.str("/legs/1/plate"), "新B99999");
    assert_eq!(*over.get("/legs/1/planned"), json!(true));
    assert_eq!(over.str("/on_board/0/vehicle_id"), other);
    assert_eq!(*over.get("/on_board/0/mass_kg"), json!(100));
    let unsigned = [gap("depart", "producer", "low"), gap("hand_over", "carrier", "low")];
    assert_eq!(gaps(&over), unsigned);
    assert_eq!(*over.get("/gaps/1/organisation_id"), json!(cast.carrier_id));
    assert_eq!(*over.get("/gaps/1/seq"), json!(2));
    // Whoever has given it away neither stops nor arrives.
    let seen = cast.carrier.get(&path("")[..path("").len() - 1]).await.ok();
    assert_eq!(open_actions(&seen), ["hand_over", "incident", "amend"]);
    assert_eq!(open_actions(&over), ["hand_over", "stop", "incident", "arrive", "amend"]);
    cast.carrier.post(&path("arrive"), &json!({})).await.is(403);
    let arrived = second.client.post(&path("arrive"), &json!({})).await.ok();
    assert_eq!(gaps(&arrived), unsigned);
    let events = cast.producer.get(&path("events")).await.ok();
    let over = &events.get("/data/2");
    assert_eq!(over["kind"], "handed_over");
    assert_eq!(over["data"]["to_leg"]["vehicle_id"], json!(other));
}

/// A carrier that nobody had planned becomes a party at the hand-over, and not before.
#[tokio::test]
async fn an_added_carrier_sees_it_from_the_hand_over_on() {
    let (world, cast, second) = two_carriers().await;
    let body = cast.oil(&json!(100));
    let filed = cast.filed(&body).await;
    let (id, number) = (filed.id(), filed.str("/number").to_owned());
    let path = |tail: &str| format!("/manifests/{id}{tail}");
    cast.carrier.post(&path("/depart"), &json!({})).await.ok();
    let after = cast.corps.get("/changes?limit=500").await.ok();
    let after = after.get("/next_after").as_i64().unwrap();
    let body = json!({"to_leg": second.leg()});
    for call in ["", "/events", "/preflight?action=stop"] {
        second.client.get(&path(call)).await.is(404);
    }
    second.client.post(&path("/hand-over"), &body).await.is(404);
    assert!(!listed(&second.client, "", &id).await);
    let over = cast.carrier.post(&path("/hand-over"), &body).await.ok();
    assert_eq!(current(&over), [2]);
    assert_eq!(*over.get("/legs/1/planned"), json!(false));
    let seen = second.client.get(&path("")).await.ok();
    assert_eq!(seen.str("/number"), number);
    second.client.get(&format!("/manifests/by-number/{number}")).await.ok();
    let carrier = format!("carrier_id={}", second.id);
    for query in ["", "status=in_transit", &carrier, "waste_code=900-249-08"] {
        assert!(listed(&second.client, query, &id).await, "{query}");
    }
    assert!(listed(&cast.corps, &carrier, &id).await);
    assert!(listed(&cast.corps, &format!("carrier_id={}", cast.carrier_id), &id).await);
    // One item at the joining event, with the whole manifest.
    let changes = second.client.get("/changes?limit=500").await.ok();
    let changes = changes.get("/data").as_array().unwrap();
    let about: Vec<&Value> = changes.iter().filter(|one| one["subject"]["id"] == *id).collect();
    assert_eq!(about.len(), 1, "{about:?}");
    assert_eq!(about[0]["kind"], "handed_over");
    assert!(about[0]["sequence"].as_i64().unwrap() > after);
    assert_eq!(about[0]["resource"]["items"][0]["mass_kg"], json!(100));
    assert_eq!(world.rows("manifest_carrier").await, 1);
    // Back to the first: it is a carrier already, and no leg of it is planned any more.
    let back = json!({"to_leg": {"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
        "driver_id": cast.driver}});
    let back = second.client.post(&path("/hand-over"), &back).await.ok();
    assert_eq!(current(&back), [3]);
    assert_eq!(world.rows("manifest_carrier").await, 1);
}

/// A planned leg is given to another by an amendment: it is that one's from there on.
#[tokio::test]
async fn an_amended_leg_is_its_new_carriers() {
    let (world, cast, second) = two_carriers().await;
    let third = Carrier::new(&world, &cast.corps, 2).await;
    let id = cast.filed(&planned(&cast, &second)).await.id();
    let path = format!("/manifests/{id}/amendments");
    for (n, to, from) in [(1, &third, &second), (2, &second, &third)] {
        let mut leg = to.leg();
        leg["n"] = json!(2);
        let body = json!({"changes": {"legs": [leg]}, "reason": "wrong_data"});
        cast.producer.post(&path, &body).await.is(201);
        let approve = format!("{path}/{n}/approve");
        from.client.post(&approve, &json!({})).await.is(200);
        let carrier = format!("carrier_id={}", to.id);
        for (who, query) in [(&to.client, ""), (&cast.corps, &*carrier)] {
            assert!(listed(who, query, &id).await);
        }
        assert!(!listed(&from.client, "", &id).await);
        assert_eq!(world.rows("manifest_carrier").await, 1);
        assert_eq!(world.rows("manifest_former").await, 1);
        // It was told who has its leg now.
        let changes = from.client.get("/changes?limit=500").await.ok();
        let last = changes.get("/data").as_array().unwrap().last().unwrap();
        assert_eq!(last["kind"], "amendment_approved");
    }
}

/// A later leg's carrier is a party from the filing on.
#[tokio::test]
async fn a_planned_carrier_sees_it_from_the_filing_on() {
    let (_world, cast, second) = two_carriers().await;
    let filed = cast.filed(&planned(&cast, &second)).await;
    let id = filed.id();
    assert!(listed(&second.client, "", &id).await);
    let changes = second.client.get("/changes?limit=500").await.ok();
    let changes = changes.get("/data").as_array().unwrap();
    assert!(changes.iter().any(|one| one["subject"]["id"] == *id && one["kind"] == "filed"));
    // The first leg's carrier departs, and nobody else of them.
    let path = format!("/manifests/{id}/depart");
    second.client.post(&path, &json!({})).await.is(403);
    cast.carrier.post(&path, &json!({})).await.ok();
}

/// Nobody tapped the hand-over: the last carrier arrives all the same, and the gap says so.
#[tokio::test]
async fn a_leg_that_nobody_took_over_is_a_gap_at_arrival() {
    let (_world, cast, second) = two_carriers().await;
    let id = departed(&cast, &planned(&cast, &second)).await;
    let path = format!("/manifests/{id}/arrive");
    let arrived = second.client.post(&path, &json!({})).await.ok();
    let wanted = [gap("depart", "producer", "low"), gap("hand_over", "carrier", "medium")];
    assert_eq!(gaps(&arrived), wanted);
    assert_eq!(arrived.str("/on_board/0/vehicle_id"), second.vehicle);
    assert_eq!(*arrived.get("/gaps/1/organisation_id"), json!(second.id));
}

/// Nobody tapped anything: the receiver has it, and every step is a gap.
#[tokio::test]
async fn a_receipt_alone_shows_all_that_was_skipped() {
    let (_world, cast, second) = two_carriers().await;
    let id = cast.filed(&planned(&cast, &second)).await.id();
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 100, "refused_kg": 0}]});
    let path = format!("/manifests/{id}/receive");
    let received = cast.receiver.post(&path, &body).await.ok();
    let wanted = [
        gap("depart", "carrier", "medium"),
        gap("receive", "carrier", "low"),
        gap("hand_over", "carrier", "medium"),
        gap("arrive", "carrier", "low"),
    ];
    assert_eq!(gaps(&received), wanted);
    assert_eq!(*received.get("/on_board"), json!([]));
}

/// The taking carrier is judged as at filing, and all faults are told at once.
#[tokio::test]
async fn the_taking_leg_is_judged_as_at_filing() {
    let way = Way::new().await;
    let corps = &way.cast.corps;
    let second = Carrier::new(&way.world, corps, 1).await;
    let try_leg = async |change: Value| {
        let mut leg = second.leg();
        for (field, value) in change.as_object().unwrap() {
            leg[field] = value.clone();
        }
        way.carrier("hand-over", &json!({"to_leg": leg})).await
    };
    let foreign = try_leg(json!({"vehicle_id": way.cast.vehicle, "mode": "sled"})).await;
    let foreign = foreign.is(422).refused_as("invalid_value").at("/to_leg/mode");
    foreign.tells("unknown_reference", "/to_leg/vehicle_id");
    let both = json!({"vehicle_id": way.cast.vehicle, "driver_id": way.cast.driver});
    let both = try_leg(both).await.is(422);
    both.tells("unknown_reference", "/to_leg/vehicle_id")
        .tells("unknown_reference", "/to_leg/driver_id");
    let not_a_trailer = try_leg(json!({"trailer_plate": "新B12345"})).await;
    not_a_trailer.is(422).refused_as("plate_invalid").at("/to_leg/trailer_plate");
    let kitchen = json!({"organisation_id": second.id, "plate": "新B77777", "kind": "厢式车",
        "classes": ["kitchen"]});
    let kitchen = corps.post("/vehicles", &kitchen).await.ok().id();
    let wrong_class = try_leg(json!({"vehicle_id": kitchen})).await;
    wrong_class.is(409).refused_as("carrier_not_allowed").at("/to_leg/vehicle_id");
    corps
        .patch(&format!("/organisations/{}", second.id), &json!({"status": "suspended"}))
        .await
        .ok();
    let withdrawn = try_leg(json!({})).await;
    withdrawn.is(409).refused_as("right_withdrawn").at("/to_leg/carrier_id");
    way.carrier("hand-over", &json!({})).await.is(422).refused_as("required").at("/to_leg");
    let signed = json!({"to_leg": second.leg(), "signature": "x"});
    way.carrier("hand-over", &signed).await.is(422).refused_as("wrong_type").at("/signature");
}

/// Only the two say that it changed hands; a driver may, a reader or the other parties may not.
#[tokio::test]
async fn only_the_giving_and_the_taking_carrier_call() {
    let (world, cast, second) = two_carriers().await;
    let third = Carrier::new(&world, &cast.corps, 2).await;
    let mut body = planned(&cast, &second);
    body["legs"].as_array_mut().unwrap().push(third.leg());
    let id = departed(&cast, &body).await;
    let path = format!("/manifests/{id}/hand-over");
    let body = json!({"to_leg": second.leg()});
    // A carrier of it, but neither the one that has it nor the one that takes it.
    third.client.post(&path, &body).await.is(403).refused_as("forbidden");
    cast.producer.post(&path, &body).await.is(403);
    cast.receiver.post(&path, &body).await.is(403);
    cast.corps.post(&path, &body).await.is(403);
    cast.stranger.post(&path, &body).await.is(404);
    super::user(&cast.corps, &second.id, "second-reader", "reader").await;
    world.log_in("second-reader").await.post(&path, &body).await.is(403);
    super::user(&cast.corps, &second.id, "second-driver", "driver").await;
    let driver = world.log_in("second-driver").await;
    let over = driver.post(&path, &body).await.ok();
    assert_eq!(current(&over), [2]);
    let preflight = driver.get(&format!("/manifests/{id}/preflight?action=hand_over")).await.ok();
    assert_eq!(*preflight.get("/allowed"), json!(true), "to the third leg: {}", preflight.text);
    driver
        .post(&format!("/manifests/{id}/stops"), &json!({"kind": "stop", "reason": "other"}))
        .await
        .ok();
}

#[tokio::test]
async fn not_before_departure_and_not_after_arrival() {
    let (_world, cast, second) = two_carriers().await;
    let id = cast.filed(&planned(&cast, &second)).await.id();
    let path = format!("/manifests/{id}/hand-over");
    let body = json!({"to_leg": second.leg()});
    let early = cast.carrier.post(&path, &body).await.is(409).refused_as("illegal_transition");
    assert_eq!(*early.get("/manifest_status"), json!("filed"));
    assert_eq!(*early.get("/allowed_actions"), json!(["depart", "amend"]));
    cast.receiver.post(&format!("/manifests/{id}/arrive"), &json!({})).await.ok();
    cast.carrier.post(&path, &body).await.is(409).refused_as("illegal_transition");
}

#[tokio::test]
async fn the_same_hand_over_twice_is_one() {
    let way = Way::new().await;
    let own = json!({"to_leg": {"carrier_id": way.cast.carrier_id, "vehicle_id": way.cast.vehicle,
        "driver_id": way.cast.driver}});
    once_each(&way.cast.carrier, &way.path("hand-over"), &own).await;
    // Two different at once: both happen, one after the other.
    let second = Carrier::new(&way.world, &way.cast.corps, 1).await;
    let over = json!({"to_leg": second.leg()});
    let path = way.path("hand-over");
    let (one, other) = futures_util::join!(
        way.cast.carrier.post(&path, &over),
        way.cast.carrier.post(&path, &over)
    );
    let mut told = [one.status, other.status];
    told.sort_unstable();
    // The second no longer has the load, nor does it take it.
    assert_eq!(told, [200, 403]);
}

/// Medical waste goes by road, by water with an approval, by rail never: at filing and on the way.
#[tokio::test]
async fn medical_waste_goes_by_road() {
    let (_world, cast, second) = two_carriers().await;
    let filing = async |mode: &str| {
        let mut body = cast.medical();
        body["legs"][0]["mode"] = json!(mode);
        body["items"][0]["produce"] = json!(true);
        cast.producer.post("/manifests", &body).await
    };
    filing("rail").await.is(409).refused_as("carrier_not_allowed").at("/legs/0/mode");
    filing("pipeline").await.is(409).refused_as("carrier_not_allowed").at("/legs/0/mode");
    filing("water").await.is(409).refused_as("approval_required").at("/legs/0/mode");
    let id = filing("road").await.is(201).id();
    cast.carrier.post(&format!("/manifests/{id}/depart"), &json!({})).await.ok();
    let path = format!("/manifests/{id}/hand-over");
    let mut leg = second.leg();
    leg["mode"] = json!("rail");
    let rail = cast.carrier.post(&path, &json!({"to_leg": leg})).await;
    rail.is(409).refused_as("carrier_not_allowed").at("/to_leg/mode");
    leg["mode"] = json!("road");
    cast.carrier.post(&path, &json!({"to_leg": leg})).await.ok();
    // Of other waste no rule says so.
    let mut oil = cast.oil(&json!(10));
    oil["legs"][0]["mode"] = json!("rail");
    cast.filed(&oil).await;
}

/// What was handed over on the way comes with another, and not with the trip that it left on.
#[tokio::test]
async fn a_load_that_was_handed_over_is_off_its_trip() {
    let (_world, cast, next) = two_carriers().await;
    let mut ids = Vec::new();
    for kg in [10, 20] {
        ids.push(cast.filed(&cast.oil(&json!(kg))).await.id());
    }
    let trip = json!({"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
        "driver_id": cast.driver, "manifest_ids": ids});
    let trip = format!("/trips/{}", cast.carrier.post("/trips", &trip).await.is(201).id());
    cast.carrier.post(&format!("{trip}/depart"), &json!({})).await.is(200);
    let over = format!("/manifests/{}/hand-over", ids[1]);
    cast.carrier.post(&over, &json!({"to_leg": next.leg()})).await.is(200);
    let there = cast.carrier.post(&format!("{trip}/arrive"), &json!({})).await.is(200);
    let stand = ["/status", "/manifests/0/status", "/manifests/1/status"].map(|at| there.str(at));
    assert_eq!(stand, ["arrived", "arrived", "in_transit"]);
}
