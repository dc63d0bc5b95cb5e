//! What is wrong is named at its field, all of it at once, and nothing is written.

use serde_json::{Value, json};

use crate::support::{Cast, World};

#[tokio::test]
async fn codes_and_plates_are_checked_by_their_own_rules() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let right = liandan::registry::Uscc::complete("91659001MATEXT099").unwrap();
    let right = right.as_str();
    let wrong_check = if right.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{wrong_check}", &right[..17]);
    for uscc in [&wrong, &right[..17], &right.to_lowercase(), "91659001MATEXT0I99"] {
        let body = json!({"name": "x", "uscc": uscc, "roles": [], "division": "01"});
        cast.corps.post("/organisations", &body).await.is(422).at("/uscc");
    }
    let plate = async |plate: &str| {
        let body = json!({"organisation_id": cast.carrier_id, "plate": plate, "kind": "x",
            "classes": ["hazardous"]});
        cast.corps.post("/vehicles", &body).await
    };
    // Blue and yellow plates have five characters, new-energy ones six: small cars' kind letter
    // comes first, large ones' last. A trailer's ends in 挂.
    for (asked, kept) in [
        ("新A1B2C3", "新A1B2C3"),
        ("新AD12345", "新AD12345"),
        ("新AFA2345", "新AFA2345"),
        ("新A12345D", "新A12345D"),
        ("新A12345F", "新A12345F"),
        ("新n·12 34挂", "新N1234挂"),
    ] {
        assert_eq!(plate(asked).await.is(201).str("/plate"), kept);
    }
    for wrong in [
        "新A1234",
        "新A1234567",
        "新AX12345",
        "新A12345Y",
        "新AD1234D",
        "新I12345",
        "新AO2345",
        "A12345",
        "港A12345",
        "新A123挂",
        "",
    ] {
        plate(wrong).await.is(422).at("/plate");
    }
    // One vehicle has one spelling, so this is the first one again.
    plate("新 A·1B2C3").await.is(409).refused_as("already_exists").at("/plate");
}

#[tokio::test]
async fn a_licence_says_which_of_its_lines_is_wrong() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let line = |n: Value, codes: Value, methods: Value, kg: Value| {
        let mut line = json!({"line": n, "waste_codes": codes, "methods": methods});
        line["annual_kg"] = kg;
        line
    };
    let good = || line(json!(1), json!(["900-249-08"]), json!(["R9"]), json!(1));
    let with = |field: &str, value: Value| {
        let mut body = json!({"organisation_id": cast.receiver_id, "site_id": cast.receiver_site,
            "number": "新-1", "kind": "comprehensive", "issued_on": "2026-01-01",
            "issued_by": "局", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
            "lines": [good()]});
        body[field] = value;
        body
    };
    let lines = |second: Value| with("lines", json!([good(), second]));
    let before = world.rows("event").await;
    for (body, code, pointer) in [
        (with("valid_to", json!("2025-12-31")), "invalid_value", "/valid_to"),
        (with("valid_to", json!("2026-02-30")), "invalid_value", "/valid_to"),
        (with("limit_factor", json!(1.21)), "out_of_range", "/limit_factor"),
        (with("annual_limit_kg", json!(0)), "mass_out_of_range", "/annual_limit_kg"),
        (with("organisation_id", json!(cast.carrier_id)), "role_not_held", "/organisation_id"),
        (with("site_id", json!(cast.producer_site)), "invalid_value", "/site_id"),
        (with("lines", json!([])), "too_short", "/lines"),
        (
            lines(line(json!(1), json!(["900-214-08"]), json!(["R9"]), json!(1))),
            "invalid_value",
            "/lines/1/line",
        ),
        (
            lines(line(json!(2), json!([]), json!(["R9"]), json!(1))),
            "required",
            "/lines/1/waste_codes",
        ),
        (
            lines(line(json!(2), json!(["900-248-08"]), json!(["R9"]), json!(1))),
            "unknown_waste_code",
            "/lines/1/waste_codes/0",
        ),
        (
            lines(line(json!(2), json!(["900-249-08"]), json!(["R99"]), json!(1))),
            "unknown_method",
            "/lines/1/methods/0",
        ),
        (
            lines(line(json!(2), json!(["900-249-08"]), json!(["R9"]), json!(0.0001))),
            "too_many_decimals",
            "/lines/1/annual_kg",
        ),
        (
            lines(line(json!(2), json!(["CY-01"]), json!(["K1"]), json!(1))),
            "stream_mismatch",
            "/lines/1/waste_codes/0",
        ),
    ] {
        cast.corps.post("/licences", &body).await.is(422).tells(code, pointer);
    }
    assert_eq!(world.rows("event").await, before);
}

