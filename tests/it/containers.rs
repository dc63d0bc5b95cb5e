//! Containers: labelled and registered in lists, reserved, shipped, received one by one, emptied.

mod gate;
mod labels;

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};

/// A drum of waste oil at the producer's.
pub fn drum(cast: &Cast, kg: f64) -> Value {
    json!({"site_id": cast.producer_site, "waste_code": "900-249-08", "kind": "plastic_drum",
        "mass_kg": kg})
}

pub async fn register(of: &Client, containers: &[Value]) -> Answer {
    of.post("/containers", &json!({"containers": containers})).await
}

pub fn ids(registered: &Answer) -> Vec<String> {
    let data = registered.get("/data").as_array().unwrap();
    data.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// A filing of waste oil in these containers.
pub fn oil_in(cast: &Cast, kg: f64, containers: &[String]) -> Value {
    let mut body = cast.oil(&json!(kg));
    body["items"][0]["packages"] = json!([]);
    body["items"][0]["container_ids"] = json!(containers);
    body
}

pub async fn status(of: &Client, id: &str) -> String {
    of.get(&format!("/containers/{id}")).await.ok().str("/status").to_owned()
}

async fn on_hand_refuses(cast: &Cast, kg: f64) {
    let refused = cast.producer.post("/manifests", &cast.oil(&json!(kg))).await;
    refused.is(409).refused_as("insufficient_on_hand");
}

#[tokio::test]
async fn a_list_is_registered_and_enters_the_ledger_and_a_repeat_gets_the_same() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let area = json!({"site_id": cast.producer_site, "name": "贮存点", "kind": "point",
        "capacity_kg": 300});
    let area = cast.producer.post("/storage-areas", &area).await.ok().id();
    let mut second = drum(&cast, 150.5);
    second["storage_area_id"] = json!(area);
    second["seal_number"] = json!("封-7");
    let list = json!({"containers": [drum(&cast, 200.0), second]});
    let post = || cast.producer.call(Method::POST, "/containers").json(&list).key("list-1");
    let first = post().send().await.is(201);
    assert_eq!(first.get("/data").as_array().unwrap().len(), 2);
    assert_eq!(first.str("/data/0/status"), "open");
    assert_eq!(first.str("/data/1/status"), "sealed");
    assert_eq!(*first.get("/data/1/mass_kg"), json!(150.5));
    assert!(first.get("/data/0/due_at").is_null());
    let again = post().send().await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.get("/data"), first.get("/data"));

    let code = first.str("/data/0/code");
    assert_eq!(code.len(), 37);
    assert!(code.ends_with("9002490820261125001"), "{code}");
    assert!(first.str("/data/1/code").ends_with("002"));
    let shown = cast.producer.get(&format!("/containers/{code}")).await.ok();
    assert_eq!(shown.json, *first.get("/data/0"));
    let qr = cast.producer.get(&format!("/containers/{code}/qr.svg")).await.is(200);
    assert!(qr.text.starts_with("<svg") && qr.header("content-type") == "image/svg+xml");

    let entries = cast.producer.get("/ledger-entries?kind=produced").await.ok();
    let entries = entries.get("/data").as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().any(|one| one["container_id"] == first.json["data"][0]["id"]));
    let area = cast.producer.get(&format!("/storage-areas/{area}")).await.ok();
    assert_eq!(*area.get("/stored_kg"), json!(150.5));
    // Whatever else is told of it names it as well, and nobody names another site's.
    let lost = |site: &str, container: &serde_json::Value| {
        json!({"site_id": site, "kind": "loss", "waste_code": "900-249-08", "mass_kg": 0.1,
            "container_id": container})
    };
    let own = lost(&cast.producer_site, first.get("/data/0/id"));
    cast.producer.post("/ledger-entries", &own).await.is(201);
    for wrong in [
        lost(&cast.producer_site, &json!(cast.licence)),
        lost(&cast.receiver_site, first.get("/data/0/id")),
    ] {
        let refused = cast.corps.post("/ledger-entries", &wrong).await;
        refused.is(422).refused_as("unknown_reference").at("/container_id");
    }
    // What the ledger holds may leave, and no more.
    on_hand_refuses(&cast, 350.5).await;
    cast.filed(&cast.oil(&json!(350.4))).await;
}

