//! A manifest as far as a chain needs it: read from the row, leaving out what chains do not show.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::ctx::Actor;
use crate::ids::{OrganisationId, SiteId};
use crate::manifest::behalf;
use crate::manifest::{Bond, Kind, Link, Noted, Party, PartyAt, Progress, Status, regulates_end};
use crate::registry::Part;
use crate::units::Grams;

#[derive(Debug, Deserialize)]
pub struct Node {
    pub filed: Filing,
    pub filed_at: DateTime<Utc>,
    pub status: Status,
    #[serde(default)]
    received: Option<serde::de::IgnoredAny>,
    progress: Vec<Progress>,
    /// Mass that other manifests have taken on.
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    transit: TransitOf,
}

#[derive(Debug, Deserialize)]
pub struct Filing {
    pub number: String,
    pub stream: String,
    pub kind: String,
    producer_site_id: SiteId,
    receiver_site_id: SiteId,
    pub producer: PartyAt,
    pub receiver: PartyAt,
    legs: Vec<LegOf>,
    items: Vec<ItemOf>,
}

#[derive(Debug, Deserialize)]
struct LegOf {
    carrier_id: OrganisationId,
}

#[derive(Debug, Default, Deserialize)]
struct TransitOf {
    #[serde(default)]
    hand_overs: Vec<Noted<HandOverOf>>,
}

#[derive(Debug, Deserialize)]
struct HandOverOf {
    to_leg: LegOf,
}

#[derive(Debug, Deserialize)]
struct ItemOf {
    line: i64,
    waste_code: String,
    mass_g: Grams,
    #[serde(default)]
    source_items: Vec<SourceOf>,
}

#[derive(Debug, Deserialize)]
struct SourceOf {
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

    /// What of it came in on other manifests.
    pub fn came(&self, line: i16) -> i64 {
        self.item(line).map_or(0, ItemOf::came)
    }

    /// What has left it on other manifests: accepted mass that was sent on, or refused mass.
    pub fn left(&self, line: i16, onward: bool) -> i64 {
        let links = self.links.iter().filter(|link| (link.bond == Bond::Onward) == onward);
        links.map(|link| link.of_line(i64::from(line)).0).sum()
    }

    pub fn waste_code(&self, line: i16) -> Option<String> {
        self.item(line).map(|item| item.waste_code.clone())
    }

    pub fn progress(&self, line: i16) -> Progress {
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        self.progress.get(index).copied().unwrap_or_default()
    }

    fn carriers(&self) -> impl Iterator<Item = OrganisationId> + '_ {
        let joined = self.transit.hand_overs.iter().map(|over| over.data.to_leg.carrier_id);
        let planned = self.filed.legs.iter().map(|leg| leg.carrier_id);
        planned.chain(joined)
    }

    fn parties(&self, organisation: OrganisationId) -> Vec<Party> {
        let Filing { producer, receiver, .. } = &self.filed;
        let mut parties = Vec::new();
        if producer.organisation_id == organisation {
            parties.push(Party::Producer);
        }
        if self.carriers().any(|carrier| carrier == organisation) {
            parties.push(Party::Carrier);
        }
        if receiver.organisation_id == organisation {
            parties.push(Party::Receiver);
        }
        parties
    }

    /// As what a party's people sign, and where: what a delegation is narrowed by.
    fn place(&self, party: Party) -> (&'static [Part], (Option<SiteId>, &str)) {
        let filed = &self.filed;
        let kind = Kind::parse(&filed.kind).unwrap_or(Kind::Manifest);
        let is_carried_on = filed.items.iter().all(|item| item.came() == item.mass_g.0);
        let site = match party {
            Party::Producer => Some(filed.producer_site_id),
            Party::Receiver => Some(filed.receiver_site_id),
            Party::Carrier => None,
        };
        (behalf::parts((is_carried_on, kind), party), (site, &filed.stream))
    }

    /// Whether it is the actor's own, of somebody who lets the actor sign for it, or in the actor's
    /// jurisdiction.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        let filed = &self.filed;
        let own = self.parties(actor.organisation_id);
        own.into_iter().any(|party| behalf::shows(actor, party))
            || behalf::entrusts(actor, |giver| self.parties(giver), |party| self.place(party))
            || regulates_end(actor, &filed.stream, [&filed.producer, &filed.receiver])
    }
}

impl ItemOf {
    /// What of it came in on other manifests.
    fn came(&self) -> i64 {
        self.source_items.iter().map(|source| source.mass_g.0).sum()
    }
}
