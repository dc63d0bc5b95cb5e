//! The registers' rows: reading entries with their versions, and the tables that commits write.
//!
//! One file a noun. Every reader is one round trip; the version is that of the entry's chain. A
//! row that does not parse is a fault of ours: the pair of the check made when it was written.

mod approval;
mod co_disposal;
mod driver;
mod expiry;
mod implied;
mod ledger;
mod licence;
mod licence_rows;
mod organisation;
mod plan;
mod producer;
mod record;
mod replay;
mod scope;
mod seen;
mod site;
mod storage_area;
mod vehicle;
mod waste_stream;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::cache::Known;
use super::entry::Entry;
use crate::decision::Cell;
use crate::problem::Problem;

pub use approval::{ApprovalFilter, approval, approvals, insert_approval, update_approval};
pub use co_disposal::{contacts, insert_co_disposal, update_co_disposal};
pub use driver::{DriverFilter, driver, drivers, insert_driver, person, persons, update_driver};
pub use expiry::{ENDINGS_MAX, endings};
pub use implied::implied;
pub use ledger::{
    LedgerFilter, entries_named, filled_at, insert_ledger_entry, ledger_entries, ledger_entry,
};
pub use licence::{
    LicenceAccount, LicenceFilter, accounts_of, licence, licences, licences_of, licences_of_year,
};
pub use licence_rows::{insert_licence, update_licence};
pub use organisation::{
    OrganisationFilter, insert_organisation, organisation, organisations, update_organisation,
};
pub use plan::{PlanFilter, insert_plan, plan, plans, plans_of, update_plan};
pub use producer::{ProducerFilter, producers};
pub use record::{Narrow, Stored, insert_record, record, records, update_record};
pub use replay::{Told, as_it_stood, told_from};
pub use scope::sites_seen;
pub use seen::{seen_among, sites_among, whole_among};
pub use site::{SiteFilter, insert_site, site, sites, sites_of_divisions, update_site};
pub use storage_area::{
    StorageAreaFilter, insert_storage_area, storage_area, storage_areas, storage_areas_of,
    stored_in, update_storage_area,
};
pub use vehicle::{
    VehicleFilter, insert_vehicle, update_vehicle, vehicle, vehicle_of_plate, vehicles,
};
pub use waste_stream::{
    WasteStreamFilter, insert_waste_stream, update_waste_stream, waste_stream, waste_streams,
};

/// A row that does not parse.
fn broken(table: &str, id: Uuid) -> Problem {
    Problem::internal(format!("row {id} of {table} does not parse"))
}

/// A list column.
fn list<T: DeserializeOwned>(value: serde_json::Value) -> Option<Vec<T>> {
    serde_json::from_value(value).ok()
}

fn known<T: Entry>(value: T, version: i64) -> Known<T> {
    Known::new(T::KIND, value.uuid(), version, value)
}

/// Rows with their versions as entries.
fn all<R, T: Entry>(
    rows: Vec<(R, i64)>,
    read: impl Fn(R) -> Result<T, Problem>,
) -> Result<Vec<Known<T>>, Problem> {
    rows.into_iter().map(|(row, version)| Ok(known(read(row)?, version))).collect()
}

/// `%` and `_` in what a person types are themselves.
fn contains_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(Some(value.into()))
}

fn optional(value: Option<&String>) -> Cell {
    Cell::Text(value.cloned())
}

fn id(value: Uuid) -> Cell {
    Cell::Uuid(Some(value))
}

/// A list of plain words or of plain objects: its JSON always exists.
fn json(list: &impl Serialize) -> Cell {
    Cell::Json(Some(serde_json::json!(list).to_string()))
}
