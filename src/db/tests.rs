//! The committer against a real PostgreSQL: neighbours, keys, stale facts, a lost COMMIT.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::private::{PrivatePostgres, Settings};
use super::session::{BatchError, Mark, Place, Session};
use super::writes::FirstEvent;
use super::{Committer, Outcome, Receipt, bootstrap, down_and_up, migrate};
use crate::decision::{
    Account, AccountKind, Decision, EventDraft, KeyRecord, LimitChange, Move, Policy, Post, Serial,
    Stamp, Subject, SubjectKind, Written,
};
use crate::ids::OrganisationId;
use crate::mint::Mint;
use crate::problem::Code;

struct Database {
    postgres: PrivatePostgres,
    mint: Mint,
    _home: tempfile::TempDir,
}

async fn database() -> Database {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    let settings =
        Settings { fsync: false, shared_buffers: "8MB".to_owned(), ..Settings::default() };
    let mint = Mint::random();
    let postgres = PrivatePostgres::start(&home.path().join("data"), &settings, &mint).unwrap();
    let mut superuser = connect(&postgres.superuser_url("postgres")).await;
    let passwords = postgres.passwords();
    let (migrating, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
    bootstrap::create_roles(&mut superuser, migrating, app).await.unwrap();
    bootstrap::create_database(&superuser, "ledger", None).await.unwrap();
    migrate(&postgres.migrate_url("ledger")).unwrap();
    down_and_up(&postgres.migrate_url("ledger")).unwrap();
    Database { postgres, mint, _home: home }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn now() -> DateTime<Utc> {
    "2026-11-25T02:00:00Z".parse().unwrap()
}

/// A new subject with one event, one number and 100 g of the one account, which holds `limit`.
fn filing(mint: &Mint, limit: i64) -> Decision {
    filing_of(Subject::new(SubjectKind::Manifest, mint.uuid(now())), limit)
}

fn filing_of(subject: Subject, limit: i64) -> Decision {
    let stamp = Stamp::system();
    let finish = move |settled: &crate::decision::Settled| {
        let data = json!({ "number": settled.numbers.first() });
        let event =
            EventDraft { subject, kind: "filed", occurred_at: now(), actor: stamp.clone(), data };
        let output = Arc::new(settled.numbers.first().cloned().unwrap_or_default());
        Ok(Written { events: vec![event], rows: Vec::new(), notices: Vec::new(), output })
    };
    let account = Account::new(AccountKind::LicenceLine, Uuid::from_bytes([7; 16]), "1", 2026);
    let post = Post {
        account,
        limit: LimitChange::Set(Some(limit)),
        used: 0,
        reserved: 100,
        policy: Policy::Enforce,
    };
    Decision {
        subject,
        now: now(),
        guards: Vec::new(),
        advances: vec![crate::decision::Advance { subject, version: None }],
        moves: vec![Move {
            choices: vec![vec![post]],
            refusal: Code::CapacityExceeded,
            pointer: "/items/0/mass_kg".into(),
            asked: 100,
        }],
        numbers: vec![Serial { prefix: "20266601".into(), digits: 6 }],
        key: None,
        finish: Box::new(finish),
    }
}

fn keyed(mut decision: Decision, key: &str, fingerprint: u8) -> Decision {
    decision.key = Some(KeyRecord {
        organisation_id: OrganisationId::of(Uuid::from_bytes([9; 16])),
        key: key.into(),
        fingerprint: [fingerprint; 32],
        status: 201,
        wall: now(),
    });
    decision
}

fn number(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done(Receipt::Written(entry)) => {
            entry.output.downcast_ref::<String>().unwrap().clone()
        }
        other => panic!("{other:?}"),
    }
}

/// 64 at once on an account that holds 40 of them: exactly 40 pass, with the numbers 1 to 40.
#[tokio::test]
async fn what_is_refused_takes_no_number_and_touches_no_neighbour() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    let asks = (0..64).map(|_| committer.commit(filing(&database.mint, 4000)));
    let answers = join_all(asks).await;
    let mut numbers: Vec<String> = Vec::new();
    for answer in answers {
        match answer {
            Ok(outcome) => numbers.push(number(outcome)),
            Err(problem) => assert_eq!(problem.code(), Code::CapacityExceeded),
        }
    }
    numbers.sort();
    let wanted: Vec<String> = (1..=40).map(|n| format!("20266601{n:06}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(counts(&database).await, [40; 5]);
}

#[tokio::test]
async fn one_key_commits_once_also_when_both_come_at_once() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    let same = (0..8).map(|_| committer.commit(keyed(filing(&database.mint, 4000), "k", 1)));
    let answers: Vec<Outcome> = join_all(same).await.into_iter().map(Result::unwrap).collect();
    let written = answers.iter().filter(|one| matches!(one, Outcome::Done(Receipt::Written(_))));
    assert_eq!(written.count(), 1);
    let other = committer.commit(keyed(filing(&database.mint, 4000), "k", 2)).await;
    assert_eq!(other.unwrap_err().code(), Code::IdempotencyKeyReused);
}

#[tokio::test]
async fn a_stale_fact_is_told_and_writes_nothing() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    let first = filing(&database.mint, 4000);
    let subject = first.subject;
    number(committer.commit(first).await.unwrap());
    let mut second = filing(&database.mint, 4000);
    second.guards = vec![crate::decision::Guard { subject, version: 2 }];
    match committer.commit(second).await.unwrap() {
        Outcome::Stale(stale) => assert_eq!(stale, vec![subject]),
        other @ Outcome::Done(_) => panic!("{other:?}"),
    }
    let again = number(committer.commit(filing(&database.mint, 4000)).await.unwrap());
    assert_eq!(again, "20266601000002");
}

