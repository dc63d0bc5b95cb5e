//! The register's problem, and what would be different.

use serde_json::{Value, json};

use super::{division, number, plan};
use crate::support::{Cast, World};

fn flow_kg(found: &Value) -> f64 {
    found["flows"].as_array().unwrap().iter().map(|flow| flow["kg"].as_f64().unwrap()).sum()
}

async fn enter(cast: &Cast, kind: &str, code: &str, kg: f64) {
    let entry = json!({"site_id": cast.producer_site, "kind": kind, "waste_code": code,
        "mass_kg": kg});
    cast.producer.post("/ledger-entries", &entry).await.ok();
}

#[tokio::test]
async fn what_ledgers_have_goes_where_licences_are() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, "produced", "900-249-08", 900.0).await;
    enter(&cast, "produced", "841-001-01", 1500.0).await;
    enter(&cast, "produced", "900-041-49", 70.0).await;
    enter(&cast, "correction", "900-249-08", -100.0).await;
    enter(&cast, "self_treated", "900-249-08", 50.0).await;
    let found = plan(&cast.corps, &json!({"year": 2026})).await.is(200);
    // Oil all, medical as much as its line may, the rest nobody's.
    assert!((flow_kg(&found.json) - 1750.0).abs() < 1e-9, "{}", found.text);
    assert_eq!(found.get("/unmet_kg"), &json!(570));
    let unmet = found.get("/register/unmet");
    assert_eq!(
        unmet,
        &json!([{"division": "01", "category": "HW01", "kg": 500},
        {"division": "01", "category": "HW49", "kg": 70}])
    );
    let flows = found.get("/flows").as_array().unwrap();
    assert!(flows.iter().all(|flow| flow["facility"] == json!(cast.licence)));
    assert!(flows.iter().all(|flow| flow["source"] == json!(cast.producer_site)));
    assert_eq!(found.get("/register/sources/0/site_id"), &json!(cast.producer_site));
    let lines = found.get("/register/facilities/0/lines");
    assert_eq!(lines[1]["categories"], json!(["HW01"]));
    // Another year has nothing.
    let nothing = plan(&cast.corps, &json!({"year": 2025})).await.is(200);
    assert_eq!((nothing.get("/unmet_kg"), nothing.get("/flows")), (&json!(0), &json!([])));
    // What the answer says it solved is what the solver answers to anybody.
    let own = own_problem(&found.json);
    let again = plan(&cast.stranger, &own).await.is(200);
    assert_eq!(again.get("/unmet_kg"), found.get("/unmet_kg"));
    assert!((number(&again, "/tonne_km") - number(&found, "/tonne_km")).abs() < 1e-6);
}

/// The same problem by the answer's own account of it.
fn own_problem(found: &Value) -> Value {
    let category = |code: &str| format!("HW{}", code.rsplit('-').next().unwrap());
    let sources = found["register"]["sources"].as_array().unwrap();
    let made: Vec<String> = sources
        .iter()
        .flat_map(|source| source["produced"].as_array().unwrap())
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect();
    let source = |one: &Value| {
        json!({"id": one["site_id"], "location": one["location"],
        "produced": one["produced"]})
    };
    let line = |line: &Value| {
        let mut codes: Vec<Value> = line["codes"].as_array().unwrap().clone();
        let categories = line["categories"].as_array().unwrap();
        codes.extend(
            made.iter()
                .filter(|code| categories.contains(&json!(category(code))))
                .map(|code| json!(code)),
        );
        json!({"line": line["line"], "codes": codes, "annual_kg": line["annual_kg"]})
    };
    let facility = |one: &Value| {
        let lines: Vec<Value> = one["lines"].as_array().unwrap().iter().map(line).collect();
        json!({"id": one["id"], "location": one["location"],
            "annual_limit_kg": one["annual_limit_kg"], "lines": lines})
    };
    let facilities = found["register"]["facilities"].as_array().unwrap();
    json!({"problem": {"sources": sources.iter().map(source).collect::<Vec<_>>(),
        "facilities": facilities.iter().map(facility).collect::<Vec<_>>()}})
}

