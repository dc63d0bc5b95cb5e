//! What is kept of a frozen assessment.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::asked::Dimension;
use super::super::shown::AssessmentView;
use crate::capacity::planning::Year;
use crate::decision::SubjectKind;
use crate::ids::{AssessmentId, OrganisationId};
use crate::registry::{DivisionNumber, Entry};
use crate::wire::{BoundedText, Cursor, List, PageLimit, paged, wire};

wire! {
    /// An assessment to freeze.
    pub struct TakeAssessment {
        /// What you call it.
        pub name: BoundedText<1, 200>,
        pub year: Year,
        /// What cells are told apart by; `division` and `category` when absent.
        pub by: Option<List<Dimension, 1, 4>>,
        /// All that the caller regulates, when absent.
        pub divisions: Option<List<DivisionNumber, 1, 20>>,
        /// `true`: what sites without a ledger made is estimated, and marked as such.
        pub estimate: bool = false,
    }

    /// Which frozen assessments to list.
    pub struct AssessmentFilter {
        pub year: Option<Year>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(AssessmentFilter);

/// A frozen assessment, but for its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub id: AssessmentId,
    pub organisation_id: OrganisationId,
    /// Of the regulator who froze it: it goes over the streams that concern this agency.
    pub agency: Option<String>,
    pub name: String,
    pub year: i32,
    pub dimensions: Vec<String>,
    pub divisions: Vec<String>,
    pub tree_size: i64,
    /// In hexadecimal.
    pub content_sha256: String,
}

impl Entry for Taken {
    const KIND: SubjectKind = SubjectKind::Assessment;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

/// A frozen assessment, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeptAssessmentView {
    pub id: AssessmentId,
    /// Whose regulator froze it.
    pub organisation_id: OrganisationId,
    /// The agency whose streams it goes over.
    #[schema(required)]
    pub agency: Option<String>,
    pub name: String,
    pub year: i32,
    pub by: Vec<String>,
    pub divisions: Vec<String>,
    /// Events of the log when it was read.
    pub tree_size: i64,
    /// SHA-256 of `frozen` as it is written, in hexadecimal; its event says the same.
    pub content_sha256: String,
}

impl From<&Taken> for KeptAssessmentView {
    fn from(taken: &Taken) -> Self {
        Self {
            id: taken.id,
            organisation_id: taken.organisation_id,
            agency: taken.agency.clone(),
            name: taken.name.clone(),
            year: taken.year,
            by: taken.dimensions.clone(),
            divisions: taken.divisions.clone(),
            tree_size: taken.tree_size,
            content_sha256: taken.content_sha256.clone(),
        }
    }
}

/// What is frozen.
#[derive(Serialize, ToSchema)]
pub struct FrozenContentView {
    pub assessment: AssessmentView,
    /// A signed checkpoint of the log that covers all events that it was read from (custody.md).
    pub checkpoint: String,
}

/// A frozen assessment with its content.
#[derive(Serialize, ToSchema)]
pub struct FrozenAssessmentView {
    #[serde(flatten)]
    pub taken: KeptAssessmentView,
    #[schema(value_type = FrozenContentView)]
    pub frozen: Box<RawValue>,
}
