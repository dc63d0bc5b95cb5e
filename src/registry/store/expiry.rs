//! What of the registers ends between two days.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::expiry::{Ending, ExpiryKind};
use crate::db::Pool;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;

/// More than this are not shown at once.
pub const ENDINGS_MAX: usize = 2000;

/// A site's entry lies where the site does; an organisation's own with the organisation, which has
/// no regiment (access.rs).
const ENDINGS_SQL: &str = "WITH ending AS (
    SELECT 'licence' AS kind, id, number AS name, valid_to, organisation_id, site_id
      FROM licence WHERE status = 'active' AND valid_to BETWEEN $1 AND $2
    UNION ALL
    SELECT 'transfer_approval', id, number, valid_to, NULL, producer_site_id
      FROM transfer_approval WHERE status = 'active' AND valid_to BETWEEN $1 AND $2
    UNION ALL
    SELECT 'insurance_policy', id, number, valid_to, organisation_id, NULL
      FROM insurance_policy WHERE status = 'active' AND valid_to BETWEEN $1 AND $2
    UNION ALL
    SELECT 'emergency_plan_filed', id, number, valid_to, NULL, site_id
      FROM emergency_plan_filed WHERE status = 'active' AND valid_to BETWEEN $1 AND $2
    UNION ALL
    SELECT 'driver', id, name, licence_valid_to, organisation_id, NULL
      FROM driver WHERE status = 'active' AND licence_valid_to BETWEEN $1 AND $2)
SELECT ending.kind, ending.id, ending.name, ending.valid_to, ending.site_id,
       COALESCE(ending.organisation_id, site.organisation_id) AS organisation_id
  FROM ending
  LEFT JOIN site ON site.id = ending.site_id
  LEFT JOIN organisation ON organisation.id = ending.organisation_id
 WHERE ($3::text IS NULL OR COALESCE(site.division, organisation.division) = $3)
   AND ($4::text IS NULL OR site.id IS NULL OR site.regiment = $4)
   AND ($5::uuid IS NULL OR COALESCE(ending.organisation_id, site.organisation_id) = $5)
   AND ($6::text IS NULL OR ending.kind = $6)
 ORDER BY ending.valid_to, ending.id LIMIT $7";

#[derive(QueryableByName)]
struct EndingRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Date)]
    valid_to: NaiveDate,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    site_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organisation_id: Option<Uuid>,
}

/// The active entries in the scope that end in these days, the soonest first: [`ENDINGS_MAX`] and
/// one more, at most.
pub async fn endings(
    pool: &Pool,
    scope: &Scope,
    kind: Option<ExpiryKind>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Ending>, Problem> {
    let (division, regiment, own) = match scope {
        Scope::All => (None, None, None),
        Scope::Division { division, .. } => (Some(division.clone()), None, None),
        Scope::Regiment { division, regiment, .. } => {
            (Some(division.clone()), Some(regiment.clone()), None)
        }
        Scope::Own(own) => (None, None, Some(own.uuid())),
        Scope::Nothing => return Ok(Vec::new()),
    };
    let rows: Vec<EndingRow> = sql_query(ENDINGS_SQL)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Nullable<Text>, _>(division)
        .bind::<Nullable<Text>, _>(regiment)
        .bind::<Nullable<SqlUuid>, _>(own)
        .bind::<Nullable<Text>, _>(kind.map(ExpiryKind::as_str))
        .bind::<BigInt, _>(ENDINGS_MAX as i64 + 1)
        .load(&mut pool.get().await?)
        .await?;
    let ending = |row: EndingRow| {
        let kind = ExpiryKind::parse(&row.kind)
            .ok_or_else(|| Problem::internal(format!("{} ends", row.kind)))?;
        Ok(Ending {
            kind,
            id: row.id,
            name: row.name,
            organisation_id: row.organisation_id.map(OrganisationId::of),
            site_id: row.site_id.map(SiteId::of),
            valid_to: row.valid_to,
        })
    };
    rows.into_iter().map(ending).collect()
}
