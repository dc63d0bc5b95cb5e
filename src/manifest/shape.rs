//! A manifest's shape in answers: kilograms, decimal degrees, every member always there.

use super::behalf::SignedFor;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::amend::AmendmentView;
use super::attach::AttachmentView;
use super::linked::{LimboView, SourceView};
use super::status::Status;
use super::transport::{AboardView, IncidentView, LegView, SignatureView, TransitStopView};
use crate::capacity::GovernmentPlan;
use crate::ids::{EmergencyPlanId, LicenceId, ManifestId, RoundId, SiteId, StorageAreaId, TripId};
use crate::units::Kg;
use crate::wire::api_enum;

/// A step the caller may take now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AllowedAction {
    pub action: String,
    /// Fields of its body, required ones first.
    pub fields: Vec<String>,
}

/// The emergency plan that opened the receiver for a manifest, and the document it is in force by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnderPlanView {
    pub id: EmergencyPlanId,
    pub government_plan: GovernmentPlan,
}

/// A reservation or use of a licence line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapacityView {
    pub line: i64,
    pub licence_id: LicenceId,
    pub licence_line: i64,
    pub year: i64,
    pub reserved_kg: Kg,
    /// What the line has left this year; null where its account was not read.
    #[schema(required)]
    pub left_kg: Option<Kg>,
}

api_enum! {
    /// How a duty stands: to be done and in time, or too late; done in time, or late. Whether some
    /// duties were done is not recorded in a manifest, and nothing is claimed.
    pub enum DeadlineState {
        Running = "running",
        Over = "over",
        Met = "met",
        Late = "late",
        NotRecorded = "not_recorded",
    }
}

/// A day or an hour by which something is due, by a row of the deadline table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadlineView {
    /// Row of the deadline table, `DL01`.
    pub rule: String,
    /// The step that is due, or `inform`, `backfill`, `disinfect`.
    pub action: String,
    /// Beijing day. Where `due_at` is null, the whole day still counts.
    pub due_on: NaiveDate,
    /// The instant, where the rule counts hours.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub due_at: Option<String>,
    /// The article, or who set the rule.
    pub source: String,
    /// What of the rule stands in a text that was read, and what is assumed.
    pub certainty: String,
    /// The duty in words, in the caller's language.
    pub obligation: String,
    /// `within`, `not_more_than`, or `warn_at` for what is a reminder only.
    pub sense: String,
    pub state: DeadlineState,
    /// When it was done, late or not.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub met_at: Option<String>,
    /// The working days of the year it ends in are not published: the day can still move.
    pub provisional: bool,
}

