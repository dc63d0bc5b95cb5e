//! What a report says: the sums of the entries, by hand.

use serde_json::{Value, json};

use super::{BOXES, OIL, enter, preview};
use crate::support::{Answer, Cast, Method, World};

fn line<'a>(found: &'a Answer, code: &str) -> &'a Value {
    let lines = found.get("/lines").as_array().unwrap();
    lines.iter().find(|line| line["waste_code"] == code).unwrap_or(&Value::Null)
}

/// The names of the sums, in the order of the form.
const SUMS: [&str; 9] = [
    "opening_kg",
    "produced_kg",
    "brought_in_kg",
    "moved_out_kg",
    "self_treated_kg",
    "loss_kg",
    "correction_kg",
    "closing_kg",
    "imbalance_kg",
];

fn sums(line: &Value) -> Vec<Value> {
    SUMS.iter().map(|name| line[*name].clone()).collect()
}

async fn ledger(cast: &Cast) {
    for entry in [
        // The years of Beijing.
        ("produced", OIL, 100.0, "2025-12-31T15:59:59Z"),
        ("produced", OIL, 50.0, "2025-12-31T16:00:00Z"),
        // The last second of September, and the first of October.
        ("produced", OIL, 10.0, "2026-09-30T15:59:59Z"),
        ("produced", OIL, 20.001, "2026-09-30T16:00:00Z"),
        ("correction", OIL, -0.5, "2026-10-02T00:00:00Z"),
        ("brought_in", OIL, 2.0, "2026-10-03T00:00:00Z"),
        ("self_treated", OIL, 3.0, "2026-10-03T00:00:00Z"),
        ("loss", OIL, 1.0, "2026-10-03T00:00:00Z"),
        // Within the site, and so no part of it.
        ("stored", OIL, 5.0, "2026-10-03T00:00:00Z"),
        ("taken_out", OIL, 4.0, "2026-10-31T15:59:59Z"),
        // More than there was: of medical waste the ledger only warns.
        ("moved_out", BOXES, 1.5, "2026-10-31T15:59:59Z"),
        ("produced", "CY-01", 700.0, "2026-10-03T00:00:00Z"),
        ("produced", OIL, 400.0, "2026-10-31T16:00:00Z"),
    ] {
        enter(cast, entry).await;
    }
}

#[tokio::test]
async fn it_is_what_the_entries_add_up_to() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    ledger(&cast).await;
    let of = async |query: &str| preview(&cast.producer, &cast.producer_site, query).await.is(200);
    let october = of("year=2026&period=month&number=10").await;
    let oil = line(&october, OIL);
    let wanted = json!([160, 20.001, 2, 0, 3, 1, -0.5, 177.501, 0]);
    assert_eq!((json!(sums(oil)), &oil["entries"]), (wanted, &json!(5)));
    let boxes = line(&october, BOXES);
    assert_eq!(json!(sums(boxes)), json!([0, 0, 0, 1.5, 0, 0, 0, -1.5, 1.5]));
    let by_hand = json!([{"receiver_id": null, "receiver_name": null, "method": null,
        "mass_kg": 1.5, "manifests": 0}]);
    assert_eq!(boxes["moved_out"], by_hand);
    assert_eq!(october.get("/lines").as_array().unwrap().len(), 2, "kitchen waste is none of it");
    let totals = json!(sums(october.get("/totals")));
    assert_eq!(totals, json!([160, 20.001, 2, 1.5, 3, 1, -0.5, 176.001, 1.5]));
    assert_eq!(october.get("/entries"), 6);
    assert_eq!(october.get("/management_class"), "key");
    assert_eq!(october.get("/class_reasons"), &json!(["own_treatment"]));
    assert_eq!(
        (october.get("/is_required"), october.get("/due_on")),
        (&json!(true), &json!("2026-11-15"))
    );
    assert_eq!(october.get("/legal_basis"), "HJ 1259-2022 7.2.1");
    assert_eq!(october.get("/organisation/id"), &json!(cast.producer_id));
    // What one period ends with the next begins with.
    let november = of("year=2026&period=month&number=11").await;
    assert_eq!(line(&november, OIL)["opening_kg"], 177.501);
    assert_eq!(line(&november, BOXES)["opening_kg"], -1.5);
    let third = of("year=2026&period=quarter&number=3").await;
    assert_eq!(json!(sums(line(&third, OIL))), json!([150, 10, 0, 0, 0, 0, 0, 160, 0]));
    let year = of("year=2026&period=year").await;
    let wanted = json!([100, 480.001, 2, 0, 3, 1, -0.5, 577.501, 0]);
    assert_eq!(json!(sums(line(&year, OIL))), wanted);
    let before = of("year=2024&period=year").await;
    assert_eq!((before.get("/lines"), before.get("/entries")), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn what_left_is_told_by_receiver_and_method() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(900).await;
    for kg in [250, 100] {
        cast.accepted(&cast.oil(&json!(kg))).await;
    }
    // Filed and not departed: still there.
    cast.filed(&cast.oil(&json!(30))).await;
    enter(&cast, ("moved_out", OIL, 7.0, "2026-11-20T00:00:00Z")).await;
    let query = "year=2026&period=month&number=11";
    let found = preview(&cast.producer, &cast.producer_site, query).await.is(200);
    let oil = line(&found, OIL);
    assert_eq!(json!(sums(oil)), json!([0, 900, 0, 357, 0, 0, 0, 543, 0]));
    let name = cast.receiver.get("/me").await.ok().str("/organisation/name").to_owned();
    let wanted = json!([
        {"receiver_id": cast.receiver_id, "receiver_name": name, "method": "R9", "mass_kg": 350,
         "manifests": 2},
        {"receiver_id": null, "receiver_name": null, "method": null, "mass_kg": 7,
         "manifests": 0},
    ]);
    assert_eq!(oil["moved_out"], wanted);
    let path = format!("/reports/preview?site_id={}&{query}", cast.producer_site);
    let call = cast.producer.call(Method::GET, &path).header("accept", "text/csv");
    let table = call.header("accept-language", "en").send().await.is(200).text;
    let row = format!("{OIL},0,900,0,357,0,0,0,543,0,4,{name};,R9;,350;7");
    assert!(table.contains(&row), "{table}");
}

#[tokio::test]
async fn what_is_asked_is_checked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for (query, code, at) in [
        ("year=2026&period=month", "required", "/query/number"),
        ("year=2026&period=quarter&number=5", "out_of_range", "/query/number"),
        ("year=2026&period=month&number=13", "out_of_range", "/query/number"),
        ("year=2026&period=year&number=2", "out_of_range", "/query/number"),
        ("year=2026&period=week&number=2", "invalid_value", "/query/period"),
        ("period=year", "required", "/query/year"),
    ] {
        let refused = preview(&cast.producer, &cast.producer_site, query).await.is(422);
        assert_eq!(refused.get("/errors/0/pointer"), at, "{query}: {}", refused.text);
        assert_eq!(refused.get("/errors/0/code"), code, "{query}: {}", refused.text);
    }
    let nowhere = "01a20000-0000-7000-8000-000000000000";
    preview(&cast.producer, nowhere, "year=2026&period=year").await.is(404);
}
