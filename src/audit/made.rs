//! What the events of a subject make, one after the other, and the rows that must be stored of it.

use serde_json::Value;
use uuid::Uuid;

use super::body::organisation;
use crate::anomaly;
use crate::capacity;
use crate::container;
use crate::decision::{Implied, Row, Subject, SubjectKind};
use crate::identity;
use crate::ids::{ManifestId, RoundId, TripId};
use crate::inspection;
use crate::journal::Recorded;
use crate::manifest::{self, Manifest, Ridden};
use crate::notify::{subscription, webhook};
use crate::problem::Problem;
use crate::registry;
use crate::registry::application;
use crate::report;
use crate::round::{self, Round};
use crate::track;
use crate::trip::{self, Trip};

/// A subject as its events so far have made it.
pub enum Made {
    /// With the plates that it rode on, and whose the actor was who filed it.
    Manifest(Option<Box<Manifest>>, Ridden, Option<Uuid>),
    Round(Option<Box<Round>>),
    Trip(Option<Box<Trip>>),
    /// The data of the newest event, which is the whole of it.
    Whole(Value),
    /// The data of each event: each is a row of its own.
    Each(Vec<Value>),
    /// Something of which no row follows.
    Nothing,
}

impl Made {
    pub fn of(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Manifest => Self::Manifest(None, Ridden::default(), None),
            SubjectKind::Round => Self::Round(None),
            SubjectKind::Trip => Self::Trip(None),
            SubjectKind::SignIn => Self::Nothing,
            SubjectKind::Report | SubjectKind::Track => Self::Each(Vec::new()),
            SubjectKind::Organisation
            | SubjectKind::Site
            | SubjectKind::Licence
            | SubjectKind::Vehicle
            | SubjectKind::Driver
            | SubjectKind::User
            | SubjectKind::WasteStream
            | SubjectKind::LedgerEntry
            | SubjectKind::StorageArea
            | SubjectKind::TransferApproval
            | SubjectKind::ManagementPlan
            | SubjectKind::Container
            | SubjectKind::Inspection
            | SubjectKind::Delegation
            | SubjectKind::ApiKey
            | SubjectKind::Activity
            | SubjectKind::CoDisposalFacility
            | SubjectKind::FacilityDay
            | SubjectKind::RiskSource
            | SubjectKind::EmergencyPlanFiled
            | SubjectKind::InsurancePolicy
            | SubjectKind::Assessment
            | SubjectKind::EmergencyPlan
            | SubjectKind::TransferApplication
            | SubjectKind::Anomaly
            | SubjectKind::RuleSetting
            | SubjectKind::Webhook
            | SubjectKind::Subscription
            | SubjectKind::DeviceKey => Self::Whole(Value::Null),
        }
    }

    /// After one more event of `subject`. Errors: why it cannot follow.
    pub fn after(self, recorded: &Recorded<'_>, subject: Subject) -> Result<Self, String> {
        let unread = |problem: Problem| problem.cause.unwrap_or_default();
        Ok(match self {
            Self::Manifest(state, mut ridden, by) => {
                let by = if state.is_none() { organisation(recorded.actor) } else { by };
                let event = manifest::stamped(recorded).map_err(unread)?;
                let state = match state {
                    None => Box::new(manifest::begun(event).map_err(told)?),
                    Some(mut state) => {
                        manifest::evolve_in_place(&mut state, event).map_err(told)?;
                        state
                    }
                };
                ridden.tell(ManifestId::of(subject.id), &state);
                Self::Manifest(Some(state), ridden, by)
            }
            Self::Round(state) => {
                let event = recorded.stamped(round::Happening::read).map_err(unread)?;
                let state = round::evolve(state.map(|one| *one), &event).map_err(told)?;
                Self::Round(Some(Box::new(state)))
            }
            Self::Trip(state) => {
                let event = recorded.stamped(trip::Happening::read).map_err(unread)?;
                let state = trip::evolve(state.map(|one| *one), &event).map_err(told)?;
                Self::Trip(Some(Box::new(state)))
            }
            Self::Whole(_) => Self::Whole(serde_json::from_str(recorded.data.get()).map_err(told)?),
            Self::Each(mut all) => {
                all.push(serde_json::from_str(recorded.data.get()).map_err(told)?);
                Self::Each(all)
            }
            Self::Nothing => Self::Nothing,
        })
    }

    pub fn manifest(&self) -> Option<&Manifest> {
        match self {
            Self::Manifest(state, ..) => state.as_deref(),
            _ => None,
        }
    }

    /// The rows that must be stored of it, and no other. Errors: why its data cannot be read.
    pub fn rows(&self, subject: Subject) -> Result<Vec<Implied>, String> {
        let unread = |problem: Problem| problem.cause.unwrap_or_default();
        match self {
            Self::Manifest(Some(manifest), ridden, by) => {
                let filed = (ManifestId::of(subject.id), *by);
                manifest::implied_rows(filed, manifest, ridden).map_err(unread)
            }
            Self::Round(Some(round)) => {
                round::implied_rows(RoundId::of(subject.id), round).map_err(unread)
            }
            Self::Trip(Some(trip)) => {
                trip::implied_rows(TripId::of(subject.id), trip).map_err(unread)
            }
            Self::Whole(data) => whole(subject.kind, data.clone()).map(by_table),
            Self::Each(all) => {
                let rows = all.iter().map(|data| whole(subject.kind, data.clone()));
                Ok(by_table(rows.collect::<Result<Vec<_>, _>>()?.concat()))
            }
            Self::Manifest(None, ..) | Self::Round(None) | Self::Trip(None) | Self::Nothing => {
                Ok(Vec::new())
            }
        }
    }
}