/// An item, with what has become of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemView {
    pub line: i64,
    pub waste_code: String,
    pub name: String,
    pub form: String,
    pub hazards: Vec<String>,
    pub mass_kg: Kg,
    pub method: String,
    pub packages: Vec<PackageView>,
    pub container_ids: Vec<Uuid>,
    pub harmful_components: Vec<ComponentView>,
    #[schema(required)]
    pub un_number: Option<String>,
    pub reactivity_groups: Vec<String>,
    #[schema(required)]
    pub exemption: Option<ItemExemptionView>,
    pub batch_numbers: Vec<String>,
    #[schema(required)]
    pub intact: Option<bool>,
    #[schema(required)]
    pub department: Option<String>,
    #[schema(required)]
    pub epidemic: Option<bool>,
    #[schema(required)]
    pub stored_since: Option<DateTime<Utc>>,
    pub accepted_kg: Kg,
    pub refused_kg: Kg,
    pub lost_kg: Kg,
    pub treated_kg: Kg,
    /// Accepted mass that left again under other manifests.
    pub sent_on_kg: Kg,
    /// Accepted mass that is neither treated nor sent on.
    pub stored_kg: Kg,
    /// Parts that came in on other manifests.
    pub source_items: Vec<SourceView>,
    /// Refused mass and in whose custody it is.
    pub refused: Vec<RefusedView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageView {
    pub kind: String,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentView {
    pub name: String,
    #[schema(required)]
    pub percent: Option<f64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemExemptionView {
    pub id: String,
    #[schema(required)]
    pub evidence_sha256: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedView {
    pub mass_kg: Kg,
    /// `held` until a linked manifest takes it on; then `returning` and `returned`, or
    /// `forwarded`.
    pub custody: String,
    #[schema(required)]
    pub linked_manifest_id: Option<ManifestId>,
}

/// A party as it was named at filing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyView {
    pub organisation_id: Uuid,
    pub name: String,
    pub uscc: String,
    pub site_name: String,
    pub division: String,
    pub region_code: String,
}

/// A step that somebody should have signed and did not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GapView {
    pub step: String,
    /// The party whose signature, or whole step, is missing.
    pub missing: String,
    pub severity: String,
    /// The event that waits for the second signature; null where the whole step was skipped.
    #[schema(required)]
    pub seq: Option<i64>,
    /// Whose signature it is.
    #[schema(required)]
    pub organisation_id: Option<Uuid>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WarningView {
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// What was found at the gate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    pub decision: String,
    pub items: Vec<ReceiptItemView>,
    #[schema(required)]
    pub gross_kg: Option<Kg>,
    #[schema(required)]
    pub tare_kg: Option<Kg>,
    pub analysis_pending: bool,
    #[schema(required)]
    pub storage_area_id: Option<StorageAreaId>,
    pub mismatches: Vec<MismatchView>,
    pub late: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptItemView {
    pub line: i64,
    pub accepted_kg: Kg,
    pub refused_kg: Kg,
    /// accepted + refused + lost - shipped.
    pub difference_kg: Kg,
    #[schema(required)]
    pub reason: Option<String>,
    #[schema(required)]
    pub reason_text: Option<String>,
    #[schema(required)]
    pub discrepancy: Option<String>,
    /// Container by container, where the receiver said so.
    pub containers: Vec<ReceiptContainerView>,
    /// Containers of the item that were not found at the gate.
    pub missing_container_ids: Vec<Uuid>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptContainerView {
    pub id: Uuid,
    pub accepted: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MismatchView {
    pub line: i64,
    pub field: String,
    pub found: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreatmentView {
    pub line: i64,
    pub method: String,
    pub mass_kg: Kg,
    pub completed_on: NaiveDate,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResidueView {
    pub waste_code: String,
    pub mass_kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductView {
    pub kind: String,
    pub mass_kg: Kg,
    #[schema(required)]
    pub to: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BackfillView {
    pub kind: String,
    #[schema(required)]
    pub paper_number: Option<String>,
    #[schema(required)]
    pub paper_date: Option<NaiveDate>,
}

/// A filed manifest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ManifestView {
    pub id: ManifestId,
    /// Null in what `validate_only` answers: no number is taken then.
    #[schema(required)]
    pub number: Option<String>,
    pub stream: String,
    pub kind: String,
    pub status: Status,
    pub version: i64,
    #[schema(required)]
    pub origin_manifest_id: Option<ManifestId>,
    pub catalogue_edition: String,
    /// The rules that it was checked under (`/catalogue/rule-packs`).
    pub rule_pack: String,
    pub producer_site_id: SiteId,
    pub producer: PartyView,
    pub receiver_site_id: SiteId,
    pub receiver: PartyView,
    pub legs: Vec<LegView>,
    pub planned_departure_on: NaiveDate,
    pub items: Vec<ItemView>,
    #[schema(required)]
    pub transfer_approval_id: Option<Uuid>,
    #[schema(required)]
    pub external_id: Option<String>,
    pub note: String,
    /// The plan it was held against: the one named, else the producer's for the year.
    #[schema(required)]
    pub management_plan_id: Option<Uuid>,
    /// The emergency plan that opened the receiver for it.
    #[schema(required)]
    pub emergency_plan: Option<UnderPlanView>,
    #[schema(required)]
    pub emergency_measures: Option<String>,
    /// Whom to call: `{person, phone, emergency_phone}`.
    #[schema(required)]
    pub producer_contact: Option<Value>,
    #[schema(required)]
    pub agreement_number: Option<String>,
    /// The collection round that it is a stop of.
    #[schema(required)]
    pub round_id: Option<RoundId>,
    /// The trip that it was filed onto.
    #[schema(required)]
    pub trip_id: Option<TripId>,
    #[schema(required)]
    pub backfill: Option<BackfillView>,
    pub filed_at: String,
    #[schema(required)]
    pub departed_at: Option<String>,
    #[schema(required)]
    pub loaded_kg: Option<Kg>,
    /// The vehicles that the load rides on, from departure to receipt; more than one where only a
    /// part of it was transshipped.
    pub on_board: Vec<AboardView>,
    pub stops: Vec<TransitStopView>,
    pub incidents: Vec<IncidentView>,
    #[schema(required)]
    pub arrived_at: Option<String>,
    #[schema(required)]
    pub received_at: Option<String>,
    #[schema(required)]
    pub receipt: Option<ReceiptView>,
    pub treatments: Vec<TreatmentView>,
    pub residues: Vec<ResidueView>,
    pub products: Vec<ProductView>,
    #[schema(required)]
    pub completed_at: Option<String>,
    #[schema(required)]
    pub cancelled_at: Option<String>,
    #[schema(required)]
    pub cancel_reason: Option<String>,
    /// Refused mass that has no place of its own yet: held here, or on its way by this manifest.
    #[schema(required)]
    pub limbo: Option<LimboView>,
    pub capacity: Vec<CapacityView>,
    pub deadlines: Vec<DeadlineView>,
    pub allowed_actions: Vec<AllowedAction>,
    /// Fields that the signatures so far have locked.
    pub sealed_fields: Vec<String>,
    /// Amendments that wait for somebody's consent.
    pub open_amendments: Vec<AmendmentView>,
    pub gaps: Vec<GapView>,
    /// Steps that one organisation signed for another, by delegation.
    pub signed_for: Vec<SignedFor>,
    /// Signatures of the second persons, which closed gaps.
    pub countersignatures: Vec<SignatureView>,
    /// Files that parties have attached, oldest first.
    pub attachments: Vec<AttachmentView>,
    pub warnings: Vec<WarningView>,
}
