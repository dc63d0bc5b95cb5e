//! `evolve(state, event) -> state`: a manifest is the fold of its events.
//!
//! The stored row is this fold's projection, written in the same commit; the audit, the tests and
//! the idempotent repeat fold the same events again. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::amend::{self, Amendments};
use super::attach::{self, Attached};
use super::behalf::SignedFor;
use super::event::{Arrived, Cancelled, Completed, Departed, Filed, Happening, Received, Stamped};
use super::linked::{Bond, Link, give_back, take_on};
use super::status::{Action, Party, Status};
use super::transport::{self, Noted, Riding, Transit};
use crate::ids::OrganisationId;
use crate::journal::instant;
use crate::units::Grams;

/// A step that somebody should have signed and did not. Recorded, never a reason to hold up a
/// truck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub step: String,
    /// The party whose signature or whole step is missing.
    pub missing: String,
    pub severity: String,
    /// The event that waits for a second signature; none where the whole step was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Whose signature it is that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<OrganisationId>,
}

impl Gap {
    /// A whole step that nobody took.
    pub fn skipped(step: &str, missing: Party, severity: &str) -> Self {
        let missing = missing.as_str().into();
        let (step, severity) = (step.into(), severity.into());
        Self { step, missing, severity, seq: None, organisation_id: None }
    }

    /// A step that its second person has not signed yet.
    pub fn unsigned(step: &str, missing: Party, seq: i64, organisation: OrganisationId) -> Self {
        let gap = Self::skipped(step, missing, "low");
        Self { seq: Some(seq), organisation_id: Some(organisation), ..gap }
    }

    /// Whether this organisation's signature of that event closes it.
    pub fn waits_for(&self, seq: i64, organisation: OrganisationId) -> bool {
        self.seq == Some(seq) && self.organisation_id == Some(organisation)
    }
}

/// What has become of an item's mass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub accepted_g: Grams,
    pub refused_g: Grams,
    pub lost_g: Grams,
    pub treated_g: Grams,
}

/// When a step was done, as claimed and as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At<T> {
    #[serde(with = "instant")]
    pub occurred_at: DateTime<Utc>,
    #[serde(with = "instant")]
    pub recorded_at: DateTime<Utc>,
    pub data: T,
}

/// A manifest as its events have made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub filed: Filed,
    #[serde(with = "instant")]
    pub filed_at: DateTime<Utc>,
    pub status: Status,
    /// Number of its events.
    pub version: i64,
    /// In the order of `filed.items`.
    pub progress: Vec<Progress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed: Option<At<Departed>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<At<Arrived>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<At<Received>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub completed: Vec<At<Completed>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<At<Cancelled>>,
    /// Mass that other manifests have taken on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Steps that somebody signed for another, by delegation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_for: Vec<SignedFor>,
    #[serde(default, skip_serializing_if = "Amendments::is_none")]
    pub amendments: Amendments,
    /// Who carries it, from departure to receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub riding: Option<Riding>,
    #[serde(default, skip_serializing_if = "Transit::is_empty")]
    pub transit: Transit,
    /// Files that parties have attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Noted<Attached>>,
    /// The claimed time of the newest step: an earlier one that follows is out of order.
    #[serde(with = "instant")]
    pub last_occurred_at: DateTime<Utc>,
}

/// An event that cannot follow: the log it stands in is not one that this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalEvent {
    #[error("the first event of a manifest is `filed`, and no other is")]
    NotFirst,
    #[error("the state does not allow this step")]
    Step,
    #[error("the event names an item that the manifest does not have")]
    Line,
    #[error("the changes do not make a manifest")]
    Content,
    #[error("the event moves more mass than there is")]
    Mass,
}

/// The state after an event.
pub fn evolve(state: Option<Manifest>, event: &Stamped) -> Result<Manifest, IllegalEvent> {
    let Some(mut manifest) = state else { return begun(event.clone()) };
    evolve_in_place(&mut manifest, event.clone())?;
    Ok(manifest)
}

