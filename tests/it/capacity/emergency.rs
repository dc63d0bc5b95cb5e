//! Medical emergencies: what medical plants cannot take goes to the list, and the rest is told.

use serde_json::{Value, json};

use super::division;
use crate::support::{Answer, Cast, Client, World};

async fn ask(client: &Client, body: &Value) -> Answer {
    client.post("/capacity/emergency-plans", body).await
}

/// A site of the receiver's in a division, with a licence for medical waste where `daily_kg` says
/// how much a day.
pub async fn site(cast: &Cast, number: &str, kind: &str) -> String {
    let owner = if kind == "treatment" { &cast.receiver_id } else { &cast.producer_id };
    let asked = json!({"organisation_id": owner, "name": format!("{number} {kind}"), "kind": kind,
        "business": (kind == "production").then_some("hospital"), "division": number,
        "region_code": "659002", "location": {"lon": 80, "lat": 41}});
    cast.corps.post("/sites", &asked).await.ok().id()
}

pub async fn medical_licence(cast: &Cast, site: &str, daily_kg: i64) -> String {
    let licence = json!({"organisation_id": cast.receiver_id, "site_id": site,
        "number": format!("医废-{daily_kg}"), "kind": "comprehensive", "issued_on": "2026-01-01",
        "issued_by": "兵团", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "rated_daily_kg": daily_kg, "lines": [{"line": 1, "waste_codes": [],
        "categories": ["HW01"], "methods": ["Y11"], "annual_kg": daily_kg * 300}]});
    cast.corps.post("/licences", &licence).await.ok().id()
}

pub async fn helper(
    cast: &Cast,
    site: &str,
    (daily_kg, priority, hours): (i64, i64, i64),
) -> String {
    let facility = json!({"site_id": site, "kind": "cement_kiln", "daily_kg": daily_kg,
        "notice_hours": hours, "priority": priority,
        "contact": {"person": "李四", "phone": "13900000001"}});
    cast.corps.post("/co-disposal-facilities", &facility).await.ok().id()
}

fn kg(answer: &Answer, pointer: &str) -> f64 {
    answer.get(&format!("/course{pointer}")).as_f64().unwrap()
}

fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 1e-6
}

/// Ten days of three times a usual hundred kilograms; 200 a day by licence, then 80 on the list.
#[tokio::test]
async fn a_surge_goes_to_the_list_and_breaks_limits_where_that_is_not_enough() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    // The cast's own licence takes 1 kg of medical waste a year: next to nothing.
    let hospital = site(&cast, "02", "production").await;
    let plant = site(&cast, "02", "treatment").await;
    let kiln = site(&cast, "03", "treatment").await;
    let licence = medical_licence(&cast, &plant, 200).await;
    let list = helper(&cast, &kiln, (80, 1, 48)).await;
    let usual = json!([{"site_id": hospital, "daily_kg": 100}]);
    let mut asked = json!({"starts_on": "2026-12-01", "days": 10, "usual": usual,
        "surge": [{"division": "02", "factor": 3}]});
    let found = ask(&cast.corps, &asked).await.is(201);
    assert!(close(kg(&found, "/made_kg"), 3000.0));
    let of = |id: &str| {
        let plants = found.get("/course/plants").as_array().unwrap();
        plants.iter().find(|plant| plant["id"] == id).unwrap().clone()
    };
    // Twelve days of 200, and ten of 80: from the third on, when its notice is over.
    assert_eq!(of(&licence)["treated_kg"], 2400);
    let kiln = of(&list);
    assert_eq!((&kiln["right"], &kiln["priority"]), (&json!("co_disposal"), &json!(1)));
    assert_eq!(kiln["from"], "2026-12-03");
    let treated = kg(&found, "/treated_kg");
    assert!((2999.9..=3000.0).contains(&treated), "{treated}");
    // Masses are conserved, day by day.
    let days = found.get("/course/days").as_array().unwrap();
    assert_eq!((days.len(), &days[0]["on"]), (12, &json!("2026-12-01")));
    let mut waiting = 0.0;
    for day in days {
        let allocated: f64 = day["allocations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["kg"].as_f64().unwrap())
            .sum();
        assert!(close(allocated, day["treated_kg"].as_f64().unwrap()));
        waiting += day["made_kg"].as_f64().unwrap() - allocated;
        assert!(close(waiting, day["waiting_kg"].as_f64().unwrap()));
    }
    // Without the list more lies too long, and without any plant all of it.
    asked["co_disposal_facility_ids"] = json!([]);
    let without = ask(&cast.corps, &asked).await.is(201);
    assert!((2400.0..2400.1).contains(&kg(&without, "/treated_kg")), "{}", without.text);
    assert!(!without.get("/course/breaks").as_array().unwrap().is_empty());
    asked["unavailable_site_ids"] = json!([plant, cast.receiver_site]);
    let nothing = ask(&cast.corps, &asked).await.is(201);
    assert_eq!(nothing.get("/course/treated_kg"), &json!(0));
    assert_eq!(nothing.get("/course/untreated"), &json!([{"division": "02", "kg": 3000}]));
    let breaks = nothing.get("/course/breaks").as_array().unwrap();
    assert_eq!(
        (breaks.len(), &breaks[0]),
        (
            10,
            &json!({"division": "02", "on": "2026-12-03",
        "kg": 300})
        )
    );
}

