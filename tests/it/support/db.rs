//! One private PostgreSQL for the whole run, a template for each state of the schema, and a copy of
//! it for each test.
//!
//! Where memory has a file system with room, the cluster is in there for the run: hundreds of
//! databases of hundreds of files are made and dropped, and a disk's file system spends a fifth of
//! the run on finding them places. Elsewhere it stays in `target/tmp` between runs, so that a run
//! begins with a start of 50 ms and not with an initdb. Nothing of ours runs at the end of a test
//! binary (statics are not dropped), so a watcher of a few words of shell stops the server when our
//! end of its pipe closes, however we end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use liandan::db::bootstrap;
use liandan::db::private::{PrivateError, PrivatePostgres, Settings};
use liandan::mint::Mint;
use sha2::{Digest, Sha256};
use tokio_postgres::NoTls;

/// Names of databases that a run may leave behind when it is killed.
const COPY: &str = "it_";
const TEMPLATE: &str = "template_";

/// Folders to try: another run of the same target folder may hold the first.
const FOLDERS_MAX: u32 = 8;

/// A file system in memory, where there is one, and what must be free in it, in KiB: ample for the
/// few databases that are there at once, and a bound, not a measurement.
const MEMORY: &str = "/dev/shm";
const MEMORY_KIB_MIN: u64 = 4 * 1024 * 1024;

/// The cluster of this run.
pub fn cluster() -> &'static PrivatePostgres {
    static CLUSTER: OnceLock<PrivatePostgres> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let (postgres, folder) = start();
        watch(postgres.pid(), folder.parent().filter(|home| home.starts_with(MEMORY)));
        blocking(|| prepare(&postgres));
        postgres
    })
}

/// Whether the tests of a run fit into memory, as `df` tells it.
fn has_room() -> bool {
    let free = Command::new("df").args(["-Pk", MEMORY]).output().ok();
    let free = free.and_then(|told| String::from_utf8(told.stdout).ok());
    let free = free.as_deref().and_then(|told| told.lines().nth(1)?.split_whitespace().nth(3));
    free.and_then(|kib| kib.parse::<u64>().ok()).is_some_and(|kib| kib >= MEMORY_KIB_MIN)
}

fn start() -> (PrivatePostgres, PathBuf) {
    let settings = Settings {
        // What a crash of the machine would lose is a test's database.
        fsync: false,
        shared_buffers: "32MB".to_owned(),
        max_connections: 400,
        cache_dir: Some(std::env::temp_dir().join("liandan-cache")),
        options: vec![("max_wal_size".to_owned(), "256MB".to_owned())],
        ..Settings::default()
    };
    // Where root's PostgreSQL user cannot enter the checkout, the system's folder for such.
    let checkout = hex::encode(&Sha256::digest(env!("CARGO_MANIFEST_DIR"))[..4]);
    let name = format!("liandan-it-{checkout}");
    // Another run may begin before the watcher of the one before has tidied up.
    let own = format!("{name}-{}", std::process::id());
    let memory = has_room().then(|| PathBuf::from(MEMORY).join(own));
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("postgres");
    let homes = memory.into_iter().chain([target, std::env::temp_dir().join(name)]);
    let homes: Vec<PathBuf> = homes.collect();
    for home in &homes {
        for number in 0..FOLDERS_MAX {
            let folder = home.join(number.to_string());
            match PrivatePostgres::start(&folder, &settings, &Mint::random()) {
                Ok(postgres) => return (postgres, folder),
                Err(PrivateError::Held { .. }) => {}
                Err(PrivateError::Unreachable { .. }) => break,
                Err(err) => panic!("{err}"),
            }
        }
    }
    panic!("no folder is free for a PostgreSQL below {homes:?}");
}

/// Stops the server once we are gone, and takes its folder away if it is in memory.
fn watch(pid: u32, memory: Option<&Path>) {
    let end = "read -r line; kill -INT \"$1\"; [ -n \"$2\" ] || exit 0; \
               while kill -0 \"$1\"; do sleep 0.1; done; rm -rf \"$2\"";
    let mut shell = Command::new("sh");
    let folder = memory.map(Path::as_os_str).unwrap_or_default();
    shell.args(["-c", end, "watch", &pid.to_string()]).arg(folder);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C reaches the whole group of the terminal: the watcher must outlive us.
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let watcher = shell.spawn().expect("the watcher starts");
    // The pipe closes with our process and no earlier.
    std::mem::forget(watcher);
}

