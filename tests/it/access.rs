//! Who gets to what, on every path: the table has a line for each operation of the API, and each
//! line is tried as nobody, as a stranger, as regulators of elsewhere and as a reader.

mod anomalies;
mod case;
mod custody;
pub mod estate;
mod evidence;
mod histories;
mod planned;
mod records;
mod riding;
mod seen;
mod table;
mod told;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Contract, Method, file};
use case::{Case, Kind};
use estate::{EVERYBODY, Estate};
use seen::seen_by;

/// Every operation.
fn cases() -> impl Iterator<Item = &'static Case> {
    let others = riding::CASES.iter().chain(custody::CASES).chain(evidence::CASES);
    table::CASES
        .iter()
        .chain(others)
        .chain(records::CASES)
        .chain(histories::CASES)
        .chain(planned::CASES)
        .chain(anomalies::CASES)
        .chain(told::CASES)
}

/// Of nothing at all.
const RANDOM: &str = "01a20000-0000-7000-8000-000000000000";

/// The method, and the path with its ids filled in. `id` is the thing's own or another.
fn request(case: &Case, id: &str, number: &str) -> (Method, String) {
    let (method, path) = case.operation.split_once(' ').unwrap();
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let path = path.replace("{id}", id).replace("{manifest_id}", id).replace("{number}", number);
    let path = path.replace("{n}", "1").replace("{seq}", "0").replace("{month}", "2026-11");
    let path = path.replace("{level}", "0").replace("{tile}", "000.p/1");
    let path = path.replace("{sha256}", &file::sha256(&file::png(0)));
    let query = if path.ends_with("/preflight") { "?action=depart" } else { "" };
    (method.parse().unwrap(), format!("{path}{query}"))
}

async fn ask(client: &Client, (method, path): (Method, String), body: Option<&Value>) -> Answer {
    let is_draft = method == Method::PATCH && path.starts_with("/manifests/");
    let call = client.call(method, &path);
    let call = match body {
        Some(body) if path.contains("/manifests/bulk") => {
            call.raw("application/x-ndjson", body.to_string())
        }
        Some(_) if path.contains("/attachments") => call.raw("image/png", file::png(1)),
        Some(body) if is_draft => call.raw("application/merge-patch+json", body.to_string()),
        Some(body) => call.json(body),
        None => call,
    };
    call.send().await
}

fn thing_of<'a>(case: &Case, estate: &'a Estate) -> &'a str {
    match case.kind {
        Kind::One(of) | Kind::Change { of, .. } => estate.thing(of),
        _ => RANDOM,
    }
}

fn body_of(case: &Case, estate: &Estate) -> Option<Value> {
    match &case.kind {
        Kind::Change { body, .. } => Some(serde_json::from_str(&filled(body, estate)).unwrap()),
        Kind::Make { body, .. } => Some(body(estate)),
        _ => case.operation.starts_with("POST").then(|| json!({})),
    }
}

#[test]
fn every_operation_has_its_line_and_every_line_its_operation() {
    let known: Vec<&str> = cases().map(|case| case.operation).collect();
    let lines: BTreeSet<String> = known.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), known.len(), "an operation has two lines");
    for case in cases() {
        if let Kind::Open(why) | Kind::Alike(why) | Kind::Own(why) = case.kind {
            assert!(why.contains(' ') || why == "oneself", "{}: say why", case.operation);
        }
    }
    let operations = Contract::of_this_build().operations();
    let operations: BTreeSet<String> =
        operations.into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    let without: Vec<_> = operations.difference(&lines).collect();
    assert!(without.is_empty(), "without a line: {without:?}");
    let stray: Vec<_> = lines.difference(&operations).collect();
    assert!(stray.is_empty(), "of no operation: {stray:?}");
}

