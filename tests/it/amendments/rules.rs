//! What may be amended, by whom, and what is closed by which step.

use serde_json::{Value, json};

use super::{amended, approve, kinds, mass, propose, reject, stage};
use crate::support::{Answer, Cast, Client};

async fn second_driver(cast: &Cast) -> String {
    let driver = json!({"organisation_id": cast.carrier_id, "name": "李四",
        "phone": "13900000001", "licence_no": "659002198501010002",
        "licence_valid_to": "2028-12-31"});
    cast.corps.post("/drivers", &driver).await.ok().id()
}

fn driver(id: &str) -> Value {
    json!({"legs": [{"n": 1, "driver_id": id}]})
}

async fn refused(by: &Client, path: &str, changes: Value) -> Answer {
    let answer = propose(by, path, changes).await;
    assert!(answer.status >= 400, "{}", answer.shown());
    answer
}

#[tokio::test]
async fn what_cannot_be_changed_is_named_at_its_place() {
    let (_world, cast, path) = stage(1000).await;
    let by = &cast.producer;
    for (changes, code, at) in [
        (json!({"stream": "medical"}), "unknown_field", "/changes/stream"),
        (
            json!({"producer_site_id": cast.producer_site}),
            "unknown_field",
            "/changes/producer_site_id",
        ),
        (
            json!({"items": [{"line": 2, "mass_kg": 1}]}),
            "unknown_reference",
            "/changes/items/0/line",
        ),
        (
            json!({"items": [{"line": 1, "produce": true}]}),
            "unknown_field",
            "/changes/items/0/produce",
        ),
        (
            json!({"items": [{"line": 1, "mass_kg": 1.0001}]}),
            "too_many_decimals",
            "/changes/items/0/mass_kg",
        ),
        (json!({"items": [{"line": 1, "mass_kg": null}]}), "required", "/changes/items/0/mass_kg"),
        (
            json!({"items": [{"line": 1, "hazards": ["C"]}]}),
            "hazard_mismatch",
            "/changes/items/0/hazards",
        ),
        (
            json!({"items": [{"line": 1, "name": "a"}, {"line": 1, "name": "b"}]}),
            "invalid_value",
            "/changes/items/1/line",
        ),
        (json!({"legs": [{"n": 2, "via": "x"}]}), "unknown_reference", "/changes/legs/0/n"),
        (driver(&cast.licence), "unknown_reference", "/changes/legs/0/driver_id"),
        (
            json!({"receiver_site_id": cast.licence}),
            "unknown_reference",
            "/changes/receiver_site_id",
        ),
        (json!({}), "invalid_value", "/changes"),
        (mass(100), "invalid_value", "/changes"),
    ] {
        let answer = refused(by, &path, changes).await.is(422);
        assert!(answer.json["errors"][0]["code"] == code, "{code}: {}", answer.shown());
        answer.tells(code, at);
    }
    let unreasoned = json!({"changes": mass(90)});
    let answer = by.post(&format!("{path}/amendments"), &unreasoned).await;
    answer.is(422).refused_as("required").at("/reason");
    assert_eq!(kinds(by, &path).await, ["filed"]);
}

/// A leg is the producer's and its carrier's matter, the load the producer's and the receiver's:
/// whoever proposes, all the others whose matter it is are asked.
#[tokio::test]
async fn all_whose_matter_it_is_are_asked() {
    let (_world, cast, path) = stage(1000).await;
    let other = second_driver(&cast).await;
    let parties = |answer: &Answer| -> Vec<String> {
        let needs = answer.get("/needs").as_array().unwrap().iter();
        needs.map(|need| need["party"].as_str().unwrap().to_owned()).collect()
    };
    let proposed = propose(&cast.producer, &path, driver(&other)).await.is(201);
    assert_eq!(parties(&proposed), ["carrier"]);
    approve(&cast.receiver, &path, 1).await.is(403);
    approve(&cast.carrier, &path, 1).await.is(200);
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(now.str("/legs/0/driver_id"), other);

    let both = json!({"items": [{"line": 1, "mass_kg": 90}],
        "legs": [{"n": 1, "driver_id": cast.driver}]});
    let proposed = propose(&cast.producer, &path, both).await.is(201);
    assert_eq!(parties(&proposed), ["receiver", "carrier"]);
    let first = approve(&cast.carrier, &path, 2).await.is(200);
    assert_eq!(first.str("/status"), "proposed");
    assert_eq!(*first.get("/approved_by"), json!(["carrier"]));
    assert_eq!(parties(&first), ["receiver"]);
    approve(&cast.carrier, &path, 2).await.is(409).refused_as("already_decided");
    assert_eq!(*cast.producer.get(&path).await.ok().get("/items/0/mass_kg"), 100);
    assert_eq!(approve(&cast.receiver, &path, 2).await.is(200).str("/status"), "approved");
    assert_eq!(*cast.producer.get(&path).await.ok().get("/items/0/mass_kg"), 90);

    let proposed = propose(&cast.carrier, &path, mass(95)).await.is(201);
    assert_eq!(parties(&proposed), ["producer", "receiver"]);
    approve(&cast.producer, &path, 3).await.is(200);
    assert_eq!(reject(&cast.receiver, &path, 3).await.is(200).str("/status"), "rejected");
    assert_eq!(*cast.producer.get(&path).await.ok().get("/items/0/mass_kg"), 90);
}