/// Roles, and no databases of runs that were killed or of schemas of the past.
async fn prepare(postgres: &PrivatePostgres) {
    let mut superuser = superuser(postgres, "postgres").await;
    let passwords = postgres.passwords();
    let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
    bootstrap::create_roles(&mut superuser, migrate, app).await.unwrap();
    let current = schema_template();
    let all = superuser.query("SELECT datname FROM pg_database", &[]).await.unwrap();
    for name in all.iter().map(|row| row.get::<_, String>(0)) {
        let ours = name.starts_with(COPY) || name.starts_with(TEMPLATE);
        if ours && name != current {
            bootstrap::drop_database(&superuser, &name).await.unwrap();
        }
    }
}

/// A connection as superuser: for looking where the app may not, and for making databases.
pub async fn superuser(postgres: &PrivatePostgres, database: &str) -> tokio_postgres::Client {
    let url = postgres.superuser_url(database);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The template of the schema as `migrations/` says; its name is their hash.
pub fn schema_template() -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files = Vec::new();
        for migration in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            for file in std::fs::read_dir(migration).unwrap() {
                files.push(file.unwrap().path());
            }
        }
        files.sort();
        let mut hash = Sha256::new();
        for file in files {
            hash.update(file.strip_prefix(folder).unwrap().to_string_lossy().as_bytes());
            hash.update(std::fs::read(&file).unwrap());
        }
        format!("{TEMPLATE}{}", hex::encode(&hash.finalize()[..8]))
    })
    .clone()
}

/// Makes the template of the schema where an earlier run has not.
async fn make_schema_template() {
    static MADE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    MADE.get_or_init(async || {
        let postgres = cluster();
        let name = schema_template();
        let superuser = superuser(postgres, "postgres").await;
        let known = "SELECT FROM pg_database WHERE datname = $1";
        if superuser.query_opt(known, &[&name]).await.unwrap().is_some() {
            return;
        }
        // Under another name until it is whole: a run that is killed leaves no half template.
        let growing = format!("{COPY}{}_template", std::process::id());
        bootstrap::create_database(&superuser, &growing, None).await.unwrap();
        liandan::db::migrate(&postgres.migrate_url(&growing)).unwrap();
        let rename = format!("ALTER DATABASE \"{growing}\" RENAME TO \"{name}\"");
        superuser.batch_execute(&rename).await.unwrap();
    })
    .await;
}

/// A database of a test's own, dropped with it.
pub struct Database {
    name: String,
}

impl Database {
    /// With the schema and nothing else.
    pub async fn empty() -> Self {
        make_schema_template().await;
        Self::copy_of(&schema_template()).await
    }

    pub async fn copy_of(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{COPY}{}_{number}", std::process::id());
        let superuser = superuser(cluster(), "postgres").await;
        bootstrap::create_database(&superuser, &name, Some(template)).await.unwrap();
        Self { name }
    }
    /// As the server connects.
    pub fn app_url(&self) -> String {
        cluster().app_url(&self.name)
    }

    /// As migrations connect.
    pub fn migrate_url(&self) -> String {
        cluster().migrate_url(&self.name)
    }

    pub async fn superuser(&self) -> tokio_postgres::Client {
        superuser(cluster(), &self.name).await
    }

    /// Keeps the database for others to copy; the next run drops it.
    pub fn keep(self) -> String {
        let name = self.name.clone();
        std::mem::forget(self);
        name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        blocking(|| async {
            let superuser = superuser(cluster(), "postgres").await;
            // One that stays behind goes with the next run.
            let _ = bootstrap::drop_database(&superuser, &self.name).await;
        });
    }
}

/// Runs a future to its end from anywhere, also from inside a runtime, which cannot wait for one.
pub fn blocking<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(work())
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("it does not panic"))
}
