//! What clients ask of refused mass (return, forward) and of stored mass (`source_items`).

use chrono::NaiveDate;

use crate::ids::{ApprovalId, ContainerId, ManifestId, SiteId};
use crate::manifest::{CONTAINERS_MAX, ITEMS_MAX, LEGS_MAX, LegAsked, PACKAGES_MAX, PackageAsked};
use crate::wire::{BoundedText, List, PositiveKg, Whole, wire};

/// Sources of one item: a drum is filled from tens, a tanker from hundreds; an event must stay
/// under 64 kB.
pub const SOURCES_MAX: usize = 400;

wire! {
    /// Refused mass on its way back to the producer's site that it came from.
    pub struct ReturnManifest {
        /// A Beijing day.
        pub planned_departure_on: NaiveDate,
        pub legs: List<LegAsked, 1, LEGS_MAX>,
        pub items: List<ReturnItem, 1, ITEMS_MAX>,
        /// It leaves now: departure is recorded with the filing.
        pub depart_now: bool = false,
        /// The caller's own id: unique in its organisation for ever.
        pub external_id: Option<BoundedText<1, 100>>,
        pub note: Option<BoundedText<0, 1000>>,
    }

    pub struct ReturnItem {
        /// Line of the manifest that it was refused on, each once.
        pub line: Whole<1, 50>,
        /// At most what is held.
        pub mass_kg: PositiveKg,
        /// As filed, when absent; where containers go, those are counted.
        pub packages: Option<List<PackageAsked, 0, PACKAGES_MAX>>,
        /// Refused containers that go with it. When absent: those of the line, where all that is
        /// held of it goes, else none.
        pub container_ids: Option<List<ContainerId, 0, CONTAINERS_MAX>>,
    }

    /// Refused mass on its way to another receiver: judged as a filing.
    pub struct ForwardManifest {
        pub receiver_site_id: SiteId,
        /// A Beijing day.
        pub planned_departure_on: NaiveDate,
        pub legs: List<LegAsked, 1, LEGS_MAX>,
        pub items: List<ForwardItem, 1, ITEMS_MAX>,
        /// It leaves now: departure is recorded with the filing.
        pub depart_now: bool = false,
        /// Where the movement crosses a border that the setting counts.
        pub transfer_approval_id: Option<ApprovalId>,
        /// The caller's own id: unique in its organisation for ever.
        pub external_id: Option<BoundedText<1, 100>>,
        pub note: Option<BoundedText<0, 1000>>,
    }

    pub struct ForwardItem {
        /// Line of the manifest that it was refused on, each once.
        pub line: Whole<1, 50>,
        /// At most what is held.
        pub mass_kg: PositiveKg,
        /// What the new receiver is to do with it; as filed, when absent.
        pub method: Option<BoundedText<1, 5>>,
        /// As filed, when absent; where containers go, those are counted.
        pub packages: Option<List<PackageAsked, 0, PACKAGES_MAX>>,
        /// Refused containers that go with it. When absent: those of the line, where all that is
        /// held of it goes, else none.
        pub container_ids: Option<List<ContainerId, 0, CONTAINERS_MAX>>,
    }

    /// A part of an item that was accepted at the site it leaves now: stored there, or come home on
    /// a return.
    pub struct SourceAsked {
        pub manifest_id: ManifestId,
        /// Of that manifest.
        pub line: Whole<1, 50>,
        /// At most what is there still: accepted, less what was treated or sent on. What came home
        /// must be on the ledger as well.
        pub mass_kg: PositiveKg,
    }
}

impl crate::manifest::signed::Signable for ReturnManifest {}
impl crate::manifest::signed::Signable for ForwardManifest {}
