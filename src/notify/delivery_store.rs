//! Rows of `delivery` and `delivery_attempt`. They are no part of the record: they come and go.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::delivery::{Attempt, Delivery, DeliveryStatus};
use super::topic::Content;
use crate::db::Pool;
use crate::db::schema::{delivery as t, delivery_attempt as a};
use crate::ids::{DeliveryId, UserId, WebhookId};
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct DeliveryRow {
    id: Uuid,
    target_id: Uuid,
    kind: String,
    subject_kind: Option<i16>,
    subject_id: Option<Uuid>,
    position: Option<i64>,
    happened_at: DateTime<Utc>,
    content: String,
    status: String,
    attempts: i32,
    next_attempt_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

fn read(row: DeliveryRow) -> Result<Delivery, Problem> {
    let broken = || Problem::internal(format!("delivery {} does not parse", row.id));
    Ok(Delivery {
        id: DeliveryId::of(row.id),
        target_id: row.target_id,
        kind: row.kind,
        subject: row.subject_kind.zip(row.subject_id),
        position: row.position,
        happened_at: row.happened_at,
        content: serde_json::from_str(&row.content).map_err(Problem::internal)?,
        status: DeliveryStatus::parse(&row.status).ok_or_else(broken)?,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
        created_at: row.created_at,
        read_at: row.read_at,
    })
}

/// A page of a target's deliveries, newest first, and one more.
pub async fn of_target(
    pool: &Pool,
    target: Uuid,
    status: Option<DeliveryStatus>,
    (before, rows): (Option<DeliveryId>, i64),
) -> Result<Vec<Delivery>, Problem> {
    let mut query = t::table.filter(t::target_id.eq(target)).into_boxed();
    if let Some(status) = status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(before) = before {
        query = query.filter(t::id.lt(before.uuid()));
    }
    let query = query.order(t::id.desc()).limit(rows).select(DeliveryRow::as_select());
    let rows: Vec<DeliveryRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// One of a target's.
pub async fn one(pool: &Pool, target: Uuid, id: DeliveryId) -> Result<Option<Delivery>, Problem> {
    let query = t::table.filter(t::id.eq(id.uuid())).filter(t::target_id.eq(target));
    let row: Option<DeliveryRow> =
        query.select(DeliveryRow::as_select()).first(&mut pool.get().await?).await.optional()?;
    row.map(read).transpose()
}

pub async fn attempts(pool: &Pool, id: DeliveryId) -> Result<Vec<Attempt>, Problem> {
    type Row = (i32, DateTime<Utc>, i32, Option<i16>, Option<String>, Option<String>);
    let query = a::table.filter(a::delivery_id.eq(id.uuid())).order(a::n).select((
        a::n,
        a::at,
        a::duration_ms,
        a::status,
        a::error,
        a::response,
    ));
    let rows: Vec<Row> = query.load(&mut pool.get().await?).await?;
    let attempt = |(n, at, duration_ms, status, error, response): Row| Attempt {
        n,
        at,
        duration_ms,
        status,
        error,
        response,
    };
    Ok(rows.into_iter().map(attempt).collect())
}

/// A page of a user's notices, newest first, and one more.
pub async fn notices(
    pool: &Pool,
    user: UserId,
    unread: bool,
    (before, rows): (Option<DeliveryId>, i64),
) -> Result<Vec<Delivery>, Problem> {
    let own = t::channel.eq("console").and(t::user_id.eq(user.uuid()));
    let mut query = t::table.filter(own).into_boxed();
    if unread {
        query = query.filter(t::read_at.is_null());
    }
    if let Some(before) = before {
        query = query.filter(t::id.lt(before.uuid()));
    }
    let query = query.order(t::id.desc()).limit(rows).select(DeliveryRow::as_select());
    let rows: Vec<DeliveryRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// A notice of the user's.
pub async fn notice(
    pool: &Pool,
    user: UserId,
    id: DeliveryId,
) -> Result<Option<Delivery>, Problem> {
    let own = t::channel.eq("console").and(t::user_id.eq(user.uuid()));
    let query = t::table.filter(own).filter(t::id.eq(id.uuid()));
    let row: Option<DeliveryRow> =
        query.select(DeliveryRow::as_select()).first(&mut pool.get().await?).await.optional()?;
    row.map(read).transpose()
}

/// It was read now, unless it was before.
pub async fn mark_read(pool: &Pool, id: DeliveryId, wall: DateTime<Utc>) -> Result<(), Problem> {
    let unread = t::table.filter(t::id.eq(id.uuid())).filter(t::read_at.is_null());
    diesel::update(unread).set(t::read_at.eq(wall)).execute(&mut pool.get().await?).await?;
    Ok(())
}

/// A delivery that is in no outbox: a trial, or what the program tells by itself.
pub struct Own {
    pub id: DeliveryId,
    pub target_id: Uuid,
    /// In the console of this user; else to a webhook.
    pub user_id: Option<UserId>,
    pub kind: &'static str,
    pub subject: Option<(i16, Uuid)>,
    pub position: Option<i64>,
    pub happened_at: DateTime<Utc>,
    pub content: Content,
    pub wall: DateTime<Utc>,
}

pub async fn insert(pool: &Pool, all: &[Own]) -> Result<(), Problem> {
    let mut rows = Vec::with_capacity(all.len());
    for one in all {
        let content = serde_json::to_string(&one.content).map_err(Problem::internal)?;
        let in_console = one.user_id.is_some();
        let (channel, status) =
            if in_console { ("console", "delivered") } else { ("webhook", "pending") };
        rows.push((
            t::id.eq(one.id.uuid()),
            t::channel.eq(channel),
            t::target_id.eq(one.target_id),
            t::user_id.eq(one.user_id.map(UserId::uuid)),
            t::kind.eq(one.kind),
            t::subject_kind.eq(one.subject.map(|(kind, _)| kind)),
            t::subject_id.eq(one.subject.map(|(_, id)| id)),
            t::position.eq(one.position),
            t::happened_at.eq(one.happened_at),
            t::content.eq(content),
            t::status.eq(status),
            t::next_attempt_at.eq((!in_console).then_some(one.wall)),
            t::tried_since.eq(one.wall),
            t::created_at.eq(one.wall),
        ));
    }
    let insert = diesel::insert_into(t::table).values(rows).on_conflict_do_nothing();
    insert.execute(&mut pool.get().await?).await?;
    Ok(())
}

/// To be sent again, at once and for as long as if it were new.
pub async fn again(pool: &Pool, id: DeliveryId, wall: DateTime<Utc>) -> Result<(), Problem> {
    let changed = (
        t::status.eq("pending"),
        t::next_attempt_at.eq(wall),
        t::leased_until.eq(None::<DateTime<Utc>>),
        t::tried_since.eq(wall),
    );
    let one = t::table.filter(t::id.eq(id.uuid()));
    diesel::update(one).set(changed).execute(&mut pool.get().await?).await?;
    Ok(())
}

/// Takes away what is older, whether it arrived, was given up, or waits for a webhook that somebody
/// switched off long ago; answers how much.
pub async fn sweep(pool: &Pool, before: DateTime<Utc>) -> Result<usize, Problem> {
    let old = t::table.filter(t::created_at.lt(before));
    Ok(diesel::delete(old).execute(&mut pool.get().await?).await?)
}

/// Who of an organisation hears that its webhook was switched off: its administrators, and who
/// made it.
pub async fn keepers(pool: &Pool, id: WebhookId) -> Result<Vec<UserId>, Problem> {
    use crate::db::schema::{app_user as u, webhook as w};
    let (organisation, maker): (Uuid, Uuid) = w::table
        .filter(w::id.eq(id.uuid()))
        .select((w::organisation_id, w::user_id))
        .first(&mut pool.get().await?)
        .await?;
    let keeper = u::id.eq(maker).or(u::role.eq("admin"));
    let query = u::table
        .filter(u::organisation_id.eq(organisation).and(u::status.eq("active")))
        .filter(keeper)
        .select(u::id);
    let ids: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(ids.into_iter().map(UserId::of).collect())
}