/// A usual day is told from the ledger; a hospital without one is named.
#[tokio::test]
async fn a_usual_day_is_what_ledgers_say() {
    let world = World::start().await;
    let cast = Cast::new(&world, 36_500).await;
    let silent = site(&cast, "01", "production").await;
    let entry = |code: &str, kg: i64, at: &str| {
        json!({"site_id": cast.producer_site, "kind": "produced", "waste_code": code,
            "mass_kg": kg, "occurred_at": at})
    };
    for body in [
        entry("841-001-01", 50, "2026-11-15T04:00:00Z"),
        entry("841-002-01", 30, "2026-11-20T04:00:00Z"),
        // Too long ago, and no medical waste.
        entry("841-001-01", 999, "2025-11-01T04:00:00Z"),
        entry("900-249-08", 999, "2026-11-20T04:00:00Z"),
    ] {
        cast.producer.post("/ledger-entries", &body).await.ok();
    }
    let asked = json!({"starts_on": "2026-12-01", "days": 1});
    let found = ask(&cast.corps, &asked).await.is(201);
    // 80 kg in the ten days since the 15th.
    assert_eq!(found.get("/course/institutions/0/usual_daily_kg"), &json!(8));
    assert_eq!(found.get("/course/institutions/0/site_id"), &json!(cast.producer_site));
    assert_eq!(found.get("/course/unknown_site_ids"), &json!([silent]));
    assert_eq!(
        (found.get("/course/treated_kg"), found.get("/course/breaks")),
        (&json!(8), &json!([]))
    );
}

#[tokio::test]
async fn what_is_asked_is_checked_and_is_for_regulators() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let good = json!({"starts_on": "2026-12-01", "days": 3});
    ask(&cast.corps, &good).await.is(201);
    for client in [&cast.producer, &cast.receiver, &cast.stranger] {
        ask(client, &good).await.refused_as("forbidden");
    }
    let second = division(&world, &cast, "02").await;
    let mut anothers = good.clone();
    anothers["divisions"] = json!(["01"]);
    ask(&second, &anothers).await.refused_as("forbidden");
    assert_eq!(ask(&second, &good).await.is(201).get("/course/divisions"), &json!(["02"]));
    let nobody = "01a20000-0000-7000-8000-000000000000";
    for (name, value, at, code) in [
        ("days", json!(0), "/days", "out_of_range"),
        ("days", json!(91), "/days", "out_of_range"),
        ("starts_on", json!("2026-13-01"), "/starts_on", "invalid_value"),
        ("institution_hours", json!(72), "/institution_hours", "out_of_range"),
        ("surge", json!([{"division": "01", "factor": -1}]), "/surge/0/factor", "out_of_range"),
        ("unavailable_site_ids", json!([nobody]), "/unavailable_site_ids/0", "unknown_reference"),
        (
            "usual",
            json!([{"site_id": nobody, "daily_kg": 1}]),
            "/usual/0/site_id",
            "unknown_reference",
        ),
        (
            "waiting",
            json!([{"site_id": nobody, "kg": 1}]),
            "/waiting/0/site_id",
            "unknown_reference",
        ),
        (
            "co_disposal_facility_ids",
            json!([nobody]),
            "/co_disposal_facility_ids/0",
            "unknown_reference",
        ),
        ("colour", json!("red"), "/colour", "unknown_field"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        ask(&cast.corps, &body).await.refused_as(code).at(at);
    }
    let twice = json!({"starts_on": "2026-12-01", "days": 3, "surge": [
        {"division": "01", "factor": 2}, {"division": "01", "factor": 3}]});
    ask(&cast.corps, &twice).await.refused_as("invalid_value").at("/surge/1/division");
}
