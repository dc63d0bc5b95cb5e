//! Refusals as such: no such path, method or word, no login, no JSON, and all faults in one answer.

use serde_json::{Value, json};

use crate::support::{Cast, Contract, Method, World};

#[actix_web::test]
async fn what_does_not_exist_is_a_problem_in_the_language_asked_for() {
    let world = World::start().await;
    let client = world.client();
    let unknown = client.get("/nowhere").await.is(404).refused_as("not_found");
    assert_eq!(unknown.str("/type"), "/docs/problems#not_found");
    assert_eq!(unknown.header("content-language"), "zh-CN");
    let english = client.call(Method::GET, "/api/v1/nowhere").header("accept-language", "en");
    assert_eq!(english.send().await.refused_as("not_found").str("/title"), "Not found");
    let method = client.call(Method::DELETE, "/auth/login").send().await;
    let method = method.is(405).refused_as("method_not_allowed");
    assert_eq!(method.header("allow"), "POST, OPTIONS");
}

#[actix_web::test]
async fn nobody_gets_past_a_login() {
    let world = World::start().await;
    let nobody = world.client();
    let refused = nobody.get("/me").await.refused_as("unauthorized");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    nobody.with_token("nonsense").get("/me").await.refused_as("unauthorized");
    let wrong = json!({ "login": "corps", "password": "not-this-password" });
    nobody.post("/auth/login", &wrong).await.is(401).refused_as("invalid_credentials");
    let corps = world.corps().await;
    corps.get("/me").await.is(200);
}

