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
use crate::ids::SiteId;
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
            named.extend(sites(&container));
        }
        rows::sites_among(&app.pool, &Scope::of(actor), &named).await.map(Self)
    }

    /// The container as it stood after an event with this data; `None` for who did not see it then.
    pub fn shown(&self, app: &App, data: &Value) -> Result<Option<Value>, Problem> {
        let container = read(data)?;
        if !sites(&container).any(|site| self.0.contains(&site.uuid())) {
            return Ok(None);
        }
        let view = ContainerView::of(&container, &app.catalogue);
        serde_json::to_value(view).map(Some).map_err(Problem::internal)
    }
}

/// Where it was filled, where it was refused, and where it is sent.
fn sites(container: &Container) -> impl Iterator<Item = SiteId> + use<> {
    let carriages = [&container.refused_on, &container.manifest].into_iter().flatten();
    let to: Vec<SiteId> = carriages.map(|carriage| carriage.receiver_site_id).collect();
    [container.site_id].into_iter().chain(to)
}

fn read(data: &Value) -> Result<Container, Problem> {
    serde_json::from_value(data.clone()).map_err(Problem::internal)
}
