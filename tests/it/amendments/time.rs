//! Amendments that nobody answers: they expire with the clock, and the regulators are told.

use chrono::TimeDelta;
use serde_json::json;

use super::{approve, kinds, mass, propose, stage};
use crate::support::World;

async fn told(world: &World, kind: &str) -> Vec<uuid::Uuid> {
    let sql = "SELECT recipient_id FROM outbox WHERE kind = $1 ORDER BY 1";
    let rows = world.database.superuser().await.query(sql, &[&kind]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn what_nobody_answers_expires_and_the_regulators_are_told() {
    let (world, cast, path) = stage(1000).await;
    propose(&cast.producer, &path, mass(90)).await.is(201);
    assert_eq!(told(&world, "amendment_proposed").await.len(), 2);
    let clock = async |now: &str| {
        let moved = cast.corps.post("/sandbox/clock", &json!({ "now": now })).await.is(200);
        assert_eq!(*moved.get("/settled"), true);
    };
    clock("2026-12-02T15:59:59Z").await;
    let corps = world.corps().await;
    assert_eq!(kinds(&corps, &path).await.len(), 2);
    clock("2026-12-02T16:00:00Z").await;
    assert_eq!(kinds(&corps, &path).await[2..], ["amendment_expired"]);
    let events = corps.get(&format!("{path}/events")).await.ok();
    assert_eq!(*events.get("/data/2/actor/via"), "system");
    assert_eq!(events.str("/data/2/occurred_at"), "2026-12-02T16:00:00.000Z");
    assert_eq!(*events.get("/data/2/data/n"), 1);
    assert_eq!(*events.get("/data/2/data/changes/items"), json!([{"line": 1, "mass_g": 90_000}]));
    let one = corps.get(&format!("{path}/amendments/1")).await.ok();
    assert_eq!((one.str("/status"), one.str("/expired_by")), ("expired", "time"));
    let bureau = corps.get("/me").await.ok().str("/organisation/id").parse().unwrap();
    let all = told(&world, "amendment_expired").await;
    assert!(all.contains(&bureau) && all.len() == 4, "{all:?}");
    let receiver = world.log_in("member-3").await;
    approve(&receiver, &path, 1).await.is(409).refused_as("already_decided");
    let now = receiver.get(&path).await.ok();
    assert_eq!(*now.get("/open_amendments"), json!([]));
    assert_eq!(*now.get("/items/0/mass_kg"), 100);
}

/// The hour has struck and the worker has not come yet: that is no time won.
#[tokio::test]
async fn after_its_time_nothing_is_approved_even_before_the_worker_comes() {
    let (world, cast, path) = stage(1000).await;
    propose(&cast.producer, &path, mass(90)).await.is(201);
    world.pass(TimeDelta::days(8));
    let receiver = world.log_in("member-3").await;
    let late = approve(&receiver, &path, 1).await.is(409).refused_as("already_decided");
    assert_eq!(late.str("/amendment_status"), "expired");
}

/// Two processes find the same amendment due: it ends once.
#[tokio::test]
async fn two_workers_end_it_once() {
    let (world, cast, path) = stage(1000).await;
    for (n, changes) in [mass(90), json!({"note": "a"})].into_iter().enumerate() {
        let by = if n == 0 { &cast.producer } else { &cast.receiver };
        propose(by, &path, changes).await.is(201);
    }
    world.pass(TimeDelta::days(8));
    let now = world.now();
    let (one, two) = tokio::join!(
        liandan::manifest::expire_due(&world.app, now),
        liandan::manifest::expire_due(&world.app, now),
    );
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    let corps = world.corps().await;
    assert_eq!(kinds(&corps, &path).await[3..], ["amendment_expired", "amendment_expired"]);
    assert_eq!(liandan::manifest::expire_due(&world.app, now).await.unwrap(), 0);
}