#[tokio::test]
async fn several_wait_side_by_side_but_not_for_the_same_field() {
    let (_world, cast, path) = stage(1000).await;
    propose(&cast.producer, &path, mass(90)).await.is(201);
    let other = refused(&cast.receiver, &path, mass(95)).await.is(409);
    let other = other.refused_as("amendment_open").at("/changes/items/0/mass_kg");
    assert_eq!(*other.get("/amendment"), 1);
    propose(&cast.receiver, &path, json!({"note": "门卫室取单"})).await.is(201);
    // Who has made a slip in a proposal proposes again: the first one is over.
    propose(&cast.producer, &path, mass(85)).await.is(201);
    let all = cast.carrier.get(&format!("{path}/amendments")).await.ok();
    let states: Vec<&str> = all
        .get("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["expired", "proposed", "proposed"]);
    assert_eq!(*all.get("/data/0/expired_by"), "superseded");
    approve(&cast.receiver, &path, 1).await.is(409).refused_as("already_decided");
    approve(&cast.receiver, &path, 3).await.is(200);
    approve(&cast.producer, &path, 2).await.is(200);
    let now = cast.carrier.get(&path).await.ok();
    assert_eq!((now.get("/items/0/mass_kg"), now.str("/note")), (&json!(85), "门卫室取单"));
    amended(&cast, &path, json!({"note": null, "items": [{"line": 1, "un_number": "UN1993"}]}))
        .await;
    let now = cast.carrier.get(&path).await.ok();
    assert_eq!((now.str("/note"), now.str("/items/0/un_number")), ("", "UN1993"));
    amended(&cast, &path, json!({"items": [{"line": 1, "un_number": null}]})).await;
    assert!(cast.carrier.get(&path).await.ok().get("/items/0/un_number").is_null());
}

/// A departure makes a fact of who drives: nobody agrees that anew, and what waits for it is over.
#[tokio::test]
async fn a_step_closes_what_it_makes_a_fact() {
    let (_world, cast, path) = stage(1000).await;
    let other = second_driver(&cast).await;
    propose(&cast.producer, &path, driver(&other)).await.is(201);
    propose(&cast.producer, &path, mass(90)).await.is(201);
    let gone = cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    assert_eq!(gone.get("/open_amendments").as_array().unwrap().len(), 1);
    let all = kinds(&cast.carrier, &path).await;
    assert_eq!(all[3..], ["departed", "amendment_expired"]);
    let over = cast.carrier.get(&format!("{path}/amendments/1")).await.ok();
    assert_eq!((over.str("/status"), over.str("/expired_by")), ("expired", "departed"));
    for (changes, field) in [
        (driver(&other), "legs/0/driver_id"),
        (json!({"planned_departure_on": "2026-11-26"}), "planned_departure_on"),
    ] {
        let sealed = refused(&cast.producer, &path, changes).await.is(409);
        let sealed = sealed.refused_as("field_sealed").at(&format!("/changes/{field}"));
        assert_eq!(sealed.str("/sealed_by"), "depart");
        assert_eq!(sealed.str("/field"), field.rsplit('/').next().unwrap());
    }
    assert_eq!(approve(&cast.receiver, &path, 2).await.is(200).str("/status"), "approved");
    propose(&cast.producer, &path, mass(80)).await.is(201);
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 90, "refused_kg": 0}]});
    cast.receiver.post(&format!("{path}/receive"), &body).await.ok();
    let all = kinds(&cast.carrier, &path).await;
    assert_eq!(all[all.len() - 2..], ["received", "amendment_expired"]);
    let late = refused(&cast.producer, &path, mass(80)).await.is(409);
    let late = late.refused_as("illegal_transition");
    assert_eq!(*late.get("/manifest_status"), "accepted");
    approve(&cast.receiver, &path, 3).await.is(409).refused_as("already_decided");
}

