//! History written anew: found by what was signed before, as far as it is in the database, and else
//! by a checkpoint that somebody has kept elsewhere.

use liandan::audit::{Check, KeptNote, Report, Trusted};
use liandan::custody::{Checkpoint, LogKeys};

use super::tree::{by_key, signed_thrice};
use super::{Db, of, told};
use crate::support::{World, liandan, log_keys};

async fn newest(db: &Db) -> (i64, String) {
    let sql = "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1";
    let row = db.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// Another name for an organisation from its first event on, in the event, its leaf, the head of
/// its chain and the register: everything that follows of the events fits. Answers with the
/// position.
async fn rewrite(db: &Db) -> i64 {
    let sql = "SELECT e.position, e.subject_id, e.body, o.name
         FROM event e JOIN organisation o ON o.id = e.subject_id JOIN subject s ON s.id = o.id
        WHERE s.version = 1 ORDER BY e.position DESC LIMIT 1";
    let row = db.query_one(sql, &[]).await.unwrap();
    let (position, body): (i64, String) = (row.get(0), row.get(2));
    let name: String = row.get(3);
    let (id, is): (uuid::Uuid, String) = (row.get(1), format!("{name}改"));
    let altered = body.replace(&format!("\"{name}\""), &format!("\"{is}\""));
    assert_ne!(altered, body);
    let sql = "WITH altered AS (UPDATE event SET body = $2,
            leaf = sha256('\\x00'::bytea || convert_to($2, 'UTF8')) WHERE position = $1
            RETURNING leaf, subject_id),
         head AS (UPDATE subject SET head = leaf FROM altered WHERE id = subject_id)
         UPDATE organisation SET name = $3 WHERE id = $4";
    assert_eq!(db.execute(sql, &[&position, &altered, &is, &id]).await.unwrap(), 1);
    position
}

async fn with(world: &World, name: &str, note: &str) -> Report {
    let kept = vec![KeptNote { name: name.to_owned(), note: note.to_owned() }];
    let trusted = Trusted { kept, ..by_key() };
    liandan::audit::audit(&world.database.app_url(), trusted, &mut |_| {}).await.unwrap()
}

fn checks(report: &Report) -> Vec<Check> {
    report.findings.iter().map(|one| one.check).collect()
}

#[tokio::test]
async fn history_that_was_written_anew_is_found() {
    let (world, _cast) = signed_thrice().await;
    let db = world.database.superuser().await;
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    let (size, note) = newest(&db).await;
    let holds = with(&world, "safe.txt", &note).await;
    assert_eq!(told(&holds), Vec::<String>::new());
    assert_eq!(holds.consistent_with[0].size, size as u64);

    // The checkpoints that contradict it are gone, and the tree goes back with them.
    let position = rewrite(&db).await;
    let gone = format!("DELETE FROM checkpoint WHERE size > {position}");
    assert!(db.execute(&gone, &[]).await.unwrap() > 0);
    let report = liandan::audit::audit(&world.database.app_url(), by_key(), &mut |_| {}).await;
    assert_eq!(checks(&report.unwrap()), [Check::Tree]);
    let back = "UPDATE tree_head SET size = (SELECT max(size) FROM checkpoint)";
    db.batch_execute(back).await.unwrap();
    let report = liandan::audit::audit(&world.database.app_url(), by_key(), &mut |_| {}).await;
    assert_eq!(checks(&report.unwrap()), [Check::Tree]);

    // A server signs what it finds: only what was kept elsewhere knows better now.
    world.publish().await;
    assert_eq!(newest(&db).await.0, size);
    assert_eq!(told(&of(&world.database.app_url()).await), Vec::<String>::new());
    let report = with(&world, "safe.txt", &note).await;
    assert_eq!(checks(&report), [Check::Consistency]);
    assert!(report.findings[0].en.contains("REWRITTEN") && report.consistent_with.is_empty());
}

#[tokio::test]
async fn a_checkpoint_from_elsewhere_must_be_of_this_log_and_no_larger() {
    let (world, _cast) = signed_thrice().await;
    let db = world.database.superuser().await;
    let (size, note) = newest(&db).await;
    let of_size = |keys: &LogKeys, size: u64| {
        let origin = keys.name().to_owned();
        keys.sign(&Checkpoint { origin, size, root: [1; 32] }.text())
    };
    let larger = of_size(&log_keys(&[7]), size as u64 + 1);
    let report = with(&world, "larger", &larger).await;
    assert_eq!(checks(&report), [Check::Consistency]);
    assert!(report.findings[0].en.contains("CUT"), "{}", report.findings[0].en);
    for other in [of_size(&log_keys(&[8]), 1), "x".to_owned(), of_size(&log_keys(&[7]), 0)] {
        assert_eq!(checks(&with(&world, "other", &other).await), [Check::Consistency], "{other}");
    }

    let folder = tempfile::tempdir().unwrap();
    let run = |files: &[(&str, &str)]| {
        let mut command = liandan(&world.database.app_url());
        command.arg("audit");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            command.arg("--consistent-with").arg(path);
        }
        command.output().unwrap()
    };
    let holds = run(&[("old", &note), ("again", &note)]);
    let said = String::from_utf8(holds.stdout).unwrap();
    assert!(holds.status.success(), "{said}");
    assert_eq!(said.matches(&format!("{size} 条 entries")).count(), 2, "{said}");
    let wrong = run(&[("old", &note), ("larger", &larger)]);
    let said = String::from_utf8(wrong.stdout).unwrap();
    assert!(wrong.status.code() == Some(1) && said.contains("THE LOG WAS CUT"), "{said}");
    let mut nowhere = liandan(&world.database.app_url());
    let nowhere = nowhere.args(["audit", "--consistent-with", "/nowhere"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(1));
}
