//! What the registers hold (api.md, "Registry"), with masses in grams and places in micro-degrees.
//!
//! These are also the `data` of the registers' events, so a register as it stood after any event
//! is read back from the journal. Personal data (a driver's name, phone and licence number) stays
//! out of hashed events and lives in the driver's row alone (custody.md, domain.md "Retention").

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::review::Review;
use crate::catalogue::{Category, Stream, WasteCode};
use crate::clock::in_milliseconds;
use crate::ids::{
    ApprovalId, ContainerId, DriverId, LedgerEntryId, LicenceId, ManagementPlanId, ManifestId,
    OrganisationId, SiteId, StorageAreaId, VehicleId, WasteStreamId,
};
use crate::units::Grams;
use crate::wire::api_enum;

api_enum! {
    /// Whether a register entry may take part. `Closed` is final.
    pub enum Standing {
        Active = "active",
        Suspended = "suspended",
        Closed = "closed",
    }

    /// The parts an organisation may play (its regulators' organisations play none).
    pub enum Part {
        Producer = "producer",
        Carrier = "carrier",
        Receiver = "receiver",
    }

    /// What a site is for.
    pub enum SiteKind {
        Production = "production",
        Storage = "storage",
        Treatment = "treatment",
        CollectionPoint = "collection_point",
    }

    /// Kind of facility (domain.md, "Words").
    pub enum FacilityKind {
        HazardousIncinerator = "hazardous_incinerator",
        MedicalPlant = "medical_plant",
        CementKiln = "cement_kiln",
        MswIncinerator = "msw_incinerator",
        OtherFurnace = "other_furnace",
        Landfill = "landfill",
        PhysicoChemical = "physico_chemical",
        Recycler = "recycler",
        KitchenPlant = "kitchen_plant",
        CollectionPoint = "collection_point",
        Storage = "storage",
    }

    /// How a medical institution is graded (医院等级).
    pub enum HospitalGrade {
        /// 三级.
        Tertiary = "tertiary",
        /// 二级.
        Secondary = "secondary",
        /// 一级.
        Primary = "primary",
        /// 未定级.
        Ungraded = "ungraded",
    }

    /// What a licence permits: all steps, collection only, or kitchen waste.
    pub enum LicenceKind {
        Comprehensive = "comprehensive",
        Collection = "collection",
        KitchenPermit = "kitchen_permit",
    }

    /// `Suspended` stops new reservations and touches no counter; `Lapsed` is final.
    pub enum LicenceStatus {
        Active = "active",
        Suspended = "suspended",
        Lapsed = "lapsed",
    }

    /// A 贮存设施, or a 贮存点, which holds at most 3 t at any time (GB 18597-2023).
    pub enum StorageKind {
        Facility = "facility",
        Point = "point",
    }

    /// What happened to a mass at a site (台账).
    pub enum LedgerKind {
        Produced = "produced",
        Stored = "stored",
        TakenOut = "taken_out",
        BroughtIn = "brought_in",
        MovedOut = "moved_out",
        SelfTreated = "self_treated",
        Loss = "loss",
        Correction = "correction",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub id: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub roles: Vec<Part>,
    /// Two digits, `01` to `14`; the corps' own bodies have `00`.
    pub division: String,
    pub status: Standing,
    /// A blacklisted producer still files, with a warning; a receiver or carrier is refused.
    pub blacklisted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Micro-degrees east, -180,000,000 to 180,000,000.
    pub lon_e6: i64,
    /// Micro-degrees north, -90,000,000 to 90,000,000.
    pub lat_e6: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub id: SiteId,
    pub organisation_id: OrganisationId,
    pub name: String,
    pub kind: SiteKind,
    /// `api_kind` of seeds/organisation_kinds.csv, or free text where none fits.
    pub business: Option<String>,
    pub facility_kind: Option<String>,
    pub division: String,
    pub regiment: Option<String>,
    /// Six digits of GB/T 2260.
    pub region_code: String,
    pub park: Option<String>,
    pub location: Option<Place>,
    pub beds: Option<i64>,
    pub seats: Option<i64>,
    /// Of a medical institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<HospitalGrade>,
    /// The sum of its storage areas' capacities; `None` where it has none, so nothing limits it.
    pub storage_capacity_g: Option<Grams>,
    pub status: Standing,
    /// A key supervised unit (重点监管单位): named so by a regulator.
    #[serde(default)]
    pub is_key_unit: bool,
}

/// Codes or whole categories, by these methods, up to this mass a calendar year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceLine {
    pub line: i64,
    pub waste_codes: Vec<String>,
    pub categories: Vec<String>,
    pub methods: Vec<String>,
    pub annual_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub organisation_id: OrganisationId,
    pub site_id: SiteId,
    pub number: String,
    pub kind: LicenceKind,
    pub status: LicenceStatus,
    pub issued_on: NaiveDate,
    pub issued_by: String,
    /// Both days count, as Beijing days.
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    /// Caps all lines together; `None` where only the lines' own limits hold.
    pub annual_limit_g: Option<Grams>,
    /// Thousandths: 1000 (a hard stop at 100 %) to 1200 (beyond 20 % the law asks for a new one).
    pub limit_factor_milli: i64,
    pub rated_daily_g: Option<Grams>,
    pub lines: Vec<LicenceLine>,
}

