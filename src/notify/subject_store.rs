//! What topics need of tables that no room tells of: entries as an event left them, whose a site
//! is, and where.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::{event, organisation, site};
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

/// Whose something is, and where.
pub struct Owned {
    pub organisation_id: OrganisationId,
    pub division: String,
    pub regiment: Option<String>,
}

/// Whose these sites are and where they lie, and the same of organisations, by their ids.
pub async fn owned(
    pool: &Pool,
    sites: &[Uuid],
    organisations: &[Uuid],
) -> Result<HashMap<Uuid, Owned>, Problem> {
    let mut conn = pool.get().await?;
    let query = site::table.filter(site::id.eq_any(sites)).select((
        site::id,
        site::organisation_id,
        site::division,
        site::regiment,
    ));
    let rows: Vec<(Uuid, Uuid, String, Option<String>)> = query.load(&mut conn).await?;
    let of_site = |(id, of, division, regiment)| {
        (id, Owned { organisation_id: OrganisationId::of(of), division, regiment })
    };
    let mut found: HashMap<Uuid, Owned> = rows.into_iter().map(of_site).collect();
    let query = organisation::table
        .filter(organisation::id.eq_any(organisations))
        .select((organisation::id, organisation::division));
    let rows: Vec<(Uuid, String)> = query.load(&mut conn).await?;
    found.extend(rows.into_iter().map(|(id, division)| {
        (id, Owned { organisation_id: OrganisationId::of(id), division, regiment: None })
    }));
    Ok(found)
}
