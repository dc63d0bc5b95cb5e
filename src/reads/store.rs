//! Rows of `read_record`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::list::{ReadFilter, Shown};
use super::model::ReadRecord;
use crate::db::Pool;
use crate::db::schema::read_record as t;
use crate::problem::Problem;
use crate::wire::Cursor;

/// All of them or none.
pub async fn insert(pool: &Pool, records: &[ReadRecord]) -> Result<(), Problem> {
    let row = |one: &ReadRecord| {
        (
            t::id.eq(one.id),
            t::read_at.eq(one.read_at),
            t::user_id.eq(one.user_id),
            t::organisation_id.eq(one.organisation_id),
            t::role.eq(one.role.clone()),
            t::agency.eq(one.agency.clone()),
            t::api_key_id.eq(one.api_key_id),
            t::what.eq(one.what.clone()),
            t::manifest_id.eq(one.manifest_id),
            t::query.eq(one.query.clone()),
            t::request_id.eq(one.request_id.clone()),
        )
    };
    let rows: Vec<_> = records.iter().map(row).collect();
    diesel::insert_into(t::table).values(rows).execute(&mut pool.get().await?).await?;
    Ok(())
}

type Row = (
    Uuid,
    DateTime<Utc>,
    Uuid,
    Uuid,
    String,
    Option<String>,
    Option<Uuid>,
    String,
    Option<Uuid>,
    Option<String>,
    String,
);

fn record(row: Row) -> ReadRecord {
    ReadRecord {
        id: row.0,
        read_at: row.1,
        user_id: row.2,
        organisation_id: row.3,
        role: row.4,
        agency: row.5,
        api_key_id: row.6,
        what: row.7,
        manifest_id: row.8,
        query: row.9,
        request_id: row.10,
    }
}

/// Newest first, with one row more than is shown.
pub async fn page(
    pool: &Pool,
    shown: &Shown,
    filter: &ReadFilter,
) -> Result<Vec<ReadRecord>, Problem> {
    let mut query = t::table.order(t::id.desc()).limit(filter.limit.rows_to_read()).into_boxed();
    if let Shown::OfAgency(agency) = shown {
        query = query.filter(t::agency.is_not_distinct_from(agency));
    }
    if let Some(Cursor(before)) = filter.cursor {
        query = query.filter(t::id.lt(before));
    }
    if let Some(manifest) = filter.manifest_id {
        query = query.filter(t::manifest_id.is_not_distinct_from(manifest.uuid()));
    }
    if let Some(user) = filter.user_id {
        query = query.filter(t::user_id.eq(user.uuid()));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(what) = filter.what {
        query = query.filter(t::what.eq(what.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(t::read_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(t::read_at.lt(to));
    }
    let rows: Vec<Row> = query.load(&mut pool.get().await?).await?;
    Ok(rows.into_iter().map(record).collect())
}