#[tokio::test]
async fn a_list_may_be_the_whole_document_and_is_all_or_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let list = json!([drum(&cast, 1.0), drum(&cast, 2.0)]);
    let registered = cast.producer.post("/containers", &list).await.is(201);
    assert_eq!(ids(&registered).len(), 2);

    let mut bad = drum(&cast, 1.0);
    bad["kind"] = json!("bucket");
    bad["waste_code"] = json!("900-998-08");
    bad["status"] = json!("shipped");
    bad["stored_since"] = json!("2026-11-26T00:00:00Z");
    bad["storage_area_id"] = json!(cast.licence);
    let refused = register(&cast.producer, &[drum(&cast, 1.0), bad]).await.is(422);
    for (code, field) in [
        ("invalid_value", "kind"),
        ("unknown_waste_code", "waste_code"),
        ("invalid_value", "status"),
        ("not_yet", "stored_since"),
        ("unknown_reference", "storage_area_id"),
    ] {
        refused.clone().tells(code, &format!("/containers/1/{field}"));
    }
    let mut elsewhere = drum(&cast, 1.0);
    elsewhere["site_id"] = json!(cast.licence);
    let refused = register(&cast.producer, &[elsewhere]).await;
    refused.is(422).refused_as("unknown_reference").at("/containers/0/site_id");
    register(&cast.stranger, &[drum(&cast, 1.0)]).await.is(403);
    register(&cast.producer, &[]).await.is(422).refused_as("too_short");
    let tried = cast.producer.post("/containers?validate_only=true", &list).await.is(201);
    assert!(tried.get("/data/0/code").is_null());
    assert_eq!(world.rows("container").await, 2);
}

#[tokio::test]
async fn a_full_area_is_told_and_takes_it_all_the_same() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let area = json!({"site_id": cast.producer_site, "name": "贮存点", "kind": "point",
        "capacity_kg": 100});
    let area = cast.producer.post("/storage-areas", &area).await.ok().id();
    let mut one = drum(&cast, 60.0);
    one["storage_area_id"] = json!(area);
    let registered = register(&cast.producer, &[one.clone(), one]).await.is(201);
    registered.warns("other");
    let area = cast.producer.get(&format!("/storage-areas/{area}")).await.ok();
    assert_eq!(*area.get("/stored_kg"), json!(120));
}

#[tokio::test]
async fn a_medical_box_shows_when_its_48_hours_end() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let list = json!([{"site_id": cast.producer_site, "waste_code": "841-001-01",
        "kind": "medical_box", "mass_kg": 8.5, "stored_since": "2026-11-24T22:00:00Z"}]);
    let registered = cast.producer.post("/containers", &list).await.is(201);
    assert_eq!(registered.str("/data/0/due_at"), "2026-11-26T22:00:00.000Z");
    let mut body = cast.medical();
    body["items"][0]["mass_kg"] = json!(8.5);
    body["items"][0]["packages"] = json!([{"kind": "medical_box", "count": 1}]);
    body["items"][0]["container_ids"] = json!(ids(&registered));
    // Its lid is not sealed.
    let filed = cast.filed(&body).await.warns("packaging_warning");
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok();
    let path = format!("/containers/{}", ids(&registered)[0]);
    assert!(cast.producer.get(&path).await.ok().get("/due_at").is_null());
}

