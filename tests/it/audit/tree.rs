//! The tree and its checkpoints: what was taken away, set back or put there is found, also by
//! whoever brings the log's key.

use chrono::TimeDelta;
use liandan::audit::{Check, Trusted};
use liandan::custody::VerifierKey;
use reqwest::Method;
use serde_json::json;

use super::{of, tampered_before, told};
use crate::support::{Cast, World, log_keys};

/// Checkpoints of three sizes beside that of no events, minutes apart, of which each has at least
/// ten events more than the one before.
pub async fn signed_thrice() -> (World, Cast) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    world.publish().await;
    for _ in 0..2 {
        world.pass(TimeDelta::minutes(5));
        for kg in 1..=12 {
            cast.produce(kg).await;
        }
        world.publish().await;
    }
    (world, cast)
}

pub fn by_key() -> Trusted {
    let keys: Vec<VerifierKey> = log_keys(&[7]).verifiers().collect();
    Trusted { keys, ..Trusted::default() }
}

const NEWEST: &str = "(SELECT max(size) FROM checkpoint)";
const BEFORE: &str =
    "(SELECT max(size) FROM checkpoint WHERE size < (SELECT max(size) FROM checkpoint))";

/// What the checkpoints and the tree may be made to say, with the tables that change.
const TAMPERED: &[(&str, &[&str])] = &[
    ("DELETE FROM checkpoint", &["checkpoint"]),
    ("DELETE FROM checkpoint WHERE size > 0", &["checkpoint"]),
    ("DELETE FROM checkpoint WHERE size = {NEWEST}", &["checkpoint"]),
    ("UPDATE checkpoint SET root = sha256('x') WHERE size = 0", &["checkpoint"]),
    ("UPDATE checkpoint SET note = 'x' WHERE size = 0", &["checkpoint"]),
    ("UPDATE checkpoint SET root = sha256('x') WHERE size = {NEWEST}", &["checkpoint"]),
    ("UPDATE checkpoint SET signed_by = '00000000' WHERE size = {BEFORE}", &["checkpoint"]),
    (
        "UPDATE checkpoint SET signed_at = signed_at - interval '1 day' WHERE size = {BEFORE}",
        &["checkpoint"],
    ),
    (
        "UPDATE checkpoint SET signed_at = signed_at + interval '1 day' WHERE size = {NEWEST}",
        &["checkpoint"],
    ),
    ("UPDATE checkpoint SET signed_at = signed_at - interval '1 day'", &["checkpoint"]),
    ("UPDATE tree_head SET size = size - 10", &["tree_head"]),
    ("UPDATE tree_head SET size = {BEFORE}", &["tree_head"]),
    ("UPDATE tree_head SET size = 0", &["tree_head"]),
    // Nothing contradicts anything but that events of minutes ago are not signed.
    (
        "WITH gone AS (DELETE FROM checkpoint WHERE size = {NEWEST})
         UPDATE tree_head SET size = {BEFORE}",
        &["checkpoint", "tree_head"],
    ),
    (
        "WITH gone AS (DELETE FROM checkpoint WHERE size > 0) UPDATE tree_head SET size = 0",
        &["checkpoint", "tree_head"],
    ),
    (
        "WITH gone AS (DELETE FROM checkpoint) UPDATE tree_head SET size = 0",
        &["checkpoint", "tree_head"],
    ),
    (
        "INSERT INTO tree_tile (level, n, root, hashes)
         VALUES (0, 0, sha256('x'), decode(repeat('00', 8192), 'hex'))",
        &["tree_tile"],
    ),
    (
        "INSERT INTO tree_tile (level, n, root, hashes)
         VALUES (7, 1, sha256('x'), decode(repeat('00', 8192), 'hex'))",
        &["tree_tile"],
    ),
    ("UPDATE log_key SET first_used_at = first_used_at + interval '1 day'", &["log_key"]),
    ("DELETE FROM log_key", &["log_key"]),
];

#[tokio::test]
async fn whatever_is_done_to_the_tree_is_found_with_the_key_and_without() {
    let (world, _cast) = signed_thrice().await;
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
    for (sql, tables) in TAMPERED {
        let sql = sql.replace("{NEWEST}", NEWEST).replace("{BEFORE}", BEFORE);
        for trusted in [by_key(), Trusted::default()] {
            let report = tampered_before(&db, (&url, trusted), (&sql, tables), None).await;
            let found = report.findings.iter().any(|one| one.check == Check::Tree);
            assert!(found, "{sql}\n{}", told(&report).join("\n"));
        }
    }
    let report = liandan::audit::audit(&url, by_key(), &mut |_| {}).await.unwrap();
    assert_eq!(told(&report), Vec::<String>::new());
}

