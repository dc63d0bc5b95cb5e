//! Identifiers: one type a noun, so that two kinds of id can never be swapped in a call.
//!
//! All are UUIDv7 (RFC 9562), made by [`crate::mint::Mint`] and parsed from what clients send.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The id of what a hash stands for, of version 8 (RFC 9562): derived, so nobody has to look it up.
pub fn hashed(hash: Sha256) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn of(uuid: Uuid) -> Self {
                Self(uuid)
            }
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        crate::wire::id_on_the_wire!($name);
    )+};
}

typed_id! {
    /// What is told to one webhook or subscription.
    DeliveryId;
    SubscriptionId;
    WebhookId;
    /// What a site did in a month (活动水平).
    ActivityId;
    /// A case that a rule has made (异常).
    AnomalyId;
    ApiKeyId;
    /// A frozen assessment (匹配情况评估).
    AssessmentId;
    /// A transfer approval (跨省转移审批).
    ApprovalId;
    /// What a case is about, whatever kind of thing that is.
    CaseSubjectId;
    /// A plant that takes medical waste in an emergency (应急协同处置设施).
    CoDisposalFacilityId;
    /// A labelled package (包装).
    ContainerId;
    /// An organisation's leave for another to sign for it.
    DelegationId;
    /// A device's public key, by which its owner signs.
    DeviceKeyId;
    DriverId;
    /// A plan for medical waste in an emergency (协同应急处置方案).
    EmergencyPlanId;
    /// An emergency plan filed with an authority (应急预案备案).
    EmergencyPlanFiledId;
    /// How a treatment facility ran on a day (设施运行日报).
    FacilityDayId;
    /// A look at a load on the road (路检).
    InspectionId;
    /// An insurance against harm to the environment (环境污染责任保险).
    InsurancePolicyId;
    LedgerEntryId;
    /// An operating licence (经营许可证).
    LicenceId;
    /// A producer's plan for a year (管理计划).
    ManagementPlanId;
    ManifestId;
    OrganisationId;
    /// A report of a site's ledger (危险废物申报).
    ReportId;
    /// What of a site could do harm (环境风险源).
    RiskSourceId;
    /// A collection round (收运趟次).
    RoundId;
    /// One refresh-token family.
    SessionId;
    SiteId;
    StorageAreaId;
    /// An application for a transfer across a border (跨省转移申请).
    TransferApplicationId;
    /// An enrolment of a second factor.
    TotpId;
    /// One run of a vehicle with several manifests (车次).
    TripId;
    UserId;
    VehicleId;
    /// A waste stream of a producer's site (废物流).
    WasteStreamId;
}
