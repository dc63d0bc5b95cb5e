//! A webhook's deliveries: looked at, sent again by hand, and one to try it with. None of it is
//! part of the record.

use super::asked::ListDeliveries;
use super::{claim_store, look, post};
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::ids::{DeliveryId, WebhookId};
use crate::notify::delivery::{Attempt, Delivery, DeliveryStatus};
use crate::notify::delivery_store as store;
use crate::problem::{Code, Problem, Text};
use crate::wire::{Asked, Nothing};

/// A page, newest first, and one more.
pub async fn list(
    app: &App,
    actor: &Actor,
    (webhook, asked): (WebhookId, &ListDeliveries),
) -> Result<Vec<Delivery>, Problem> {
    look::one(app, actor, webhook).await?;
    let from = (asked.cursor.as_ref().map(|cursor| cursor.0), asked.limit.rows_to_read());
    store::of_target(&app.pool, webhook.uuid(), asked.status, from).await
}

/// One with its attempts.
pub async fn one(
    app: &App,
    actor: &Actor,
    (webhook, id): (WebhookId, DeliveryId),
) -> Result<(Delivery, Vec<Attempt>), Problem> {
    let delivery = found(app, actor, (webhook, id)).await?;
    Ok((delivery, store::attempts(&app.pool, id).await?))
}

async fn found(
    app: &App,
    actor: &Actor,
    (webhook, id): (WebhookId, DeliveryId),
) -> Result<Delivery, Problem> {
    look::one(app, actor, webhook).await?;
    store::one(&app.pool, webhook.uuid(), id).await?.ok_or_else(Problem::not_found)
}

/// It is sent again, under the same id, with all the attempts of a new one.
pub async fn redeliver(
    app: &App,
    ctx: &Ctx,
    of: (WebhookId, DeliveryId),
    nothing: Asked<Nothing>,
) -> Result<Delivery, Problem> {
    let before = found(app, &ctx.actor, of).await?;
    nothing?;
    if ctx.validate_only {
        let next_attempt_at = Some(ctx.wall);
        return Ok(Delivery { status: DeliveryStatus::Pending, next_attempt_at, ..before });
    }
    may_send(app, ctx, of.0).await?;
    store::again(&app.pool, of.1, ctx.wall).await?;
    app.notify.wake.notify_waiters();
    found(app, &ctx.actor, of).await
}

/// 429 where somebody has sent too much by hand of late.
async fn may_send(app: &App, ctx: &Ctx, webhook: WebhookId) -> Result<(), Problem> {
    let Err(wait) = claim_store::by_hand(&app.pool, webhook, ctx.wall).await? else {
        return Ok(());
    };
    let seconds = wait.num_seconds().max(0) + 1;
    let detail = Text::new(
        format!("测试与重发过于频繁，请 {seconds} 秒后再试。"),
        format!("Too many trials and redeliveries; try again in {seconds} seconds."),
    );
    let mut problem = Problem::new(Code::TooManyRequests, detail);
    problem.retry_after_s = u32::try_from(seconds).ok();
    Err(problem)
}

/// A delivery to try it with, which is about nothing.
pub async fn ping(
    app: &App,
    ctx: &Ctx,
    webhook: WebhookId,
    nothing: Asked<Nothing>,
) -> Result<Delivery, Problem> {
    look::one(app, &ctx.actor, webhook).await?;
    nothing?;
    let own = post::trial(app, ctx, webhook.uuid());
    let delivery = Delivery {
        id: own.id,
        target_id: own.target_id,
        kind: own.kind.to_owned(),
        subject: None,
        position: None,
        happened_at: own.happened_at,
        content: own.content.clone(),
        status: DeliveryStatus::Pending,
        attempts: 0,
        next_attempt_at: Some(own.wall),
        created_at: own.wall,
        read_at: None,
    };
    if !ctx.validate_only {
        may_send(app, ctx, webhook).await?;
        store::insert(&app.pool, &[own]).await?;
        app.notify.wake.notify_waiters();
    }
    Ok(delivery)
}
