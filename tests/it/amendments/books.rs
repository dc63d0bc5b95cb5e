//! Accounts and ledgers of amended manifests: they move by the difference, exactly once.

use serde_json::{Value, json};

use super::{amended, approve, mass, propose, stage};
use crate::support::{Cast, World};

/// Limit, used and reserved grams of every account of a kind, by owner and item.
async fn accounts(world: &World, kind: i16) -> Vec<(String, Option<i64>, i64, i64)> {
    let sql = "SELECT item, limit_g, used_g, reserved_g FROM account WHERE kind = $1 ORDER BY 1, 2";
    let rows = world.database.superuser().await.query(sql, &[&kind]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

const LINE: i16 = 1;
const ON_HAND: i16 = 3;

/// What is on hand by the ledger: the sum of its entries.
async fn by_the_ledger(world: &World, code: &str) -> i64 {
    let sql = "SELECT COALESCE(sum(CASE WHEN kind IN ('moved_out', 'self_treated', 'loss')
                                        THEN -mass_g ELSE mass_g END), 0)::bigint
                 FROM ledger_entry WHERE waste_code = $1";
    world.database.superuser().await.query_one(sql, &[&code]).await.unwrap().get(0)
}

async fn agrees(world: &World, code: &str, on_hand: i64, reserved: i64) {
    let all = accounts(world, ON_HAND).await;
    let own = all.iter().find(|one| one.0 == code).unwrap();
    assert_eq!((own.1, own.3), (Some(on_hand), reserved), "{all:?}");
    assert_eq!(by_the_ledger(world, code).await, on_hand);
}

fn reserved(all: &[(String, Option<i64>, i64, i64)]) -> i64 {
    all.iter().map(|one| one.3).sum()
}

#[tokio::test]
async fn a_change_of_mass_moves_what_is_reserved_by_the_difference() {
    let (world, cast, path) = stage(1000).await;
    agrees(&world, "900-249-08", 1_000_000, 100_000).await;
    for kg in [120, 80, 1000, 100] {
        amended(&cast, &path, mass(kg)).await;
        assert_eq!(reserved(&accounts(&world, LINE).await), kg * 1000);
        agrees(&world, "900-249-08", 1_000_000, kg * 1000).await;
    }
    let rows =
        "SELECT m.shipped_g, i.mass_g FROM manifest m JOIN manifest_item i ON i.manifest_id = m.id";
    let row = world.database.superuser().await.query_one(rows, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (100_000, 100_000));
    // What is cancelled frees what was amended, not what was filed.
    amended(&cast, &path, mass(250)).await;
    cast.producer.post(&format!("{path}/cancel"), &json!({"reason": "not_needed"})).await.ok();
    assert_eq!(reserved(&accounts(&world, LINE).await), 0);
    agrees(&world, "900-249-08", 1_000_000, 0).await;
}

#[tokio::test]
async fn what_has_no_room_is_refused_at_once_and_again_at_the_approval() {
    let (world, cast, path) = stage(150).await;
    let full = propose(&cast.producer, &path, mass(151)).await.is(409);
    let full = full.refused_as("capacity_exceeded").at("/changes/items/0/mass_kg");
    assert_eq!((full.get("/asked_kg"), full.get("/permitted_kg")), (&json!(151), &json!(150)));
    let short = propose(&cast.producer, &path, mass(1001)).await.is(409);
    short.tells("insufficient_on_hand", "/changes/items/0/mass_kg");

    propose(&cast.producer, &path, mass(150)).await.is(201);
    let other = cast.filed(&cast.oil(&json!(30))).await;
    let refused = approve(&cast.receiver, &path, 1).await.is(409).refused_as("capacity_exceeded");
    assert_eq!(*refused.get("/used_kg"), 0);
    let still = cast.receiver.get(&format!("{path}/amendments/1")).await.ok();
    assert_eq!(still.str("/status"), "proposed");
    assert_eq!(reserved(&accounts(&world, LINE).await), 130_000);
    let cancel = format!("/manifests/{}/cancel", other.id());
    cast.producer.post(&cancel, &json!({"reason": "not_needed"})).await.ok();
    approve(&cast.receiver, &path, 1).await.is(200);
    assert_eq!(reserved(&accounts(&world, LINE).await), 150_000);
}

/// A load that is shifted between two lines of a full licence still fits: it is one change.
#[tokio::test]
async fn what_one_item_gives_up_another_may_take() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(1000).await;
    let mut body = cast.oil(&json!(70));
    let mut second = body["items"][0].clone();
    second["mass_kg"] = json!(30);
    body["items"].as_array_mut().unwrap().push(second);
    let path = format!("/manifests/{}", cast.filed(&body).await.id());
    let changes = json!({"items": [{"line": 2, "mass_kg": 90}, {"line": 1, "mass_kg": 10}]});
    amended(&cast, &path, changes).await;
    assert_eq!(reserved(&accounts(&world, LINE).await), 100_000);
    agrees(&world, "900-249-08", 1_000_000, 100_000).await;
    let over = json!({"items": [{"line": 2, "mass_kg": 91}]});
    propose(&cast.producer, &path, over).await.is(409).refused_as("capacity_exceeded");
}

