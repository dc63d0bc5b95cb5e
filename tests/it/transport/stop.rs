//! Stops, and loads that change vehicles.

use serde_json::{Value, json};

use super::{Carrier, Way, gap, gaps, once_each};
use crate::support::Answer;

fn on_board(answer: &Answer) -> Vec<(String, Value)> {
    let all = answer.get("/on_board").as_array().unwrap().iter();
    all.map(|one| (one["plate"].as_str().unwrap().to_owned(), one["mass_kg"].clone())).collect()
}

#[tokio::test]
async fn a_stop_is_noted_and_changes_nothing() {
    let way = Way::new().await;
    let body = json!({"kind": "stop", "reason": "other", "reason_text": "加油",
        "location": {"lon": 81.3, "lat": 40.6}});
    let stopped = way.carrier("stops", &body).await.ok();
    assert_eq!(stopped.str("/status"), "in_transit");
    assert_eq!(stopped.str("/stops/0/kind"), "stop");
    assert_eq!(stopped.str("/stops/0/reason_text"), "加油");
    assert_eq!(*stopped.get("/stops/0/location/lat"), json!(40.6));
    assert_eq!(on_board(&stopped), [("新A12345".to_owned(), json!(100))]);
    assert_eq!(gaps(&stopped), [gap("depart", "producer", "low")]);
    for (field, value) in [
        ("to_vehicle_id", json!(way.cast.vehicle)),
        ("from_vehicle_id", json!(way.cast.vehicle)),
        ("to_driver_id", json!(way.cast.driver)),
        ("remaining_kg", json!(1)),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let wrong = way.carrier("stops", &wrong).await.is(422).refused_as("invalid_value");
        wrong.at(&format!("/{field}"));
    }
    let path = way.path("stops");
    for client in [&way.cast.producer, &way.cast.receiver, &way.cast.corps] {
        client.post(&path, &body).await.is(403);
    }
    way.cast.stranger.post(&path, &body).await.is(404);
    once_each(&way.cast.carrier, &path, &body).await;
}

/// The list of reasons is for refusing, skipping, cancelling and amending; why a truck stands still
/// is told in the driver's own words, and they are kept as they came.
#[tokio::test]
async fn a_driver_says_in_his_own_words_why_he_stopped() {
    let way = Way::new().await;
    let why = "312 国道封路，绕行前等待 / pass closed";
    let body = json!({"kind": "stop", "reason": why});
    let stopped = way.carrier("stops", &body).await.ok();
    assert_eq!(
        (stopped.str("/stops/0/reason"), stopped.get("/stops/0/reason_text")),
        (why, &Value::Null)
    );
    let events = way.cast.producer.get(&way.path("events")).await.ok();
    assert_eq!(events.str("/data/2/data/reason"), why);
    for (wrong, code) in [
        (json!(" "), "too_short"),
        (json!("长".repeat(501)), "too_long"),
        (json!(null), "required"),
        (json!(7), "wrong_type"),
    ] {
        let refused = way.carrier("stops", &json!({"kind": "stop", "reason": wrong})).await;
        refused.is(422).refused_as(code).at("/reason");
    }
}

/// The whole load goes over: the first vehicle is out of it.
#[tokio::test]
async fn a_broken_truck_gives_all_of_its_load_to_another() {
    let way = Way::new().await;
    let second = super::vehicle(&way.cast.corps, &way.cast.carrier_id, "新A22222").await;
    let driver = super::driver(&way.cast.corps, &way.cast.carrier_id).await;
    let body = json!({"kind": "transship", "reason": "damaged", "to_vehicle_id": second,
        "to_driver_id": driver});
    let over = way.carrier("stops", &body).await.ok();
    assert_eq!(on_board(&over), [("新A22222".to_owned(), json!(100))]);
    assert_eq!(over.str("/on_board/0/driver_id"), driver);
    assert_eq!(*over.get("/stops/0/moved_kg"), json!(100));
    assert_eq!(*over.get("/stops/0/remaining_kg"), json!(0));
    // A second person of the carrier's is to sign.
    assert_eq!(gaps(&over), [gap("depart", "producer", "low"), gap("stop", "carrier", "low")]);
    let event = way.cast.producer.get(&way.path("events")).await.ok();
    assert_eq!(*event.get("/data/2/kind"), json!("stopped"));
    assert_eq!(*event.get("/data/2/data/remaining_g"), json!(0));
    let again = way.carrier("stops", &body).await.is(422).refused_as("invalid_value");
    again.at("/to_vehicle_id");
}

