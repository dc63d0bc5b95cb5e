//! The pilot of lead-acid batteries: workshops bring few at a time to a collection point, which
//! sends them on together, with the mass of each receipt kept.

use serde_json::{Value, json};

use crate::audit;
use crate::support::{Cast, World};

const BATTERIES: &str = "900-052-31";

/// A place of the receiver's with a licence for batteries; answers its id.
async fn place(cast: &Cast, (kind, licence, method): (&str, &str, &str)) -> String {
    let site = json!({"organisation_id": cast.receiver_id, "name": kind, "kind": kind,
        "division": "01", "region_code": "659002"});
    let site = cast.corps.post("/sites", &site).await.ok().id();
    let licence = json!({"organisation_id": cast.receiver_id, "site_id": site,
        "number": format!("兵危证 {method}"), "kind": licence, "issued_on": "2025-01-01",
        "issued_by": "兵团", "valid_from": "2025-01-01", "valid_to": "2027-12-31",
        "lines": [{"line": 1, "waste_codes": [BATTERIES], "categories": [],
            "methods": [method], "annual_kg": 10_000}]});
    let granted = cast.corps.post("/licences", &licence).await.ok();
    // What the pilot lets a collection licence in division 01 hold is not remarked on.
    assert!(granted.json.get("warnings").is_none(), "{}", granted.shown());
    site
}

fn load(cast: &Cast, (from, to): (&str, &str), (kg, method): (i64, &str)) -> Value {
    let mut body = cast.oil(&json!(kg));
    body["producer_site_id"] = json!(from);
    body["receiver_site_id"] = json!(to);
    body["items"] = json!([{"waste_code": BATTERIES, "name": "废铅蓄电池", "form": "solid",
        "hazards": ["T", "C"], "mass_kg": kg, "method": method,
        "packages": [{"kind": "pallet", "count": 1}]}]);
    body
}

#[tokio::test]
async fn many_receipts_go_on_as_one_with_their_masses_kept() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let point = place(&cast, ("collection_point", "collection", "S1")).await;
    let smelter = place(&cast, ("treatment", "comprehensive", "R4")).await;
    let mut sources = Vec::new();
    for kg in [120, 85, 40] {
        let mut body = load(&cast, (&cast.producer_site, &point), (kg, "S1"));
        body["items"][0]["produce"] = json!(true);
        let taken = cast.accepted(&body).await;
        sources.push(json!({"manifest_id": taken.id(), "line": 1, "mass_kg": kg}));
    }
    let mut onward = load(&cast, (&point, &smelter), (245, "R4"));
    onward["items"][0]["source_items"] = json!(sources);
    let sent = cast.receiver.post("/manifests", &onward).await.is(201);
    let path = format!("/manifests/{}", sent.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    let accept = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 245, "refused_kg": 0}]});
    cast.receiver.post(&format!("{path}/receive"), &accept).await.ok();
    // Each receipt is done, and the chain has every edge with its mass.
    let chain = cast.corps.get(&format!("/audit/chains/{}", sent.id())).await.is(200);
    let edges = chain.get("/edges").as_array().unwrap();
    let mut masses: Vec<i64> = edges.iter().map(|edge| edge["mass_kg"].as_i64().unwrap()).collect();
    masses.sort_unstable();
    assert_eq!(masses, [40, 85, 120]);
    for source in &sources {
        let id = source["manifest_id"].as_str().unwrap();
        let seen = cast.corps.get(&format!("/manifests/{id}")).await.is(200);
        assert_eq!(seen.str("/status"), "completed");
        assert_eq!(seen.get("/items/0/sent_on_kg"), &source["mass_kg"]);
    }
    // No gram is sent on twice.
    let again = cast.receiver.post("/manifests", &onward).await;
    again.refused_as("insufficient_on_hand");
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
}
