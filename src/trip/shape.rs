//! A trip's shape in answers: kilograms, every member always there.

use serde::Serialize;
use utoipa::ToSchema;

use super::status::{TripAction, TripStatus};
use crate::ids::{DriverId, ManifestId, OrganisationId, SiteId, TripId, VehicleId};
use crate::manifest::Status;
use crate::units::Kg;

/// A manifest that rides on the trip.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RiderView {
    pub manifest_id: ManifestId,
    #[schema(required)]
    pub number: Option<String>,
    /// Where the manifest stands.
    #[schema(required, value_type = Option<Status>)]
    pub status: Option<String>,
    pub stream: String,
    pub producer_id: OrganisationId,
    pub receiver_id: OrganisationId,
    pub receiver_site_id: SiteId,
    /// As it was filed.
    pub shipped_kg: Kg,
    /// Its part of what the weighbridge said.
    #[schema(required)]
    pub weighed_kg: Option<Kg>,
}

/// A manifest's part of a reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TripShareView {
    pub manifest_id: ManifestId,
    pub mass_kg: Kg,
}

/// What a weighbridge said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WeighedView {
    #[schema(value_type = DateTime<Utc>)]
    pub occurred_at: String,
    pub gross_kg: Kg,
    pub tare_kg: Kg,
    pub net_kg: Kg,
    /// Sums to the net, to the gram.
    pub split: Vec<TripShareView>,
}

/// A trip as its caller sees it: the carrier all of it, the others their own manifests.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TripView {
    pub id: TripId,
    pub status: TripStatus,
    pub version: i64,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
    pub opened_at: String,
    pub manifests: Vec<RiderView>,
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub departed_at: Option<String>,
    /// As weighed at the start; null for who does not see all that rides on it.
    #[schema(required)]
    pub loaded_kg: Option<Kg>,
    /// Readings all of whose parts the caller sees.
    pub weighings: Vec<WeighedView>,
    #[schema(required)]
    pub cancel_reason: Option<String>,
    pub allowed_actions: Vec<TripAction>,
}
