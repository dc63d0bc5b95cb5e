//! Rows of `transfer_approval`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Standing, TransferApproval};
use super::scope::sites_seen;
use super::{all, broken, id, json, known, list, text};
use crate::db::Pool;
use crate::db::schema::subject;
use crate::db::schema::transfer_approval as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{ApprovalId, SiteId};
use crate::problem::Problem;
use crate::units::Grams;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct ApprovalRow {
    id: Uuid,
    producer_site_id: Uuid,
    receiver_site_id: Uuid,
    number: String,
    waste_codes: Value,
    mass_g: i64,
    valid_from: chrono::NaiveDate,
    valid_to: chrono::NaiveDate,
    status: String,
}

fn read(row: ApprovalRow) -> Result<TransferApproval, Problem> {
    let fault = || broken("transfer_approval", row.id);
    Ok(TransferApproval {
        id: ApprovalId::of(row.id),
        producer_site_id: SiteId::of(row.producer_site_id),
        receiver_site_id: SiteId::of(row.receiver_site_id),
        waste_codes: list(row.waste_codes).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        number: row.number,
        mass_g: Grams(row.mass_g),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    })
}

pub async fn approval(
    pool: &Pool,
    id: ApprovalId,
) -> Result<Option<Known<TransferApproval>>, Problem> {
    let found: Option<(ApprovalRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((ApprovalRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// What a list of approvals is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct ApprovalFilter {
    /// Either end.
    pub site_id: Option<SiteId>,
    pub status: Option<Standing>,
}

pub async fn approvals(
    pool: &Pool,
    scope: &Scope,
    filter: &ApprovalFilter,
    slice: Slice,
) -> Result<Vec<Known<TransferApproval>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((ApprovalRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    // Either end sees it.
    if let (Some(from), Some(to)) = (sites_seen(scope), sites_seen(scope)) {
        query = query.filter(t::producer_site_id.eq_any(from).or(t::receiver_site_id.eq_any(to)));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(site) = filter.site_id {
        let either = t::producer_site_id.eq(site.uuid()).or(t::receiver_site_id.eq(site.uuid()));
        query = query.filter(either);
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let rows: Vec<(ApprovalRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("producer_site_id", Type::Uuid),
    ("receiver_site_id", Type::Uuid),
    ("number", Type::Text),
    ("waste_codes", Type::Jsonb),
    ("mass_g", Type::Int8),
    ("valid_from", Type::Date),
    ("valid_to", Type::Date),
    ("status", Type::Text),
];

static INSERT: Table =
    Table { name: "transfer_approval", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table = Table {
    name: "transfer_approval",
    order: 15,
    write: Write::Update { keys: 1 },
    columns: COLUMNS,
};

pub fn insert_approval(approval: &TransferApproval) -> Row {
    Row { table: &INSERT, cells: cells(approval) }
}

pub fn update_approval(approval: &TransferApproval) -> Row {
    Row { table: &UPDATE, cells: cells(approval) }
}

fn cells(approval: &TransferApproval) -> Vec<Cell> {
    vec![
        id(approval.id.uuid()),
        id(approval.producer_site_id.uuid()),
        id(approval.receiver_site_id.uuid()),
        text(&*approval.number),
        json(&approval.waste_codes),
        Cell::Int8(Some(approval.mass_g.0)),
        Cell::Date(Some(approval.valid_from)),
        Cell::Date(Some(approval.valid_to)),
        text(approval.status.as_str()),
    ]
}
