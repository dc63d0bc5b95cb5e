//! The tree as it grows: long logs, several processes, other keys, and a record that was touched.

use std::sync::Arc;

use futures_util::future::join;
use liandan::app::App;
use liandan::clock::Clock;
use liandan::config::Config;
use liandan::custody::{self, LogKeys};
use liandan::mint::Mint;

use super::independent::{Hash, Head, consistent, leaf, node, open, root, root_above};
use super::{head, leaves, tile};
use crate::support::{Database, World, beginning, config, log_keys};

/// Makes the log longer by events that mean nothing: what the tree is made of are their hashes.
const FILL: &str = "
    INSERT INTO event (position, subject_id, subject_kind, year, seq, kind, recorded_at, leaf, body)
    SELECT log_head.next_position + n, gen_random_uuid(), 1, 2026, 0, 'filled', now(),
           sha256('\\x00'::bytea || convert_to(body, 'UTF8')), body
      FROM log_head, generate_series(0, $1::bigint - 1) AS n,
           LATERAL (SELECT '{\"n\":' || n || '}' AS body) AS made";

pub async fn fill(world: &World, events: u64) {
    fill_database(&world.database, events).await;
}

async fn fill_database(database: &Database, events: u64) {
    let superuser = database.superuser().await;
    let events = events as i64;
    superuser.execute(FILL, &[&events]).await.unwrap();
    let moved = "UPDATE log_head SET next_position = next_position + $1";
    superuser.execute(moved, &[&events]).await.unwrap();
}

/// Another process of the same log.
fn another(database: &Database, keys: Option<LogKeys>) -> Arc<App> {
    let parts = (Clock::held(beginning()), Mint::random());
    let config = Config { log_keys: keys, ..config() };
    let (app, drain) = App::open(config, parts, &database.app_url()).unwrap();
    drop(drain);
    app
}

async fn publish(app: &App) {
    while custody::grow(app).await.unwrap() {}
}

/// All leaves of the journal, and every checkpoint that was ever published.
async fn record(database: &Database) -> (Vec<Hash>, Vec<Head>) {
    let superuser = database.superuser().await;
    let bodies = superuser.query("SELECT body FROM event ORDER BY position", &[]).await.unwrap();
    let leaves = bodies.iter().map(|row| leaf(row.get::<_, &str>(0).as_bytes())).collect();
    let rows = superuser
        .query("SELECT size, root FROM checkpoint ORDER BY size, signed_at", &[])
        .await
        .unwrap();
    let head = |row: &tokio_postgres::Row| Head {
        origin: String::new(),
        size: row.get::<_, i64>(0) as u64,
        root: row.get::<_, &[u8]>(1).try_into().unwrap(),
    };
    (leaves, rows.iter().map(head).collect())
}

/// Panics unless every checkpoint is of the log as it is. Answers how many there are.
async fn nothing_forked(database: &Database) -> usize {
    let (leaves, heads) = record(database).await;
    for head in &heads {
        assert_eq!(head.root, root(&leaves[..head.size as usize]), "{}", head.size);
    }
    assert_eq!(heads.last().unwrap().size, leaves.len() as u64);
    heads.len()
}

/// The example of tlog-tiles: 70,000 entries.
#[tokio::test]
async fn a_long_log_has_the_tiles_that_the_specification_counts() {
    let world = World::start().await;
    let there = world.rows("event").await as u64;
    fill(&world, 70_000 - there).await;
    world.publish().await;
    let nobody = world.client();
    let head = head(&nobody).await;
    assert_eq!(head.size, 70_000);
    let all = leaves(&nobody, head.size).await;
    assert_eq!(root(&all), head.root);
    let upper: Vec<Hash> = all[..69_888].chunks(256).map(root).collect();
    assert_eq!(tile(&nobody, 1, 0, 256).await.is(200).bytes, upper[..256].concat());
    assert_eq!(tile(&nobody, 1, 1, 17).await.is(200).bytes, upper[256..].concat());
    assert_eq!(tile(&nobody, 2, 0, 1).await.is(200).bytes, root(&upper[..256]));
    for (level, n, width) in [(0, 273, 113), (0, 273, 256), (1, 1, 18), (2, 0, 2), (3, 0, 1)] {
        assert_eq!(tile(&nobody, level, n, width).await.status, 404, "{level} {n} {width}");
    }
    let picked = [0, 1, 255, 256, 4711, 65_535, 65_536, 69_887, 69_888, 69_999];
    let mut proofs = custody::inclusion(&world.app.pool, 70_000, &picked).await.unwrap();
    for index in picked {
        let path = proofs.get_mut(&index).unwrap();
        let found = root_above(all[index as usize], (index, head.size), path);
        assert!(found == head.root && path.is_empty(), "{index}");
    }
    for from in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_888, 69_999, 70_000] {
        let old = Head { origin: String::new(), size: from, root: root(&all[..from as usize]) };
        let proof = custody::consistency(&world.app.pool, from, head.size).await.unwrap();
        consistent(&old, &head, &proof);
    }
    assert_eq!(world.rows("tree_tile").await, 273 + 1);
    assert_eq!(nothing_forked(&world.database).await, 3, "of nothing, of 65,536, of all");
    assert_eq!(node(root(&all[..65_536]), root(&all[65_536..])), head.root);
}

#[tokio::test]
async fn whoever_goes_on_needs_the_tables_alone() {
    let database = Database::empty().await;
    for step in [0, 1, 254, 1, 1, 511, 66_000, 3] {
        fill_database(&database, step).await;
        // Each is a process that ends after it.
        publish(&another(&database, Some(log_keys(&[7])))).await;
        nothing_forked(&database).await;
    }
    let (leaves, _) = record(&database).await;
    assert_eq!(leaves.len(), 66_771);
}