/// The same in place, for what is read back by the million. After an error it is worth nothing.
pub fn evolve_in_place(manifest: &mut Manifest, event: Stamped) -> Result<(), IllegalEvent> {
    let at = (event.occurred_at, event.recorded_at);
    // A photo is no step: one that was taken before it was sent is in its order all the same.
    let is_step = !matches!(event.happening, Happening::Attached(_));
    match event.happening {
        Happening::Filed(_) => return Err(IllegalEvent::NotFirst),
        Happening::Departed(data) => depart(manifest, stamp(at, data))?,
        Happening::HandedOver(data) => {
            let step = noted(manifest, at, *data);
            transport::evolve::hand_over(manifest, step)?;
        }
        Happening::Stopped(data) => {
            let step = noted(manifest, at, *data);
            transport::evolve::stop(manifest, step)?;
        }
        Happening::Incident(data) => {
            let step = noted(manifest, at, *data);
            transport::evolve::incident(manifest, step)?;
        }
        Happening::Arrived(data) => arrive(manifest, stamp(at, data))?,
        Happening::Received(data) => receive(manifest, stamp(at, data))?,
        Happening::Completed(data) => complete(manifest, stamp(at, data))?,
        Happening::Cancelled(data) => {
            allow(manifest, Action::Cancel)?;
            manifest.status = Status::Cancelled;
            manifest.cancelled = Some(stamp(at, data));
        }
        Happening::AmendmentProposed(_)
        | Happening::AmendmentApproved(_)
        | Happening::AmendmentRejected(_)
        | Happening::AmendmentExpired(_) => amend::evolve(manifest, &event)?,
        Happening::Countersigned(data) => {
            let step = noted(manifest, at, data);
            transport::evolve::countersign(manifest, step)?;
        }
        Happening::Unconfirmed(_) => transport::evolve::silence(manifest)?,
        Happening::ReturnFiled(data) => take_on(manifest, Bond::Return, &data)?,
        Happening::ForwardFiled(data) => take_on(manifest, Bond::Forward, &data)?,
        Happening::SentOn(data) => take_on(manifest, Bond::Onward, &data)?,
        Happening::ReturnCancelled(data) => give_back(manifest, Bond::Return, &data)?,
        Happening::ForwardCancelled(data) => give_back(manifest, Bond::Forward, &data)?,
        Happening::SentOnCancelled(data) => give_back(manifest, Bond::Onward, &data)?,
        Happening::Attached(data) => {
            let step = noted(manifest, at, data);
            attach::evolve(manifest, step)?;
        }
    }
    manifest.signed_for.extend(event.signed_for);
    manifest.version += 1;
    if is_step {
        manifest.last_occurred_at = manifest.last_occurred_at.max(at.0);
    }
    Ok(())
}

/// The state after the first event, which it is made of.
pub fn begun(event: Stamped) -> Result<Manifest, IllegalEvent> {
    let at = (event.occurred_at, event.recorded_at);
    let Happening::Filed(filed) = event.happening else { return Err(IllegalEvent::NotFirst) };
    let mut manifest = begin(*filed, at);
    manifest.signed_for.extend(event.signed_for);
    Ok(manifest)
}

/// The fold of a whole chain.
pub fn fold(events: &[Stamped]) -> Result<Option<Manifest>, IllegalEvent> {
    events.iter().try_fold(None, |state, event| evolve(state, event).map(Some))
}

fn begin(filed: Filed, (occurred_at, recorded_at): (DateTime<Utc>, DateTime<Utc>)) -> Manifest {
    let producer = filed.producer.organisation_id;
    let unsigned = Gap::unsigned("file", Party::Producer, 0, producer);
    let unsigned = Some(unsigned).filter(|_| filed.for_producer);
    Manifest {
        progress: vec![Progress::default(); filed.items.len()],
        filed,
        filed_at: recorded_at,
        status: Status::Filed,
        version: 1,
        departed: None,
        arrived: None,
        received: None,
        completed: Vec::new(),
        cancelled: None,
        links: Vec::new(),
        gaps: unsigned.into_iter().collect(),
        signed_for: Vec::new(),
        amendments: Amendments::default(),
        riding: None,
        transit: Transit::default(),
        attachments: Vec::new(),
        last_occurred_at: occurred_at,
    }
}

fn stamp<T>((occurred_at, recorded_at): (DateTime<Utc>, DateTime<Utc>), data: T) -> At<T> {
    At { occurred_at, recorded_at, data }
}

/// An event that takes its place in the chain next.
fn noted<T>(
    manifest: &Manifest,
    (occurred_at, recorded_at): (DateTime<Utc>, DateTime<Utc>),
    data: T,
) -> Noted<T> {
    Noted { seq: manifest.version, occurred_at, recorded_at, data }
}