#[actix_web::test]
async fn what_is_no_json_is_400_and_what_is_wrong_in_it_422_with_every_pointer() {
    let world = World::start().await;
    let client = world.client();
    let post = |body: &'static str| {
        client.call(Method::POST, "/auth/login").raw("application/json", body).send()
    };
    post("{").await.is(400).refused_as("malformed_json");
    post(r#"{"login":"a","login":"b"}"#).await.is(400).refused_as("duplicate_key");
    post(r#"{"login":"a\u0000"}"#).await.is(400).refused_as("nul_character");
    let plain = client.call(Method::POST, "/auth/login").raw("text/plain", "x").send().await;
    plain.is(415).refused_as("unsupported_media_type");
    let big = client.call(Method::POST, "/auth/login");
    let big = big.raw("application/json", " ".repeat(1024 * 1024 + 1)).send().await;
    big.is(413).refused_as("payload_too_large");
    let faults = post(r#"{"login":7,"remember":true}"#).await.is(422);
    faults
        .tells("wrong_type", "/login")
        .tells("required", "/password")
        .tells("unknown_field", "/remember");
}

#[actix_web::test]
async fn one_answer_names_what_cannot_be_read_and_what_the_rules_refuse() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut body = cast.oil(&json!(1.2345));
    body["items"][0]["waste_code"] = json!("999-999-99");
    let mut second = cast.oil(&json!(10))["items"][0].clone();
    second["hazards"] = json!(["C"]);
    second["packages"][0]["count"] = json!(0);
    let mut third = cast.oil(&json!(10))["items"][0].clone();
    third["waste_code"] = json!("900-999-08");
    third["packages"][0]["kind"] = json!("bucket");
    let mut fourth = third.clone();
    fourth["form"] = json!("goo");
    body["items"].as_array_mut().unwrap().extend([second, third, fourth]);
    body["legs"][0]["vehicle_id"] = json!(cast.driver);
    body["planned_departure_on"] = json!("2026-02-30");
    body["colour"] = json!("black");
    let refused = cast.producer.post("/manifests", &body).await.is(422);
    let refused = refused
        .tells("too_many_decimals", "/items/0/mass_kg")
        .tells("unknown_waste_code", "/items/0/waste_code")
        .tells("hazard_mismatch", "/items/1/hazards")
        .tells("out_of_range", "/items/1/packages/0/count")
        .tells("unknown_waste_code", "/items/2/waste_code")
        .tells("invalid_value", "/items/2/packages/0/kind")
        .tells("unknown_waste_code", "/items/3/waste_code")
        .tells("invalid_value", "/items/3/packages/0/kind")
        .tells("invalid_value", "/items/3/form")
        .tells("unknown_reference", "/legs/0/vehicle_id")
        .tells("invalid_value", "/planned_departure_on")
        .tells("unknown_field", "/colour");
    // Nothing is said of a stand-in, nor of what hangs on one (a licence's days).
    assert_eq!(refused.get("/errors").as_array().unwrap().len(), 12, "{}", refused.shown());
    world.has_no_rows_in(&["manifest", "manifest_item", "serial"]).await;
}

#[actix_web::test]
async fn a_step_names_what_cannot_be_read_and_what_the_rules_refuse() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let path = format!("/manifests/{}", cast.filed(&cast.oil(&json!(10))).await.id());
    let only = |answer: &crate::support::Answer, count: usize| {
        assert_eq!(answer.get("/errors").as_array().unwrap().len(), count, "{}", answer.shown());
    };
    let body = json!({"vehicle_id": cast.driver, "loaded_kg": 1.2345, "driver_id": 7});
    let depart = cast.carrier.post(&format!("{path}/depart"), &body).await.is(422);
    let depart = depart
        .tells("unknown_reference", "/vehicle_id")
        .tells("too_many_decimals", "/loaded_kg")
        .tells("wrong_type", "/driver_id");
    only(&depart, 3);
    // A time far ahead is not held against the licences of that day as well.
    let ahead = json!({"occurred_at": "2036-01-01T00:00:00Z"});
    let ahead = cast.carrier.post(&format!("{path}/depart"), &ahead).await.is(422);
    only(&ahead.tells("not_yet", "/occurred_at"), 1);
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let body = json!({"occurred_at": "2036-01-01T00:00:00Z", "gross_kg": "heavy"});
    let arrive = cast.receiver.post(&format!("{path}/arrive"), &body).await.is(422);
    only(&arrive.tells("not_yet", "/occurred_at").tells("wrong_type", "/gross_kg"), 2);
    let body = json!({
        "decision": "maybe", "storage_area_id": cast.driver, "tare_kg": 2, "gross_kg": 1,
        "items": [{"line": 1, "accepted_kg": 4.0001, "refused_kg": 6},
                  {"line": 9, "accepted_kg": 1, "refused_kg": 0}],
    });
    let receive = cast.receiver.post(&format!("{path}/receive"), &body).await.is(422);
    let receive = receive
        .tells("invalid_value", "/decision")
        .tells("unknown_reference", "/storage_area_id")
        .tells("mass_balance", "/tare_kg")
        .tells("too_many_decimals", "/items/0/accepted_kg")
        .tells("unknown_reference", "/items/1/line");
    only(&receive, 5);
    // More than the line has room for is told beside a field that cannot be read.
    let body = json!({
        "decision": "accept", "impurity_percent": "none",
        "items": [{"line": 1, "accepted_kg": 2000, "refused_kg": 0}],
    });
    let over = cast.receiver.post(&format!("{path}/receive"), &body).await.is(422);
    let over = over.tells("wrong_type", "/impurity_percent");
    only(&over.tells("capacity_exceeded", "/items/0/accepted_kg"), 2);
    let body = json!({
        "decision": "accept", "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}],
    });
    cast.receiver.post(&format!("{path}/receive"), &body).await.ok();
    let body = json!({"treatments": [
        {"line": "1", "method": "R4", "mass_kg": 10, "completed_on": "2026-11-25"},
        {"line": 1, "method": "R4", "mass_kg": 10, "completed_on": "2036-11-25"},
    ], "residues": [{"waste_code": "999-999-99", "mass_kg": 0}]});
    let complete = cast.receiver.post(&format!("{path}/complete"), &body).await.is(422);
    // Nothing hangs on the line that is not known, nor on the sum over it.
    let complete = complete
        .tells("wrong_type", "/treatments/0/line")
        .tells("licence_does_not_cover", "/treatments/1/method")
        .tells("not_yet", "/treatments/1/completed_on")
        .tells("unknown_waste_code", "/residues/0/waste_code")
        .tells("mass_out_of_range", "/residues/0/mass_kg");
    only(&complete, 5);
    // Who may not act, and where it may not be taken: that alone, and first.
    let stranger = cast.producer.post(&format!("{path}/complete"), &body).await;
    only(&stranger.is(403).refused_as("forbidden"), 1);
}

#[actix_web::test]
async fn a_number_with_an_exponent_is_refused_for_what_it_is() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let text = cast.oil(&json!(7777)).to_string();
    let cases = [
        ("1e+16", "mass_out_of_range"),
        ("1e400", "mass_out_of_range"),
        ("-1e400", "mass_out_of_range"),
        ("1e-05", "too_many_decimals"),
        ("1e2", "invalid_value"),
    ];
    for (number, code) in cases {
        let body = text.replace("7777", number);
        let call = cast.producer.call(Method::POST, "/manifests").raw("application/json", body);
        call.send().await.is(422).refused_as(code).at("/items/0/mass_kg");
    }
}