#[tokio::test]
async fn nobody_gets_nothing_that_needs_a_login() {
    let estate = Estate::new().await;
    let before = estate.contents().await;
    let nobody = estate.cast.corps.nobody();
    for case in cases().filter(|case| !matches!(case.kind, Kind::Open(_))) {
        let body = body_of(case, &estate);
        for client in [&nobody, &nobody.with_token("eyJhbGciOiJub25lIn0.e30.")] {
            let path = request(case, thing_of(case, &estate), &estate.number);
            ask(client, path, body.as_ref()).await.is(401).refused_as("unauthorized");
        }
    }
    assert_eq!(estate.contents().await, before, "something was written");
}

#[tokio::test]
async fn what_is_nobodys_own_is_the_same_for_all() {
    let estate = Estate::new().await;
    for case in cases().filter(|case| matches!(case.kind, Kind::Alike(_))) {
        let path = request(case, RANDOM, "");
        let corps = ask(estate.person("corps"), path.clone(), None).await.is(200);
        for name in EVERYBODY {
            let answer = ask(estate.person(name), path.clone(), None).await.is(200);
            assert_eq!(answer.json, corps.json, "{name}: {}", case.operation);
        }
    }
}

/// Another's thing is told exactly as one that never was.
#[tokio::test]
async fn one_thing_is_seen_by_its_own_and_their_regulators_and_by_nobody_else() {
    let estate = Estate::new().await;
    for case in cases() {
        let Kind::One(of) = case.kind else { continue };
        for name in EVERYBODY {
            let client = estate.person(name);
            let there = request(case, estate.thing(of), &estate.number);
            let answer = ask(client, there, None).await;
            if seen_by(of).contains(name) {
                assert_eq!(answer.status, 200, "{name}: {}", answer.shown());
            } else {
                assert_eq!(answer.status, 404, "{name}: {}", answer.shown());
                same_as_of_nothing(client, case, None, answer).await;
            }
        }
    }
}

async fn same_as_of_nothing(client: &Client, case: &Case, body: Option<&Value>, answer: Answer) {
    let nothing = ask(client, request(case, RANDOM, "20266601999999"), body).await;
    let told = |answer: Answer| {
        let mut problem = answer.refused_as("not_found").json;
        problem["request_id"].take();
        problem
    };
    assert_eq!(told(answer), told(nothing), "{}", case.operation);
}

#[tokio::test]
async fn lists_show_what_one_sees_whatever_one_asks_for() {
    let estate = Estate::new().await;
    for case in cases() {
        let Kind::Many(queries) = case.kind else { continue };
        for (of, query) in queries {
            let query = filled(query, &estate);
            for name in EVERYBODY {
                let (_, path) = request(case, RANDOM, "");
                let answer = estate.person(name).get(&format!("{path}?{query}")).await.is(200);
                let wanted = seen_by(of).contains(name);
                let shown = shows(&answer, estate.thing(of));
                assert_eq!(shown, wanted, "{name} ?{query}: {}", answer.shown());
            }
        }
        cursors_open_no_door(case, &estate).await;
    }
}

fn filled(query: &str, estate: &Estate) -> String {
    query
        .replace("{producer}", &estate.cast.producer_id)
        .replace("{carrier}", &estate.cast.carrier_id)
        .replace("{receiver}", estate.thing("organisations"))
        .replace("{producer_site}", &estate.cast.producer_site)
        .replace("{receiver_site}", &estate.cast.receiver_site)
        .replace("{number}", &estate.number)
        .replace("{vehicle}", estate.thing("vehicles"))
        .replace("{driver}", estate.thing("drivers"))
}

fn shows(answer: &Answer, id: &str) -> bool {
    answer.get("/data").as_array().unwrap().iter().any(|one| one["id"] == id)
}

