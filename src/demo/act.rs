//! Acting as somebody: contexts for the demo's people.

use crate::app::App;
use crate::ctx::{Actor, Ctx, Role, Via};
use crate::grant::Grants;
use crate::ids::{OrganisationId, UserId};
use crate::limits::UNASKED_WAIT_MAX;

/// A person of the demo.
#[derive(Clone, Debug)]
pub struct Person {
    pub user_id: UserId,
    pub organisation_id: OrganisationId,
    pub role: Role,
    pub division: Option<String>,
}

impl Person {
    /// The context of this person's next act, at the sandbox's time.
    pub fn ctx(&self, app: &App) -> Ctx {
        let actor = Actor {
            user_id: self.user_id,
            organisation_id: self.organisation_id,
            role: self.role,
            via: Via::Password,
            session_id: None,
            division: self.division.clone(),
            regiment: None,
            agency: None,
            grants: Grants::NONE,
        };
        ctx_of(app, actor)
    }
}

/// The program itself, for what comes before there is anybody.
pub fn system(app: &App) -> Ctx {
    ctx_of(app, Actor::system())
}

fn ctx_of(app: &App, actor: Actor) -> Ctx {
    // Nobody waits at the other end, and a slow disk is no reason to have no demo.
    let patience = UNASKED_WAIT_MAX;
    Ctx { patience, ..Ctx::unasked(actor, (app.clock.now(), app.clock.wall()), "demo") }
}
