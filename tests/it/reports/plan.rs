//! A management plan against what was done.

use serde_json::{Value, json};

use super::{BOXES, OIL, enter};
use crate::support::{Cast, Method, World};

#[tokio::test]
async fn a_plan_stands_against_what_left() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(900).await;
    let plan = json!({"site_id": cast.producer_site, "year": 2026, "lines": [
        {"waste_code": OIL, "annual_kg": 400}, {"waste_code": "900-214-08", "annual_kg": 5},
        {"waste_code": "900-023-29", "annual_kg": 0}]});
    let plan = cast.producer.post("/management-plans", &plan).await.ok().id();
    let path = format!("/management-plans/{plan}/actual");
    cast.accepted(&cast.oil(&json!(250))).await;
    cast.filed(&cast.oil(&json!(30))).await;
    enter(&cast, ("moved_out", OIL, 7.001, "2026-11-20T00:00:00Z")).await;
    enter(&cast, ("correction", OIL, -0.5, "2026-11-20T00:00:00Z")).await;
    enter(&cast, ("produced", BOXES, 3.0, "2026-11-20T00:00:00Z")).await;
    enter(&cast, ("produced", "CY-01", 3.0, "2026-11-20T00:00:00Z")).await;
    // Another year's.
    enter(&cast, ("produced", OIL, 11.0, "2025-12-31T15:59:59Z")).await;
    let found = cast.producer.get(&path).await.is(200);
    let lines = found.get("/lines").as_array().unwrap();
    let codes: Vec<&str> = lines.iter().map(|one| one["waste_code"].as_str().unwrap()).collect();
    assert_eq!(codes, [BOXES, "900-023-29", "900-214-08", OIL]);
    let oil = json!({"waste_code": OIL, "planned_kg": 400, "moved_out_kg": 257.001,
        "produced_kg": 900, "self_treated_kg": 0, "correction_kg": -0.5, "used_kg": 250,
        "reserved_kg": 30, "percent": 64.25});
    assert_eq!(lines[3], oil);
    let unplanned = (&lines[0]["planned_kg"], &lines[0]["percent"], &lines[0]["produced_kg"]);
    assert_eq!(unplanned, (&Value::Null, &Value::Null, &json!(3)));
    assert_eq!((&lines[1]["planned_kg"], &lines[1]["percent"]), (&json!(0), &Value::Null));
    assert_eq!(lines[2]["percent"], 0);
    let whole = [found.get("/planned_kg"), found.get("/moved_out_kg"), found.get("/percent")];
    assert_eq!(whole, [&json!(405), &json!(257.001), &json!(63.457)]);
    let table = cast.producer.call(Method::GET, &path).header("accept", "text/csv");
    let table = table.header("accept-language", "en").send().await.is(200).text;
    assert!(table.contains("900-249-08,400,257.001,900,0,-0.5,250,30,64.25"), "{table}");
}
