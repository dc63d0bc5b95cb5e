//! kill -9 in the middle of filings, of the server and of PostgreSQL: what was acknowledged is
//! there, nothing is half there, no number is skipped, and whoever got no answer asks again under
//! the same key and has one manifest.
//!
//! The one chance left is the scheduler's: the instants of the kills come from a seed, which is
//! printed, and `LIANDAN_SEED` repeats them.

mod filers;
mod whole;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

pub use filers::Course;
use filers::Filers;
use futures_util::future::join;
use liandan::db::bootstrap;
use liandan::db::private::{PrivatePostgres, Settings};
use liandan::mint::Mint;
use tokio_postgres::NoTls;

use crate::custody::watcher::Watcher;
use crate::support::{Client, Database, Server, liandan};

/// Half of the rounds on each of two servers side by side: one starts while the other is filed to.
const ROUNDS: usize = 25;
/// Rounds in which PostgreSQL is killed instead.
const DATABASE_ROUNDS: usize = 5;
/// The latest kill after the filings begin: a server of a test build has answered some hundred
/// filings by then, in a few dozen commits.
const KILL_MS_MAX: u64 = 120;

/// When to kill: from the seed alone.
pub struct Instants(Mint);

impl Instants {
    #[expect(clippy::print_stderr, reason = "a failure has to be repeated")]
    pub fn new(name: &str) -> Self {
        let given = std::env::var("LIANDAN_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from_be_bytes(Mint::random().bytes()) >> 32);
        eprintln!("{name}: LIANDAN_SEED={seed}");
        Self(Mint::seeded(seed))
    }

    pub fn next(&self) -> Duration {
        let chance = u64::from_be_bytes(self.0.bytes());
        Duration::from_micros(chance % (KILL_MS_MAX * 1000))
    }
}

/// A server with everybody who files there.
pub async fn begin(url: &str) -> (Server, Filers) {
    let (server, filers, corps) = begin_as(url, &[]).await;
    // Somebody who is told of every filing: what is checked is that each is told once.
    corps.post("/subscriptions", &serde_json::json!({"channel": "console"})).await.ok();
    (server, filers)
}

/// The same with other settings, and nobody who is told; with the corps' regulator.
pub async fn begin_as(url: &str, settings: &[(&str, &str)]) -> (Server, Filers, Client) {
    let uscc = liandan::registry::Uscc::complete("11650000MB0000001").unwrap();
    let mut user = liandan(url);
    user.args(["user", "--login", "corps", "--role", "corps_regulator"]);
    user.args(["--new-organisation", "兵团生态环境局", "--uscc", uscc.as_str()]);
    let made = user.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let server = Server::start_as(url, settings);
    let client = Client::new(format!("http://{}", server.address));
    let corps = client.log_in("corps", made["password"].as_str().unwrap()).await;
    let filers = Filers::new(&corps).await;
    (server, filers, corps)
}

/// What a run came to: a run in which nothing was ever in flight has shown nothing.
#[derive(Debug, Default)]
struct Seen {
    unanswered: usize,
    /// Of those, the ones that had been filed.
    found: usize,
}

#[tokio::test]
async fn a_server_killed_fifty_times_loses_nothing_and_files_nothing_twice() {
    let (first, second) = join(killed_servers("first"), killed_servers("second")).await;
    for seen in [first, second] {
        assert!(seen.unanswered > seen.found && seen.found > 0, "{seen:?}");
    }
}

async fn killed_servers(name: &str) -> Seen {
    let instants = Instants::new(name);
    let database = Database::empty().await;
    let superuser = database.superuser().await;
    let url = database.app_url();
    let (mut server, mut filers) = begin(&url).await;
    let (mut seen, mut watcher) = (Seen::default(), Watcher::default());
    for round in 0..ROUNDS {
        let (address, course) = (server.address.clone(), Course::default());
        let kill = async {
            // Every other time in full swing, else also while the first of all are on their way.
            if round % 2 == 0 {
                course.begun.notified().await;
            }
            tokio::time::sleep(instants.next()).await;
            server.child.kill().unwrap();
        };
        join(filers.file(&address, &course), kill).await;
        server.child.wait().unwrap();
        server = Server::start(&url);
        seen.unanswered += filers.unanswered.len();
        seen.found += filers.repeat(&server.address).await;
        whole::check(&superuser, &filers.acknowledged).await;
        watcher.look(&server.address).await;
    }
    watcher.settle(&server.address, &superuser).await;
    seen
}

/// The same with PostgreSQL, postmaster and sessions, killed under a server that goes on.
#[tokio::test]
async fn a_database_killed_under_the_server_loses_nothing_and_files_nothing_twice() {
    let instants = Instants::new("database");
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    let data = home.path().join("data");
    let mut settings = Settings {
        shared_buffers: "16MB".to_owned(),
        cache_dir: Some(std::env::temp_dir().join("liandan-cache")),
        ..Settings::default()
    };
    let mut postgres = PrivatePostgres::start(&data, &settings, &Mint::random()).unwrap();
    // The server finds it where it was.
    settings.port = Some(postgres.port());
    prepare(&postgres).await;
    let (server, mut filers) = begin(&postgres.app_url("liandan")).await;
    let (mut seen, mut watcher) = (Seen::default(), Watcher::default());
    for _round in 0..DATABASE_ROUNDS {
        let course = Course::default();
        let kill = async {
            course.begun.notified().await;
            tokio::time::sleep(instants.next()).await;
            kill_all(&postgres);
            // Gone before the next holds its folder.
            drop(postgres);
            let again = PrivatePostgres::start(&data, &settings, &Mint::random()).unwrap();
            spend_transaction_ids(&again).await;
            course.enough.set(true);
            again
        };
        let (again, ()) = join(kill, filers.file(&server.address, &course)).await;
        postgres = again;
        seen.unanswered += filers.unanswered.len();
        seen.found += filers.repeat(&server.address).await;
        let superuser = connect(&postgres.superuser_url("liandan")).await;
        whole::check(&superuser, &filers.acknowledged).await;
        watcher.settle(&server.address, &superuser).await;
    }
    assert!(seen.unanswered > 0, "{seen:?}");
}

/// The roles, the database and its tables.
async fn prepare(postgres: &PrivatePostgres) {
    let mut superuser = connect(&postgres.superuser_url("postgres")).await;
    let passwords = postgres.passwords();
    let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
    bootstrap::create_roles(&mut superuser, migrate, app).await.unwrap();
    bootstrap::create_database(&superuser, "liandan", None).await.unwrap();
    liandan::db::migrate(&postgres.migrate_url("liandan")).unwrap();
}

/// The postmaster first, so that it tells nobody; then its sessions, in the middle of what they
/// do.
fn kill_all(postgres: &PrivatePostgres) {
    let pid = postgres.pid().to_string();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let victims = std::iter::once(pid.as_str()).chain(children.split_whitespace());
    // One that has just ended by itself is no failure.
    let _ = Command::new("kill").arg("-9").args(victims).stderr(Stdio::null()).status().unwrap();
}

/// Somebody else's transactions take the ids that those under way at the crash had and that
/// nothing on disk remembers: what became of the one is not what became of the other.
async fn spend_transaction_ids(postgres: &PrivatePostgres) {
    let superuser = connect(&postgres.superuser_url("postgres")).await;
    for _ in 0..64 {
        superuser.query_one("SELECT pg_current_xact_id()::text", &[]).await.unwrap();
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
