//! What is in the registers already: entries by what makes them the ones they are, and by what
//! people know them as.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::kinds::Kind;
use crate::db::Pool;
use crate::db::schema::{
    activity, co_disposal_facility, driver, emergency_plan_filed, facility_day, insurance_policy,
    ledger_entry, licence, management_plan, organisation, risk_source, site, storage_area,
    transfer_approval, vehicle, waste_stream,
};
use crate::problem::Problem;
use crate::wire::{Month, parse_uuid};

/// Entries by their identity (`Kind::identity`).
pub type Known = HashMap<Vec<String>, Uuid>;

/// Entries known by a name that is theirs alone.
macro_rules! by_name {
    ($conn:expr, $table:ident, $name:ident, $names:expr) => {{
        use $table as t;
        let query = t::table.filter(t::$name.eq_any($names)).select((t::$name, t::id));
        let found: Vec<(String, Uuid)> = query.load($conn).await?;
        found.into_iter().map(|(name, id)| (vec![name], id)).collect()
    }};
}

/// Entries known by a name among those of their owner.
macro_rules! by_owner {
    ($conn:expr, $table:ident, ($owner:ident, $name:ident), ($owners:expr, $names:expr)) => {{
        use $table as t;
        let theirs = t::$owner.eq_any($owners).and(t::$name.eq_any($names));
        let query = t::table.filter(theirs).select((t::$owner, t::$name, t::id));
        let found: Vec<(Uuid, String, Uuid)> = query.load($conn).await?;
        found.into_iter().map(|(owner, name, id)| (vec![owner.to_string(), name], id)).collect()
    }};
}

/// Register entries with these identities. Manifests are known by their filing (`manifest::bulk`).
pub async fn known(pool: &Pool, kind: Kind, wanted: &[Vec<String>]) -> Result<Known, Problem> {
    let part = |n: usize| wanted.iter().filter_map(move |one| one.get(n).cloned());
    let names: Vec<String> = part(0).collect();
    let seconds: Vec<String> = part(1).collect();
    let owners: Vec<Uuid> = part(0).filter_map(|text| parse_uuid(&text)).collect();
    if wanted.is_empty() {
        return Ok(Known::new());
    }
    let conn = &mut pool.get().await?;
    Ok(match kind {
        Kind::Organisations => by_name!(conn, organisation, uscc, names),
        Kind::Licences => by_name!(conn, licence, number, names),
        Kind::TransferApprovals => by_name!(conn, transfer_approval, number, names),
        Kind::Vehicles => by_name!(conn, vehicle, plate, names),
        Kind::Sites => by_owner!(conn, site, (organisation_id, name), (owners, seconds)),
        Kind::Drivers => by_owner!(conn, driver, (organisation_id, licence_no), (owners, seconds)),
        Kind::StorageAreas => by_owner!(conn, storage_area, (site_id, name), (owners, seconds)),
        Kind::RiskSources => by_owner!(conn, risk_source, (site_id, name), (owners, seconds)),
        Kind::EmergencyPlansFiled => {
            by_owner!(conn, emergency_plan_filed, (site_id, number), (owners, seconds))
        }
        Kind::CoDisposalFacilities => {
            use co_disposal_facility as t;
            let query = t::table.filter(t::site_id.eq_any(owners)).select((t::site_id, t::id));
            let found: Vec<(Uuid, Uuid)> = query.load(conn).await?;
            found.into_iter().map(|(site, id)| (vec![site.to_string()], id)).collect()
        }
        Kind::InsurancePolicies => {
            by_owner!(conn, insurance_policy, (organisation_id, number), (owners, seconds))
        }
        Kind::WasteStreams
        | Kind::ManagementPlans
        | Kind::LedgerEntries
        | Kind::Activity
        | Kind::FacilityDays => of_sites(conn, kind, owners, seconds).await?,
        Kind::Manifests => Known::new(),
    })
}

