//! What clients may ask of a load on its way: the fields of api.md, read strictly.

use chrono::{DateTime, Utc};

use crate::identity::device::SignatureAsked;
use crate::ids::{DriverId, ManifestId, UserId, VehicleId};
use crate::manifest::asked::{ITEMS_MAX, LegAsked, signable};
use crate::manifest::signed::Signable;
use crate::manifest::status::{Action, Party};
use crate::registry::DivisionNumber;
use crate::wire::{BoundedText, List, Location, NonNegativeKg, PositiveKg, Whole, api_enum, wire};

api_enum! {
    /// Whether the load only stands still or changes vehicles.
    pub enum StopKind { Stop = "stop", Transship = "transship" }

    /// What went wrong on the way.
    pub enum IncidentKind {
        Spill = "spill",
        Loss = "loss",
        Fire = "fire",
        Theft = "theft",
        Breakdown = "breakdown",
    }
}

api_enum! {
    /// A step that a second person signs.
    pub enum SignedAction {
        File = "file",
        Depart = "depart",
        HandOver = "hand_over",
        Stop = "stop",
        Receive = "receive",
    }
}

impl SignedAction {
    pub const fn action(self) -> Action {
        match self {
            Self::File => Action::File,
            Self::Depart => Action::Depart,
            Self::HandOver => Action::HandOver,
            Self::Stop => Action::Stop,
            Self::Receive => Action::Receive,
        }
    }

    /// The parties whose second signature it may be.
    pub const fn signers(self) -> &'static [Party] {
        match self {
            Self::File => &[Party::Producer],
            Self::Depart => &[Party::Producer, Party::Carrier],
            Self::HandOver | Self::Receive => &[Party::Carrier],
            Self::Stop => &[Party::Producer, Party::Carrier, Party::Receiver],
        }
    }
}

wire! {
    /// The second signature of a step, in the same call.
    pub struct Countersign {
        pub user_id: UserId,
        /// Six digits that `POST /me/signing-codes` showed that user, for this manifest and step.
        pub code: Option<BoundedText<1, 20>>,
        /// Or that user's device's, over the same `body` as the step's own.
        pub signature: Option<SignatureAsked>,
    }

    /// A second signature, later. The caller's own needs nothing; another's its code or its
    /// device's signature.
    pub struct SignEvent {
        /// Whose signature it is; the caller's, when absent.
        pub user_id: Option<UserId>,
        pub code: Option<BoundedText<1, 20>>,
        /// The event's number, as in the path: for who signs with a device. When absent, the
        /// statement's `after` is that event's leaf hash.
        pub seq: Option<Whole<0, 1_000_000>>,
        pub signature: Option<SignatureAsked>,
    }

    /// A code by which the caller signs a step that another takes.
    pub struct SignCode {
        pub manifest_id: ManifestId,
        pub action: SignedAction,
    }

    /// One carrier gives the load to the next. Either of the two may call; the caller's call is
    /// its signature.
    pub struct HandOver {
        /// When it changed hands; now, when absent. At most 5 minutes ahead.
        pub occurred_at: Option<DateTime<Utc>>,
        /// The carrier's next planned leg, with the vehicle and driver that came, or one that
        /// nobody had planned.
        pub to_leg: LegAsked,
        pub location: Option<Location>,
        /// The other carrier signs as well.
        pub countersign: Option<Countersign>,
        /// The caller's own, by its device.
        pub signature: Option<SignatureAsked>,
    }

    /// A stop on the way, or a change of vehicles within one carrier.
    pub struct Stop {
        pub occurred_at: Option<DateTime<Utc>>,
        pub kind: StopKind,
        /// The carrier's own and allowed for the class; needed to transship.
        pub to_vehicle_id: Option<VehicleId>,
        /// Who drives it; the driver of the first vehicle, when absent.
        pub to_driver_id: Option<DriverId>,
        /// Which vehicle the load leaves, where it rides on several; the first, when absent.
        pub from_vehicle_id: Option<VehicleId>,
        /// What stays on the vehicle that it leaves; nothing, when absent.
        pub remaining_kg: Option<NonNegativeKg>,
        pub location: Option<Location>,
        /// In the driver's words: a flat tyre, a closed pass.
        pub reason: BoundedText<1, 500>,
        pub reason_text: Option<BoundedText<1, 500>>,
        /// A second person of the carrier's, or another party's, signs as well.
        pub countersign: Option<Countersign>,
    }

    /// Something went wrong on the way.
    pub struct ReportIncident {
        pub occurred_at: Option<DateTime<Utc>>,
        pub kind: IncidentKind,
        /// What was lost for good; nothing, when absent.
        pub items: List<LostAsked, 0, ITEMS_MAX> = List::default(),
        /// The vehicle it happened to, where the load rides on several; the first, when absent.
        pub vehicle_id: Option<VehicleId>,
        pub location: Option<Location>,
        /// The division where it happened: its regulators see the manifest from then on, as those
        /// of both ends do.
        pub division: Option<DivisionNumber>,
        /// The authority that was told.
        pub reported_to: Option<BoundedText<1, 200>>,
        pub reported_at: Option<DateTime<Utc>>,
        pub note: BoundedText<1, 1000>,
    }

    pub struct LostAsked {
        /// From 1.
        pub line: Whole<1, 50>,
        pub lost_kg: PositiveKg,
    }
}

signable!(HandOver);

impl Signable for Stop {
    fn countersign(&self) -> Option<&Countersign> {
        self.countersign.as_ref()
    }
}

impl Signable for ReportIncident {}

impl Signable for SignEvent {
    fn signature(&self) -> Option<&SignatureAsked> {
        self.signature.as_ref()
    }
}
