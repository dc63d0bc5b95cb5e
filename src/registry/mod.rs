//! Organisations, sites, licences, vehicles, drivers: who may take part, and with what.

mod access;
/// Applications for such consents, step by step.
pub mod application;
/// Consents to move waste across a border.
pub mod approval;
mod cache;
mod ceilings;
mod change;
/// Co-disposal facilities for emergencies.
pub mod co_disposal;
/// Drivers and escorts.
pub mod driver;
mod entry;
/// What ends soon.
pub mod expiry;
mod factor;
/// What the change feed needs of the registers.
pub mod feed;
/// What changed of an entry.
pub mod history;
/// Entries of the ledger.
pub mod ledger;
/// Many of them in one request.
pub mod ledger_bulk;
/// Operating licences and kitchen permits.
pub mod licence;
mod licence_capacity;
mod licence_lines;
mod licence_rules;
/// The lists.
pub mod lists;
mod model;
/// Organisations.
pub mod organisation;
mod place;
/// Management plans.
pub mod plan;
mod plate;
/// Producers and their management class.
pub mod producer;
/// Records of sites and organisations.
pub mod record;
/// Review of what was filed by the regulator.
pub mod review;
/// Sites.
pub mod site;
mod standing;
/// Storage areas.
pub mod storage_area;
mod store;
#[cfg(test)]
pub(crate) mod tests;
mod uscc;
/// Vehicles and trailers.
pub mod vehicle;
mod view;
/// Waste streams.
pub mod waste_stream;

pub use access::{Scope, could_keep_books, is_registrar, keeps_books, refuse_anothers};
pub use cache::{Known, Registers};
pub use ceilings::{Ceiling, ceilings};
pub use change::{After, Answered, Entered, commit, event, patched, set, unchanged, words};
pub use entry::{Entry, Slice};
pub use factor::LimitFactor;
#[cfg(test)]
pub use licence_capacity::moves as new_limits;
#[cfg(test)]
pub(crate) use licence_capacity::tests::licence as granted;
pub use licence_capacity::{line_account, shared_account};
pub use licence_lines::{NewLicenceLine, not_listed};
pub use model::{
    Driver, FacilityKind, HospitalGrade, LedgerEntry, LedgerKind, Licence, LicenceKind,
    LicenceLine, LicenceStatus, ManagementPlan, Organisation, Part, Person, Place, PlanLine, Site,
    SiteKind, Standing, StorageArea, StorageKind, TransferApproval, Vehicle, WasteStream,
};
pub use place::{DivisionNumber, RegionCode, side};
pub use plate::{NotAPlate, Plate};
/// Rows and readers, for lists and for whoever seeds a demo.
pub mod rows {
    pub use super::store::{
        ApprovalFilter, DriverFilter, LedgerFilter, LicenceAccount, LicenceFilter,
        OrganisationFilter, PlanFilter, SiteFilter, StorageAreaFilter, VehicleFilter,
        WasteStreamFilter, accounts_of, approval, approvals, driver, drivers, ledger_entries,
        ledger_entry, licence, licences, licences_of_year, organisation, organisations, person,
        plan, plans, plans_of, site, sites, sites_among, sites_of_divisions, sites_seen,
        storage_area, storage_areas, stored_in, vehicle, vehicle_of_plate, vehicles, waste_stream,
        waste_streams,
    };
}
pub use store::{implied, insert_ledger_entry as ledger_row};
pub use uscc::{NotAUscc, Uscc};
pub use view::{
    DriverView, LedgerEntryView, LicenceLineView, LicenceView, ManagementPlanView,
    OrganisationView, PlanLineView, SiteView, StorageAreaView, TransferApprovalView, VehicleView,
    WasteStreamView,
};
