//! The sandbox's clock as a use case: forward only, in the database, and with all that it sets off
//! done before it answers (api.md, "Sandbox"). The list of what it sets off is also what the
//! clock's worker goes through (`server/clock.rs`).

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, TryFutureExt};

use crate::anomaly;
use crate::app::App;
use crate::clock::rfc3339;
use crate::db::sandbox_clock;
use crate::limits::SETTLE_S_MAX;
use crate::manifest;
use crate::problem::{Code, Problem, Text};
use crate::round;

/// Work that business time sets off (deadlines, expiries): does all that is due by an instant.
type ClockDriven = for<'a> fn(&'a App, DateTime<Utc>) -> LocalBoxFuture<'a, Result<(), Problem>>;

/// Every kind of it, in the order in which one may set off the next. A worker that follows the
/// clock is added here, or the sandbox would call settled what is not.
const CLOCK_DRIVEN: &[ClockDriven] = &[amendments, confirmations];

fn amendments(app: &App, until: DateTime<Utc>) -> LocalBoxFuture<'_, Result<(), Problem>> {
    manifest::expire_due(app, until).map_ok(|_| ()).boxed_local()
}

fn confirmations(app: &App, until: DateTime<Utc>) -> LocalBoxFuture<'_, Result<(), Problem>> {
    round::silence_due(app, until).map_ok(|_| ()).boxed_local()
}

/// Does all that is due now: what the clock's worker calls, in a sandbox and in earnest.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    for work in CLOCK_DRIVEN {
        work(app, now).await?;
    }
    Ok(())
}

/// Moves the clock to `to`; answers whether all that is due by then is done.
pub async fn advance(app: &App, to: DateTime<Utc>) -> Result<bool, Problem> {
    let shift = to - app.clock.wall();
    if to < app.clock.now() || !sandbox_clock::advance(&app.pool, shift).await? {
        let now = rfc3339(app.clock.now());
        let detail = Text::new(
            format!("时钟只能向前拨，现在是 {now}。"),
            format!("The clock only moves forward, and stands at {now}."),
        );
        return Err(Problem::at(Code::OccurredTooEarly, "/now", detail));
    }
    app.clock.set(to);
    settle(app, to).await
}

async fn settle(app: &App, to: DateTime<Utc>) -> Result<bool, Problem> {
    let all = async {
        for work in CLOCK_DRIVEN {
            work(app, to).await?;
        }
        // After the others: it sees what they did.
        anomaly::catch_up(app).await
    };
    match tokio::time::timeout(Duration::from_secs(SETTLE_S_MAX), all).await {
        Ok(done) => done.map(|()| true),
        Err(_late) => Ok(false),
    }
}
