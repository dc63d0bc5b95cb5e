//! Rows of `transfer_application`: the whole entry, with what it is found by beside it.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::{Entry, Slice};
use super::super::store::sites_seen;
use super::model::{ApplicationStatus, TransferApplication};
use crate::db::Pool;
use crate::db::schema::{subject, transfer_application as t};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{ApprovalId, SiteId, TransferApplicationId};
use crate::problem::Problem;

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("producer_site_id", Type::Uuid),
    ("receiver_site_id", Type::Uuid),
    ("status", Type::Text),
    ("approval_id", Type::Uuid),
    ("state", Type::Jsonb),
];

static INSERT: Table =
    Table { name: "transfer_application", order: 15, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table = Table {
    name: "transfer_application",
    order: 16,
    write: Write::Update { keys: 1 },
    columns: COLUMNS,
};

fn cells(it: &TransferApplication) -> Vec<Cell> {
    let approval = it.outcome.as_ref().and_then(|outcome| outcome.approval_id);
    vec![
        Cell::Uuid(Some(it.id.uuid())),
        Cell::Uuid(Some(it.producer_site_id.uuid())),
        Cell::Uuid(Some(it.receiver_site_id.uuid())),
        Cell::Text(Some(it.status.as_str().to_owned())),
        Cell::Uuid(approval.map(crate::ids::ApprovalId::uuid)),
        Cell::Json(Some(json!(it).to_string())),
    ]
}

pub fn insert(it: &TransferApplication) -> Row {
    Row { table: &INSERT, cells: cells(it) }
}

pub fn update(it: &TransferApplication) -> Row {
    Row { table: &UPDATE, cells: cells(it) }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    serde_json::from_value(data).map(|it| insert(&it))
}

pub async fn one(
    pool: &Pool,
    id: TransferApplicationId,
) -> Result<Option<Known<TransferApplication>>, Problem> {
    let found: Option<(Value, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((t::state, subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    let known = |(state, version): (Value, i64)| {
        let it = serde_json::from_value(state).map_err(Problem::internal)?;
        Ok(Known::new(TransferApplication::KIND, id.uuid(), version, it))
    };
    found.map(known).transpose()
}

/// The application that an approval came of; none for one that was entered from paper.
pub async fn approved_by(
    pool: &Pool,
    approval: ApprovalId,
) -> Result<Option<TransferApplication>, Problem> {
    let found: Option<Value> = t::table
        .filter(t::approval_id.eq(approval.uuid()))
        .select(t::state)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(serde_json::from_value).transpose().map_err(Problem::internal)
}

/// Those of which the actor sees either end.
fn seen(scope: &Scope) -> t::BoxedQuery<'_, Pg> {
    let query = t::table.into_boxed();
    let (Some(from), Some(to)) = (sites_seen(scope), sites_seen(scope)) else { return query };
    query.filter(t::producer_site_id.eq_any(from).or(t::receiver_site_id.eq_any(to)))
}

/// A page, in the order of their filing.
pub async fn page(
    pool: &Pool,
    scope: &Scope,
    (site, status): (Option<SiteId>, Option<ApplicationStatus>),
    slice: Slice,
) -> Result<Vec<TransferApplication>, Problem> {
    let mut query = seen(scope).order(t::id).limit(slice.rows_max);
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = site {
        let either = t::producer_site_id.eq(site.uuid()).or(t::receiver_site_id.eq(site.uuid()));
        query = query.filter(either);
    }
    if let Some(status) = status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let states: Vec<Value> = query.select(t::state).load(&mut pool.get().await?).await?;
    states.into_iter().map(|it| serde_json::from_value(it).map_err(Problem::internal)).collect()
}

/// Those of `ids` that the actor sees.
pub async fn among(pool: &Pool, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let query = seen(scope).filter(t::id.eq_any(ids)).select(t::id);
    Ok(query.load(&mut pool.get().await?).await?)
}
