//! What an emergency is, as it crosses the wire.

use chrono::NaiveDate;

use crate::ids::{CoDisposalFacilityId, SiteId};
use crate::registry::DivisionNumber;
use crate::wire::{BoundedText, Decimal, List, NonNegativeKg, PositiveKg, Whole, wire};

/// Days that a plan goes over: an outbreak's wave.
pub type Days = Whole<1, 90>;
/// 3 is three times as much as usual.
type Factor = Decimal<0, 100>;

wire! {
    /// An emergency: more medical waste than usual, fewer plants, or both.
    pub struct AskEmergency {
        /// What you call the plan.
        pub name: BoundedText<0, 200> = BoundedText::default(),
        /// First day, Beijing.
        pub starts_on: NaiveDate,
        pub days: Days,
        /// Whose institutions' waste is planned; all that the caller regulates, when absent.
        pub divisions: Option<List<DivisionNumber, 1, 20>>,
        /// Divisions that make more than usual, or less; the others make as much.
        pub surge: List<Surge, 0, 20> = List::default(),
        /// Plants that are out of order.
        pub unavailable_site_ids: List<SiteId, 0, 500> = List::default(),
        /// Facilities of the co-disposal list that may be used; all that are active, when absent.
        pub co_disposal_facility_ids: Option<List<CoDisposalFacilityId, 0, 500>>,
        /// What institutions make in a usual day, where the ledger does not tell or should not.
        pub usual: List<UsualDay, 0, 5_000> = List::default(),
        /// What waits there already, made on the day before.
        pub waiting: List<Waiting, 0, 5_000> = List::default(),
        /// How long waste may lie at an institution, in hours; 48 when absent, which is the most.
        pub institution_hours: Option<Whole<24, 48>>,
        /// How long it may lie at a plant, in hours; 24 when absent: infectious waste at 5 °C and
        /// more. Colder it may lie for 72.
        pub plant_hours: Option<Whole<0, 72>>,
    }

    /// A division's surge.
    pub struct Surge {
        pub division: DivisionNumber,
        pub factor: Factor,
    }

    /// What an institution makes in a usual day.
    pub struct UsualDay {
        pub site_id: SiteId,
        pub daily_kg: NonNegativeKg,
    }

    /// What lies at an institution when the emergency begins.
    pub struct Waiting {
        pub site_id: SiteId,
        pub kg: PositiveKg,
    }
}
