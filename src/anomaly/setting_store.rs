//! Rows of `rule_setting`: what regulators set, as the events have it.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::setting::{CORPS, Set};
use crate::db::Pool;
use crate::db::schema::{rule_setting as t, subject};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::problem::Problem;
use crate::registry::Entry;

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("rule", Type::Text),
    ("param", Type::Text),
    ("division", Type::Text),
    ("value", Type::Text),
];

static INSERT: Table =
    Table { name: "rule_setting", order: 52, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "rule_setting", order: 53, write: Write::Update { keys: 1 }, columns: COLUMNS };

/// The row of a setting; `is_new`: nobody has set it before.
pub fn row(set: &Set, is_new: bool) -> Row {
    let cells = vec![
        Cell::Uuid(Some(set.uuid())),
        Cell::from(set.rule.as_str()),
        Cell::from(set.param.as_str()),
        Cell::from(set.division.as_str()),
        Cell::Text(set.value.clone()),
    ];
    Row { table: if is_new { &INSERT } else { &UPDATE }, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    serde_json::from_value(data).map(|set| row(&set, true))
}

type SetRow = (String, String, String, Option<String>);

const SET: (t::rule, t::param, t::division, t::value) = (t::rule, t::param, t::division, t::value);

fn read((rule, param, division, value): SetRow) -> Set {
    Set { rule, param, division, value }
}

/// All that was ever set: a few rows.
pub async fn all(pool: &Pool) -> Result<Vec<Set>, Problem> {
    let rows: Vec<SetRow> = t::table.select(SET).load(&mut pool.get().await?).await?;
    Ok(rows.into_iter().map(read).collect())
}

/// One with its version.
pub async fn one(pool: &Pool, id: Uuid) -> Result<Option<(Set, i64)>, Problem> {
    let found: Option<(SetRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id))
        .select((SET, subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.map(|(row, version)| (read(row), version)))
}

/// Those of `ids` that hold in a division, and with the corps' own; of all where it is `None`.
pub async fn among(
    pool: &Pool,
    division: Option<&str>,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed();
    if let Some(division) = division {
        query = query.filter(t::division.eq_any([division, CORPS]));
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}
