//! Accepted waste that was stored is sent on under a new manifest.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ON_HAND, STORAGE, Yard, actions};
use crate::audit;
use crate::support::Method;

impl Yard {
    async fn complete(&self, id: &str, kg: i64) -> crate::support::Answer {
        let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": kg,
            "completed_on": "2026-11-25"}]});
        self.cast.receiver.post(&format!("/manifests/{id}/complete"), &treat).await
    }
}

#[tokio::test]
async fn what_was_stored_is_sent_on_by_mass() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let (one, other) = (yard.received(10).await, yard.received(8).await);
    let sent = yard.file(&yard.stored(10, &[(&one, 7), (&other, 3)])).await.is(201);
    let on = sent.id();
    assert_eq!((sent.str("/kind"), sent.get("/origin_manifest_id")), ("manifest", &Value::Null));
    assert_eq!(sent.get("/items/0/source_items/1/mass_kg"), &json!(3));
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 18, "it has not left yet");
    let seen = yard.get(&cast.receiver, &one).await;
    assert_eq!(
        (seen.get("/items/0/sent_on_kg"), seen.get("/items/0/stored_kg")),
        (&json!(7), &json!(3))
    );
    assert_eq!(seen.str("/status"), "accepted");
    yard.complete(&one, 4).await.is(422).refused_as("mass_balance");
    let done = yard.complete(&one, 3).await.is(200);
    assert_eq!(done.str("/status"), "completed", "treated + sent on = accepted");
    cast.receiver.post(&format!("/manifests/{on}/depart"), &json!({})).await.is(200);
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 18 - 3 - 10);
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (None, 0, 0));
    yard.receive(&yard.other, &on, 10, 0).await.is(200);
    assert_eq!(yard.account(STORAGE, &yard.other_site).await.1, 10);
    // What is refused of it goes back into nobody's stock but is held, and may be returned.
    assert_eq!(yard.kinds(&cast.receiver, &other).await, ["filed", "received", "sent_on"]);
    assert_eq!(yard.world.rows("mass_edge").await, 2);
}

#[tokio::test]
async fn what_is_sent_on_whole_is_done_until_it_is_cancelled() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(10).await;
    let on = yard.file(&yard.stored(10, &[(&one, 10)])).await.is(201).id();
    let seen = yard.get(&cast.receiver, &one).await;
    assert_eq!((seen.str("/status"), actions(&seen).len()), ("completed", 0));
    let cancel = json!({"reason": "not_needed"});
    cast.receiver.post(&format!("/manifests/{on}/cancel"), &cancel).await.is(200);
    let seen = yard.get(&cast.receiver, &one).await;
    assert_eq!((seen.str("/status"), seen.get("/items/0/stored_kg")), ("accepted", &json!(10)));
    assert_eq!(yard.kinds(&cast.receiver, &one).await[2..], ["sent_on", "sent_on_cancelled"]);
    yard.complete(&one, 10).await.is(200);
    let late = yard.file(&yard.stored(1, &[(&one, 1)])).await.is(409);
    late.refused_as("insufficient_on_hand").at("/items/0/source_items/0/mass_kg");
}

