//! Rules and their parameters: who sees them, who sets them, and what that changes.

use liandan::anomaly;
use serde_json::{Value, json};

use super::{late, not_departed, regulator};
use crate::support::{Answer, Cast, Client, Method, World};

const LIMIT: &str = "/anomaly-rules/AL79/parameters/limit";

async fn put(client: &Client, path: &str, body: &Value) -> Answer {
    client.call(Method::PUT, path).json(body).send().await
}

fn limit(rule: &Answer) -> (f64, &Value) {
    let all = rule.get("/parameters").as_array().unwrap();
    let limit = all.iter().find(|one| one["name"] == "limit").unwrap();
    (limit["value"].as_f64().unwrap(), &limit["set_for"])
}

fn is(found: (f64, &Value), value: f64, set_for: &Value) -> bool {
    (found.0 - value).abs() < 1e-9 && found.1 == set_for
}

#[tokio::test]
async fn all_rules_are_listed_for_regulators() {
    let (_world, cast, manifest) = late().await;
    let rules = cast.corps.get("/anomaly-rules").await.is(200);
    assert_eq!(rules.get("/data").as_array().unwrap().len(), 86);
    let one = cast.corps.get("/anomaly-rules/AL79").await.is(200);
    assert_eq!(rules.get("/data/78"), &one.json);
    assert!(is(limit(&one), 3.0, &Value::Null));
    assert_eq!((one.get("/feedback/open"), one.get("/is_enabled")), (&json!(1), &json!(true)));
    let judged = json!({"status": "confirmed", "note": "属实"});
    let path = format!("/anomalies/{}/triage", not_departed(&manifest));
    cast.corps.post(&path, &judged).await.is(200);
    let one = cast.corps.get("/anomaly-rules/AL79").await.is(200);
    assert_eq!(one.get("/feedback/confirmed"), &json!(1));
    assert_eq!(one.get("/feedback/confirmed_rate"), &json!(1.0));
    for code in ["AL87", "AL00", "al79", "x"] {
        cast.corps.get(&format!("/anomaly-rules/{code}")).await.refused_as("not_found");
    }
    for party in [&cast.producer, &cast.stranger] {
        party.get("/anomaly-rules").await.refused_as("forbidden");
        party.get("/anomaly-rules/AL79").await.refused_as("forbidden");
        put(party, LIMIT, &json!({"value": 5})).await.refused_as("forbidden");
        party
            .post("/anomaly-rules/AL79/preview", &json!({"parameters": {}}))
            .await
            .refused_as("forbidden");
        party.get("/risk/organisations").await.refused_as("forbidden");
        party.get("/risk/manifests").await.refused_as("forbidden");
    }
}

