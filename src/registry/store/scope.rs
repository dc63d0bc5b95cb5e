//! The rows of a private register that a list may show, as subqueries.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;

use super::super::access::Scope;
use crate::db::schema::{organisation, site};

/// The sites whose entries are in the scope; `None` where all are.
pub fn sites_seen(scope: &Scope) -> Option<site::BoxedQuery<'_, Pg, SqlUuid>> {
    let sites = site::table.select(site::id).into_boxed();
    match scope {
        Scope::All => None,
        Scope::Division { division, .. } => Some(sites.filter(site::division.eq(division))),
        Scope::Regiment { division, regiment, .. } => {
            Some(sites.filter(site::division.eq(division).and(site::regiment.eq(regiment))))
        }
        Scope::Own(own) => Some(sites.filter(site::organisation_id.eq(own.uuid()))),
        Scope::Nothing => Some(sites.filter(site::id.eq_any(Vec::<uuid::Uuid>::new()))),
    }
}

/// The organisations whose entries are in the scope; `None` where all are.
pub(super) fn organisations_seen(
    scope: &Scope,
) -> Option<organisation::BoxedQuery<'_, Pg, SqlUuid>> {
    let organisations = organisation::table.select(organisation::id).into_boxed();
    match scope {
        Scope::All => None,
        // An organisation has no regiment: its division's regiments see it (access.rs).
        Scope::Division { division, own } | Scope::Regiment { division, own, .. } => {
            let there = organisation::division.eq(division);
            Some(organisations.filter(there.or(organisation::id.eq(own.uuid()))))
        }
        Scope::Own(own) => Some(organisations.filter(organisation::id.eq(own.uuid()))),
        Scope::Nothing => {
            Some(organisations.filter(organisation::id.eq_any(Vec::<uuid::Uuid>::new())))
        }
    }
}
