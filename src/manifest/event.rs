//! What happens to a manifest, as the `data` of its events (custody.md): integer grams, ids, codes.
//!
//! Each struct is also part of the manifest's state, so replaying events gives the state back.
//! More keys may be added; none is renamed. No personal data: people appear by id.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::amend::{AmendmentApproved, AmendmentExpired, AmendmentProposed, AmendmentRejected};
use super::attach::Attached;
use super::behalf::SignedFor;
pub use super::cancel::Cancelled;
use super::linked::{Linked, Source};
use super::opened::{Opened, UnderPlan};
use super::transport::{Countersigned, HandedOver, Incident, Stopped, Unconfirmed};
use crate::ids::{
    ContainerId, DriverId, LicenceId, ManagementPlanId, ManifestId, OrganisationId, RoundId,
    SiteId, StorageAreaId, TripId, VehicleId,
};
use crate::registry::Place;
use crate::units::Grams;

/// An organisation as it was named when the manifest was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyAt {
    pub organisation_id: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub site_name: String,
    pub division: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regiment: Option<String>,
    pub region_code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    pub n: i64,
    pub mode: String,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailer_plate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waybill_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escort_id: Option<DriverId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_departure_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_arrival_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    pub kind: String,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HarmfulComponent {
    pub name: String,
    /// Thousandths of a percent.
    pub mpercent: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionClaim {
    pub id: String,
    /// SHA-256 of the evidence, hex.
    pub evidence_sha256: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub line: i64,
    pub waste_code: String,
    pub name: String,
    pub form: String,
    pub hazards: Vec<String>,
    pub mass_g: Grams,
    pub method: String,
    pub packages: Vec<Package>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub container_ids: Vec<ContainerId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub harmful_components: Vec<HarmfulComponent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactivity_groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batch_numbers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub un_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<ExemptionClaim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intact: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epidemic: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_since: Option<DateTime<Utc>>,
    /// Parts of it that came in on other manifests; the rest is the sender's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_items: Vec<Source>,
    /// The ledger entry `produced` was written with the filing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub produce: bool,
    /// The licence line that the mass was reserved on; none where an exemption frees the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_id: Option<LicenceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_line: Option<i64>,
    /// Calendar year (Beijing) of the reservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// The licence had a limit that all its lines share when this was filed. The account of that
    /// limit is moved either way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// The management plan that its mass was reserved on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<ManagementPlanId>,
    /// The receiver's storage was reserved as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub storage: bool,
    /// Where the mass was reserved by an emergency plan, in place of a licence line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
}

/// A thing that was noticed and did not refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub pointer: String,
    pub code: String,
    pub zh: String,
    pub en: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    pub kind: String,
    pub paper_number: Option<String>,
    pub paper_date: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    pub number: String,
    pub stream: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_manifest_id: Option<ManifestId>,
    /// The edition of the list it was judged by, and is read under for ever.
    pub edition: String,
    /// The rule pack that it was checked under, and is read under for ever.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule_pack: String,
    pub producer_site_id: SiteId,
    pub producer: PartyAt,
    pub receiver_site_id: SiteId,
    pub receiver: PartyAt,
    pub legs: Vec<Leg>,
    pub planned_departure_on: NaiveDate,
    pub items: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_approval_id: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_measures: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_plan_id: Option<ManagementPlanId>,
    /// The emergency plan in force that opened the receiver for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_plan: Option<UnderPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<Backfill>,
    /// The collection round that it is a stop of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_id: Option<RoundId>,
    /// The trip that it was filed onto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trip_id: Option<TripId>,
    /// The round's carrier filed it for the producer, whose signature is a gap until it comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_producer: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle_id: Option<VehicleId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_id: Option<DriverId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// Who signed by calling: the other's signature is a gap until it comes.
    pub by: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// The carrier that came, where it is not the one that had the load by the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<OrganisationId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedItem {
    pub line: i64,
    pub accepted_g: Grams,
    pub refused_g: Grams,
    /// accepted + refused + lost - shipped, signed.
    pub difference_g: Grams,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discrepancy: Option<String>,
    /// Calendar year (Beijing) that the accepted mass was booked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// Beijing day that the accepted mass was booked on, at a facility that an emergency opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<NaiveDate>,
    /// Box by box, where the receiver said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ReceivedContainer>,
    /// Of the item's containers, those that were not found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<ContainerId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedContainer {
    pub id: ContainerId,
    pub accepted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    pub line: i64,
    /// name, quantity, hazard, form or packaging (Order 23 Art. 18).
    pub field: String,
    pub found: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub decision: String,
    pub items: Vec<ReceivedItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tare_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub analysis_pending: bool,
    /// Thousandths of a degree Celsius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_temp_mc: Option<i64>,
    /// Thousandths of a percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impurity_mpercent: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_area_id: Option<StorageAreaId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<Mismatch>,
    /// After the day (or hour) its deadline rule gives from arrival: a case, never a refusal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Who signed by calling: the carrier's signature is a gap until it comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    pub line: i64,
    pub method: String,
    pub mass_g: Grams,
    pub completed_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residue {
    pub waste_code: String,
    pub mass_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub kind: String,
    pub mass_g: Grams,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub treatments: Vec<Treatment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub residues: Vec<Residue>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    /// Everything accepted is treated.
    #[serde(rename = "final")]
    pub is_final: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

crate::journal::happenings! {
    /// Anything that happens to a manifest.
    pub enum Happening {
        Filed(Box<Filed>) = "filed",
        Departed(Departed) = "departed",
        HandedOver(Box<HandedOver>) = "handed_over",
        Stopped(Box<Stopped>) = "stopped",
        Incident(Box<Incident>) = "incident",
        Arrived(Arrived) = "arrived",
        Received(Received) = "received",
        Completed(Completed) = "completed",
        Cancelled(Cancelled) = "cancelled",
        AmendmentProposed(AmendmentProposed) = "amendment_proposed",
        AmendmentApproved(AmendmentApproved) = "amendment_approved",
        AmendmentRejected(AmendmentRejected) = "amendment_rejected",
        AmendmentExpired(AmendmentExpired) = "amendment_expired",
        Countersigned(Countersigned) = "countersigned",
        Unconfirmed(Unconfirmed) = "unconfirmed",
        ReturnFiled(Linked) = "return_filed",
        ReturnCancelled(Linked) = "return_cancelled",
        ForwardFiled(Linked) = "forward_filed",
        ForwardCancelled(Linked) = "forward_cancelled",
        SentOn(Linked) = "sent_on",
        SentOnCancelled(Linked) = "sent_on_cancelled",
        Attached(Attached) = "attached",
    }
}

/// A happening with its times, as the journal has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    pub happening: Happening,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// Who signed it for whom, where that was by delegation.
    pub signed_for: Option<SignedFor>,
}
