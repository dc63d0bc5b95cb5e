//! What clients may ask of a round: the fields of api.md, read strictly.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value as Json;
use utoipa::openapi::schema::{Array, ArrayBuilder, OneOfBuilder};

use super::status::{RoundStatus, StopOutcome};
use crate::catalogue::Stream;
use crate::ids::{
    ContainerId, DriverId, OrganisationId, RoundId, SiteId, StorageAreaId, VehicleId,
};
use crate::limits::{ROUND_BOXES_MAX, ROUND_STOPS_MAX};
use crate::manifest::{Countersign, ITEMS_MAX, ItemAsked, PACKAGES_MAX, PackageAsked, Reason};
use crate::problem::Problem;
use crate::wire::{
    Asked, BoundedText, Change, Components, Cursor, Decimal, Decode, Faults, List, Location, Node,
    NonNegativeKg, PageLimit, Path, PositiveKg, SchemaOrRef, Shape, Value, Whole, paged, settle,
    wire,
};

wire! {
    /// A round to plan: a trip that calls at many producers.
    pub struct PlanRound {
        /// `medical` or `kitchen`.
        pub stream: BoundedText<1, 20>,
        /// The caller's own organisation.
        pub carrier_id: OrganisationId,
        pub vehicle_id: VehicleId,
        pub driver_id: DriverId,
        pub receiver_site_id: SiteId,
        /// A Beijing day.
        pub planned_on: NaiveDate,
        /// In the order of the way. May be absent where `template_round_id` gives them.
        pub stops: List<StopToPlan, 0, ROUND_STOPS_MAX> = List::default(),
        /// Repeats the stops of an earlier round of the carrier, as they were planned; `stops` are
        /// added at the end.
        pub template_round_id: Option<RoundId>,
    }

    /// A producer to call at.
    pub struct StopToPlan {
        pub producer_site_id: SiteId,
        /// What is expected there.
        pub items: List<Kept<ItemAsked>, 1, ITEMS_MAX>,
    }

    /// Another vehicle or driver of the carrier.
    pub struct RoundPatch {
        pub vehicle_id: Change<VehicleId>,
        pub driver_id: Change<DriverId>,
    }

    /// What came of calling at a stop.
    pub struct StopAsked {
        /// When; now, when absent. At most 5 minutes ahead.
        pub occurred_at: Option<DateTime<Utc>>,
        pub outcome: StopOutcome,
        /// What was taken; all as planned, when absent. Lines that are not named were not taken.
        pub items: List<StopItem, 0, ITEMS_MAX> = List::default(),
        /// Why it was skipped.
        pub reason: Option<Reason>,
        pub reason_text: Option<BoundedText<1, 500>>,
        pub location: Option<Location>,
        /// The producer confirms on the spot: one of its people, with a code for `depart`.
        pub countersign: Option<Countersign>,
    }

    /// What was taken of an item.
    pub struct StopItem {
        /// Of the plan, from 1.
        pub line: Whole<1, 50>,
        /// As weighed at the stop; as planned where bins are only counted.
        pub mass_kg: Option<PositiveKg>,
        /// As planned, when absent; with `boxes`, one a box.
        pub packages: Option<List<PackageAsked, 1, PACKAGES_MAX>>,
        pub container_ids: List<ContainerId, 0, 200> = List::default(),
        /// Boxes, bags or bins one by one, by their labels.
        pub boxes: List<BoxAsked, 0, ROUND_BOXES_MAX> = List::default(),
    }

    /// A box, bag or bin.
    pub struct BoxAsked {
        /// On its label; once in a stop.
        pub code: BoundedText<1, 50>,
        pub seal: Option<BoundedText<1, 50>>,
        pub mass_kg: Option<PositiveKg>,
        /// When it was put into store: its 48 hours run from here.
        pub stored_since: Option<DateTime<Utc>>,
    }

    /// What the producer signs: before the truck comes with the items that it hands over, or
    /// afterwards what was taken.
    pub struct ConfirmStop {
        pub occurred_at: Option<DateTime<Utc>>,
        /// Before the truck comes; all as planned, when absent.
        pub items: List<StopItem, 0, ITEMS_MAX> = List::default(),
    }

    /// The plant's weighbridge: arrival and receipt of all that was collected.
    pub struct WeighIn {
        pub occurred_at: Option<DateTime<Utc>>,
        pub gross_kg: PositiveKg,
        pub tare_kg: NonNegativeKg,
        /// What the plant does not take, of the net.
        pub refused_kg: Option<NonNegativeKg>,
        /// Why it does not.
        pub reason: Option<Reason>,
        pub reason_text: Option<BoundedText<1, 500>>,
        pub storage_area_id: Option<StorageAreaId>,
        pub storage_temp_c: Option<Decimal<-100, 100>>,
        pub impurity_percent: Option<Decimal<0, 100>>,
    }

    /// All that was accepted is treated.
    pub struct CompleteRound {
        pub occurred_at: Option<DateTime<Utc>>,
        /// `K1`, `Y11`, …
        pub method: BoundedText<1, 5>,
        pub completed_on: NaiveDate,
        /// Only what has this code: waste oil and food waste are treated apart.
        pub waste_code: Option<BoundedText<1, 20>>,
    }

    /// Nothing is collected and nothing will be.
    pub struct CancelRound {
        pub reason: Reason,
        pub reason_text: Option<BoundedText<1, 500>>,
    }

    /// Filters of `GET /collection-rounds`; all that are given must hold.
    pub struct RoundFilter {
        pub stream: Option<Stream>,
        pub status: Option<RoundStatus>,
        pub carrier_id: Option<OrganisationId>,
        pub receiver_id: Option<OrganisationId>,
        pub producer_id: Option<OrganisationId>,
        pub planned_from: Option<NaiveDate>,
        /// Inclusive.
        pub planned_to: Option<NaiveDate>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<RoundId>>,
    }

    /// One of many stops.
    pub struct NumberedStop {
        pub n: Whole<1, 1000>,
        pub occurred_at: Option<DateTime<Utc>>,
        pub outcome: StopOutcome,
        pub items: List<StopItem, 0, ITEMS_MAX> = List::default(),
        pub reason: Option<Reason>,
        pub reason_text: Option<BoundedText<1, 500>>,
        pub location: Option<Location>,
        pub countersign: Option<Countersign>,
    }
}

