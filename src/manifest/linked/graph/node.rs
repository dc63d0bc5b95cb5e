//! A manifest as far as a chain needs it: read from the row, leaving out what chains do not show.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::ctx::{Actor, Role};
use crate::ids::OrganisationId;
use crate::manifest::{PartyAt, Progress, Status, regulates_end};
use crate::units::Grams;

#[derive(Debug, Deserialize)]
pub struct Node {
    pub filed: Filing,
    pub filed_at: DateTime<Utc>,
    pub status: Status,
    #[serde(default)]
    received: Option<serde::de::IgnoredAny>,
    progress: Vec<Progress>,
}

#[derive(Debug, Deserialize)]
pub struct Filing {
    pub number: String,
    pub stream: String,
    pub kind: String,
    pub producer: PartyAt,
    pub receiver: PartyAt,
    legs: Vec<LegOf>,
    items: Vec<ItemOf>,
}

#[derive(Debug, Deserialize)]
struct LegOf {
    carrier_id: OrganisationId,
}

#[derive(Debug, Deserialize)]
struct ItemOf {
    line: i64,
    waste_code: String,
    mass_g: Grams,
}

impl Node {
    pub const fn is_received(&self) -> bool {
        self.received.is_some()
    }

    fn item(&self, line: i16) -> Option<&ItemOf> {
        self.filed.items.iter().find(|item| item.line == i64::from(line))
    }

    pub fn shipped(&self, line: i16) -> i64 {
        self.item(line).map_or(0, |item| item.mass_g.0)
    }

    pub fn waste_code(&self, line: i16) -> Option<String> {
        self.item(line).map(|item| item.waste_code.clone())
    }

    pub fn progress(&self, line: i16) -> Progress {
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        self.progress.get(index).copied().unwrap_or_default()
    }

    /// Whether it is the actor's own or in its jurisdiction. A chain is no reason to act for others:
    /// what a delegation shows is asked of the manifest itself.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        let filed = &self.filed;
        let own = actor.organisation_id;
        let is_driver = actor.role == Role::Driver;
        let is_end =
            [&filed.producer, &filed.receiver].iter().any(|end| end.organisation_id == own);
        (is_end && !is_driver)
            || filed.legs.iter().any(|leg| leg.carrier_id == own)
            || regulates_end(actor, &filed.stream, [&filed.producer, &filed.receiver])
    }
}
