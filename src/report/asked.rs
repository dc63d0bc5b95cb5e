//! What is asked of reports.

use uuid::Uuid;

use super::period::{Period, ReportPeriod};
use crate::ids::SiteId;
use crate::manifest::Reason;
use crate::problem::{Code, Problem, Text};
use crate::registry::DivisionNumber;
use crate::wire::{BoundedText, Cursor, PageLimit, Whole, api_enum, paged, wire};

api_enum! {
    /// How it stands with a report.
    pub enum ReportStatus {
        /// Its period still runs.
        Open = "open",
        /// Its period is over and its last day is not.
        Due = "due",
        /// Not submitted, and its last day is over.
        Late = "late",
        Submitted = "submitted",
        /// After its last day.
        SubmittedLate = "submitted_late",
        /// Submitted, and since then corrected.
        Amended = "amended",
    }
}

impl ReportStatus {
    /// Only what was submitted has it.
    pub const fn is_of_submitted(self) -> bool {
        match self {
            Self::Open | Self::Due | Self::Late => false,
            Self::Submitted | Self::SubmittedLate | Self::Amended => true,
        }
    }
}

/// A year that reports may be of.
pub type ReportYear = Whole<2000, 2199>;

/// A month or a quarter of it.
pub type ReportNumber = Whole<1, 12>;

wire! {
    /// Which reports to list.
    pub struct ReportQuery {
        pub site_id: Option<SiteId>,
        /// This year and the last, when absent.
        pub year: Option<ReportYear>,
        pub period: Option<ReportPeriod>,
        pub status: Option<ReportStatus>,
        /// Where the site is.
        pub division: Option<DivisionNumber>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<(Uuid, i64)>>,
    }

    /// Which report to look at before it is submitted.
    pub struct ReportPreviewQuery {
        pub site_id: SiteId,
        pub year: ReportYear,
        pub period: ReportPeriod,
        /// Of the month or quarter; a year has none.
        pub number: Option<ReportNumber>,
    }

    /// A report to submit. What it says is generated from the ledger.
    pub struct SubmitReport {
        pub site_id: SiteId,
        pub year: ReportYear,
        pub period: ReportPeriod,
        /// Of the month or quarter; a year has none.
        pub number: Option<ReportNumber>,
        pub note: BoundedText<0, 1000> = BoundedText::default(),
        /// Who answers for it. Kept beside the log and not in it.
        pub declared_by: Option<BoundedText<1, 100>>,
    }

    /// A correction of a report: it is generated from the ledger again.
    pub struct AmendReport {
        pub reason: Reason,
        pub reason_text: Option<BoundedText<1, 500>>,
        /// Who answers for it. Kept beside the log and not in it.
        pub declared_by: Option<BoundedText<1, 100>>,
    }
}

paged!(ReportQuery);

/// The period that is asked for. `at` is the pointer of what the request begins with: empty for a
/// body, `/query` for a query. Errors: 422 at `number`.
pub fn period_asked(
    (kind, year, number): (ReportPeriod, ReportYear, Option<ReportNumber>),
    at: &str,
) -> Result<Period, Problem> {
    let year = i32::try_from(year.get()).unwrap_or_default();
    let number = number.map(|number| u32::try_from(number.get()).unwrap_or_default());
    let code = if number.is_none() { Code::Required } else { Code::OutOfRange };
    let detail = || {
        Text::new(
            "月度为 1 到 12，季度为 1 到 4，年度不填或为 1。",
            "1 to 12 for a month, 1 to 4 for a quarter; none, or 1, for a year.",
        )
    };
    let period = Period::of(kind, year, number);
    period.ok_or_else(|| Problem::at(code, format!("{at}/number"), detail()))
}
