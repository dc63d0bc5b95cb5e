//! Rows of `organisation`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Organisation, Part, Standing};
use super::scope::organisations_seen;
use super::{all, broken, contains_pattern, id, json as list_cell, known, list, text};
use crate::db::Pool;
use crate::db::schema::organisation as t;
use crate::db::schema::subject;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::OrganisationId;
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct OrganisationRow {
    id: Uuid,
    name: String,
    uscc: String,
    roles: Value,
    division: String,
    status: String,
    blacklisted: bool,
}

fn read(row: OrganisationRow) -> Result<Organisation, Problem> {
    let fault = || broken("organisation", row.id);
    Ok(Organisation {
        id: OrganisationId::of(row.id),
        roles: list(row.roles).ok_or_else(fault)?,
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        name: row.name,
        uscc: row.uscc,
        division: row.division,
        blacklisted: row.blacklisted,
    })
}

pub async fn organisation(
    pool: &Pool,
    id: OrganisationId,
) -> Result<Option<Known<Organisation>>, Problem> {
    let found: Option<(OrganisationRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((OrganisationRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(row)?, version))).transpose()
}

/// What a list of organisations is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct OrganisationFilter {
    /// Part of the name, or the beginning of the USCC.
    pub q: Option<String>,
    pub role: Option<Part>,
    pub division: Option<String>,
    pub status: Option<Standing>,
    /// Regulators' bodies, which play no part, are listed within this scope; `None`: all are.
    pub bodies: Option<Scope>,
}

pub async fn organisations(
    pool: &Pool,
    filter: &OrganisationFilter,
    slice: Slice,
) -> Result<Vec<Known<Organisation>>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((OrganisationRow::as_select(), subject::version))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(q) = &filter.q {
        let pattern = contains_pattern(q);
        query = query.filter(t::name.ilike(pattern.clone()).or(t::uscc.ilike(pattern)));
    }
    if let Some(role) = filter.role {
        query = query.filter(t::roles.contains(json!([role.as_str()])));
    }
    if let Some(division) = &filter.division {
        query = query.filter(t::division.eq(division));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(seen) = filter.bodies.as_ref().and_then(organisations_seen) {
        query = query.filter(t::roles.ne(json!([])).or(t::id.eq_any(seen)));
    }
    let rows: Vec<(OrganisationRow, i64)> = query.load(&mut pool.get().await?).await?;
    all(rows, read)
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("name", Type::Text),
    ("uscc", Type::Text),
    ("roles", Type::Jsonb),
    ("division", Type::Text),
    ("status", Type::Text),
    ("blacklisted", Type::Bool),
];

static INSERT: Table =
    Table { name: "organisation", order: 10, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "organisation", order: 11, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_organisation(organisation: &Organisation) -> Row {
    Row { table: &INSERT, cells: cells(organisation) }
}

pub fn update_organisation(organisation: &Organisation) -> Row {
    Row { table: &UPDATE, cells: cells(organisation) }
}

fn cells(organisation: &Organisation) -> Vec<Cell> {
    vec![
        id(organisation.id.uuid()),
        text(&*organisation.name),
        text(&*organisation.uscc),
        list_cell(&organisation.roles),
        text(&*organisation.division),
        text(organisation.status.as_str()),
        Cell::Bool(Some(organisation.blacklisted)),
    ]
}
