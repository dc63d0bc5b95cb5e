//! Whole entries of the log, for those who oversee all of it.

use super::store;
use super::tiles::{Place, TILE_WIDTH, bundle};
use crate::app::App;
use crate::ctx::Actor;
use crate::identity::policy as may;
use crate::problem::Problem;

/// An entry bundle (C2SP tlog-tiles): the bodies of events as they were hashed. 403 to whoever is
/// no regulator: they are the record of everybody. The tile must be there.
pub async fn entries(app: &App, actor: &Actor, place: Place) -> Result<Vec<u8>, Problem> {
    may::require(actor.role.is_regulator())?;
    let from = place.n * TILE_WIDTH;
    let bodies = store::bodies(&app.pool, from, from + place.width).await?;
    bundle(&bodies).ok_or_else(|| Problem::internal("an event is too large for a bundle"))
}
