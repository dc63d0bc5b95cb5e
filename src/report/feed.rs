//! Reports in the change feed.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::model::Report;
use super::shown::ReportView;
use super::store;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::problem::Problem;
use crate::registry::Scope;

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    Ok(store::among(pool, ids, &Scope::of(actor)).await?.into_iter().collect())
}

/// As the API shows it, of its event's data.
pub fn shown(data: Value) -> Result<Value, Problem> {
    let report: Report = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(ReportView::from(&report)).map_err(Problem::internal)
}
