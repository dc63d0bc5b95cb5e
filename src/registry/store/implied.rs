//! The rows that a register entry's newest event tells of, for the audit.

use serde_json::Value;

use super::super::co_disposal::CoDisposalFacility;
use super::super::entry::Entry;
use super::super::model::Driver;
use super::super::record::activity::Activity;
use super::super::record::emergency_plan::EmergencyPlanFiled;
use super::super::record::facility_day::FacilityDay;
use super::super::record::insurance::InsurancePolicy;
use super::super::record::risk_source::RiskSource;
use super::{
    id, insert_approval, insert_ledger_entry, insert_licence, insert_organisation, insert_plan,
    insert_record, insert_site, insert_storage_area, insert_vehicle, insert_waste_stream, text,
};
use crate::decision::{Cell, Row, SubjectKind, Table, Type, Write};

/// A driver without the person: names and numbers are in no event.
static DRIVER: Table = Table {
    name: "driver",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("licence_valid_to", Type::Date),
        ("status", Type::Text),
    ],
};

/// What must be stored of an entry whose newest event has this `data`; `None` for what is no
/// register's.
pub fn implied(kind: SubjectKind, data: Value) -> Option<Result<Vec<Row>, serde_json::Error>> {
    Some(match kind {
        SubjectKind::Organisation => one(data, insert_organisation),
        SubjectKind::Site => one(data, insert_site),
        SubjectKind::Licence => rows(data, insert_licence),
        SubjectKind::Vehicle => one(data, insert_vehicle),
        SubjectKind::Driver => one(data, driver),
        SubjectKind::WasteStream => one(data, insert_waste_stream),
        SubjectKind::LedgerEntry => one(data, insert_ledger_entry),
        SubjectKind::StorageArea => one(data, insert_storage_area),
        SubjectKind::TransferApproval => one(data, insert_approval),
        SubjectKind::ManagementPlan => one(data, insert_plan),
        SubjectKind::Activity => one(data, insert_record::<Activity>),
        SubjectKind::CoDisposalFacility => one(data, insert_record::<CoDisposalFacility>),
        SubjectKind::FacilityDay => one(data, insert_record::<FacilityDay>),
        SubjectKind::RiskSource => one(data, insert_record::<RiskSource>),
        SubjectKind::EmergencyPlanFiled => one(data, insert_record::<EmergencyPlanFiled>),
        SubjectKind::InsurancePolicy => one(data, insert_record::<InsurancePolicy>),
        SubjectKind::Manifest
        | SubjectKind::User
        | SubjectKind::Container
        | SubjectKind::Inspection
        | SubjectKind::Delegation
        | SubjectKind::ApiKey
        | SubjectKind::SignIn
        | SubjectKind::Round
        | SubjectKind::Trip
        | SubjectKind::Assessment
        | SubjectKind::EmergencyPlan
        | SubjectKind::TransferApplication
        | SubjectKind::Report
        | SubjectKind::Anomaly
        | SubjectKind::RuleSetting
        | SubjectKind::Track
        | SubjectKind::Webhook
        | SubjectKind::Subscription
        | SubjectKind::DeviceKey => return None,
    })
}

fn one<T: Entry>(data: Value, row: impl Fn(&T) -> Row) -> Result<Vec<Row>, serde_json::Error> {
    rows(data, |entry| vec![row(entry)])
}

fn rows<T: Entry>(
    data: Value,
    rows: impl Fn(&T) -> Vec<Row>,
) -> Result<Vec<Row>, serde_json::Error> {
    serde_json::from_value::<T>(data).map(|entry| rows(&entry))
}

fn driver(driver: &Driver) -> Row {
    let cells = vec![
        id(driver.id.uuid()),
        id(driver.organisation_id.uuid()),
        Cell::Date(driver.licence_valid_to),
        text(driver.status.as_str()),
    ];
    Row { table: &DRIVER, cells }
}
