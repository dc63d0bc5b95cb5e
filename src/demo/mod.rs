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
mod store;

pub use account::{Account, PASSWORD};
pub use act::body;

use chrono::TimeDelta;

use crate::app::App;
use crate::problem::Problem;

/// Days of life before the present.
const DAYS: i64 = 21;

/// Fills an empty database, or finds the demo that is there already; answers its logins either
/// way. The clock is turned back first, and stands at the present again when this returns.
pub async fn seed(app: &App) -> Result<Vec<Account>, Problem> {
    if registers::is_empty(app).await? {
        let present = app.clock.now();
        app.clock.set(present - TimeDelta::days(DAYS + 1));
        let members = registers::build(app).await?;
        life::live(app, &members, present, DAYS).await?;
        app.clock.set(present);
    }
    store::accounts(&app.pool).await
}
