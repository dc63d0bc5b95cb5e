//! Users' rows.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::ctx::Role;
use crate::db::Pool;
use crate::db::schema::{app_user as t, event, organisation, subject};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::identity::agency::Agency;
use crate::identity::asked::ListUsers;
use crate::identity::password::PasswordHash;
use crate::identity::user::{Recorded, Rights, User, UserStatus, login_key};
use crate::ids::{OrganisationId, SessionId, TotpId, UserId};
use crate::problem::Problem;

/// A user with what only identity may know of it.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: User,
    pub password_hash: PasswordHash,
    /// Sessions of an older epoch are dead.
    pub epoch: i32,
    /// Personal API keys of an older one are dead.
    pub key_epoch: i32,
    /// The second factor in force.
    pub totp: Option<TotpId>,
}

static USER_INSERT: Table = Table {
    name: "app_user",
    order: 30,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("login", Type::Text),
        ("login_key", Type::Text),
        ("password_hash", Type::Text),
        ("role", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("agency", Type::Text),
        ("status", Type::Text),
        ("epoch", Type::Int4),
        ("created_at", Type::Time),
        ("totp_id", Type::Uuid),
        ("must_change_password", Type::Bool),
        ("key_epoch", Type::Int4),
    ],
};

static USER_UPDATE: Table = Table {
    name: "app_user",
    order: 30,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("password_hash", Type::Text),
        ("role", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("agency", Type::Text),
        ("status", Type::Text),
        ("epoch", Type::Int4),
        ("totp_id", Type::Uuid),
        ("must_change_password", Type::Bool),
        ("key_epoch", Type::Int4),
    ],
};

/// Carries one session over into its user's new epoch, which ends all the others.
static SESSION_EPOCH: Table = Table {
    name: "session",
    order: 31,
    write: Write::Update { keys: 1 },
    columns: &[("id", Type::Uuid), ("epoch", Type::Int4)],
};

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(Some(value.into()))
}

fn rights_cells(user: &User) -> [Cell; 5] {
    let rights = &user.rights;
    [
        text(rights.role.as_str()),
        Cell::Text(rights.division.clone()),
        Cell::Text(rights.regiment.clone()),
        Cell::Text(rights.agency.map(|agency| agency.as_str().to_owned())),
        text(user.status.as_str()),
    ]
}

fn factor_cells(account: &Account) -> [Cell; 3] {
    [
        Cell::Uuid(account.totp.map(TotpId::uuid)),
        Cell::Bool(Some(account.user.must_change_password)),
        Cell::Int4(Some(account.key_epoch)),
    ]
}

pub fn insert_row(account: &Account) -> Row {
    let user = &account.user;
    let mut cells = vec![
        Cell::Uuid(Some(user.id.uuid())),
        Cell::Uuid(Some(user.organisation_id.uuid())),
        text(&user.login),
        text(login_key(&user.login)),
        text(&account.password_hash.0),
    ];
    cells.extend(rights_cells(user));
    cells.extend([Cell::Int4(Some(account.epoch)), Cell::Time(Some(user.created_at))]);
    cells.extend(factor_cells(account));
    Row { table: &USER_INSERT, cells }
}

pub fn update_row(account: &Account) -> Row {
    let mut cells = vec![Cell::Uuid(Some(account.user.id.uuid())), text(&account.password_hash.0)];
    cells.extend(rights_cells(&account.user));
    cells.push(Cell::Int4(Some(account.epoch)));
    cells.extend(factor_cells(account));
    Row { table: &USER_UPDATE, cells }
}

