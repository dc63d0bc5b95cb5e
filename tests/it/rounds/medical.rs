//! Medical rounds: a hospital's five boxes are one call of the clerk and one of the driver.

use serde_json::{Value, json};

use super::cast::{Town, kinds};
use crate::support::{Method, World};

fn boxes(count: usize) -> Vec<Value> {
    (1..=count)
        .map(|n| {
            json!({"code": format!("BX-{n:03}"), "seal": format!("S{n}"), "mass_kg": 8.5,
                "stored_since": format!("2026-11-{:02}T01:00:00Z", (21 + n).min(24))})
        })
        .collect()
}

#[tokio::test]
async fn five_boxes_are_one_call_of_the_clerk_and_one_of_the_driver() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let cast = &town.cast;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    let manifest = planned.str("/stops/0/manifest_id").to_owned();
    let clerk = &town.producers[0].client;
    let handed = json!({"items": [{"line": 1, "boxes": boxes(5)}]});
    let signed = clerk.post(&format!("{path}/stops/1/confirm"), &handed).await.is(200);
    assert_eq!((signed.str("/status"), signed.str("/manifest_status")), ("planned", "filed"));
    assert_eq!(signed.str("/number"), "20266601000001");
    let filed = clerk.get(&format!("/manifests/{manifest}")).await.ok();
    assert_eq!(*filed.get("/items/0/mass_kg"), json!(42.5));
    assert_eq!(*filed.get("/items/0/packages"), json!([{"kind": "medical_box", "count": 5}]));
    assert_eq!(filed.str("/items/0/stored_since"), "2026-11-22T01:00:00Z");
    let again = clerk.post(&format!("{path}/stops/1/confirm"), &handed).await;
    again.is(409).refused_as("already_decided");
    let taken = json!({"outcome": "collected", "items": [{"line": 1, "mass_kg": 42.4}]});
    let taken = cast.carrier.post(&format!("{path}/stops/1"), &taken).await.is(200);
    assert_eq!(taken.str("/confirmation"), "signed");
    assert_eq!(kinds(clerk, &manifest).await, ["filed", "departed"]);
    let left = clerk.get(&format!("/manifests/{manifest}")).await.ok();
    assert_eq!(
        (left.get("/items/0/mass_kg"), left.get("/loaded_kg")),
        (&json!(42.5), &json!(42.4))
    );
    // The clock of each box runs from when it was put into store: 48 hours.
    let second = json!({"outcome": "collected", "items": [{"line": 1, "boxes": boxes(3),
        "packages": [{"kind": "medical_box", "count": 3}]}]});
    let second = cast.carrier.post(&format!("{path}/stops/2"), &second).await.is(200);
    assert_eq!(second.str("/items/0/boxes/0/due_at"), "2026-11-24T01:00:00Z");
    assert_eq!(*second.get("/items/0/boxes/0/late"), json!(true));
    assert_eq!(*second.get("/items/0/boxes/2/late"), json!(false));
    assert_eq!(*second.get("/collected_kg"), json!(25.5));
    the_card_tells_all(&town, &path).await;
}

/// 危险废物转移联单（医疗废物专用）: a row an institution, and each sees its own.
async fn the_card_tells_all(town: &Town, path: &str) {
    let card = town.cast.carrier.get(&format!("{path}/transport-card")).await.is(200);
    assert_eq!(card.get("/rows").as_array().unwrap().len(), 2);
    assert_eq!((card.get("/boxes_total"), card.get("/mass_kg")), (&json!(8), &json!(68)));
    assert_eq!(card.str("/totals/0/waste_code"), "841-001-01");
    assert_eq!(card.str("/rows/0/signature"), "signed");
    assert_eq!(card.str("/rows/1/boxes/2/seal"), "S3");
    assert_eq!(*card.get("/licence_numbers"), json!(["兵危证 2024-001"]));
    let own = town.producers[0].client.get(&format!("{path}/transport-card")).await.is(200);
    assert_eq!((own.get("/boxes_total"), own.get("/mass_kg")), (&json!(5), &json!(42.5)));
    assert!(!own.text.contains(&town.producers[1].id), "{}", own.shown());
    town.cast.stranger.get(&format!("{path}/transport-card")).await.is(404);
}