#[tokio::test]
async fn a_division_sets_its_own_within_the_range() {
    let (world, cast, _) = late().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let police = regulator(&world, &cast, ("01", "public_security")).await;
    let set = put(&cast.corps, LIMIT, &json!({"value": 10})).await.is(200);
    assert!(is(limit(&set), 10.0, &json!("00")));
    let set = put(&own, LIMIT, &json!({"value": 2.5})).await.is(200);
    assert!(is(limit(&set), 2.5, &json!("01")));
    assert!(is(limit(&cast.corps.get("/anomaly-rules/AL79").await.is(200)), 10.0, &json!("00")));
    let shown = cast.corps.get("/anomaly-rules/AL79?division=01").await.is(200);
    assert!(is(limit(&shown), 2.5, &json!("01")));
    for (body, code, at) in [
        (json!({"value": 0}), "out_of_range", "/value"),
        (json!({"value": 31}), "out_of_range", "/value"),
        (json!({"value": "3"}), "wrong_type", "/value"),
        (json!({"value": null}), "required", "/value"),
        (json!({}), "required", "/value"),
        (json!({"value": 3, "division": "15"}), "invalid_value", "/division"),
        (json!({"value": 3.000_000_1}), "invalid_value", "/value"),
    ] {
        put(&cast.corps, LIMIT, &body).await.refused_as(code).at(at);
    }
    let refused = put(&cast.corps, LIMIT, &json!({"value": 31})).await;
    assert!(refused.text.contains("30"), "{}", refused.text);
    let body = json!({"value": 3});
    put(&cast.corps, "/anomaly-rules/AL99/parameters/limit", &body).await.refused_as("not_found");
    put(&cast.corps, "/anomaly-rules/AL79/parameters/x", &body).await.refused_as("not_found");
    // The law's five working days are nobody's to change.
    let fixed =
        put(&cast.corps, "/anomaly-rules/AL07/parameters/limit", &json!({"value": 6})).await;
    assert!(fixed.text.contains("Order 23"), "{}", fixed.text);
    fixed.refused_as("invalid_value").at("/value");
    put(&own, LIMIT, &json!({"value": 3, "division": "02"})).await.refused_as("forbidden");
    put(&own, LIMIT, &json!({"value": 3, "division": "00"})).await.refused_as("forbidden");
    put(&police, LIMIT, &json!({"value": 3})).await.refused_as("forbidden");
    own.get("/anomaly-rules?division=02").await.refused_as("forbidden");

    let back = own.call(Method::DELETE, LIMIT).send().await.is(200);
    assert!(is(limit(&back), 10.0, &json!("00")));
    own.call(Method::DELETE, LIMIT).send().await.refused_as("not_found");
    cast.corps.call(Method::DELETE, LIMIT).send().await.is(200);
    let back = cast.corps.get("/anomaly-rules/AL79").await.is(200);
    assert!(is(limit(&back), 3.0, &Value::Null));
    world.publish().await;
    let (url, trusted) = (world.database.app_url(), liandan::audit::Trusted::default());
    let report = liandan::audit::audit(&url, trusted, &mut |_| {}).await;
    assert!(report.unwrap().is_clean());
}

/// Files one and lets a day pass.
async fn a_day_later(world: &World, cast: &Cast) -> String {
    let manifest = cast.filed(&cast.oil(&json!(10))).await.id();
    anomaly::catch_up(&world.app).await.unwrap();
    world.pass(chrono::TimeDelta::hours(60));
    anomaly::catch_up(&world.app).await.unwrap();
    format!("/anomalies/{}", not_departed(&manifest))
}

#[tokio::test]
async fn what_is_set_holds_from_then_on() {
    let (world, cast, _) = late().await;
    let usual = a_day_later(&world, &cast).await;
    cast.corps.get(&usual).await.refused_as("not_found");
    put(&cast.corps, LIMIT, &json!({"value": 1, "division": "01"})).await.is(200);
    let strict = a_day_later(&world, &cast).await;
    cast.corps.get(&strict).await.is(200);
    let off = json!({"enabled": false});
    let rule = put(&cast.corps, "/anomaly-rules/AL79/enabled", &off).await.is(200);
    assert_eq!(rule.get("/is_enabled"), &json!(false));
    let silent = a_day_later(&world, &cast).await;
    cast.corps.get(&silent).await.refused_as("not_found");
    put(&cast.corps, "/anomaly-rules/AL99/enabled", &off).await.refused_as("not_found");
    let bad = json!({"enabled": 1});
    put(&cast.corps, "/anomaly-rules/AL79/enabled", &bad).await.refused_as("wrong_type");
}

fn value(rule: &Answer, name: &str) -> (f64, Value) {
    let all = rule.get("/parameters").as_array().unwrap();
    let one = all.iter().find(|one| one["name"] == name).unwrap();
    (one["value"].as_f64().unwrap(), one["set_for"].clone())
}

#[tokio::test]
async fn an_agency_sets_what_changes_its_own_streams_alone() {
    let (world, cast, _) = late().await;
    let health = regulator(&world, &cast, ("00", "health")).await;
    let urban = regulator(&world, &cast, ("00", "urban_management")).await;
    let parameter = |param: &str| format!("/anomaly-rules/AL01/parameters/{param}");
    let six = json!({"value": 6});
    for (client, own) in [(&health, "medical_percent"), (&urban, "kitchen_round_percent")] {
        put(client, &parameter(own), &six).await.is(200);
        put(client, &parameter("hazardous_percent"), &six).await.refused_as("forbidden");
        // A rule of all streams is not switched off by who looks after one.
        let off = json!({"enabled": false});
        put(client, "/anomaly-rules/AL01/enabled", &off).await.refused_as("forbidden");
        put(client, LIMIT, &json!({"value": 5})).await.refused_as("forbidden");
        let call = client.call(Method::DELETE, &parameter("hazardous_percent"));
        call.send().await.refused_as("forbidden");
    }
    put(&health, &parameter("kitchen_round_percent"), &six).await.refused_as("forbidden");
    put(&health, "/anomaly-rules/AL52/parameters/zero_days", &json!({"value": 4})).await.is(200);
    put(&cast.corps, &parameter("hazardous_percent"), &six).await.is(200);
}

