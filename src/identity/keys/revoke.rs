//! Revoking an API key (`DELETE /api-keys/{id}`): who made it, an administrator of its
//! organisation, or the corps' regulator. It is good for nothing from that moment on.

use std::sync::Arc;

use super::look;
use super::make::written;
use super::model::{ApiKey, ApiKeyStatus};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, Guard};
use crate::ids::ApiKeyId;
use crate::problem::Problem;
use crate::wire::{Asked, Nothing};

pub async fn revoke(
    app: &App,
    ctx: &Ctx,
    id: ApiKeyId,
    nothing: Asked<Nothing>,
) -> Result<(), Problem> {
    let read = async |_| look::one(app, &ctx.actor, id).await;
    let decide = |(before, version): &(ApiKey, i64)| decide(before, *version, &nothing, ctx);
    if let Done::Written { .. } = command::run::<_, ApiKey>(app, ctx, read, decide).await? {
        app.identity.keys.forget(id);
    }
    Ok(())
}

/// 412, 422; one that is revoked already stays so, without an event.
fn decide(
    before: &ApiKey,
    version: i64,
    nothing: &Asked<Nothing>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    ctx.expect_version(version)?;
    nothing.as_ref().map_err(Clone::clone)?;
    if before.status == ApiKeyStatus::Revoked {
        return Ok(unchanged(before, version, ctx));
    }
    Ok(written(&ApiKey { status: ApiKeyStatus::Revoked, ..before.clone() }, None, ctx))
}

fn unchanged(before: &ApiKey, version: i64, ctx: &Ctx) -> Decision {
    let read = Guard { subject: before.subject(), version };
    Decision::unchanged(read, ctx, 204, Arc::new(before.clone()))
}
