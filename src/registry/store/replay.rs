//! An entry as it stood after one of its events, for answers to repeated requests, and after each
//! of them, for its history.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::super::entry::Entry;
use crate::db::Pool;
use crate::db::schema::event as t;
use crate::decision::SubjectKind;
use crate::problem::Problem;

/// The one member of an event's body that is read here.
#[derive(Deserialize)]
struct Body<T> {
    data: T,
}

/// The entry as it stood at `version`: its event `version - 1` carries it whole.
pub async fn as_it_stood<T: Entry>(pool: &Pool, id: Uuid, version: i64) -> Result<T, Problem> {
    let body: String = t::table
        .filter(t::subject_id.eq(id).and(t::seq.eq(version - 1)))
        .select(t::body)
        .first(&mut pool.get().await?)
        .await?;
    let body: Body<T> = serde_json::from_str(&body).map_err(Problem::internal)?;
    Ok(body.data)
}

/// An entry's event.
pub struct Told {
    /// Of the entry after it.
    pub version: i64,
    pub kind: String,
    pub recorded_at: DateTime<Utc>,
    pub actor: Value,
    pub data: Value,
}

/// The events of an entry of this register from a `seq` on, oldest first.
pub async fn told_from(
    pool: &Pool,
    (kind, id): (SubjectKind, Uuid),
    seq: i64,
    rows_max: i64,
) -> Result<Vec<Told>, Problem> {
    #[derive(Deserialize)]
    struct Whole {
        kind: String,
        recorded_at: DateTime<Utc>,
        actor: Value,
        data: Value,
    }
    let rows: Vec<(i64, String)> = t::table
        .filter(t::subject_id.eq(id).and(t::subject_kind.eq(kind.number())))
        .filter(t::seq.ge(seq))
        .order(t::seq)
        .limit(rows_max)
        .select((t::seq, t::body))
        .load(&mut pool.get().await?)
        .await?;
    let read = |(seq, body): (i64, String)| {
        let body: Whole = serde_json::from_str(&body).map_err(Problem::internal)?;
        let Whole { kind, recorded_at, actor, data } = body;
        Ok(Told { version: seq + 1, kind, recorded_at, actor, data })
    };
    rows.into_iter().map(read).collect()
}