/// The mass has left already: the producer's ledger is corrected, and the receipt measures against
/// what was agreed.
#[tokio::test]
async fn on_the_road_the_ledger_is_corrected() {
    let (world, cast, path) = stage(1000).await;
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    agrees(&world, "900-249-08", 900_000, 0).await;
    amended(&cast, &path, mass(120)).await;
    agrees(&world, "900-249-08", 880_000, 0).await;
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    amended(&cast, &path, mass(90)).await;
    agrees(&world, "900-249-08", 910_000, 0).await;
    let entries = cast.producer.get("/ledger-entries?kind=correction").await.ok();
    let masses: Vec<&Value> =
        entries.get("/data").as_array().unwrap().iter().map(|one| &one["mass_kg"]).collect();
    assert_eq!(masses, [&json!(-20), &json!(30)]);
    let body = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 90, "refused_kg": 0}]});
    let done = cast.receiver.post(&format!("{path}/receive"), &body).await.ok();
    assert_eq!(*done.get("/receipt/items/0/difference_kg"), 0);
    let line = accounts(&world, LINE).await;
    assert_eq!(line.iter().map(|one| (one.2, one.3)).max(), Some((90_000, 0)));
}

/// What was booked as produced with the filing was mistyped with it.
#[tokio::test]
async fn what_was_produced_with_the_filing_follows_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut body = cast.oil(&json!(100));
    body["items"][0]["produce"] = json!(true);
    let path = format!("/manifests/{}", cast.filed(&body).await.id());
    agrees(&world, "900-249-08", 100_000, 100_000).await;
    amended(&cast, &path, mass(140)).await;
    agrees(&world, "900-249-08", 140_000, 140_000).await;
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    agrees(&world, "900-249-08", 0, 0).await;
    amended(&cast, &path, mass(60)).await;
    agrees(&world, "900-249-08", 0, 0).await;
}

/// Another receiver, another year, another code: what was held there is freed and held here.
#[tokio::test]
async fn a_change_of_receiver_code_or_year_reserves_elsewhere() {
    let (world, cast, path) = stage(1000).await;
    let site = json!({"organisation_id": cast.receiver_id, "name": "二号场所", "kind": "treatment",
        "division": "01", "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55}});
    let site = cast.corps.post("/sites", &site).await.ok().id();
    let elsewhere = json!({"receiver_site_id": site});
    let refused = propose(&cast.producer, &path, elsewhere.clone()).await.is(409);
    refused.refused_as("licence_does_not_cover").at("/changes/receiver_site_id");
    let licence = json!({"organisation_id": cast.receiver_id, "site_id": site, "number": "二号",
        "kind": "comprehensive", "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
        "valid_from": "2024-01-01", "valid_to": "2028-12-31", "annual_limit_kg": 500,
        "lines": [{"line": 1, "waste_codes": ["900-249-08", "900-214-08"], "categories": [],
                   "methods": ["R9"], "annual_kg": 500}]});
    let licence = cast.corps.post("/licences", &licence).await.ok().id();
    amended(&cast, &path, elsewhere).await;
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(now.str("/capacity/0/licence_id"), licence);
    assert_eq!(now.str("/receiver_site_id"), site);
    assert_eq!(now.str("/receiver/site_name"), "二号场所");
    assert_eq!(*now.get("/capacity/0/left_kg"), 400);
    assert_eq!(reserved(&accounts(&world, LINE).await), 100_000);
    assert_eq!(reserved(&accounts(&world, 2).await), 100_000);

    amended(&cast, &path, json!({"planned_departure_on": "2027-01-04"})).await;
    let now = cast.producer.get(&path).await.ok();
    assert_eq!(*now.get("/capacity/0/year"), 2027);
    assert_eq!(reserved(&accounts(&world, LINE).await), 100_000);

    let other = json!({"items": [{"line": 1, "waste_code": "900-214-08",
        "name": "废矿物油"}]});
    propose(&cast.producer, &path, other.clone()).await.is(409).refused_as("insufficient_on_hand");
    let entry = json!({"site_id": cast.producer_site, "kind": "produced",
        "waste_code": "900-214-08", "mass_kg": 100});
    cast.producer.post("/ledger-entries", &entry).await.ok();
    amended(&cast, &path, other).await;
    agrees(&world, "900-249-08", 1_000_000, 0).await;
    agrees(&world, "900-214-08", 100_000, 100_000).await;
    let found = cast.producer.get("/manifests?waste_code=900-214-08").await.ok();
    assert_eq!(found.get("/data").as_array().unwrap().len(), 1);
}
