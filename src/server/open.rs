//! The app on a database that is reachable, ours to use and up to date, else a clear refusal.

use std::sync::Arc;

use crate::app::{App, Drain};
use crate::clock::Clock;
use crate::config::Serving;
use crate::db::{self, sandbox_clock};
use crate::mint::Mint;

use super::StartError;

/// Opens the app as the server runs it. In a sandbox its clock is the one that the database
/// remembers.
pub(super) async fn open(
    serving: &Serving,
    mint: Mint,
    url: &str,
) -> Result<(Arc<App>, Drain), StartError> {
    db::refuse_mighty(url).await?;
    let (app, drain) = App::open(serving.config.clone(), (Clock::wall_clock(), mint), url)?;
    db::refuse_behind(&app.pool).await?;
    if app.config.sandbox {
        let shift = sandbox_clock::shift(&app.pool).await.map_err(StartError::Clock)?;
        app.clock.set(app.clock.wall() + shift);
    }
    Ok((app, drain))
}
