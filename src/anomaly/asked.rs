//! What may be asked about cases and rules, as it crosses the wire.

use chrono::{DateTime, Utc};
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::Type;
use uuid::Uuid;

use super::finding::About;
use super::review::{CaseStatus, ReviewStatus};
use super::rule::{RuleId, Severity};
use super::value::{SettingValue, TriedValues};
use crate::catalogue::Stream;
use crate::identity::Agency;
use crate::ids::{AnomalyId, CaseSubjectId, ManifestId, OrganisationId, UserId};
use crate::problem::{Code, Fault, Text};
use crate::registry::DivisionNumber;
use crate::wire::{
    BoundedText, Cursor, Decode, Faults, List, Node, PageLimit, Patch, Path, SchemaOrRef, Shape,
    api_enum, paged, parsed, wire,
};

api_enum! {
    /// Families of rules.
    pub enum RuleFamily {
        Deadline = "deadline",
        Mass = "mass",
        Movement = "movement",
        Silence = "silence",
        Capacity = "capacity",
        Paper = "paper",
        Network = "network",
        Focus = "focus",
    }

    /// The order of a list of cases.
    pub enum CaseOrder { Newest = "newest", Severity = "severity" }
}

impl utoipa::PartialSchema for RuleId {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^AL[0-9]{2}$"))
            .description(Some("Code of a rule, AL01 and on"))
            .into()
    }
}

impl Shape for RuleId {
    fn shape() -> SchemaOrRef {
        <Self as utoipa::PartialSchema>::schema()
    }
}

impl Decode for RuleId {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        parsed(node, at, faults, |text| {
            Self::parse(text).ok_or_else(|| {
                let detail = Text::new("没有这个编号的规则。", "No rule has this code.");
                Fault::without_field(Code::InvalidValue, detail)
            })
        })
    }
}

/// Where a page of cases begins: after this weight, this time and this id. In the order of time
/// the weight is [`NO_WEIGHT`], so that a cursor of one order is none of the other.
pub type CaseKey = (i16, DateTime<Utc>, Uuid);

const NO_WEIGHT: i16 = -1;

impl CaseOrder {
    /// A case's key in this order.
    pub const fn key(self, (weight, at, id): CaseKey) -> CaseKey {
        match self {
            Self::Newest => (NO_WEIGHT, at, id),
            Self::Severity => (weight, at, id),
        }
    }

    /// Whether a key is one of this order.
    pub const fn has(self, (weight, _, _): CaseKey) -> bool {
        (weight == NO_WEIGHT) == matches!(self, Self::Newest)
    }
}

wire! {
    /// Which cases to list; all that are given must hold.
    pub struct AnomalyFilter {
        pub rule: Option<RuleId>,
        pub family: Option<RuleFamily>,
        pub severity: Option<Severity>,
        /// This severity and heavier.
        pub min_severity: Option<Severity>,
        pub status: Option<CaseStatus>,
        pub stream: Option<Stream>,
        pub division: Option<DivisionNumber>,
        pub organisation_id: Option<OrganisationId>,
        pub manifest_id: Option<ManifestId>,
        pub subject_kind: Option<About>,
        pub subject_id: Option<CaseSubjectId>,
        /// For regulators: who looks into it.
        pub assignee_id: Option<UserId>,
        /// For regulators: `false` leaves out what goes on with another case, `true` all else.
        pub merged: Option<bool>,
        /// `first_seen_at` at or after.
        pub from: Option<DateTime<Utc>>,
        /// `first_seen_at` before.
        pub to: Option<DateTime<Utc>>,
        pub sort: CaseOrder = CaseOrder::Newest,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<CaseKey>>,
    }

    /// What a regulator says of a case.
    pub struct TriageAnomaly {
        pub status: ReviewStatus,
        /// Why; required where it is judged (`explained`, `confirmed`, `dismissed`).
        pub note: BoundedText<0, 2000> = BoundedText::default(),
    }

    /// Who looks into a case.
    pub struct AssignAnomaly {
        /// A regulator who is to see it from then on, or `null` for nobody.
        pub user_id: Patch<UserId>,
    }

    /// Which other agencies are to see a case.
    pub struct ShareAnomaly {
        pub agencies: List<Agency, 1, 6>,
        pub note: BoundedText<0, 2000> = BoundedText::default(),
    }

    /// A case that is another agency's to pursue.
    pub struct ReferAnomaly {
        pub agency: Agency,
        pub note: BoundedText<1, 2000>,
    }

    /// A parameter's new value.
    pub struct SetParameter {
        /// Within the parameter's range, in its unit.
        pub value: SettingValue,
        /// For which division, `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
    }

    /// Whether a rule looks at all.
    pub struct EnableRule {
        pub enabled: bool,
        /// For which division, `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
    }

    /// Which rules, and for which division.
    pub struct RulesQuery {
        /// `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
        /// How many; all of them where it is absent.
        pub limit: Option<PageLimit>,
        pub cursor: Option<Cursor<u8>>,
    }

    /// For which division.
    pub struct WhichDivision {
        /// `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
    }

    /// What a rule is tried with on what has happened.
    pub struct PreviewRule {
        /// Values by the names of the rule's parameters; the others as they are set.
        pub parameters: TriedValues,
        /// Only cases that would first have been seen at or after.
        pub from: Option<DateTime<Utc>>,
        /// Only cases that would first have been seen before.
        pub to: Option<DateTime<Utc>>,
        /// For which division, `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
    }

    /// Whom to rank.
    pub struct RiskQuery {
        /// How many.
        pub limit: PageLimit = PageLimit::default(),
        /// Cases of this division; one's own where it is absent.
        pub division: Option<DivisionNumber>,
        pub stream: Option<Stream>,
    }

    /// A case that goes on with another.
    pub struct MergeAnomaly {
        /// The other, or `null`: it stands for itself again.
        pub into: Patch<AnomalyId>,
    }
}

paged!(AnomalyFilter);
