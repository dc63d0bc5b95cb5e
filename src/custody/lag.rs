//! How far the tree is behind the journal: what is committed and in no checkpoint yet. For whoever
//! operates us, and for nothing else: commands do not wait for the tree.

use super::lag_store;
use crate::app::App;
use crate::limits::TREE_LAG_S_MAX;
use crate::problem::Problem;

/// Events that are in no checkpoint yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    pub events: u64,
    /// Seconds since the oldest of them was recorded; 0 where there is none.
    pub seconds: u64,
}

impl Lag {
    /// Whether the worker keeps up. Where it does not somebody has to look why.
    pub const fn is_usual(self) -> bool {
        self.seconds <= TREE_LAG_S_MAX
    }
}

/// Asks the database.
pub async fn lag(app: &App) -> Result<Lag, Problem> {
    let (events, oldest) = lag_store::unpublished(&app.pool).await?;
    let age = oldest.map(|oldest| (app.clock.now() - oldest).num_seconds());
    Ok(Lag { events, seconds: age.and_then(|age| u64::try_from(age).ok()).unwrap_or(0) })
}
