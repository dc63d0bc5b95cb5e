//! Looking at API keys: one's own; an administrator those of its organisation; the corps'
//! regulator all, to revoke what has leaked.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::asked::ListApiKeys;
use super::model::{ApiKey, ApiKeyStatus};
use crate::app::App;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::identity::{Whose, store};
use crate::ids::ApiKeyId;
use crate::problem::Problem;

/// One key with its version; 404 for those that the actor may not know.
pub async fn one(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(ApiKey, i64), Problem> {
    store::key(&app.pool, Whose::seen_by(actor), id).await?.ok_or_else(Problem::not_found)
}

/// A page and one more, in the order of their making.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &ListApiKeys,
) -> Result<Vec<(ApiKey, i64)>, Problem> {
    store::keys(&app.pool, Whose::seen_by(actor), asked).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let seen = store::keys_among(pool, Whose::seen_by(actor), ids).await?;
    Ok(seen.into_iter().map(|key| key.id.uuid()).collect())
}

/// Keys by their ids, for the change feed.
pub async fn shown(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, ApiKey>, Problem> {
    let keys = store::keys_among(pool, Whose::All, ids).await?;
    Ok(keys.into_iter().map(|key| (key.id.uuid(), key)).collect())
}

impl ApiKey {
    /// As it stood after its event number `version`: the first makes it, the second revokes it.
    #[must_use]
    pub fn as_at(self, version: i64) -> Self {
        let status = if version > 1 { ApiKeyStatus::Revoked } else { ApiKeyStatus::Active };
        Self { status, ..self }
    }
}
