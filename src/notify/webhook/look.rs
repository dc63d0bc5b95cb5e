//! Looking at webhooks: an administrator those of its organisation, a regulator its own. Nobody
//! else sees one, the corps' regulator neither: with a secret it could speak in this program's
//! name, and the address is the organisation's. Who sees one may change it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::asked::ListWebhooks;
use super::model::Webhook;
use super::store;
use crate::app::App;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::identity::Whose;
use crate::ids::WebhookId;
use crate::problem::Problem;

/// One with its version; 404 for those that the actor may not know.
pub async fn one(app: &App, actor: &Actor, id: WebhookId) -> Result<(Webhook, i64), Problem> {
    store::one(&app.pool, Whose::kept_by(actor), id).await?.ok_or_else(Problem::not_found)
}

/// A page and one more, in the order of their making.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &ListWebhooks,
) -> Result<Vec<(Webhook, i64)>, Problem> {
    store::page(&app.pool, Whose::kept_by(actor), asked).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let seen = store::among(pool, Whose::kept_by(actor), ids).await?;
    Ok(seen.into_iter().map(|one| one.id.uuid()).collect())
}

/// Webhooks by their ids, for the change feed.
pub async fn shown(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Webhook>, Problem> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::among(pool, Whose::All, ids).await?;
    Ok(found.into_iter().map(|one| (one.id.uuid(), one)).collect())
}

/// As it stood after so many of its events, for the repeat of a command.
pub async fn as_at(app: &App, id: WebhookId, version: i64) -> Result<(Webhook, i64), Problem> {
    let (now, _) = store::one(&app.pool, Whose::All, id).await?.ok_or_else(Problem::not_found)?;
    let data: Value = store::recorded_at(&app.pool, id.uuid(), version).await?;
    Ok((now.as_recorded(data).map_err(Problem::internal)?, version))
}
