//! `evolve(state, event) -> state`: a round is the fold of its events. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::event::{
    BoxAt, Cancelled, Collected, Completed, Confirmed, Happening, Planned, Silent, Skipped,
    StopPlanned, WeighedIn,
};
use super::status::{RoundAction, RoundStatus, StopStatus};
use crate::ids::{OrganisationId, RoundId, SiteId};
use crate::manifest::{At, Crew, PartyAt};
use crate::units::Grams;

/// One call of a round, as events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    #[serde(flatten)]
    pub plan: StopPlanned,
    pub status: StopStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<At<Collected>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<At<Skipped>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<At<Confirmed>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent: Option<At<Silent>>,
}

impl Stop {
    /// What was collected; nothing where nothing was.
    pub fn collected_g(&self) -> Grams {
        let items = self.collected.iter().flat_map(|step| &step.data.items);
        items.map(|item| item.mass_g).sum()
    }

    /// The boxes that the producer says it hands over, and those that were taken.
    pub fn boxes(&self) -> (Vec<&BoxAt>, Vec<&BoxAt>) {
        let told = self.confirmed.iter().flat_map(|step| &step.data.items);
        let taken = self.collected.iter().flat_map(|step| &step.data.items);
        (told.flat_map(|one| &one.boxes).collect(), taken.flat_map(|one| &one.boxes).collect())
    }

    /// Until when the producer may confirm it, while it has not and the period has not ended.
    pub fn confirm_by(&self) -> Option<DateTime<Utc>> {
        let due = self.collected.as_ref().and_then(|step| step.data.confirm_by);
        due.filter(|_| !self.is_signed() && self.silent.is_none())
    }

    /// The producer has signed, at whatever time.
    pub fn is_signed(&self) -> bool {
        self.confirmed.is_some() || self.collected.as_ref().is_some_and(|step| step.data.signed)
    }
}

/// A round as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub stream: String,
    pub status: RoundStatus,
    /// Number of its events.
    pub version: i64,
    pub planned_at: DateTime<Utc>,
    pub planned_on: NaiveDate,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub carrier_uscc: String,
    #[serde(flatten)]
    pub crew: Crew,
    pub receiver_site_id: SiteId,
    pub receiver: PartyAt,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_round_id: Option<RoundId>,
    /// In their order: the stop `n` is at `n - 1`.
    pub stops: Vec<Stop>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighed: Option<At<WeighedIn>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub completed: Vec<At<Completed>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<At<Cancelled>>,
    /// The claimed time of the newest step: an earlier one that follows is out of order.
    pub last_occurred_at: DateTime<Utc>,
}

/// A happening with its times, as the journal has them.
pub type Stamped = crate::journal::Stamped<Happening>;

/// An event that cannot follow: the log it stands in is not one that this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalEvent {
    #[error("the first event of a round is `planned`, and no other is")]
    NotFirst,
    #[error("the state does not allow this step")]
    Step,
    #[error("the event names a stop that the round does not have, or has already")]
    Stop,
}

