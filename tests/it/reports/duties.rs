//! What is due: by the class that the organisation had, until the day of the law.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{BOXES, OIL, enter, month};
use crate::support::{Answer, Cast, Client, Method, World};

/// Period, number, status and class of each row.
fn told(page: &Answer) -> Vec<String> {
    let row = |row: &Value| {
        let word = |pointer: &str| row.pointer(pointer).unwrap().as_str().unwrap();
        let number = row.pointer("/period/number").unwrap();
        let (kind, status) = (word("/period/kind"), word("/status"));
        format!("{kind} {number} {status} {}", word("/management_class"))
    };
    page.get("/data").as_array().unwrap().iter().map(row).collect()
}

async fn list(client: &Client, query: &str) -> Vec<String> {
    told(&client.get(&format!("/reports?{query}")).await.is(200))
}

/// The same in pages of one.
async fn paged(client: &Client, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/reports?{query}&limit=1{cursor}")).await.is(200);
        all.extend(told(&page));
        let Some(next) = page.get("/next_cursor").as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn set(world: &World, now: &str) {
    world.app.clock.set(now.parse::<DateTime<Utc>>().unwrap());
}

#[tokio::test]
async fn a_class_owes_what_it_was_when_the_period_ended() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let client = &cast.producer;
    // Registered this month, it owes nothing of last year and nothing of the months before.
    assert_eq!(list(client, "").await, ["year 1 open registered"]);
    enter(&cast, ("produced", OIL, 12_000.0, "2026-06-10T00:00:00Z")).await;
    let simplified = [
        "quarter 2 late simplified",
        "quarter 3 late simplified",
        "quarter 4 open simplified",
        "year 1 open simplified",
    ];
    assert_eq!(list(client, "year=2026").await, simplified);
    // It has grown in October: the quarters before stay what they were.
    enter(&cast, ("produced", OIL, 88_000.0, "2026-10-05T00:00:00Z")).await;
    let key = [
        "quarter 2 late simplified",
        "quarter 3 late simplified",
        "month 10 late key",
        "month 11 open key",
        "year 1 open key",
    ];
    assert_eq!(list(client, "").await, key);
    assert_eq!(list(&cast.corps, "").await, key);
    let now = client.get("/producers").await.is(200);
    assert_eq!(now.get("/data/0/management_class"), "key");
    let rows = client.get("/reports?period=month").await.is(200);
    assert_eq!(rows.get("/data/0/class_reasons"), &json!(["quantity"]));
    let october = json!({"kind": "month", "year": 2026, "number": 10, "from": "2026-10-01",
        "to": "2026-10-31"});
    assert_eq!(rows.get("/data/0/period"), &october);
    assert_eq!(rows.get("/data/0/due_on"), "2026-11-15");
    assert_eq!(rows.get("/data/0/id"), &Value::Null);
    assert_eq!((rows.get("/data/0/is_late"), rows.get("/data/1/is_late")), both(true, false));
    // Filters, and pages of one.
    assert_eq!(list(client, "status=late&period=quarter").await, key[..2]);
    assert_eq!(list(client, "division=01").await.len(), 5);
    assert_eq!(list(client, "division=02").await.len(), 0);
    assert_eq!(list(client, &format!("site_id={}", cast.receiver_site)).await.len(), 0);
    assert_eq!(paged(client, "").await, key);
}

fn both(one: bool, two: bool) -> (&'static Value, &'static Value) {
    let shown = |is: bool| if is { &Value::Bool(true) } else { &Value::Bool(false) };
    (shown(one), shown(two))
}

