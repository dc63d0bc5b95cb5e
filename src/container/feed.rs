//! What the change feed needs of containers. Who sees an event is asked of the container as that
//! event left it: a receiver sees it from its reservation on, and nothing of what was before.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::model::Container;
use super::store::seen_by_site;
use super::view::ContainerView;
use crate::app::App;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::problem::Problem;
use crate::registry::{Scope, rows};

/// Those of `ids` that the actor may see as they are now; [`Sites`] has the last word.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    seen_by_site(pool, &Scope::of(actor), ids).await
}

/// Of the sites that some events name, those that the actor sees.
pub struct Sites(HashSet<Uuid>);

impl Sites {
    pub async fn read(app: &App, actor: &Actor, events: &[&Value]) -> Result<Self, Problem> {
        let mut named = Vec::with_capacity(events.len());
        for data in events {
            let container = read(data)?;
            named.push(container.site_id);
            named.extend(container.manifest.map(|carriage| carriage.receiver_site_id));
        }
        rows::sites_among(&app.pool, &Scope::of(actor), &named).await.map(Self)
    }

    /// The container as it stood after an event with this data; `None` for who did not see it then.
    pub fn shown(&self, app: &App, data: &Value) -> Result<Option<Value>, Problem> {
        let container = read(data)?;
        let to = container.manifest.as_ref().map(|carriage| carriage.receiver_site_id.uuid());
        if !self.0.contains(&container.site_id.uuid()) && to.is_none_or(|to| !self.0.contains(&to))
        {
            return Ok(None);
        }
        let view = ContainerView::of(&container, &app.catalogue);
        serde_json::to_value(view).map(Some).map_err(Problem::internal)
    }
}

fn read(data: &Value) -> Result<Container, Problem> {
    serde_json::from_value(data.clone()).map_err(Problem::internal)
}
