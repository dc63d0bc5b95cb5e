//! What is kept of a report: one row and one event a version.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::asked::ReportStatus;
use super::period::{Period, ReportPeriod};
use crate::clock::{in_milliseconds, legal_day};
use crate::decision::SubjectKind;
use crate::ids::{ReportId, SiteId};
use crate::manifest::Reason;
use crate::registry::Entry;
use crate::registry::producer::{ClassReason, ManagementClass};

/// A version of a report, but for its content and who declared it: the data of its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub id: ReportId,
    pub site_id: SiteId,
    pub year: i32,
    pub period: ReportPeriod,
    pub number: u32,
    /// From 1; also the length of its chain.
    pub version: i64,
    /// As the first version has it: a duty does not change with what is corrected later.
    pub due_on: NaiveDate,
    /// The same.
    pub is_required: bool,
    /// As this version found it.
    pub management_class: ManagementClass,
    pub class_reasons: Vec<ClassReason>,
    /// When the first version was submitted.
    #[serde(serialize_with = "in_milliseconds")]
    pub submitted_at: DateTime<Utc>,
    /// When this version was.
    #[serde(serialize_with = "in_milliseconds")]
    pub made_at: DateTime<Utc>,
    /// Why it was amended; `None` for the first version.
    pub reason: Option<Reason>,
    pub reason_text: Option<String>,
    pub note: String,
    /// Of this version's content, in hexadecimal.
    pub content_sha256: String,
}

impl Entry for Report {
    const KIND: SubjectKind = SubjectKind::Report;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

impl Report {
    pub const fn covers(&self) -> Period {
        Period { kind: self.period, year: self.year, number: self.number }
    }

    /// It was owed and came after its last day.
    pub fn is_late(&self) -> bool {
        self.is_required && legal_day(self.submitted_at) > self.due_on
    }

    pub fn status(&self) -> ReportStatus {
        if self.version > 1 {
            ReportStatus::Amended
        } else if self.is_late() {
            ReportStatus::SubmittedLate
        } else {
            ReportStatus::Submitted
        }
    }
}

/// A version with what its event does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub report: Report,
    pub declared_by: Option<String>,
    pub content: String,
}
