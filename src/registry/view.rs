//! The registers as the API shows them: kilograms, degrees, the enumerations' words.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::factor::LimitFactor;
use super::model::{
    Driver, HospitalGrade, LedgerEntry, LedgerKind, Licence, LicenceKind, LicenceLine,
    LicenceStatus, ManagementPlan, Organisation, Part, Person, Place, PlanLine, Site, SiteKind,
    Standing, StorageArea, StorageKind, TransferApproval, Vehicle, WasteStream,
};
use super::review::EntryReviewView;
use crate::clock::in_milliseconds;
use crate::ids::{
    ApprovalId, ContainerId, DriverId, LedgerEntryId, LicenceId, ManagementPlanId, ManifestId,
    OrganisationId, SiteId, StorageAreaId, VehicleId, WasteStreamId,
};
use crate::units::{Grams, Kg};
use crate::wire::Location;

/// Shows an entry: fields as they are, or each made from the entry.
macro_rules! view {
    (
        $(#[$doc:meta])* $name:ident of $source:ident as $it:ident {
            $($field:ident: $type:ty = $value:expr,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, ToSchema)]
        pub struct $name {
            $(#[schema(required)] pub $field: $type,)+
        }

        impl From<&$source> for $name {
            fn from($it: &$source) -> Self {
                Self { $($field: $value,)+ }
            }
        }
    };
}

pub(super) use view;

fn kg(mass: Option<Grams>) -> Option<Kg> {
    mass.map(Kg)
}

/// Micro-degrees fit: the register keeps no place off the earth.
fn location(place: Place) -> Location {
    Location { lon_e6: place.lon_e6 as i32, lat_e6: place.lat_e6 as i32 }
}

view! {
    /// An organisation.
    OrganisationView of Organisation as it {
        id: OrganisationId = it.id,
        name: String = it.name.clone(),
        uscc: String = it.uscc.clone(),
        roles: Vec<Part> = it.roles.clone(),
        division: String = it.division.clone(),
        status: Standing = it.status,
        blacklisted: bool = it.blacklisted,
    }
}

view! {
    /// A site.
    SiteView of Site as it {
        id: SiteId = it.id,
        organisation_id: OrganisationId = it.organisation_id,
        name: String = it.name.clone(),
        kind: SiteKind = it.kind,
        business: Option<String> = it.business.clone(),
        facility_kind: Option<String> = it.facility_kind.clone(),
        division: String = it.division.clone(),
        regiment: Option<String> = it.regiment.clone(),
        region_code: String = it.region_code.clone(),
        park: Option<String> = it.park.clone(),
        location: Option<Location> = it.location.map(location),
        beds: Option<i64> = it.beds,
        seats: Option<i64> = it.seats,
        grade: Option<HospitalGrade> = it.grade,
        storage_capacity_kg: Option<Kg> = kg(it.storage_capacity_g),
        status: Standing = it.status,
        is_key_unit: bool = it.is_key_unit,
    }
}

view! {
    /// A line of a licence.
    LicenceLineView of LicenceLine as it {
        line: i64 = it.line,
        waste_codes: Vec<String> = it.waste_codes.clone(),
        categories: Vec<String> = it.categories.clone(),
        methods: Vec<String> = it.methods.clone(),
        annual_kg: Kg = Kg(it.annual_g),
    }
}

view! {
    /// A licence.
    LicenceView of Licence as it {
        id: LicenceId = it.id,
        organisation_id: OrganisationId = it.organisation_id,
        site_id: SiteId = it.site_id,
        number: String = it.number.clone(),
        kind: LicenceKind = it.kind,
        status: LicenceStatus = it.status,
        issued_on: NaiveDate = it.issued_on,
        issued_by: String = it.issued_by.clone(),
        valid_from: NaiveDate = it.valid_from,
        valid_to: NaiveDate = it.valid_to,
        annual_limit_kg: Option<Kg> = kg(it.annual_limit_g),
        limit_factor: LimitFactor = LimitFactor::of_milli(it.limit_factor_milli),
        rated_daily_kg: Option<Kg> = kg(it.rated_daily_g),
        lines: Vec<LicenceLineView> = it.lines.iter().map(LicenceLineView::from).collect(),
    }
}

view! {
    /// A vehicle or trailer.
    VehicleView of Vehicle as it {
        id: VehicleId = it.id,
        organisation_id: OrganisationId = it.organisation_id,
        plate: String = it.plate.clone(),
        kind: String = it.kind.clone(),
        classes: Vec<String> = it.classes.clone(),
        rated_kg: Option<Kg> = kg(it.rated_g),
        status: Standing = it.status,
    }
}

/// A driver.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DriverView {
    pub id: DriverId,
    pub organisation_id: OrganisationId,
    pub name: String,
    pub phone: String,
    pub licence_no: String,
    #[schema(required)]
    pub licence_valid_to: Option<NaiveDate>,
    pub status: Standing,
}

