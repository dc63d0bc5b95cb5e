//! One-time codes: who may have one, for which step (domain.md, "Countersigning").

use super::asked::SignCode;
use super::second::purpose;
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::identity::policy as may;
use crate::identity::{self, SigningCode};
use crate::manifest::act::parties_of;
use crate::manifest::draft_store;
use crate::manifest::sight::visible;
use crate::manifest::status::Action;
use crate::problem::{Code, Fault, Problem};
use crate::registry::Part;
use crate::wire::Asked;

/// A code for the caller, with which it signs one step of one manifest.
pub async fn signing_code(
    app: &App,
    ctx: &Ctx,
    asked: Asked<SignCode>,
) -> Result<Done<SigningCode>, Problem> {
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let action = asked.action.action();
    let stored = match visible(app, &ctx.actor, asked.manifest_id).await {
        Ok(stored) => stored,
        Err(problem) if problem.code() == Code::NotFound => {
            may::require(signs_draft(app, ctx, &asked).await?)?;
            return identity::issue_code(app, ctx, purpose(asked.manifest_id, action)).await;
        }
        Err(problem) => return Err(problem),
    };
    let parties = parties_of(&ctx.actor, &stored.manifest);
    may::require(asked.action.signers().iter().any(|party| parties.contains(party)))?;
    identity::issue_code(app, ctx, purpose(asked.manifest_id, action)).await
}

/// The producer of a round's stop signs the departure of what is still a draft: it is filed and
/// leaves as it is collected.
async fn signs_draft(app: &App, ctx: &Ctx, asked: &SignCode) -> Result<bool, Problem> {
    let own = ctx.actor.organisation_id;
    let draft = draft_store::find(&app.pool, &ctx.actor, asked.manifest_id).await?;
    let draft = draft.ok_or_else(|| Fault::unknown_reference("/manifest_id"))?;
    let is_producer = draft.producer == Some(own) && may::plays(&ctx.actor, Part::Producer);
    Ok(is_producer && asked.action.action() == Action::Depart)
}
