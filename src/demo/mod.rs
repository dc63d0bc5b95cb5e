//! The demo world: organisations of all 14 divisions and three weeks of their manifests, made by
//! the real commands on the sandbox clock, in every state a manifest can be in.
//!
//! Everything goes the one way in (`command::run`): what production refuses, the demo cannot have.
//! The same program gives the same world: chance comes from a fixed seed. Names are invented.

mod account;
mod act;
mod cast;
mod life;
mod loads;
mod registers;

pub use account::{Account, PASSWORD};

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::problem::Problem;

/// Days of life before the present.
const DAYS: i64 = 21;

/// Makes the world and answers with its logins. The clock is turned back first and stands at
/// `present` when this returns.
pub async fn seed(app: &App, present: DateTime<Utc>) -> Result<Vec<Account>, Problem> {
    app.clock.set(present - TimeDelta::days(DAYS + 1));
    let world = registers::build(app).await?;
    life::live(app, &world, present, DAYS).await?;
    app.clock.set(present);
    Ok(world.accounts)
}

/// Whether this database has no organisation yet.
pub async fn is_empty(app: &App) -> Result<bool, Problem> {
    registers::is_empty(app).await
}
