//! Organisations, sites, licences, vehicles, drivers: who may take part, and with what.

mod access;
mod cache;
mod entry;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use access::Scope;
pub use cache::{Known, Registers};
pub use entry::{Entry, Page, Slice};
pub use model::{
    Driver, FacilityKind, LedgerEntry, LedgerKind, Licence, LicenceKind, LicenceLine,
    LicenceStatus, ManagementPlan, Organisation, Part, Person, Place, PlanLine, Site, SiteKind,
    Standing, StorageArea, StorageKind, TransferApproval, Vehicle, WasteStream,
};
pub use store::{
    ApprovalFilter, DriverFilter, LedgerFilter, LicenceAccount, LicenceFilter, OrganisationFilter,
    PlanFilter, SiteFilter, StorageAreaFilter, VehicleFilter, WasteStreamFilter, accounts_of,
    approval, approvals, driver, drivers, insert_approval, insert_driver, insert_licence,
    insert_organisation, insert_plan, insert_site, insert_storage_area, insert_vehicle,
    insert_waste_stream, ledger_entries, ledger_entry, licence, licences, organisation,
    organisations, person, plan, plan_of, plans, site, sites, storage_area, storage_areas,
    stored_in, vehicle, vehicles, waste_stream, waste_streams,
};

pub use store::insert_ledger_entry as ledger_row;