#[tokio::test]
async fn the_last_day_still_counts_and_it_is_beijings() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let client = &cast.producer;
    enter(&cast, ("produced", OIL, 100_000.0, "2026-11-02T00:00:00Z")).await;
    let of = async |query: &str| list(client, query).await;
    assert_eq!(of("period=month").await, ["month 11 open key"]);
    set(&world, "2026-11-30T15:59:59Z");
    assert_eq!(of("period=month").await, ["month 11 open key"]);
    set(&world, "2026-11-30T16:00:00Z");
    assert_eq!(of("period=month").await, ["month 11 due key", "month 12 open key"]);
    set(&world, "2026-12-15T15:59:59Z");
    assert_eq!(of("status=due").await, ["month 11 due key"]);
    let submitted = client.post("/reports", &month(&cast, 11)).await.is(201);
    assert_eq!(
        (submitted.get("/status"), submitted.get("/is_late")),
        (&json!("submitted"), &json!(false))
    );
    set(&world, "2026-12-15T16:00:00Z");
    assert_eq!(of("period=month").await, ["month 11 submitted key", "month 12 open key"]);
    // December is due in January, of a year that has begun; the year itself at the end of March.
    set(&world, "2027-01-15T15:59:59Z");
    assert_eq!(
        of("").await,
        [
            "month 11 submitted key",
            "month 12 due key",
            "year 1 due key",
            "month 1 open key",
            "year 1 open key"
        ]
    );
    set(&world, "2027-01-15T16:00:00Z");
    assert_eq!(of("year=2026&status=late").await, ["month 12 late key"]);
    let late = client.post("/reports", &month(&cast, 12)).await.is(201).warns("late");
    assert_eq!(
        (late.get("/status"), late.get("/due_on")),
        (&json!("submitted_late"), &json!("2027-01-15"))
    );
    assert_eq!(of("year=2026&status=submitted_late").await, ["month 12 submitted_late key"]);
    set(&world, "2027-03-31T16:00:00Z");
    assert_eq!(of("year=2026&status=late").await, ["year 1 late key"]);
    assert_eq!(of("year=2025").await, [""; 0]);
}

#[tokio::test]
async fn who_treats_owes_months_from_then_on_and_kitchens_owe_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, ("produced", BOXES, 5.0, "2025-02-01T00:00:00Z")).await;
    let client = &cast.producer;
    assert_eq!(list(client, "").await, ["year 1 late registered", "year 1 open registered"]);
    enter(&cast, ("self_treated", BOXES, 1.0, "2026-09-02T00:00:00Z")).await;
    let months = ["month 9 late key", "month 10 late key", "month 11 open key"];
    assert_eq!(list(client, "period=month").await, months);
    let first = client.get("/reports?period=month&limit=1").await.is(200);
    assert_eq!(first.get("/data/0/class_reasons"), &json!(["own_treatment"]));
    // A restaurant has waste, and none of this kind.
    let site = |business: &str| {
        json!({"organisation_id": cast.producer_id, "name": business, "kind": "production",
            "business": business, "division": "01", "region_code": "659002"})
    };
    let kitchen = cast.corps.post("/sites", &site("restaurant")).await.ok().id();
    let scraps = json!({"site_id": kitchen, "kind": "produced", "waste_code": "CY-01",
        "mass_kg": 500_000});
    client.post("/ledger-entries", &scraps).await.ok();
    let of_kitchen = format!("site_id={kitchen}");
    assert_eq!(list(client, &of_kitchen).await, [""; 0]);
    let tubes = json!({"site_id": kitchen, "kind": "produced", "waste_code": "900-023-29",
        "mass_kg": 1});
    client.post("/ledger-entries", &tubes).await.ok();
    assert_eq!(list(client, &of_kitchen).await, ["month 11 open key", "year 1 open key"]);
    let plant = cast.corps.post("/sites", &site("chemical")).await.ok().id();
    let of_plant = format!("site_id={plant}");
    assert_eq!(list(client, &of_plant).await, ["month 11 open key", "year 1 open key"]);
    // Over several sites, some of which have nothing to show.
    for query in ["", "status=late", "status=open&period=year", "status=due"] {
        assert_eq!(paged(&cast.corps, query).await, list(&cast.corps, query).await, "{query}");
    }
    assert_eq!(list(&cast.corps, "").await.len(), 9);
    cast.corps.patch(&format!("/sites/{plant}"), &json!({"status": "closed"})).await.ok();
    assert_eq!(list(client, &of_plant).await, [""; 0]);
    // As a table, in the order of the pages.
    let call = client.call(Method::GET, "/reports?period=month&year=2026");
    let table = call.header("accept", "text/csv").header("accept-language", "en");
    let table = table.send().await.is(200).text;
    let call = client.call(Method::GET, "/reports").header("accept", "application/x-ndjson");
    assert_eq!(call.send().await.is(200).text.lines().count(), 7);
    let rows = table.lines().count();
    assert!(
        rows == 5 && table.contains(",2026,9,2026-09-01,2026-09-30,2026-10-15,late,"),
        "{table}"
    );
}