/// A wire that cuts the connection when the answer to the n-th COMMIT comes back: the commit has
/// happened and nobody heard of it.
async fn deaf_proxy(target: u16, cut_at: usize) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut commits = 0;
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = tokio::net::TcpStream::connect(("127.0.0.1", target)).await.unwrap();
            let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
            loop {
                tokio::select! {
                    read = client.read(&mut up) => {
                        let Ok(n @ 1..) = read else { break };
                        server.write_all(&up[..n]).await.unwrap();
                    }
                    read = server.read(&mut down) => {
                        let Ok(n @ 1..) = read else { break };
                        commits += down[..n].windows(7).filter(|text| text == b"COMMIT\0").count();
                        if commits >= cut_at {
                            commits = 0;
                            break;
                        }
                        client.write_all(&down[..n]).await.unwrap();
                    }
                }
            }
        }
    });
    port
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_looked_up_and_never_run_twice() {
    let database = database().await;
    let port = deaf_proxy(database.postgres.port(), 3).await;
    let url = database.postgres.app_url("ledger");
    let url = url.replace(&format!(":{}/", database.postgres.port()), &format!(":{port}/"));
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    for n in 1..=12 {
        let outcome = committer.commit(filing(&database.mint, 4000)).await.unwrap();
        assert_eq!(number(outcome), format!("20266601{n:06}"));
    }
    assert_eq!(counts(&database).await, [12; 5]);
    // More than two batches at once: those that lie ready behind a lost one are looked up as well.
    let all = (0..600).map(|_| committer.commit(filing(&database.mint, 100_000)));
    let answers = join_all(all).await.into_iter();
    let mut numbers: Vec<String> = answers.map(|answer| number(answer.unwrap())).collect();
    numbers.sort();
    let wanted: Vec<String> = (13..=612).map(|n| format!("20266601{n:06}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(counts(&database).await, [612; 5]);
}

/// A batch that was sent behind another rests on that one: as many events of somebody else's bring
/// the log to the same position, and it is refused all the same.
#[tokio::test]
async fn a_batch_behind_one_that_never_arrived_is_refused() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) =
        Committer::start(url.clone(), "liandan.example/test".into()).unwrap();
    number(committer.commit(filing(&database.mint, 4000)).await.unwrap());
    let client = connect(&database.postgres.superuser_url("ledger")).await;
    let theirs: Vec<u8> = client.query_one("SELECT leaf FROM event", &[]).await.unwrap().get(0);
    let mut session = Session::open(&url).await.unwrap();
    let mut advance = async |leaf: [u8; 32]| {
        let first = FirstEvent { position: 0, leaf };
        let place = Place { from: 1, to: 2, behind: Some(first) };
        let mark = Mark { first, backend: session.backend() };
        let landed = session.flight(Vec::new(), place, mark).await.unwrap().await;
        session.rollback().await.unwrap();
        landed
    };
    let refused = advance([1; 32]).await;
    assert!(matches!(refused, Err(BatchError::Refused(_))), "{refused:?}");
    assert_eq!(counts(&database).await, [1; 5]);
    advance(theirs.try_into().unwrap()).await.unwrap();
    assert_eq!(counts(&database).await[2], 2);
}

/// What the log, the account and the serial say: they must agree with each other.
async fn counts(database: &Database) -> [i64; 5] {
    let client = connect(&database.postgres.superuser_url("ledger")).await;
    let sql = "SELECT (SELECT count(*) FROM event), (SELECT max(position) + 1 FROM event),
                      (SELECT next_position FROM log_head), (SELECT reserved_g / 100 FROM account),
                      (SELECT last FROM serial)";
    let row = client.query_one(sql, &[]).await.unwrap();
    std::array::from_fn(|column| row.get(column))
}

