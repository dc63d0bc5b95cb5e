//! Emergency plans in the change feed.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::model::{EmergencyPlan, EmergencyPlanView};
use super::{keep, store};
use crate::ctx::Actor;
use crate::db::Pool;
use crate::problem::Problem;

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let Some(sight) = keep::sight(actor) else { return Ok(HashSet::new()) };
    Ok(store::among(pool, ids, sight).await?.into_iter().collect())
}

/// As the API shows it on a day, of its event's data.
pub fn shown(data: Value, day: NaiveDate) -> Result<Value, Problem> {
    let plan: EmergencyPlan = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(EmergencyPlanView::on(&plan, day)).map_err(Problem::internal)
}
