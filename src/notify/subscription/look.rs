//! Looking at subscriptions and notices: one's own. The corps' regulator sees that there are
//! others, without their addresses, as the whole log is before it.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::asked::{ListNotices, ListSubscriptions};
use super::model::Subscription;
use super::store;
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::db::Pool;
use crate::identity::policy;
use crate::ids::{DeliveryId, SubscriptionId, UserId};
use crate::notify::delivery::Delivery;
use crate::notify::{delivery_store, webhook};
use crate::problem::Problem;
use crate::wire::{Asked, Nothing};

/// Whose the actor sees; none: everybody's.
fn whose(actor: &Actor) -> Option<UserId> {
    (!policy::governs(actor)).then_some(actor.user_id)
}

/// One with its version; 404 for those that the actor may not know.
pub async fn one(
    app: &App,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<(Subscription, i64), Problem> {
    store::one(&app.pool, whose(actor), id).await?.ok_or_else(Problem::not_found)
}

/// A page of one's own and one more, in the order of their making.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &ListSubscriptions,
) -> Result<Vec<(Subscription, i64)>, Problem> {
    store::page(&app.pool, actor.user_id, asked).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let seen = store::among(pool, whose(actor), ids).await?;
    Ok(seen.into_iter().map(|one| one.id.uuid()).collect())
}

/// Subscriptions by their ids, for the change feed.
pub async fn shown(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Subscription>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::among(pool, None, ids).await?;
    Ok(found.into_iter().map(|one| (one.id.uuid(), one)).collect())
}

/// As it stood after so many of its events, for the repeat of a command.
pub async fn as_at(
    app: &App,
    id: SubscriptionId,
    version: i64,
) -> Result<(Subscription, i64), Problem> {
    let (now, _) = store::one(&app.pool, None, id).await?.ok_or_else(Problem::not_found)?;
    let data = webhook::store::recorded_at(&app.pool, id.uuid(), version).await?;
    Ok((now.as_recorded(data).map_err(Problem::internal)?, version))
}

/// A page of one's notices, newest first, and one more.
pub async fn notices(
    app: &App,
    actor: &Actor,
    asked: &ListNotices,
) -> Result<Vec<Delivery>, Problem> {
    let from = (asked.cursor.as_ref().map(|cursor| cursor.0), asked.limit.rows_to_read());
    let unread = asked.unread.unwrap_or(false);
    delivery_store::notices(&app.pool, actor.user_id, unread, from).await
}

/// A notice was read; when it was read first stays.
pub async fn mark_read(
    app: &App,
    ctx: &Ctx,
    id: DeliveryId,
    nothing: Asked<Nothing>,
) -> Result<Delivery, Problem> {
    let user = ctx.actor.user_id;
    let found = delivery_store::notice(&app.pool, user, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    nothing?;
    if !ctx.validate_only {
        delivery_store::mark_read(&app.pool, id, ctx.wall).await?;
    }
    Ok(Delivery { read_at: found.read_at.or(Some(ctx.wall)), ..found })
}
