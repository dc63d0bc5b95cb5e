//! What the register's problem is made of, all of it as it stood at one moment: places, sums of
//! the ledgers, licences, approvals.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use uuid::Uuid;

use super::register::{Approved, Made, Register};
use crate::db::Pool;
use crate::db::schema::{ledger_year as sums, log_head, site, transfer_approval as approval};
use crate::ids::SiteId;
use crate::problem::Problem;
use crate::registry::{LicenceKind, LicenceStatus, Standing, rows};
use crate::units::Grams;

/// The register of these divisions in a year.
pub async fn register(pool: &Pool, year: i32, divisions: &[String]) -> Result<Register, Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            let made = made(conn, year, divisions).await?;
            read(conn, year, divisions, made).await
        })
        .await
}

/// The same, in a transaction of the caller's, who knows already what was made.
pub async fn read(
    conn: &mut Db,
    year: i32,
    divisions: &[String],
    made: Vec<Made>,
) -> Result<Register, Problem> {
    let events = log_head::table.select(log_head::next_position).first(conn).await?;
    let sites = rows::sites_of_divisions(conn, divisions).await?;
    let sites = sites.into_iter().map(|site| (site.id, site)).collect();
    let licences = rows::licences_of_year(conn, year, divisions).await?;
    let approved = approved(conn, year).await?;
    // One that permits collection alone is no way to be rid of waste; one that lapsed is none.
    let takes = |kind, status| kind != LicenceKind::Collection && status != LicenceStatus::Lapsed;
    let licences = licences.into_iter().filter(|one| takes(one.kind, one.status));
    let licences = licences.map(|one| (*one.value).clone()).collect();
    Ok(Register { events, sites, made, licences, approved })
}

/// What sites made in a year and did not treat themselves, corrections included, in the order of
/// sites and codes.
async fn made(conn: &mut Db, year: i32, divisions: &[String]) -> Result<Vec<Made>, Problem> {
    let left = || sums::produced_g + sums::corrected_g - sums::self_treated_g;
    let rows: Vec<(Uuid, String, i64)> = sums::table
        .inner_join(site::table.on(site::id.eq(sums::site_id)))
        .filter(sums::year.eq(i16::try_from(year).unwrap_or(0)))
        .filter(site::division.eq_any(divisions).and(left().gt(0)))
        .order((sums::site_id, sums::waste_code))
        .select((sums::site_id, sums::waste_code, left()))
        .load(conn)
        .await?;
    let made = |(site, code, mass)| (SiteId::of(site), code, Grams(mass));
    Ok(rows.into_iter().map(made).collect())
}

/// Approvals in force on a day of the year.
async fn approved(conn: &mut Db, year: i32) -> Result<Approved, Problem> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let pairs: Vec<(Uuid, Uuid)> = approval::table
        .filter(approval::status.eq(Standing::Active.as_str()))
        .filter(approval::valid_from.le(day(12, 31)).and(approval::valid_to.ge(day(1, 1))))
        .select((approval::producer_site_id, approval::receiver_site_id))
        .load(conn)
        .await?;
    Ok(pairs.into_iter().map(|(from, to)| (SiteId::of(from), SiteId::of(to))).collect())
}