/// Two processes on one database: neither may judge ahead on what the other has moved.
#[tokio::test]
async fn two_committers_share_one_log_without_a_gap() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (one, _first) = Committer::start(url.clone(), "liandan.example/test".into()).unwrap();
    let (two, _second) = Committer::start(url, "liandan.example/test".into()).unwrap();
    let mut numbers = Vec::new();
    // In turns, then each alone for a while, then both at once.
    for turn in 0..24 {
        let committer = if turn < 8 && turn % 2 == 0 || turn >= 16 { &one } else { &two };
        let outcome = committer.commit(filing(&database.mint, 40_000)).await.unwrap();
        numbers.push(number(outcome));
    }
    let both = (0..900).map(|n| {
        let committer = if n % 2 == 0 { &one } else { &two };
        committer.commit(filing(&database.mint, 100_000))
    });
    numbers.extend(join_all(both).await.into_iter().map(|answer| number(answer.unwrap())));
    numbers.sort();
    let wanted: Vec<String> = (1..=924).map(|n| format!("20266601{n:06}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(counts(&database).await, [924; 5]);
}

/// A committer that remembers what the last batches left, but not what was there before it.
async fn warm_committer(database: &Database) -> Committer {
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    for _ in 0..3 {
        number(committer.commit(filing(&database.mint, 40_000)).await.unwrap());
    }
    committer
}

#[tokio::test]
async fn what_was_judged_ahead_wrongly_is_judged_again_and_harms_no_neighbour() {
    let database = database().await;
    let known = keyed(filing(&database.mint, 40_000), "k", 1);
    let subject = known.subject;
    let earlier = warm_committer(&database).await;
    number(earlier.commit(known).await.unwrap());
    let committer = warm_committer(&database).await;
    let taken = filing_of(subject, 40_000);
    let mut asks = vec![taken, keyed(filing(&database.mint, 40_000), "k", 1)];
    asks.extend((0..14).map(|_| filing(&database.mint, 40_000)));
    let mut answers = join_all(asks.into_iter().map(|ask| committer.commit(ask))).await;
    let good = answers.split_off(2);
    assert!(matches!(answers[0], Ok(Outcome::Stale(_))), "{:?}", answers[0]);
    match &answers[1] {
        Ok(Outcome::Done(Receipt::Replayed(first))) => assert_eq!(first.subject, subject),
        other => panic!("{other:?}"),
    }
    let mut numbers: Vec<String> = good.into_iter().map(|one| number(one.unwrap())).collect();
    numbers.sort();
    let wanted: Vec<String> = (8..=21).map(|n| format!("20266601{n:06}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(counts(&database).await, [21; 5]);
}

/// 64 readers at once, on few statements: each gets its own row, also when the connections that
/// lay idle have died meanwhile.
#[tokio::test]
async fn reads_that_are_gathered_answer_each_with_its_own_row() {
    const SQL: super::ByKey = "SELECT id, version FROM subject WHERE id = ANY($1)";
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let pool = super::Pool::new(&url).unwrap();
    let (committer, _thread) = Committer::start(url, "liandan.example/test".into()).unwrap();
    let mut ids = Vec::new();
    for _ in 0..31 {
        let filing = filing(&database.mint, 40_000);
        ids.push(filing.subject.id);
        number(committer.commit(filing).await.unwrap());
    }
    let nobody = database.mint.uuid(now());
    let superuser = connect(&database.postgres.superuser_url("ledger")).await;
    for _round in 0..2 {
        let each = ids.iter().chain([&nobody]).chain(&ids).chain([&nobody]);
        let reads = each.map(async |id| {
            let rows = pool.rows(SQL, vec![*id]).await.unwrap();
            let found: Vec<(Uuid, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            assert_eq!(found, if *id == nobody { vec![] } else { vec![(*id, 1)] });
        });
        join_all(reads).await;
        let all = pool.rows(SQL, ids.clone()).await.unwrap();
        assert_eq!(all.len(), ids.len());
        let end = "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
                    WHERE usename = 'liandan_app'";
        superuser.query(end, &[]).await.unwrap();
    }
}

/// The journal refuses change whoever asks: by privilege to the application, by trigger to all.
#[tokio::test]
async fn the_journal_is_append_only() {
    let database = database().await;
    let url = database.postgres.app_url("ledger");
    let (committer, _thread) = Committer::start(url.clone(), "liandan.example/t".into()).unwrap();
    number(committer.commit(filing(&database.mint, 4000)).await.unwrap());
    let statements = ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"];
    for (url, word) in [(url, "denied"), (database.postgres.superuser_url("ledger"), "append-only")]
    {
        let client = connect(&url).await;
        for statement in statements {
            let refused = client.batch_execute(statement).await.unwrap_err();
            let message = refused.as_db_error().unwrap().message().to_owned();
            assert!(message.contains(word), "{statement}: {message}");
        }
    }
}
