//! What all register entries have in common: a chain of events whose `data` is the whole entry.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::co_disposal::CoDisposalFacility;
use super::model::{
    Driver, LedgerEntry, Licence, ManagementPlan, Organisation, Site, StorageArea,
    TransferApproval, Vehicle, WasteStream,
};
use super::record::activity::Activity;
use super::record::emergency_plan::EmergencyPlanFiled;
use super::record::facility_day::FacilityDay;
use super::record::insurance::InsurancePolicy;
use super::record::risk_source::RiskSource;
use crate::decision::{Subject, SubjectKind};

/// An entry of a register. Its version is the number of its events.
pub trait Entry: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const KIND: SubjectKind;

    fn uuid(&self) -> Uuid;

    fn subject(&self) -> Subject {
        Subject::new(Self::KIND, self.uuid())
    }
}

macro_rules! entries {
    ($($name:ident),+ $(,)?) => {$(
        impl Entry for $name {
            const KIND: SubjectKind = SubjectKind::$name;

            fn uuid(&self) -> Uuid {
                self.id.uuid()
            }
        }
    )+};
}

entries!(
    Organisation,
    Site,
    StorageArea,
    Licence,
    Vehicle,
    Driver,
    WasteStream,
    ManagementPlan,
    TransferApproval,
    LedgerEntry,
    Activity,
    CoDisposalFacility,
    FacilityDay,
    RiskSource,
    EmergencyPlanFiled,
    InsurancePolicy,
);

/// Which rows of a list to read, in the order of ids, which is that of registration: stable under
/// inserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The last id of the page before; `None` for the first page.
    pub after: Option<Uuid>,
    /// At most; a page reads one more than it shows (`wire::PageLimit`).
    pub rows_max: i64,
}
