//! What the change feed needs of inspections.

use serde_json::Value;

use super::model::Inspection;
use super::view::inspection_view;
use crate::ctx::Actor;
use crate::problem::Problem;

pub use super::list::seen_among;

/// The inspection as the actor sees it.
pub fn shown(actor: &Actor, data: Value) -> Result<Value, Problem> {
    let inspection: Inspection = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(inspection_view(&inspection, actor)).map_err(Problem::internal)
}
