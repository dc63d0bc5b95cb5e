//! Reports as the API shows them.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::asked::ReportStatus;
use super::content::{ReportContentView, ReportDifferenceView};
use super::model::Report;
use super::period::ReportPeriodView;
use crate::clock::rfc3339;
use crate::ids::{OrganisationId, ReportId, SiteId};
use crate::manifest::Reason;
use crate::registry::producer::{ClassReason, ManagementClass};

/// A report that was submitted, in its newest version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportView {
    pub id: ReportId,
    pub site_id: SiteId,
    pub period: ReportPeriodView,
    pub due_on: NaiveDate,
    /// The class of its organisation owes such a report.
    pub is_required: bool,
    pub status: ReportStatus,
    /// It was owed, and submitted after its last day.
    pub is_late: bool,
    pub management_class: ManagementClass,
    pub class_reasons: Vec<ClassReason>,
    /// From 1; each amendment is one more.
    pub version: i64,
    /// When it was first submitted.
    pub submitted_at: String,
    #[schema(required)]
    pub amended_at: Option<String>,
    /// Why it was amended last.
    #[schema(required)]
    pub reason: Option<Reason>,
    #[schema(required)]
    pub reason_text: Option<String>,
    pub note: String,
    /// SHA-256 of the content as it is written, in hexadecimal; its event says the same.
    pub content_sha256: String,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        Self {
            id: report.id,
            site_id: report.site_id,
            period: report.covers().into(),
            due_on: report.due_on,
            is_required: report.is_required,
            status: report.status(),
            is_late: report.is_late(),
            management_class: report.management_class,
            class_reasons: report.class_reasons.clone(),
            version: report.version,
            submitted_at: rfc3339(report.submitted_at),
            amended_at: (report.version > 1).then(|| rfc3339(report.made_at)),
            reason: report.reason,
            reason_text: report.reason_text.clone(),
            note: report.note.clone(),
            content_sha256: report.content_sha256.clone(),
        }
    }
}

/// A version of a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportVersionView {
    pub version: i64,
    pub made_at: String,
    #[schema(required)]
    pub reason: Option<Reason>,
    #[schema(required)]
    pub reason_text: Option<String>,
    #[schema(required)]
    pub declared_by: Option<String>,
    pub content_sha256: String,
    /// What differs from the version before, by code; empty for the first.
    pub changes: Vec<ReportDifferenceView>,
}

/// A report with what it says and what became of it.
#[derive(Serialize, ToSchema)]
pub struct WholeReportView {
    #[serde(flatten)]
    pub report: ReportView,
    /// The newest version, as it was frozen.
    #[schema(value_type = ReportContentView)]
    pub content: Box<RawValue>,
    /// The ledger says something else of this period by now.
    pub is_outdated: bool,
    /// What it says now less what the report says, by code.
    pub differences: Vec<ReportDifferenceView>,
    /// Newest first, the fifty newest.
    pub versions: Vec<ReportVersionView>,
}

/// A report that is due, or was submitted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportDutyView {
    /// Of the report; null where none was submitted.
    #[schema(required)]
    pub id: Option<ReportId>,
    pub site_id: SiteId,
    pub organisation_id: OrganisationId,
    pub division: String,
    pub period: ReportPeriodView,
    pub due_on: NaiveDate,
    /// The class of its organisation owes such a report: a unit may report more often.
    pub is_required: bool,
    pub status: ReportStatus,
    /// It is owed, and was not there when its last day was over.
    pub is_late: bool,
    /// Of the organisation, when the period ended (or now); of what was submitted, as it says.
    pub management_class: ManagementClass,
    /// Why; empty where it is registered alone.
    pub class_reasons: Vec<ClassReason>,
    /// Of the report; 0 where none was submitted.
    pub version: i64,
    #[schema(required)]
    pub submitted_at: Option<String>,
    #[schema(required)]
    pub amended_at: Option<String>,
    #[schema(required)]
    pub content_sha256: Option<String>,
}
