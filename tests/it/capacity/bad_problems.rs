//! What is no problem is told at its field, all of it at once.

use serde_json::{Value, json};

use super::plan;
use crate::support::{Cast, World};

fn good() -> Value {
    json!({"problem": {
        "sources": [{"id": "s", "location": {"lon": 81, "lat": 40},
            "produced": [{"code": "a", "kg": 1}]}],
        "facilities": [{"id": "f", "location": {"lon": 81, "lat": 40}, "annual_limit_kg": null,
            "lines": [{"line": 1, "codes": ["a"], "annual_kg": 1}]}],
        "distance": "great_circle",
    }})
}

#[tokio::test]
async fn every_field_has_its_bounds() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    plan(&cast.producer, &good()).await.is(200);
    let source = "/problem/sources/0";
    let facility = "/problem/facilities/0";
    let wrong: Vec<(String, Value, &str)> = vec![
        (format!("{source}/id"), json!(""), "too_short"),
        (format!("{source}/location/lon"), json!(180.5), "out_of_range"),
        (format!("{source}/location/lat"), json!(-91), "out_of_range"),
        (format!("{source}/location"), json!(null), "required"),
        (format!("{source}/produced/0/kg"), json!(-1), "mass_out_of_range"),
        (format!("{source}/produced/0/kg"), json!(0.0001), "too_many_decimals"),
        (format!("{source}/produced/0/kg"), json!(1e300), "mass_out_of_range"),
        (format!("{source}/produced/0/kg"), json!("1"), "wrong_type"),
        (format!("{source}/produced/0/code"), json!(null), "required"),
        (format!("{source}/colour"), json!("red"), "unknown_field"),
        (format!("{facility}/annual_limit_kg"), json!(-0.001), "mass_out_of_range"),
        (format!("{facility}/lines/0/line"), json!(0), "out_of_range"),
        (format!("{facility}/lines/0/annual_kg"), json!(2_000_000_000_i64), "mass_out_of_range"),
        (format!("{facility}/lines/0/codes"), json!("a"), "wrong_type"),
        ("/problem/distance".into(), json!("by_road"), "invalid_value"),
        ("/marginal_values".into(), json!("yes"), "wrong_type"),
    ];
    for (pointer, value, code) in wrong {
        let mut body = good();
        let (folder, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(folder).unwrap()[name] = value;
        let answer = plan(&cast.producer, &body).await.is(422);
        let found = answer.get("/errors/0");
        assert_eq!(found["pointer"], pointer, "{}", answer.text);
        assert!(found["code"] == code || code == "mass_out_of_range", "{pointer}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_tells_things_apart_is_there_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let mut body = good();
    let problem = &mut body["problem"];
    let (source, facility) = (problem["sources"][0].clone(), problem["facilities"][0].clone());
    problem["sources"].as_array_mut().unwrap().push(source);
    problem["facilities"].as_array_mut().unwrap().push(facility);
    let line = problem["facilities"][0]["lines"][0].clone();
    problem["facilities"][0]["lines"].as_array_mut().unwrap().push(line);
    let answer = plan(&cast.producer, &body).await.refused_as("invalid_value");
    for pointer in
        ["/problem/sources/1/id", "/problem/facilities/1/id", "/problem/facilities/0/lines/1/line"]
    {
        let errors = answer.get("/errors").as_array().unwrap();
        assert!(errors.iter().any(|one| one["pointer"] == pointer), "{pointer}: {}", answer.text);
    }
}

#[tokio::test]
async fn it_is_either_a_problem_or_a_year() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    plan(&cast.corps, &json!({})).await.refused_as("required").at("/problem");
    for name in ["year", "scope", "changes"] {
        let mut body = good();
        body[name] = if name == "year" { json!(2026) } else { json!({}) };
        plan(&cast.corps, &body).await.refused_as("invalid_value").at("/problem");
    }
    plan(&cast.corps, &json!({"year": 1})).await.refused_as("out_of_range").at("/year");
    plan(&cast.corps, &json!([])).await.is(422);
    let call = cast.corps.call(crate::support::Method::POST, "/capacity/plans");
    call.raw("application/json", "{").send().await.refused_as("malformed_json");
    let call = cast.corps.call(crate::support::Method::POST, "/capacity/plans");
    call.raw("text/plain", "{}").send().await.refused_as("unsupported_media_type");
}
