//! Logs that are asked for their checkpoints: a real instance, and made-up ones that lie.

use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use futures_util::future::join;
use serde_json::{Value, json};

use super::log::{MadeUpLog, ORIGIN};
use super::process::Home;
use crate::crash::{Course, begin};
use crate::custody::independent::{Head, consistent, cosigned, hash, hashes, open};
use crate::custody::watcher::Watcher;
use crate::support::Database;

/// Where a note's text ends.
fn parts(note: &str) -> (String, &str) {
    let (text, lines) = note.rsplit_once("\n\n").unwrap();
    (format!("{text}\n"), lines)
}

#[track_caller]
fn pulled(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "nothing was cosigned");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn an_instance_is_asked_and_its_newest_checkpoint_cosigned() {
    let database = Database::empty().await;
    let superuser = database.superuser().await;
    let (server, mut filers) = begin(&database.app_url()).await;
    let mut watcher = Watcher::default();
    watcher.settle(&server.address, &superuser).await;
    let home = Home::new(3);
    let base = format!("http://{}", server.address);
    let key = reqwest::get(format!("{base}/api/v1/custody/key")).await.unwrap();
    let key = key.text().await.unwrap();
    let once = || home.run(&["--log", &key, "--pull", &base, "--once"]);
    let first = pulled(&once());
    let first_head = open(&first, &key);
    cosigned(&parts(&first).0, parts(&first).1, &home.key());
    // The log grows; the next time it is proven to have only grown.
    let course = Course::default();
    let enough = async {
        course.begun.notified().await;
        course.enough.set(true);
    };
    join(filers.file(&server.address, &course), enough).await;
    watcher.settle(&server.address, &superuser).await;
    let second = pulled(&once());
    let head = open(&second, &key);
    assert!(head.size > first_head.size && first_head.size > 0, "{first}\n{second}");
    let path = format!("custody/proof/consistency?from={}&to={}", first_head.size, head.size);
    let proof = reqwest::get(format!("{base}/api/v1/{path}")).await.unwrap();
    let proof: Value = proof.json().await.unwrap();
    consistent(&first_head, &head, &hashes(&proof["proof"]));
    // To a file where that is asked for.
    let out = home.state().join("out");
    let arguments = ["--log", &key, "--pull", &base, "--once", "--out", out.to_str().unwrap()];
    assert_eq!(pulled(&home.run(&arguments)), "");
    assert_eq!(open(&std::fs::read_to_string(&out).unwrap(), &key), head);
    // Again and again, by a witness that serves what it has cosigned.
    let follower = Home::new(4);
    let witness = follower.listen(&key, &["--pull", &base, "--interval", "1"]);
    let path = format!("/checkpoint/{}", liandan::witness::hash_of(&head.origin));
    let mut served = (404, String::new(), String::new());
    for _ in 0..100 {
        served = witness.get(&path).await;
        if served.0 == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((served.0, open(&served.2, &key)), (200, head.clone()));
    cosigned(&parts(&served.2).0, parts(&served.2).1, &follower.key());
    // Of another log's key.
    let other = MadeUpLog::of(1, 0).key();
    let told = refused(&home.run(&["--log", &other, "--pull", &base, "--once"]));
    assert!(told.contains("not witnessed here"), "{told}");
}

/// What a made-up instance shows.
struct Shown {
    log: MadeUpLog,
    size: usize,
}

/// An instance that shows what it is told to; answers its URL.
fn instance(shown: &Arc<Mutex<Shown>>) -> String {
    let shown = Data::from(Arc::clone(shown));
    let server = HttpServer::new(move || {
        let checkpoint = |shown: Data<Mutex<Shown>>| async move {
            let shown = shown.lock().unwrap();
            HttpResponse::Ok().body(shown.log.note(shown.size))
        };
        let proof = |shown: Data<Mutex<Shown>>, sizes: web::Query<Value>| async move {
            let size = |name: &str| sizes[name].as_str().unwrap().parse::<usize>().unwrap();
            let proof = shown.lock().unwrap().log.proof(size("from"), size("to"));
            let proof: Vec<String> = proof.iter().map(liandan::custody::base64).collect();
            HttpResponse::Ok().json(json!({"proof": proof}))
        };
        App::new()
            .app_data(shown.clone())
            .route("/api/v1/custody/checkpoint", web::get().to(checkpoint))
            .route("/api/v1/custody/proof/consistency", web::get().to(proof))
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    base
}

#[actix_web::test]
async fn a_log_that_lies_is_told_of_and_ends_with_a_failure() {
    let log = MadeUpLog::of(40, 0);
    let shown = Arc::new(Mutex::new(Shown { log: log.clone(), size: 20 }));
    let base = instance(&shown);
    let home = Arc::new(Home::new(4));
    let show = |log: &MadeUpLog, size| *shown.lock().unwrap() = Shown { log: log.clone(), size };
    let key = log.key();
    let once = async || {
        let (home, key, base) = (Arc::clone(&home), key.clone(), base.clone());
        let run = move || home.run(&["--log", &key, "--pull", &base, "--once"]);
        web::block(run).await.unwrap()
    };
    let first = pulled(&once().await);
    assert_eq!(open(&first, &key).size, 20);
    let fork = log.forked_at(10);
    show(&fork, 20);
    let told = refused(&once().await);
    assert!(told.contains("THE LOG IS FORKED") && told.contains(ORIGIN), "{told}");
    show(&fork, 30);
    assert!(refused(&once().await).contains("THE LOG IS FORKED"));
    let kinds: Vec<Value> = home.evidence().iter().map(|one| one["kind"].clone()).collect();
    assert!(kinds.len() == 2 && kinds.contains(&json!("forked")), "{kinds:?}");
    // Whoever reads the evidence needs nobody's word: both notes are the log's.
    for one in home.evidence() {
        let head = |name: &str| open(one[name].as_str().unwrap(), &key);
        let (cosigned, shown) = (head("cosigned"), head("shown"));
        assert_eq!(cosigned.size, 20);
        assert_ne!(cosigned.root, shown.root);
    }
    show(&log, 19);
    let told = refused(&once().await);
    assert!(told.contains("THE LOG WAS TAKEN BACK"), "{told}");
    show(&log, 40);
    let last = pulled(&once().await);
    let text = log.text(40);
    let root = hash(text.lines().nth(2).unwrap());
    assert_eq!(open(&last, &key), Head { origin: ORIGIN.to_owned(), size: 40, root });
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let (home, key) = (Home::new(1), MadeUpLog::of(1, 0).key());
    let code = |arguments: &[&str]| home.run(arguments).status.code();
    assert_eq!(code(&["--log", &key]), Some(2));
    assert_eq!(code(&["--pull", "http://127.0.0.1:1", "--once"]), Some(2));
    assert_eq!(code(&["--log", &key, "--listen", "127.0.0.1:0", "--once"]), Some(2));
    let line = |arguments: &[&str], words: &str| {
        let output = home.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(words), "{told}");
    };
    line(&["--log", "x", "--pull", "http://127.0.0.1:1"], "--log");
    line(&["--log", &key, "--pull", "127.0.0.1"], "--pull");
    line(&["--log", &key, "--pull", "http://127.0.0.1:1", "--once"], "does not answer");
    let file = home.state().join("nothing");
    let file = file.to_str().unwrap();
    line(&["--log", &key, "--pull", "http://127.0.0.1:1", "--key-file", file], "--key-file");
    let witness = home.key();
    line(&["--log", &witness, "--pull", "http://127.0.0.1:1"], "a witness's key");
}
