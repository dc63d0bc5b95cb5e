//! The clock's worker: does what business time sets off (expiries), in every process that serves.
//! Several of them may look at the same time: what each does is fenced by its own commit.

use std::convert::Infallible;

use crate::app::App;
use crate::limits::CLOCK_TICK;
use crate::sandbox::tick;

/// Looks for what is due, again and again, until it is dropped.
pub(super) async fn follow(app: &App) -> Infallible {
    loop {
        tokio::time::sleep(CLOCK_TICK).await;
        if let Err(problem) = tick(app).await {
            // The next look finds the same again.
            let (code, cause) = (problem.code().as_str(), &problem.cause);
            tracing::warn!(problem.code = code, ?cause, "clock-driven work was put off");
        }
    }
}
