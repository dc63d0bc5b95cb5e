//! Parameters tried on what has happened, and whom to inspect first.

use serde_json::{Value, json};

use super::{late, not_departed, regulator};
use crate::support::{Answer, World};

/// All that is stored, as one text a table.
async fn contents(world: &World) -> Vec<(String, Option<String>)> {
    let superuser = world.database.superuser().await;
    let mut contents = Vec::new();
    for table in ["anomaly", "watch_mark", "watch_leaf", "rule_setting", "event", "outbox"] {
        let hash = format!("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t");
        contents.push((table.to_owned(), superuser.query_one(&hash, &[]).await.unwrap().get(0)));
    }
    contents
}

#[tokio::test]
async fn a_preview_tells_what_would_be_flagged_and_changes_nothing() {
    let (world, cast, manifest) = late().await;
    let id = not_departed(&manifest);
    let before = contents(&world).await;
    let path = "/anomaly-rules/AL79/preview";
    let ask = async |body: Value| cast.corps.post(path, &body).await;
    let count = |answer: &Answer, name: &str| answer.get(&format!("/{name}")).as_i64().unwrap();
    let same = ask(json!({"parameters": {}})).await.is(200);
    assert_eq!((count(&same, "cases"), count(&same, "now")), (1, 1));
    assert_eq!((count(&same, "new"), count(&same, "gone")), (0, 0));
    assert_eq!((same.str("/sample/0/id"), same.get("/sample/0/is_new")), (&*id, &json!(false)));
    let lax = ask(json!({"parameters": {"limit": 30}})).await.is(200);
    assert_eq!((count(&lax, "cases"), count(&lax, "gone")), (0, 1));
    let elsewhere = ask(json!({"parameters": {"limit": 30}, "division": "02"})).await.is(200);
    assert_eq!((count(&elsewhere, "cases"), count(&elsewhere, "now")), (0, 0));
    let later = ask(json!({"parameters": {}, "from": "2027-01-01T00:00:00Z"})).await.is(200);
    assert_eq!((count(&later, "cases"), count(&later, "now")), (0, 0));
    for (body, code, at) in [
        (json!({"parameters": {"limit": 31}}), "out_of_range", "/parameters/limit"),
        (json!({"parameters": {"x": 3}}), "unknown_field", "/parameters/x"),
        (json!({"parameters": {"limit": "3"}}), "wrong_type", "/parameters/limit"),
        (json!({"parameters": []}), "wrong_type", "/parameters"),
        (
            json!({"parameters": {}, "from": "2027-01-02T00:00:00Z", "to": "2027-01-01T00:00:00Z"}),
            "out_of_range",
            "/to",
        ),
        (json!({}), "required", "/parameters"),
    ] {
        ask(body).await.refused_as(code).at(at);
    }
    let none = json!({"parameters": {}});
    cast.corps.post("/anomaly-rules/AL99/preview", &none).await.refused_as("not_found");
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let other = json!({"parameters": {}, "division": "02"});
    own.post(path, &other).await.refused_as("forbidden");
    let after = contents(&world).await;
    // A regulator's user was made meanwhile, and nothing else.
    let kept = |all: &[(String, Option<String>)]| {
        all.iter().filter(|(name, _)| name != "event").cloned().collect::<Vec<_>>()
    };
    assert_eq!(kept(&before), kept(&after));
}

#[tokio::test]
async fn who_is_to_be_inspected_is_told_with_why() {
    let (world, cast, manifest) = late().await;
    let id = not_departed(&manifest);
    let risky = cast.corps.get("/risk/organisations?limit=5").await.is(200);
    let all = risky.get("/data").as_array().unwrap();
    let own = all.iter().find(|one| one["organisation_id"] == json!(cast.producer_id)).unwrap();
    let cases = own["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == json!(id)).unwrap();
    assert!(case["weight"].as_f64().unwrap() > 0.0 && own["score"].as_f64().unwrap() > 0.0);
    assert_eq!(case["factors"]["severity"], json!(3.0));
    let scores: Vec<f64> = all.iter().map(|one| one["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
    let manifests = cast.corps.get("/risk/manifests?stream=hazardous&division=01").await.is(200);
    assert_eq!(manifests.str("/data/0/manifest_id"), manifest);
    let none = cast.corps.get("/risk/manifests?division=02").await.is(200);
    assert_eq!(none.get("/data"), &json!([]));
    // What was explained is of no more weight.
    let explain = json!({"status": "explained", "note": "停电"});
    cast.corps.post(&format!("/anomalies/{id}/triage"), &explain).await.is(200);
    let manifests = cast.corps.get("/risk/manifests").await.is(200);
    let all = manifests.get("/data").as_array().unwrap();
    let shows =
        |one: &Value| one["cases"].as_array().unwrap().iter().any(|case| case["id"] == json!(id));
    assert!(!all.iter().any(shows));
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    own.get("/risk/organisations").await.is(200);
    own.get("/risk/organisations?division=02").await.refused_as("forbidden");
    cast.corps.get("/risk/organisations?limit=0").await.refused_as("out_of_range");
}
