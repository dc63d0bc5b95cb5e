//! A problem of one's own: the contract's example, and small ones that a pencil solves.

use serde_json::{Value, json};

use super::{number, plan};
use crate::support::{Cast, Method, World};

fn source(id: &str, (lon, lat): (f64, f64), produced: &[(&str, f64)]) -> Value {
    let produced: Vec<Value> =
        produced.iter().map(|(code, kg)| json!({"code": code, "kg": kg})).collect();
    json!({"id": id, "division": "01", "location": {"lon": lon, "lat": lat}, "produced": produced})
}

fn facility(id: &str, (lon, lat): (f64, f64), shared: Option<f64>, lines: &Value) -> Value {
    json!({"id": id, "location": {"lon": lon, "lat": lat}, "annual_limit_kg": shared,
        "lines": lines})
}

fn problem(sources: &[Value], facilities: &[Value]) -> Value {
    json!({"problem": {"sources": sources, "facilities": facilities, "distance": "great_circle"}})
}

/// Kilometres by the spherical law of cosines: another formula than the program's.
fn km((lon1, lat1): (f64, f64), (lon2, lat2): (f64, f64)) -> f64 {
    let [lon1, lat1, lon2, lat2] = [lon1, lat1, lon2, lat2].map(f64::to_radians);
    let cosine = lat1.sin() * lat2.sin() + lat1.cos() * lat2.cos() * (lon2 - lon1).cos();
    6371.0088 * cosine.acos()
}

fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0)
}

const HERE: (f64, f64) = (81.28, 40.55);
const THERE: (f64, f64) = (86.0, 44.3);
const FAR: (f64, f64) = (87.6, 43.8);

#[tokio::test]
async fn the_example_of_the_contract_is_solved_for_whoever_is_signed_in() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let lines = json!([{"line": 1, "codes": ["900-249-08"], "annual_kg": 30000}]);
    let asked = problem(
        &[source("s1", HERE, &[("900-249-08", 12000.0)])],
        &[facility("f1", THERE, Some(50000.0), &lines)],
    );
    for client in [&cast.corps, &cast.producer, &cast.carrier, &cast.stranger] {
        let found = plan(client, &asked).await.is(200);
        assert_eq!(found.str("/status"), "optimal");
        assert_eq!(found.get("/unmet_kg"), &json!(0));
        let flow = json!({"source": "s1", "facility": "f1", "line": 1, "code": "900-249-08",
            "kg": 12000});
        assert_eq!(found.get("/flows"), &json!([flow]));
        assert_eq!(found.get("/unmet"), &json!([]));
        let used = json!({"facility": "f1", "line": 1, "used_kg": 12000, "permitted_kg": 30000});
        assert_eq!(found.get("/utilisation"), &json!([used]));
        assert_eq!(found.get("/binding"), &json!([]));
        assert!(close(number(&found, "/tonne_km"), 12.0 * km(HERE, THERE)));
    }
    world.client().post("/capacity/plans", &asked).await.refused_as("unauthorized");
}

/// Two facilities; the near one is full. What more of it would save is the way that is spared; what
/// more of the far one would save is nothing, and it is not used up.
#[tokio::test]
async fn a_limit_is_worth_the_way_that_it_spares() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let line = |kg: f64| json!([{"line": 7, "codes": ["a", "b"], "annual_kg": kg}]);
    let asked = problem(
        &[source("s", HERE, &[("a", 6.5), ("b", 3.5), ("a", 1.0)])],
        &[facility("near", THERE, None, &line(4.0)), facility("far", FAR, None, &line(1000.0))],
    );
    let found = plan(&cast.producer, &asked).await.is(200);
    let (near, far) = (km(HERE, THERE), km(HERE, FAR));
    assert!(close(number(&found, "/tonne_km"), 0.004 * near + 0.007 * far));
    let binding = found.get("/binding").as_array().unwrap();
    assert_eq!(binding.len(), 1, "{binding:?}");
    assert_eq!((&binding[0]["facility"], &binding[0]["line"]), (&json!("near"), &json!(7)));
    assert_eq!(binding[0]["saves_unmet_kg_per_kg"], 0);
    let saved = binding[0]["saves_tonne_km_per_kg"].as_f64().unwrap();
    assert!(close(saved * 1e3, far - near), "{saved}");
}

