//! What topics need of tables that no room tells of: entries as an event left them, and whose a
//! site is.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::{event, site};
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;

/// The `data` of the events at these positions.
pub async fn recorded(pool: &Pool, positions: &[i64]) -> Result<HashMap<i64, Value>, Problem> {
    #[derive(serde::Deserialize)]
    struct Body {
        data: Value,
    }
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let query = event::table
        .filter(event::position.eq_any(positions))
        .select((event::position, event::body));
    let rows: Vec<(i64, String)> = query.load(&mut pool.get().await?).await?;
    let read = |(position, body): (i64, String)| {
        let body: Body = serde_json::from_str(&body).map_err(Problem::internal)?;
        Ok((position, body.data))
    };
    rows.into_iter().map(read).collect()
}

/// Whose these sites are.
pub async fn owners(
    pool: &Pool,
    sites: &[Uuid],
) -> Result<HashMap<SiteId, OrganisationId>, Problem> {
    if sites.is_empty() {
        return Ok(HashMap::new());
    }
    let query =
        site::table.filter(site::id.eq_any(sites)).select((site::id, site::organisation_id));
    let rows: Vec<(Uuid, Uuid)> = query.load(&mut pool.get().await?).await?;
    let owner = |(site, of)| (SiteId::of(site), OrganisationId::of(of));
    Ok(rows.into_iter().map(owner).collect())
}
