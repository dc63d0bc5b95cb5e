//! What has a chain of events of its own.

use uuid::Uuid;

/// The kinds of things that have a chain of events of their own (custody.md, "Subjects").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    Manifest,
    Organisation,
    Site,
    Licence,
    Vehicle,
    Driver,
    User,
    WasteStream,
    LedgerEntry,
    StorageArea,
    TransferApproval,
    ManagementPlan,
    Container,
    Inspection,
    Delegation,
    ApiKey,
    SignIn,
    Round,
    Trip,
    DeviceKey,
    Activity,
    CoDisposalFacility,
    FacilityDay,
    RiskSource,
    EmergencyPlanFiled,
    InsurancePolicy,
    Assessment,
    EmergencyPlan,
    TransferApplication,
    Report,
    Anomaly,
    RuleSetting,
    Track,
    Webhook,
    Subscription,
}

impl SubjectKind {
    pub const ALL: [Self; 35] = [
        Self::Manifest,
        Self::Organisation,
        Self::Site,
        Self::Licence,
        Self::Vehicle,
        Self::Driver,
        Self::User,
        Self::WasteStream,
        Self::LedgerEntry,
        Self::StorageArea,
        Self::TransferApproval,
        Self::ManagementPlan,
        Self::Container,
        Self::Inspection,
        Self::Delegation,
        Self::ApiKey,
        Self::SignIn,
        Self::Round,
        Self::Trip,
        Self::DeviceKey,
        Self::Activity,
        Self::CoDisposalFacility,
        Self::FacilityDay,
        Self::RiskSource,
        Self::EmergencyPlanFiled,
        Self::InsurancePolicy,
        Self::Assessment,
        Self::EmergencyPlan,
        Self::TransferApplication,
        Self::Report,
        Self::Anomaly,
        Self::RuleSetting,
        Self::Track,
        Self::Webhook,
        Self::Subscription,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Organisation => "organisation",
            Self::Site => "site",
            Self::Licence => "licence",
            Self::Vehicle => "vehicle",
            Self::Driver => "driver",
            Self::User => "user",
            Self::WasteStream => "waste_stream",
            Self::LedgerEntry => "ledger_entry",
            Self::StorageArea => "storage_area",
            Self::TransferApproval => "transfer_approval",
            Self::ManagementPlan => "management_plan",
            Self::Container => "container",
            Self::Inspection => "inspection",
            Self::Delegation => "delegation",
            Self::ApiKey => "api_key",
            Self::SignIn => "sign_in",
            Self::Round => "round",
            Self::Trip => "trip",
            Self::DeviceKey => "device_key",
            Self::Activity => "activity",
            Self::CoDisposalFacility => "co_disposal_facility",
            Self::FacilityDay => "facility_day",
            Self::RiskSource => "risk_source",
            Self::EmergencyPlanFiled => "emergency_plan_filed",
            Self::InsurancePolicy => "insurance_policy",
            Self::Assessment => "assessment",
            Self::EmergencyPlan => "emergency_plan",
            Self::TransferApplication => "transfer_application",
            Self::Report => "report",
            Self::Anomaly => "anomaly",
            Self::RuleSetting => "rule_setting",
            Self::Track => "track",
            Self::Webhook => "webhook",
            Self::Subscription => "subscription",
        }
    }

    /// The number in the database's `subject_kind` columns. Never reused.
    pub const fn number(self) -> i16 {
        self as i16 + 1
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// A thing with a chain of events. Its version is the number of events in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Uuid,
}

impl Subject {
    pub const fn new(kind: SubjectKind, id: Uuid) -> Self {
        Self { kind, id }
    }
}
