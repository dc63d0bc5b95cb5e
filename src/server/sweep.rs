//! The sweeper: takes away files that nothing names, in every process that serves. Several may look
//! at the same time: each row goes once.

use std::convert::Infallible;

use crate::app::App;
use crate::blob::{self, SWEEP_TICK};

/// Looks again and again until it is dropped.
pub(super) async fn follow(app: &App) -> Infallible {
    loop {
        tokio::time::sleep(SWEEP_TICK).await;
        match blob::sweep(app, app.clock.wall()).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "files that nothing names were taken away"),
            Err(problem) => {
                // The next look finds the same again.
                let (code, cause) = (problem.code().as_str(), &problem.cause);
                tracing::warn!(problem.code = code, ?cause, "sweeping files was put off");
            }
        }
    }
}