#[tokio::test]
async fn a_container_changes_at_its_producer_and_the_ledger_with_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let area = |name: &str| {
        json!({"site_id": cast.producer_site, "name": name, "kind": "facility",
            "capacity_kg": 1000})
    };
    let one = cast.producer.post("/storage-areas", &area("一")).await.ok().id();
    let two = cast.producer.post("/storage-areas", &area("二")).await.ok().id();
    let stored = async |area: &str| {
        let area = cast.producer.get(&format!("/storage-areas/{area}")).await.ok();
        area.get("/stored_kg").clone()
    };
    let mut body = drum(&cast, 100.0);
    body["storage_area_id"] = json!(one);
    let registered = register(&cast.producer, &[body]).await.is(201);
    let path = format!("/containers/{}", ids(&registered)[0]);
    let patch = async |body: Value| cast.producer.patch(&path, &body).await;
    let sealed = patch(json!({"status": "sealed", "seal_number": "A1"})).await.ok();
    assert_eq!((sealed.str("/seal_number"), sealed.version()), ("A1", 2));
    let stale = cast.producer.call(Method::PATCH, &path).json(&json!({"note": "x"})).if_match(1);
    stale.send().await.is(412);
    patch(json!({"mass_kg": 120})).await.ok();
    on_hand_refuses(&cast, 120.5).await;
    assert_eq!(stored(&one).await, json!(120));
    patch(json!({"storage_area_id": two})).await.ok();
    assert_eq!((stored(&one).await, stored(&two).await), (json!(0), json!(120)));
    patch(json!({"storage_area_id": cast.licence})).await.is(422).at("/storage_area_id");
    patch(json!({"status": "received"})).await.is(409).refused_as("illegal_transition");
    patch(json!({"status": "shipped"})).await.is(409).refused_as("illegal_transition");
    cast.stranger.patch(&path, &json!({"note": "x"})).await.is(404);

    let filed = cast.filed(&oil_in(&cast, 120.0, &ids(&registered))).await;
    patch(json!({"mass_kg": 1})).await.is(409).refused_as("in_use").at("/mass_kg");
    patch(json!({"status": "emptied"})).await.is(409).refused_as("illegal_transition");
    cast.receiver.patch(&path, &json!({"note": "x"})).await.is(403);
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok();
    assert_eq!(stored(&two).await, json!(0), "what has left lies there no more");
    cast.producer.patch(&path, &json!({"note": "x"})).await.is(403);
}

#[tokio::test]
async fn waste_packed_anew_is_not_produced_twice() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let first = register(&cast.producer, &[drum(&cast, 50.0), drum(&cast, 50.0)]).await.is(201);
    for id in ids(&first) {
        let emptied = json!({"status": "emptied"});
        cast.producer.patch(&format!("/containers/{id}"), &emptied).await.ok();
        cast.producer.patch(&format!("/containers/{id}"), &json!({"note": "x"})).await.is(409);
    }
    let mut again = drum(&cast, 100.0);
    again["kind"] = json!("ibc");
    again["produce"] = json!(false);
    let again = register(&cast.producer, &[again]).await.is(201);
    on_hand_refuses(&cast, 100.5).await;
    let refused = cast.producer.post("/manifests", &oil_in(&cast, 50.0, &ids(&first)[..1])).await;
    refused.is(409).refused_as("container_taken").at("/items/0/container_ids/0");
    let filed = cast.filed(&oil_in(&cast, 100.0, &ids(&again))).await;
    // The form counts the packages that are named.
    assert_eq!(*filed.get("/items/0/packages"), json!([{"kind": "ibc", "count": 1}]));
}

#[tokio::test]
async fn two_registering_at_once_get_different_labels() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let list = [drum(&cast, 1.0), drum(&cast, 1.0), drum(&cast, 1.0)];
    let (a, b) = tokio::join!(register(&cast.producer, &list), register(&cast.producer, &list));
    let codes = |answer: &Answer| {
        let data = answer.get("/data").as_array().unwrap().clone();
        data.into_iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut all = codes(&a.is(201));
    all.extend(codes(&b.is(201)));
    all.sort();
    let serials: Vec<&str> = all.iter().map(|code| &code[34..]).collect();
    assert_eq!(serials, ["001", "002", "003", "004", "005", "006"]);
}
