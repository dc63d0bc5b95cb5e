//! What every request needs, made once at start.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::anomaly::Watching;
use crate::blob::Objects;
use crate::calendar::Calendar;
use crate::capacity::limits::PLANS_MAX;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::custody::Custody;
use crate::db::{Committer, Pool};
use crate::feed::Waiting;
use crate::identity::{Keeper, KeeperError};
use crate::limits::{DRAIN_S_MAX, IMPORTS_MAX, PACKAGES_MAX};
use crate::mint::Mint;
use crate::notify::{Notify, NotifyError};
use crate::problem::Problem;
use crate::registry::Registers;
use crate::seeds::SeedError;

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Seeds(#[from] SeedError),
    #[error(transparent)]
    Identity(#[from] KeeperError),
    #[error("the committer cannot start: {0}")]
    Committer(std::io::Error),
    #[error("DATABASE_URL cannot be used: {0}")]
    Pool(String),
    #[error(transparent)]
    Notify(#[from] NotifyError),
    #[error("the object store cannot be used: {0}")]
    Objects(String),
}

/// The application's parts. One per process, shared by all workers.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub mint: Mint,
    pub pool: Pool,
    pub committer: Committer,
    pub calendar: Arc<Calendar>,
    pub catalogue: Arc<Catalogue>,
    pub registers: Registers,
    pub identity: Keeper,
    /// Who waits for changes.
    pub waiting: Waiting,
    /// What was published of the log.
    pub custody: Custody,
    /// The watch over the log, as far as this process has one.
    pub watching: Watching,
    /// Who is told of what.
    pub notify: Notify,
    /// Where new files are put; none: in the database.
    pub objects: Option<Objects>,
    /// Places for imports, which hold their files and rows.
    pub imports: Arc<Semaphore>,
    /// Places for evidence packages, which hold pages and bundles while they are sent.
    pub packages: Arc<Semaphore>,
    /// Places for matching problems, each of which has a processor for itself.
    pub plans: Arc<Semaphore>,
}

/// One of the places, until it is dropped; 503 when all are taken.
pub fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(places).try_acquire_owned().map_err(|_| Problem::busy())
}

impl App {
    /// Puts the parts together; reads the reference data that the binary carries.
    pub fn new(
        config: Config,
        (clock, mint): (Clock, Mint),
        (pool, committer): (Pool, Committer),
    ) -> Result<Self, StartError> {
        let identity = Keeper::new(&config.token_secret, config.password_cost, mint.clone())?;
        let notify = Notify::new(&config.token_secret, &config.notify, &clock)?;
        let objects = config.files.objects.as_ref().map(Objects::open).transpose();
        let objects = objects.map_err(StartError::Objects)?;
        Ok(Self {
            config,
            clock,
            mint,
            pool,
            committer,
            calendar: Arc::new(Calendar::load()?),
            catalogue: Arc::new(Catalogue::load()?),
            registers: Registers::default(),
            identity,
            waiting: Waiting::default(),
            custody: Custody::default(),
            watching: Watching::default(),
            notify,
            objects,
            imports: Arc::new(Semaphore::new(IMPORTS_MAX)),
            packages: Arc::new(Semaphore::new(PACKAGES_MAX)),
            plans: Arc::new(Semaphore::new(PLANS_MAX)),
        })
    }

    /// Opens the application on a database whose schema is up to date, with the thread to wait for
    /// in the end. Connections are made when first needed.
    pub fn open(
        config: Config,
        parts: (Clock, Mint),
        database_url: &str,
    ) -> Result<(Arc<Self>, Drain), StartError> {
        let pool = Pool::new(database_url).map_err(|err| StartError::Pool(err.to_string()))?;
        let started = Committer::start(database_url.to_owned(), config.origin.clone());
        let (committer, thread) = started.map_err(StartError::Committer)?;
        Ok((Arc::new(Self::new(config, parts, (pool, committer))?), Drain(thread)))
    }
}

/// The committer's thread, which ends by itself when the last handle to the app is gone and all
/// that was accepted is written.
#[must_use = "whoever opens an app waits for what it accepted"]
pub struct Drain(JoinHandle<()>);

impl Drain {
    /// Waits for the end of the thread; drop every handle to the app first. False when that took
    /// longer than [`DRAIN_S_MAX`]: what is then still in the queue has not been answered either.
    pub async fn wait(self) -> bool {
        let until = Instant::now() + Duration::from_secs(DRAIN_S_MAX);
        while !self.0.is_finished() {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if self.0.join().is_err() {
            tracing::error!("the committer had panicked");
        }
        true
    }
}