fn allow(manifest: &Manifest, action: Action) -> Result<(), IllegalEvent> {
    if action.is_open(manifest.status) { Ok(()) } else { Err(IllegalEvent::Step) }
}

fn depart(manifest: &mut Manifest, step: At<Departed>) -> Result<(), IllegalEvent> {
    allow(manifest, Action::Depart)?;
    let first = manifest.filed.legs.first();
    let carrier = first.map(|leg| (Party::Carrier, leg.carrier_id));
    let producer = Some((Party::Producer, manifest.filed.producer.organisation_id));
    for (party, organisation) in [producer, carrier].into_iter().flatten() {
        if !step.data.by.iter().any(|by| by == party.as_str()) {
            let gap = Gap::unsigned("depart", party, manifest.version, organisation);
            manifest.gaps.push(gap);
        }
    }
    manifest.riding = first.map(|leg| Riding::departed(leg, &step.data));
    manifest.status = Status::InTransit;
    manifest.departed = Some(step);
    Ok(())
}

fn arrive(manifest: &mut Manifest, step: At<Arrived>) -> Result<(), IllegalEvent> {
    allow(manifest, Action::Arrive)?;
    skipped_departure(manifest);
    transport::journey::skipped_legs(manifest);
    transport::journey::brought_by(manifest, step.data.carrier_id);
    manifest.status = Status::Arrived;
    manifest.arrived = Some(step);
    Ok(())
}

fn receive(manifest: &mut Manifest, step: At<Received>) -> Result<(), IllegalEvent> {
    allow(manifest, Action::Receive)?;
    skipped_departure(manifest);
    if !step.data.by.is_empty()
        && !step.data.by.iter().any(|by| by == Party::Carrier.as_str())
        && let Some(carrier) = manifest.delivering_carrier()
    {
        let gap = Gap::unsigned("receive", Party::Carrier, manifest.version, carrier);
        manifest.gaps.push(gap);
    }
    if manifest.arrived.is_none() {
        transport::journey::skipped_legs(manifest);
        manifest.gaps.push(Gap::skipped("arrive", Party::Carrier, "low"));
    }
    manifest.riding = None;
    for found in &step.data.items {
        let progress = progress_of(manifest, found.line)?;
        progress.accepted_g = found.accepted_g;
        progress.refused_g = found.refused_g;
    }
    manifest.status = manifest.standing();
    manifest.received = Some(step);
    Ok(())
}

fn complete(manifest: &mut Manifest, step: At<Completed>) -> Result<(), IllegalEvent> {
    allow(manifest, Action::Complete)?;
    if !manifest.takes(Action::Complete) {
        return Err(IllegalEvent::Step);
    }
    for treatment in &step.data.treatments {
        let progress = progress_of(manifest, treatment.line)?;
        progress.treated_g = progress.treated_g + treatment.mass_g;
    }
    manifest.status = manifest.standing();
    manifest.completed.push(step);
    Ok(())
}

/// Waste that is here has left there: a departure nobody recorded is a gap.
fn skipped_departure(manifest: &mut Manifest) {
    if manifest.departed.is_none() && !manifest.gaps.iter().any(|gap| gap.step == "depart") {
        manifest.gaps.push(Gap::skipped("depart", Party::Carrier, "medium"));
    }
}

/// The item of a line.
pub fn progress_of(manifest: &mut Manifest, line: i64) -> Result<&mut Progress, IllegalEvent> {
    let index = usize::try_from(line - 1).map_err(|_| IllegalEvent::Line)?;
    manifest.progress.get_mut(index).ok_or(IllegalEvent::Line)
}

impl Manifest {
    /// The parts that an organisation plays in it.
    pub fn parties(&self, organisation: OrganisationId) -> Vec<Party> {
        let mut parties = Vec::new();
        if self.filed.producer.organisation_id == organisation {
            parties.push(Party::Producer);
        }
        if self.carriers().any(|carrier| carrier == organisation) {
            parties.push(Party::Carrier);
        }
        if self.filed.receiver.organisation_id == organisation {
            parties.push(Party::Receiver);
        }
        parties
    }

    /// The producer's ledger has been told that the waste is gone.
    pub const fn has_moved_out(&self) -> bool {
        self.departed.is_some() || self.arrived.is_some() || self.received.is_some()
    }
}
