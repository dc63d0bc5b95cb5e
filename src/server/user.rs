//! Users made by the program itself: somebody must be there before the first can sign in.

use serde_json::{Value, json};

use super::StartError;
use super::open::open;
use super::production::Production;
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::identity::{self, User};
use crate::mint::Mint;
use crate::problem::{Lang, Problem};
use crate::registry;
use crate::wire;

/// A user to make, in the API's own shapes.
pub struct NewUser {
    /// `POST /organisations`: its organisation, where that is to be made as well.
    pub organisation: Option<Value>,
    /// `POST /users`.
    pub user: Value,
}

/// Makes it, by the rules of the API and with the events of the API. Blocks.
pub fn create_user(production: &Production, new: NewUser) -> Result<User, StartError> {
    actix_web::rt::System::new().block_on(async {
        let opening = open(&production.serving, Mint::random(), &production.database_url);
        let (app, drain) = opening.await?;
        let made = Box::pin(make(&app, new)).await;
        drop(app);
        drain.wait().await;
        made.map_err(|problem| StartError::Refused(Box::new(problem)))
    })
}

async fn make(app: &App, mut new: NewUser) -> Result<User, Problem> {
    if let Some(organisation) = &new.organisation {
        let asked = wire::asked(organisation.to_string().as_bytes())?;
        let made = registry::organisation::register(app, &by_the_program(app), asked).await?;
        new.user["organisation_id"] = json!(made.value.id);
        // Told even if the user is then refused: the next try names it instead of making it.
        tracing::warn!(organisation.id = %made.value.id, "the organisation was registered");
    }
    identity::seed_user(app, wire::read(new.user.to_string().as_bytes())?).await
}

/// The context of what the program does itself.
pub(super) fn by_the_program(app: &App) -> Ctx {
    Ctx {
        lang: Lang::En,
        ..Ctx::unasked(Actor::system(), (app.clock.now(), app.clock.wall()), "command line")
    }
}
