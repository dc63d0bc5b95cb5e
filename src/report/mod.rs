//! Reports of ledgers (危险废物申报, HJ 1259-2022 7.2): what each site owes by its class, generated
//! from its ledger and not typed again, submitted, amended, and late where it is; and a management
//! plan against what was done.
//!
//! Of hazardous waste, medical included. Kitchen waste has no such national duty, and no report
//! tells of it. Must hold: what was submitted is kept to the byte, each version one row and one
//! event that has its hash; what the ledger says later makes a report outdated and never changes
//! it.

mod actual;
mod actual_store;
mod amend;
mod asked;
mod content;
mod content_store;
mod duty;
mod duty_store;
mod facts;
/// What the change feed needs of reports.
pub mod feed;
mod model;
mod period;
mod show;
mod shown;
mod store;
mod submit;

pub use actual::{PlanActualLineView, PlanActualView, actual};
pub use amend::amend;
pub use asked::{AmendReport, ReportPreviewQuery, ReportQuery, ReportStatus, SubmitReport};
pub use content::{ReportContentView, ReportLineView};
pub use duty::{Duty, list};
pub use model::Report;
pub use period::{Period, ReportPeriod, ReportPeriodView};
pub use show::{preview, show};
pub use shown::{ReportDutyView, ReportView, WholeReportView};
pub use store::implied;
pub use submit::submit;