/// A part goes over, more goes over, one truck is emptied, some is lost: the masses on the vehicles
/// add up to what is on its way throughout.
#[tokio::test]
async fn parts_of_a_load_ride_on_several_vehicles_and_add_up() {
    let way = Way::new().await;
    let corps = &way.cast.corps;
    let second = super::vehicle(corps, &way.cast.carrier_id, "新A22222").await;
    let third = super::vehicle(corps, &way.cast.carrier_id, "新A33333").await;
    let transship = async |change: Value| {
        let mut body = json!({"kind": "transship", "reason": "vehicle"});
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        way.carrier("stops", &body).await
    };
    let on = |plates: &[(&str, i64)]| -> Vec<(String, Value)> {
        plates.iter().map(|(plate, kg)| ((*plate).to_owned(), json!(kg))).collect()
    };
    let part = transship(json!({"to_vehicle_id": second, "remaining_kg": 60})).await.ok();
    assert_eq!(on_board(&part), on(&[("新A12345", 60), ("新A22222", 40)]));
    // From the second vehicle, a part of its part.
    let from = json!({"from_vehicle_id": second, "to_vehicle_id": third, "remaining_kg": 10});
    let part = transship(from).await.ok();
    assert_eq!(on_board(&part), on(&[("新A12345", 60), ("新A22222", 10), ("新A33333", 30)]));
    // What is lost is lost from the vehicle that it happened to.
    let spill = json!({"kind": "spill", "note": "渗漏", "vehicle_id": third,
        "items": [{"line": 1, "lost_kg": 5}]});
    let spilt = way.carrier("incidents", &spill).await.ok();
    assert_eq!(on_board(&spilt), on(&[("新A12345", 60), ("新A22222", 10), ("新A33333", 25)]));
    let too_much = json!({"kind": "spill", "note": "渗漏", "vehicle_id": second,
        "items": [{"line": 1, "lost_kg": 11}]});
    way.carrier("incidents", &too_much).await.is(422).refused_as("mass_balance").at("/vehicle_id");
    // The first truck is emptied onto the third, which carries the rest from now on.
    let rest = transship(json!({"to_vehicle_id": third})).await.ok();
    assert_eq!(on_board(&rest), on(&[("新A33333", 85), ("新A22222", 10)]));
    let wrong = transship(json!({"to_vehicle_id": second, "remaining_kg": 85})).await.is(422);
    wrong.refused_as("mass_balance").at("/remaining_kg");
    let gone = json!({"from_vehicle_id": way.cast.vehicle, "to_vehicle_id": second});
    let gone = transship(gone).await.is(422);
    gone.refused_as("unknown_reference").at("/from_vehicle_id");
    // One arrival and one receipt for all of it.
    way.carrier("arrive", &json!({})).await.ok();
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 95, "refused_kg": 0}]});
    let received = way.cast.receiver.post(&way.path("receive"), &body).await.ok();
    assert_eq!(*received.get("/receipt/items/0/difference_kg"), json!(0));
    assert_eq!(*received.get("/items/0/lost_kg"), json!(5));
}

