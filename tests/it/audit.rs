//! The audit: it finds nothing where nothing is wrong, and whatever anybody changes behind the
//! program's back.

mod kept;
mod standing;
mod tree;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use liandan::audit::{Check, Finding, Report, Trusted};
use serde_json::{Value, json};
use tokio_postgres::Client as Db;

use crate::support::{Cast, Server, World, liandan};

/// All that is wrong with a database.
pub async fn of(url: &str) -> Report {
    liandan::audit::audit(url, Trusted::default(), &mut |_| {}).await.unwrap()
}

/// One line a finding, for whoever has to find out why.
pub fn told(report: &Report) -> Vec<String> {
    let line = |one: &Finding| {
        let number = one.number.clone().unwrap_or_default();
        format!("audit: {:?} {:?} {number} @{:?}: {}", one.check, one.subject, one.position, one.en)
    };
    report.findings.iter().map(line).collect()
}

/// A manifest that was completed, one on the road, one cancelled, one refused in part and returned.
async fn world_of_lives() -> (World, Vec<(String, String)>) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(5000).await;
    let mut known = Vec::new();
    let mut know = |answer: &crate::support::Answer| {
        known.push((answer.id(), answer.str("/number").to_owned()));
    };
    let received = cast.accepted(&cast.oil(&json!(812.5))).await;
    know(&received);
    let path = format!("/manifests/{}", received.id());
    let treatments = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 12.5,
        "completed_on": "2026-11-25"}]});
    cast.receiver.post(&format!("{path}/complete"), &treatments).await.ok();
    let riding = cast.filed(&cast.oil(&json!(100))).await;
    know(&riding);
    let path = format!("/manifests/{}", riding.id());
    // Two events in one commit: the load came onto the plate by the first of them.
    let asked = json!({"manifest_id": riding.id(), "action": "depart"});
    let code = cast.producer.post("/me/signing-codes", &asked).await.ok();
    let producer = cast.producer.get("/me").await.ok();
    let signed = json!({"user_id": producer.str("/user/id"), "code": code.str("/code")});
    let departing = json!({"loaded_kg": 100, "countersign": signed});
    cast.carrier.post(&format!("{path}/depart"), &departing).await.ok();
    let cancelled = cast.filed(&cast.oil(&json!(50))).await;
    know(&cancelled);
    let path = format!("/manifests/{}", cancelled.id());
    cast.producer.post(&format!("{path}/cancel"), &json!({"reason": "wrong_data"})).await.ok();
    know(&cast.filed(&cast.kitchen()).await);
    world.publish().await;
    (world, known)
}

#[tokio::test]
async fn an_audit_of_what_was_filed_finds_nothing() {
    let (world, known) = world_of_lives().await;
    let report = of(&world.database.app_url()).await;
    assert_eq!(told(&report), Vec::<String>::new());
    assert!(report.is_clean());
    assert_eq!(report.audited.manifests, known.len() as u64);
    assert_eq!(report.audited.events, report.log_size as u64);
    assert!(report.audited.accounts > 0);
}