#[tokio::test]
async fn a_stop_shows_what_its_filing_was_warned_of() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let plan = json!({"site_id": town.producers[1].site, "year": 2026,
        "lines": [{"waste_code": "841-002-01", "annual_kg": 100}]});
    town.producers[1].client.post("/management-plans", &plan).await.ok();
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    let taken = json!({"n": 1, "outcome": "collected"});
    let both = json!({"stops": [taken, {"n": 2, "outcome": "collected"}]});
    let both = town.cast.carrier.post(&format!("{path}/stops/bulk"), &both).await.is(200);
    let warned = |n: usize| both.get(&format!("/data/{n}/stop/warnings")).clone();
    let is_planned = |n: usize| !warned(n).to_string().contains("outside_plan");
    assert!(is_planned(0) && !is_planned(1), "{}", both.shown());
    let clerk = &town.producers[1].client;
    let manifest = clerk.get(&format!("/manifests/{}", planned.str("/stops/1/manifest_id"))).await;
    assert_eq!(*manifest.get("/warnings"), warned(1));
    let shown = clerk.call(Method::GET, &path).header("accept-language", "en").send().await;
    let shown = shown.is(200).get("/stops/0/warnings").clone();
    assert_eq!(shown[0]["code"], warned(1)[0]["code"]);
    assert_ne!(shown[0]["detail"], warned(1)[0]["detail"]);
}

#[tokio::test]
async fn boxes_must_add_up() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 1000).await;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}/stops/1", planned.id());
    let mut twice = boxes(2);
    twice[1]["code"] = json!("BX-001");
    let body = json!({"outcome": "collected", "items": [{"line": 1, "mass_kg": 17.1,
        "packages": [{"kind": "medical_box", "count": 3}], "boxes": twice}]});
    let refused = town.cast.carrier.post(&path, &body).await.is(422);
    refused
        .tells("mass_balance", "/items/0/mass_kg")
        .tells("invalid_value", "/items/0/boxes")
        .tells("invalid_value", "/items/0/boxes/1/code");
    world.has_no_rows_in(&["manifest"]).await;
}

/// The producer takes its draft back, or sends it elsewhere: the driver is told at the stop.
#[tokio::test]
async fn a_draft_that_is_gone_cannot_be_collected() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    let draft = format!("/manifests/{}", planned.str("/stops/0/manifest_id"));
    let client = &town.producers[0].client;
    client.post(&format!("{draft}/cancel"), &json!({"reason": "not_needed"})).await.is(204);
    let collect = json!({"outcome": "collected"});
    let gone = town.cast.carrier.post(&format!("{path}/stops/1"), &collect).await;
    gone.is(409).refused_as("illegal_transition");
    let skip = json!({"outcome": "skipped", "reason": "not_needed"});
    town.cast.carrier.post(&format!("{path}/stops/1"), &skip).await.is(200);
    // Filed by the producer from the draft as it stands: it only leaves then.
    let own = format!("/manifests/{}", planned.str("/stops/1/manifest_id"));
    town.producers[1].client.post(&format!("{own}/file"), &json!({})).await.is(201);
    let taken = town.cast.carrier.post(&format!("{path}/stops/2"), &collect).await.is(200);
    assert_eq!(taken.str("/confirmation"), "signed");
}

