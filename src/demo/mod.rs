//! The demo world: organisations of all 14 divisions in the registers, and some weeks of the life
//! that the simulator gives them, with a handful of frauds, on the sandbox clock.
//!
//! Everything goes the one way in (`command::run`): what production refuses, the demo cannot have.
//! The same program gives the same world on the same day. Names are invented.

mod account;
mod act;
mod cast;
mod registers;
mod store;

pub use account::Account;

use crate::app::App;
use crate::problem::Problem;
use crate::simulate::{self, Label};

/// A demo, as it is opened.
#[derive(Clone, Debug)]
pub struct Demo {
    pub accounts: Vec<Account>,
    /// What is wrong in its world, where it has just been made.
    pub labels: Option<Vec<Label>>,
}

/// Fills an empty database, or finds the demo that is there already. The clock is turned back
/// first, and stands at the present again when this returns.
pub async fn seed(app: &App) -> Result<Demo, Problem> {
    let mut labels = None;
    if registers::is_empty(app).await? {
        let (present, mark) = (app.clock.now(), app.clock.mark());
        app.clock.set(simulate::beginning(present));
        let members = registers::build(app).await?;
        let lived = simulate::past(app, &members, present, &mut |_| ()).await;
        // Filling it took a while: the present is later by now.
        app.clock.back_to(mark);
        labels = Some(lived?);
    }
    Ok(Demo { accounts: store::accounts(&app.pool).await?, labels })
}
