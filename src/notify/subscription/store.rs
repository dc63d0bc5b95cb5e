//! Subscriptions' rows.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asked::ListSubscriptions;
use super::model::{Channel, Digest, Language, Recorded, Subscription, SubscriptionStatus};
use crate::ctx::{Actor, Role, Via};
use crate::db::Pool;
use crate::db::schema::subscription as t;
use crate::decision::{Cell, Row, Table, Type, Write, with_columns};
use crate::grant::Grants;
use crate::ids::{OrganisationId, SubscriptionId, UserId};
use crate::journal;
use crate::problem::Problem;

static INSERT: Table =
    Table { name: "subscription", order: 63, write: Write::Insert, columns: &WHOLE };

static UPDATE: Table = Table {
    name: "subscription",
    order: 64,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("filter", Type::Jsonb),
        ("digest", Type::Text),
        ("language", Type::Text),
        ("status", Type::Text),
        ("address", Type::Text),
    ],
};

static TOLD: Table =
    Table { name: "subscription", order: 0, write: Write::Insert, columns: &COLUMNS };

/// What events tell of a subscription.
const COLUMNS: [(&str, Type); 8] = [
    ("id", Type::Uuid),
    ("user_id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("channel", Type::Text),
    ("filter", Type::Jsonb),
    ("digest", Type::Text),
    ("language", Type::Text),
    ("status", Type::Text),
];

/// And what is kept beside them: where its mail goes is in no event.
const WHOLE: [(&str, Type); 10] =
    with_columns(&COLUMNS, &[("address", Type::Text), ("created_at", Type::Time)]);

fn filter(it: &impl serde::Serialize) -> Cell {
    Cell::Json(Some(json!(it).to_string()))
}

pub fn insert(it: &Subscription) -> Row {
    let cells = vec![
        it.id.uuid().into(),
        it.user_id.uuid().into(),
        it.organisation_id.uuid().into(),
        it.channel.as_str().into(),
        filter(&it.filter),
        it.digest.as_str().into(),
        it.language.as_str().into(),
        it.status.as_str().into(),
        Cell::Text(it.address.clone()),
        Cell::Time(Some(it.created_at)),
    ];
    Row { table: &INSERT, cells }
}

pub fn update(it: &Subscription) -> Row {
    let cells = vec![
        it.id.uuid().into(),
        filter(&it.filter),
        it.digest.as_str().into(),
        it.language.as_str().into(),
        it.status.as_str().into(),
        Cell::Text(it.address.clone()),
    ];
    Row { table: &UPDATE, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let it: Recorded = serde_json::from_value(data)?;
    let cells = vec![
        it.id.uuid().into(),
        it.user_id.uuid().into(),
        it.organisation_id.uuid().into(),
        it.channel.as_str().into(),
        filter(&it.filter),
        it.digest.as_str().into(),
        it.language.as_str().into(),
        it.status.as_str().into(),
    ];
    Ok(Row { table: &TOLD, cells })
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct SubscriptionRow {
    id: Uuid,
    user_id: Uuid,
    organisation_id: Uuid,
    channel: String,
    address: Option<String>,
    filter: Value,
    digest: String,
    language: String,
    status: String,
    created_at: DateTime<Utc>,
}

/// A row that does not parse is a fault: it was checked when it was written.
fn read(row: SubscriptionRow) -> Result<Subscription, Problem> {
    let broken = || Problem::internal(format!("subscription {} does not parse", row.id));
    Ok(Subscription {
        id: SubscriptionId::of(row.id),
        user_id: UserId::of(row.user_id),
        organisation_id: OrganisationId::of(row.organisation_id),
        channel: Channel::parse(&row.channel).ok_or_else(broken)?,
        filter: serde_json::from_value(row.filter.clone()).map_err(Problem::internal)?,
        digest: Digest::parse(&row.digest).ok_or_else(broken)?,
        language: Language::parse(&row.language).ok_or_else(broken)?,
        status: SubscriptionStatus::parse(&row.status).ok_or_else(broken)?,
        address: row.address,
        created_at: row.created_at,
    })
}

type Boxed<'a> = t::BoxedQuery<'a, Pg>;

/// Of a user, or of all.
fn of(user: Option<UserId>) -> Boxed<'static> {
    let query = t::table.into_boxed();
    match user {
        Some(user) => query.filter(t::user_id.eq(user.uuid())),
        None => query,
    }
}

async fn with_versions(pool: &Pool, query: Boxed<'_>) -> Result<Vec<(Subscription, i64)>, Problem> {
    let conn = &mut pool.get().await?;
    let rows: Vec<SubscriptionRow> = query.select(SubscriptionRow::as_select()).load(conn).await?;
    journal::with_versions(conn, rows, |row| row.id, read).await
}

pub async fn one(
    pool: &Pool,
    user: Option<UserId>,
    id: SubscriptionId,
) -> Result<Option<(Subscription, i64)>, Problem> {
    let query = of(user).filter(t::id.eq(id.uuid()));
    Ok(with_versions(pool, query).await?.into_iter().next())
}

/// In the order of their making, without those that were removed; one row more than shown.
pub async fn page(
    pool: &Pool,
    user: UserId,
    asked: &ListSubscriptions,
) -> Result<Vec<(Subscription, i64)>, Problem> {
    let mut query = of(Some(user)).filter(t::status.eq("active"));
    if let Some(channel) = asked.channel {
        query = query.filter(t::channel.eq(channel.as_str()));
    }
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0.uuid()));
    }
    with_versions(pool, query.order(t::id).limit(asked.limit.rows_to_read())).await
}