/// The shared limit is what binds: a kilogram more of it serves one more and drives it there.
#[tokio::test]
async fn a_shared_limit_is_told_without_a_line() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let lines = json!([
        {"line": 1, "codes": ["a"], "annual_kg": 6},
        {"line": 2, "codes": ["b"], "annual_kg": 6},
    ]);
    let asked = problem(
        &[source("s", HERE, &[("a", 5.0), ("b", 5.0), ("c", 2.25)])],
        &[facility("f", THERE, Some(7.0), &lines)],
    );
    let found = plan(&cast.producer, &asked).await.is(200);
    assert_eq!(found.get("/unmet_kg"), &json!(5.25));
    let unmet = found.get("/unmet").as_array().unwrap();
    assert!(unmet.contains(&json!({"source": "s", "code": "c", "kg": 2.25})), "{unmet:?}");
    let binding = found.get("/binding").as_array().unwrap();
    assert_eq!(binding.len(), 1, "{binding:?}");
    assert!(binding[0]["line"].is_null());
    assert_eq!(binding[0]["saves_unmet_kg_per_kg"], 1);
    let saved = binding[0]["saves_tonne_km_per_kg"].as_f64().unwrap();
    assert!(close(saved * 1e3, -km(HERE, THERE)), "{saved}");
}

#[tokio::test]
async fn nothing_to_do_is_done_at_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let nothing = plan(&cast.producer, &problem(&[], &[])).await.is(200);
    assert_eq!((nothing.get("/unmet_kg"), nothing.get("/tonne_km")), (&json!(0), &json!(0.0)));
    let lines = json!([{"line": 1, "codes": [], "annual_kg": 5},
        {"line": 2, "codes": ["a"], "annual_kg": 0}]);
    let asked = problem(
        &[source("s", HERE, &[("a", 3.0), ("z", 0.0)]), source("t", HERE, &[])],
        &[facility("f", THERE, Some(0.0), &lines), facility("g", THERE, None, &json!([]))],
    );
    let found = plan(&cast.producer, &asked).await.is(200);
    assert_eq!(found.get("/unmet"), &json!([{"source": "s", "code": "a", "kg": 3}]));
    assert_eq!(found.get("/flows"), &json!([]));
}

/// Equal optima are many; the answer is one, and it can be had without what more would save.
#[tokio::test]
async fn the_same_problem_has_the_same_answer() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let lines = json!([{"line": 1, "codes": ["a"], "annual_kg": 5},
        {"line": 2, "codes": ["a"], "annual_kg": 5}]);
    let sources = ["s", "t", "u"].map(|id| source(id, HERE, &[("a", 4.0)]));
    let facilities = ["f", "g"].map(|id| facility(id, THERE, Some(5.0), &lines));
    let mut asked = problem(&sources, &facilities);
    let first = plan(&cast.producer, &asked).await.is(200);
    let second = plan(&cast.stranger, &asked).await.is(200);
    assert_eq!(first.text, second.text);
    asked["marginal_values"] = json!(false);
    let plain = plan(&cast.producer, &asked).await.is(200);
    assert!(plain.get("/binding").is_null());
    assert_eq!(plain.get("/flows"), first.get("/flows"));
    let call = cast.producer.call(Method::POST, "/capacity/plans").json(&asked);
    let table = call.header("accept", "text/csv").header("accept-language", "en");
    let table = table.send().await.is(200).text;
    assert!(table.contains("source,facility,line,code,kg"), "{table}");
    assert_eq!(table.lines().count(), 1 + first.get("/flows").as_array().unwrap().len());
}
