//! The corps' body and its regulator, made as an operator makes the first user of a deployment:
//! by the program itself, through the same commands as everything else.

use serde_json::json;

use super::BenchError;
use super::api::Login;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Borders, Config, Numbering};
use crate::ctx::{Actor, Ctx};
use crate::db::{Committer, Pool};
use crate::identity::seed_user;
use crate::mint::Mint;
use crate::problem::Problem;
use crate::registry::{Uscc, organisation};
use crate::secret::Secret;
use crate::wire;

/// Makes them in the server's database, before the server starts.
pub async fn regulator(database_url: &str, mint: &Mint) -> Result<Login, BenchError> {
    let login = Login { name: "bench-regulator".to_owned(), password: new_password(mint) };
    let failed = |reason: String| BenchError::Own(reason);
    let origin = "bench.liandan.invalid/log".to_owned();
    let committer = Committer::start(database_url.to_owned(), origin.clone());
    let (committer, thread) = committer.map_err(|reason| failed(reason.to_string()))?;
    let pool = Pool::new(database_url).map_err(|reason| failed(reason.to_string()))?;
    let config = Config {
        origin,
        sandbox: false,
        numbering: Numbering::ByDivision,
        borders: Borders::Province,
        labels: crate::container::LabelLayout::default(),
        label_qr: crate::container::QrContent::default(),
        log_keys: None,
        witnesses: crate::custody::Witnesses::default(),
        amendment_days: 5,
        signed_from: crate::config::SignedFrom::default(),
        token_secret: Secret::new(mint.bytes::<32>().to_vec()),
        password_cost: crate::identity::PasswordCost::default(),
        behind_proxy: false,
        files: crate::blob::Files::default(),
        notify: crate::notify::Settings::default(),
    };
    let app = App::new(config, (Clock::wall_clock(), mint.clone()), (pool, committer));
    let app = app.map_err(|reason| failed(reason.to_string()))?;
    let made = make(&app, &login).await;
    drop(app);
    // The last handle is gone, so the thread ends when what it has accepted is written.
    let _ = thread.join();
    made.map_err(|problem| failed(format!("making the regulator: {problem:?}")))?;
    Ok(login)
}

async fn make(app: &App, login: &Login) -> Result<(), Problem> {
    let uscc = Uscc::complete("11659000MB0000000").map_err(Problem::internal)?;
    let corps = json!({"name": "新疆生产建设兵团生态环境局", "uscc": uscc.as_str(), "roles": [],
                       "division": "00"});
    let corps = wire::asked(corps.to_string().as_bytes())?;
    let registered = organisation::register(app, &system(app), corps).await?;
    let user = json!({"organisation_id": registered.value.id, "login": login.name,
                      "password": login.password, "role": "corps_regulator"});
    seed_user(app, wire::read(user.to_string().as_bytes())?).await.map(|_| ())
}

fn system(app: &App) -> Ctx {
    Ctx::unasked(Actor::system(), (app.clock.now(), app.clock.wall()), "bench")
}

/// One password for all: they exist for the length of a run, in a cluster of our own.
pub fn new_password(mint: &Mint) -> String {
    // A password must not contain its login, and logins here begin with `bench-`.
    format!("Zx{}", hex::encode(mint.bytes::<12>()))
}