/// The state after an event.
pub fn evolve(state: Option<Round>, event: &Stamped) -> Result<Round, IllegalEvent> {
    let (occurred_at, recorded_at) = (event.occurred_at, event.recorded_at);
    let mut round = match (state, &event.happening) {
        (None, Happening::Planned(planned)) => return Ok(begin((**planned).clone(), event)),
        (None, _) | (Some(_), Happening::Planned(_)) => return Err(IllegalEvent::NotFirst),
        (Some(round), _) => round,
    };
    match &event.happening {
        Happening::Planned(_) => return Err(IllegalEvent::NotFirst),
        Happening::StopAdded(stop) => {
            allow(&round, RoundAction::AddStop)?;
            if stop.n != round.stops.len() as i64 + 1 {
                return Err(IllegalEvent::Stop);
            }
            round.stops.push(planned_stop((**stop).clone()));
        }
        Happening::Changed(changed) => {
            allow(&round, RoundAction::Change)?;
            round.crew = changed.crew.clone();
        }
        Happening::Collected(data) => {
            allow(&round, RoundAction::Stop)?;
            let stop = open_stop(&mut round, data.n)?;
            stop.status = StopStatus::Collected;
            stop.collected = Some(At { occurred_at, recorded_at, data: data.clone() });
            round.status = RoundStatus::Collecting;
        }
        Happening::Skipped(data) => {
            allow(&round, RoundAction::Stop)?;
            let stop = open_stop(&mut round, data.n)?;
            stop.status = StopStatus::Skipped;
            stop.skipped = Some(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Confirmed(data) => {
            confirm(&mut round, At { occurred_at, recorded_at, data: data.clone() })?;
        }
        Happening::Silent(data) => {
            silence(&mut round, At { occurred_at, recorded_at, data: *data })?;
        }
        Happening::WeighedIn(data) => {
            allow(&round, RoundAction::WeighIn)?;
            round.status = RoundStatus::Weighed;
            round.weighed = Some(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Completed(data) => {
            allow(&round, RoundAction::Complete)?;
            if data.is_final {
                round.status = RoundStatus::Completed;
            }
            round.completed.push(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Cancelled(data) => {
            allow(&round, RoundAction::Cancel)?;
            round.status = RoundStatus::Cancelled;
            round.cancelled = Some(At { occurred_at, recorded_at, data: data.clone() });
        }
    }
    round.version += 1;
    round.last_occurred_at = round.last_occurred_at.max(occurred_at);
    Ok(round)
}

/// Who filed ahead may sign what was taken as well, and nobody twice.
fn confirm(round: &mut Round, step: At<Confirmed>) -> Result<(), IllegalEvent> {
    let stop = stop_of(round, step.data.n)?;
    let before = stop.confirmed.as_ref();
    if before.is_some_and(|before| !before.data.ahead || stop.collected.is_none()) {
        return Err(IllegalEvent::Step);
    }
    // What was handed over stays known.
    let items = before.map(|before| before.data.items.clone()).unwrap_or_default();
    let items = if step.data.ahead { step.data.items } else { items };
    stop.confirmed = Some(At { data: Confirmed { items, ..step.data }, ..step });
    Ok(())
}

fn silence(round: &mut Round, step: At<Silent>) -> Result<(), IllegalEvent> {
    let stop = stop_of(round, step.data.n)?;
    if stop.confirm_by().is_none() {
        return Err(IllegalEvent::Step);
    }
    stop.silent = Some(step);
    Ok(())
}

/// The fold of a whole chain.
pub fn fold(events: &[Stamped]) -> Result<Option<Round>, IllegalEvent> {
    events.iter().try_fold(None, |state, event| evolve(state, event).map(Some))
}

fn begin(planned: Planned, event: &Stamped) -> Round {
    Round {
        stream: planned.stream,
        status: RoundStatus::Planned,
        version: 1,
        planned_at: event.recorded_at,
        planned_on: planned.planned_on,
        carrier_id: planned.carrier_id,
        carrier_name: planned.carrier_name,
        carrier_uscc: planned.carrier_uscc,
        crew: planned.crew,
        receiver_site_id: planned.receiver_site_id,
        receiver: planned.receiver,
        template_round_id: planned.template_round_id,
        stops: planned.stops.into_iter().map(planned_stop).collect(),
        weighed: None,
        completed: Vec::new(),
        cancelled: None,
        last_occurred_at: event.occurred_at,
    }
}

const fn planned_stop(plan: StopPlanned) -> Stop {
    let (status, collected, skipped) = (StopStatus::Planned, None, None);
    Stop { plan, status, collected, skipped, confirmed: None, silent: None }
}

fn allow(round: &Round, action: RoundAction) -> Result<(), IllegalEvent> {
    if action.is_open(round.status) { Ok(()) } else { Err(IllegalEvent::Step) }
}

fn stop_of(round: &mut Round, n: i64) -> Result<&mut Stop, IllegalEvent> {
    let index = usize::try_from(n - 1).map_err(|_| IllegalEvent::Stop)?;
    round.stops.get_mut(index).ok_or(IllegalEvent::Stop)
}

fn open_stop(round: &mut Round, n: i64) -> Result<&mut Stop, IllegalEvent> {
    let stop = stop_of(round, n)?;
    if stop.status == StopStatus::Planned { Ok(stop) } else { Err(IllegalEvent::Step) }
}

impl Round {
    /// When the next of its stops is due to be confirmed.
    pub fn confirm_due_at(&self) -> Option<DateTime<Utc>> {
        self.stops.iter().filter_map(Stop::confirm_by).min()
    }

    pub fn stop(&self, n: i64) -> Option<&Stop> {
        self.stops.get(usize::try_from(n - 1).ok()?)
    }

    /// The stops that something was collected at.
    pub fn collected(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().filter(|stop| stop.status == StopStatus::Collected)
    }
}
