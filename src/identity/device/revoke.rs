//! Revoking a device key of one's own (`DELETE /me/device-keys/{id}`).

use std::sync::Arc;

use super::asked::RevokeDeviceKey;
use super::look;
use super::model::{DeviceKey, DeviceKeyStatus};
use super::register::written;
use crate::app::App;
use crate::command;
use crate::ctx::Ctx;
use crate::decision::{Decision, EventDraft};
use crate::ids::DeviceKeyId;
use crate::problem::Problem;
use crate::wire::Asked;

pub async fn revoke(
    app: &App,
    ctx: &Ctx,
    id: DeviceKeyId,
    asked: Asked<RevokeDeviceKey>,
) -> Result<(), Problem> {
    let read = async |_| look::one(app, ctx.actor.user_id, id).await;
    let decide = |(before, version): &(DeviceKey, i64)| decide(before, *version, &asked, ctx);
    command::run::<_, DeviceKey>(app, ctx, read, decide).await.map(drop)
}

/// 412, 422; one that is revoked already stays so, without an event, unless it turns out that it
/// was lost.
fn decide(
    before: &DeviceKey,
    version: i64,
    asked: &Asked<RevokeDeviceKey>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    ctx.expect_version(version)?;
    let asked = asked.as_ref().map_err(Clone::clone)?;
    // Nothing claims a time before the key was there that could count then.
    let end = if asked.lost { before.created_at } else { ctx.now };
    if before.good_until.is_some_and(|known| known <= end) {
        let read = before.guard(version);
        return Ok(Decision::unchanged(read, ctx, 204, Arc::new(before.clone())));
    }
    let after =
        DeviceKey { status: DeviceKeyStatus::Revoked, good_until: Some(end), ..before.clone() };
    let event = EventDraft {
        subject: after.subject(),
        kind: "device_key_revoked",
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: after.recorded(),
    };
    Ok(written(after, event, Some(version), ctx))
}