/// What the clerk hands over is known box by box, and what the driver takes is held against it.
#[tokio::test]
async fn boxes_that_differ_are_told_and_hold_up_nobody() {
    let world = World::start().await;
    let town = Town::new(&world, 1, 1000).await;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}/stops/1", planned.id());
    let clerk = &town.producers[0].client;
    let mut wrong = boxes(2);
    wrong[1]["seal"] = json!("S1");
    wrong[0]["stored_since"] = json!("2026-11-25T03:00:00Z");
    let body = json!({"items": [{"line": 1, "boxes": wrong}]});
    let refused = clerk.post(&format!("{path}/confirm"), &body).await.is(422);
    refused
        .tells("not_yet", "/items/0/boxes/0/stored_since")
        .tells("invalid_value", "/items/0/boxes/1/seal");
    let handed = json!({"items": [{"line": 1, "boxes": boxes(3)}]});
    let signed = clerk.post(&format!("{path}/confirm"), &handed).await.is(200);
    assert_eq!(signed.get("/handed_over/0/boxes").as_array().unwrap().len(), 3);
    assert_eq!(signed.str("/handed_over/0/boxes/2/seal"), "S3");
    assert_eq!(*signed.get("/box_differences"), json!([]));
    let mut taken = boxes(4);
    taken.remove(0);
    taken[0]["seal"] = json!("S9");
    let body = json!({"outcome": "collected", "items": [{"line": 1, "boxes": taken}]});
    let stop = town.cast.carrier.post(&path, &body).await.is(200);
    let differences = json!([{"code": "BX-001", "difference": "missing"},
        {"code": "BX-002", "difference": "seal"}, {"code": "BX-004", "difference": "added"}]);
    assert_eq!(*stop.get("/box_differences"), differences);
    assert_eq!(*stop.get("/handed_over/0/boxes/0/late"), json!(true), "48 h were over");
    assert_eq!(*stop.get("/handed_over/0/boxes/2/late"), json!(false));
    // The clerk signs the departure as well: what was handed over stays known.
    clerk.post(&format!("{path}/confirm"), &json!({})).await.is(200);
    let card = format!("/collection-rounds/{}/transport-card", planned.id());
    let card = clerk.get(&card).await.is(200);
    assert_eq!(card.get("/rows/0/boxes").as_array().unwrap().len(), 3);
    let round = clerk.get(&format!("/collection-rounds/{}", planned.id())).await.is(200);
    assert_eq!(round.get("/stops/0/handed_over/0/boxes").as_array().unwrap().len(), 3);
}

/// The clock of a registered box runs on its manifest too, and none begins in the future.
#[tokio::test]
async fn the_oldest_box_sets_the_manifests_clock() {
    let world = World::start().await;
    let cast = crate::support::Cast::new(&world, 1000).await;
    let boxed = |since: &str| {
        json!({"site_id": cast.producer_site, "waste_code": "841-001-01", "kind": "medical_box",
            "mass_kg": 8, "stored_since": since, "status": "sealed", "seal_number": since})
    };
    let list = json!([boxed("2026-11-24T01:00:00Z"), boxed("2026-11-23T01:00:00Z")]);
    let list = cast.producer.post("/containers", &list).await.is(201);
    let mut body = cast.medical();
    body["items"][0]["mass_kg"] = json!(16);
    body["items"][0]["packages"] = json!([]);
    body["items"][0]["container_ids"] = json!([list.get("/data/0/id"), list.get("/data/1/id")]);
    let filed = cast.producer.post("/manifests", &body).await.is(201);
    assert_eq!(filed.str("/items/0/stored_since"), "2026-11-23T01:00:00Z");
    let clock = filed.get("/deadlines").as_array().unwrap();
    let clock = clock.iter().find(|one| one["rule"] == "DL36").unwrap();
    assert_eq!(
        (&clock["due_at"], &clock["state"]),
        (&json!("2026-11-25T01:00:00.000Z"), &json!("over"))
    );
    let mut early = cast.medical();
    early["items"][0]["stored_since"] = json!("2026-11-25T03:00:00Z");
    let early = cast.producer.post("/manifests", &early).await.is(422);
    early.refused_as("not_yet").at("/items/0/stored_since");
}

