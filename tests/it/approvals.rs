//! A border that the setting counts: an approval must be named, must fit, and its mass is exact.

use futures_util::future::join_all;
use liandan::config::Borders;
use serde_json::{Value, json};

use crate::support::{Cast, World};

/// The cast, its receiver moved to another province, and an approval for `kg` between its sites.
async fn across_the_border(world: &World, kg: i64) -> (Cast, String) {
    let cast = Cast::new(world, 10_000).await;
    cast.produce(9000).await;
    let moved = json!({"region_code": "620100", "division": "00"});
    cast.corps.patch(&format!("/sites/{}", cast.receiver_site), &moved).await.ok();
    let approval = json!({
        "producer_site_id": cast.producer_site, "receiver_site_id": cast.receiver_site,
        "number": "兵危跨 2026-1", "waste_codes": ["900-249-08"], "mass_kg": kg,
        "valid_from": "2026-06-01", "valid_to": "2027-05-31",
    });
    let id = cast.corps.post("/transfer-approvals", &approval).await.ok().id();
    (cast, id)
}

fn under(mut body: Value, approval: &str) -> Value {
    body["transfer_approval_id"] = json!(approval);
    body
}

/// Used and reserved kilograms of the only approval.
async fn approved(world: &World) -> (i64, i64) {
    let query = "SELECT used_g / 1000, reserved_g / 1000 FROM account \
                 WHERE owner_id = (SELECT id FROM transfer_approval)";
    let row = world.database.superuser().await.query_one(query, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_counted_border_needs_an_approval_that_fits() {
    let world = World::start().await;
    let (cast, approval) = across_the_border(&world, 100).await;
    let pointer = "/transfer_approval_id";
    let bare = cast.oil(&json!(10));
    for path in ["/manifests", "/manifests?validate_only=true"] {
        let refused = cast.producer.post(path, &bare).await;
        refused.is(409).refused_as("approval_required").at(pointer);
    }
    let mut draft = bare.clone();
    draft["draft"] = json!(true);
    let draft = cast.producer.post("/manifests", &draft).await.is(201).id();
    let tried = cast.producer.get(&format!("/manifests/{draft}/preflight?action=file")).await.ok();
    assert!(tried.shown().contains("approval_required"), "{}", tried.shown());
    let nowhere = under(bare.clone(), &cast.licence);
    let nowhere = cast.producer.post("/manifests", &nowhere).await;
    nowhere.is(422).refused_as("unknown_reference").at(pointer);
    let much = under(cast.oil(&json!(100.001)), &approval);
    let much = cast.producer.post("/manifests", &much).await;
    let much = much.is(409).refused_as("approval_exhausted").at("/items/0/mass_kg");
    assert_eq!(much.get("/approved_kg"), &json!(100));
    let mut late = under(bare.clone(), &approval);
    late["planned_departure_on"] = json!("2027-06-01");
    let late = cast.producer.post("/manifests", &late).await;
    late.is(409).refused_as("approval_required").at(pointer);
    world.has_no_rows_in(&["manifest"]).await;
    let kitchen = cast.producer.post("/manifests", &cast.kitchen()).await;
    kitchen.is(201);
    cast.filed(&under(cast.oil(&json!(100)), &approval)).await;
    assert_eq!(approved(&world).await, (0, 100));
    let cut = json!({"mass_kg": 99});
    let cut = cast.corps.patch(&format!("/transfer-approvals/{approval}"), &cut).await;
    cut.is(409).refused_as("capacity_in_use");
}

#[tokio::test]
async fn an_approval_lasts_twelve_months_and_no_longer_than_the_licence() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let approval = |from: &str, to: &str| {
        json!({
            "producer_site_id": cast.producer_site, "receiver_site_id": cast.receiver_site,
            "number": "兵危跨 2026-2", "waste_codes": ["900-249-08"], "mass_kg": 10,
            "valid_from": from, "valid_to": to,
        })
    };
    let enter = async |body| cast.corps.post("/transfer-approvals", &body).await;
    let long = enter(approval("2026-06-01", "2027-06-02")).await;
    long.is(422).refused_as("out_of_range").at("/valid_to");
    let year = enter(approval("2026-06-01", "2027-06-01")).await.is(201);
    assert!(year.json["warnings"].as_array().is_none_or(Vec::is_empty), "{}", year.shown());
    let path = format!("/transfer-approvals/{}", year.id());
    let longer = cast.corps.patch(&path, &json!({"valid_from": "2026-05-31"})).await;
    longer.is(422).refused_as("out_of_range").at("/valid_to");
    // The cast's licence ends with 2028; a renewal may be on its way, so this only warns.
    let mut beyond = approval("2028-06-01", "2029-01-01");
    beyond["number"] = json!("兵危跨 2028-1");
    enter(beyond).await.is(201).warns("licence_expired");
}

#[tokio::test]
async fn between_corps_and_region_the_setting_decides() {
    let world =
        World::start_with(|serving| serving.config.borders = Borders::ProvinceAndCorps).await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(100).await;
    cast.filed(&cast.oil(&json!(10))).await;
    let moved = json!({"region_code": "650100", "division": "00"});
    cast.corps.patch(&format!("/sites/{}", cast.receiver_site), &moved).await.ok();
    let refused = cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
    refused.is(409).refused_as("approval_required");
}

/// 64 at once on an approval for 40 of them; then what is received is used and the rest is free.
#[tokio::test]
async fn approved_mass_is_exact_and_comes_back() {
    let world = World::start().await;
    let (cast, approval) = across_the_border(&world, 400).await;
    let body = under(cast.oil(&json!(10)), &approval);
    let answers = join_all((0..64).map(|_| cast.producer.post("/manifests", &body))).await;
    let mut filed = Vec::new();
    for answer in answers {
        if answer.status == 201 {
            filed.push(answer.id());
        } else {
            answer.is(409).refused_as("approval_exhausted");
        }
    }
    assert_eq!((filed.len(), approved(&world).await), (40, (0, 400)));
    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("/manifests/{}/cancel", filed[0]), &cancel).await.ok();
    assert_eq!(approved(&world).await, (0, 390));
    let receive = |decision: &str, accepted: i64, refused: i64| {
        json!({"decision": decision,
            "items": [{"line": 1, "accepted_kg": accepted, "refused_kg": refused}]})
    };
    let receipt = |n: usize| format!("/manifests/{}/receive", filed[n]);
    cast.receiver.post(&receipt(1), &receive("partial", 6, 4)).await.ok();
    assert_eq!(approved(&world).await, (6, 380));
    // More than was approved may come only as far as there is room.
    let over = cast.receiver.post(&receipt(2), &receive("accept", 25, 0)).await;
    let over = over.is(409).refused_as("approval_exhausted").at("/items/0/accepted_kg");
    assert_eq!(over.get("/acceptable_kg"), &json!(24));
    cast.receiver.post(&receipt(2), &receive("accept", 24, 0)).await.ok();
    assert_eq!(approved(&world).await, (30, 370));
    cast.producer.post("/manifests", &body).await.is(409).refused_as("approval_exhausted");
}
