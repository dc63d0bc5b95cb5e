//! A round's shape in answers: kilograms, every member always there.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::status::{RoundAction, RoundStatus, StopStatus};
use crate::ids::{ContainerId, DriverId, ManifestId, OrganisationId, RoundId, SiteId, VehicleId};
use crate::manifest::{Status, WarningView};
use crate::units::Kg;
use crate::wire::api_enum;

api_enum! {
    /// Whether the producer has signed its stop. Nothing is owed before it is collected.
    pub enum Confirmation {
        NotDue = "not_due",
        /// Signed before or while it was collected.
        Signed = "signed",
        /// Collected, and still to be confirmed.
        Pending = "pending",
        Confirmed = "confirmed",
        /// The period is over and nothing was heard.
        Silent = "silent",
    }
}

api_enum! {
    /// How a box that was taken differs from what the producer said it hands over.
    pub enum BoxDifference {
        /// Handed over, and not among those taken.
        Missing = "missing",
        /// Taken, and not among those handed over.
        Added = "added",
        /// Another seal: it was opened or changed.
        Seal = "seal",
    }
}

/// A box that differs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoxDifferenceView {
    pub code: String,
    pub difference: BoxDifference,
}

/// How many packages of a kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CountView {
    pub kind: String,
    pub count: i64,
}

/// A box, bag or bin, with the hour until which it may lie at the institution.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoxView {
    pub code: String,
    #[schema(required)]
    pub seal: Option<String>,
    #[schema(required)]
    pub mass_kg: Option<Kg>,
    #[schema(required)]
    pub stored_since: Option<DateTime<Utc>>,
    /// Medical waste: 48 hours after `stored_since`.
    #[schema(required)]
    pub due_at: Option<DateTime<Utc>>,
    /// It was collected later than that.
    pub late: bool,
}

/// What was taken of an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TakenView {
    /// Of the plan.
    pub line: i64,
    pub waste_code: String,
    pub mass_kg: Kg,
    pub packages: Vec<CountView>,
    pub container_ids: Vec<ContainerId>,
    pub boxes: Vec<BoxView>,
}

/// A stop. Its manifest is a draft until it is collected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StopView {
    pub n: i64,
    pub manifest_id: ManifestId,
    pub producer_site_id: SiteId,
    pub producer_id: OrganisationId,
    pub producer_name: String,
    pub site_name: String,
    pub status: StopStatus,
    /// The manifest's printed number; null while it is a draft.
    #[schema(required)]
    pub number: Option<String>,
    /// Where the manifest stands; null while it is a draft.
    #[schema(required, value_type = Option<Status>)]
    pub manifest_status: Option<String>,
    /// Of its filing, never blocking; pointers are into the manifest's items.
    pub warnings: Vec<WarningView>,
    /// The items as planned, in the form of a filing.
    #[schema(value_type = Vec<Object>)]
    pub planned_items: Value,
    /// What the producer says it hands over, where it filed before the truck came.
    pub handed_over: Vec<TakenView>,
    /// What was taken.
    pub items: Vec<TakenView>,
    /// Where boxes were named by both: recorded, never a refusal.
    pub box_differences: Vec<BoxDifferenceView>,
    /// What was taken, together.
    pub collected_kg: Kg,
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub collected_at: Option<String>,
    #[schema(required)]
    pub skip_reason: Option<String>,
    #[schema(required)]
    pub skip_reason_text: Option<String>,
    /// Its part of what the weighbridge said.
    #[schema(required)]
    pub weighed_kg: Option<Kg>,
    pub confirmation: Confirmation,
    /// Until when the producer may confirm what the carrier filed for it.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub confirm_by: Option<String>,
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub confirmed_at: Option<String>,
}

/// A stop's part of a reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShareView {
    pub n: i64,
    pub manifest_id: ManifestId,
    pub mass_kg: Kg,
    /// Of it, what was not taken.
    pub refused_kg: Kg,
}

/// What the plant's weighbridge said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WeighInView {
    #[schema(value_type = DateTime<Utc>)]
    pub occurred_at: String,
    pub gross_kg: Kg,
    pub tare_kg: Kg,
    pub net_kg: Kg,
    /// What was collected, as weighed or counted at the stops.
    pub stops_kg: Kg,
    /// net - stops, signed.
    pub difference_kg: Kg,
    pub within_tolerance: bool,
    /// Sums to the net, to the gram.
    pub split: Vec<ShareView>,
}

/// A treatment of what was accepted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreatedView {
    pub method: String,
    pub completed_on: NaiveDate,
    /// Only what has this code.
    #[schema(required)]
    pub waste_code: Option<String>,
    pub mass_kg: Kg,
}

/// A round as its caller sees it: of the stops, a producer and its regulators see their own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundView {
    pub id: RoundId,
    pub stream: String,
    pub status: RoundStatus,
    pub version: i64,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
    pub receiver_site_id: SiteId,
    pub receiver_id: OrganisationId,
    pub receiver_name: String,
    pub planned_on: NaiveDate,
    pub planned_at: String,
    #[schema(required)]
    pub template_round_id: Option<RoundId>,
    pub stops: Vec<StopView>,
    /// Null before the truck was weighed, and for who does not see all stops.
    #[schema(required)]
    pub weigh_in: Option<WeighInView>,
    /// Empty for who does not see all stops.
    pub treatments: Vec<TreatedView>,
    #[schema(required)]
    pub cancel_reason: Option<String>,
    pub allowed_actions: Vec<RoundAction>,
}

/// A round in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundListed {
    pub id: RoundId,
    pub stream: String,
    pub status: RoundStatus,
    pub version: i64,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
    pub receiver_site_id: SiteId,
    pub receiver_id: OrganisationId,
    pub receiver_name: String,
    pub planned_on: NaiveDate,
    /// Of the stops that the caller sees.
    pub stops_planned: usize,
    pub stops_collected: usize,
    pub stops_skipped: usize,
    pub collected_kg: Kg,
}
