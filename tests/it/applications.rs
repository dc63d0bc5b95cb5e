//! Applications for a transfer across a border: each step by whose it is, in its turn and time; the
//! approval that comes of it is one that filings lean on.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::audit;
use crate::support::{Answer, Cast, Client, PASSWORD, World};

/// The receiver lies in another province.
async fn stage() -> (World, Cast) {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let moved = json!({"region_code": "620100", "division": "02"});
    cast.corps.patch(&format!("/sites/{}", cast.receiver_site), &moved).await.ok();
    (world, cast)
}

async fn regulator(world: &World, cast: &Cast, division: &str) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let login = format!("division-{division}");
    let user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
        "role": "division_regulator", "division": division, "agency": "ecology"});
    cast.corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

fn wanted(cast: &Cast) -> Value {
    json!({"producer_site_id": cast.producer_site, "receiver_site_id": cast.receiver_site,
        "items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 500}],
        "valid_from": "2026-12-01", "valid_to": "2027-05-31"})
}

async fn submitted(cast: &Cast) -> String {
    let path = "/transfer-applications";
    let made = cast.producer.post(path, &wanted(cast)).await.is(201);
    assert_eq!(made.str("/status"), "submitted");
    format!("{path}/{}", made.id())
}

/// (rule, state, last day) of each term.
fn terms(answer: &Answer) -> Vec<(&str, &str, &str)> {
    let all = answer.get("/terms").as_array().unwrap().iter();
    all.map(|one| {
        let word = |name: &str| one[name].as_str().unwrap();
        (word("rule"), word("state"), word("due_on"))
    })
    .collect()
}

