//! Doing a command until the program takes it up: a machine that is slow makes no other world.
//!
//! Only what the program had no time for (503) is tried again. Before a commit nothing is written,
//! and for the commit itself an act waits as long as it takes (`Stage::ctx`), so that what is tried
//! again has never been done.

use std::time::Duration;

use crate::app::App;
use crate::mint::within;
use crate::problem::{Code, Problem};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Whoever has found no room for an hour or so will find none.
const TRIES: u32 = 5_000;

/// Does a command, and again while the program is busy; each try gets the same ids.
pub async fn steadily<T>(
    app: &App,
    command: impl AsyncFn() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let seed = u64::from_le_bytes(app.mint.bytes());
    for _try in 1..TRIES {
        match within(seed, command()).await {
            Err(problem) if problem.code() == Code::Busy => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    within(seed, command()).await
}
