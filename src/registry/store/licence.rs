//! Rows of `licence` and `licence_line`, and the accounts that count against them.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Licence, LicenceKind, LicenceLine, LicenceStatus};
use super::{broken, known, list};
use crate::db::Pool;
use crate::db::schema::{account, licence as t, licence_line, site, subject};
use crate::decision::{AccountKind, Balance};
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct LicenceRow {
    id: Uuid,
    organisation_id: Uuid,
    site_id: Uuid,
    number: String,
    kind: String,
    status: String,
    issued_on: NaiveDate,
    issued_by: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    annual_limit_g: Option<i64>,
    limit_factor_milli: i64,
    rated_daily_g: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = licence_line, check_for_backend(diesel::pg::Pg))]
struct LineRow {
    line: i64,
    waste_codes: Value,
    categories: Value,
    methods: Value,
    annual_g: i64,
}

/// A licence with one of its lines. Every licence has one; those of a licence follow each other.
type Joined = (LicenceRow, i64, LineRow);

fn read(row: LicenceRow) -> Result<Licence, Problem> {
    let fault = || broken("licence", row.id);
    Ok(Licence {
        id: LicenceId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        site_id: SiteId::of(row.site_id),
        kind: LicenceKind::parse(&row.kind).ok_or_else(fault)?,
        status: LicenceStatus::parse(&row.status).ok_or_else(fault)?,
        number: row.number,
        issued_on: row.issued_on,
        issued_by: row.issued_by,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        annual_limit_g: row.annual_limit_g.map(Grams),
        limit_factor_milli: row.limit_factor_milli,
        rated_daily_g: row.rated_daily_g.map(Grams),
        lines: Vec::new(),
    })
}

fn read_line(licence: Uuid, row: LineRow) -> Result<LicenceLine, Problem> {
    let fault = || broken("licence_line", licence);
    Ok(LicenceLine {
        line: row.line,
        waste_codes: list(row.waste_codes).ok_or_else(fault)?,
        categories: list(row.categories).ok_or_else(fault)?,
        methods: list(row.methods).ok_or_else(fault)?,
        annual_g: Grams(row.annual_g),
    })
}

fn gathered(rows: Vec<Joined>) -> Result<Vec<Known<Licence>>, Problem> {
    let mut licences: Vec<(Licence, i64)> = Vec::new();
    for (row, version, line) in rows {
        let line = read_line(row.id, line)?;
        match licences.last_mut().filter(|(licence, _)| licence.id.uuid() == row.id) {
            Some((licence, _)) => licence.lines.push(line),
            None => licences.push((Licence { lines: vec![line], ..read(row)? }, version)),
        }
    }
    Ok(licences.into_iter().map(|(licence, version)| known(licence, version)).collect())
}

pub async fn licence(pool: &Pool, id: LicenceId) -> Result<Option<Known<Licence>>, Problem> {
    let rows: Vec<Joined> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .inner_join(licence_line::table.on(licence_line::licence_id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .order(licence_line::line)
        .select((LicenceRow::as_select(), subject::version, LineRow::as_select()))
        .load(&mut pool.get().await?)
        .await?;
    Ok(gathered(rows)?.pop())
}

/// All licences of a site, oldest first.
pub async fn licences_of(pool: &Pool, site: SiteId) -> Result<Vec<Known<Licence>>, Problem> {
    let rows: Vec<Joined> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .inner_join(licence_line::table.on(licence_line::licence_id.eq(t::id)))
        .filter(t::site_id.eq(site.uuid()))
        .order((t::id, licence_line::line))
        .select((LicenceRow::as_select(), subject::version, LineRow::as_select()))
        .load(&mut pool.get().await?)
        .await?;
    gathered(rows)
}

/// The licences of these divisions' sites whose own days have some of a year, oldest first; on the
/// caller's connection.
pub async fn licences_of_year(
    conn: &mut AsyncPgConnection,
    year: i32,
    divisions: &[String],
) -> Result<Vec<Known<Licence>>, Problem> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let rows: Vec<Joined> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .inner_join(licence_line::table.on(licence_line::licence_id.eq(t::id)))
        .inner_join(site::table.on(site::id.eq(t::site_id)))
        .filter(t::valid_from.le(day(12, 31)).and(t::valid_to.ge(day(1, 1))))
        .filter(site::division.eq_any(divisions))
        .order((t::id, licence_line::line))
        .select((LicenceRow::as_select(), subject::version, LineRow::as_select()))
        .load(conn)
        .await?;
    gathered(rows)
}

/// What a list of licences is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct LicenceFilter {
    pub organisation_id: Option<OrganisationId>,
    pub site_id: Option<SiteId>,
    pub status: Option<LicenceStatus>,
    /// Named by a line, or in a category that a line names.
    pub waste_code: Option<String>,
    pub category: Option<String>,
}

pub async fn licences(
    pool: &Pool,
    filter: &LicenceFilter,
    slice: Slice,
) -> Result<Vec<Known<Licence>>, Problem> {
    let mut ids = t::table.select(t::id).order(t::id).limit(slice.rows_max).into_boxed();
    if let Some(after) = slice.after {
        ids = ids.filter(t::id.gt(after));
    }
    if let Some(organisation) = filter.organisation_id {
        ids = ids.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(site) = filter.site_id {
        ids = ids.filter(t::site_id.eq(site.uuid()));
    }
    if let Some(status) = filter.status {
        ids = ids.filter(t::status.eq(status.as_str()));
    }
    if let Some(code) = &filter.waste_code {
        let category = filter.category.clone().unwrap_or_default();
        let named = licence_line::waste_codes.contains(json!([code]));
        let lines = licence_line::table
            .filter(named.or(licence_line::categories.contains(json!([category]))))
            .select(licence_line::licence_id);
        ids = ids.filter(t::id.eq_any(lines));
    }
    let rows: Vec<Joined> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .inner_join(licence_line::table.on(licence_line::licence_id.eq(t::id)))
        .filter(t::id.eq_any(ids))
        .order((t::id, licence_line::line))
        .select((LicenceRow::as_select(), subject::version, LineRow::as_select()))
        .load(&mut pool.get().await?)
        .await?;
    gathered(rows)
}

/// A counter of a licence: of one line, or (line 0) of the limit that all share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceAccount {
    pub line: i64,
    pub year: i32,
    pub balance: Balance,
}

/// Every counter of a licence, of every year.
pub async fn accounts_of(pool: &Pool, id: LicenceId) -> Result<Vec<LicenceAccount>, Problem> {
    type Columns = (String, i16, Option<i64>, i64, i64, bool);
    let kinds = [AccountKind::LicenceLine.number(), AccountKind::LicenceShared.number()];
    let rows: Vec<Columns> = account::table
        .filter(account::owner_id.eq(id.uuid()).and(account::kind.eq_any(kinds)))
        .order(account::id)
        .select((
            account::item,
            account::year,
            account::limit_g,
            account::used_g,
            account::reserved_g,
            account::lenient,
        ))
        .load(&mut pool.get().await?)
        .await?;
    let read = |(item, year, limit, used, reserved, lenient): Columns| LicenceAccount {
        line: item.parse().unwrap_or(0),
        year: i32::from(year),
        balance: Balance { limit, used, reserved, lenient },
    };
    Ok(rows.into_iter().map(read).collect())
}
