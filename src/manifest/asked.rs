//! What clients may ask of a manifest: the fields of api.md, read strictly.
//!
//! Codes, methods, forms, hazards and packagings arrive as text and are parsed with the rules, so
//! that one answer lists what is misspelt beside what is unlawful.

use chrono::{DateTime, NaiveDate, Utc};

use super::event::Leg;
use super::linked::{SOURCES_MAX, SourceAsked};
use super::signed::Signable;
use super::transport::Countersign;
use super::un_number::UnNumber;
use crate::identity::device::SignatureAsked;
use crate::ids::{
    ApprovalId, ContainerId, DriverId, ManagementPlanId, OrganisationId, SiteId, StorageAreaId,
    TripId, VehicleId,
};
use crate::registry::Plate;
use crate::wire::{
    BoundedText, Decimal, List, Location, NonNegativeKg, PositiveKg, Sha256Hex, Whole, api_enum,
    wire,
};

/// Items of one manifest: a form has a page of lines, and an event must stay under 64 kB.
pub const ITEMS_MAX: usize = 50;
/// Legs of one journey.
pub const LEGS_MAX: usize = 8;
/// Kinds of packaging of one item.
pub const PACKAGES_MAX: usize = 20;
/// Containers of one manifest: a truck full of boxes, in an event that stays under 64 kB when each
/// is named again at the gate.
pub const CONTAINERS_MAX: usize = 500;
/// Treatments, residues or products of one `complete`.
pub const TREATMENTS_MAX: usize = 200;

api_enum! {
    /// What the receiver decides at the gate.
    pub enum Verdict { Accept = "accept", Partial = "partial", Refuse = "refuse" }

    /// Why something was refused, skipped or cancelled.
    pub enum Reason {
        WrongData = "wrong_data",
        NotNeeded = "not_needed",
        Vehicle = "vehicle",
        Receiver = "receiver",
        Damaged = "damaged",
        NotAsDeclared = "not_as_declared",
        Closed = "closed",
        Other = "other",
    }

    /// How a leg is travelled.
    pub enum LegMode { Road = "road", Rail = "rail", Water = "water", Pipeline = "pipeline" }

    /// What was found to differ from the manifest (Order 23 Art. 18).
    pub enum MismatchField {
        Name = "name",
        Quantity = "quantity",
        Hazard = "hazard",
        Form = "form",
        Packaging = "packaging",
    }

    /// Why a manifest is recorded after the fact (Order 23 Art. 20).
    pub enum BackfillKind { Paper = "paper", Outage = "outage" }
}

