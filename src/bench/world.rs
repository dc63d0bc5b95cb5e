//! Where it all happens: a private cluster with a database for the baseline and one for the
//! server, and the server as a process of its own.

use std::path::{Path, PathBuf};

use tokio_postgres::{Client, NoTls};

use super::BenchError;
use super::api::Login;
use super::baseline::{self, Target};
use super::process::ServerProcess;
use crate::db::bootstrap::{create_database, create_roles, drop_database};
use crate::db::migrate;
use crate::db::private::{PrivatePostgres, Settings};
use crate::mint::Mint;

const BASELINE: &str = "bench_baseline";
const SERVER: &str = "bench_server";

/// A running world. Fields drop in this order: the server, its database, the folder.
pub struct World {
    pub server: ServerProcess,
    pub target: Target,
    pub regulator: Login,
    postgres: PrivatePostgres,
    _folder: Folder,
}

impl World {
    /// Starts everything; what an earlier run left in `data_dir` is made anew. The cluster blocks
    /// while it starts, so it is given.
    pub async fn start(place: Place) -> Result<Self, BenchError> {
        let Place { postgres, folder, mint } = place;
        let superuser = connect(&postgres.superuser_url("postgres")).await?;
        make_databases(superuser, &postgres).await?;
        migrate(&postgres.migrate_url(SERVER))?;
        let target = Target {
            pgbench: pgbench(postgres.bin_dir()),
            port: postgres.port(),
            password: postgres.passwords().postgres.clone(),
            database: BASELINE.to_owned(),
        };
        let app_url = postgres.app_url(SERVER);
        let regulator = super::first::regulator(&app_url, &mint).await?;
        let log = folder.path.join("server.log");
        let server = ServerProcess::start(&app_url, &log, &mint).await?;
        Ok(Self { server, target, regulator, postgres, _folder: folder })
    }

    /// The server's database, as superuser: to read samples and to fill it.
    pub async fn database(&self) -> Result<Client, BenchError> {
        connect(&self.postgres.superuser_url(SERVER)).await
    }

    /// The server's database as the server has it.
    pub fn app_url(&self) -> String {
        self.postgres.app_url(SERVER)
    }

    /// The same, as one who only reads.
    pub async fn reader(&self) -> Result<Client, BenchError> {
        connect(&self.app_url()).await
    }

    pub fn postmaster(&self) -> u32 {
        self.postgres.pid()
    }
}

/// What has to be there before the runtime is.
pub struct Place {
    postgres: PrivatePostgres,
    folder: Folder,
    mint: Mint,
}

impl Place {
    /// Starts the cluster in `data_dir`, or in a folder that goes when the run ends.
    pub fn prepare(data_dir: Option<&Path>) -> Result<Self, BenchError> {
        let folder = Folder::of(data_dir);
        let mint = Mint::random();
        // pgbench's 32 connections beside the server's; the rest as `demo` runs it.
        let settings = Settings { max_connections: 120, ..Settings::default() };
        let postgres = PrivatePostgres::start(&folder.path, &settings, &mint)?;
        Ok(Self { postgres, folder, mint })
    }
}

/// The data folder; one that nobody asked for is removed.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    fn of(data_dir: Option<&Path>) -> Self {
        let temporary =
            || std::env::temp_dir().join(format!("liandan-bench-{}", std::process::id()));
        let is_temporary = data_dir.is_none();
        Self { path: data_dir.map_or_else(temporary, Path::to_owned), is_temporary }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // What is left when this fails lies in the system's folder for such things.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

async fn make_databases(
    mut superuser: Client,
    postgres: &PrivatePostgres,
) -> Result<(), BenchError> {
    let passwords = postgres.passwords();
    create_roles(&mut superuser, &passwords.liandan_migrate, &passwords.liandan_app).await?;
    for name in [BASELINE, SERVER] {
        drop_database(&superuser, name).await?;
        create_database(&superuser, name, None).await?;
    }
    let baseline = connect(&postgres.superuser_url(BASELINE)).await?;
    baseline.batch_execute(baseline::SETUP).await?;
    Ok(())
}

/// A connection that is driven until its client is dropped.
async fn connect(url: &str) -> Result<Client, BenchError> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // Its end shows in the client's next call.
        let _ = connection.await;
    });
    Ok(client)
}

/// Beside the server's programs; a PostgreSQL that was fetched may lack it, then from the `PATH`.
fn pgbench(bin_dir: &Path) -> PathBuf {
    let beside = bin_dir.join("pgbench");
    if beside.exists() { beside } else { PathBuf::from("pgbench") }
}
