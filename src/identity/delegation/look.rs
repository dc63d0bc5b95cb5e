//! Looking at delegations: both organisations and the regulators of both see them, nobody else.

use std::collections::HashSet;

use uuid::Uuid;

use super::asked::ListDelegations;
use super::model::Delegation;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Actor;
use crate::db::Pool;
use crate::identity::look::visible_to;
use crate::identity::policy;
use crate::identity::store;
use crate::ids::DelegationId;
use crate::problem::Problem;

/// One delegation with its version; 404 for those that the actor may not know.
pub async fn one(app: &App, actor: &Actor, id: DelegationId) -> Result<(Delegation, i64), Problem> {
    let found = store::delegation(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    for side in [found.0.organisation_id, found.0.to_organisation_id] {
        let organisation = app.registers.organisation(&app.pool, side, Freshness::Cached).await?;
        let sees = |division: &str| policy::sees_user(actor, side, division);
        if organisation.is_some_and(|one| sees(&one.division)) {
            return Ok(found);
        }
    }
    Err(Problem::not_found())
}

/// A page and one more, in the order of their giving.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &ListDelegations,
) -> Result<Vec<(Delegation, i64)>, Problem> {
    store::delegations(&app.pool, (actor.organisation_id, &visible_to(actor)), asked).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    store::delegations_seen_among(pool, &visible_to(actor), ids).await
}

/// A delegation as it stood after its event number `version`: what a repeat of a command answers.
pub async fn as_it_stood(
    pool: &Pool,
    id: DelegationId,
    version: i64,
) -> Result<Delegation, Problem> {
    store::recorded(pool, id.uuid(), version).await
}
