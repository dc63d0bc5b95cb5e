//! One of the events that prove a case, as it was hashed, with its place in the log.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::anomaly;
use crate::app::App;
use crate::ctx::Ctx;
use crate::custody::{self, CommandProof};
use crate::identity::policy;
use crate::ids::AnomalyId;
use crate::journal;
use crate::problem::Problem;

/// An event that proves a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseEventView {
    /// Its position in the log.
    pub position: i64,
    /// What it says.
    #[schema(value_type = Object)]
    pub event: Value,
    /// The canonical JSON that was hashed, as it was hashed.
    pub body: String,
    /// Where it stands in the log; null where no checkpoint covers it within five seconds.
    #[schema(required)]
    pub proof: Option<CommandProof>,
}

/// An event of a case. Errors: 404 for a case that the caller does not see, and for what is none
/// of its events; 403 to the parties.
pub async fn case_event(
    app: &App,
    ctx: &Ctx,
    (id, position): (AnomalyId, i64),
) -> Result<CaseEventView, Problem> {
    let stored = anomaly::one(app, &ctx.actor, id).await?;
    policy::require(policy::is_system(&ctx.actor) || ctx.actor.role.is_regulator())?;
    if !stored.case.proofs.contains(&position) {
        return Err(Problem::not_found());
    }
    let found = journal::bodies(&app.pool, &[position]).await?.pop();
    let (_, body) = found.ok_or_else(Problem::not_found)?;
    let place = u64::try_from(position).map_err(Problem::internal)?;
    let proof = custody::command_proof(app, &[place]).await?;
    let event = serde_json::from_str(&body).map_err(Problem::internal)?;
    Ok(CaseEventView { position, event, body, proof })
}