/// What somebody with every right could do, and the check that must notice it.
const TAMPERED: &[(&str, Check, &[&str])] = &[
    // An event altered, its hash left as it was.
    (
        "UPDATE event SET body = replace(body, '\"mass_g\":812500', '\"mass_g\":812501')
         WHERE subject_id = $1 AND seq = 0",
        Check::Log,
        &["event"],
    ),
    // Altered with its hash: the event after it names the old one.
    (
        "UPDATE event SET body = replace(body, '\"mass_g\":812500', '\"mass_g\":812501'),
            leaf = sha256('\\x00'::bytea ||
                convert_to(replace(body, '\"mass_g\":812500', '\"mass_g\":812501'), 'UTF8'))
         WHERE subject_id = $1 AND seq = 0",
        Check::Chain,
        &["event"],
    ),
    // The last event altered with its hash: the head of the chain is another.
    (
        "UPDATE event SET body = replace(body, '\"mass_g\":12500', '\"mass_g\":12000'),
            leaf = sha256('\\x00'::bytea ||
                convert_to(replace(body, '\"mass_g\":12500', '\"mass_g\":12000'), 'UTF8'))
         WHERE subject_id = $1 AND kind = 'completed'",
        Check::Chain,
        &["event"],
    ),
    // The same, and the head made to fit: the tables tell of what was.
    (
        "WITH last AS (UPDATE event SET
            body = replace(body, '\"mass_g\":12500', '\"mass_g\":12000'),
            leaf = sha256('\\x00'::bytea ||
                convert_to(replace(body, '\"mass_g\":12500', '\"mass_g\":12000'), 'UTF8'))
         WHERE subject_id = $1 AND kind = 'completed' RETURNING leaf)
         UPDATE subject SET head = last.leaf FROM last WHERE id = $1",
        Check::Table,
        &["event", "subject"],
    ),
    // The last event deleted, or one from the middle.
    ("DELETE FROM event WHERE subject_id = $1 AND kind = 'completed'", Check::Chain, &["event"]),
    ("DELETE FROM event WHERE subject_id = $1 AND seq = 1", Check::Chain, &["event"]),
    // Deleted with the head set back: the row is of more events than there are.
    (
        "WITH gone AS (DELETE FROM event WHERE subject_id = $1 AND kind = 'completed'),
            before AS (SELECT leaf FROM event WHERE subject_id = $1 AND kind = 'received')
         UPDATE subject SET head = before.leaf, version = version - 1 FROM before WHERE id = $1",
        Check::Table,
        &["event", "subject"],
    ),
    // Two events change places.
    (
        "UPDATE event SET seq = CASE seq WHEN 1 THEN 102 ELSE 101 END
         WHERE subject_id = $1 AND seq IN (1, 2)",
        Check::Chain,
        &["event"],
    ),
    // An event put in that nobody decided: a second departure.
    (
        "INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf,
            body)
         SELECT (SELECT next_position FROM log_head), subject_id, subject_kind, year,
            (SELECT version FROM subject WHERE id = $1), kind, recorded_at, leaf, body
         FROM event WHERE subject_id = $1 AND seq = 1",
        Check::Chain,
        &["event"],
    ),
    // The row says something else than the events: its state, its status, what it shipped, whose
    // it is.
    (
        "UPDATE manifest SET state = jsonb_set(state::jsonb, '{progress,0,accepted_g}', '1')::json
         WHERE id = $1",
        Check::Table,
        &["manifest"],
    ),
    ("UPDATE manifest SET status = 'completed' WHERE id = $1", Check::Table, &["manifest"]),
    ("UPDATE manifest SET shipped_g = shipped_g - 1 WHERE id = $1", Check::Table, &["manifest"]),
    ("UPDATE manifest SET producer_id = receiver_id WHERE id = $1", Check::Table, &["manifest"]),
    (
        "UPDATE manifest_item SET mass_g = 1 WHERE manifest_id = $1",
        Check::Table,
        &["manifest_item"],
    ),
    ("DELETE FROM manifest_item WHERE manifest_id = $1", Check::Table, &["manifest_item"]),
    (
        "INSERT INTO manifest_item (manifest_id, line, year, waste_code, mass_g)
         SELECT manifest_id, 2, year, waste_code, 1 FROM manifest_item WHERE manifest_id = $1",
        Check::Table,
        &["manifest_item"],
    ),
    // Rows beside it that no event makes: where it rides, who carries it, what befell it, what it
    // was made of. And one taken away.
    ("INSERT INTO riding (plate, manifest_id) VALUES ('新A00001', $1)", Check::Table, &["riding"]),
    ("UPDATE ridden SET plate = '新A00001' WHERE manifest_id = $1", Check::Table, &["ridden"]),
    ("DELETE FROM ridden WHERE manifest_id = $1", Check::Table, &["ridden"]),
    (
        "INSERT INTO manifest_carrier (carrier_id, manifest_id, year)
         SELECT receiver_id, id, year FROM manifest WHERE id = $1",
        Check::Table,
        &["manifest_carrier"],
    ),
    (
        "INSERT INTO manifest_former (organisation_id, manifest_id)
         SELECT receiver_id, id FROM manifest WHERE id = $1",
        Check::Table,
        &["manifest_former"],
    ),
    (
        "INSERT INTO manifest_incident (manifest_id, seq, kind, division, occurred_at)
         VALUES ($1, 1, 'spill', '01', now())",
        Check::Table,
        &["manifest_incident"],
    ),
    (
        "INSERT INTO mass_edge (to_id, to_line, from_id, from_line, bond, mass_g, year, given_back)
         VALUES ($1, 1, gen_random_uuid(), 1, 'onward', 1, 2026, false)",
        Check::Table,
        &["mass_edge"],
    ),
];

