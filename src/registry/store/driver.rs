//! Rows of `driver`: beside the entry that events carry, the personal data that they do not.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::cache::Known;
use super::super::entry::Slice;
use super::super::model::{Driver, Person, Standing};
use super::scope::organisations_seen;
use super::{all, broken, id, known, text};
use crate::db::Pool;
use crate::db::schema::driver as t;
use crate::db::schema::subject;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{DriverId, OrganisationId};
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct DriverRow {
    id: Uuid,
    organisation_id: Uuid,
    licence_valid_to: Option<chrono::NaiveDate>,
    status: String,
}

fn read(row: &DriverRow) -> Result<Driver, Problem> {
    let status = Standing::parse(&row.status).ok_or_else(|| broken("driver", row.id))?;
    Ok(Driver {
        id: DriverId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        licence_valid_to: row.licence_valid_to,
        status,
    })
}

pub async fn driver(pool: &Pool, id: DriverId) -> Result<Option<Known<Driver>>, Problem> {
    let found: Option<(DriverRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((DriverRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version)| Ok(known(read(&row)?, version))).transpose()
}

type PersonColumns = (t::name, t::phone, t::licence_no);
const PERSON: PersonColumns = (t::name, t::phone, t::licence_no);

fn person_of((name, phone, licence_no): (String, String, String)) -> Person {
    Person { name, phone, licence_no }
}

/// The personal data of a driver, as it stands now.
pub async fn person(pool: &Pool, id: DriverId) -> Result<Option<Person>, Problem> {
    let found: Option<(String, String, String)> =
        t::table.find(id.uuid()).select(PERSON).first(&mut pool.get().await?).await.optional()?;
    Ok(found.map(person_of))
}

/// The same for several; whoever is not there any more is absent.
pub async fn persons(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Person>, Problem> {
    let found: Vec<(Uuid, (String, String, String))> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, PERSON))
        .load(&mut pool.get().await?)
        .await?;
    Ok(found.into_iter().map(|(id, person)| (id, person_of(person))).collect())
}

/// What a list of drivers is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct DriverFilter {
    pub organisation_id: Option<OrganisationId>,
    pub status: Option<Standing>,
}

pub async fn drivers(
    pool: &Pool,
    scope: &Scope,
    filter: &DriverFilter,
    slice: Slice,
) -> Result<Vec<(Known<Driver>, Person)>, Problem> {
    let mut query = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .select((DriverRow::as_select(), subject::version, PERSON))
        .order(t::id)
        .limit(slice.rows_max)
        .into_boxed();
    if let Some(seen) = organisations_seen(scope) {
        query = query.filter(t::organisation_id.eq_any(seen));
    }
    if let Some(after) = slice.after {
        query = query.filter(t::id.gt(after));
    }
    if let Some(organisation) = filter.organisation_id {
        query = query.filter(t::organisation_id.eq(organisation.uuid()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    let rows: Vec<(DriverRow, i64, (String, String, String))> =
        query.load(&mut pool.get().await?).await?;
    let mut rows_read = Vec::with_capacity(rows.len());
    let mut people = Vec::with_capacity(rows.len());
    for (row, version, person) in rows {
        rows_read.push((row, version));
        people.push(person_of(person));
    }
    Ok(all(rows_read, |row| read(&row))?.into_iter().zip(people).collect())
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("name", Type::Text),
    ("phone", Type::Text),
    ("licence_no", Type::Text),
    ("licence_valid_to", Type::Date),
    ("status", Type::Text),
];

static INSERT: Table = Table { name: "driver", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "driver", order: 15, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn insert_driver(driver: &Driver, person: &Person) -> Row {
    Row { table: &INSERT, cells: cells(driver, person) }
}

pub fn update_driver(driver: &Driver, person: &Person) -> Row {
    Row { table: &UPDATE, cells: cells(driver, person) }
}

fn cells(driver: &Driver, person: &Person) -> Vec<Cell> {
    vec![
        id(driver.id.uuid()),
        id(driver.organisation_id.uuid()),
        text(&*person.name),
        text(&*person.phone),
        text(&*person.licence_no),
        Cell::Date(driver.licence_valid_to),
        text(driver.status.as_str()),
    ]
}
