//! Counters, labels, contents, and the columns beside what events say.

use liandan::audit::Check;
use serde_json::json;

use super::{of, tampered, told, world_of_lives};
use crate::containers::{drum, register};
use crate::support::{Cast, Method, World};

/// A row is altered behind the program's back, and the check that must notice it.
const OF_LIVES: &[(&str, Check, &[&str])] = &[
    ("UPDATE serial SET last = last + 1 WHERE prefix LIKE '2026%'", Check::Number, &["serial"]),
    ("UPDATE serial SET last = 0", Check::Number, &["serial"]),
    ("DELETE FROM serial", Check::Number, &["serial"]),
    ("INSERT INTO serial (prefix, last) VALUES ('20256601', 7)", Check::Number, &["serial"]),
    ("UPDATE manifest SET filed_by_id = receiver_id", Check::Table, &["manifest"]),
    ("UPDATE manifest_item SET year = year + 1", Check::Table, &["manifest_item"]),
    ("UPDATE event SET year = year + 1 WHERE seq = 1", Check::Chain, &["event"]),
    ("UPDATE subject SET year = year + 1 WHERE kind = 1", Check::Chain, &["subject"]),
    (
        "UPDATE subject SET recorded_at = recorded_at - interval '1 s' WHERE kind = 1",
        Check::Chain,
        &["subject"],
    ),
    ("UPDATE account SET item = item || 'x' WHERE kind = 3", Check::Account, &["account"]),
    ("UPDATE account SET year = year + 1 WHERE kind = 1", Check::Account, &["account"]),
    ("UPDATE account SET lenient = NOT lenient WHERE kind = 1", Check::Account, &["account"]),
    (
        "UPDATE ledger_entry SET external_id = id::text WHERE manifest_id IS NOT NULL",
        Check::Ledger,
        &["ledger_entry"],
    ),
    (
        "UPDATE ledger_entry SET batch_number = 'x' WHERE manifest_id IS NOT NULL",
        Check::Ledger,
        &["ledger_entry"],
    ),
    (
        "UPDATE ledger_entry SET batch_number = 'x' WHERE manifest_id IS NULL",
        Check::Table,
        &["ledger_entry"],
    ),
];

#[tokio::test]
async fn counters_and_columns_beside_the_events_are_compared() {
    let (world, _known) = world_of_lives().await;
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    for (sql, check, tables) in OF_LIVES {
        let report = tampered(&db, &url, (sql, tables), None).await;
        let found = report.findings.iter().any(|one| one.check == *check);
        assert!(found, "{sql}\n{}", told(&report).join("\n"));
    }
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
}

const OF_CONTAINERS: &[(&str, Check, &[&str])] = &[
    ("UPDATE container SET code = reverse(code)", Check::Table, &["container"]),
    ("UPDATE container SET waste_code = '900-214-08'", Check::Table, &["container"]),
    ("UPDATE container SET site_id = gen_random_uuid()", Check::Table, &["container"]),
    ("UPDATE container SET registered_with = gen_random_uuid()", Check::Table, &["container"]),
    ("UPDATE container SET label_key = reverse(label_key)", Check::Table, &["container"]),
    ("UPDATE container SET label_serial = label_serial + 7", Check::Table, &["container"]),
    ("UPDATE serial SET last = 1 WHERE prefix LIKE 'L%'", Check::Number, &["serial"]),
    ("DELETE FROM serial WHERE prefix LIKE 'L%'", Check::Number, &["serial"]),
    // The constraint that holds content to its hash was dropped before.
    ("UPDATE reading_batch SET content = content || ' '", Check::Table, &["reading_batch"]),
];

#[tokio::test]
async fn labels_and_contents_are_compared() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    register(&cast.producer, &[drum(&cast, 10.0), drum(&cast, 20.0)]).await.is(201);
    let reading = json!({"kind": "position", "vehicle_id": cast.vehicle,
        "at": "2026-11-25T01:00:00Z", "location": {"lon": 80.1, "lat": 41.0}});
    let told_of = cast.carrier.call(Method::POST, "/telemetry");
    let told_of = told_of.raw("application/x-ndjson", format!("{reading}\n")).send().await.is(200);
    assert!(told_of.text.contains("201"), "{}", told_of.text);
    world.publish().await;
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
    let open = "SET session_replication_role = replica;
        ALTER TABLE reading_batch DROP CONSTRAINT reading_batch_content_hash";
    db.batch_execute(open).await.unwrap();
    for (sql, check, tables) in OF_CONTAINERS {
        let report = tampered(&db, &url, (sql, tables), None).await;
        let found = report.findings.iter().any(|one| one.check == *check);
        assert!(found, "{sql}\n{}", told(&report).join("\n"));
    }
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
}
