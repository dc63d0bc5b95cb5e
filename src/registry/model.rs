//! What the registers hold (api.md, "Registry"), with masses in grams and places in micro-degrees.
//!
//! These are also the `data` of the registers' events, so a register as it stood after any event
//! is read back from the journal. Personal data (a driver's name, phone and licence number) stays
//! out of hashed events and lives in the driver's row alone (custody.md, domain.md "Retention").

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{DriverId, LicenceId, OrganisationId, SiteId, VehicleId};
use crate::units::Grams;

/// Whether a register entry may take part. `Closed` is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Suspended,
    Closed,
}

/// The parts an organisation may play (its regulators' organisations play none).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Producer,
    Carrier,
    Receiver,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    Production,
    Storage,
    Treatment,
    CollectionPoint,
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
    /// The sum of its storage areas' capacities; `None` where it has none, so nothing limits it.
    pub storage_capacity_g: Option<Grams>,
    pub status: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceKind {
    Comprehensive,
    Collection,
    KitchenPermit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceStatus {
    Active,
    Suspended,
    Lapsed,
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
