//! `liandan demo`: a PostgreSQL of its own, a sandbox clock, demo data.

use std::net::{SocketAddr, TcpListener};

use tokio_postgres::NoTls;

use super::StartError;
use super::lifecycle::{Ended, run};
use super::log_key;
use super::open::open;
use super::signals::Signals;
use super::simulate::{write_labels, writing};
use crate::config::{DemoHome, Serving};
use crate::db::private::{PrivatePostgres, Settings};
use crate::db::{self, bootstrap, sandbox_clock};
use crate::demo::{self, Account};
use crate::mint::Mint;

/// The demo's database in the private cluster.
pub const DATABASE: &str = "liandan";

/// What a demo is started with.
pub struct Demo {
    pub serving: Serving,
    pub home: DemoHome,
    /// Forget the demo's data and begin again.
    pub reset: bool,
}

/// Runs a demo until told to stop. Blocks; `ready` is told logins and addresses.
pub fn demo(
    demo: &Demo,
    ready: impl FnOnce(&[Account], &[SocketAddr]) -> Result<(), StartError>,
) -> Result<Ended, StartError> {
    refuse_taken(demo.serving.listen)?;
    let mint = Mint::random();
    let postgres = start(&demo.home, &mint)?;
    let mut serving = demo.serving.clone();
    log_key::or_of_demo(&mut serving.config, &demo.home.data_dir, (demo.reset, &mint))?;
    if serving.is_secret_made {
        let (folder, fresh) = (&demo.home.data_dir, &serving.config.token_secret);
        serving.config.token_secret = log_key::secret_of_demo(folder, demo.reset, fresh)?;
    }
    let system = actix_web::rt::System::new();
    let ended = system.block_on(async {
        let mut signals = Signals::listen()?;
        signals.unless_stopped(prepare(&postgres, demo.reset)).await??;
        // It blocks for as long as a first start takes to make the tables, a second at most.
        db::migrate(&postgres.migrate_url(DATABASE))?;
        let (app, drain) = open(&serving, mint, &postgres.app_socket_url(DATABASE)).await?;
        let seeded = signals.unless_stopped(Box::pin(demo::seed(&app))).await?;
        let demo::Demo { accounts, labels } = seeded.map_err(StartError::Seed)?;
        if let Some(labels) = labels {
            write_labels(&demo.home.data_dir, &labels).map_err(writing)?;
        }
        sandbox_clock::start(&app.pool).await.map_err(StartError::Clock)?;
        let mut told = Ok(());
        let tell = |addresses: &[SocketAddr]| told = ready(&accounts, addresses);
        let ended = run(app, drain, &serving, &mut signals, tell).await?;
        told.map(|()| ended)
    });
    // Only now: what was accepted is written, and nobody has a connection any more.
    postgres.stop();
    ended
}

/// The private server of a demo's folder.
pub(super) fn start(home: &DemoHome, mint: &Mint) -> Result<PrivatePostgres, StartError> {
    start_with(home, mint, true)
}

/// The same, `fsync` or not: off only where losing the data does not matter.
pub(super) fn start_with(
    home: &DemoHome,
    mint: &Mint,
    fsync: bool,
) -> Result<PrivatePostgres, StartError> {
    let settings = Settings {
        fsync,
        bin_dir: home.postgres_bin.clone(),
        cache_dir: home.cache_dir.clone(),
        ..Settings::default()
    };
    Ok(PrivatePostgres::start(&home.data_dir, &settings, mint)?)
}

/// A taken port is the most frequent slip, and should not cost a start of PostgreSQL to learn.
fn refuse_taken(address: SocketAddr) -> Result<(), StartError> {
    let bound = TcpListener::bind(address);
    bound.map(drop).map_err(|reason| StartError::Listen { address, reason })
}

/// Roles and database, in a cluster that may be new or may be an older demo's.
pub(super) async fn prepare(postgres: &PrivatePostgres, reset: bool) -> Result<(), StartError> {
    let url = postgres.superuser_url("postgres");
    let connected = tokio_postgres::connect(&url, NoTls).await;
    let (mut superuser, connection) = connected.map_err(bootstrap::BootstrapError::from)?;
    let connection = tokio::spawn(connection);
    let passwords = postgres.passwords();
    let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
    bootstrap::create_roles(&mut superuser, migrate, app).await?;
    if reset || is_half_filled(postgres).await {
        bootstrap::drop_database(&superuser, DATABASE).await?;
    }
    bootstrap::create_database(&superuser, DATABASE, None).await?;
    drop(superuser);
    let _ = connection.await;
    Ok(())
}

/// A demo that was stopped while it was being filled is begun again, not shown half.
async fn is_half_filled(postgres: &PrivatePostgres) -> bool {
    let url = postgres.superuser_url(DATABASE);
    let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await else {
        return false;
    };
    let connection = tokio::spawn(connection);
    let half = sandbox_clock::is_half_filled(&client).await;
    drop(client);
    let _ = connection.await;
    if half {
        tracing::warn!("an earlier start was stopped while filling the demo: it begins again");
    }
    half
}