pub async fn among(
    pool: &Pool,
    user: Option<UserId>,
    ids: &[Uuid],
) -> Result<Vec<Subscription>, Problem> {
    let query = of(user).filter(t::id.eq_any(ids)).select(SubscriptionRow::as_select());
    let rows: Vec<SubscriptionRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// How many a user has.
pub async fn count(pool: &Pool, user: UserId) -> Result<i64, Problem> {
    let kept = t::table.filter(t::user_id.eq(user.uuid())).filter(t::status.eq("active"));
    Ok(kept.count().get_result(&mut pool.get().await?).await?)
}

/// A subscription with its user as it is now.
pub struct Listener {
    pub subscription: Subscription,
    pub actor: Actor,
}

#[derive(QueryableByName)]
struct Rights {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<Text>)]
    agency: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    division: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    regiment: Option<String>,
}

const LISTENING_SQL: &str = "-- notify: subscriptions of these organisations, and of regulators
SELECT s.*, u.role, u.agency, u.division, u.regiment
  FROM subscription s JOIN app_user u ON u.id = s.user_id
 WHERE s.status = 'active' AND u.status = 'active'
   AND (s.organisation_id = ANY($1) OR u.role LIKE '%regulator')";

/// The subscriptions that may be told of what these organisations, or regulators, may know.
pub async fn listening(pool: &Pool, of: &[Uuid]) -> Result<Vec<Listener>, Problem> {
    let query = diesel::sql_query(LISTENING_SQL).bind::<Array<SqlUuid>, _>(of);
    let rows: Vec<(SubscriptionRow, Rights)> = query.load(&mut pool.get().await?).await?;
    let listener = |(row, rights): (SubscriptionRow, Rights)| {
        let subscription = read(row)?;
        let broken = || Problem::internal(format!("a role is called {}", rights.role));
        let actor = Actor {
            user_id: subscription.user_id,
            organisation_id: subscription.organisation_id,
            role: Role::parse(&rights.role).ok_or_else(broken)?,
            via: Via::Password,
            session_id: None,
            division: rights.division,
            regiment: rights.regiment,
            agency: rights.agency,
            grants: Grants::NONE,
        };
        Ok(Listener { subscription, actor })
    };
    rows.into_iter().map(listener).collect()
}