fn one(row: Row) -> Vec<Row> {
    vec![row]
}

/// Of each table at least one row.
fn by_table(rows: Vec<Row>) -> Vec<Implied> {
    let mut all: Vec<Implied> = Vec::new();
    for Row { table, cells } in rows {
        match all.iter_mut().find(|one| one.table.name == table.name) {
            Some(one) => one.rows.push(cells),
            None => all.push(Implied { table, rows: vec![cells] }),
        }
    }
    all
}

fn told(illegal: impl std::fmt::Display) -> String {
    illegal.to_string()
}

fn whole(kind: SubjectKind, data: Value) -> Result<Vec<Row>, String> {
    let unread = |problem: Problem| problem.cause.unwrap_or_default();
    match kind {
        SubjectKind::Container => {
            let container = serde_json::from_value(data).map_err(told)?;
            container::told_row(&container).map(one).map_err(unread)
        }
        SubjectKind::Assessment => capacity::implied(data).map(one).map_err(told),
        SubjectKind::EmergencyPlan => capacity::implied_plan(data).map(one).map_err(told),
        SubjectKind::TransferApplication => application::implied(data).map(one).map_err(told),
        SubjectKind::Anomaly => anomaly::implied(data).map(one).map_err(told),
        SubjectKind::RuleSetting => anomaly::implied_setting(data).map(one).map_err(told),
        SubjectKind::Report => report::implied(data).map(one).map_err(told),
        SubjectKind::Track => track::implied(data).map(one).map_err(told),
        SubjectKind::Webhook => webhook::implied(data).map(one).map_err(told),
        SubjectKind::Subscription => subscription::implied(data).map(one).map_err(told),
        SubjectKind::Inspection => {
            let inspection = serde_json::from_value(data).map_err(told)?;
            inspection::row(&inspection).map(one).map_err(unread)
        }
        SubjectKind::User
        | SubjectKind::ApiKey
        | SubjectKind::DeviceKey
        | SubjectKind::Delegation => {
            let row = identity::implied(kind, data).transpose().map_err(told)?;
            Ok(row.into_iter().collect())
        }
        _ => Ok(registry::implied(kind, data).transpose().map_err(told)?.unwrap_or_default()),
    }
}