#[tokio::test]
async fn never_more_than_is_stored_is_sent_on() {
    let yard = Yard::set().await;
    let one = yard.received(10).await;
    let body = yard.stored(4, &[(&one, 4)]);
    let answers = join_all((0..5).map(|_| yard.file(&body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.status == 201);
    assert_eq!((won.len(), lost.len()), (2, 3));
    for answer in lost {
        answer.is(409).refused_as("insufficient_on_hand").at("/items/0/source_items/0/mass_kg");
    }
    // The same between treating and sending.
    let body = yard.stored(2, &[(&one, 2)]);
    let (treated, sent) = futures_util::join!(yard.complete(&one, 2), yard.file(&body));
    let won = [treated.status, sent.status].into_iter().filter(|status| *status < 300).count();
    assert_eq!(won, 1, "{} {}", treated.shown(), sent.shown());
}

#[tokio::test]
async fn sources_are_held_to_what_they_are() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(10).await;
    let refused = async |body: Value| yard.file(&body).await;
    let stranger = refused(yard.stored(1, &[(&cast.vehicle, 1)])).await.is(422);
    stranger.refused_as("unknown_reference").at("/items/0/source_items/0/manifest_id");
    let early = cast.filed(&cast.oil(&json!(10))).await.id();
    let early = refused(yard.stored(1, &[(&early, 1)])).await.is(422);
    early.refused_as("invalid_value").at("/items/0/source_items/0/manifest_id");
    let twice = refused(yard.stored(2, &[(&one, 1), (&one, 1)])).await.is(422);
    twice.refused_as("invalid_value").at("/items/0/source_items/1/line");
    let more = refused(yard.stored(1, &[(&one, 2)])).await.is(422);
    more.tells("mass_balance", "/items/0/source_items");
    let mut line = yard.stored(1, &[(&one, 1)]);
    line["items"][0]["source_items"][0]["line"] = json!(2);
    refused(line).await.is(422).tells("unknown_reference", "/items/0/source_items/0/line");
    let mut code = yard.stored(1, &[(&one, 1)]);
    code["items"][0]["waste_code"] = json!("900-214-08");
    refused(code).await.tells("invalid_value", "/items/0/source_items/0/line");
    let mut produced = yard.stored(1, &[(&one, 1)]);
    produced["items"][0]["produce"] = json!(true);
    refused(produced).await.is(422).refused_as("invalid_value").at("/items/0/produce");
    // Two items of one filing share what is there.
    let mut shared = yard.stored(6, &[(&one, 6)]);
    let item = shared["items"][0].clone();
    shared["items"].as_array_mut().unwrap().push(item);
    let shared = refused(shared).await.is(409);
    shared.refused_as("insufficient_on_hand").at("/items/1/source_items/0/mass_kg");
    assert_eq!(yard.world.rows("mass_edge").await, 0);
}

/// A drum with the facility's own residue beside what came in: the ledger holds its part.
#[tokio::test]
async fn what_the_sources_leave_is_the_sites_own() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let roles = json!({"roles": ["producer", "receiver"]});
    cast.corps.patch(&format!("/organisations/{}", cast.receiver_id), &roles).await.ok();
    let one = yard.received(10).await;
    let body = yard.stored(10, &[(&one, 6)]);
    let short = yard.file(&body).await.is(409);
    short.refused_as("insufficient_on_hand").at("/items/0/mass_kg");
    let entry = json!({"site_id": cast.receiver_site, "kind": "produced",
        "waste_code": "900-249-08", "mass_kg": 5});
    cast.receiver.post("/ledger-entries", &entry).await.ok();
    let call = || cast.receiver.call(Method::POST, "/manifests").key("o-1").json(&body).send();
    let (sent, again) = (call().await.is(201), call().await.is(201));
    assert_eq!(sent.id(), again.id());
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(5), 0, 4));
    cast.carrier.post(&format!("/manifests/{}/depart", sent.id()), &json!({})).await.is(200);
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(1), 0, 0));
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 4);
    let path = format!("/ledger-entries?site_id={}&kind=moved_out", cast.receiver_site);
    let entries = cast.receiver.get(&path).await.ok();
    assert_eq!(entries.get("/data/0/mass_kg"), &json!(4));
}

/// Sent on, refused and brought back, it is sent again with its origin: by the ledger, and no more
/// than came home.
#[tokio::test]
async fn what_came_home_goes_on_again_with_its_origin() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let first = yard.received(10).await;
    let on = yard.file(&yard.stored(10, &[(&first, 10)])).await.is(201).id();
    yard.receive(&yard.other, &on, 0, 10).await.is(200);
    let back = yard.other.post(&format!("/manifests/{on}/return"), &yard.back(10)).await.is(201);
    let back = back.id();
    let early = yard.file(&yard.stored(1, &[(&back, 1)])).await.is(422);
    early.refused_as("invalid_value").at("/items/0/source_items/0/manifest_id");
    yard.receive(&cast.receiver, &back, 9, 1).await.is(200);
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(9), 0, 0));
    let more = yard.file(&yard.stored(10, &[(&back, 10)])).await.is(409);
    more.tells("insufficient_on_hand", "/items/0/source_items/0/mass_kg");
    let again = yard.file(&yard.stored(6, &[(&back, 6)])).await.is(201).id();
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(9), 0, 6));
    let rest = yard.file(&yard.stored(4, &[(&back, 4)])).await.is(409);
    rest.tells("insufficient_on_hand", "/items/0/source_items/0/mass_kg");
    let seen = yard.get(&cast.receiver, &back).await;
    assert_eq!(seen.str("/status"), "partly_accepted");
    assert_eq!(seen.get("/items/0/sent_on_kg"), &json!(6));
    let mut produced = yard.stored(4, &[(&back, 3)]);
    produced["items"][0]["produce"] = json!(true);
    yard.file(&produced).await.is(422).refused_as("invalid_value").at("/items/0/produce");
    // The chain goes from the producer over the refusal to the new receiver.
    let chain = cast.corps.get(&format!("/audit/chains/{again}")).await.ok();
    let ids: Vec<&str> = chain
        .get("/manifests")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["manifest_id"].as_str().unwrap())
        .collect();
    for id in [&first, &on, &back, &again] {
        assert!(ids.contains(&id.as_str()), "{}", chain.shown());
    }
    let cancel = json!({"reason": "not_needed"});
    cast.receiver.post(&format!("/manifests/{again}/cancel"), &cancel).await.is(200);
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(9), 0, 0));
    let again = yard.file(&yard.stored(9, &[(&back, 9)])).await.is(201).id();
    cast.carrier.post(&format!("/manifests/{again}/depart"), &json!({})).await.is(200);
    assert_eq!(yard.account(ON_HAND, &cast.receiver_site).await, (Some(0), 0, 0));
    assert_eq!(yard.account(STORAGE, &cast.receiver_site).await.1, 0, "it was stored once");
    yard.world.publish().await;
    let report = audit::of(&yard.world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
}
