//! An entry as it stood after one of its events, for answers to repeated requests.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;

use super::super::entry::Entry;
use crate::db::Pool;
use crate::db::schema::event as t;
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