/// What was filed and left by calls of its own is no skipped stop, whatever the phone says.
#[tokio::test]
async fn what_has_left_by_itself_is_collected_and_not_skipped() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    let own = format!("/manifests/{}", planned.str("/stops/0/manifest_id"));
    town.producers[0].client.post(&format!("{own}/file"), &json!({})).await.is(201);
    town.cast.carrier.post(&format!("{own}/depart"), &json!({})).await.ok();
    let stop = |n: i64| format!("{path}/stops/{n}");
    let skip = json!({"outcome": "skipped", "reason": "not_needed"});
    town.cast.carrier.post(&stop(1), &skip).await.is(409).refused_as("illegal_transition");
    let collect = json!({"outcome": "collected"});
    town.cast.carrier.post(&stop(2), &collect).await.is(200);
    // Nor is it said by the weigh-in that nobody called there.
    let reading = json!({"gross_kg": 3080, "tare_kg": 3000});
    let weigh = async || town.cast.receiver.post(&format!("{path}/weigh-in"), &reading).await;
    weigh().await.is(409).refused_as("illegal_transition");
    let noted = town.cast.carrier.post(&stop(1), &collect).await.is(200);
    assert_eq!((noted.str("/status"), noted.str("/confirmation")), ("collected", "signed"));
    weigh().await.is(200);
    for n in 0..2 {
        let own = format!("/manifests/{}", planned.str(&format!("/stops/{n}/manifest_id")));
        let seen = town.cast.corps.get(&own).await.is(200);
        assert_eq!(seen.get("/items/0/accepted_kg"), &json!(40));
        assert!(seen.get("/departed_at").is_string());
    }
}

/// Where each manifest is received by a call of its own (a signature asks for that), the reading
/// still ends the round, and is held against what the stops told.
#[tokio::test]
async fn a_round_that_was_received_one_by_one_is_weighed_all_the_same() {
    let world = World::start().await;
    let town = Town::new(&world, 2, 1000).await;
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    let gate = format!("{path}/weigh-in");
    let skip = json!({"outcome": "skipped", "reason": "closed"});
    let item = json!({"line": 1, "accepted_kg": 40, "refused_kg": 0});
    let found = json!({"decision": "accept", "items": [item]});
    town.collect(&path, 1, &json!(40)).await.is(200);
    let own = format!("/manifests/{}", planned.str("/stops/0/manifest_id"));
    town.cast.receiver.post(&format!("{own}/receive"), &found).await.is(200);
    town.cast.carrier.post(&format!("{path}/stops/2"), &skip).await.is(200);
    let refused = json!({"gross_kg": 3041, "tare_kg": 3000, "refused_kg": 1, "reason": "damaged"});
    let refused = town.cast.receiver.post(&gate, &refused).await.is(422);
    refused.refused_as("invalid_value").at("/refused_kg");
    let reading = json!({"gross_kg": 3060, "tare_kg": 3000});
    let weighed = town.cast.receiver.post(&gate, &reading).await.is(200);
    assert_eq!(weighed.get("/stops_kg"), &json!(40));
    assert_eq!(
        (weighed.get("/difference_kg"), weighed.get("/within_tolerance"), weighed.get("/split")),
        (&json!(20), &json!(false), &json!([]))
    );
    let round = town.cast.receiver.get(&path).await.is(200);
    assert_eq!(round.str("/status"), "weighed");
    let seen = town.cast.corps.get(&own).await.is(200);
    assert_eq!(seen.get("/items/0/accepted_kg"), &json!(40), "received once");
    town.cast.receiver.post(&gate, &reading).await.is(409).refused_as("already_weighed");
    // Where nothing was collected there is nothing to weigh.
    let planned = town.planned(&town.round("medical", &Town::boxes(&json!(40)))).await;
    let path = format!("/collection-rounds/{}", planned.id());
    for n in [1, 2] {
        town.cast.carrier.post(&format!("{path}/stops/{n}"), &skip).await.is(200);
    }
    let none = town.cast.receiver.post(&format!("{path}/weigh-in"), &reading).await.is(409);
    none.refused_as("illegal_transition");
}