#[tokio::test]
async fn processes_side_by_side_do_not_fork_the_log() {
    let database = Database::empty().await;
    let keys = || Some(log_keys(&[7]));
    let (first, second) = (another(&database, keys()), another(&database, keys()));
    let (mut sizes, mut grown) = (0, 0);
    for round in 0..20 {
        let events = 1 + round * 31 % 300;
        fill_database(&database, events).await;
        let both = join(custody::grow(&first), custody::grow(&second)).await;
        both.0.unwrap();
        both.1.unwrap();
        sizes += events;
        publish(if round % 2 == 0 { &first } else { &second }).await;
        grown += 1;
    }
    // One checkpoint each time: the slower of the two has written nothing.
    assert_eq!(nothing_forked(&database).await, grown + 1);
    for app in [&first, &second] {
        publish(app).await;
        assert_eq!(custody::latest(app).await.unwrap().size, sizes);
    }
    let reader = another(&database, None);
    assert!(!custody::grow(&reader).await.unwrap());
    assert_eq!(custody::latest(&reader).await.unwrap().size, sizes);
}

#[tokio::test]
async fn keys_change_and_what_old_ones_signed_stays_signed() {
    let database = Database::empty().await;
    let key = |seed: u8| log_keys(&[seed]).verifiers().next().unwrap().to_string();
    let first = another(&database, Some(log_keys(&[7])));
    fill_database(&database, 3).await;
    publish(&first).await;
    let old = custody::latest(&first).await.unwrap();
    let both = another(&database, Some(log_keys(&[8, 7])));
    publish(&both).await;
    let again = custody::latest(&both).await.unwrap();
    assert_eq!((again.size, again.root), (old.size, old.root));
    assert_eq!(open(&again.note, &key(7)), open(&again.note, &key(8)));
    fill_database(&database, 1).await;
    let alone = another(&database, Some(log_keys(&[8])));
    publish(&alone).await;
    let new = custody::latest(&alone).await.unwrap();
    assert_eq!(open(&new.note, &key(8)).size, 4);
    assert!(!new.note.contains(&open_id(&old.note)), "the old key signs no more");
    let superuser = database.superuser().await;
    let noted = superuser.query("SELECT verifier_key FROM log_key ORDER BY 1", &[]).await.unwrap();
    let mut wanted = [key(7), key(8)];
    wanted.sort();
    assert_eq!(noted.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), wanted);
    nothing_forked(&database).await;
}

/// The beginning of a signature, which is the key's id.
fn open_id(note: &str) -> String {
    note.trim_end().rsplit(' ').next().unwrap()[..5].to_owned()
}

/// Somebody with all rights has changed the tree: the program does not put its name under it.
#[tokio::test]
async fn a_tree_that_was_touched_is_not_signed() {
    let database = Database::empty().await;
    fill_database(&database, 600).await;
    publish(&another(&database, Some(log_keys(&[7])))).await;
    let superuser = database.superuser().await;
    let touch = "SET session_replication_role = replica;
                 UPDATE tree_tile SET root = sha256('x') WHERE level = 0 AND n = 1";
    superuser.batch_execute(touch).await.unwrap();
    fill_database(&database, 1).await;
    let next = another(&database, Some(log_keys(&[7])));
    assert!(custody::grow(&next).await.is_err());
    assert_eq!(custody::latest(&next).await.unwrap().size, 600);
}

/// A journal with a hole is nothing to sign either.
#[tokio::test]
async fn a_journal_with_a_hole_is_not_signed() {
    let database = Database::empty().await;
    fill_database(&database, 10).await;
    let superuser = database.superuser().await;
    let dig = "SET session_replication_role = replica; DELETE FROM event WHERE position = 4";
    superuser.batch_execute(dig).await.unwrap();
    let app = another(&database, Some(log_keys(&[7])));
    assert!(custody::grow(&app).await.is_err());
    assert_eq!(custody::latest(&app).await.unwrap().size, 0);
}

#[tokio::test]
async fn the_tree_is_append_only_for_the_server_and_for_its_owner() {
    let database = Database::empty().await;
    fill_database(&database, 300).await;
    publish(&another(&database, Some(log_keys(&[7])))).await;
    let (app, connection) =
        tokio_postgres::connect(&database.app_url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let superuser = database.superuser().await;
    let cosignature = "INSERT INTO cosignature VALUES ('w', 300, '— w x', now(), now())";
    superuser.batch_execute(cosignature).await.unwrap();
    superuser.batch_execute("SET ROLE liandan_owner").await.unwrap();
    let code = |refused: tokio_postgres::Error| refused.code().unwrap().code().to_owned();
    for (table, column) in [
        ("tree_tile", "root = root"),
        ("checkpoint", "note = note"),
        ("log_key", "first_used_at = first_used_at"),
        ("cosignature", "line = line"),
    ] {
        for act in [
            format!("UPDATE {table} SET {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            assert_eq!(code(app.batch_execute(&act).await.unwrap_err()), "42501", "{act}");
            let refused = superuser.batch_execute(&act).await.unwrap_err();
            assert!(refused.as_db_error().unwrap().message().contains("append-only"), "{act}");
        }
    }
    for act in
        ["DELETE FROM tree_head", "TRUNCATE tree_head", "INSERT INTO tree_head VALUES (1, 0)"]
    {
        assert_eq!(code(app.batch_execute(act).await.unwrap_err()), "42501", "{act}");
    }
    for size in ["size - 1", "size"] {
        let back = format!("UPDATE tree_head SET size = {size}");
        for who in [&app, &superuser] {
            assert_eq!(code(who.batch_execute(&back).await.unwrap_err()), "23001", "{size}");
        }
    }
}