/// What a server has committed and not signed yet is nothing wrong; what nobody signs is.
#[tokio::test]
async fn a_log_is_signed_for_within_the_minute() {
    let (world, cast) = signed_thrice().await;
    let url = world.database.app_url();
    // The events are of a clock that stands still: ahead of the system's, they are new.
    let year = TimeDelta::days(36_500);
    world.pass(year);
    cast.produce(1).await;
    world.pass(TimeDelta::seconds(59));
    cast.produce(1).await;
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
    world.pass(TimeDelta::seconds(2));
    cast.produce(1).await;
    let report = of(&url).await;
    assert!(report.findings.iter().all(|one| one.check == Check::Tree), "{:?}", report.findings);
    assert_eq!(report.findings_count, 1, "{}", told(&report).join("\n"));
    world.publish().await;
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
}

/// Events, and no tree at all: nothing shows that they are what was recorded.
#[tokio::test]
async fn a_log_that_nobody_signs_is_not_said_to_hold() {
    let world = World::start().await;
    let report = of(&world.database.app_url()).await;
    assert!(report.log_size > 0);
    assert_eq!(report.findings_count, 1, "{}", told(&report).join("\n"));
    assert_eq!(report.findings[0].check, Check::Tree);
}

/// As many tiles as years make, so that they do not fit between PostgreSQL and the audit: it must
/// not ask for anything behind them while it waits for the answer before it reads on.
#[tokio::test]
async fn a_tree_of_thousands_of_tiles_is_walked_to_its_end() {
    let (world, _cast) = signed_thrice().await;
    let db = world.database.superuser().await;
    let invented = "SET session_replication_role = replica;
        INSERT INTO tree_tile (level, n, root, hashes)
        SELECT 0, n, sha256('x'), decode(repeat('00', 8192), 'hex') FROM generate_series(0, 2999) n
        ON CONFLICT DO NOTHING;
        UPDATE tree_head SET size = 3000 * 256";
    db.batch_execute(invented).await.unwrap();
    let url = world.database.app_url();
    let patience = std::time::Duration::from_mins(5);
    let report = tokio::time::timeout(patience, of(&url)).await.expect("it waits for itself");
    assert!(report.findings.iter().any(|one| one.check == Check::Tree), "{}", report.log_size);
}

/// No two events may have one place, not even within a statement.
const EXCHANGE: &str = "CREATE FUNCTION exchange(one int8, other int8) RETURNS void
    LANGUAGE plpgsql AS $$ BEGIN
        UPDATE event SET position = 1000000 WHERE position = one;
        UPDATE event SET position = one WHERE position = other;
        UPDATE event SET position = other WHERE position = 1000000;
    END $$";

/// Two events exchange their places in the log: each of them is named by the number of its
/// manifest, where a full tile of the tree has them, where none has yet, and within one chain.
#[tokio::test]
async fn events_that_change_places_are_named() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let mut swaps = Vec::new();
    let file = async || {
        let filed = cast.filed(&cast.oil(&json!(10))).await;
        (filed.id(), filed.str("/number").to_owned())
    };
    for few in [true, false] {
        let (one, other) = (file().await, file().await);
        let reason = json!({"reason": "wrong_data"});
        for (id, _) in [&one, &other] {
            cast.producer.post(&format!("/manifests/{id}/cancel"), &reason).await.ok();
        }
        let place = |id: &str, seq: i64| {
            let of = format!("subject_id = '{id}' AND seq = {seq}");
            format!("(SELECT position FROM kept_event WHERE {of})")
        };
        let ((id, number), (other, its_number)) = (one, other);
        let both = vec![number.clone(), its_number];
        swaps.push((place(&id, 0), place(&other, 0), both));
        swaps.push((place(&id, 0), place(&id, 1), vec![number]));
        world.publish().await;
        if few {
            let kg = |n: i64| {
                json!({"site_id": cast.producer_site, "kind": "produced",
                "waste_code": "900-249-08", "mass_kg": n})
            };
            let lines: Vec<String> = (1..=300).map(|n| kg(n).to_string()).collect();
            let call = cast.producer.call(Method::POST, "/ledger-entries/bulk");
            call.raw("application/x-ndjson", lines.join("\n")).send().await.ok();
            world.publish().await;
        }
    }
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
    db.batch_execute(EXCHANGE).await.unwrap();
    for (one, other, known) in swaps {
        let sql = format!("SELECT exchange({one}, {other})");
        let report = tampered_before(&db, (&url, Trusted::default()), (&sql, &["event"]), None);
        let report = report.await;
        for number in known {
            let named = report.findings.iter().any(|one| one.number.as_ref() == Some(&number));
            assert!(named, "{number}: {sql}\n{}", told(&report).join("\n"));
        }
    }
}
