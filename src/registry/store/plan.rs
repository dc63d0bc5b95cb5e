//! Rows of `management_plan`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{ManagementPlan, Standing};
use super::super::review::{EntryReviewStatus, Review};
use super::scope::sites_seen;
use super::{all, broken, id, json, known, list, text};
use crate::db::Pool;
use crate::db::schema::management_plan as t;
use crate::db::schema::subject;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{ManagementPlanId, OrganisationId, SiteId, UserId};
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct PlanRow {
    id: Uuid,
    site_id: Uuid,
    year: i16,
    filed_on: chrono::NaiveDate,
    lines: Value,
    status: String,
    review_status: String,
    review_note: Option<String>,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<Uuid>,
    reviewed_by_user: Option<Uuid>,
}

fn read(row: PlanRow) -> Result<ManagementPlan, Problem> {
    let fault = || broken("management_plan", row.id);
    Ok(ManagementPlan {
        id: ManagementPlanId::of(row.id),
        site_id: SiteId::of(row.site_id),
        year: i64::from(row.year),
        filed_on: row.filed_on,
        lines: list(row.lines).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        review: Review {
            status: EntryReviewStatus::parse(&row.review_status).ok_or_else(fault)?,
            note: row.review_note,
            reviewed_at: row.reviewed_at,
            reviewed_by: row.reviewed_by.map(OrganisationId::of),
            reviewed_by_user: row.reviewed_by_user.map(UserId::of),
        },
    })
}

pub async fn plan(
    pool: &Pool,
    id: ManagementPlanId,
) -> Result<Option<Known<ManagementPlan>>, Problem> {
    let found: Option<(PlanRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((PlanRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// All plans of a site, one a year.
pub async fn plans_of(pool: &Pool, site: SiteId) -> Result<Vec<Known<ManagementPlan>>, Problem> {
    let rows: Vec<(PlanRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::site_id.eq(site.uuid()))
        .select((PlanRow::as_select(), subject::version))
        .order(t::year)
        .load(&mut pool.get().await?)
        .await?;
    all(rows, read)
}

/// What a list of plans is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct PlanFilter {
    pub site_id: Option<SiteId>,
    pub year: Option<i64>,
    pub review: Option<EntryReviewStatus>,
}

pub async fn plans(
    pool: &Pool,
    scope: &Scope,
    filter: &PlanFilter,
    slice: Slice,
) -> Result<Vec<Known<ManagementPlan>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((PlanRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(seen) = sites_seen(scope) {
        query = query.filter(t::site_id.eq_any(seen));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = filter.site_id {
        query = query.filter(t::site_id.eq(site.uuid()));
    }
    if let Some(year) = filter.year {
        query = query.filter(t::year.eq(i16::try_from(year).unwrap_or(0)));
    }
    if let Some(review) = filter.review {
        query = query.filter(t::review_status.eq(review.as_str()));
    }
    let rows: Vec<(PlanRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("site_id", Type::Uuid),
    ("year", Type::Int2),
    ("filed_on", Type::Date),
    ("lines", Type::Jsonb),
    ("status", Type::Text),
    ("review_status", Type::Text),
    ("review_note", Type::Text),
    ("reviewed_at", Type::Time),
    ("reviewed_by", Type::Uuid),
    ("reviewed_by_user", Type::Uuid),
];

static INSERT: Table =
    Table { name: "management_plan", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table = Table {
    name: "management_plan",
    order: 15,
    write: Write::Update { keys: 1 },
    columns: COLUMNS,
};

pub fn insert_plan(plan: &ManagementPlan) -> Row {
    Row { table: &INSERT, cells: cells(plan) }
}

pub fn update_plan(plan: &ManagementPlan) -> Row {
    Row { table: &UPDATE, cells: cells(plan) }
}

fn cells(plan: &ManagementPlan) -> Vec<Cell> {
    vec![
        id(plan.id.uuid()),
        id(plan.site_id.uuid()),
        Cell::Int2(i16::try_from(plan.year).ok()),
        Cell::Date(Some(plan.filed_on)),
        json(&plan.lines),
        text(plan.status.as_str()),
        text(plan.review.status.as_str()),
        Cell::Text(plan.review.note.clone()),
        Cell::Time(plan.review.reviewed_at),
        Cell::Uuid(plan.review.reviewed_by.map(OrganisationId::uuid)),
        Cell::Uuid(plan.review.reviewed_by_user.map(UserId::uuid)),
    ]
}