impl Licence {
    /// The streams of what its lines take, as often as they name some.
    pub fn streams(&self) -> impl Iterator<Item = Stream> + '_ {
        let of_category = |one: &String| match Category::parse(one) {
            Ok(Category::MEDICAL) => Stream::Medical,
            Ok(_) | Err(_) => Stream::Hazardous,
        };
        self.lines.iter().flat_map(move |line| {
            let codes = line.waste_codes.iter().filter_map(|code| WasteCode::parse(code).ok());
            codes.map(|code| code.stream()).chain(line.categories.iter().map(of_category))
        })
    }

    /// Permitted mass with the licence's tolerance, in grams: what an account may hold.
    pub fn with_factor(&self, permitted: Grams) -> i64 {
        let widened = i128::from(permitted.0) * i128::from(self.limit_factor_milli) / 1000;
        i64::try_from(widened).unwrap_or(i64::MAX)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    pub id: VehicleId,
    pub organisation_id: OrganisationId,
    pub plate: String,
    pub kind: String,
    /// Streams it may carry (`hazardous`, `medical`, `kitchen`).
    pub classes: Vec<String>,
    pub rated_g: Option<Grams>,
    pub status: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Driver {
    pub id: DriverId,
    pub organisation_id: OrganisationId,
    pub licence_valid_to: Option<NaiveDate>,
    pub status: Standing,
}

/// A driver's personal data: in the row alone, never in an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub phone: String,
    pub licence_no: String,
}

/// Hand-written, so that no log ever shows a name or a number.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageArea {
    pub id: StorageAreaId,
    pub site_id: SiteId,
    pub name: String,
    pub kind: StorageKind,
    pub capacity_g: Grams,
    pub status: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WasteStream {
    pub id: WasteStreamId,
    pub site_id: SiteId,
    pub waste_code: String,
    pub name: String,
    pub form: String,
    pub hazards: Vec<String>,
    pub annual_plan_g: Grams,
    pub status: Standing,
}

/// A mass that a producer planned to send away in a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    pub waste_code: String,
    pub annual_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementPlan {
    pub id: ManagementPlanId,
    pub site_id: SiteId,
    /// Calendar year, Beijing.
    pub year: i64,
    pub filed_on: NaiveDate,
    pub lines: Vec<PlanLine>,
    pub status: Standing,
    #[serde(flatten)]
    pub review: Review,
}

/// Consent to move waste across a border that the setting counts (跨省转移审批).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferApproval {
    pub id: ApprovalId,
    pub producer_site_id: SiteId,
    pub receiver_site_id: SiteId,
    pub number: String,
    pub waste_codes: Vec<String>,
    /// For the whole span, not a year. What is left of it is an account.
    pub mass_g: Grams,
    /// Both days count, as Beijing days.
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub status: Standing,
}

/// An entry made by hand has an event of its own; one that follows from a manifest's event names
/// the manifest and has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub id: LedgerEntryId,
    pub site_id: SiteId,
    pub kind: LedgerKind,
    pub waste_code: String,
    /// Positive; a correction is signed.
    pub mass_g: Grams,
    #[serde(serialize_with = "in_milliseconds")]
    pub occurred_at: DateTime<Utc>,
    #[serde(serialize_with = "in_milliseconds")]
    pub recorded_at: DateTime<Utc>,
    pub storage_area_id: Option<StorageAreaId>,
    pub container_id: Option<ContainerId>,
    pub manifest_id: Option<ManifestId>,
    pub manifest_line: Option<i64>,
    pub batch_number: Option<String>,
    /// The caller's own, once per site for ever.
    pub external_id: Option<String>,
    pub note: String,
}
