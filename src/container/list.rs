//! Lists of containers, in the order of registration.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Container, ContainerStatus};
use super::store::read;
use crate::catalogue::WasteCode;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::db::schema::{container as t, subject};
use crate::ids::{ManifestId, SiteId};
use crate::problem::Problem;
use crate::registry::rows::sites_seen;
use crate::registry::{Known, Scope};
use crate::wire::{Cursor, PageLimit, paged, wire};

wire! {
    /// Which containers to list; all that are given must hold.
    pub struct ContainerFilter {
        /// Where they were filled, or where they were sent.
        pub site_id: Option<SiteId>,
        pub waste_code: Option<WasteCode>,
        pub status: Option<ContainerStatus>,
        pub manifest_id: Option<ManifestId>,
        /// Those that left and were not found at the gate, or all others.
        pub missing: Option<bool>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(ContainerFilter);

/// A page of containers that were filled at one's sites or sent there, with one row more than is
/// shown.
pub async fn page(
    pool: &Pool,
    actor: &Actor,
    filter: &ContainerFilter,
) -> Result<Vec<Known<Container>>, Problem> {
    let scope = Scope::of(actor);
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((t::state, subject::version))
        .order(t::id)
        .limit(filter.limit.rows_to_read())
        .into_boxed();
    if let (Some(from), Some(to)) = (sites_seen(&scope), sites_seen(&scope)) {
        query = query.filter(t::site_id.eq_any(from).or(t::to_site_id.eq_any(to)));
    }
    if let Some(Cursor(after)) = filter.cursor {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(t::site_id.eq(site.uuid()).or(t::to_site_id.eq(site.uuid())));
    }
    if let Some(code) = filter.waste_code {
        query = query.filter(t::waste_code.eq(code.to_string()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(manifest) = filter.manifest_id {
        query = query.filter(t::manifest_id.is_not_distinct_from(manifest.uuid()));
    }
    if let Some(missing) = filter.missing {
        query = query.filter(t::missing.eq(missing));
    }
    let rows: Vec<(Value, i64)> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}
