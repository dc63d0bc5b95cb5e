//! `evolve(state, event) -> state`: a trip is the fold of its events. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Arrived, Cancelled, Departed, Happening, Opened, Rider, Weighed};
use super::status::{TripAction, TripStatus};
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::{At, Crew};

/// A trip as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    pub status: TripStatus,
    /// Number of its events.
    pub version: i64,
    pub opened_at: DateTime<Utc>,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    #[serde(flatten)]
    pub crew: Crew,
    pub riders: Vec<Rider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed: Option<At<Departed>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<At<Arrived>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weighings: Vec<At<Weighed>>,
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
    #[error("the first event of a trip is `opened`, and no other is")]
    NotFirst,
    #[error("the state does not allow this step")]
    Step,
}

/// The state after an event.
pub fn evolve(state: Option<Trip>, event: &Stamped) -> Result<Trip, IllegalEvent> {
    let (occurred_at, recorded_at) = (event.occurred_at, event.recorded_at);
    let mut trip = match (state, &event.happening) {
        (None, Happening::Opened(opened)) => return Ok(begin(opened.clone(), event)),
        (None, _) | (Some(_), Happening::Opened(_)) => return Err(IllegalEvent::NotFirst),
        (Some(trip), _) => trip,
    };
    match &event.happening {
        Happening::Opened(_) => return Err(IllegalEvent::NotFirst),
        Happening::Joined(data) => {
            allow(&trip, TripAction::Join)?;
            trip.riders.extend(data.riders.clone());
        }
        Happening::Departed(data) => {
            allow(&trip, TripAction::Depart)?;
            trip.status = TripStatus::Departed;
            trip.departed = Some(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Arrived(data) => {
            allow(&trip, TripAction::Arrive)?;
            let after = if data.is_final { TripStatus::Arrived } else { TripStatus::Departed };
            trip.status = after;
            trip.arrivals.push(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Weighed(data) => {
            allow(&trip, TripAction::Weigh)?;
            trip.weighings.push(At { occurred_at, recorded_at, data: data.clone() });
        }
        Happening::Cancelled(data) => {
            allow(&trip, TripAction::Cancel)?;
            trip.status = TripStatus::Cancelled;
            trip.cancelled = Some(At { occurred_at, recorded_at, data: data.clone() });
        }
    }
    trip.version += 1;
    trip.last_occurred_at = trip.last_occurred_at.max(occurred_at);
    Ok(trip)
}

/// The fold of a whole chain.
pub fn fold(events: &[Stamped]) -> Result<Option<Trip>, IllegalEvent> {
    events.iter().try_fold(None, |state, event| evolve(state, event).map(Some))
}

fn begin(opened: Opened, event: &Stamped) -> Trip {
    Trip {
        status: TripStatus::Open,
        version: 1,
        opened_at: event.recorded_at,
        carrier_id: opened.carrier_id,
        carrier_name: opened.carrier_name,
        crew: opened.crew,
        riders: opened.riders,
        departed: None,
        arrivals: Vec::new(),
        weighings: Vec::new(),
        cancelled: None,
        last_occurred_at: event.occurred_at,
    }
}

fn allow(trip: &Trip, action: TripAction) -> Result<(), IllegalEvent> {
    if action.is_open(trip.status) { Ok(()) } else { Err(IllegalEvent::Step) }
}

impl Trip {
    /// The load of this manifest is part of a reading already.
    pub fn was_weighed(&self, id: ManifestId) -> bool {
        let shares = self.weighings.iter().flat_map(|step| &step.data.split);
        shares.into_iter().any(|share| share.manifest_id == id)
    }
}