impl From<NumberedStop> for (i64, StopAsked) {
    fn from(asked: NumberedStop) -> Self {
        let NumberedStop { n, occurred_at, outcome, items, reason, reason_text, .. } = asked;
        let (location, countersign) = (asked.location, asked.countersign);
        let stop =
            StopAsked { occurred_at, outcome, items, reason, reason_text, location, countersign };
        (n.get(), stop)
    }
}

/// Many stops at once: `{"stops": [...]}`, or the bare array. Each is read by itself, so that what
/// is wrong with one does not stop the others; its pointers are its own.
#[derive(Clone, Debug)]
pub struct StopsAsked(pub Vec<Asked<NumberedStop>>);

/// What was asked, read strictly, and kept as it was written: a draft holds it so.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<T> {
    pub asked: T,
    pub body: Json,
}

impl<T: Shape> Shape for Kept<T> {
    fn shape() -> SchemaOrRef {
        T::shape()
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode> Decode for Kept<T> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        T::decode(node, at, faults).map(|asked| Self { asked, body: written(node) })
    }
}

/// The node as serde's JSON. A mass of at most three decimals is the same number in both.
fn written(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        Value::String(text) | Value::Parameter(text) => Json::String(text.to_string()),
        Value::Array(nodes) => nodes.iter().map(written).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, node)| (name.to_string(), written(node))).collect()
        }
    }
}

/// An entry of a list that is read by itself.
struct Each<T>(Result<T, Problem>);

impl<T: Shape> Shape for Each<T> {
    fn shape() -> SchemaOrRef {
        T::shape()
    }

    fn components(found: &mut Components) {
        T::components(found);
    }
}

impl<T: Decode> Decode for Each<T> {
    fn decode(node: &Node<'_>, _at: &Path<'_>, _faults: &mut Faults) -> Option<Self> {
        let mut own = Faults::new();
        let value = T::decode(node, &Path::Root, &mut own);
        Some(Self(settle(value, own)))
    }
}

type Entries = List<Each<NumberedStop>, 1, ROUND_STOPS_MAX>;

impl Shape for StopsAsked {
    fn shape() -> SchemaOrRef {
        crate::wire::reference("StopsAsked")
    }

    fn components(found: &mut Components) {
        let schema = <Self as utoipa::PartialSchema>::schema();
        if crate::wire::add_component(found, "StopsAsked", schema) {
            NumberedStop::components(found);
        }
    }
}

impl Decode for StopsAsked {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let entries = if matches!(node.value, Value::Array(_)) {
            Entries::decode(node, at, faults)?
        } else {
            let mut fields = crate::wire::Fields::of(node, at, faults)?;
            let entries: Option<Entries> = fields.take("stops");
            fields.refuse_unknown(&["stops"]);
            entries?
        };
        Some(Self(entries.into_iter().map(|Each(entry)| entry).collect()))
    }
}

impl utoipa::PartialSchema for StopsAsked {
    fn schema() -> SchemaOrRef {
        let array: Array = ArrayBuilder::from(Array::new(NumberedStop::shape()))
            .min_items(Some(1))
            .max_items(Some(ROUND_STOPS_MAX))
            .build();
        let object = crate::wire::object_schema(
            "",
            vec![crate::wire::FieldShape {
                name: "stops",
                schema: array.clone().into(),
                required: true,
                words: "The stops, in any order.".to_owned(),
            }],
        );
        OneOfBuilder::new().item(object).item(array).into()
    }
}

impl utoipa::ToSchema for StopsAsked {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("StopsAsked")
    }

    fn schemas(found: &mut Components) {
        NumberedStop::components(found);
    }
}

paged!(RoundFilter);