pub fn session_row(session: SessionId, epoch: i32) -> Row {
    let cells = vec![Cell::Uuid(Some(session.uuid())), Cell::Int4(Some(epoch))];
    Row { table: &SESSION_EPOCH, cells }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
pub(super) struct UserRow {
    id: Uuid,
    organisation_id: Uuid,
    login: String,
    password_hash: String,
    role: String,
    division: Option<String>,
    regiment: Option<String>,
    agency: Option<String>,
    status: String,
    epoch: i32,
    created_at: DateTime<Utc>,
    totp_id: Option<Uuid>,
    must_change_password: bool,
    key_epoch: i32,
}

impl UserRow {
    /// A row that does not parse is a fault: it was checked when it was written.
    pub(super) fn into_account(self, version: i64) -> Result<Account, Problem> {
        let unknown = |what: &str| Problem::internal(format!("user {}: unknown {what}", self.id));
        let role = Role::parse(&self.role).ok_or_else(|| unknown("role"))?;
        let status = UserStatus::parse(&self.status).ok_or_else(|| unknown("status"))?;
        let agency = self.agency.as_deref().map(Agency::parse);
        let agency = agency.map(|agency| agency.ok_or_else(|| unknown("agency"))).transpose()?;
        Ok(Account {
            user: User {
                id: UserId::of(self.id),
                organisation_id: OrganisationId::of(self.organisation_id),
                login: self.login,
                rights: Rights { role, agency, division: self.division, regiment: self.regiment },
                status,
                created_at: self.created_at,
                second_factor: self.totp_id.is_some(),
                must_change_password: self.must_change_password,
                version,
            },
            password_hash: PasswordHash(self.password_hash),
            epoch: self.epoch,
            key_epoch: self.key_epoch,
            totp: self.totp_id.map(TotpId::of),
        })
    }
}

pub async fn account(pool: &Pool, id: UserId) -> Result<Option<Account>, Problem> {
    let with_version = t::table.inner_join(subject::table.on(subject::id.eq(t::id)));
    let found: Option<(UserRow, i64)> = with_version
        .filter(t::id.eq(id.uuid()))
        .select((UserRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| row.into_account(version)).transpose()
}

pub async fn account_by_login(pool: &Pool, key: &str) -> Result<Option<Account>, Problem> {
    let with_version = t::table.inner_join(subject::table.on(subject::id.eq(t::id)));
    let found: Option<(UserRow, i64)> = with_version
        .filter(t::login_key.eq(key))
        .select((UserRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| row.into_account(version)).transpose()
}

pub async fn user(pool: &Pool, id: UserId) -> Result<Option<User>, Problem> {
    Ok(account(pool, id).await?.map(|account| account.user))
}

pub async fn login_is_taken(pool: &Pool, key: &str) -> Result<bool, Problem> {
    let found: Option<Uuid> = t::table
        .filter(t::login_key.eq(key))
        .select(t::id)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// The user as it stood after its event number `version`.
pub async fn as_at(pool: &Pool, id: UserId, version: i64) -> Result<User, Problem> {
    let now = user(pool, id).await?.ok_or_else(Problem::not_found)?;
    let body: String = event::table
        .filter(event::subject_id.eq(id.uuid()))
        .filter(event::seq.eq(version - 1))
        .select(event::body)
        .first(&mut pool.get().await?)
        .await?;
    let body: Body = serde_json::from_str(&body).map_err(Problem::internal)?;
    Ok(now.as_recorded(body.data, version))
}

/// What an event of a user recorded: whose, its number, its data.
pub type Recording = (Uuid, i64, Recorded);

/// The users as they stood after these events, in their order; `None` where there is none.
pub async fn as_they_stood(
    pool: &Pool,
    recordings: Vec<Recording>,
) -> Result<Vec<Option<User>>, Problem> {
    let ids: Vec<Uuid> = recordings.iter().map(|(id, ..)| *id).collect();
    let rows: Vec<UserRow> = t::table
        .filter(t::id.eq_any(&ids))
        .select(UserRow::as_select())
        .load(&mut pool.get().await?)
        .await?;
    let mut users = HashMap::new();
    for row in rows {
        let user = row.into_account(0)?.user;
        users.insert(user.id.uuid(), user);
    }
    let stood = |(id, seq, data)| users.get(&id).map(|now: &User| now.as_recorded(data, seq + 1));
    Ok(recordings.into_iter().map(stood).collect())
}

/// Those of `ids` that are wanted.
pub async fn seen_among(
    pool: &Pool,
    wanted: Wanted,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed::<Pg>();
    if let Some(employers) = wanted.organisations() {
        query = query.filter(t::organisation_id.eq_any(employers));
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

#[derive(serde::Deserialize)]
struct Body {
    data: Recorded,
}

/// Whose users a list may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// Those of one's own organisation, and of those that a division's regulator looks after.
    OwnAndDivision(OrganisationId, String),
    Own(OrganisationId),
}

impl Wanted {
    /// Those whose users are wanted; `None`: everybody's.
    pub(super) fn organisations(
        &self,
    ) -> Option<organisation::BoxedQuery<'static, Pg, diesel::sql_types::Uuid>> {
        let organisations = organisation::table.select(organisation::id).into_boxed();
        match self {
            Self::All => None,
            Self::Own(own) => Some(organisations.filter(organisation::id.eq(own.uuid()))),
            Self::OwnAndDivision(own, division) => {
                let in_division = organisation::division.eq(division.clone());
                Some(organisations.filter(organisation::id.eq(own.uuid()).or(in_division)))
            }
        }
    }
}

/// In the order of ids, which is that of making; one row more than shown.
pub async fn list(pool: &Pool, wanted: Wanted, asked: &ListUsers) -> Result<Vec<User>, Problem> {
    let mut query =
        t::table.inner_join(subject::table.on(subject::id.eq(t::id))).into_boxed::<Pg>();
    if let Some(employers) = wanted.organisations() {
        query = query.filter(t::organisation_id.eq_any(employers));
    }
    if let Some(organisation) = asked.organisation_id {
        query = query.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(role) = asked.role {
        query = query.filter(t::role.eq(role.as_str()));
    }
    if let Some(status) = asked.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0.uuid()));
    }
    let rows: Vec<(UserRow, i64)> = query
        .order(t::id)
        .limit(asked.limit.rows_to_read())
        .select((UserRow::as_select(), subject::version))
        .load(&mut pool.get().await?)
        .await?;
    let user = |(row, version): (UserRow, i64)| Ok(row.into_account(version)?.user);
    rows.into_iter().map(user).collect()
}
