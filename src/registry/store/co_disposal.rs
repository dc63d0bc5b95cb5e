//! Rows of `co_disposal_facility`: beside the entry that events carry (`store/record.rs`), whom to
//! call, which they do not.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::co_disposal::{CoDisposalFacility, Contact};
use super::record::{insert_record, update_record};
use crate::db::Pool;
use crate::db::schema::co_disposal_facility as t;
use crate::decision::{Row, Table, Type, Write};
use crate::problem::Problem;

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("site_id", Type::Uuid),
    ("kind", Type::Text),
    ("daily_g", Type::Int8),
    ("notice_hours", Type::Int8),
    ("priority", Type::Int8),
    ("evidence_sha256", Type::Text),
    ("status", Type::Text),
    ("contact_person", Type::Text),
    ("contact_phone", Type::Text),
];

static INSERT: Table =
    Table { name: "co_disposal_facility", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table = Table {
    name: "co_disposal_facility",
    order: 15,
    write: Write::Update { keys: 1 },
    columns: COLUMNS,
};

pub fn insert_co_disposal(facility: &CoDisposalFacility, contact: &Contact) -> Row {
    with_contact(&INSERT, insert_record(facility), contact)
}

pub fn update_co_disposal(facility: &CoDisposalFacility, contact: &Contact) -> Row {
    with_contact(&UPDATE, update_record(facility), contact)
}

/// The columns of the entry come first, in its own order.
fn with_contact(table: &'static Table, entry: Row, contact: &Contact) -> Row {
    let mut cells = entry.cells;
    cells.push(contact.person.as_str().into());
    cells.push(contact.phone.as_str().into());
    Row { table, cells }
}

/// Whom to call at these facilities, as it stands now; of one that is not there none.
pub async fn contacts(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Contact>, Problem> {
    let found: Vec<(Uuid, String, String)> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, t::contact_person, t::contact_phone))
        .load(&mut pool.get().await?)
        .await?;
    let contact = |(id, person, phone)| (id, Contact { person, phone });
    Ok(found.into_iter().map(contact).collect())
}
