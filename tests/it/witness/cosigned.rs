//! The log and its witnesses: what is handed in, kept and shown, by real processes and by witnesses
//! that misbehave.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use futures_util::future::join;
use liandan::audit::{Check, Trusted};
use liandan::custody::{
    self, Cosigner, HandInError, Handed, LogKeys, WitnessAt, private_text, witness_private_text,
};
use liandan::outbound::Outbound;

use super::process::Home;
use crate::crash::{Course, begin};
use crate::custody::independent::{cosigned, open};
use crate::support::{Database, Server, World, log_keys};

/// The origin of the processes' log, and its verifier key.
const OURS: &str = "liandan.example/process";

fn verifier(origin: &str, seed: u8) -> String {
    let keys = LogKeys::parse(&private_text(origin, &[seed; 32])).unwrap();
    keys.verifiers().next().unwrap().to_string()
}

/// Text and lines of a note.
fn parts(note: &str) -> (String, &str) {
    let (text, lines) = note.rsplit_once("\n\n").unwrap();
    (format!("{text}\n"), lines)
}

async fn text(url: &str) -> Option<String> {
    let answer = reqwest::get(url).await.ok()?;
    let is_there = answer.status().as_u16() == 200;
    answer.text().await.ok().filter(|_| is_there)
}

/// The checkpoint that most witnesses have cosigned, once some has: half a minute at most.
async fn cosigned_note(address: &str) -> String {
    let url = format!("http://{address}/api/v1/custody/checkpoint?cosigned=true");
    for _ in 0..300 {
        if let Some(note) = text(&url).await {
            return note;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody has cosigned within half a minute");
}

#[tokio::test]
async fn two_instances_witness_each_other() {
    const THEIRS: &str = "region.example/log";
    let (our_witness, their_witness) = (Home::new(11), Home::new(12));
    let by_us = our_witness.listen(&verifier(THEIRS, 21), &[]);
    let by_them = their_witness.listen(&verifier(OURS, 9), &[]);
    let (ours, theirs) = (Database::empty().await, Database::empty().await);
    // Somebody is there to file; then each starts with its witness.
    let (first, mut filers) = begin(&ours.app_url()).await;
    drop(first);
    let witnesses = format!("{} {}", by_them.base, their_witness.key());
    let seen = ("LIANDAN_METRICS_TOKEN", "whoever-has-this-sees-the-figures");
    let server = Server::start_as(&ours.app_url(), &[("LIANDAN_WITNESSES", &witnesses), seen]);
    let key = private_text(THEIRS, &[21; 32]);
    let witnesses = format!("{} {}", by_us.base, our_witness.key());
    let other = Server::start_as(
        &theirs.app_url(),
        &[("LIANDAN_ORIGIN", THEIRS), ("LIANDAN_LOG_KEY", &key), ("LIANDAN_WITNESSES", &witnesses)],
    );
    for (server, origin, seed, witness) in
        [(&server, OURS, 9, &their_witness), (&other, THEIRS, 21, &our_witness)]
    {
        let note = cosigned_note(&server.address).await;
        let head = open(&note, &verifier(origin, seed));
        let (text, lines) = parts(&note);
        cosigned(&text, lines, &witness.key());
        assert_eq!(head.origin, origin);
    }
    // The log grows, and some seconds later its newest checkpoint is cosigned too.
    let course = Course::default();
    let enough = async {
        course.begun.notified().await;
        course.enough.set(true);
    };
    join(filers.file(&server.address, &course), enough).await;
    let before = open(&cosigned_note(&server.address).await, &verifier(OURS, 9)).size;
    let newest = format!("http://{}/api/v1/custody/checkpoint", server.address);
    let mut grown = None;
    for _ in 0..300 {
        let note = text(&newest).await.unwrap();
        let is_cosigned = parts(&note).1.lines().count() == 2;
        if is_cosigned && open(&note, &verifier(OURS, 9)).size > before {
            grown = Some(note);
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let grown = grown.expect("the grown log is cosigned");
    cosigned(&parts(&grown).0, parts(&grown).1, &their_witness.key());
    let by_hash = format!("{}/checkpoint/{}", by_them.base, liandan::witness::hash_of(OURS));
    assert_eq!(text(&by_hash).await.unwrap(), grown);
    // Whoever operates the log sees how far the witness is.
    let followed = followed(&server.address, (seen.1, &their_witness.key())).await;
    assert!(followed >= open(&grown, &verifier(OURS, 9)).size, "{followed}");
    // At most one each ten seconds, and none of them can be changed by the program's role.
    let superuser = ours.superuser().await;
    let paces = "SELECT min(after) FROM (SELECT stored_at - lag(stored_at) OVER
                 (PARTITION BY witness ORDER BY size) AS after FROM cosignature) AS p";
    let pace = format!("SELECT extract(epoch FROM ({paces}))::float8");
    let pace: Option<f64> = superuser.query_one(&pace, &[]).await.unwrap().get(0);
    assert!(pace.is_some_and(|seconds| seconds >= 9.9), "{pace:?}");
    let (client, manifest) = filers.one_of(&server.address);
    let bundle = client.get(&format!("/manifests/{manifest}/custody")).await.is(200);
    verified_with(&bundle.text, &their_witness.key(), &our_witness.key());
}

/// Events that a witness has cosigned, by the metrics of the server.
async fn followed(address: &str, (token, witness): (&str, &str)) -> u64 {
    let asked = reqwest::Client::new().get(format!("http://{address}/metrics")).bearer_auth(token);
    let page = asked.send().await.unwrap().text().await.unwrap();
    let name = witness.split('+').next().unwrap();
    let line = format!("liandan_witness_events{{witness=\"{name}\"}} ");
    let found = page.lines().find_map(|one| one.strip_prefix(&line));
    found.unwrap_or_else(|| panic!("{line} is not in\n{page}")).parse().unwrap()
}

/// The bundle carries a witness's cosignature, and no stranger's.
#[track_caller]
fn verified_with(bundle: &str, witness: &str, stranger: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    std::fs::write(&file, bundle).unwrap();
    let run = |witnesses: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_liandan"));
        command.env_clear().arg("verify").arg(&file).args(["--key", &verifier(OURS, 9)]);
        for witness in witnesses {
            command.args(["--witness", witness]);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = run(&[witness]);
    assert!(code == Some(0) && told.contains("联署 cosigned by w.example/w  20"), "{told}");
    assert_eq!(run(&[]).0, Some(0), "a signature that nobody asked for says nothing");
    for asked in [&[stranger][..], &[witness, stranger]] {
        let (code, told) = run(asked);
        assert!(code == Some(1) && told.starts_with("有误 wrong at /checkpoint"), "{told}");
    }
    assert_eq!(run(&["x"]).0, Some(1));
}

/// A witness that takes a connection and never answers, beside one that does.
#[tokio::test]
async fn a_witness_that_is_silent_holds_up_nobody() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_at = format!("http://{}", silent.local_addr().unwrap());
    let (home, other) = (Home::new(11), Home::new(12));
    let witness = home.listen(&verifier(OURS, 9), &[]);
    let database = Database::empty().await;
    let (first, mut filers) = begin(&database.app_url()).await;
    drop(first);
    let gone = Home::new(13);
    let witnesses = format!(
        "{silent_at} {}, {} {}, http://127.0.0.1:1 {}",
        other.key(),
        witness.base,
        home.key(),
        gone.key()
    );
    let mut server = Server::start_as(&database.app_url(), &[("LIANDAN_WITNESSES", &witnesses)]);
    let begun = Instant::now();
    let note = cosigned_note(&server.address).await;
    cosigned(&parts(&note).0, parts(&note).1, &home.key());
    // Filings are answered, and published, while one waits for the silent one.
    let course = Course::default();
    let enough = async {
        course.begun.notified().await;
        course.enough.set(true);
    };
    join(filers.file(&server.address, &course), enough).await;
    let newest = format!("http://{}/api/v1/custody/checkpoint", server.address);
    let size = open(&note, &verifier(OURS, 9)).size;
    loop {
        let newest = text(&newest).await.unwrap();
        if open(&newest, &verifier(OURS, 9)).size > size {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // Nor does it hold up the end.
    let stopping = Instant::now();
    server.signal("TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(stopping.elapsed() < Duration::from_secs(5), "{:?}", stopping.elapsed());
}

type Reply = (u16, &'static str, String);

/// A witness that answers what it is told to, and remembers what it was asked.
struct Puppet {
    at: WitnessAt,
    reply: Arc<Mutex<Reply>>,
    asked: Arc<Mutex<Vec<String>>>,
    keys: Cosigner,
}

impl Puppet {
    fn new(seed: u8) -> Self {
        let reply: Arc<Mutex<Reply>> = Arc::new(Mutex::new((500, "text/plain", String::new())));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let parts = (Arc::clone(&reply), Arc::clone(&asked));
        let server = HttpServer::new(move || {
            let (reply, asked) = parts.clone();
            let answer = move |body: String| {
                asked.lock().unwrap().push(body);
                let (status, kind, body) = reply.lock().unwrap().clone();
                let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap());
                let answer = answer
                    .insert_header(("content-type", kind))
                    .insert_header(("location", "/elsewhere"))
                    .body(body);
                async move { answer }
            };
            App::new().app_data(Data::new(())).route("/w/add-checkpoint", web::post().to(answer))
        });
        let server = server.workers(1).bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/w", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        let keys = Cosigner::parse(&witness_private_text("puppet.example/w", &[seed; 32])).unwrap();
        let at = WitnessAt { base: base.parse().unwrap(), key: keys.keys().next().unwrap() };
        Self { at, reply, asked, keys }
    }

    fn says(&self, status: u16, kind: &'static str, body: impl Into<String>) {
        *self.reply.lock().unwrap() = (status, kind, body.into());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

const TEXT: &str = "text/plain";

#[actix_web::test]
async fn a_witness_that_misbehaves_is_not_believed() {
    const SIZE: &str = "text/x.tlog.size";
    let world = World::start().await;
    world.publish().await;
    let app = &world.app;
    let puppet = Puppet::new(31);
    let published = custody::latest(app).await.unwrap();
    let (note, size) = (published.note.clone(), published.size);
    let body_text = parts(&note).0;
    let outbound = Outbound::new(Duration::from_secs(5));
    let hand_in = async || custody::hand_in(app, &outbound, &puppet.at, &published).await;
    for status in [200, 302, 400, 403, 404, 409, 422, 500] {
        puppet.says(status, TEXT, "");
        let error = hand_in().await.unwrap_err();
        assert!(!matches!(error, HandInError::Database(_)), "{status}: {error}");
    }
    let asked = puppet.asked();
    assert_eq!(asked.len(), 8, "nobody is followed elsewhere or asked twice");
    assert!(asked.iter().all(|body| *body == format!("old 0\n\n{note}")), "{asked:?}");
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let right = puppet.keys.cosign(&body_text, now);
    let stranger = Cosigner::parse(&witness_private_text("puppet.example/w", &[32; 32])).unwrap();
    let of_another = puppet.keys.cosign(&body_text.replacen('\n', "x\n", 1), now);
    for wrong in [
        stranger.cosign(&body_text, now),
        of_another.clone(),
        format!("{right}{of_another}"),
        right.trim_end().to_owned(),
        format!("\n{right}"),
        format!("more\n\n{right}"),
        "x".repeat(1 << 20),
    ] {
        puppet.says(200, TEXT, wrong);
        let error = hand_in().await.unwrap_err();
        assert!(matches!(error, HandInError::Unsigned | HandInError::Unanswered(_)), "{error}");
    }
    for wrong in [format!("0{size}\n"), format!("{size}"), "x\n".to_owned()] {
        puppet.says(409, SIZE, wrong);
        assert!(matches!(hand_in().await, Err(HandInError::Status(409))));
    }
    for contradiction in [0, size + 1, u64::MAX] {
        puppet.says(409, SIZE, format!("{contradiction}\n"));
        let told = hand_in().await;
        let is_it = matches!(told, Err(HandInError::Contradicted(n)) if n == contradiction);
        assert!(is_it, "{contradiction}: {told:?}");
    }
    assert_eq!(world.rows("cosignature").await, 0);
}

#[actix_web::test]
async fn what_a_witness_cosigned_is_kept_shown_and_audited() {
    let world = World::start().await;
    world.publish().await;
    let app = &world.app;
    let puppet = Puppet::new(31);
    let published = custody::latest(app).await.unwrap();
    let (note, size) = (published.note.clone(), published.size);
    let body_text = parts(&note).0;
    let outbound = Outbound::new(Duration::from_secs(5));
    let hand_in = async || custody::hand_in(app, &outbound, &puppet.at, &published).await;
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let right = puppet.keys.cosign(&body_text, now);
    let stranger = Cosigner::parse(&witness_private_text("puppet.example/w", &[32; 32])).unwrap();
    let nobody = world.client();
    nobody.get("/custody/checkpoint?cosigned=true").await.is(404).refused_as("not_found");
    // With a stranger's line beside it the right one is taken, and alone kept.
    puppet.says(200, TEXT, format!("{}{right}", stranger.cosign(&body_text, now)));
    assert_eq!(hand_in().await.unwrap(), Handed::Cosigned);
    assert_eq!(hand_in().await.unwrap(), Handed::Cosigned);
    assert_eq!(world.rows("cosignature").await, 1);
    let shown = nobody.get("/custody/checkpoint").await.is(200).text;
    assert_eq!(shown, format!("{note}{right}"));
    let same = nobody.get("/custody/checkpoint?cosigned=true").await.is(200).text;
    assert_eq!(shown, same);
    assert_eq!(open(&shown, &log_keys(&[7]).verifiers().next().unwrap().to_string()).size, size);
    // The audit says how far the witness has come, and finds what is changed in what it said.
    let url = world.database.app_url();
    let report = crate::audit::of(&url).await;
    assert!(report.is_clean(), "{:?}", report.findings);
    let [witnessed] = &report.witnesses[..] else { panic!("{:?}", report.witnesses) };
    assert_eq!((&witnessed.key, witnessed.size), (&puppet.at.key.to_string(), size as i64));
    let trusted = Trusted { witnesses: stranger.keys().collect(), ..Trusted::default() };
    let report = liandan::audit::audit(&url, trusted, &mut |_| {}).await.unwrap();
    assert_eq!(report.findings[0].check, Check::Witness);
    let superuser = world.database.superuser().await;
    let changes = [
        "SET session_replication_role = replica",
        "UPDATE cosignature SET line = replace(line, 'A', 'B')",
        "UPDATE cosignature SET size = size + 1",
    ];
    for change in changes {
        superuser.batch_execute(change).await.unwrap();
        let found = crate::audit::of(&url).await.findings;
        let is_found = found.iter().any(|one| one.check == Check::Witness);
        assert_eq!(is_found, change.starts_with("UPDATE"), "{change}: {found:?}");
    }
}