#[tokio::test]
async fn what_would_be_different_can_be_asked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, "produced", "900-249-08", 900.0).await;
    let unmet = async |changes: Value| {
        let found = plan(&cast.corps, &json!({"year": 2026, "changes": changes})).await.is(200);
        number(&found, "/unmet_kg")
    };
    let grown = json!([{"category": "HW08", "factor": 1.5}]);
    let licence = |change: Value| {
        let mut change = change;
        change["licence_id"] = json!(cast.licence);
        json!([change])
    };
    let near = |found: f64, wanted: f64| (found - wanted).abs() < 1e-9;
    assert!(near(unmet(json!({})).await, 0.0));
    assert!(near(unmet(json!({"growth": grown})).await, 350.0));
    assert!(near(unmet(json!({"facilities": licence(json!({"status": "closed"}))})).await, 900.0));
    assert!(near(
        unmet(json!({"facilities": licence(json!({"annual_limit_kg": 600}))})).await,
        300.0
    ));
    let line = json!({"lines": [{"line": 1, "annual_kg": 250.5}]});
    assert!(near(unmet(json!({"facilities": licence(line)})).await, 649.5));
    let new = json!([{"id": "新厂", "location": {"lon": 80, "lat": 41},
        "lines": [{"line": 1, "categories": ["HW08"], "annual_kg": 200}]}]);
    assert!(near(unmet(json!({"growth": grown, "new_facilities": new})).await, 150.0));
    // A licence that is suspended takes nothing, unless that is what would be different.
    let path = format!("/licences/{}", cast.licence);
    cast.corps.patch(&path, &json!({"status": "suspended"})).await.ok();
    assert!(near(unmet(json!({})).await, 900.0));
    assert!(near(unmet(json!({"facilities": licence(json!({"status": "active"}))})).await, 0.0));

    let nobody = json!([{"licence_id": "01a20000-0000-7000-8000-000000000000"}]);
    let asked = json!({"year": 2026, "changes": {"facilities": nobody}});
    let refused = plan(&cast.corps, &asked).await.refused_as("unknown_reference");
    refused.at("/changes/facilities/0/licence_id");
    let line = licence(json!({"lines": [{"line": 9, "annual_kg": 1}]}));
    let asked = json!({"year": 2026, "changes": {"facilities": line}});
    let refused = plan(&cast.corps, &asked).await.refused_as("unknown_reference");
    refused.at("/changes/facilities/0/lines/0/line");
}

/// A plant that is not there yet takes wastes that there are, under a name that nothing has.
#[tokio::test]
async fn a_plant_to_be_names_known_codes_and_itself() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, "produced", "900-249-08", 900.0).await;
    let asked = |id: &str, code: &str| {
        json!({"year": 2026, "changes": {"new_facilities": [
            {"id": id, "location": {"lon": 80, "lat": 41},
             "lines": [{"line": 1, "codes": ["900-214-08", code], "annual_kg": 200}]}]}})
    };
    plan(&cast.corps, &asked("新厂", "900-249-08")).await.is(200);
    for code in ["900-999-99", "oil"] {
        let refused = plan(&cast.corps, &asked("新厂", code)).await.is(422);
        refused.refused_as("unknown_waste_code").at("/changes/new_facilities/0/lines/0/codes/1");
    }
    for id in [&cast.licence, &cast.receiver_site, &cast.producer_site.to_uppercase()] {
        let refused = plan(&cast.corps, &asked(id, "900-249-08")).await.is(422);
        refused.refused_as("invalid_value").at("/changes/new_facilities/0/id");
    }
}

#[tokio::test]
async fn one_plans_for_what_one_regulates() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, "produced", "900-249-08", 900.0).await;
    let (first, second) =
        (division(&world, &cast, "01").await, division(&world, &cast, "02").await);
    for client in [&cast.producer, &cast.carrier, &cast.receiver, &cast.stranger] {
        plan(client, &json!({"year": 2026})).await.refused_as("forbidden");
        client.get("/capacity/assessment?year=2026").await.refused_as("forbidden");
    }
    let of_01 = json!({"year": 2026, "scope": {"divisions": ["01"]}});
    let found = plan(&first, &json!({"year": 2026})).await.is(200);
    assert_eq!(found.get("/register/divisions"), &json!(["01"]));
    assert_eq!(found.get("/flows").as_array().unwrap().len(), 1);
    assert_eq!(plan(&first, &of_01).await.is(200).text, found.text);
    plan(&second, &of_01).await.refused_as("forbidden");
    second.get("/capacity/assessment?year=2026&divisions=01").await.refused_as("forbidden");
    let found = plan(&second, &json!({"year": 2026})).await.is(200);
    assert_eq!(found.get("/register/sources"), &json!([]));
    assert_eq!(found.get("/register/facilities"), &json!([]));
    // A stream that is not asked for is not planned.
    let kitchen = json!({"year": 2026, "scope": {"streams": ["kitchen"]}});
    assert_eq!(plan(&first, &kitchen).await.is(200).get("/flows"), &json!([]));
}
