//! Looking at device keys: one's own; in the change feed an administrator those of its
//! organisation, the corps' regulator all.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::model::DeviceKey;
use crate::app::App;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::identity::{Whose, store};
use crate::ids::{DeviceKeyId, UserId};
use crate::problem::Problem;

/// One's own, newest first, with their versions.
pub async fn own(app: &App, user: UserId) -> Result<Vec<(DeviceKey, i64)>, Problem> {
    store::device_keys(&app.pool, user).await
}

/// One of one's own with its version; 404 for any other.
pub async fn one(app: &App, user: UserId, id: DeviceKeyId) -> Result<(DeviceKey, i64), Problem> {
    let found = key(&app.pool, id).await?;
    found.filter(|(key, _)| key.user_id == user).ok_or_else(Problem::not_found)
}

/// Whoever's it is, with its version.
pub async fn key(pool: &Pool, id: DeviceKeyId) -> Result<Option<(DeviceKey, i64)>, Problem> {
    store::device_key(pool, id).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let seen = store::device_keys_among(pool, Whose::seen_by(actor), ids).await?;
    Ok(seen.into_iter().map(|key| key.id.uuid()).collect())
}

/// Keys by their ids, for the change feed.
pub async fn shown(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, DeviceKey>, Problem> {
    let keys = store::device_keys_among(pool, Whose::All, ids).await?;
    Ok(keys.into_iter().map(|key| (key.id.uuid(), key)).collect())
}
