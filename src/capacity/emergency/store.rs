//! What an emergency is planned from, all of it as it stood at one moment.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use uuid::Uuid;

use super::facts::{Facts, Helper, Ledger};
use crate::capacity::coverage::last_days;
use crate::clock::legal_day;
use crate::db::Pool;
use crate::db::schema::co_disposal_facility as helper;
use crate::ids::{CoDisposalFacilityId, SiteId};
use crate::problem::Problem;
use crate::registry::{DivisionNumber, rows};
use crate::units::Grams;

/// The days of ledgers that a usual day is told from.
const LOOK_BACK: TimeDelta = TimeDelta::days(365);

/// Sites, ledgers of medical waste until `now`, licences in force in the year, the active entries
/// of the co-disposal list.
pub async fn facts(
    pool: &Pool,
    (now, year): (DateTime<Utc>, i32),
    divisions: &[String],
) -> Result<Facts, Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            // Plants stand where they stand.
            let everywhere: Vec<String> = DivisionNumber::all().collect();
            let sites = rows::sites_of_divisions(conn, &everywhere).await?;
            let sites = sites.into_iter().map(|site| (site.id, site)).collect();
            let ledgers = ledgers(conn, now, divisions).await?;
            let licences = rows::licences_of_year(conn, year, &everywhere).await?;
            let licences = licences.into_iter().map(|one| (*one.value).clone()).collect();
            let helpers = helpers(conn).await?;
            let days = last_days(conn, legal_day(now)).await?;
            Ok(Facts { sites, ledgers, licences, helpers, days })
        })
        .await
}

/// Every code of medical waste, by the index of sites and codes.
const LEDGERS_SQL: &str = "SELECT entry.site_id, sum(entry.mass_g)::bigint AS mass_g,
       min(entry.occurred_at) AS since
  FROM ledger_entry AS entry JOIN site ON site.id = entry.site_id
 WHERE site.division = ANY($1) AND entry.kind = 'produced'
   AND entry.waste_code >= '841-' AND entry.waste_code < '842-'
   AND entry.occurred_at > $2 AND entry.occurred_at <= $3
 GROUP BY entry.site_id";

#[derive(QueryableByName)]
struct LedgerRow {
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = BigInt)]
    mass_g: i64,
    #[diesel(sql_type = Timestamptz)]
    since: DateTime<Utc>,
}

/// What each site of these divisions made of medical waste in the days before.
async fn ledgers(
    conn: &mut Db,
    now: DateTime<Utc>,
    divisions: &[String],
) -> Result<HashMap<SiteId, Ledger>, Problem> {
    let rows: Vec<LedgerRow> = sql_query(LEDGERS_SQL)
        .bind::<Array<Text>, _>(divisions)
        .bind::<Timestamptz, _>(now - LOOK_BACK)
        .bind::<Timestamptz, _>(now)
        .load(conn)
        .await?;
    let ledger = |row: LedgerRow| {
        (SiteId::of(row.site_id), Ledger { mass: Grams(row.mass_g), since: row.since })
    };
    Ok(rows.into_iter().map(ledger).collect())
}

async fn helpers(conn: &mut Db) -> Result<Vec<Helper>, Problem> {
    type Row = (Uuid, Uuid, i64, i64, i64);
    let rows: Vec<Row> = helper::table
        .filter(helper::status.eq("active"))
        .order((helper::priority, helper::id))
        .select((
            helper::id,
            helper::site_id,
            helper::daily_g,
            helper::notice_hours,
            helper::priority,
        ))
        .load(conn)
        .await?;
    let helper = |(id, site_id, daily_g, notice_hours, priority): Row| Helper {
        id: CoDisposalFacilityId::of(id),
        site_id: SiteId::of(site_id),
        daily_g: Grams(daily_g),
        notice_hours,
        priority,
    };
    Ok(rows.into_iter().map(helper).collect())
}