/// Changes of which no manifest can be named.
const ELSEWHERE: &[(&str, Check, &[&str])] = &[
    ("UPDATE account SET used_g = used_g + 1 WHERE kind = 1", Check::Account, &["account"]),
    ("UPDATE account SET reserved_g = 7 WHERE kind = 1", Check::Account, &["account"]),
    ("UPDATE account SET limit_g = limit_g + 1 WHERE kind = 3", Check::Account, &["account"]),
    ("UPDATE account SET limit_g = limit_g * 2 WHERE kind = 1", Check::Account, &["account"]),
    ("UPDATE account SET limit_g = NULL WHERE kind = 1", Check::Account, &["account"]),
    ("DELETE FROM account WHERE kind = 1", Check::Account, &["account"]),
    (
        "UPDATE ledger_entry SET mass_g = mass_g + 1 WHERE manifest_id IS NOT NULL",
        Check::Ledger,
        &["ledger_entry"],
    ),
    ("DELETE FROM ledger_entry WHERE manifest_id IS NOT NULL", Check::Ledger, &["ledger_entry"]),
    (
        "UPDATE ledger_entry SET mass_g = mass_g + 1 WHERE manifest_id IS NULL",
        Check::Table,
        &["ledger_entry"],
    ),
    ("UPDATE ledger_year SET produced_g = produced_g + 1", Check::Ledger, &["ledger_year"]),
    ("DELETE FROM ledger_year", Check::Ledger, &["ledger_year"]),
    ("UPDATE licence_line SET annual_g = annual_g * 2", Check::Table, &["licence_line"]),
    ("UPDATE licence SET valid_to = valid_to + 365", Check::Table, &["licence"]),
    ("UPDATE organisation SET name = name || '!'", Check::Table, &["organisation"]),
    (
        "UPDATE app_user SET role = CASE role WHEN 'admin' THEN 'reader' ELSE 'admin' END
         WHERE role NOT LIKE '%regulator'",
        Check::Table,
        &["app_user"],
    ),
    ("DELETE FROM app_user", Check::Table, &["app_user"]),
    ("DELETE FROM subject WHERE kind = 3", Check::Chain, &["subject"]),
    (
        "DELETE FROM event WHERE position = (SELECT max(position) FROM event)",
        Check::Log,
        &["event"],
    ),
    ("UPDATE event SET position = position + 100 WHERE position > 5", Check::Log, &["event"]),
    // Behind the head of the log, where no position is asked for.
    (
        "INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf,
            body)
         SELECT next_position, gen_random_uuid(), subject_kind, year, seq, kind, recorded_at, leaf,
            body
         FROM event, log_head WHERE position = 0",
        Check::Log,
        &["event"],
    ),
    // The tree and what was signed of it.
    (
        "UPDATE checkpoint SET note = replace(note, E'\n' || size || E'\n',
            E'\n' || size - 1 || E'\n') WHERE size = (SELECT max(size) FROM checkpoint)",
        Check::Tree,
        &["checkpoint"],
    ),
    (
        "UPDATE checkpoint SET size = size - 1 WHERE size = (SELECT max(size) FROM checkpoint)",
        Check::Tree,
        &["checkpoint"],
    ),
    ("UPDATE tree_head SET size = size + 100000", Check::Tree, &["tree_head"]),
    ("DELETE FROM log_key", Check::Tree, &["log_key"]),
    (
        "UPDATE event SET recorded_at = recorded_at + interval '1 hour' WHERE position = 3",
        Check::Chain,
        &["event"],
    ),
    (
        "INSERT INTO vehicle SELECT gen_random_uuid(), organisation_id, 'X' || plate, kind,
            classes, rated_g, status FROM vehicle LIMIT 1",
        Check::Table,
        &["vehicle"],
    ),
];

/// Does it, audits, and puts the tables back as they were.
async fn tampered(db: &Db, url: &str, (sql, tables): (&str, &[&str]), id: Option<&str>) -> Report {
    let trusted = Trusted::default();
    tampered_before(db, (url, trusted), (sql, tables), id).await
}

