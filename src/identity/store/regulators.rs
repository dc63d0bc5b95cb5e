//! Whom to tell of what an authority should look at.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::ctx::Role;
use crate::db::Pool;
use crate::db::schema::app_user as t;
use crate::identity::user::UserStatus;
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// The organisations whose active people regulate one of these divisions: those of the division
/// itself, and where it has none, the corps'.
pub async fn regulators_of(
    pool: &Pool,
    divisions: &[&str],
) -> Result<Vec<OrganisationId>, Problem> {
    let found: Vec<(Uuid, Option<String>)> = t::table
        .filter(t::status.eq(UserStatus::Active.as_str()))
        .filter(
            t::role
                .eq(Role::DivisionRegulator.as_str())
                .and(t::division.eq_any(divisions))
                .or(t::role.eq(Role::CorpsRegulator.as_str())),
        )
        .select((t::organisation_id, t::division))
        .distinct()
        .load(&mut pool.get().await?)
        .await?;
    let mut told = Vec::new();
    for division in divisions {
        let own = |(_, of): &&(Uuid, Option<String>)| of.as_deref() == Some(division);
        let own: Vec<_> = found.iter().filter(own).collect();
        let corps = found.iter().filter(|(_, of)| own.is_empty() && of.is_none());
        told.extend(own.iter().copied().chain(corps).map(|(id, _)| OrganisationId::of(*id)));
    }
    told.sort_unstable();
    told.dedup();
    Ok(told)
}
