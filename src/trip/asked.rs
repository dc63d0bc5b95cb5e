//! What clients may ask of a trip: the fields of api.md, read strictly.

use chrono::{DateTime, Utc};

use super::status::TripStatus;
use crate::ids::{DriverId, ManifestId, OrganisationId, SiteId, TripId, VehicleId};
use crate::limits::TRIP_MANIFESTS_MAX;
use crate::manifest::Reason;
use crate::wire::{
    BoundedText, Cursor, List, Location, NonNegativeKg, PageLimit, PositiveKg, paged, wire,
};

wire! {
    /// A trip: several manifests on one vehicle.
    pub struct OpenTrip {
        /// The caller's own organisation.
        pub carrier_id: OrganisationId,
        pub vehicle_id: VehicleId,
        pub driver_id: DriverId,
        /// Filed, of this carrier, and on no other trip.
        pub manifest_ids: List<ManifestId, 1, TRIP_MANIFESTS_MAX>,
    }

    /// More manifests for a trip that is being loaded.
    pub struct JoinTrip {
        pub manifest_ids: List<ManifestId, 1, TRIP_MANIFESTS_MAX>,
    }

    /// All that ride on it leave.
    pub struct DepartTrip {
        /// When it left; now, when absent. At most 5 minutes ahead.
        pub occurred_at: Option<DateTime<Utc>>,
        pub loaded_kg: Option<PositiveKg>,
        pub location: Option<Location>,
    }

    /// It is at a receiver's gate.
    pub struct ArriveTrip {
        pub occurred_at: Option<DateTime<Utc>>,
        pub gross_kg: Option<PositiveKg>,
        pub location: Option<Location>,
        /// Whose gate, where several are called at; all that are still under way, when absent.
        pub receiver_site_id: Option<SiteId>,
    }

    /// One weighbridge reading.
    pub struct WeighTrip {
        pub occurred_at: Option<DateTime<Utc>>,
        pub gross_kg: PositiveKg,
        pub tare_kg: NonNegativeKg,
        /// Whose load was weighed, where several are called at; all, when absent.
        pub receiver_site_id: Option<SiteId>,
    }

    /// It will not be driven: its manifests stay filed, and may join another.
    pub struct CancelTrip {
        pub reason: Reason,
        pub reason_text: Option<BoundedText<1, 500>>,
    }

    /// Filters of `GET /trips`; all that are given must hold.
    pub struct TripFilter {
        pub status: Option<TripStatus>,
        pub carrier_id: Option<OrganisationId>,
        pub manifest_id: Option<ManifestId>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<TripId>>,
    }
}

paged!(TripFilter);
