//! Which external ids an organisation has used: a bulk request asks for many at once.

use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use crate::db::Pool;
use crate::db::schema::manifest as t;
use crate::ids::{ManifestId, OrganisationId};
use crate::problem::Problem;

/// The manifests that `filer` filed under these ids of its own.
pub async fn filed_as(
    pool: &Pool,
    filer: OrganisationId,
    external_ids: &[&str],
) -> Result<HashMap<String, ManifestId>, Problem> {
    if external_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(Option<String>, uuid::Uuid)> = t::table
        .filter(t::filed_by_id.eq(filer.uuid()).and(t::external_id.eq_any(external_ids)))
        .select((t::external_id, t::id))
        .load(&mut pool.get().await?)
        .await?;
    let named = |(external_id, id): (Option<String>, _)| Some((external_id?, ManifestId::of(id)));
    Ok(found.into_iter().filter_map(named).collect())
}
