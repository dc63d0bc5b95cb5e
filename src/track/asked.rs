//! A reading, as it is sent, and which are asked for.

use chrono::{DateTime, Utc};

use crate::ids::{SiteId, VehicleId};
use crate::wire::{Decimal, Location, NonNegativeKg, api_enum, wire};

api_enum! {
    /// What a device tells.
    pub enum ReadingKind {
        /// Where a vehicle is.
        Position = "position",
        /// How warm a store for waste is.
        StorageTemperature = "storage_temperature",
        /// How hot a furnace is.
        Furnace = "furnace",
    }
}

wire! {
    /// One reading of a device.
    pub struct NewReading {
        pub kind: ReadingKind,
        /// Of a position.
        pub vehicle_id: Option<VehicleId>,
        /// Of a temperature.
        pub site_id: Option<SiteId>,
        /// At most 5 minutes ahead of now, and 30 days ago.
        pub at: DateTime<Utc>,
        /// Where the vehicle is.
        pub location: Option<Location>,
        pub speed_kmh: Option<Decimal<0, 400>>,
        /// What is on the vehicle, where it weighs itself.
        pub load_kg: Option<NonNegativeKg>,
        /// Of the store or the furnace.
        pub celsius: Option<Decimal<-100, 2000>>,
        /// Whether the furnace is being fed.
        pub feeding: Option<bool>,
    }

    /// Whose readings, and when.
    pub struct TelemetryQuery {
        pub vehicle_id: Option<VehicleId>,
        pub site_id: Option<SiteId>,
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
    }
}