wire! {
    /// A manifest to file, or to keep as a draft.
    pub struct FileManifest {
        /// `hazardous`, `medical` or `kitchen`.
        pub stream: BoundedText<1, 20>,
        pub producer_site_id: SiteId,
        pub receiver_site_id: SiteId,
        pub legs: List<LegAsked, 1, LEGS_MAX>,
        /// A Beijing day.
        pub planned_departure_on: NaiveDate,
        pub items: List<ItemAsked, 1, ITEMS_MAX>,
        /// Where the movement crosses a border that the setting counts; else it may be named.
        pub transfer_approval_id: Option<ApprovalId>,
        /// The caller's own id: unique in its organisation for ever.
        pub external_id: Option<BoundedText<1, 100>>,
        pub note: Option<BoundedText<0, 1000>>,
        /// Keep as a draft: no number, no reservation, seen by its side alone.
        pub draft: bool = false,
        /// The producer's own, of the year of departure.
        pub management_plan_id: Option<ManagementPlanId>,
        pub emergency_measures: Option<BoundedText<1, 1000>>,
        pub producer_contact: Option<Contact>,
        pub backfill: Option<BackfillAsked>,
        pub agreement_number: Option<BoundedText<1, 100>>,
        /// An open trip of the carrier's that it is to ride on.
        pub trip_id: Option<TripId>,
    }

    /// Whom to call. Personal data: kept beside the manifest, never in its hashed events.
    pub struct Contact {
        pub person: Option<BoundedText<1, 50>>,
        pub phone: Option<BoundedText<3, 30>>,
        pub emergency_phone: Option<BoundedText<3, 30>>,
    }

    /// Recorded after the fact.
    pub struct BackfillAsked {
        pub kind: BackfillKind,
        pub paper_number: Option<BoundedText<1, 50>>,
        pub paper_date: Option<NaiveDate>,
    }

    /// One carrier's part of the way.
    pub struct LegAsked {
        pub carrier_id: OrganisationId,
        pub vehicle_id: VehicleId,
        pub driver_id: DriverId,
        pub mode: Option<LegMode>,
        pub trailer_plate: Option<Plate>,
        /// Of the carrier's register of drivers and escorts.
        pub escort_id: Option<DriverId>,
        pub waybill_number: Option<BoundedText<1, 50>>,
        pub from: Option<BoundedText<1, 200>>,
        pub to: Option<BoundedText<1, 200>>,
        pub via: Option<BoundedText<1, 200>>,
        pub planned_departure_at: Option<DateTime<Utc>>,
        /// Not before `planned_departure_at`.
        pub planned_arrival_at: Option<DateTime<Utc>>,
    }

    /// One waste.
    pub struct ItemAsked {
        /// `900-249-08`, `841-001-01`, `CY-01`.
        pub waste_code: BoundedText<1, 20>,
        pub name: BoundedText<1, 200>,
        /// `solid`, `semi_solid`, `liquid`, `gas`.
        pub form: BoundedText<1, 20>,
        /// `T`, `C`, `I`, `R`, `In`; empty for kitchen waste.
        pub hazards: List<BoundedText<1, 2>, 0, 5> = List::default(),
        pub mass_kg: PositiveKg,
        /// `R9`, `D10`, `Y11`, `K1`, …
        pub method: BoundedText<1, 5>,
        pub packages: List<PackageAsked, 0, PACKAGES_MAX> = List::default(),
        /// The producer's own, of this waste; their masses add up to the item's.
        pub container_ids: List<ContainerId, 0, CONTAINERS_MAX> = List::default(),
        pub harmful_components: List<Component, 0, 20> = List::default(),
        pub un_number: Option<UnNumber>,
        pub reactivity_groups: List<BoundedText<1, 50>, 0, 10> = List::default(),
        pub exemption: Option<ExemptionAsked>,
        pub batch_numbers: List<BoundedText<1, 50>, 0, 50> = List::default(),
        pub intact: Option<bool>,
        /// Write the ledger entry `produced` as well.
        pub produce: bool = false,
        /// Medical: the department it comes from.
        pub department: Option<BoundedText<1, 100>>,
        /// Medical: from an epidemic.
        pub epidemic: Option<bool>,
        pub stored_since: Option<DateTime<Utc>>,
        /// Parts of it that came in on other manifests and were stored at the producer site; what
        /// they leave of `mass_kg` is the site's own and must be in its ledger.
        pub source_items: List<SourceAsked, 0, SOURCES_MAX> = List::default(),
    }

    pub struct PackageAsked {
        /// `steel_drum`, `medical_box`, …
        pub kind: BoundedText<1, 30>,
        pub count: Whole<1, 100_000>,
    }

    pub struct Component {
        pub name: BoundedText<1, 100>,
        pub percent: Option<Decimal<0, 100>>,
    }

    pub struct ExemptionAsked {
        /// `EX18-1`.
        pub id: BoundedText<1, 20>,
        pub evidence_sha256: Option<Sha256Hex>,
    }

    /// The carrier takes the load; the caller's call is its signature.
    pub struct Depart {
        /// When it left; now, when absent. At most 5 minutes ahead.
        pub occurred_at: Option<DateTime<Utc>>,
        pub loaded_kg: Option<PositiveKg>,
        pub vehicle_id: Option<VehicleId>,
        pub driver_id: Option<DriverId>,
        pub location: Option<Location>,
        /// The other of producer and carrier signs as well.
        pub countersign: Option<Countersign>,
        /// The caller's own, by its device.
        pub signature: Option<SignatureAsked>,
    }

    pub struct Arrive {
        pub occurred_at: Option<DateTime<Utc>>,
        pub gross_kg: Option<PositiveKg>,
        pub location: Option<Location>,
    }

    /// What the receiver found at the gate, item by item.
    pub struct Receive {
        pub occurred_at: Option<DateTime<Utc>>,
        pub decision: Verdict,
        pub gross_kg: Option<PositiveKg>,
        pub tare_kg: Option<PositiveKg>,
        pub items: List<ReceiveItem, 1, ITEMS_MAX>,
        pub analysis_pending: bool = false,
        pub storage_area_id: Option<StorageAreaId>,
        pub storage_temp_c: Option<Decimal<-100, 100>>,
        pub impurity_percent: Option<Decimal<0, 100>>,
        pub mismatches: List<MismatchAsked, 0, 100> = List::default(),
        /// The carrier that came signs as well.
        pub countersign: Option<Countersign>,
        /// The caller's own, by its device.
        pub signature: Option<SignatureAsked>,
    }

    pub struct ReceiveItem {
        /// From 1.
        pub line: Whole<1, 50>,
        pub accepted_kg: NonNegativeKg,
        pub refused_kg: NonNegativeKg,
        pub reason: Option<Reason>,
        pub reason_text: Option<BoundedText<1, 500>>,
        pub discrepancy: Option<BoundedText<1, 500>>,
        /// The item's containers one by one. One of the manifest's that is not here is missing.
        pub containers: Option<List<ReceiveContainer, 0, CONTAINERS_MAX>>,
    }

    pub struct ReceiveContainer {
        pub id: ContainerId,
        pub accepted: bool,
    }

    pub struct MismatchAsked {
        pub line: Whole<1, 50>,
        pub field: MismatchField,
        pub found: BoundedText<1, 200>,
    }

    /// What was done with what was accepted; in parts too.
    pub struct Complete {
        pub occurred_at: Option<DateTime<Utc>>,
        pub treatments: List<TreatmentAsked, 1, TREATMENTS_MAX>,
        pub residues: List<ResidueAsked, 0, TREATMENTS_MAX> = List::default(),
        pub products: List<ProductAsked, 0, TREATMENTS_MAX> = List::default(),
    }

    pub struct TreatmentAsked {
        pub line: Whole<1, 50>,
        pub method: BoundedText<1, 5>,
        pub mass_kg: PositiveKg,
        pub completed_on: NaiveDate,
    }

    pub struct ResidueAsked {
        pub waste_code: BoundedText<1, 20>,
        pub mass_kg: PositiveKg,
    }

    pub struct ProductAsked {
        pub kind: BoundedText<1, 50>,
        pub mass_kg: PositiveKg,
        pub to: Option<BoundedText<1, 200>>,
    }

    pub struct Cancel {
        pub reason: Reason,
        pub reason_text: Option<BoundedText<1, 500>>,
    }
}

