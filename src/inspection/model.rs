//! An inspection (路检) as its one event has it: never changed, only followed by another.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::decision::SubjectKind;
use crate::ids::{InspectionId, ManifestId, OrganisationId};
use crate::registry::{Entry, Place};
use crate::wire::api_enum;

api_enum! {
    /// What the inspector concluded.
    pub enum InspectionOutcome {
        InOrder = "in_order",
        /// Something was not as it should be, and the load went on.
        Irregular = "irregular",
        /// The vehicle or the load was held.
        Held = "held",
    }

    /// What was found not to be as it should.
    pub enum InspectionFindingKind {
        NoManifest = "no_manifest",
        WasteMismatch = "waste_mismatch",
        QuantityMismatch = "quantity_mismatch",
        Packaging = "packaging",
        Label = "label",
        Leak = "leak",
        Driver = "driver",
        Vehicle = "vehicle",
        Route = "route",
        Documents = "documents",
        Other = "other",
    }
}

/// What the inspector asked for at the roadside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// In its one spelling.
    Plate(String),
    Number(String),
    ContainerCode(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: InspectionFindingKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A manifest that the look found, as its chain stood then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub manifest_id: ManifestId,
    pub number: String,
    pub status: String,
    pub stream: String,
    /// Its load was on the road.
    pub riding: bool,
    pub version: i64,
    /// Log position of its newest event.
    pub index: i64,
    /// Leaf hash of that event, hex: the head of its chain.
    pub leaf_hash: String,
    /// Its parties then.
    pub organisation_ids: Vec<OrganisationId>,
    /// Where it came from and where it went: `01`, and `01/3` for a regiment.
    pub places: Vec<String>,
}

/// A look at the roadside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    pub id: InspectionId,
    /// Whose inspector.
    pub organisation_id: OrganisationId,
    pub agency: String,
    pub asked: Asked,
    pub outcome: InspectionOutcome,
    pub findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    pub occurred_at: DateTime<Utc>,
    /// The size of the log that the look was true at.
    pub log_size: i64,
    pub found: Vec<Found>,
    /// The inspector's own jurisdiction, as of `Found::places`; empty: the corps.
    pub by_places: Vec<String>,
}

impl Entry for Inspection {
    const KIND: SubjectKind = SubjectKind::Inspection;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

impl Inspection {
    pub fn organisations(&self) -> Vec<OrganisationId> {
        let parties = self.found.iter().flat_map(|found| found.organisation_ids.iter().copied());
        let mut all: Vec<OrganisationId> = parties.collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whose jurisdiction it concerns: the inspector's, and both ends of what was found.
    pub fn places(&self) -> Vec<String> {
        let found = self.found.iter().flat_map(|found| &found.places);
        let mut all: Vec<String> = found.chain(&self.by_places).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub fn streams(&self) -> Vec<String> {
        let mut all: Vec<String> = self.found.iter().map(|found| found.stream.clone()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
