//! A world of a test's own: a database, the real server on it, a clock that stands still.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use chrono::{DateTime, TimeDelta, Utc};
use liandan::app::App;
use liandan::blob::Files;
use liandan::clock::Clock;
use liandan::config::{Borders, Config, Metrics, Numbering, Serving, SignedFrom};
use liandan::container::{LabelLayout, QrContent};
use liandan::ctx::{Actor, Ctx};
use liandan::custody::{self, LogKeys};
use liandan::identity::{self, CreateUser, PasswordCost};
use liandan::mint::Mint;
use liandan::notify;
use liandan::registry::{Uscc, organisation};
use liandan::secret::Secret;
use liandan::server::{Listening, listen};
use liandan::wire::Decode;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Client, Database};

/// The login of the corps' regulator, who is there before anybody else.
pub const CORPS: &str = "corps";
/// The password of everybody.
pub const PASSWORD: &str = "tests-know-this-password";

pub struct World {
    /// For what no door leads to: the clock, a worker's tick. Never to get around the API.
    pub app: Arc<App>,
    pub database: Database,
    client: Client,
    address: String,
    running: Option<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl World {
    /// A server on a database with one regulator's organisation and its user [`CORPS`]. It is
    /// 2026-11-25, 10:00 in Beijing, and stays so.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Serving)) -> Self {
        let database = Database::copy_of(&settled_template().await).await;
        let mut serving = serving();
        change(&mut serving);
        let url = database.app_url();
        let (started, answer) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        // A system of its own: dropping the world stops the server whatever the test is doing.
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(serve(serving, url, started, stopped));
        });
        let (app, address) = answer.recv().expect("the server starts");
        let client = Client::new(format!("http://{address}"));
        let address = address.to_string();
        Self { app, database, client, address, running: Some(Running { stop, thread }) }
    }

    /// Nobody's client.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Where the server listens: `127.0.0.1:40123`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub async fn log_in(&self, login: &str) -> Client {
        self.client.log_in(login, PASSWORD).await
    }

    /// The corps' regulator.
    pub async fn corps(&self) -> Client {
        self.log_in(CORPS).await
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// Lets time pass, for the server too.
    pub fn pass(&self, time: TimeDelta) {
        self.app.clock.set(self.now() + time);
    }

    /// Lets the tree follow the log and publishes it, as the worker does.
    pub async fn publish(&self) {
        while custody::grow(&self.app).await.unwrap() {}
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        self.database.superuser().await.query_one(&count, &[]).await.unwrap().get(0)
    }

    pub async fn has_no_rows_in(&self, tables: &[&str]) {
        for table in tables {
            assert_eq!(self.rows(table).await, 0, "{table} has rows");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(Running { stop, thread }) = self.running.take() {
            let _ = stop.send(());
            // A panic of the server has failed the test already, by what it did not answer.
            let _ = thread.join();
        }
    }
}

/// When every world begins.
pub fn beginning() -> DateTime<Utc> {
    "2026-11-25T02:00:00Z".parse().unwrap()
}

/// Keys of a world's log, made of these seeds.
pub fn log_keys(seeds: &[u8]) -> LogKeys {
    let key = |seed: &u8| custody::private_text("liandan.example/test", &[*seed; 32]);
    LogKeys::parse(&seeds.iter().map(key).collect::<Vec<_>>().join("\n")).unwrap()
}

/// The settings of a world's app.
pub fn config() -> Config {
    Config {
        origin: "liandan.example/test".to_owned(),
        sandbox: true,
        numbering: Numbering::ByDivision,
        borders: Borders::Province,
        labels: LabelLayout::default(),
        label_qr: QrContent::default(),
        amendment_days: 5,
        log_keys: Some(log_keys(&[7])),
        witnesses: custody::Witnesses::default(),
        signed_from: SignedFrom::default(),
        token_secret: Secret::new(b"a secret of tests, as long as it must be".to_vec()),
        // Every user of every world signs in: at the real cost that is a fifth of a whole run.
        password_cost: PasswordCost { memory_kib: 64, passes: 1 },
        behind_proxy: false,
        files: Files::default(),
        // Nobody asks the network for a name.
        notify: notify::Settings {
            names: notify::Names::Table(BTreeMap::new()),
            ..notify::Settings::default()
        },
    }
}

fn serving() -> Serving {
    Serving {
        config: config(),
        listen: ([127, 0, 0, 1], 0).into(),
        metrics: Metrics::Token("tests-see-metrics".to_owned()),
        behind_tls: false,
        workers: Some(1),
        is_secret_made: false,
    }
}

type Started = mpsc::Sender<(Arc<App>, std::net::SocketAddr)>;

async fn serve(serving: Serving, url: String, started: Started, stopped: oneshot::Receiver<()>) {
    let parts = (Clock::held(beginning()), Mint::seeded(1));
    let (app, drain) = App::open(serving.config.clone(), parts, &url).unwrap();
    let Listening { servers, addresses } = listen(&app, &serving).unwrap();
    let handles: Vec<_> = servers.iter().map(actix_web::dev::Server::handle).collect();
    let servers = actix_web::rt::spawn(futures_util::future::try_join_all(servers));
    started.send((app, addresses[0])).unwrap();
    let _ = stopped.await;
    // Connections that the client keeps open are not waited for, nor is the committer: the
    // test may still hold the app.
    for handle in handles {
        handle.stop(false).await;
    }
    let _ = servers.await;
    drop(drain);
}

/// The template of a world that has its first organisation and user, made once a run: what makes
/// them may have changed since the last.
async fn settled_template() -> String {
    static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    NAME.get_or_init(async || {
        let database = Database::empty().await;
        let url = database.app_url();
        let parts = (Clock::held(beginning()), Mint::seeded(0));
        let (app, drain) = App::open(serving().config, parts, &url).unwrap();
        first_user(&app).await;
        drop(app);
        assert!(drain.wait().await);
        database.keep()
    })
    .await
    .clone()
}

/// As `liandan user` makes them on an empty database.
async fn first_user(app: &App) {
    let ctx = Ctx::unasked(Actor::system(), (app.clock.now(), app.clock.wall()), "first");
    let uscc = Uscc::complete("11650000MB0000001").unwrap();
    let bureau =
        json!({ "name": "兵团生态环境局", "uscc": uscc.as_str(), "roles": [], "division": "00" });
    let bureau = organisation::register(app, &ctx, Ok(read(&bureau))).await.unwrap();
    let user = json!({ "organisation_id": bureau.value.id, "login": CORPS,
        "password": PASSWORD, "role": "corps_regulator" });
    identity::seed_user(app, read::<CreateUser>(&user)).await.unwrap();
}

fn read<T: Decode>(body: &Value) -> T {
    liandan::wire::read(body.to_string().as_bytes()).unwrap()
}
