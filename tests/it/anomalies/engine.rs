//! The engine: once each in effect, whoever evaluates and however often.

use std::sync::Arc;

use chrono::TimeDelta;
use liandan::anomaly;
use liandan::app::App;
use liandan::clock::Clock;
use liandan::mint::Mint;
use serde_json::{Value, json};

use super::{late, not_departed, texts};
use crate::support::{Cast, World, config, liandan};

/// What the watch owns, as text.
const CASES: &str =
    "SELECT (to_jsonb(a) - 'review' - 'review_status' - 'status' - 'agencies')::text
    FROM anomaly a ORDER BY id";

const LEAVES: &str = "SELECT book || ' ' || key || ' ' || body::jsonb::text FROM watch_leaf
    ORDER BY book, key";

const TOLD_TWICE: &str =
    "SELECT kind || ' ' || subject_id FROM outbox WHERE kind = 'anomaly_opened'
    GROUP BY kind, subject_id HAVING count(*) > 1";

const UNTOLD: &str = "SELECT id::text FROM anomaly a WHERE NOT EXISTS
    (SELECT FROM outbox o WHERE o.subject_id = a.id AND o.kind = 'anomaly_opened')";

async fn some_days(world: &World, cast: &Cast) {
    for _ in 0..3 {
        let left = cast.filed(&cast.oil(&json!(10))).await.id();
        cast.filed(&cast.oil(&json!(12.5))).await;
        cast.carrier.post(&format!("/manifests/{left}/depart"), &json!({})).await.ok();
        world.pass(TimeDelta::days(2));
    }
}

fn rebuilt(world: &World) -> Value {
    let mut command = liandan(&world.database.app_url());
    let done = command.args(["anomaly", "rebuild", "--json"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[tokio::test]
async fn from_zero_the_same_cases_are_found_and_peoples_words_stay() {
    let (world, cast, manifest) = late().await;
    some_days(&world, &cast).await;
    anomaly::catch_up(&world.app).await.unwrap();
    let id = not_departed(&manifest);
    let judged = json!({"status": "explained", "note": "停电"});
    cast.corps.post(&format!("/anomalies/{id}/triage"), &judged).await.is(200);
    anomaly::catch_up(&world.app).await.unwrap();
    let before = (texts(&world, CASES).await, texts(&world, LEAVES).await);
    assert!(before.0.len() >= 2, "{:?}", before.0);
    let told = world.rows("outbox").await;
    // A case that no rule finds goes, unless somebody has touched it.
    let superuser = world.database.superuser().await;
    let stray = "INSERT INTO anomaly (id, rule, stream, severity, subject_kind, subject_id, key,
        divisions, manifest_ids, organisation_ids, evidence, proofs, first_seen_at, last_seen_at,
        times) SELECT gen_random_uuid(), rule, stream, severity, subject_kind, subject_id, 'stray',
        divisions, manifest_ids, organisation_ids, evidence, proofs, first_seen_at, last_seen_at,
        times FROM anomaly LIMIT 1";
    superuser.batch_execute(stray).await.unwrap();
    let done = rebuilt(&world);
    assert_eq!((&done["gone"], &done["generation"]), (&json!(1), &json!(2)));
    let after = (texts(&world, CASES).await, texts(&world, LEAVES).await);
    assert_eq!(before, after);
    assert_eq!(world.rows("outbox").await, told, "nobody is told again");
    assert_eq!(cast.corps.get(&format!("/anomalies/{id}")).await.str("/status"), "explained");
    // The engine goes on from there.
    some_days(&world, &cast).await;
    anomaly::catch_up(&world.app).await.unwrap();
    let before = texts(&world, CASES).await;
    assert_eq!(rebuilt(&world)["gone"], json!(0));
    assert_eq!(texts(&world, CASES).await, before);
}

#[tokio::test]
async fn two_engines_on_one_database_find_everything_once() {
    let (world, cast, _) = late().await;
    let other = other(&world);
    for _ in 0..4 {
        some_days(&world, &cast).await;
        other.clock.set(world.now());
        let (one, two) = tokio::join!(anomaly::catch_up(&world.app), anomaly::catch_up(&other));
        one.unwrap();
        two.unwrap();
    }
    assert_eq!(texts(&world, TOLD_TWICE).await, Vec::<String>::new());
    assert_eq!(texts(&world, UNTOLD).await, Vec::<String>::new());
    let before = (texts(&world, CASES).await, texts(&world, LEAVES).await);
    rebuilt(&world);
    assert_eq!(before, (texts(&world, CASES).await, texts(&world, LEAVES).await));
}

/// Another process's app on the same database.
fn other(world: &World) -> Arc<App> {
    let parts = (Clock::held(world.now()), Mint::seeded(2));
    App::open(config(), parts, &world.database.app_url()).unwrap().0
}

#[tokio::test]
async fn a_step_of_the_sandboxs_clock_waits_for_the_rules() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(100).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await.id();
    let later = json!({"now": "2026-12-10T00:00:00Z"});
    let moved = cast.corps.post("/sandbox/clock", &later).await.is(200);
    assert_eq!(moved.get("/settled"), &json!(true));
    cast.corps.get(&format!("/anomalies/{}", not_departed(&filed))).await.is(200);
}
