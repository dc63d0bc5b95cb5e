//! A container as the API shows it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Container, ContainerStatus};
use crate::catalogue::{Catalogue, Stream, WasteCode};
use crate::clock::rfc3339;
use crate::ids::{ContainerId, ManifestId, SiteId, StorageAreaId};
use crate::units::Kg;

/// How long medical waste may wait at its institution (Regulation on Medical Waste Art. 17).
const MEDICAL_STORAGE_RULE: &str = "DL36";

/// A labelled package.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContainerView {
    pub id: ContainerId,
    /// What its label says; null in what `validate_only` answers: no serial is taken then.
    #[schema(required)]
    pub code: Option<String>,
    pub site_id: SiteId,
    pub waste_code: String,
    pub kind: String,
    pub mass_kg: Kg,
    #[schema(value_type = DateTime<Utc>)]
    pub stored_since: String,
    /// Medical waste at its institution: when it must have left.
    #[schema(required, value_type = Option<DateTime<Utc>>)]
    pub due_at: Option<String>,
    #[schema(required)]
    pub storage_area_id: Option<StorageAreaId>,
    #[schema(required)]
    pub seal_number: Option<String>,
    #[schema(required)]
    pub batch_number: Option<String>,
    pub note: String,
    pub status: ContainerStatus,
    /// The manifest that it is on, or was on last.
    #[schema(required)]
    pub manifest_id: Option<ManifestId>,
    #[schema(required)]
    pub manifest_line: Option<i64>,
    /// What the receiver decided; null before that, and where it did not speak of each container.
    #[schema(required)]
    pub accepted: Option<bool>,
    /// It left and was not found at the gate.
    pub missing: bool,
}

impl ContainerView {
    pub fn of(container: &Container, catalogue: &Catalogue) -> Self {
        let carriage = container.manifest.as_ref();
        Self {
            id: container.id,
            code: Some(container.code.clone()).filter(|code| !code.is_empty()),
            site_id: container.site_id,
            waste_code: container.waste_code.clone(),
            kind: container.kind.clone(),
            mass_kg: Kg(container.mass_g),
            stored_since: rfc3339(container.stored_since),
            due_at: due(container, catalogue).map(rfc3339),
            storage_area_id: container.storage_area_id,
            seal_number: container.seal_number.clone(),
            batch_number: container.batch_number.clone(),
            note: container.note.clone(),
            status: container.status,
            manifest_id: carriage.map(|carriage| carriage.manifest_id),
            manifest_line: carriage.map(|carriage| carriage.line),
            accepted: container.accepted,
            missing: container.missing,
        }
    }
}

/// Containers as a list of them was registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredView {
    /// In the order of the list.
    pub data: Vec<ContainerView>,
    pub warnings: Vec<serde_json::Value>,
}

/// The 48 h of a medical box run from when it was stored until it leaves.
fn due(container: &Container, catalogue: &Catalogue) -> Option<DateTime<Utc>> {
    let is_home = matches!(container.status, ContainerStatus::Open | ContainerStatus::Sealed);
    let code = WasteCode::parse(&container.waste_code).ok()?;
    if !is_home || code.stream() != Stream::Medical {
        return None;
    }
    let rule = catalogue.deadline_rule(MEDICAL_STORAGE_RULE)?;
    let count: i64 = rule.value.parse().ok()?;
    let term = match &*rule.unit {
        "day" => TimeDelta::days(count),
        "hour" => TimeDelta::hours(count),
        _ => return None,
    };
    container.stored_since.checked_add_signed(term)
}