/// Every cursor of the corps' regulator, who sees all, in the hands of a stranger.
async fn cursors_open_no_door(case: &Case, estate: &Estate) {
    let (_, path) = request(case, RANDOM, "");
    let of = path.trim_start_matches('/');
    let mut cursor = String::new();
    loop {
        let page = format!("{path}?limit=1{cursor}");
        let next = estate.person("corps").get(&page).await.is(200);
        let Some(text) = next.get("/next_cursor").as_str() else { return };
        cursor = format!("&cursor={text}");
        let strange = estate.person("stranger").get(&format!("{path}?limit=9{cursor}")).await;
        let found = shows(&strange.is(200), estate.thing(of));
        assert!(!found || seen_by(of).contains(&"stranger"), "{path} {cursor}");
    }
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs_to_change() {
    let estate = Estate::new().await;
    let before = estate.contents().await;
    for case in cases() {
        let Kind::Change { of, may, .. } = case.kind else { continue };
        let body = body_of(case, &estate);
        for name in EVERYBODY.iter().filter(|name| !may.contains(name)) {
            let client = estate.person(name);
            let there = request(case, estate.thing(of), "");
            let answer = ask(client, there, body.as_ref()).await;
            if seen_by(of).contains(name) {
                assert_eq!(answer.status, 403, "{name}: {}", answer.shown());
            } else {
                assert_eq!(answer.status, 404, "{name}: {}", answer.shown());
                same_as_of_nothing(client, case, body.as_ref(), answer).await;
            }
        }
    }
    assert_eq!(estate.contents().await, before, "something was written");
}

#[tokio::test]
async fn nobody_makes_what_is_not_theirs_to_make() {
    let estate = Estate::new().await;
    let before = estate.contents().await;
    for case in cases() {
        let Kind::Make { may, .. } = case.kind else { continue };
        let body = body_of(case, &estate);
        for name in EVERYBODY.iter().filter(|name| !may.contains(name)) {
            let answer = ask(estate.person(name), request(case, "", ""), body.as_ref()).await;
            assert_eq!(answer.status, 403, "{name}: {}", answer.shown());
        }
    }
    assert_eq!(estate.contents().await, before, "something was written");
}

#[tokio::test]
async fn a_question_is_answered_to_those_alone_who_may_ask() {
    let estate = Estate::new().await;
    for case in cases() {
        let Kind::Ask { may, query } = case.kind else { continue };
        let (method, path) = request(case, "", "");
        let mut told: Option<Value> = None;
        for name in EVERYBODY {
            let asked = (method.clone(), format!("{path}?{query}"));
            let mut answer = ask(estate.person(name), asked, None).await;
            let wanted = if may.contains(name) { 200 } else { 403 };
            assert_eq!(answer.status, wanted, "{name}: {}", answer.shown());
            if wanted == 200 {
                // What the caller may do next is the caller's own.
                let manifests = answer.json["manifests"].as_array_mut().into_iter().flatten();
                for one in manifests {
                    one["manifest"]["allowed_actions"] = Value::Null;
                }
                assert_eq!(told.get_or_insert_with(|| answer.json.clone()), &answer.json, "{name}");
            }
        }
    }
}

/// The body is lawful: those who may are let through. (`validate_only`, so that the next may too.)
#[tokio::test]
async fn those_who_may_are_let_through() {
    let estate = Estate::new().await;
    let before = estate.contents().await;
    for case in cases() {
        let (Kind::Make { may, .. } | Kind::Change { may, .. }) = case.kind else { continue };
        let body = body_of(case, &estate);
        for name in may {
            let (method, path) = request(case, thing_of(case, &estate), "");
            let there = (method, format!("{path}?validate_only=true"));
            let answer = ask(estate.person(name), there, body.as_ref()).await;
            // Neither 404 nor 403; the state or the sender's own site may still say no.
            let passed = matches!(answer.status, 200 | 201 | 202 | 204 | 409 | 422);
            let own = *name == "producer" && case.operation == "PATCH /api/v1/users/{id}";
            assert!(passed || own, "{name}: {}", answer.shown());
        }
    }
    assert_eq!(estate.contents().await, before, "something was written");
}

/// A request in one's own name that names what is another's: 422 at the place, nothing written.
#[tokio::test]
async fn what_one_names_must_be_ones_own_to_name() {
    let estate = Estate::new().await;
    let (cast, stranger) = (&estate.cast, estate.person("stranger"));
    let me = stranger.get("/me").await.ok();
    let own = me.str("/organisation/id");
    let site = json!({"organisation_id": own, "name": "x", "kind": "production",
        "division": "01", "region_code": "659002"});
    let site = stranger.post("/sites", &site).await.ok().id();
    let plate = json!({"organisation_id": own, "plate": "新A00001", "kind": "x",
        "classes": ["hazardous"]});
    let vehicle = stranger.post("/vehicles", &plate).await.ok().id();
    let driver = json!({"organisation_id": own, "name": "x", "phone": "1", "licence_no": "1"});
    let driver = stranger.post("/drivers", &driver).await.ok().id();
    let area = json!({"site_id": site, "name": "x", "kind": "facility", "capacity_kg": 100});
    let area = stranger.post("/storage-areas", &area).await.ok().id();
    let arrived = cast.filed(&cast.oil(&json!(10))).await.id();
    cast.carrier.post(&format!("/manifests/{arrived}/depart"), &json!({})).await.ok();
    cast.receiver.post(&format!("/manifests/{arrived}/arrive"), &json!({})).await.ok();
    let before = estate.contents().await;
    let mine = |pointer: &str, other: &str| {
        let mut body = cast.oil(&json!(10));
        body["producer_site_id"] = json!(site);
        body["items"][0]["produce"] = json!(true);
        body["legs"][0] = json!({"carrier_id": own, "vehicle_id": vehicle, "driver_id": driver});
        *body.pointer_mut(pointer).unwrap() = json!(other);
        body
    };
    let refused = async |client: &Client, path: &str, body: Value, pointer: &str| {
        for id in [body.pointer(pointer).unwrap().clone(), json!(RANDOM)] {
            let mut body = body.clone();
            *body.pointer_mut(pointer).unwrap() = id;
            let answer = client.post(path, &body).await.is(422);
            answer.refused_as("unknown_reference").at(pointer);
        }
    };
    for (pointer, other) in [
        ("/producer_site_id", &cast.producer_site),
        ("/legs/0/vehicle_id", &cast.vehicle),
        ("/legs/0/driver_id", &cast.driver),
    ] {
        refused(stranger, "/manifests", mine(pointer, other), pointer).await;
    }
    let entry = json!({"site_id": site, "kind": "produced", "waste_code": "900-249-08",
        "mass_kg": 1, "storage_area_id": estate.thing("storage-areas")});
    refused(stranger, "/ledger-entries", entry, "/storage_area_id").await;
    let filed = format!("/manifests/{}/depart", estate.thing("manifests"));
    refused(&cast.carrier, &filed, json!({"vehicle_id": vehicle}), "/vehicle_id").await;
    refused(&cast.carrier, &filed, json!({"driver_id": driver}), "/driver_id").await;
    let receive = json!({"decision": "accept", "storage_area_id": area,
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    let there = format!("/manifests/{arrived}/receive");
    refused(&cast.receiver, &there, receive, "/storage_area_id").await;
    assert_eq!(estate.contents().await, before, "something was written");
}

/// An agency sees its own streams: of the same parties, health sees the medical waste.
#[tokio::test]
async fn an_agency_sees_the_streams_that_concern_it() {
    let estate = Estate::new().await;
    let medical = estate.cast.filed(&estate.cast.medical()).await;
    let health = estate.person("health");
    let number = medical.str("/number");
    health.get(&format!("/manifests/{}", medical.id())).await.is(200);
    health.get(&format!("/manifests/by-number/{number}")).await.is(200);
    let listed = health.get("/manifests").await.is(200);
    assert!(shows(&listed, &medical.id()) && !shows(&listed, estate.thing("manifests")));
    let other = health.get("/manifests?stream=hazardous").await.is(200);
    assert_eq!(other.get("/data").as_array().map(Vec::len), Some(0));
}
