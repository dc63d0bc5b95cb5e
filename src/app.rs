//! What every request needs, made once at start.

use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Committer, Pool};
use crate::mint::Mint;
use crate::registry::Registers;

/// The application's parts. One per process, shared by all workers.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub mint: Mint,
    pub pool: Pool,
    pub committer: Committer,
    pub catalogue: std::sync::Arc<Catalogue>,
    pub registers: Registers,
}
