//! A load on its way, as answers show it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::units::Kg;
use crate::wire::Location;

/// One carrier's part of the way: as it was ridden or, before that, as it is planned.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegView {
    pub n: i64,
    pub mode: String,
    pub carrier_id: Uuid,
    pub carrier_name: String,
    pub vehicle_id: Uuid,
    pub plate: String,
    pub driver_id: Uuid,
    #[schema(required)]
    pub trailer_plate: Option<String>,
    #[schema(required)]
    pub escort_id: Option<Uuid>,
    #[schema(required)]
    pub waybill_number: Option<String>,
    #[schema(required)]
    pub from: Option<String>,
    #[schema(required)]
    pub to: Option<String>,
    #[schema(required)]
    pub via: Option<String>,
    #[schema(required)]
    pub planned_departure_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub planned_arrival_at: Option<DateTime<Utc>>,
    /// It was on the manifest when that was filed; else a hand-over on the way added it.
    pub planned: bool,
    /// The load is on it now, until it is received.
    pub current: bool,
    /// When the load came onto it: departure or hand-over; null while it has not.
    #[schema(required)]
    pub began_at: Option<String>,
}

/// A vehicle with the load, or with a part of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AboardView {
    pub vehicle_id: Uuid,
    pub plate: String,
    pub driver_id: Uuid,
    /// What it carries of what was shipped and not lost.
    pub mass_kg: Kg,
}

/// A stop or a transshipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransitStopView {
    /// Of its event.
    pub seq: i64,
    /// `stop` or `transship`.
    pub kind: String,
    pub occurred_at: String,
    pub reason: String,
    #[schema(required)]
    pub reason_text: Option<String>,
    #[schema(required)]
    pub location: Option<Location>,
    #[schema(required)]
    pub from_vehicle_id: Option<Uuid>,
    #[schema(required)]
    pub to_vehicle_id: Option<Uuid>,
    #[schema(required)]
    pub to_plate: Option<String>,
    #[schema(required)]
    pub to_driver_id: Option<Uuid>,
    /// What went over.
    #[schema(required)]
    pub moved_kg: Option<Kg>,
    /// What stayed on the first vehicle.
    #[schema(required)]
    pub remaining_kg: Option<Kg>,
}

/// A second signature.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignatureView {
    /// The event that it signs.
    pub seq: i64,
    /// The party that it is of.
    pub party: String,
    pub organisation_id: Uuid,
    pub signed_at: String,
}

/// Something that went wrong on the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentView {
    /// Of its event.
    pub seq: i64,
    pub kind: String,
    pub occurred_at: String,
    pub items: Vec<LostView>,
    #[schema(required)]
    pub vehicle_id: Option<Uuid>,
    #[schema(required)]
    pub location: Option<Location>,
    /// The division where it happened; null where nobody said.
    #[schema(required)]
    pub division: Option<String>,
    #[schema(required)]
    pub reported_to: Option<String>,
    #[schema(required)]
    pub reported_at: Option<DateTime<Utc>>,
    pub note: String,
    /// The parties that told of it.
    pub by: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LostView {
    pub line: i64,
    pub lost_kg: Kg,
}
