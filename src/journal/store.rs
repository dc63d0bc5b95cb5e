//! Reading the log by position. Positions are dense and in commit order, so whoever has read up to
//! one has missed nothing below it.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::Pool;
use crate::db::schema::{event, log_head, subject};
use crate::decision::SubjectKind;
use crate::problem::Problem;

/// Where an event stands, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: i64,
    pub subject_id: Uuid,
    pub subject_kind: SubjectKind,
    pub seq: i64,
}

/// The events from a position on, in order, at most `rows_max`.
pub async fn scan(pool: &Pool, from: i64, rows_max: i64) -> Result<Vec<Place>, Problem> {
    let rows: Vec<(i64, Uuid, i16, i64)> = event::table
        .filter(event::position.ge(from))
        .order(event::position)
        .limit(rows_max)
        .select((event::position, event::subject_id, event::subject_kind, event::seq))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(place).collect()
}

fn place((position, subject_id, kind, seq): (i64, Uuid, i16, i64)) -> Result<Place, Problem> {
    let subject_kind = SubjectKind::from_number(kind)
        .ok_or_else(|| Problem::internal(format!("subject kind {kind}")))?;
    Ok(Place { position, subject_id, subject_kind, seq })
}

/// Whose events stand at these positions, in order.
pub async fn places(pool: &Pool, positions: &[i64]) -> Result<Vec<Place>, Problem> {
    let rows: Vec<(i64, Uuid, i16, i64)> = event::table
        .filter(event::position.eq_any(positions))
        .order(event::position)
        .select((event::position, event::subject_id, event::subject_kind, event::seq))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(place).collect()
}

/// A subject's whole chain, oldest first: positions and bodies.
pub async fn whole(pool: &Pool, subject: Uuid) -> Result<Vec<(i64, String)>, Problem> {
    let rows = event::table
        .filter(event::subject_id.eq(subject))
        .order(event::seq)
        .select((event::position, event::body))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}

/// The bodies at these positions, in order.
pub async fn bodies(pool: &Pool, positions: &[i64]) -> Result<Vec<(i64, String)>, Problem> {
    let rows = event::table
        .filter(event::position.eq_any(positions))
        .order(event::position)
        .select((event::position, event::body))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}

/// The bodies of a subject's events below a version, oldest first.
pub async fn chain(pool: &Pool, subject: Uuid, below: i64) -> Result<Vec<String>, Problem> {
    let rows = event::table
        .filter(event::subject_id.eq(subject).and(event::seq.lt(below)))
        .order(event::seq)
        .select(event::body)
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}

/// The bodies of these subjects' events up to a `seq`, each chain in its order.
pub async fn chains(
    pool: &Pool,
    subjects: &[Uuid],
    last: i64,
) -> Result<Vec<(Uuid, i64, String)>, Problem> {
    let rows = event::table
        .filter(event::subject_id.eq_any(subjects).and(event::seq.le(last)))
        .order((event::subject_id, event::seq))
        .select((event::subject_id, event::seq, event::body))
        .load(&mut pool.get().await?)
        .await?;
    Ok(rows)
}

/// Where in the log stands an event of a subject's chain.
pub async fn position(pool: &Pool, subject: Uuid, seq: i64) -> Result<Option<i64>, Problem> {
    let found = event::table
        .filter(event::subject_id.eq(subject).and(event::seq.eq(seq)))
        .select(event::position)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found)
}

/// The versions of these subjects; of what has no chain there is none.
pub async fn versions(
    conn: &mut AsyncPgConnection,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, i64>, Problem> {
    let rows: Vec<(Uuid, i64)> = subject::table
        .filter(subject::id.eq_any(subjects))
        .select((subject::id, subject::version))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Rows as `read` makes entries of them, with the versions of their chains.
pub async fn with_versions<R, T>(
    conn: &mut AsyncPgConnection,
    rows: Vec<R>,
    id: impl Fn(&R) -> Uuid,
    read: impl Fn(R) -> Result<T, Problem>,
) -> Result<Vec<(T, i64)>, Problem> {
    let ids: Vec<Uuid> = rows.iter().map(&id).collect();
    let versions = versions(conn, &ids).await?;
    let known = |row: R| {
        let version = versions.get(&id(&row)).copied().unwrap_or(0);
        Ok((read(row)?, version))
    };
    rows.into_iter().map(known).collect()
}

/// The size of the log.
pub async fn size(pool: &Pool) -> Result<i64, Problem> {
    Ok(log_head::table.select(log_head::next_position).first(&mut pool.get().await?).await?)
}
