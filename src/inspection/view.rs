//! An inspection as the API shows it: whole to regulators; to a party its own manifests and what
//! was found, without the inspectors' words and without anybody else's load.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Asked, Finding, Found, Inspection, InspectionFindingKind, InspectionOutcome};
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::identity::policy as may;
use crate::ids::{InspectionId, ManifestId, OrganisationId};
use crate::wire::Location;

/// A look at a load on the road.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionView {
    pub id: InspectionId,
    /// Whose inspector.
    pub organisation_id: OrganisationId,
    /// `transport`, `public_security`, `ecology`, …
    pub agency: String,
    #[schema(required)]
    pub plate: Option<String>,
    #[schema(required)]
    pub number: Option<String>,
    #[schema(required)]
    pub container_code: Option<String>,
    pub outcome: InspectionOutcome,
    pub findings: Vec<InspectionFindingView>,
    /// Regulators' own; null to the parties.
    #[schema(required)]
    pub note: Option<String>,
    #[schema(required)]
    pub location: Option<Location>,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub occurred_at: String,
    /// The size of the log that it was true at.
    pub log_size: i64,
    /// What the system showed then; to a party, its own.
    pub manifests: Vec<InspectedManifestView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionFindingView {
    pub kind: InspectionFindingKind,
    #[schema(required)]
    pub note: Option<String>,
}

/// A manifest that was found, as its chain stood then.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectedManifestView {
    pub manifest_id: ManifestId,
    pub number: String,
    pub status: String,
    /// Its load was on the road.
    pub riding: bool,
    pub version: i64,
    /// Log position of its newest event.
    pub index: i64,
    /// Leaf hash of that event, hex.
    pub leaf_hash: String,
}

/// The inspection as `actor` sees it.
pub fn inspection_view(inspection: &Inspection, actor: &Actor) -> InspectionView {
    let whole = may::is_system(actor)
        || actor.role.is_regulator()
        || may::belongs_to(actor, inspection.organisation_id);
    let (mut plate, mut number, mut container_code) = (None, None, None);
    match &inspection.asked {
        Asked::Plate(text) => plate = Some(text.clone()),
        Asked::Number(text) => number = Some(text.clone()),
        Asked::ContainerCode(text) => container_code = Some(text.clone()),
    }
    let own = |found: &&Found| whole || found.organisation_ids.contains(&actor.organisation_id);
    InspectionView {
        id: inspection.id,
        organisation_id: inspection.organisation_id,
        agency: inspection.agency.clone(),
        plate,
        number,
        container_code,
        outcome: inspection.outcome,
        findings: inspection.findings.iter().map(|one| finding(one, whole)).collect(),
        note: Some(inspection.note.clone()).filter(|_| whole),
        location: inspection.location.map(|at| Location {
            lon_e6: i32::try_from(at.lon_e6).unwrap_or_default(),
            lat_e6: i32::try_from(at.lat_e6).unwrap_or_default(),
        }),
        occurred_at: rfc3339(inspection.occurred_at),
        log_size: inspection.log_size,
        manifests: inspection.found.iter().filter(own).map(found).collect(),
    }
}

fn finding(one: &Finding, whole: bool) -> InspectionFindingView {
    InspectionFindingView { kind: one.kind, note: one.note.clone().filter(|_| whole) }
}

fn found(one: &Found) -> InspectedManifestView {
    InspectedManifestView {
        manifest_id: one.manifest_id,
        number: one.number.clone(),
        status: one.status.clone(),
        riding: one.riding,
        version: one.version,
        index: one.index,
        leaf_hash: one.leaf_hash.clone(),
    }
}
