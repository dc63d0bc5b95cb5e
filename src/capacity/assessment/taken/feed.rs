//! Frozen assessments in the change feed.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use super::model::{KeptAssessmentView, Taken};
use super::{store, take};
use crate::ctx::Actor;
use crate::db::Pool;
use crate::problem::Problem;

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let Some(sight) = take::sight(actor) else { return Ok(HashSet::new()) };
    Ok(store::among(pool, ids, sight).await?.into_iter().collect())
}

/// As the API shows it, of its event's data.
pub fn shown(data: Value) -> Result<Value, Problem> {
    let taken: Taken = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(KeptAssessmentView::from(&taken)).map_err(Problem::internal)
}