#[actix_web::test]
async fn a_draft_is_changed_by_an_object_in_json_and_by_nothing_else() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let body = json!({ "draft": true, "stream": "hazardous", "note": "first" });
    let draft = format!("/manifests/{}", cast.producer.post("/manifests", &body).await.id());
    let patch = |path: &str, kind: &str, body: &str| {
        cast.producer.call(Method::PATCH, path).raw(kind, body.to_owned()).send()
    };
    let (json_kind, merge) = ("application/json", "application/merge-patch+json");
    patch(&draft, "text/plain", "{}").await.is(415).refused_as("unsupported_media_type");
    let nowhere = "/manifests/01890a5d-ac96-774b-bcce-b302099a8057";
    patch(nowhere, merge, "{").await.is(400).refused_as("malformed_json");
    patch(nowhere, merge, "{}").await.is(404).refused_as("not_found");
    patch(&draft, merge, r#"{"note":1,"note":2}"#).await.is(400).refused_as("duplicate_key");
    for whole in ["null", "[]", "7"] {
        patch(&draft, json_kind, whole).await.is(422).at("");
    }
    let items = r#"{"items":[{"mass_kg":1e400}],"note":1e400}"#;
    let faults = patch(&draft, merge, items).await.is(422);
    faults.tells("mass_out_of_range", "/items/0/mass_kg").tells("wrong_type", "/note");
    // A stale version is told before what is wrong in query and content.
    let unknown = format!("{draft}?colour=black");
    let stale = cast.producer.call(Method::PATCH, &unknown).if_match(7).json(&json!({"zz": 1}));
    stale.send().await.is(412).refused_as("stale_version");
    let query = cast.producer.patch(&unknown, &json!({})).await.is(422);
    query.refused_as("unknown_field").at("/query/colour");
    let kept = cast.producer.get(&draft).await.is(200);
    assert_eq!((kept.str("/note"), kept.version()), ("first", 1));
    // Its preparer may file it, and is told what it lacks.
    let lacking = cast.producer.post(&format!("{draft}/file"), &json!({})).await.is(422);
    lacking.tells("required", "/producer_site_id").tells("required", "/items");
}

#[actix_web::test]
async fn head_is_answered_as_get_and_options_with_the_methods() {
    let world = World::start().await;
    let corps = world.corps().await;
    let head = corps.call(Method::HEAD, "/me").send_unchecked().await.is(200);
    let get = corps.get("/me").await;
    assert_eq!(head.text, "");
    assert_eq!(head.header("content-length"), get.text.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
    corps.call(Method::HEAD, "/auth/login").send_unchecked().await.is(405);
    let options = corps.nobody().call(Method::OPTIONS, "/manifests").send_unchecked().await;
    assert_eq!(options.is(204).header("allow"), "GET, POST, HEAD, OPTIONS");
}

#[actix_web::test]
async fn a_filter_that_is_no_word_of_ours_is_named_and_not_an_empty_list() {
    let world = World::start().await;
    let corps = world.corps().await;
    let cases =
        [("status", "gone"), ("stream", "nuclear"), ("division", "99"), ("waste_code", "zzz")];
    for (name, word) in cases {
        let refused = corps.get(&format!("/manifests?{name}={word}")).await.is(422);
        refused.at(&format!("/query/{name}"));
    }
    corps.get("/manifests?status=in_transit&stream=kitchen&division=07").await.is(200);
}

/// A body that the document lets be absent may be; one that it wants is missed before all else.
#[actix_web::test]
async fn a_body_may_be_absent_where_the_document_says_so() {
    let world = World::start().await;
    let corps = world.corps().await;
    let document: Value = serde_json::from_str(liandan::http::openapi::text()).unwrap();
    let mut absent = 0;
    for (method, template) in Contract::of_this_build().operations() {
        let name = method.as_str().to_lowercase();
        let body = &document["paths"][&template][&name]["requestBody"];
        if body.is_null() || template.ends_with("/auth/logout") {
            continue;
        }
        let nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
        let path = template.replace("{id}", nowhere).replace("{n}", "1").replace("{seq}", "1");
        let answer = corps.call(method, &path).send().await;
        let is_missed = matches!(answer.status, 400 | 415);
        assert_eq!(is_missed, body["required"] == true, "{}", answer.shown());
        absent += usize::from(!is_missed);
    }
    assert!(absent >= 3, "only {absent} may be without a body");
}
