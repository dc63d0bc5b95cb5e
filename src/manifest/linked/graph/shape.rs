//! A chain's shape in answers.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::manifest::{PartyView, Status};
use crate::units::Kg;

/// Where the waste of a manifest came from and where it went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainView {
    pub manifest_id: Uuid,
    /// The chain is longer than what is answered at once: the parts below are not all.
    pub is_truncated: bool,
    /// Every manifest of the chain, this one first.
    pub manifests: Vec<ChainManifestView>,
    pub edges: Vec<ChainEdgeView>,
    /// Whose waste is in it: each line's mass by the lines that it began on. None where it was
    /// cancelled.
    pub sources: Vec<ChainSourceView>,
    /// Where its waste is now: each line's mass by where it ended. What was found at a gate beyond
    /// what was declared counts, each part of it in proportion.
    pub whereabouts: Vec<ChainEndView>,
}

/// A manifest of the chain. One that the caller may not see is there without number and parties.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainManifestView {
    pub manifest_id: Uuid,
    pub is_visible: bool,
    pub kind: String,
    #[schema(required)]
    pub number: Option<String>,
    #[schema(required)]
    pub stream: Option<String>,
    #[schema(required)]
    pub status: Option<Status>,
    #[schema(required)]
    pub filed_at: Option<String>,
    #[schema(required)]
    pub producer: Option<PartyView>,
    #[schema(required)]
    pub receiver: Option<PartyView>,
}

/// Mass that went from one manifest to another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainEdgeView {
    pub from_manifest_id: Uuid,
    pub from_line: i16,
    pub to_manifest_id: Uuid,
    pub to_line: i16,
    /// `return`, `forward`, or `onward` for stored waste that was sent on.
    pub bond: String,
    /// All that went this way; null between two manifests that the caller may not see.
    #[schema(required)]
    pub mass_kg: Option<Kg>,
    /// How much of it is waste of the manifest asked for (or came to it).
    pub part_kg: Kg,
}

/// A part of a line, and the line that it began on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainSourceView {
    pub line: i64,
    pub manifest_id: Uuid,
    pub source_line: i16,
    pub mass_kg: Kg,
    /// It did not begin there: it came from manifests beyond what is answered at once.
    pub goes_on: bool,
    /// What it was filed as there; null where the caller may not see that manifest.
    #[schema(required)]
    pub waste_code: Option<String>,
    /// Whose waste it was; null where the caller may not see that manifest.
    #[schema(required)]
    pub producer_id: Option<Uuid>,
}

/// A part of a line, and where it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainEndView {
    pub line: i64,
    pub manifest_id: Uuid,
    pub at_line: i16,
    /// `under_way`, `stored`, `treated`, `returned` to whom it had left, `held` after a refusal,
    /// `lost` by an incident, `missing` at the gate, `not_sent` where it was cancelled, or
    /// `further` where it went on beyond what is answered at once.
    pub fate: String,
    pub mass_kg: Kg,
    /// What it is filed as there; null where the caller may not see that manifest.
    #[schema(required)]
    pub waste_code: Option<String>,
    /// Who received it there (or is to); null where the caller may not see that manifest.
    #[schema(required)]
    pub receiver_id: Option<Uuid>,
}
