//! What every request needs, made once at start.

use std::sync::Arc;

use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Committer, Pool};
use crate::identity::{Keeper, KeeperError};
use crate::mint::Mint;
use crate::registry::Registers;
use crate::seeds::SeedError;

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Seeds(#[from] SeedError),
    #[error(transparent)]
    Identity(#[from] KeeperError),
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
}

impl App {
    /// Puts the parts together; reads the reference data that the binary carries.
    pub fn new(
        config: Config,
        (clock, mint): (Clock, Mint),
        (pool, committer): (Pool, Committer),
    ) -> Result<Self, StartError> {
        let identity = Keeper::new(&config.token_secret, mint.clone())?;
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
        })
    }
}