#[tokio::test]
async fn the_actions_and_the_preflight_tell_who_may_amend() {
    let (world, cast, path) = stage(1000).await;
    let driver = json!({"organisation_id": cast.carrier_id, "login": "wheel",
        "password": crate::support::PASSWORD, "role": "driver"});
    cast.corps.post("/users", &driver).await.ok();
    let wheel = world.log_in("wheel").await;
    for (by, may) in [
        (&cast.producer, true),
        (&cast.carrier, true),
        (&cast.receiver, true),
        (&cast.corps, true),
        (&wheel, false),
    ] {
        let seen = by.get(&path).await.ok();
        let actions = seen.get("/allowed_actions").as_array().unwrap().iter();
        let amends = actions.filter(|action| action["action"] == "amend");
        let fields: Vec<&Value> = amends.map(|action| &action["fields"]).collect();
        let wanted = json!(["changes", "reason", "reason_text"]);
        assert_eq!(fields, if may { vec![&wanted] } else { Vec::new() });
        let tried = by.get(&format!("{path}/preflight?action=amend")).await.ok();
        assert_eq!(*tried.get("/allowed"), may);
    }
    propose(&wheel, &path, mass(90)).await.is(403);
}

/// The table that is served is the one that refuses.
#[tokio::test]
async fn the_seals_are_served_as_data() {
    let (_world, cast, path) = stage(1000).await;
    let told = cast.carrier.get("/catalogue/sealed-fields").await.ok();
    let rows = told.get("/data").as_array().unwrap();
    let row = |stream: &str, path: &str| {
        let mut found = rows.iter().filter(|row| row["stream"] == stream && row["path"] == path);
        found.next().unwrap_or_else(|| panic!("no {path}")).clone()
    };
    let mass = row("hazardous", "items[].mass_kg");
    assert_eq!((&mass["sealed_by"], &mass["amendable_until"]), (&json!("file"), &json!("receive")));
    assert_eq!(mass["consent"], json!(["producer", "receiver"]));
    let plate = row("hazardous", "legs[].plate");
    assert_eq!(
        (&plate["sealed_by"], &plate["amendable_until"]),
        (&json!("depart"), &json!("depart"))
    );
    assert_eq!(plate["consent"], json!(["producer", "carrier"]));
    let number = row("hazardous", "number");
    assert_eq!((&number["amendable_until"], &number["consent"]), (&Value::Null, &json!([])));
    let patch = json!({"items": [{"mass_kg": 1, "department": "x"}], "note": "y",
        "receiver_site_id": cast.receiver_site});
    let refused = cast.producer.patch(&path, &patch).await.is(409);
    let refused = refused.refused_as("illegal_transition");
    assert_eq!(refused.get("/errors").as_array().unwrap().len(), 3, "{}", refused.shown());
    refused.tells("field_sealed", "/items/0/mass_kg").tells("field_sealed", "/receiver_site_id");
    let sealed = |manifest: &Answer, path: &str| {
        manifest.get("/sealed_fields").as_array().unwrap().contains(&json!(path))
    };
    let filed = cast.producer.get(&path).await.ok();
    assert!(sealed(&filed, "items[].mass_kg") && !sealed(&filed, "legs[].plate"));
    let gone = cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    assert!(sealed(&gone, "legs[].plate") && !sealed(&gone, "receive.items[].accepted_kg"));
}

/// What was spilt was part of the load: whoever amends its mass counts that in.
#[tokio::test]
async fn a_load_was_no_less_than_what_was_lost_of_it() {
    let (_world, cast, path) = stage(1000).await;
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let spill =
        |kg: i64| json!({"kind": "spill", "note": "渗漏", "items": [{"line": 1, "lost_kg": kg}]});
    let lose = async |kg: i64| {
        cast.carrier.post(&format!("{path}/incidents"), &spill(kg)).await.ok();
    };
    lose(25).await;
    let less = refused(&cast.producer, &path, mass(24)).await.is(422);
    less.refused_as("mass_balance").at("/changes/items/0/mass_kg");
    propose(&cast.producer, &path, mass(25)).await.is(201);
    lose(5).await;
    approve(&cast.receiver, &path, 1).await.is(422).refused_as("mass_balance");
    propose(&cast.producer, &path, mass(30)).await.is(201);
    approve(&cast.receiver, &path, 2).await.is(200);
}
