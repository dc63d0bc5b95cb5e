//! What the change feed needs of rounds: how they stood after some of their events, and which of
//! them are the caller's. A producer hears of its own stop, and of the round as a whole.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::act::sight;
use super::evolve::{Round, Stamped, evolve};
use super::store::{Stored, read_event};
use super::view::{Aside, view};
use crate::app::App;
use crate::ctx::Actor;
use crate::ids::RoundId;
use crate::journal;
use crate::problem::{Lang, Problem};

pub use super::list::seen_among;

/// Rounds after some of their events (id and `seq`), with the stop that the event is about. What a
/// round does not hold itself (its manifests' numbers, the plan) is as it is now.
#[derive(Default)]
pub struct Stood {
    rounds: HashMap<(Uuid, i64), (Round, Option<i64>)>,
    asides: HashMap<Uuid, Aside>,
}

impl Stood {
    pub async fn read(app: &App, after: &[(Uuid, i64)], lang: Lang) -> Result<Self, Problem> {
        let mut stood = Self::default();
        let Some(last) = after.iter().map(|(_, seq)| *seq).max() else { return Ok(stood) };
        let ids: Vec<Uuid> = after.iter().map(|(id, _)| *id).collect();
        let (mut state, mut latest) = (None, HashMap::new());
        for (id, seq, body) in journal::chains(&app.pool, &ids, last).await? {
            let before = if seq == 0 { None } else { state.take() };
            let stamped: Stamped = read_event(&body)?;
            let stop = stamped.happening.stop();
            let round = evolve(before, &stamped).map_err(Problem::internal)?;
            if after.contains(&(id, seq)) {
                stood.rounds.insert((id, seq), (round.clone(), stop));
            }
            latest.insert(id, round.clone());
            state = Some(round);
        }
        for (id, round) in latest {
            let stored = Stored { id: RoundId::of(id), round };
            stood.asides.insert(id, Aside::read(app, &stored, lang).await?);
        }
        Ok(stood)
    }

    /// The round as the actor saw it then; `None` where the event was not for it.
    pub fn shown(
        &self,
        (id, seq): (Uuid, i64),
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<serde_json::Value>, Problem> {
        let Some((round, stop)) = self.rounds.get(&(id, seq)) else { return Ok(None) };
        let is_own = sight(actor, round).is_some_and(|sight| stop.is_none_or(|n| sight.shows(n)));
        if !is_own {
            return Ok(None);
        }
        let nothing = Aside::default();
        let aside = self.asides.get(&id).unwrap_or(&nothing);
        let shown = view((RoundId::of(id), round), actor, now, aside);
        shown.map(serde_json::to_value).transpose().map_err(Problem::internal)
    }
}
