//! What an assessment reads, all of it as it stood at one moment. Nothing here grows with the
//! number of entries or manifests: sums and counters alone.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use uuid::Uuid;

use super::cells::{Facts, Sum};
use super::estimate::Activity;
use crate::capacity::planning::{Register, register_of};
use crate::db::Pool;
use crate::db::schema::account;
use crate::decision::AccountKind;
use crate::ids::{LicenceId, SiteId};
use crate::problem::Problem;

const SUMS_SQL: &str = "SELECT sums.site_id, sums.waste_code,
       COALESCE(sum(produced_g + corrected_g) FILTER (WHERE year = $1), 0)::bigint AS produced_g,
       COALESCE(sum(moved_out_g) FILTER (WHERE year = $1), 0)::bigint AS shipped_g,
       COALESCE(sum(self_treated_g) FILTER (WHERE year = $1), 0)::bigint AS self_treated_g,
       sum(produced_g + corrected_g + brought_in_g - moved_out_g - self_treated_g - loss_g)::bigint
           AS stored_g,
       count(*) FILTER (WHERE year = $1) AS years
  FROM ledger_year AS sums JOIN site ON site.id = sums.site_id
 WHERE year <= $1 AND site.division = ANY($2)
 GROUP BY sums.site_id, sums.waste_code
 ORDER BY sums.site_id, sums.waste_code";

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
    /// 1 where the year itself has entries.
    #[diesel(sql_type = BigInt)]
    years: i64,
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
        is_of_year: row.years > 0,
    };
    Ok(rows.into_iter().map(sum).collect())
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
       sum(activity.value_milli)::bigint AS value_milli
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
    Ok(rows.into_iter().map(|row| ((SiteId::of(row.site_id), row.kind), row.value_milli)).collect())
}
