//! Webhooks' rows.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asked::ListWebhooks;
use super::model::{DisabledBecause, Recorded, Sight, Webhook, WebhookStatus};
use crate::ctx::Role;
use crate::db::Pool;
use crate::db::schema::{event, webhook as t};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::{Whose, rows_of};
use crate::ids::{OrganisationId, UserId, WebhookId};
use crate::journal;
use crate::problem::Problem;

static INSERT: Table = Table {
    name: "webhook",
    order: 60,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("name", Type::Text),
        ("url", Type::Text),
        ("filter", Type::Jsonb),
        ("role", Type::Text),
        ("agency", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("status", Type::Text),
        ("disabled_because", Type::Text),
        ("created_at", Type::Time),
        ("secret", Type::Bytes),
    ],
};

static UPDATE: Table = Table {
    name: "webhook",
    order: 61,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("name", Type::Text),
        ("url", Type::Text),
        ("filter", Type::Jsonb),
        ("status", Type::Text),
        ("disabled_because", Type::Text),
        ("failing_since", Type::Time),
    ],
};

static SECRETS: Table = Table {
    name: "webhook",
    order: 62,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("secret", Type::Bytes),
        ("old_secret", Type::Bytes),
        ("old_secret_until", Type::Time),
    ],
};

/// What events tell of a webhook, for the audit.
static TOLD: Table = Table {
    name: "webhook",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("filter", Type::Jsonb),
        ("role", Type::Text),
        ("agency", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("status", Type::Text),
        ("disabled_because", Type::Text),
    ],
};

fn reason(why: Option<DisabledBecause>) -> Cell {
    Cell::Text(why.map(|why| why.as_str().to_owned()))
}

fn json_text(value: &impl serde::Serialize) -> Cell {
    Cell::Json(Some(json!(value).to_string()))
}

pub fn insert(it: &Webhook, sealed: Vec<u8>) -> Row {
    let cells = vec![
        it.id.uuid().into(),
        it.organisation_id.uuid().into(),
        it.user_id.uuid().into(),
        it.name.as_str().into(),
        it.url.as_str().into(),
        json_text(&it.filter),
        it.sight.role.as_str().into(),
        Cell::Text(it.sight.agency.clone()),
        Cell::Text(it.sight.division.clone()),
        Cell::Text(it.sight.regiment.clone()),
        it.status.as_str().into(),
        reason(it.disabled_because),
        Cell::Time(Some(it.created_at)),
        Cell::Bytes(Some(sealed)),
    ];
    Row { table: &INSERT, cells }
}

/// What was decided of it; whatever it failed at before counts no more.
pub fn update(it: &Webhook) -> Row {
    let cells = vec![
        it.id.uuid().into(),
        it.name.as_str().into(),
        it.url.as_str().into(),
        json_text(&it.filter),
        it.status.as_str().into(),
        reason(it.disabled_because),
        Cell::Time(None),
    ];
    Row { table: &UPDATE, cells }
}