impl DriverView {
    pub fn of(driver: &Driver, person: &Person) -> Self {
        Self {
            id: driver.id,
            organisation_id: driver.organisation_id,
            name: person.name.clone(),
            phone: person.phone.clone(),
            licence_no: person.licence_no.clone(),
            licence_valid_to: driver.licence_valid_to,
            status: driver.status,
        }
    }
}

/// A storage area and what lies in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StorageAreaView {
    pub id: StorageAreaId,
    pub site_id: SiteId,
    pub name: String,
    pub kind: StorageKind,
    pub capacity_kg: Kg,
    pub stored_kg: Kg,
    pub status: Standing,
}

impl StorageAreaView {
    pub fn of(area: &StorageArea, stored: Grams) -> Self {
        Self {
            id: area.id,
            site_id: area.site_id,
            name: area.name.clone(),
            kind: area.kind,
            capacity_kg: Kg(area.capacity_g),
            stored_kg: Kg(stored),
            status: area.status,
        }
    }
}

view! {
    /// A waste stream of a site.
    WasteStreamView of WasteStream as it {
        id: WasteStreamId = it.id,
        site_id: SiteId = it.site_id,
        waste_code: String = it.waste_code.clone(),
        name: String = it.name.clone(),
        form: String = it.form.clone(),
        hazards: Vec<String> = it.hazards.clone(),
        annual_plan_kg: Kg = Kg(it.annual_plan_g),
        status: Standing = it.status,
    }
}

view! {
    /// A line of a management plan.
    PlanLineView of PlanLine as it {
        waste_code: String = it.waste_code.clone(),
        annual_kg: Kg = Kg(it.annual_g),
    }
}

view! {
    /// A management plan.
    ManagementPlanView of ManagementPlan as it {
        id: ManagementPlanId = it.id,
        site_id: SiteId = it.site_id,
        year: i64 = it.year,
        filed_on: NaiveDate = it.filed_on,
        lines: Vec<PlanLineView> = it.lines.iter().map(PlanLineView::from).collect(),
        status: Standing = it.status,
        review: EntryReviewView = EntryReviewView::from(&it.review),
    }
}

view! {
    /// A transfer approval.
    TransferApprovalView of TransferApproval as it {
        id: ApprovalId = it.id,
        producer_site_id: SiteId = it.producer_site_id,
        receiver_site_id: SiteId = it.receiver_site_id,
        number: String = it.number.clone(),
        waste_codes: Vec<String> = it.waste_codes.clone(),
        mass_kg: Kg = Kg(it.mass_g),
        valid_from: NaiveDate = it.valid_from,
        valid_to: NaiveDate = it.valid_to,
        status: Standing = it.status,
    }
}

/// An entry of a site's ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LedgerEntryView {
    pub id: LedgerEntryId,
    pub site_id: SiteId,
    pub kind: LedgerKind,
    pub waste_code: String,
    pub mass_kg: Kg,
    #[serde(serialize_with = "in_milliseconds")]
    pub occurred_at: DateTime<Utc>,
    #[serde(serialize_with = "in_milliseconds")]
    pub recorded_at: DateTime<Utc>,
    #[schema(required)]
    pub storage_area_id: Option<StorageAreaId>,
    #[schema(required)]
    pub container_id: Option<ContainerId>,
    #[schema(required)]
    pub batch_number: Option<String>,
    /// The manifest whose step made this entry; null for one made by hand.
    #[schema(required)]
    pub manifest_id: Option<ManifestId>,
    #[schema(required)]
    pub manifest_line: Option<i64>,
    #[schema(required)]
    pub external_id: Option<String>,
    pub note: String,
}

impl From<&LedgerEntry> for LedgerEntryView {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            id: entry.id,
            site_id: entry.site_id,
            kind: entry.kind,
            waste_code: entry.waste_code.clone(),
            mass_kg: Kg(entry.mass_g),
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
            storage_area_id: entry.storage_area_id,
            container_id: entry.container_id,
            batch_number: entry.batch_number.clone(),
            manifest_id: entry.manifest_id,
            manifest_line: entry.manifest_line,
            external_id: entry.external_id.clone(),
            note: entry.note.clone(),
        }
    }
}
