//! Coverage: which divisions have a medical facility that runs, and where nobody has come.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::division;
use super::emergency::{medical_licence, site};
use crate::support::{Answer, Cast, Client, World};

async fn coverage(client: &Client, query: &str) -> Answer {
    client.get(&format!("/capacity/coverage?{query}")).await.is(200)
}

fn of<'a>(answer: &'a Answer, division: &str) -> &'a Value {
    let all = answer.get("/divisions").as_array().unwrap();
    all.iter().find(|one| one["division"] == division).unwrap()
}

#[tokio::test]
async fn a_division_is_covered_while_a_licensed_facility_of_its_runs() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let found = coverage(&cast.corps, "").await;
    assert_eq!(of(&found, "01")["is_covered"], json!(true));
    assert_eq!(of(&found, "01")["nearest"], Value::Null);
    let own = &of(&found, "01")["facilities"][0];
    assert_eq!((&own["days_logged"], &own["logged_status"]), (&json!(0), &Value::Null));
    let far = of(&found, "02");
    assert_eq!((&far["is_covered"], &far["facilities"]), (&json!(false), &json!([])));
    assert_eq!(far["nearest"]["site_id"], json!(cast.receiver_site));
    assert!(far["nearest"]["km"].as_f64().unwrap() > 50.0);
    // A site without a licence covers nothing; with one it does.
    let plant = site(&cast, "02", "treatment").await;
    assert_eq!(of(&coverage(&cast.corps, "").await, "02")["is_covered"], json!(false));
    let licence = medical_licence(&cast, &plant, 100).await;
    let found = coverage(&cast.corps, "divisions=02,03").await;
    assert_eq!(of(&found, "02")["facilities"][0]["licence_id"], json!(licence));
    assert_eq!(found.get("/not_covered"), &json!(["03"]));
    // What it logs as down is covered by its neighbour, until it runs again.
    let log = async |on: &str, status: &str| {
        let day = json!({"site_id": plant, "on": on, "status": status});
        cast.receiver.post("/facility-days", &day).await.ok();
    };
    log("2026-11-23", "running").await;
    log("2026-11-24", "down").await;
    let found = coverage(&cast.corps, "divisions=02").await;
    let second = of(&found, "02");
    assert_eq!(second["is_covered"], json!(false));
    assert_eq!(second["nearest"]["site_id"], json!(cast.receiver_site));
    let facility = &second["facilities"][0];
    assert_eq!((&facility["days_logged"], &facility["days_down"]), (&json!(2), &json!(1)));
    assert_eq!(facility["logged_on"], json!("2026-11-24"));
    log("2026-11-25", "reduced").await;
    let found = coverage(&cast.corps, "divisions=02").await;
    assert_eq!(of(&found, "02")["is_covered"], json!(true));
    // An emergency's plan shows what is logged.
    let asked = json!({"starts_on": "2026-12-01", "days": 1, "divisions": ["02"]});
    let path = "/capacity/emergency-plans?validate_only=true";
    let plan = cast.corps.post(path, &asked).await.is(201);
    let plants = plan.get("/course/plants").as_array().unwrap();
    let logged = plants.iter().find(|one| one["site_id"] == json!(plant)).unwrap();
    assert_eq!(logged["logged_status"], json!("reduced"));
    // A licence that is suspended covers nothing.
    let suspended = json!({"status": "suspended"});
    cast.corps.patch(&format!("/licences/{licence}"), &suspended).await.ok();
    let found = coverage(&cast.corps, "divisions=02").await;
    assert_eq!(of(&found, "02")["facilities"], json!([]));
}

#[tokio::test]
async fn an_institution_waits_from_its_last_pickup_on() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let beds = json!({"beds": 100, "business": "hospital"});
    cast.corps.patch(&format!("/sites/{}", cast.producer_site), &beds).await.ok();
    let clinic = site(&cast, "02", "production").await;
    let waiting = |answer: &Answer| -> Vec<String> {
        let all = answer.get("/institutions").as_array().unwrap();
        all.iter().map(|one| one["site_id"].as_str().unwrap().to_owned()).collect()
    };
    let found = coverage(&cast.corps, "").await;
    assert_eq!(waiting(&found).len(), 2);
    assert_eq!(found.get("/institutions/0/last_pickup_at"), &Value::Null);
    let mut boxes = cast.medical();
    boxes["items"][0]["produce"] = json!(true);
    let filed = cast.filed(&boxes).await.id();
    let found = coverage(&cast.corps, "divisions=01").await;
    assert_eq!(found.get("/institutions/0/on_hand_kg"), &json!(42.5));
    cast.carrier.post(&format!("/manifests/{filed}/depart"), &json!({})).await.ok();
    assert_eq!(waiting(&coverage(&cast.corps, "").await), [clinic]);
    world.pass(TimeDelta::hours(47));
    assert_eq!(coverage(&cast.corps, "divisions=01").await.get("/institutions"), &json!([]));
    let day = coverage(&cast.corps, "divisions=01&hours=24").await;
    assert_eq!(day.get("/institutions/0/hours_since"), &json!(47));
    assert_eq!(day.get("/hours"), &json!(24));
    world.pass(TimeDelta::hours(1));
    let found = coverage(&cast.corps, "divisions=01").await;
    assert_eq!(waiting(&found).join(" "), cast.producer_site);
    assert_eq!(found.get("/institutions/0/hours_since"), &json!(48));
    let second = division(&world, &cast, "02").await;
    assert_eq!(coverage(&second, "").await.get("/divisions").as_array().unwrap().len(), 1);
    for (client, query, code) in [
        (&second, "divisions=01", "forbidden"),
        (&cast.producer, "", "forbidden"),
        (&cast.corps, "hours=0", "out_of_range"),
        (&cast.corps, "divisions=77", "invalid_value"),
        (&cast.corps, "days=2", "unknown_field"),
    ] {
        client.get(&format!("/capacity/coverage?{query}")).await.refused_as(code);
    }
    let csv = cast.corps.call(crate::support::Method::GET, "/capacity/coverage?divisions=01");
    let csv = csv.header("accept", "text/csv").send().await.is(200);
    assert!(csv.text.contains(&cast.producer_site), "{}", csv.text);
}
