//! What the change feed needs of trips: how they stood after some of their events, and which of
//! them are the caller's: those about a manifest that it sees, and about the trip as a whole.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::act::sight;
use super::evolve::{Trip, evolve};
use super::store::read_event;
use super::view::view;
use crate::app::App;
use crate::ctx::Actor;
use crate::ids::{ManifestId, TripId};
use crate::journal;
use crate::manifest::{self, Head};
use crate::problem::Problem;

pub use super::list::seen_among;

/// A trip after an event, and the manifests that the event is about, where it is about some.
type Told = (Trip, Option<Vec<ManifestId>>);

/// Trips after some of their events (id and `seq`), with the manifests that the event is about.
/// The manifests' numbers and states are as they are now.
#[derive(Default)]
pub struct Stood {
    trips: HashMap<(Uuid, i64), Told>,
    heads: HashMap<ManifestId, Head>,
}

impl Stood {
    pub async fn read(app: &App, after: &[(Uuid, i64)]) -> Result<Self, Problem> {
        let mut stood = Self::default();
        let Some(last) = after.iter().map(|(_, seq)| *seq).max() else { return Ok(stood) };
        let ids: Vec<Uuid> = after.iter().map(|(id, _)| *id).collect();
        let mut state = None;
        for (id, seq, body) in journal::chains(&app.pool, &ids, last).await? {
            let before = if seq == 0 { None } else { state.take() };
            let stamped = read_event(&body)?;
            let about = stamped.happening.manifests();
            let trip = evolve(before, &stamped).map_err(Problem::internal)?;
            if after.contains(&(id, seq)) {
                stood.trips.insert((id, seq), (trip.clone(), about));
            }
            state = Some(trip);
        }
        let riders = stood.trips.values().flat_map(|(trip, _)| &trip.riders);
        let riders: BTreeSet<ManifestId> = riders.map(|rider| rider.manifest_id).collect();
        let riders: Vec<ManifestId> = riders.into_iter().collect();
        stood.heads = manifest::heads(&app.pool, &riders).await?;
        Ok(stood)
    }

    /// The trip as the actor saw it then; `None` where the event was not for it.
    pub fn shown(
        &self,
        (id, seq): (Uuid, i64),
        actor: &Actor,
    ) -> Result<Option<serde_json::Value>, Problem> {
        let Some((trip, about)) = self.trips.get(&(id, seq)) else { return Ok(None) };
        let seen = sight(actor, trip);
        let is_own = seen.is_some_and(|seen| {
            about.as_ref().is_none_or(|about| about.iter().any(|id| seen.contains(id)))
        });
        if !is_own {
            return Ok(None);
        }
        let shown = view((TripId::of(id), trip), actor, &self.heads);
        shown.map(serde_json::to_value).transpose().map_err(Problem::internal)
    }
}
