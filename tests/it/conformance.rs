//! The conformance scenarios: all right against our own server, and each finds what is wrong with
//! a server that is not.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;
use std::thread::JoinHandle;

use liandan::app::App;
use liandan::clock::Clock;
use liandan::conformance::{Account, Report, Settings, all, run};
use liandan::custody;
use liandan::mint::Mint;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{Database, PASSWORD, Server, World, liandan};

mod proxy;
mod wrong;

use proxy::Proxy;
use wrong::{WRONG, Wrong};

/// The program against a seeded demo world, as anybody runs it: exit status, text and JSON.
#[tokio::test]
async fn our_own_server_is_right_in_everything() {
    let database = Database::empty().await;
    let accounts = seeded(&database.app_url()).await;
    let server = Server::start_sandbox(&database.app_url());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), accounts.to_string()).unwrap();
    let play = |more: &[&str]| {
        let mut command: Command = liandan("");
        let base = format!("http://{}", server.address);
        command.args(["conformance", "--base-url", &base, "--accounts-file"]).arg(file.path());
        command.args(more).output().unwrap()
    };
    let played = play(&["--json"]);
    let report: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert!(played.status.success(), "{}", wrong_of(&report));
    assert_eq!(report["wrong"], 0);
    assert_eq!(report["scenarios"].as_array().unwrap().len(), all().len());
    assert!(report["checks"].as_u64().unwrap() > 300, "{}", report["checks"]);
    let text = play(&["--only", "clock", "--only", "lives.medical"]);
    let (code, text) = (text.status.code(), String::from_utf8(text.stdout).unwrap());
    assert_eq!(code, Some(0), "{text}");
    let names: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    let names: Vec<&str> = names.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names[..3], ["arrival", "lives.medical", "clock.forward"], "{text}");
    assert!(!text.contains(PASSWORD) && !text.contains("Xpcc-Liandan"));
    // A scenario that is none is told, and not that all is right.
    let none = play(&["--only", "nothing"]);
    assert_eq!(none.status.code(), Some(1), "{none:?}");
}

/// The demo's world on an empty database, as `liandan demo` makes it; its logins.
async fn seeded(url: &str) -> Value {
    let config = crate::support::config();
    let (app, drain) = App::open(config, (Clock::wall_clock(), Mint::seeded(7)), url).unwrap();
    let liandan::demo::Demo { accounts, labels } = liandan::demo::seed(&app).await.unwrap();
    let labels = labels.unwrap();
    assert!(labels.iter().filter(|label| !label.honest).count() > 8, "{labels:?}");
    drop(app);
    assert!(drain.wait().await);
    json!(accounts)
}

/// Scenarios with what is wrong in them.
fn wrong_of(report: &Value) -> String {
    let scenarios = report["scenarios"].as_array().unwrap().iter();
    let wrong = scenarios.filter(|scenario| scenario["ok"] == false);
    wrong.map(|scenario| format!("{scenario:#}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_list_is_printed() {
    let listed = liandan("").args(["conformance", "--list"]).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    let names: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, all().iter().map(|scenario| scenario.name).collect::<Vec<_>>());
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len());
}

fn played(base_url: &str, only: &[&str], tag: u64) -> Report {
    let corps = Account {
        organisation: "兵团生态环境局".to_owned(),
        role: "corps_regulator".to_owned(),
        login: "corps".to_owned(),
        password: PASSWORD.to_owned(),
        organisation_id: String::new(),
        site_ids: Vec::new(),
    };
    let only = only.iter().map(|name| (*name).to_owned()).collect();
    let settings = Settings { base_url: base_url.to_owned(), accounts: vec![corps], only, tag };
    run(&settings, |_| {}).unwrap()
}

/// Every way in which [`WRONG`] distorts an answer is seen in the scenario that is about it, and
/// an honest proxy is not blamed for anything.
#[tokio::test]
async fn a_wrong_server_is_found_out() {
    let world = World::start().await;
    let (until, tree) = tree_of(&world);
    let honest = Proxy::start(world.address(), None);
    let report = played(&honest.base_url, &[], 1);
    assert!(report.is_right(), "{}", wrong_of(&report.json()));
    let unseen = Mutex::new(Vec::new());
    let find_out = |wrong: &'static Wrong, tag: u64| {
        let proxy = Proxy::start(world.address(), Some(wrong));
        let report = played(&proxy.base_url, &[wrong.scenario], tag * 7919);
        let outcome = report.outcomes.iter().find(|one| one.scenario.name == wrong.scenario);
        let found = outcome.is_some_and(|outcome| !outcome.is_right()) && !report.is_right();
        if !found || proxy.distorted() == 0 {
            let times = proxy.distorted();
            let told = format!("{} {}: {:?} ({times} times)", wrong.scenario, wrong.on, wrong.how);
            unseen.lock().unwrap().push(told);
        }
    };
    // Some side by side: most of the time they wait for each other's answers. But the clock is one
    // for all: whoever moves it has it alone.
    let tagged = || WRONG.iter().zip(1000..);
    let moves_clock = |wrong: &Wrong| wrong.scenario.starts_with("clock.");
    std::thread::scope(|scope| {
        for hand in 0..4 {
            let mine = tagged().filter(|(wrong, _)| !moves_clock(wrong)).skip(hand).step_by(4);
            let find_out = &find_out;
            scope.spawn(move || mine.for_each(|(wrong, tag)| find_out(wrong, tag)));
        }
    });
    tagged().filter(|(wrong, _)| moves_clock(wrong)).for_each(|(wrong, tag)| find_out(wrong, tag));
    let unseen = unseen.into_inner().unwrap();
    assert!(unseen.is_empty(), "not found out:\n{}", unseen.join("\n"));
    let tried: BTreeSet<&str> = WRONG.iter().map(|wrong| wrong.scenario).collect();
    let untried = all().into_iter().map(|scenario| scenario.name);
    let untried: Vec<&str> = untried.filter(|name| !tried.contains(name)).collect();
    assert!(untried.is_empty(), "nothing shows that these find anything: {untried:?}");
    drop(until);
    tree.join().unwrap();
}

/// The tree follows the log, as in a server, until the sender is dropped.
fn tree_of(world: &World) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let app = world.app.clone();
    let (until, stopped) = oneshot::channel::<()>();
    let follow = async move {
        tokio::select! {
            never = custody::follow(&app) => match never {},
            _ = stopped => {}
        }
    };
    let tree = std::thread::spawn(|| actix_web::rt::System::new().block_on(follow));
    (until, tree)
}
