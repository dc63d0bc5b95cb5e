//! What the change feed needs of the registers: which entries somebody may see, and how an event
//! left them. An event's data is the whole entry, so no register is looked up for that; what events
//! never hold (a driver's personal data, the mass in a storage area) is as it is now.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::access::Scope;
use super::co_disposal::{CoDisposalFacility, CoDisposalFacilityView, Contact};
use super::entry::Entry;
use super::model::{
    Driver, LedgerEntry, Licence, ManagementPlan, Organisation, Person, Site, StorageArea,
    TransferApproval, Vehicle, WasteStream,
};
use super::record::Record;
use super::record::activity::Activity;
use super::record::emergency_plan::EmergencyPlanFiled;
use super::record::facility_day::FacilityDay;
use super::record::insurance::InsurancePolicy;
use super::record::risk_source::RiskSource;
use super::store;
use super::view::{
    DriverView, LedgerEntryView, LicenceView, ManagementPlanView, OrganisationView, SiteView,
    StorageAreaView, TransferApprovalView, VehicleView, WasteStreamView,
};
use crate::ctx::Actor;
use crate::db::Pool;
use crate::decision::{Subject, SubjectKind};
use crate::ids::StorageAreaId;
use crate::problem::Problem;
use crate::units::Grams;

/// Those of `ids`, entries of the register `kind`, that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    (kind, ids): (SubjectKind, &[Uuid]),
) -> Result<HashSet<Uuid>, Problem> {
    store::seen_among(pool, &Scope::of(actor), (kind, ids)).await
}

/// What is shown of entries beside what their events hold.
pub struct Beside {
    persons: HashMap<Uuid, Person>,
    stored: HashMap<StorageAreaId, Grams>,
    contacts: HashMap<Uuid, Contact>,
}

impl Beside {
    pub async fn read(pool: &Pool, subjects: &[Subject]) -> Result<Self, Problem> {
        let of = |kind| subjects.iter().filter(move |one| one.kind == kind).map(|one| one.id);
        let drivers: Vec<Uuid> = of(SubjectKind::Driver).collect();
        let areas: Vec<_> = of(SubjectKind::StorageArea).map(StorageAreaId::of).collect();
        let persons = match drivers.as_slice() {
            [] => HashMap::new(),
            drivers => store::persons(pool, drivers).await?,
        };
        let facilities: Vec<Uuid> = of(SubjectKind::CoDisposalFacility).collect();
        let contacts = match facilities.as_slice() {
            [] => HashMap::new(),
            facilities => store::contacts(pool, facilities).await?,
        };
        Ok(Self { persons, stored: store::stored_in(pool, &areas).await?, contacts })
    }

    /// The entry as the API shows it, after the event with this data. `None` where its personal
    /// data are gone.
    pub fn shown(&self, kind: SubjectKind, data: Value) -> Result<Option<Value>, Problem> {
        let shown = match kind {
            SubjectKind::Organisation => view::<Organisation, OrganisationView>(data)?,
            SubjectKind::Site => view::<Site, SiteView>(data)?,
            SubjectKind::Licence => view::<Licence, LicenceView>(data)?,
            SubjectKind::Vehicle => view::<Vehicle, VehicleView>(data)?,
            SubjectKind::WasteStream => view::<WasteStream, WasteStreamView>(data)?,
            SubjectKind::LedgerEntry => view::<LedgerEntry, LedgerEntryView>(data)?,
            SubjectKind::TransferApproval => view::<TransferApproval, TransferApprovalView>(data)?,
            SubjectKind::ManagementPlan => view::<ManagementPlan, ManagementPlanView>(data)?,
            SubjectKind::Activity => record::<Activity>(data)?,
            SubjectKind::CoDisposalFacility => {
                let facility: CoDisposalFacility = entry(data)?;
                let contact = self.contacts.get(&facility.id.uuid());
                let Some(contact) = contact else { return Ok(None) };
                json(&CoDisposalFacilityView::of(&facility, contact))?
            }
            SubjectKind::FacilityDay => record::<FacilityDay>(data)?,
            SubjectKind::RiskSource => record::<RiskSource>(data)?,
            SubjectKind::EmergencyPlanFiled => record::<EmergencyPlanFiled>(data)?,
            SubjectKind::InsurancePolicy => record::<InsurancePolicy>(data)?,
            SubjectKind::StorageArea => {
                let area: StorageArea = entry(data)?;
                let stored = self.stored.get(&area.id).copied().unwrap_or_default();
                json(&StorageAreaView::of(&area, stored))?
            }
            SubjectKind::Driver => {
                let driver: Driver = entry(data)?;
                let Some(person) = self.persons.get(&driver.id.uuid()) else { return Ok(None) };
                json(&DriverView::of(&driver, person))?
            }
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
            | SubjectKind::DeviceKey => return Ok(None),
        };
        Ok(Some(shown))
    }
}

/// The entry as the API shows it after the event with this data, without the members that no event
/// holds.
pub fn told(kind: SubjectKind, data: Value) -> Result<Value, Problem> {
    let id = data.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let id: Uuid = id.ok_or_else(|| Problem::internal("an entry without an id"))?;
    let nothing = String::new;
    let person = Person { name: nothing(), phone: nothing(), licence_no: nothing() };
    let contact = Contact { person: nothing(), phone: nothing() };
    let blank = Beside {
        persons: HashMap::from([(id, person)]),
        stored: HashMap::new(),
        contacts: HashMap::from([(id, contact)]),
    };
    let mut shown = blank.shown(kind, data)?.unwrap_or_default();
    let beside: &[&str] = match kind {
        SubjectKind::Driver => &["name", "phone", "licence_no"],
        SubjectKind::CoDisposalFacility => &["contact"],
        SubjectKind::StorageArea => &["stored_kg"],
        _ => &[],
    };
    if let Value::Object(members) = &mut shown {
        members.retain(|name, _| !beside.contains(&name.as_str()));
    }
    Ok(shown)
}

fn entry<T: Entry>(data: Value) -> Result<T, Problem> {
    serde_json::from_value(data).map_err(Problem::internal)
}

fn json(view: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(view).map_err(Problem::internal)
}

fn view<T: Entry, V: Serialize + for<'a> From<&'a T>>(data: Value) -> Result<Value, Problem> {
    json(&V::from(&entry::<T>(data)?))
}

fn record<T: Record>(data: Value) -> Result<Value, Problem>
where
    T::View: Serialize,
{
    view::<T, T::View>(data)
}
