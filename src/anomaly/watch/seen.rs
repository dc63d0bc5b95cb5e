//! An event of the journal as the rules see it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use uuid::Uuid;

use crate::anomaly::setting;
use crate::decision::SubjectKind;
use crate::ids::{ManifestId, OrganisationId, RoundId};
use crate::manifest::Happening;
use crate::problem::Problem;
use crate::registry::application::TransferApplication;
use crate::registry::record::activity::Activity;
use crate::registry::record::emergency_plan::EmergencyPlanFiled;
use crate::registry::record::facility_day::FacilityDay;
use crate::registry::record::insurance::InsurancePolicy;
use crate::registry::{
    Driver, LedgerEntry, Licence, ManagementPlan, Organisation, Site, StorageArea,
    TransferApproval, Vehicle,
};
use crate::round;
use crate::track::{Batch, Reading, contents_of};

/// What happened, and to what.
#[derive(Clone, Debug)]
pub enum What {
    Manifest(ManifestId, Box<Happening>),
    Round(RoundId, Box<round::Happening>),
    Organisation(Organisation),
    Site(Box<Site>),
    Licence(Box<Licence>),
    Vehicle(Vehicle),
    Driver(Driver),
    Ledger(Box<LedgerEntry>),
    StorageArea(StorageArea),
    Plan(ManagementPlan),
    Approval(Box<TransferApproval>),
    Activity(Activity),
    FacilityDay(FacilityDay),
    Insurance(InsurancePolicy),
    EmergencyPlan(EmergencyPlanFiled),
    Report(Reported),
    Application(Box<TransferApplication>),
    Setting(setting::Set),
    /// Readings of devices, in the order of their times.
    Readings(Batch, Vec<Reading>),
    /// No rule looks at it.
    Other,
}

/// What rules need of a report.
#[derive(Clone, Debug, Deserialize)]
pub struct Reported {
    pub site_id: crate::ids::SiteId,
    pub year: i32,
    pub period: String,
    pub number: u32,
    pub is_required: bool,
    pub due_on: chrono::NaiveDate,
    pub submitted_at: DateTime<Utc>,
    pub version: i64,
}

/// An event with who did it and when.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    pub position: i64,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub user_id: Option<Uuid>,
    pub organisation_id: Option<OrganisationId>,
    pub what: What,
    /// The first of its subject: an entry that is new.
    pub is_first: bool,
    pub kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    actor: Actor<'a>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    seq: i64,
    #[serde(borrow)]
    subject: SubjectOf<'a>,
}

#[derive(Deserialize)]
struct Actor<'a> {
    user_id: Option<Uuid>,
    organisation_id: Option<Uuid>,
    #[serde(borrow)]
    #[expect(dead_code, reason = "it says how somebody signed; no rule asks yet")]
    via: Cow<'a, str>,
}

#[derive(Deserialize)]
struct SubjectOf<'a> {
    id: Uuid,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

impl<'a> Seen<'a> {
    /// Reads an event's body. Errors: `internal` for one that this program did not write.
    pub fn read(position: i64, body: &'a str) -> Result<Self, Problem> {
        Self::with(position, body, None)
    }

    /// The same, with the content that stands outside the log under the hash the event tells.
    pub fn with(position: i64, body: &'a str, content: Option<&str>) -> Result<Self, Problem> {
        let body: Body<'a> = serde_json::from_str(body).map_err(Problem::internal)?;
        let what = match (what(&body)?, content) {
            (What::Readings(batch, _), Some(content)) => {
                What::Readings(batch, contents_of(content)?)
            }
            (what, _) => what,
        };
        Ok(Self {
            position,
            occurred_at: body.occurred_at,
            recorded_at: body.recorded_at,
            user_id: body.actor.user_id,
            organisation_id: body.actor.organisation_id.map(OrganisationId::of),
            what,
            is_first: body.seq == 0,
            kind: body.kind,
        })
    }
}

fn what(body: &Body<'_>) -> Result<What, Problem> {
    let data = body.data.get();
    let kind = SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == body.subject.kind);
    let Some(kind) = kind else { return Ok(What::Other) };
    let id = body.subject.id;
    Ok(match kind {
        SubjectKind::Manifest => {
            let Some(happening) = Happening::read(&body.kind, data) else {
                return Ok(What::Other);
            };
            let happening = happening.map_err(Problem::internal)?;
            What::Manifest(ManifestId::of(id), Box::new(happening))
        }
        SubjectKind::Round => {
            let Some(happening) = round::Happening::read(&body.kind, data) else {
                return Ok(What::Other);
            };
            let happening = happening.map_err(Problem::internal)?;
            What::Round(RoundId::of(id), Box::new(happening))
        }
        SubjectKind::Organisation => What::Organisation(parse(data)?),
        SubjectKind::Site => What::Site(Box::new(parse(data)?)),
        SubjectKind::Licence => What::Licence(Box::new(parse(data)?)),
        SubjectKind::Vehicle => What::Vehicle(parse(data)?),
        SubjectKind::Driver => What::Driver(parse(data)?),
        SubjectKind::LedgerEntry => What::Ledger(Box::new(parse(data)?)),
        SubjectKind::StorageArea => What::StorageArea(parse(data)?),
        SubjectKind::ManagementPlan => What::Plan(parse(data)?),
        SubjectKind::TransferApproval => What::Approval(Box::new(parse(data)?)),
        SubjectKind::Activity => What::Activity(parse(data)?),
        SubjectKind::FacilityDay => What::FacilityDay(parse(data)?),
        SubjectKind::InsurancePolicy => What::Insurance(parse(data)?),
        SubjectKind::EmergencyPlanFiled => What::EmergencyPlan(parse(data)?),
        SubjectKind::Report => What::Report(parse(data)?),
        SubjectKind::TransferApplication => What::Application(Box::new(parse(data)?)),
        SubjectKind::RuleSetting => What::Setting(parse(data)?),
        SubjectKind::Track => What::Readings(parse(data)?, Vec::new()),
        _ => What::Other,
    })
}

fn parse<T: serde::de::DeserializeOwned>(data: &str) -> Result<T, Problem> {
    serde_json::from_str(data).map_err(Problem::internal)
}
