//! What an assessment reads, all of it as it stood at one moment. Nothing here grows with the
//! number of entries or manifests: sums and counters alone.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, SmallInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use uuid::Uuid;

use super::cells::{Facts, Sum};
use super::estimate::{Activity, Did};
use crate::capacity::planning::{Register, register_of};
use crate::db::Pool;
use crate::db::schema::account;
use crate::decision::AccountKind;
use crate::ids::{LicenceId, SiteId};
use crate::problem::Problem;

/// What is stored at the end of a year is what is on hand now, by the account, less what later
/// years have added: years before it, of which there are more and more, are not read.
const SUMS_SQL: &str = "WITH places AS (
    SELECT id FROM site WHERE division = ANY($2)
), of_year AS (
    SELECT site_id, waste_code, produced_g + corrected_g AS produced_g,
           moved_out_g AS shipped_g, self_treated_g
      FROM ledger_year JOIN places ON places.id = site_id WHERE year = $1
), on_hand AS (
    SELECT owner_id AS site_id, item AS waste_code, limit_g
      FROM account JOIN places ON places.id = owner_id WHERE kind = $3
), later AS (
    SELECT site_id, waste_code, sum(produced_g + corrected_g + brought_in_g - moved_out_g
               - self_treated_g - loss_g)::bigint AS added_g
      FROM ledger_year JOIN places ON places.id = site_id WHERE year > $1
     GROUP BY site_id, waste_code
)
SELECT site_id, waste_code, COALESCE(produced_g, 0) AS produced_g,
       COALESCE(shipped_g, 0) AS shipped_g, COALESCE(self_treated_g, 0) AS self_treated_g,
       COALESCE(limit_g, 0) - COALESCE(added_g, 0) AS stored_g,
       produced_g IS NOT NULL AS is_of_year
  FROM of_year FULL JOIN on_hand USING (site_id, waste_code)
       LEFT JOIN later USING (site_id, waste_code)";

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = Text)]
    waste_code: String,
    #[diesel(sql_type = BigInt)]
    produced_g: i64,
    #[diesel(sql_type = BigInt)]
    shipped_g: i64,
    #[diesel(sql_type = BigInt)]
    self_treated_g: i64,
    #[diesel(sql_type = BigInt)]
    stored_g: i64,
    #[diesel(sql_type = Bool)]
    is_of_year: bool,
}

/// The register of these divisions, the sums of their ledgers, and what licences have used.
pub async fn facts(
    pool: &Pool,
    year: i32,
    divisions: &[String],
) -> Result<(Register, Facts), Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            let sums = sums(conn, year, divisions).await?;
            let made = sums.iter().filter_map(Sum::made).collect();
            let register = register_of(conn, year, divisions, made).await?;
            let used = used(conn, year, &register).await?;
            Ok((register, Facts { sums, used }))
        })
        .await
}

async fn sums(conn: &mut Db, year: i32, divisions: &[String]) -> Result<Vec<Sum>, Problem> {
    let rows: Vec<SumRow> = sql_query(SUMS_SQL)
        .bind::<SmallInt, _>(i16::try_from(year).unwrap_or(0))
        .bind::<Array<Text>, _>(divisions)
        .bind::<SmallInt, _>(AccountKind::OnHand.number())
        .load(conn)
        .await?;
    let sum = |row: SumRow| Sum {
        site_id: SiteId::of(row.site_id),
        code: row.waste_code,
        produced_g: row.produced_g,
        estimated_g: 0,
        shipped_g: row.shipped_g,
        self_treated_g: row.self_treated_g,
        stored_g: row.stored_g,
        is_of_year: row.is_of_year,
    };
    let mut sums: Vec<Sum> = rows.into_iter().map(sum).collect();
    // The problem has sites and their codes in order; sorted here, it is by bytes.
    sums.sort_unstable_by(|one, other| {
        (one.site_id.uuid(), &one.code).cmp(&(other.site_id.uuid(), &other.code))
    });
    Ok(sums)
}

/// Grams received under each licence line in the year.
async fn used(
    conn: &mut Db,
    year: i32,
    register: &Register,
) -> Result<HashMap<(LicenceId, i64), i64>, Problem> {
    let licences: Vec<Uuid> = register.licences.iter().map(|one| one.id.uuid()).collect();
    let rows: Vec<(Uuid, String, i64)> = account::table
        .filter(account::owner_id.eq_any(licences))
        .filter(account::kind.eq(AccountKind::LicenceLine.number()))
        .filter(account::year.eq(i16::try_from(year).unwrap_or(0)))
        .select((account::owner_id, account::item, account::used_g))
        .load(conn)
        .await?;
    let used = |(licence, line, used): (Uuid, String, i64)| {
        Some(((LicenceId::of(licence), line.parse().ok()?), used))
    };
    Ok(rows.into_iter().filter_map(used).collect())
}

const ACTIVITY_SQL: &str = "SELECT activity.site_id, activity.kind,
       sum(activity.value_milli)::bigint AS value_milli,
       array_agg(DISTINCT EXTRACT(MONTH FROM activity.month)::int4) AS months
  FROM activity
 WHERE activity.site_id = ANY($1)
   AND activity.month >= make_date($2, 1, 1) AND activity.month <= make_date($2, 12, 1)
 GROUP BY activity.site_id, activity.kind";

#[derive(QueryableByName)]
struct ActivityRow {
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    value_milli: i64,
    #[diesel(sql_type = Array<diesel::sql_types::Integer>)]
    months: Vec<i32>,
}

/// What sites did in a year.
pub async fn activity(
    pool: &Pool,
    year: i32,
    sites: impl Iterator<Item = SiteId>,
) -> Result<Activity, Problem> {
    let sites: Vec<Uuid> = sites.map(SiteId::uuid).collect();
    let rows: Vec<ActivityRow> = sql_query(ACTIVITY_SQL)
        .bind::<Array<SqlUuid>, _>(sites)
        .bind::<diesel::sql_types::Integer, _>(year)
        .load(&mut pool.get().await?)
        .await?;
    let did = |row: ActivityRow| {
        let months = row.months.into_iter().filter_map(|month| month.try_into().ok()).collect();
        let did = Did { value_milli: row.value_milli, months };
        ((SiteId::of(row.site_id), row.kind), did)
    };
    Ok(rows.into_iter().map(did).collect())
}