#[tokio::test]
async fn an_application_comes_to_an_approval_that_filings_lean_on() {
    let (world, cast) = stage().await;
    let (own, there) = (regulator(&world, &cast, "01").await, regulator(&world, &cast, "02").await);
    let path = submitted(&cast).await;
    let step = async |by: &Client, word: &str, body: Value| {
        by.post(&format!("{path}/{word}"), &body).await
    };
    // Wednesday: five working days run to the next Wednesday.
    let shown = own.get(&path).await.is(200);
    assert_eq!(terms(&shown), [("DL05", "running", "2026-12-02")]);
    let open = json!(["request-corrections", "accept"]);
    assert_eq!(shown.get("/allowed_actions"), &open);
    let mine = cast.producer.get(&path).await.is(200);
    assert_eq!(mine.get("/allowed_actions"), &json!(["withdraw"]));

    let faults = json!({"text": "缺少应急预案"});
    step(&own, "request-corrections", faults.clone()).await.is(200);
    world.pass(TimeDelta::days(1));
    let again = json!({"items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 400}]});
    let again = step(&cast.producer, "resubmit", again).await.is(200);
    assert_eq!((again.get("/mass_kg"), again.str("/status")), (&json!(400), "submitted"));
    assert_eq!(again.str("/corrections/answered_on"), "2026-11-26");
    // Faults are named once.
    step(&own, "request-corrections", faults).await.refused_as("illegal_transition");
    step(&own, "accept", json!({})).await.is(200);
    step(&own, "consult", json!({"number": "兵环函 1"})).await.is(200);
    let reply = json!({"agrees": true, "number": "甘环函 9", "note": "同意"});
    let replied = step(&there, "reply", reply).await.is(200);
    let due = ["DL05", "DL06", "DL07", "DL08"];
    assert_eq!(terms(&replied).iter().map(|term| term.0).collect::<Vec<_>>(), due);
    let approve = json!({"decision": "approve", "number": "兵危跨 2026-7", "mass_kg": 300,
        "valid_to": "2027-03-31"});
    let done = step(&own, "decide", approve).await.is(200);
    assert_eq!(done.str("/status"), "approved");
    let states = terms(&done).iter().map(|term| term.1).collect::<Vec<_>>();
    assert_eq!(states, ["met", "met", "met", "met"]);

    let id = done.str("/outcome/transfer_approval_id").to_owned();
    let approval = cast.producer.get(&format!("/transfer-approvals/{id}")).await.is(200);
    assert_eq!(approval.get("/mass_kg"), &json!(300));
    assert_eq!(approval.get("/waste_codes"), &json!(["900-249-08"]));
    assert_eq!(
        (approval.str("/valid_from"), approval.str("/valid_to")),
        ("2026-12-01", "2027-03-31")
    );
    let mut oil = cast.oil(&json!(200));
    oil["planned_departure_on"] = json!("2026-12-02");
    oil["transfer_approval_id"] = json!(id);
    cast.filed(&oil).await;
    cast.producer.post("/manifests", &oil).await.refused_as("approval_exhausted");
    step(&cast.producer, "withdraw", json!({})).await.refused_as("illegal_transition");
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
}

#[tokio::test]
async fn silence_accepts_and_late_steps_are_late() {
    let (world, cast) = stage().await;
    let path = submitted(&cast).await;
    let step =
        async |word: &str, body: Value| cast.corps.post(&format!("{path}/{word}"), &body).await;
    world.pass(TimeDelta::days(7));
    let last_day = cast.corps.get(&path).await.is(200);
    assert_eq!(terms(&last_day), [("DL05", "running", "2026-12-02")]);
    world.pass(TimeDelta::days(1));
    let silent = cast.corps.get(&path).await.is(200);
    assert_eq!((silent.str("/status"), silent.str("/accepted_on")), ("accepted", "2026-11-25"));
    let over = ("DL06", "over", "2026-12-02");
    assert_eq!(terms(&silent), [("DL05", "silent", "2026-12-02"), over]);
    let late = json!({"text": "太迟"});
    step("request-corrections", late).await.refused_as("illegal_transition");
    let consulted = step("consult", json!({"number": "函 1"})).await.is(200);
    let running = ("DL07", "running", "2026-12-17");
    assert_eq!(terms(&consulted)[1..], [("DL06", "late", "2026-12-02"), running]);
    assert_eq!(consulted.get("/accepted_by_silence"), &json!(true));
    // What the other side does not agree to, nobody approves.
    step("reply", json!({"agrees": false, "number": "函 2"})).await.is(200);
    let approve = json!({"decision": "approve", "number": "跨 1"});
    step("decide", approve).await.refused_as("approval_required").at("/decision");
    let refuse = json!({"decision": "refuse"});
    step("decide", refuse).await.refused_as("required").at("/reason");
    let refuse = json!({"decision": "refuse", "reason": "接受地不同意"});
    let refused = step("decide", refuse).await.is(200);
    assert_eq!(refused.str("/status"), "refused");
    assert_eq!(refused.get("/outcome/transfer_approval_id"), &Value::Null);
    assert_eq!(world.rows("transfer_approval").await, 0);
}

#[tokio::test]
async fn each_step_is_taken_by_whose_it_is() {
    let (world, cast) = stage().await;
    let (own, there) = (regulator(&world, &cast, "01").await, regulator(&world, &cast, "02").await);
    let elsewhere = regulator(&world, &cast, "03").await;
    let path = submitted(&cast).await;
    let bodies = [
        ("request-corrections", json!({"text": "x"})),
        ("resubmit", json!({})),
        ("accept", json!({})),
        ("consult", json!({"number": "1"})),
        ("reply", json!({"agrees": true, "number": "1"})),
        ("decide", json!({"decision": "refuse", "reason": "x"})),
        ("withdraw", json!({})),
    ];
    for (word, body) in &bodies {
        let at = format!("{path}/{word}");
        for client in [&elsewhere, &cast.carrier, &cast.stranger] {
            client.post(&at, body).await.refused_as("not_found");
        }
        cast.receiver.post(&at, body).await.refused_as("forbidden");
        let is_applicants = ["resubmit", "withdraw"].contains(word);
        let other = if is_applicants { &own } else { &cast.producer };
        other.post(&at, body).await.refused_as("forbidden");
        let answer = there.post(&at, body).await;
        let code = if *word == "reply" { "illegal_transition" } else { "forbidden" };
        answer.refused_as(code);
    }
    elsewhere.get(&path).await.refused_as("not_found");
    let none = cast.stranger.get("/transfer-applications").await.is(200);
    assert_eq!(none.get("/data"), &json!([]));
    for client in [&cast.producer, &cast.receiver, &own, &there] {
        let listed = client.get("/transfer-applications?status=submitted").await.is(200);
        assert_eq!(listed.get("/data").as_array().unwrap().len(), 1);
    }
    let done = cast.producer.post(&format!("{path}/withdraw"), &json!({})).await.is(200);
    assert_eq!((done.str("/status"), done.str("/withdrawn_on")), ("withdrawn", "2026-11-25"));
    assert_eq!(terms(&done), []);
}

#[tokio::test]
async fn what_is_applied_for_and_granted_is_checked() {
    let (_world, cast) = stage().await;
    let item = |code: &str, method: &str, kg: Value| {
        let item = json!({"waste_code": code, "method": method, "mass_kg": kg});
        json!([item])
    };
    for (name, value, code, at) in [
        ("items", json!([]), "too_short", "/items"),
        ("items", item("900-999-99", "R9", json!(1)), "unknown_waste_code", "/items/0/waste_code"),
        ("items", item("900-249-08", "Q9", json!(1)), "unknown_method", "/items/0/method"),
        ("items", item("900-249-08", "R9", json!(0)), "mass_out_of_range", "/items/0/mass_kg"),
        ("valid_to", json!("2027-12-02"), "out_of_range", "/valid_to"),
        ("valid_to", json!("2026-11-30"), "invalid_value", "/valid_to"),
        ("receiver_site_id", json!(cast.licence), "unknown_reference", "/receiver_site_id"),
        ("colour", json!("red"), "unknown_field", "/colour"),
    ] {
        let mut body = wanted(&cast);
        body[name] = value;
        cast.producer.post("/transfer-applications", &body).await.refused_as(code).at(at);
    }
    cast.carrier.post("/transfer-applications", &wanted(&cast)).await.refused_as("forbidden");
    cast.stranger.post("/transfer-applications", &wanted(&cast)).await.refused_as("forbidden");
    let path = submitted(&cast).await;
    for (word, body) in [
        ("accept", json!({})),
        ("consult", json!({"number": "1"})),
        ("reply", json!({"agrees": true, "number": "1"})),
    ] {
        cast.corps.post(&format!("{path}/{word}"), &body).await.is(200);
    }
    let good = json!({"decision": "approve", "number": "跨 1"});
    for (name, value, code, at) in [
        ("number", Value::Null, "required", "/number"),
        ("mass_kg", json!(500.001), "out_of_range", "/mass_kg"),
        ("valid_from", json!("2026-11-30"), "out_of_range", "/valid_from"),
        ("valid_to", json!("2027-06-01"), "out_of_range", "/valid_to"),
        ("decision", json!("maybe"), "invalid_value", "/decision"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let answer = cast.corps.post(&format!("{path}/decide"), &body).await;
        answer.refused_as(code).at(at);
    }
    let stale = cast.corps.call(crate::support::Method::POST, &format!("{path}/decide"));
    let stale = stale.json(&good).if_match(1).send().await;
    stale.refused_as("stale_version");
    // Two at once: one approval.
    let call = || {
        let call = cast.corps.call(crate::support::Method::POST, &format!("{path}/decide"));
        call.json(&good).key("once").send()
    };
    let (one, other) = futures_util::future::join(call(), call()).await;
    assert_eq!(one.is(200).get("/outcome"), other.is(200).get("/outcome"));
}

/// What the receiver may not take is told to the applicant, and approved by nobody; nothing crosses
/// from a place to itself.
#[tokio::test]
async fn nobody_approves_what_the_receiver_has_no_licence_for() {
    let (_world, cast) = stage().await;
    let apply = async |body: &Value| cast.producer.post("/transfer-applications", body).await;
    let mut body = wanted(&cast);
    for (code, method) in [("900-249-08", "D10"), ("900-214-08", "R9")] {
        body["items"] = json!([{"waste_code": "900-249-08", "method": "R9", "mass_kg": 1},
            {"waste_code": code, "method": method, "mass_kg": 1}]);
        let warned = apply(&body).await.is(201).warns("licence_does_not_cover");
        let warnings = warned.get("/warnings").as_array().unwrap();
        assert_eq!((warnings.len(), &warnings[0]["pointer"]), (1, &json!("/items/1")));
        let path = format!("/transfer-applications/{}", warned.id());
        for (word, body) in [
            ("accept", json!({})),
            ("consult", json!({"number": "1"})),
            ("reply", json!({"agrees": true, "number": "1"})),
        ] {
            cast.corps.post(&format!("{path}/{word}"), &body).await.is(200);
        }
        let approve = json!({"decision": "approve", "number": format!("跨 {code} {method}")});
        let refused = cast.corps.post(&format!("{path}/decide"), &approve).await.is(409);
        refused.refused_as("licence_does_not_cover").at("/decision");
        let refuse = json!({"decision": "refuse", "reason": "接受人无相应许可"});
        cast.corps.post(&format!("{path}/decide"), &refuse).await.is(200);
    }
    assert!(apply(&wanted(&cast)).await.is(201).json.get("warnings").is_none());
    body = wanted(&cast);
    body["receiver_site_id"] = body["producer_site_id"].clone();
    apply(&body).await.is(422).tells("invalid_value", "/receiver_site_id");
    let own = json!({"organisation_id": cast.producer_id, "name": "分厂", "kind": "treatment",
        "division": "02", "region_code": "620100"});
    body["receiver_site_id"] = json!(cast.corps.post("/sites", &own).await.ok().id());
    let warned = apply(&body).await.is(201);
    let warnings = warned.get("/warnings").as_array().unwrap();
    let pointers: Vec<&Value> = warnings.iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/receiver_site_id", "/items/0"], "{}", warned.shown());
}

/// An approval is for what was applied for: no longer than the receiver's licence, no more, and by
/// no other method; for more, the law asks for a new application (Order 23 Art. 27 and 28).
#[tokio::test]
async fn an_approval_keeps_within_its_application() {
    let (_world, cast) = stage().await;
    let shorter = json!({"valid_to": "2027-03-31"});
    cast.corps.patch(&format!("/licences/{}", cast.licence), &shorter).await.is(200);
    let path = submitted(&cast).await;
    for (word, body) in [
        ("accept", json!({})),
        ("consult", json!({"number": "1"})),
        ("reply", json!({"agrees": true, "number": "1"})),
    ] {
        cast.corps.post(&format!("{path}/{word}"), &body).await.is(200);
    }
    let decide = async |body: Value| cast.corps.post(&format!("{path}/decide"), &body).await;
    let longer = json!({"decision": "approve", "number": "跨 1", "valid_to": "2027-04-01"});
    decide(longer).await.is(409).refused_as("licence_expired").at("/valid_to");
    let done = decide(json!({"decision": "approve", "number": "跨 1"})).await.is(200);
    let id = done.str("/outcome/transfer_approval_id").to_owned();
    let approval = format!("/transfer-approvals/{id}");
    assert_eq!(cast.corps.get(&approval).await.is(200).str("/valid_to"), "2027-03-31");
    for (name, value) in [("mass_kg", json!(500.001)), ("valid_to", json!("2027-06-01"))] {
        let mut patch = json!({});
        patch[name] = value;
        let refused = cast.corps.patch(&approval, &patch).await.is(422);
        refused.refused_as("out_of_range").at(&format!("/{name}"));
    }
    cast.corps.patch(&approval, &json!({"mass_kg": 400})).await.is(200);
    cast.corps.patch(&approval, &json!({"mass_kg": 500})).await.is(200);

    let lines = json!({"lines": [
        {"line": 1, "waste_codes": ["900-249-08"], "methods": ["R9", "D10"], "annual_kg": 10_000},
        {"line": 2, "categories": ["HW01"], "methods": ["Y11"], "annual_kg": 10_000}]});
    cast.corps.patch(&format!("/licences/{}", cast.licence), &lines).await.is(200);
    let mut oil = cast.oil(&json!(200));
    oil["planned_departure_on"] = json!("2026-12-02");
    oil["transfer_approval_id"] = json!(id);
    cast.filed(&oil).await;
    oil["items"][0]["method"] = json!("D10");
    let refused = cast.producer.post("/manifests", &oil).await;
    refused.refused_as("approval_required").at("/items/0/method");
}