/// The same, for whoever trusts somebody.
async fn tampered_before(
    db: &Db,
    (url, trusted): (&str, Trusted),
    (sql, tables): (&str, &[&str]),
    id: Option<&str>,
) -> Report {
    for table in tables {
        let kept = format!("CREATE TABLE kept_{table} AS TABLE {table}");
        db.batch_execute(&kept).await.unwrap();
    }
    let sql = sql.replace("$1", &format!("'{}'", id.unwrap_or_default()));
    let rows = db.execute(&sql, &[]).await.unwrap_or_else(|err| panic!("{sql}: {err:?}"));
    assert!(rows > 0, "nothing was tampered with: {sql}");
    let report = liandan::audit::audit(url, trusted, &mut |_| {}).await.unwrap();
    for table in tables {
        let back = format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};
             DROP TABLE kept_{table}"
        );
        db.batch_execute(&back).await.unwrap();
    }
    report
}

#[tokio::test]
async fn whatever_is_changed_behind_the_log_is_found_and_named() {
    let (world, known) = world_of_lives().await;
    let db = world.database.superuser().await;
    let url = world.database.app_url();
    // Triggers and foreign keys off: nothing in the database itself stands in the way.
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    let (id, number) = &known[0];
    for (sql, check, tables) in TAMPERED {
        let report = tampered(&db, &url, (sql, tables), Some(id)).await;
        let names = |one: &Finding| {
            one.check == *check && one.number.as_deref() == Some(number) && one.subject.is_some()
        };
        assert!(report.findings.iter().any(names), "{sql}\n{}", told(&report).join("\n"));
    }
    for (sql, check, tables) in ELSEWHERE {
        let report = tampered(&db, &url, (sql, tables), None).await;
        let found = report.findings.iter().any(|one| one.check == *check);
        assert!(found, "{sql}\n{}", told(&report).join("\n"));
    }
    assert_eq!(told(&of(&url).await), Vec::<String>::new());
}

#[tokio::test]
async fn the_command_says_what_is_wrong_and_exits_with_it() {
    let (world, known) = world_of_lives().await;
    let url = world.database.app_url();
    let run = |json: bool| {
        let mut command = liandan(&url);
        command.arg("audit");
        if json {
            command.arg("--json");
        }
        command.output().unwrap()
    };
    let clean = run(false);
    let said = String::from_utf8(clean.stdout).unwrap();
    assert!(clean.status.success() && said.contains("everything holds"), "{said}");
    let db = world.database.superuser().await;
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    let (id, number) = &known[1];
    let sql = format!("UPDATE manifest SET status = 'accepted' WHERE id = '{id}'");
    db.batch_execute(&sql).await.unwrap();
    let wrong = run(false);
    let said = String::from_utf8(wrong.stdout).unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    let line = said.lines().next().unwrap();
    assert!(line.contains(number) && line.contains("events make: status"), "{line}");
    let wrong = run(true);
    assert_eq!(wrong.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert_eq!(report["findings"][0]["number"], json!(number));
    assert_eq!(report["findings_count"], 1);
    let mut nowhere = liandan("postgresql://liandan_app@127.0.0.1:1/liandan");
    let nowhere = nowhere.arg("audit").output().unwrap();
    assert_eq!(nowhere.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&nowhere.stderr).trim().lines().count(), 1);
}

/// A demo's own database, while it runs and after; of a folder without one, nothing is made.
#[test]
fn a_demo_is_audited_by_its_folder() {
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    let folder = home.path().join("demo");
    let audit = || liandan("").args(["audit", "--data-dir"]).arg(&folder).output().unwrap();
    let none = audit();
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(none.status.code() == Some(1) && said.contains("holds no private database"), "{said}");
    assert!(!folder.exists());
    let holds = || {
        // A demo that has just begun signs what it was filled with within its first second.
        let until = Instant::now() + Duration::from_secs(20);
        let mut clean = audit();
        while !clean.status.success() && Instant::now() < until {
            clean = audit();
        }
        let said = String::from_utf8(clean.stdout).unwrap();
        assert!(clean.status.success() && said.contains("everything holds"), "{said}");
    };
    let mut demo = Server::start_demo(&folder);
    holds();
    demo.signal("INT");
    assert!(demo.child.wait().unwrap().success());
    holds();
}
