//! Coverage in answers.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ids::LicenceId;
use crate::registry::record::facility_day::Running as LoggedRunning;
use crate::units::Kg;

/// Which divisions have a compliant medical facility, and which institutions wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoverageView {
    /// Today, Beijing.
    pub on: NaiveDate,
    pub divisions: Vec<CoveredDivisionView>,
    /// Divisions without a compliant facility that runs.
    pub not_covered: Vec<String>,
    /// Hours within which somebody has to come.
    pub hours: i64,
    /// Medical institutions that nobody has taken waste from within these hours: most on hand
    /// first.
    pub institutions: Vec<WaitingInstitutionView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoveredDivisionView {
    pub division: String,
    pub name_zh: String,
    pub name_en: String,
    /// At least one of its facilities is licensed for medical waste today and not logged as down.
    pub is_covered: bool,
    pub facilities: Vec<MedicalFacilityView>,
    /// For a division that is not covered: the compliant facility that runs and is nearest to its
    /// seat. Null where there is none at all.
    #[schema(required)]
    pub nearest: Option<NearestFacilityView>,
}

/// A facility that is licensed for medical waste today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MedicalFacilityView {
    pub site_id: Uuid,
    pub name: String,
    pub licence_id: LicenceId,
    pub licence_number: String,
    pub valid_to: NaiveDate,
    /// The newest day of the last 30 that it logged; null where it logged none: then it is taken
    /// for running.
    #[schema(required)]
    pub logged_on: Option<NaiveDate>,
    #[schema(required)]
    pub logged_status: Option<LoggedRunning>,
    /// Of the last 30 days, how many it logged, and on how many it was down.
    pub days_logged: i64,
    pub days_down: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NearestFacilityView {
    pub site_id: Uuid,
    pub name: String,
    pub division: String,
    /// Great-circle kilometres from the division's seat.
    pub km: f64,
}

/// An institution that nobody has come to in time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitingInstitutionView {
    pub site_id: Uuid,
    pub name: String,
    pub division: String,
    /// When medical waste last left it; null where none did in 90 days.
    #[schema(required)]
    pub last_pickup_at: Option<String>,
    /// Whole hours since.
    #[schema(required)]
    pub hours_since: Option<i64>,
    /// Medical waste on hand by its ledger.
    pub on_hand_kg: Kg,
}