#[tokio::test]
async fn the_new_vehicle_is_the_carriers_own_and_allowed() {
    let way = Way::new().await;
    let corps = &way.cast.corps;
    let other = Carrier::new(&way.world, corps, 1).await;
    let body = json!({"kind": "transship", "reason": "vehicle"});
    way.carrier("stops", &body).await.is(422).refused_as("required").at("/to_vehicle_id");
    let try_vehicle = async |vehicle: &str| {
        let mut body = body.clone();
        body["to_vehicle_id"] = json!(vehicle);
        way.carrier("stops", &body).await
    };
    let foreign = try_vehicle(&other.vehicle).await.is(422).refused_as("unknown_reference");
    foreign.at("/to_vehicle_id");
    let kitchen = json!({"organisation_id": way.cast.carrier_id, "plate": "新A77777",
        "kind": "厢式车", "classes": ["kitchen"]});
    let kitchen = corps.post("/vehicles", &kitchen).await.ok().id();
    let wrong = try_vehicle(&kitchen).await.is(409).refused_as("carrier_not_allowed");
    wrong.at("/to_vehicle_id");
    let own = super::vehicle(corps, &way.cast.carrier_id, "新A22222").await;
    let foreign = json!({"kind": "transship", "reason": "vehicle", "to_vehicle_id": own,
        "to_driver_id": other.driver, "remaining_kg": 100});
    let foreign = way.carrier("stops", &foreign).await.is(422);
    foreign.tells("unknown_reference", "/to_driver_id").tells("mass_balance", "/remaining_kg");
    corps.patch(&format!("/vehicles/{own}"), &json!({"status": "suspended"})).await.ok();
    try_vehicle(&own).await.is(409).refused_as("right_withdrawn").at("/to_vehicle_id");
    // An own vehicle is good even where the carrier's right was withdrawn meanwhile: a broken truck
    // must be unloaded.
    let another = super::vehicle(corps, &way.cast.carrier_id, "新A33333").await;
    let carrier = format!("/organisations/{}", way.cast.carrier_id);
    corps.patch(&carrier, &json!({"status": "suspended"})).await.ok();
    try_vehicle(&another).await.ok();
}

/// What rides on several vehicles comes together again on the next carrier's one.
#[tokio::test]
async fn a_hand_over_takes_all_of_it() {
    let way = Way::new().await;
    let second = super::vehicle(&way.cast.corps, &way.cast.carrier_id, "新A22222").await;
    let part = json!({"kind": "transship", "reason": "vehicle", "to_vehicle_id": second,
        "remaining_kg": 99.999});
    let part = way.carrier("stops", &part).await.ok();
    assert_eq!(*part.get("/on_board/1/mass_kg"), json!(0.001));
    let next = Carrier::new(&way.world, &way.cast.corps, 1).await;
    let over = way.carrier("hand-over", &json!({"to_leg": next.leg()})).await.ok();
    assert_eq!(on_board(&over), [("新B12341".to_owned(), json!(100))]);
    let stop = json!({"kind": "stop", "reason": "other"});
    way.carrier("stops", &stop).await.is(403);
    next.client.post(&way.path("stops"), &stop).await.ok();
}

/// Less is on the way than was thought, and less than the second vehicle was told to have.
#[tokio::test]
async fn parts_add_up_when_the_load_is_amended() {
    let way = Way::new().await;
    let second = super::vehicle(&way.cast.corps, &way.cast.carrier_id, "新A22222").await;
    let part = json!({"kind": "transship", "reason": "vehicle", "to_vehicle_id": second,
        "remaining_kg": 60});
    way.carrier("stops", &part).await.ok();
    let correct = async |kg: i64| {
        let body = json!({"changes": {"items": [{"line": 1, "mass_kg": kg}]},
            "reason": "wrong_data"});
        way.cast.corps.post(&way.path("amendments"), &body).await.is(201);
        let seen = way.cast.carrier.get(&format!("/manifests/{}", way.id)).await.ok();
        on_board(&seen).into_iter().map(|(_, kg)| kg).collect::<Vec<_>>()
    };
    assert_eq!(correct(70).await, [json!(30), json!(40)]);
    assert_eq!(correct(35).await, [json!(0), json!(35)]);
    assert_eq!(correct(100).await, [json!(65), json!(35)]);
}
