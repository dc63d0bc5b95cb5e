//! Delegations' rows.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::user::Wanted;
use crate::db::Pool;
use crate::db::schema::{delegation as t, event, subject};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::delegation::{Delegation, DelegationStatus, ListDelegations, Side};
use crate::ids::{DelegationId, OrganisationId};
use crate::problem::Problem;

static INSERT: Table = Table {
    name: "delegation",
    order: 32,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("to_organisation_id", Type::Uuid),
        ("scopes", Type::Jsonb),
        ("site_ids", Type::Jsonb),
        ("streams", Type::Jsonb),
        ("valid_from", Type::Date),
        ("valid_to", Type::Date),
        ("status", Type::Text),
        ("created_at", Type::Time),
    ],
};

static END: Table = Table {
    name: "delegation",
    order: 33,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("status", Type::Text)],
};

fn json(list: &impl serde::Serialize) -> Cell {
    Cell::Json(Some(serde_json::json!(list).to_string()))
}

pub fn insert_delegation(one: &Delegation) -> Row {
    let cells = vec![
        Cell::Uuid(Some(one.id.uuid())),
        Cell::Uuid(Some(one.organisation_id.uuid())),
        Cell::Uuid(Some(one.to_organisation_id.uuid())),
        json(&one.scopes),
        json(&one.site_ids),
        json(&one.streams),
        Cell::Date(Some(one.valid_from)),
        Cell::Date(Some(one.valid_to)),
        Cell::Text(Some(one.status.as_str().to_owned())),
        Cell::Time(Some(one.created_at)),
    ];
    Row { table: &INSERT, cells }
}

pub fn end_delegation(one: &Delegation) -> Row {
    let status = Cell::Text(Some(one.status.as_str().to_owned()));
    Row { table: &END, cells: vec![Cell::Uuid(Some(one.id.uuid())), status] }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct DelegationRow {
    id: Uuid,
    organisation_id: Uuid,
    to_organisation_id: Uuid,
    scopes: Value,
    site_ids: Value,
    streams: Value,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    status: String,
    created_at: DateTime<Utc>,
}

/// A row that does not parse is a fault: it was checked when it was written.
fn read(row: DelegationRow) -> Result<Delegation, Problem> {
    let broken = || Problem::internal(format!("delegation {} does not parse", row.id));
    Ok(Delegation {
        id: DelegationId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        to_organisation_id: OrganisationId::of(row.to_organisation_id),
        scopes: serde_json::from_value(row.scopes).map_err(Problem::internal)?,
        site_ids: serde_json::from_value(row.site_ids).map_err(Problem::internal)?,
        streams: serde_json::from_value(row.streams).map_err(Problem::internal)?,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        status: DelegationStatus::parse(&row.status).ok_or_else(broken)?,
        created_at: row.created_at,
    })
}

pub async fn delegation(
    pool: &Pool,
    id: DelegationId,
) -> Result<Option<(Delegation, i64)>, Problem> {
    let found: Option<(DelegationRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((DelegationRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok((read(row)?, version))).transpose()
}

/// Those that an organisation holds and that are in force on a day, oldest first.
pub async fn held(
    pool: &Pool,
    holder: OrganisationId,
    day: NaiveDate,
) -> Result<Vec<Delegation>, Problem> {
    let rows: Vec<DelegationRow> = t::table
        .filter(t::to_organisation_id.eq(holder.uuid()))
        .filter(t::status.eq("active").and(t::valid_from.le(day)).and(t::valid_to.ge(day)))
        .order(t::id)
        .select(DelegationRow::as_select())
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

/// How many it holds that are neither revoked nor over.
pub async fn count_held(
    pool: &Pool,
    holder: OrganisationId,
    today: NaiveDate,
) -> Result<i64, Problem> {
    let held = t::table
        .filter(t::to_organisation_id.eq(holder.uuid()))
        .filter(t::status.eq("active").and(t::valid_to.ge(today)));
    Ok(held.count().get_result(&mut pool.get().await?).await?)
}

/// In the order of ids, which is that of giving; one row more than shown.
pub async fn delegations(
    pool: &Pool,
    (own, wanted): (OrganisationId, &Wanted),
    asked: &ListDelegations,
) -> Result<Vec<(Delegation, i64)>, Problem> {
    let mut query =
        t::table.inner_join(subject::table.on(subject::id.eq(t::id))).into_boxed::<Pg>();
    if let (Some(givers), Some(holders)) = (wanted.organisations(), wanted.organisations()) {
        let either = t::organisation_id.eq_any(givers).or(t::to_organisation_id.eq_any(holders));
        query = query.filter(either);
    }
    match asked.side {
        Some(Side::Given) => query = query.filter(t::organisation_id.eq(own.uuid())),
        Some(Side::Held) => query = query.filter(t::to_organisation_id.eq(own.uuid())),
        None => {}
    }
    if let Some(status) = asked.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(id) = asked.organisation_id {
        let id = id.uuid();
        query = query.filter(t::organisation_id.eq(id).or(t::to_organisation_id.eq(id)));
    }
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0.uuid()));
    }
    let rows: Vec<(DelegationRow, i64)> = query
        .order(t::id)
        .limit(asked.limit.rows_to_read())
        .select((DelegationRow::as_select(), subject::version))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(|(row, version)| Ok((read(row)?, version))).collect()
}

/// Those of `ids` that are wanted.
pub async fn delegations_seen_among(
    pool: &Pool,
    wanted: &Wanted,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed::<Pg>();
    if let (Some(givers), Some(holders)) = (wanted.organisations(), wanted.organisations()) {
        let either = t::organisation_id.eq_any(givers).or(t::to_organisation_id.eq_any(holders));
        query = query.filter(either);
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

#[derive(serde::Deserialize)]
struct Body<T> {
    data: T,
}

/// The data of a subject's event number `version`, which holds the whole of it.
pub async fn recorded<T: DeserializeOwned>(
    pool: &Pool,
    id: Uuid,
    version: i64,
) -> Result<T, Problem> {
    let body: String = event::table
        .filter(event::subject_id.eq(id).and(event::seq.eq(version - 1)))
        .select(event::body)
        .first(&mut pool.get().await?)
        .await?;
    let body: Body<T> = serde_json::from_str(&body).map_err(Problem::internal)?;
    Ok(body.data)
}