/// Entries of sites, by more than one name or by a number.
async fn of_sites(
    conn: &mut AsyncPgConnection,
    kind: Kind,
    owners: Vec<Uuid>,
    seconds: Vec<String>,
) -> Result<Known, Problem> {
    Ok(match kind {
        Kind::WasteStreams => {
            use waste_stream as t;
            let theirs = t::site_id.eq_any(owners).and(t::waste_code.eq_any(seconds));
            let query = t::table.filter(theirs).select((t::site_id, t::waste_code, t::name, t::id));
            let found: Vec<(Uuid, String, String, Uuid)> = query.load(conn).await?;
            let three =
                |(site, code, name, id): (Uuid, _, _, _)| (vec![site.to_string(), code, name], id);
            found.into_iter().map(three).collect()
        }
        Kind::ManagementPlans => {
            use management_plan as t;
            let query = t::table.filter(t::site_id.eq_any(owners));
            let query = query.select((t::site_id, t::year, t::id));
            let found: Vec<(Uuid, i16, Uuid)> = query.load(conn).await?;
            let of =
                |(site, year, id): (Uuid, i16, _)| (vec![site.to_string(), year.to_string()], id);
            found.into_iter().map(of).collect()
        }
        Kind::FacilityDays => {
            use facility_day as t;
            let query = t::table.filter(t::site_id.eq_any(owners));
            let query = query.filter(t::day.eq_any(days(&seconds)));
            let found: Vec<(Uuid, NaiveDate, Uuid)> =
                query.select((t::site_id, t::day, t::id)).load(conn).await?;
            let of = |(site, day, id): (Uuid, NaiveDate, _)| {
                (vec![site.to_string(), day.to_string()], id)
            };
            found.into_iter().map(of).collect()
        }
        Kind::Activity => {
            use activity as t;
            let theirs = t::site_id.eq_any(owners).and(t::kind.eq_any(seconds));
            let query = t::table.filter(theirs);
            let query = query.select((t::site_id, t::kind, t::product, t::month, t::id));
            let found: Vec<(Uuid, String, String, NaiveDate, Uuid)> = query.load(conn).await?;
            let of = |(site, kind, product, month, id): (Uuid, _, _, NaiveDate, _)| {
                (vec![site.to_string(), kind, product, Month::of(month).to_string()], id)
            };
            found.into_iter().map(of).collect()
        }
        Kind::LedgerEntries => {
            use ledger_entry as t;
            let theirs = t::site_id.eq_any(owners).and(t::external_id.eq_any(seconds));
            let query = t::table.filter(theirs);
            let query = query.select((t::site_id, t::external_id, t::id));
            let found: Vec<(Uuid, Option<String>, Uuid)> = query.load(conn).await?;
            let of = |(site, name, id): (Uuid, Option<String>, _)| {
                Some((vec![site.to_string(), name?], id))
            };
            found.into_iter().filter_map(of).collect()
        }
        _ => Known::new(),
    })
}

fn days(texts: &[String]) -> Vec<NaiveDate> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Vehicles of these owners: (organisation, plate).
pub async fn vehicles_of(pool: &Pool, wanted: &[Vec<String>]) -> Result<Known, Problem> {
    use vehicle as t;
    let owners: Vec<Uuid> =
        wanted.iter().filter_map(|one| parse_uuid(one.as_slice().first()?)).collect();
    let plates: Vec<&String> = wanted.iter().filter_map(|one| one.get(1)).collect();
    let theirs = t::organisation_id.eq_any(owners).and(t::plate.eq_any(plates));
    let query = t::table.filter(theirs).select((t::organisation_id, t::plate, t::id));
    let found: Vec<(Uuid, String, Uuid)> = query.load(&mut pool.get().await?).await?;
    let of = |(owner, plate, id): (Uuid, String, Uuid)| (vec![owner.to_string(), plate], id);
    Ok(found.into_iter().map(of).collect())
}
