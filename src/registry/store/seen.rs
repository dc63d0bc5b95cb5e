//! Which of some entries somebody may see: the lists' own scopes, asked by id.

use std::collections::HashSet;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::super::access::Scope;
use super::scope::{organisations_seen, sites_seen};
use crate::db::Pool;
use crate::db::schema::{
    activity, co_disposal_facility, driver, emergency_plan_filed, facility_day, insurance_policy,
    ledger_entry, licence, management_plan, organisation, risk_source, site, storage_area,
    transfer_approval, vehicle, waste_stream,
};
use crate::decision::SubjectKind;
use crate::ids::SiteId;
use crate::problem::Problem;

/// A register of what belongs to a site or an organisation that is in the scope.
macro_rules! seen {
    ($pool:expr, $table:ident, $ids:expr, $owner:ident, $owners:expr) => {{
        let query = $table::table.select($table::id).filter($table::id.eq_any($ids));
        let query = query.into_boxed::<Pg>();
        let query = match $owners {
            Some(owners) => query.filter($table::$owner.eq_any(owners)),
            None => query,
        };
        query.load::<Uuid>(&mut $pool.get().await?).await?
    }};
}

/// Those of `ids`, entries of a register, that are in the scope.
pub async fn seen_among(
    pool: &Pool,
    scope: &Scope,
    (kind, ids): (SubjectKind, &[Uuid]),
) -> Result<HashSet<Uuid>, Problem> {
    let sites = sites_seen(scope);
    let owners = organisations_seen(scope);
    let found = match kind {
        // Open to all who are signed in (access.rs).
        SubjectKind::Site | SubjectKind::Licence => ids.to_vec(),
        SubjectKind::Organisation => {
            let query = organisation::table.select(organisation::id).into_boxed::<Pg>();
            let mut query = query.filter(organisation::id.eq_any(ids));
            if let Some(own) = owners {
                let plays = organisation::roles.ne(json!([]));
                query = query.filter(plays.or(organisation::id.eq_any(own)));
            }
            query.load(&mut pool.get().await?).await?
        }
        SubjectKind::Vehicle => seen!(pool, vehicle, ids, organisation_id, owners),
        SubjectKind::Driver => seen!(pool, driver, ids, organisation_id, owners),
        SubjectKind::StorageArea => seen!(pool, storage_area, ids, site_id, sites),
        SubjectKind::WasteStream => seen!(pool, waste_stream, ids, site_id, sites),
        SubjectKind::ManagementPlan => seen!(pool, management_plan, ids, site_id, sites),
        SubjectKind::LedgerEntry => seen!(pool, ledger_entry, ids, site_id, sites),
        SubjectKind::Activity => seen!(pool, activity, ids, site_id, sites),
        SubjectKind::CoDisposalFacility => seen!(pool, co_disposal_facility, ids, site_id, sites),
        SubjectKind::FacilityDay => seen!(pool, facility_day, ids, site_id, sites),
        SubjectKind::RiskSource => seen!(pool, risk_source, ids, site_id, sites),
        SubjectKind::EmergencyPlanFiled => seen!(pool, emergency_plan_filed, ids, site_id, sites),
        SubjectKind::InsurancePolicy => seen!(pool, insurance_policy, ids, organisation_id, owners),
        SubjectKind::TransferApproval => {
            use transfer_approval as t;
            let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed::<Pg>();
            // Either end sees it.
            if let (Some(from), Some(to)) = (sites, sites_seen(scope)) {
                let either = t::producer_site_id.eq_any(from).or(t::receiver_site_id.eq_any(to));
                query = query.filter(either);
            }
            query.load(&mut pool.get().await?).await?
        }
        // Of other rooms.
        SubjectKind::Manifest
        | SubjectKind::User
        | SubjectKind::Container
        | SubjectKind::Inspection
        | SubjectKind::Delegation
        | SubjectKind::ApiKey
        | SubjectKind::SignIn
        | SubjectKind::Round
        | SubjectKind::Trip
        | SubjectKind::Assessment
        | SubjectKind::EmergencyPlan
        | SubjectKind::TransferApplication
        | SubjectKind::Report
        | SubjectKind::Anomaly
        | SubjectKind::RuleSetting
        | SubjectKind::Track
        | SubjectKind::Webhook
        | SubjectKind::Subscription
        | SubjectKind::DeviceKey => Vec::new(),
    };
    Ok(found.into_iter().collect())
}

/// Those of `ids` of which the whole is in the scope, with all that became of them: of the public
/// registers as well, which show everybody how things stand now.
pub async fn whole_among(
    pool: &Pool,
    scope: &Scope,
    (kind, ids): (SubjectKind, &[Uuid]),
) -> Result<HashSet<Uuid>, Problem> {
    let found = match kind {
        SubjectKind::Site => seen!(pool, site, ids, id, sites_seen(scope)),
        SubjectKind::Licence => seen!(pool, licence, ids, site_id, sites_seen(scope)),
        SubjectKind::Organisation => seen!(pool, organisation, ids, id, organisations_seen(scope)),
        kind => return seen_among(pool, scope, (kind, ids)).await,
    };
    Ok(found.into_iter().collect())
}

/// Of these sites, those in the scope.
pub async fn sites_among(
    pool: &Pool,
    scope: &Scope,
    ids: &[SiteId],
) -> Result<HashSet<Uuid>, Problem> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let Some(seen) = sites_seen(scope) else { return Ok(ids.into_iter().collect()) };
    let query = seen.filter(site::id.eq_any(ids));
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}
