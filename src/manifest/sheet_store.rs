//! The manifests that a monthly sheet is made of.

use chrono::{Days, NaiveDate};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Date, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Pool;
use crate::ids::{ManifestId, SiteId};
use crate::limits::SHEET_ROWS_MAX;
use crate::problem::Problem;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// By the index of the site's owner. A paper manifest is entered up to a year after it left, and a
/// departure planned up to a year ahead: so far around the month one was filed.
const DEPARTED_SQL: &str = "-- manifest: medical waste that left a site about a month
SELECT m.id FROM manifest m
 WHERE m.producer_id = (SELECT organisation_id FROM site WHERE id = $1)
   AND m.producer_site_id = $1 AND m.stream = 'medical'
   AND m.filed_at BETWEEN $2 - interval '1 year 2 days' AND $3 + interval '1 year 2 days'
   AND (m.state #>> '{departed,occurred_at}')::timestamptz BETWEEN $2 AND $3
 ORDER BY m.id LIMIT $4";

/// Those that left within the month or a day beside it, one more than a sheet holds.
pub async fn departed_about(
    pool: &Pool,
    site: SiteId,
    first: NaiveDate,
) -> Result<Vec<ManifestId>, Problem> {
    let from = first.checked_sub_days(Days::new(1)).unwrap_or(first);
    let to = first.checked_add_days(Days::new(33)).unwrap_or(first);
    let found: Vec<Found> = diesel::sql_query(DEPARTED_SQL)
        .bind::<SqlUuid, _>(site.uuid())
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<BigInt, _>(SHEET_ROWS_MAX as i64 + 1)
        .load(&mut pool.get().await?)
        .await?;
    Ok(found.into_iter().map(|one| ManifestId::of(one.id)).collect())
}
