//! Looking at webhooks: an administrator those of its organisation, a regulator its own; the corps'
//! regulator all, to switch off what has leaked. Who sees one may change it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::asked::ListWebhooks;
use super::model::Webhook;
use super::store::{self, WebhooksOf};
use crate::app::App;
use crate::ctx::{Actor, Role};
use crate::db::Pool;
use crate::identity::policy;
use crate::ids::WebhookId;
use crate::problem::Problem;

/// Whose webhooks the actor sees.
fn whose(actor: &Actor) -> WebhooksOf {
    if policy::governs(actor) || policy::is_system(actor) {
        WebhooksOf::All
    } else if actor.role == Role::Admin {
        WebhooksOf::Organisation(actor.organisation_id)
    } else {
        WebhooksOf::User(actor.user_id)
    }
}

/// One with its version; 404 for those that the actor may not know.
pub async fn one(app: &App, actor: &Actor, id: WebhookId) -> Result<(Webhook, i64), Problem> {
    store::one(&app.pool, whose(actor), id).await?.ok_or_else(Problem::not_found)
}

/// A page and one more, in the order of their making.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &ListWebhooks,
) -> Result<Vec<(Webhook, i64)>, Problem> {
    store::page(&app.pool, whose(actor), asked).await
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

/// Webhooks by their ids, for the change feed.
pub async fn shown(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Webhook>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::among(pool, WebhooksOf::All, ids).await?;
    Ok(found.into_iter().map(|one| (one.id.uuid(), one)).collect())
}

/// As it stood after so many of its events, for the repeat of a command.
pub async fn as_at(app: &App, id: WebhookId, version: i64) -> Result<(Webhook, i64), Problem> {
    let (now, _) =
        store::one(&app.pool, WebhooksOf::All, id).await?.ok_or_else(Problem::not_found)?;
    let data: Value = store::recorded_at(&app.pool, id.uuid(), version).await?;
    Ok((now.as_recorded(data).map_err(Problem::internal)?, version))
}