impl LegAsked {
    /// The same carrier, vehicle and people once more; nothing else is said of the way.
    pub const fn same_crew(leg: &Leg) -> Self {
        Self {
            carrier_id: leg.carrier_id,
            vehicle_id: leg.vehicle_id,
            driver_id: leg.driver_id,
            mode: None,
            trailer_plate: None,
            escort_id: leg.escort_id,
            waybill_number: None,
            from: None,
            to: None,
            via: None,
            planned_departure_at: None,
            planned_arrival_at: None,
        }
    }
}

/// A step that its caller signs and that a second person may sign beside it.
macro_rules! signable {
    ($($name:ident),+) => {$(
        impl $crate::manifest::signed::Signable for $name {
            fn signature(&self) -> Option<&$crate::identity::device::SignatureAsked> {
                self.signature.as_ref()
            }

            fn countersign(&self) -> Option<&$crate::manifest::transport::Countersign> {
                self.countersign.as_ref()
            }

            fn occurred_at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
                self.occurred_at
            }

            fn claim(&mut self, at: chrono::DateTime<chrono::Utc>) {
                self.occurred_at = Some(at);
            }
        }
    )+};
}
pub(super) use signable;

signable!(Depart, Receive);

impl Signable for Arrive {}
impl Signable for Complete {}
impl Signable for Cancel {}