#[tokio::test]
async fn what_may_be_there_once_is_told_where_it_is_taken() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for register in super::registers(&cast, &cast.carrier_id) {
        let taken = match register.path {
            "/organisations" => "/uscc",
            "/licences" | "/transfer-approvals" => "/number",
            "/vehicles" => "/plate",
            "/waste-streams" => "/name",
            "/management-plans" => "/year",
            // Sites, drivers and areas have no name that is theirs alone.
            _ => continue,
        };
        cast.corps.post(register.path, &register.new).await.is(201);
        let again = cast.corps.post(register.path, &register.new).await.is(409);
        again.refused_as("already_exists").at(taken);
    }
    let entry = json!({"site_id": cast.producer_site, "kind": "produced",
        "waste_code": "900-249-08", "mass_kg": 1, "external_id": "mine-1"});
    cast.producer.post("/ledger-entries", &entry).await.is(201);
    let again = cast.producer.post("/ledger-entries", &entry).await.is(409);
    again.refused_as("external_id_taken").at("/external_id");
}

/// In another's name is told before what is wrong with the body; what names nobody is read first.
#[tokio::test]
async fn what_is_anothers_is_refused_as_such_however_it_is_written() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    for (path, name, others) in [
        ("/sites", "organisation_id", &cast.producer_id),
        ("/vehicles", "organisation_id", &cast.carrier_id),
        ("/drivers", "organisation_id", &cast.carrier_id),
        ("/storage-areas", "site_id", &cast.receiver_site),
        ("/waste-streams", "site_id", &cast.producer_site),
        ("/management-plans", "site_id", &cast.producer_site),
        ("/ledger-entries", "site_id", &cast.producer_site),
    ] {
        let body = json!({name: others, "colour": "red"});
        let strange = cast.stranger.post(path, &body).await;
        strange.is(403).refused_as("forbidden");
        cast.corps.post(path, &body).await.is(422).tells("unknown_field", "/colour");
        let nobodys = json!({name: "01a20000-0000-7000-8000-000000000000", "colour": "red"});
        let nobodys = cast.stranger.post(path, &nobodys).await;
        nobodys.is(422).tells("unknown_field", "/colour");
    }
}

/// What is only tried is told of a name that is taken as what is done is.
#[tokio::test]
async fn a_trial_sees_what_is_taken() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let (site, corps) = (&cast.producer_site, &cast.corps);
    let uscc = corps.get(&format!("/organisations/{}", cast.carrier_id)).await.ok();
    let licence = corps.get(&format!("/licences/{}", cast.licence)).await.ok();
    let stream = json!({"site_id": site, "waste_code": "900-249-08", "name": "废油",
        "form": "liquid", "hazards": ["T", "I"], "annual_plan_kg": 1});
    let plan = json!({"site_id": site, "year": 2027,
        "lines": [{"waste_code": "900-249-08", "annual_kg": 1}]});
    let approval = json!({"producer_site_id": site, "receiver_site_id": cast.receiver_site,
        "number": "x", "waste_codes": ["900-249-08"], "mass_kg": 1,
        "valid_from": "2026-01-01", "valid_to": "2026-12-31"});
    let entry = json!({"site_id": site, "kind": "produced", "waste_code": "900-249-08",
        "mass_kg": 100, "external_id": "x"});
    for (path, body) in [
        ("/waste-streams", &stream),
        ("/management-plans", &plan),
        ("/transfer-approvals", &approval),
        ("/ledger-entries", &entry),
    ] {
        let tried = corps.post(&format!("{path}?validate_only=true"), body).await;
        tried.is(201);
        corps.post(path, body).await.is(201);
    }
    let mut filing = cast.oil(&json!(1));
    filing["external_id"] = json!("x");
    cast.filed(&filing).await;
    let organisation = json!({"name": "x", "uscc": uscc.str("/uscc"), "roles": ["producer"],
        "division": "01"});
    let vehicle = json!({"organisation_id": cast.carrier_id, "plate": "新A12345", "kind": "x",
        "classes": ["hazardous"]});
    let granted = json!({"organisation_id": cast.receiver_id, "site_id": cast.receiver_site,
        "number": licence.str("/number"), "kind": "comprehensive", "issued_on": "2026-01-01",
        "issued_by": "x", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "lines": [{"waste_codes": ["900-249-08"], "methods": ["R9"], "annual_kg": 1}]});
    let user = json!({"organisation_id": cast.producer_id, "login": "Member-1",
        "password": crate::support::PASSWORD, "role": "producer"});
    for (client, path, body, code, pointer) in [
        (corps, "/organisations", &organisation, "already_exists", "/uscc"),
        (corps, "/vehicles", &vehicle, "already_exists", "/plate"),
        (corps, "/licences", &granted, "already_exists", "/number"),
        (corps, "/waste-streams", &stream, "already_exists", "/name"),
        (corps, "/management-plans", &plan, "already_exists", "/year"),
        (corps, "/transfer-approvals", &approval, "already_exists", "/number"),
        (corps, "/ledger-entries", &entry, "external_id_taken", "/external_id"),
        (corps, "/users", &user, "already_exists", "/login"),
        (&cast.producer, "/manifests", &filing, "external_id_taken", "/external_id"),
    ] {
        for query in ["?validate_only=true", ""] {
            let refused = client.post(&format!("{path}{query}"), body).await;
            refused.is(409).refused_as(code).at(pointer);
        }
    }
    // An entry's own value is not another's.
    let vehicle = format!("/vehicles/{}?validate_only=true", cast.vehicle);
    corps.patch(&vehicle, &json!({"kind": "y"})).await.is(200);
}
