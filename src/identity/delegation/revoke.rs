//! Ending a delegation (`DELETE /delegations/{id}`): its giver's administrator, its holder's, who
//! thereby lays it down, or the corps' regulator. What was signed by it stays signed.

use std::sync::Arc;

use super::give::written;
use super::look;
use super::model::{Delegation, DelegationStatus};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::{Decision, Guard};
use crate::identity::policy;
use crate::ids::DelegationId;
use crate::problem::Problem;
use crate::wire::{Asked, Nothing};

pub async fn revoke(
    app: &App,
    ctx: &Ctx,
    id: DelegationId,
    nothing: Asked<Nothing>,
) -> Result<(), Problem> {
    let read = async |_| look::one(app, &ctx.actor, id).await;
    let decide = |(before, version): &(Delegation, i64)| decide(before, *version, &nothing, ctx);
    let done = command::run::<_, Delegation>(app, ctx, read, decide).await?;
    if let Done::Written { output, .. } = done {
        app.identity.mandates.forget(output.to_organisation_id);
    }
    Ok(())
}

/// 403, 412, 422; one that is revoked already stays so, without an event.
fn decide(
    before: &Delegation,
    version: i64,
    nothing: &Asked<Nothing>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::require(may_end(&ctx.actor, before))?;
    ctx.expect_version(version)?;
    nothing.as_ref().map_err(Clone::clone)?;
    if before.status == DelegationStatus::Revoked {
        return Ok(unchanged(before, version, ctx));
    }
    let after = Delegation { status: DelegationStatus::Revoked, ..before.clone() };
    written(&after, Some(version), "delegation_revoked", ctx)
}

fn may_end(actor: &Actor, delegation: &Delegation) -> bool {
    let sides = [delegation.organisation_id, delegation.to_organisation_id];
    let own = sides.into_iter().any(|side| policy::belongs_to(actor, side));
    policy::governs(actor) || (own && actor.role == Role::Admin)
}

fn unchanged(before: &Delegation, version: i64, ctx: &Ctx) -> Decision {
    let read = Guard { subject: before.subject(), version };
    Decision::unchanged(read, ctx, 204, Arc::new(before.clone()))
}
