//! A look is recorded with what the system showed, and told to the parties.

use serde_json::{Value, json};

use super::{departed, inspection, inspector};
use crate::support::{Cast, Client, Method, World};

async fn seen(of: &Client, query: &str) -> Vec<Value> {
    let page = of.get(&format!("/inspections?{query}")).await.ok();
    page.get("/data").as_array().unwrap().clone()
}

#[tokio::test]
async fn a_look_is_recorded_once_and_each_party_sees_its_own() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let police = inspector(&world, &cast, "09", "public_security").await;
    let ecology = inspector(&world, &cast, "09", "ecology").await;
    let first_division = inspector(&world, &cast, "01", "ecology").await;
    let health = inspector(&world, &cast, "01", "health").await;
    let manifest = departed(&cast, 100).await;
    let findings = json!([{"kind": "leak", "note": "右后桶渗漏"}, {"kind": "label"}]);
    let body = inspection(&json!({"plate": "新A·12345"}), "irregular", &findings);
    let post = || police.call(Method::POST, "/inspections").json(&body).key("look-1");
    let made = post().send().await.is(201);
    assert_eq!(made.str("/plate"), "新A12345");
    assert_eq!(made.str("/manifests/0/manifest_id"), manifest.id());
    assert_eq!(*made.get("/manifests/0/version"), json!(2));
    assert_eq!(made.str("/agency"), "public_security");
    let again = post().send().await.is(201);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &made.json));
    assert_eq!(world.rows("inspection").await, 1);
    let path = format!("/inspections/{}", made.id());
    assert_eq!(made.header("location"), format!("/api/v1{path}"));

    for sees in [&police, &cast.corps, &first_division, &ecology] {
        assert_eq!(sees.get(&path).await.ok().str("/note"), "例行检查");
    }
    // Hazardous waste is none of the health agency's business.
    health.get(&path).await.is(404);
    cast.stranger.get(&path).await.is(404);
    let of_it = format!("manifest_id={}", manifest.id());
    for party in [&cast.producer, &cast.carrier, &cast.receiver] {
        let own = party.get(&path).await.ok();
        assert!(own.get("/note").is_null() && own.get("/findings/0/note").is_null());
        assert_eq!(own.str("/findings/0/kind"), "leak");
        assert_eq!(seen(party, &of_it).await.len(), 1);
    }
    assert!(seen(&cast.stranger, &of_it).await.is_empty());
    assert_eq!(seen(&police, "outcome=irregular&plate=%E6%96%B0A12345").await.len(), 1);
    assert!(seen(&police, "outcome=held").await.is_empty());
    assert!(seen(&police, "to=2026-11-25T02:00:00Z").await.is_empty());

    let told = "SELECT count(*) FROM outbox WHERE kind = 'manifest_inspected'";
    let told: i64 = world.database.superuser().await.query_one(told, &[]).await.unwrap().get(0);
    assert_eq!(told, 3);
    let feed = async |of: &Client| {
        let page = of.get("/changes?limit=500").await.ok();
        let all = page.get("/data").as_array().unwrap().clone();
        all.into_iter().filter(|one| one["subject"]["kind"] == "inspection").count()
    };
    assert_eq!((feed(&cast.carrier).await, feed(&cast.stranger).await), (1, 0));
}

#[tokio::test]
async fn a_party_does_not_see_whose_else_load_was_on_the_truck() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let own = departed(&cast, 100).await;
    // Another producer's load on the same truck.
    let entry = |site: &str| {
        json!({"site_id": site, "kind": "produced", "waste_code": "900-249-08",
            "mass_kg": 100})
    };
    let me = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
    let site = json!({"organisation_id": me, "name": "x", "kind": "production", "division": "01",
        "region_code": "659002"});
    let site = cast.stranger.post("/sites", &site).await.ok().id();
    cast.stranger.post("/ledger-entries", &entry(&site)).await.ok();
    let mut body = cast.oil(&json!(50));
    body["producer_site_id"] = json!(site);
    let other = cast.stranger.post("/manifests", &body).await.is(201);
    cast.carrier.post(&format!("/manifests/{}/depart", other.id()), &json!({})).await.ok();
    let body = inspection(&json!({"plate": "新A12345"}), "in_order", &json!([]));
    let made = cast.corps.post("/inspections", &body).await.is(201);
    let shown = async |of: &Client| {
        let one = of.get(&format!("/inspections/{}", made.id())).await.ok();
        let found = one.get("/manifests").as_array().unwrap().clone();
        found.into_iter().map(|one| one["manifest_id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&cast.producer).await, [json!(own.id())]);
    assert_eq!(shown(&cast.stranger).await, [json!(other.id())]);
    assert_eq!(shown(&cast.carrier).await.len(), 2);
    assert_eq!(shown(&cast.corps).await.len(), 2);
}

#[tokio::test]
async fn a_look_at_nothing_is_recorded_too_and_nonsense_is_not() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let plate = json!({"plate": "新A99999"});
    let made = cast.corps.post("/inspections", &inspection(&plate, "in_order", &json!([]))).await;
    let made = made.is(201);
    assert!(made.get("/manifests").as_array().unwrap().is_empty());
    assert!(made.get("/log_size").as_i64().unwrap() > 0);

    let leak = json!([{"kind": "leak"}]);
    for (what, outcome, findings, code, pointer) in [
        (json!({}), "in_order", json!([]), "required", "/plate"),
        (json!({"plate": "新A1", "number": "1"}), "in_order", json!([]), "plate_invalid", "/plate"),
        (
            json!({"number": "1", "container_code": "1"}),
            "in_order",
            json!([]),
            "invalid_value",
            "/plate",
        ),
        (plate.clone(), "in_order", leak.clone(), "decision_mismatch", "/findings"),
        (plate.clone(), "held", json!([]), "decision_mismatch", "/findings"),
        (
            json!({"plate": "新A99999", "occurred_at": "2026-11-25T03:00:00Z"}),
            "held",
            leak.clone(),
            "not_yet",
            "/occurred_at",
        ),
        (
            json!({"plate": "新A99999", "occurred_at": "2026-01-25T03:00:00Z"}),
            "held",
            leak.clone(),
            "occurred_too_early",
            "/occurred_at",
        ),
    ] {
        let refused = cast.corps.post("/inspections", &inspection(&what, outcome, &findings)).await;
        refused.is(422).refused_as(code).at(pointer);
    }
    let body = inspection(&plate, "in_order", &json!([]));
    for other in [&cast.producer, &cast.carrier, &cast.receiver] {
        other.post("/inspections", &body).await.is(403);
    }
    let tried = cast.corps.post("/inspections?validate_only=true", &body).await.is(201);
    assert_eq!(tried.header("location"), "");
    assert_eq!(world.rows("inspection").await, 1);
}