#[tokio::test]
async fn the_corps_sets_a_divisions_parameter_back_and_tries_it_first() {
    let (world, cast, _) = late().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    put(&own, LIMIT, &json!({"value": 2})).await.is(200);
    let delete = async |client: &Client, query: &str| {
        client.call(Method::DELETE, &format!("{LIMIT}{query}")).send().await
    };
    let tried = delete(&cast.corps, "?division=01&validate_only=true").await.is(200);
    assert!(is(limit(&tried), 3.0, &Value::Null));
    let shown = cast.corps.get("/anomaly-rules/AL79?division=01").await.is(200);
    assert!(is(limit(&shown), 2.0, &json!("01")));
    delete(&cast.corps, "").await.refused_as("not_found");
    delete(&cast.corps, "?division=99").await.refused_as("invalid_value").at("/query/division");
    delete(&cast.corps, "?colour=red").await.refused_as("unknown_field").at("/query/colour");
    delete(&own, "?division=02").await.refused_as("forbidden");
    let back = delete(&cast.corps, "?division=01").await.is(200);
    assert!(is(limit(&back), 3.0, &Value::Null));
    delete(&own, "").await.refused_as("not_found");
}

#[tokio::test]
async fn a_value_is_taken_as_it_is_shown_and_steps_stay_in_order() {
    let (_world, cast, _) = late().await;
    let chance = "/anomaly-rules/AL71/parameters/p_value";
    let call = cast.corps.call(Method::PUT, chance);
    let least = call.raw("application/json", "{\"value\": 1e-06}".to_owned()).send().await.is(200);
    assert!((value(&least, "p_value").0 - 0.000_001).abs() < 1e-12);
    let call = cast.corps.call(Method::PUT, chance);
    let less = call.raw("application/json", "{\"value\": 1e-7}".to_owned()).send().await;
    less.refused_as("invalid_value").at("/value");
    let step = |param: &str| format!("/anomaly-rules/AL33/parameters/{param}");
    put(&cast.corps, &step("warn"), &json!({"value": 90})).await.is(200);
    let high = put(&cast.corps, &step("high"), &json!({"value": 85})).await;
    high.refused_as("out_of_range").at("/value");
    put(&cast.corps, &step("warn"), &json!({"value": 96})).await.refused_as("out_of_range");
    // By what holds there: the corps' 90.
    let there = json!({"value": 89, "division": "01"});
    put(&cast.corps, &step("high"), &there).await.refused_as("out_of_range");
    put(&cast.corps, &step("warn"), &json!({"value": 80, "division": "01"})).await.is(200);
    put(&cast.corps, &step("high"), &there).await.is(200);
}

#[tokio::test]
async fn rules_come_in_pages_where_that_is_asked_for() {
    let (_world, cast, _) = late().await;
    let page = cast.corps.get("/anomaly-rules?limit=50").await.is(200);
    assert_eq!(page.get("/data").as_array().unwrap().len(), 50);
    let next = format!("/anomaly-rules?limit=50&cursor={}", page.str("/next_cursor"));
    let next = cast.corps.get(&next).await.is(200);
    assert_eq!((next.str("/data/0/code"), next.str("/data/35/code")), ("AL51", "AL86"));
    assert_eq!(next.get("/next_cursor"), &Value::Null);
    let all = cast.corps.get("/anomaly-rules?limit=500").await.is(200);
    assert_eq!(all.get("/data").as_array().unwrap().len(), 86);
    cast.corps.get("/anomaly-rules?limit=501").await.refused_as("out_of_range");
}
