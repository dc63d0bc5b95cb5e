//! Doing a command until the program takes it up: a machine that is slow makes no other world.
//!
//! Only what the program had no time for (503) is tried again. Before a commit nothing is written,
//! and for the commit itself an act waits as long as it takes (`Stage::ctx`), so that what is tried
//! again has never been done.

use std::time::Duration;

use crate::app::App;
use crate::mint::{Mint, within};
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
    Box::pin(again(&app.mint, command)).await
}

async fn again<T>(
    mint: &Mint,
    command: impl AsyncFn() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let seed = u64::from_le_bytes(mint.bytes());
    for _try in 1..TRIES {
        match within(seed, command()).await {
            Err(problem) if problem.code() == Code::Busy => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    within(seed, command()).await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use uuid::Uuid;

    use super::*;

    /// A command that is told so often that the program is busy, and mints an id before it is.
    async fn made(busy: u32) -> Result<Uuid, Problem> {
        let (mint, left) = (Mint::seeded(1), Cell::new(busy));
        let command = async || {
            let id = mint.uuid(chrono::DateTime::UNIX_EPOCH);
            let tries = left.replace(left.get().saturating_sub(1));
            if tries > 0 { Err(Problem::busy()) } else { Ok(id) }
        };
        within(7, again(&mint, command)).await
    }

    #[actix_web::test]
    async fn whoever_has_to_wait_gets_what_the_first_would_have_got() {
        let at_once = made(0).await.unwrap();
        assert_eq!(made(2).await.unwrap(), at_once);
    }

    #[actix_web::test]
    async fn what_a_rule_refuses_is_refused_once() {
        let tries = Cell::new(0);
        let command = async || {
            tries.set(tries.get() + 1);
            Err::<(), _>(Problem::forbidden())
        };
        let refused = again(&Mint::seeded(1), command).await.unwrap_err();
        assert_eq!((refused.code(), tries.get()), (Code::Forbidden, 1));
    }
}
