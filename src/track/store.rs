//! Rows of `reading_batch`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

use super::model::Batch;
use crate::db::Pool;
use crate::db::schema::reading_batch as t;
use crate::decision::{Cell, Row, Table, Type, Write, with_columns};
use crate::problem::Problem;

static TOLD: Table =
    Table { name: "reading_batch", order: 16, write: Write::Insert, columns: &COLUMNS };
static INSERT: Table =
    Table { name: "reading_batch", order: 16, write: Write::Insert, columns: &WHOLE };

const COLUMNS: [(&str, Type); 9] = [
    ("id", Type::Uuid),
    ("about", Type::Text),
    ("about_id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("division", Type::Text),
    ("first_at", Type::Time),
    ("last_at", Type::Time),
    ("count", Type::Int4),
    ("content_sha256", Type::Text),
];

const WHOLE: [(&str, Type); 10] = with_columns(&COLUMNS, &[("content", Type::Text)]);

fn cells(batch: &Batch) -> Vec<Cell> {
    vec![
        Cell::from(batch.id),
        Cell::from(batch.about.as_str()),
        Cell::from(batch.about_id),
        Cell::from(batch.organisation_id.uuid()),
        Cell::from(batch.division.as_str()),
        Cell::Time(Some(batch.first_at)),
        Cell::Time(Some(batch.last_at)),
        Cell::Int4(Some(batch.count)),
        Cell::from(batch.content_sha256.as_str()),
    ]
}

pub fn insert(batch: &Batch, content: &str) -> Row {
    let mut cells = cells(batch);
    cells.push(Cell::from(content));
    Row { table: &INSERT, cells }
}

/// The row that an event implies, but for the content, of which it has the hash.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let batch: Batch = serde_json::from_value(data)?;
    Ok(Row { table: &TOLD, cells: cells(&batch) })
}

/// Which of these batches are there.
pub async fn known(pool: &Pool, ids: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let rows =
        t::table.filter(t::id.eq_any(ids)).select(t::id).load(&mut pool.get().await?).await?;
    Ok(rows)
}

/// The contents of these batches.
pub async fn contents(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Problem> {
    let rows: Vec<(Uuid, String)> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, t::content))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Contents of the batches of one subject that touch a span, oldest first, at most `rows_max`.
pub async fn of_subject(
    pool: &Pool,
    about_id: Uuid,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    rows_max: i64,
) -> Result<Vec<String>, Problem> {
    let rows = t::table
        .filter(t::about_id.eq(about_id).and(t::first_at.lt(to)).and(t::last_at.ge(from)))
        .order(t::first_at)
        .limit(rows_max)
        .select(t::content)
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}
