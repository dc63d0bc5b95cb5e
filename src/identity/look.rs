//! Looking at users: oneself (`GET /me`), one, and the list that one may see.

use std::collections::HashSet;

use uuid::Uuid;

use super::asked::ListUsers;
use super::policy;
use super::store::{self, Wanted};
use super::token::unauthorized;
use super::user::User;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Role};
use crate::db::Pool;
use crate::ids::UserId;
use crate::problem::Problem;
use crate::registry::{Known, Organisation};

/// Who one is, and for whom one acts.
pub struct Me {
    pub user: User,
    pub organisation: Known<Organisation>,
}

pub async fn me(app: &App, actor: &Actor) -> Result<Me, Problem> {
    let user = store::user(&app.pool, actor.user_id).await?.ok_or_else(unauthorized)?;
    let organisation = organisation_of(app, &user).await?;
    Ok(Me { user, organisation })
}

async fn organisation_of(app: &App, user: &User) -> Result<Known<Organisation>, Problem> {
    let id = user.organisation_id;
    let found = app.registers.organisation(&app.pool, id, Freshness::Cached).await?;
    found.ok_or_else(|| Problem::internal(format!("user {} has no organisation", user.id)))
}

/// One user; 404 for those that the actor may not know.
pub async fn one(app: &App, actor: &Actor, id: UserId) -> Result<User, Problem> {
    let user = store::user(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let organisation = organisation_of(app, &user).await?;
    let sees = policy::sees_user(actor, user.organisation_id, &organisation.division);
    policy::allow(sees, true)?;
    Ok(user)
}

/// A page of users and one more, in the order of their making.
pub async fn list(app: &App, actor: &Actor, asked: &ListUsers) -> Result<Vec<User>, Problem> {
    store::list(&app.pool, visible_to(actor), asked).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    store::seen_among(pool, visible_to(actor), ids).await
}

/// Those of `ids`, sign-ins, that the actor may see: its own, an administrator those of its
/// organisation, and who governs all.
pub async fn sign_ins_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let of = (actor.role == Role::Admin).then_some(actor.organisation_id);
    let whose = (!policy::governs(actor)).then_some((actor.user_id, of));
    store::sign_ins_among(pool, whose, ids).await
}

/// A user as it stood after its event number `version`: what a repeat of a command answers.
pub async fn as_at(app: &App, id: UserId, version: i64) -> Result<User, Problem> {
    store::as_at(&app.pool, id, version).await
}

/// The same people as [`policy::sees_user`] says, as a filter.
pub(super) fn visible_to(actor: &Actor) -> Wanted {
    let own = actor.organisation_id;
    if policy::governs(actor) {
        return Wanted::All;
    }
    match (actor.role, &actor.division) {
        (Role::DivisionRegulator, Some(division)) => Wanted::OwnAndDivision(own, division.clone()),
        _ => Wanted::Own(own),
    }
}
