//! What clients may ask of amendments: the fields to change, read strictly. Absent keeps; `null`
//! takes away what may be left out.

use chrono::{DateTime, NaiveDate, Utc};

use crate::identity::device::SignatureAsked;
use crate::ids::{
    ApprovalId, ContainerId, DriverId, ManagementPlanId, OrganisationId, SiteId, VehicleId,
};
use crate::manifest::asked::{
    CONTAINERS_MAX, Component, ExemptionAsked, ITEMS_MAX, LEGS_MAX, LegMode, PACKAGES_MAX,
    PackageAsked, Reason,
};
use crate::manifest::signed::Signable;
use crate::manifest::un_number::UnNumber;
use crate::registry::Plate;
use crate::wire::{BoundedText, Change, List, Patch, PositiveKg, Whole, wire};

wire! {
    /// An amendment to propose.
    pub struct ProposeAmendment {
        pub changes: AmendmentChanges,
        pub reason: Reason,
        pub reason_text: Option<BoundedText<1, 500>>,
    }

    /// What is agreed to; all of it may be absent.
    pub struct ApproveAmendment {
        /// The amendment's number, as in the path: for who signs with a device. When absent, the
        /// statement's `after` is the leaf hash of an event of that amendment.
        pub n: Option<Whole<1, 1_000_000>>,
        /// The caller's own, by its device.
        pub signature: Option<SignatureAsked>,
    }

    /// Why a proposed amendment is not agreed to.
    pub struct RejectAmendment {
        pub reason: Option<Reason>,
        pub reason_text: Option<BoundedText<1, 500>>,
    }

    /// The fields to change: items by `line`, legs by `n`, each with its new value.
    pub struct AmendmentChanges {
        /// A Beijing day.
        pub planned_departure_on: Change<NaiveDate>,
        pub receiver_site_id: Change<SiteId>,
        pub transfer_approval_id: Patch<ApprovalId>,
        pub management_plan_id: Patch<ManagementPlanId>,
        pub note: Patch<BoundedText<0, 1000>>,
        pub emergency_measures: Patch<BoundedText<1, 1000>>,
        pub agreement_number: Patch<BoundedText<1, 100>>,
        pub legs: List<LegChanges, 0, LEGS_MAX> = List::default(),
        pub items: List<ItemChanges, 0, ITEMS_MAX> = List::default(),
    }

    /// A leg's fields to change.
    pub struct LegChanges {
        /// From 1.
        pub n: Whole<1, 8>,
        pub carrier_id: Change<OrganisationId>,
        pub vehicle_id: Change<VehicleId>,
        pub driver_id: Change<DriverId>,
        pub mode: Change<LegMode>,
        pub trailer_plate: Patch<Plate>,
        pub escort_id: Patch<DriverId>,
        pub waybill_number: Patch<BoundedText<1, 50>>,
        pub from: Patch<BoundedText<1, 200>>,
        pub to: Patch<BoundedText<1, 200>>,
        pub via: Patch<BoundedText<1, 200>>,
        pub planned_departure_at: Patch<DateTime<Utc>>,
        pub planned_arrival_at: Patch<DateTime<Utc>>,
    }

    /// An item's fields to change. A list is given whole.
    pub struct ItemChanges {
        /// From 1.
        pub line: Whole<1, 50>,
        pub waste_code: Change<BoundedText<1, 20>>,
        pub name: Change<BoundedText<1, 200>>,
        pub form: Change<BoundedText<1, 20>>,
        pub hazards: Change<List<BoundedText<1, 2>, 0, 5>>,
        pub mass_kg: Change<PositiveKg>,
        pub method: Change<BoundedText<1, 5>>,
        pub packages: Change<List<PackageAsked, 0, PACKAGES_MAX>>,
        /// Until it has left: those that are left out are free again, others are taken.
        pub container_ids: Change<List<ContainerId, 0, CONTAINERS_MAX>>,
        pub harmful_components: Change<List<Component, 0, 20>>,
        pub un_number: Patch<UnNumber>,
        pub reactivity_groups: Change<List<BoundedText<1, 50>, 0, 10>>,
        pub exemption: Patch<ExemptionAsked>,
        pub batch_numbers: Change<List<BoundedText<1, 50>, 0, 50>>,
        pub intact: Patch<bool>,
        pub department: Patch<BoundedText<1, 100>>,
        pub epidemic: Patch<bool>,
        pub stored_since: Patch<DateTime<Utc>>,
    }
}

impl Signable for ApproveAmendment {
    fn signature(&self) -> Option<&SignatureAsked> {
        self.signature.as_ref()
    }
}
