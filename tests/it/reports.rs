//! Reports of ledgers: due by class, generated from the entries, frozen and amended, and nobody
//! else's.

mod duties;
mod frozen;
mod plan;
mod preview;

use serde_json::{Value, json};

use crate::capacity::division;
use crate::support::{Answer, Cast, Client, World};

const OIL: &str = "900-249-08";
const BOXES: &str = "841-001-01";

/// An entry of the producer's ledger: kind, code, kilograms, when.
async fn enter(cast: &Cast, (kind, code, kg, at): (&str, &str, f64, &str)) {
    let entry = json!({"site_id": cast.producer_site, "kind": kind, "waste_code": code,
        "mass_kg": kg, "occurred_at": at});
    cast.producer.post("/ledger-entries", &entry).await.ok();
}

/// The report of a month of 2026, of the producer's site.
fn month(cast: &Cast, number: u32) -> Value {
    json!({"site_id": cast.producer_site, "year": 2026, "period": "month", "number": number})
}

async fn preview(client: &Client, site: &str, query: &str) -> Answer {
    client.get(&format!("/reports/preview?site_id={site}&{query}")).await
}

/// Who is not of the site's organisation and does not regulate it is told that there is nothing.
#[tokio::test]
async fn reports_are_their_own_peoples_and_their_regulators() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, ("produced", OIL, 5.0, "2026-10-05T00:00:00Z")).await;
    let id = cast.producer.post("/reports", &month(&cast, 10)).await.is(201).id();
    let path = format!("/reports/{id}");
    let amend = json!({"reason": "wrong_data"});
    let query = "year=2026&period=month&number=10";
    let plan = json!({"site_id": cast.producer_site, "year": 2026,
        "lines": [{"waste_code": OIL, "annual_kg": 10}]});
    let plan = cast.producer.post("/management-plans", &plan).await.ok().id();
    let plan = format!("/management-plans/{plan}/actual");
    let (own, other) = (division(&world, &cast, "01").await, division(&world, &cast, "02").await);
    for client in [&cast.producer, &cast.corps, &own] {
        client.get(&path).await.is(200);
        client.get(&plan).await.is(200);
        preview(client, &cast.producer_site, query).await.is(200);
        let listed = client.get("/reports?status=submitted").await.is(200);
        assert_eq!(listed.get("/data/0/id"), &json!(id), "{}", listed.text);
    }
    for client in [&cast.stranger, &cast.carrier, &cast.receiver, &other] {
        client.get(&path).await.is(404).refused_as("not_found");
        client.get(&plan).await.is(404).refused_as("not_found");
        preview(client, &cast.producer_site, query).await.is(404).refused_as("not_found");
        client.post(&format!("{path}/amendments"), &amend).await.is(404);
        assert_eq!(client.get("/reports").await.is(200).get("/data"), &json!([]));
        let of_site = format!("/reports?site_id={}", cast.producer_site);
        assert_eq!(client.get(&of_site).await.is(200).get("/data"), &json!([]));
        client.post("/reports", &month(&cast, 9)).await.is(403).refused_as("forbidden");
    }
    // A regulator reads, and declares in nobody's name.
    for client in [&cast.corps, &own] {
        client.post("/reports", &month(&cast, 9)).await.is(403).refused_as("forbidden");
        client.post(&format!("{path}/amendments"), &amend).await.is(403);
    }
    assert_eq!(world.rows("report").await, 1);
}
