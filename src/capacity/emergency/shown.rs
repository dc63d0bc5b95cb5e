//! An emergency's course in answers.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::registry::record::facility_day::Running as LoggedRunning;
use crate::units::Kg;
use crate::wire::api_enum;

api_enum! {
    /// By which right a plant treats medical waste.
    pub enum PlantRight {
        /// Its licence.
        Licence = "licence",
        /// The co-disposal list, once the emergency plan is active.
        CoDisposal = "co_disposal",
    }
}

/// Where medical waste goes, day by day, and where it cannot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EmergencyView {
    pub starts_on: NaiveDate,
    pub divisions: Vec<String>,
    /// All that is made in these days, and what waited.
    pub made_kg: Kg,
    pub treated_kg: Kg,
    /// Treated after it had lain too long.
    pub late_kg: Kg,
    /// Never treated in these days and in the time that the last of it has.
    pub untreated: Vec<DivisionMassView>,
    /// Every day, and those after the last one in which its waste is still in time.
    pub days: Vec<DayView>,
    /// When storage limits break, and with how much.
    pub breaks: Vec<BreakView>,
    pub plants: Vec<PlantView>,
    /// What was taken for a usual day, by institution.
    pub institutions: Vec<InstitutionView>,
    /// Medical institutions whose ledger has nothing of the last 365 days: what they make is not
    /// known, and not planned for.
    pub unknown_site_ids: Vec<Uuid>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DivisionMassView {
    pub division: String,
    pub kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayView {
    /// Beijing.
    pub on: NaiveDate,
    pub made_kg: Kg,
    pub treated_kg: Kg,
    /// Not treated when the day ends.
    pub waiting_kg: Kg,
    pub allocations: Vec<AllocationView>,
}

/// What a plant treats of a division's waste on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AllocationView {
    pub division: String,
    /// Of `plants`.
    pub plant: String,
    pub kg: Kg,
    pub is_late: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreakView {
    pub division: String,
    /// The first day on which it has lain at its institutions for longer than it may.
    pub on: NaiveDate,
    pub kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlantView {
    /// Of the licence, or of the entry of the co-disposal list.
    pub id: String,
    pub right: PlantRight,
    pub site_id: Uuid,
    pub name: String,
    pub division: String,
    /// On the co-disposal list: 1 is asked first.
    #[schema(required)]
    pub priority: Option<i64>,
    pub daily_kg: Kg,
    /// The first day that it can.
    pub from: NaiveDate,
    pub treated_kg: Kg,
    /// The newest day of the last 30 that it logged, and how it ran. A plant that is down is
    /// planned with all the same, unless `unavailable_site_ids` names it: it may run by then.
    #[schema(required)]
    pub logged_on: Option<NaiveDate>,
    #[schema(required)]
    pub logged_status: Option<LoggedRunning>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InstitutionView {
    pub site_id: Uuid,
    pub name: String,
    pub division: String,
    /// In a usual day.
    pub usual_daily_kg: Kg,
    /// In a day of the emergency.
    pub daily_kg: Kg,
}
