//! Drafts' rows: written, found, changed and taken away.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgExpressionMethods, QueryDsl,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::drafts::Draft;
use crate::ctx::{Actor, Role};
use crate::db::Pool;
use crate::db::schema::draft as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{ManifestId, OrganisationId};
use crate::problem::Problem;

static NEW: Table = Table {
    name: "draft",
    order: 10,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("owner_id", Type::Uuid),
        ("producer_id", Type::Uuid),
        ("version", Type::Int8),
        ("body", Type::Jsonb),
        ("created_at", Type::Time),
        ("updated_at", Type::Time),
    ],
};

pub fn new_row(draft: &Draft, now: DateTime<Utc>) -> Row {
    let cells = vec![
        Cell::Uuid(Some(draft.id.uuid())),
        Cell::Uuid(Some(draft.owner.uuid())),
        Cell::Uuid(draft.producer.map(OrganisationId::uuid)),
        Cell::Int8(Some(draft.version)),
        Cell::Json(Some(draft.body.to_string())),
        Cell::Time(Some(now)),
        Cell::Time(Some(now)),
    ];
    Row { table: &NEW, cells }
}

type Found = (uuid::Uuid, uuid::Uuid, Option<uuid::Uuid>, i64, Value);

fn draft((id, owner, producer, version, body): Found) -> Draft {
    Draft {
        id: ManifestId::of(id),
        owner: OrganisationId::of(owner),
        producer: producer.map(OrganisationId::of),
        version,
        body,
    }
}

/// Whether the actor sees what its organisation prepares, or what is prepared for it: its desk
/// does. A driver sees what is carried, and what a round has it call at.
fn sees_drafts(actor: &Actor) -> bool {
    actor.role != Role::Driver
}

/// The draft with this id, if the actor's organisation prepares it or is its producer.
pub async fn find(pool: &Pool, actor: &Actor, id: ManifestId) -> Result<Option<Draft>, Problem> {
    if !sees_drafts(actor) {
        return Ok(None);
    }
    let own = actor.organisation_id.uuid();
    let found: Option<Found> = t::table
        .find(id.uuid())
        .filter(t::owner_id.eq(own).or(t::producer_id.is_not_distinct_from(own)))
        .select((t::id, t::owner_id, t::producer_id, t::version, t::body))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.map(draft))
}

/// Those of `ids` that are still drafts, whoever prepares them: for a round, which made them.
pub async fn find_all(pool: &Pool, ids: &[ManifestId]) -> Result<Vec<Draft>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let found: Vec<Found> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, t::owner_id, t::producer_id, t::version, t::body))
        .load(&mut pool.get().await?)
        .await?;
    Ok(found.into_iter().map(draft).collect())
}

/// The drafts of the actor's organisation, newest first, those below `before`.
pub async fn list(
    pool: &Pool,
    actor: &Actor,
    before: Option<ManifestId>,
    rows: i64,
) -> Result<Vec<Draft>, Problem> {
    if !sees_drafts(actor) {
        return Ok(Vec::new());
    }
    let own = actor.organisation_id.uuid();
    let mut query = t::table
        .filter(t::owner_id.eq(own).or(t::producer_id.is_not_distinct_from(own)))
        .select((t::id, t::owner_id, t::producer_id, t::version, t::body))
        .order(t::id.desc())
        .limit(rows)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(t::id.lt(before.uuid()));
    }
    let found: Vec<Found> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().map(draft).collect())
}

/// Writes a changed draft over the version before it; false when somebody else was first.
pub async fn update(pool: &Pool, changed: &Draft, now: DateTime<Utc>) -> Result<bool, Problem> {
    let before = t::table.find(changed.id.uuid()).filter(t::version.eq(changed.version - 1));
    let rows = diesel::update(before)
        .set((
            t::version.eq(changed.version),
            t::body.eq(&changed.body),
            t::producer_id.eq(changed.producer.map(OrganisationId::uuid)),
            t::updated_at.eq(now),
        ))
        .execute(&mut pool.get().await?)
        .await?;
    Ok(rows == 1)
}

/// Takes a draft away; false when it was changed meanwhile.
pub async fn delete(pool: &Pool, id: ManifestId, version: i64) -> Result<bool, Problem> {
    let draft = t::table.find(id.uuid()).filter(t::version.eq(version));
    Ok(diesel::delete(draft).execute(&mut pool.get().await?).await? == 1)
}