/// What it is signed with from now on: the new one, and till then the old one.
pub fn secrets(id: WebhookId, new: Option<Vec<u8>>, old: Option<(Vec<u8>, DateTime<Utc>)>) -> Row {
    let (old, until) = old.unzip();
    let cells = vec![id.uuid().into(), Cell::Bytes(new), Cell::Bytes(old), Cell::Time(until)];
    Row { table: &SECRETS, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let it: Recorded = serde_json::from_value(data)?;
    let cells = vec![
        it.id.uuid().into(),
        it.organisation_id.uuid().into(),
        it.user_id.uuid().into(),
        json_text(&it.filter),
        it.sight.role.as_str().into(),
        Cell::Text(it.sight.agency),
        Cell::Text(it.sight.division),
        Cell::Text(it.sight.regiment),
        it.status.as_str().into(),
        reason(it.disabled_because),
    ];
    Ok(Row { table: &TOLD, cells })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct WebhookRow {
    id: Uuid,
    organisation_id: Uuid,
    user_id: Uuid,
    name: String,
    url: String,
    filter: Value,
    role: String,
    agency: Option<String>,
    division: Option<String>,
    regiment: Option<String>,
    status: String,
    disabled_because: Option<String>,
    created_at: DateTime<Utc>,
}

/// A row that does not parse is a fault: it was checked when it was written.
fn read(row: WebhookRow) -> Result<Webhook, Problem> {
    let broken = || Problem::internal(format!("webhook {} does not parse", row.id));
    let because = row.disabled_because.as_deref();
    let because = because.map(|word| DisabledBecause::parse(word).ok_or_else(broken));
    Ok(Webhook {
        id: WebhookId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        user_id: UserId::of(row.user_id),
        filter: serde_json::from_value(row.filter.clone()).map_err(Problem::internal)?,
        sight: Sight {
            role: Role::parse(&row.role).ok_or_else(broken)?,
            agency: row.agency.clone(),
            division: row.division.clone(),
            regiment: row.regiment.clone(),
        },
        status: WebhookStatus::parse(&row.status).ok_or_else(broken)?,
        disabled_because: because.transpose()?,
        name: row.name,
        url: row.url,
        created_at: row.created_at,
    })
}

type Boxed<'a> = t::BoxedQuery<'a, Pg>;

fn of(whose: Whose) -> Boxed<'static> {
    rows_of!(t::table.into_boxed(), t, whose)
}

/// Webhooks with their versions.
async fn with_versions(pool: &Pool, query: Boxed<'_>) -> Result<Vec<(Webhook, i64)>, Problem> {
    let conn = &mut pool.get().await?;
    let rows: Vec<WebhookRow> = query.select(WebhookRow::as_select()).load(conn).await?;
    journal::with_versions(conn, rows, |row| row.id, read).await
}

pub async fn one(
    pool: &Pool,
    whose: Whose,
    id: WebhookId,
) -> Result<Option<(Webhook, i64)>, Problem> {
    Ok(with_versions(pool, of(whose).filter(t::id.eq(id.uuid()))).await?.into_iter().next())
}

/// In the order of their making, without those that were removed; one row more than shown.
pub async fn page(
    pool: &Pool,
    whose: Whose,
    asked: &ListWebhooks,
) -> Result<Vec<(Webhook, i64)>, Problem> {
    let mut query = of(whose).filter(t::status.ne("removed"));
    if let Some(status) = asked.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0.uuid()));
    }
    with_versions(pool, query.order(t::id).limit(asked.limit.rows_to_read())).await
}

/// Those of `ids` that are wanted.
pub async fn among(pool: &Pool, whose: Whose, ids: &[Uuid]) -> Result<Vec<Webhook>, Problem> {
    let query = of(whose).filter(t::id.eq_any(ids)).select(WebhookRow::as_select());
    let rows: Vec<WebhookRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// How many an organisation has that were not removed.
pub async fn count(pool: &Pool, of: OrganisationId) -> Result<i64, Problem> {
    let kept = t::table.filter(t::organisation_id.eq(of.uuid())).filter(t::status.ne("removed"));
    Ok(kept.count().get_result(&mut pool.get().await?).await?)
}

/// Its sealed secret.
pub async fn sealed(pool: &Pool, id: WebhookId) -> Result<Option<Vec<u8>>, Problem> {
    let found: Option<Option<Vec<u8>>> = t::table
        .filter(t::id.eq(id.uuid()))
        .select(t::secret)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.flatten())
}

/// The webhooks that may be told of what these organisations, or regulators, may know.
pub async fn listening(pool: &Pool, of: &[Uuid]) -> Result<Vec<Webhook>, Problem> {
    let regulators =
        [Role::CorpsRegulator, Role::DivisionRegulator, Role::RegimentRegulator].map(Role::as_str);
    let query = t::table
        .filter(t::status.eq("active"))
        .filter(t::organisation_id.eq_any(of).or(t::role.eq_any(regulators)));
    let rows: Vec<WebhookRow> =
        query.select(WebhookRow::as_select()).load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// The `data` of a subject's event: it has `version` events with it.
pub async fn recorded_at(pool: &Pool, subject: Uuid, version: i64) -> Result<Value, Problem> {
    #[derive(serde::Deserialize)]
    struct Body {
        data: Value,
    }
    let body: String = event::table
        .filter(event::subject_id.eq(subject))
        .filter(event::seq.eq(version - 1))
        .select(event::body)
        .first(&mut pool.get().await?)
        .await?;
    let body: Body = serde_json::from_str(&body).map_err(Problem::internal)?;
    Ok(body.data)
}
