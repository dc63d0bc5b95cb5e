//! For whom somebody signs: its own organisation, or another that has delegated it. Pure.
//!
//! Must hold: an act by delegation names the delegation in its event and leans on it as a guard,
//! so that one revoked in the same second writes nothing. What is delegated is a party's place on
//! a manifest (producer, carrier, receiver), for sites and streams that the delegation names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::Happening;
use super::evolve::Manifest;
use super::linked::Kind;
use super::status::{Action, Party};
use crate::ctx::{Actor, Role};
use crate::decision::Stamp;
use crate::grant::{Behalf, Mandate};
use crate::identity::policy as may;
use crate::ids::{OrganisationId, SiteId};
use crate::registry::Part;

/// A step that was signed by one organisation for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedFor {
    /// The kind of the event: `filed`, `departed`, …
    pub step: String,
    /// Who signed.
    pub organisation_id: OrganisationId,
    pub on_behalf_of: Vec<Behalf>,
}

pub const fn part_of(party: Party) -> Part {
    match party {
        Party::Producer => Part::Producer,
        Party::Carrier => Part::Carrier,
        Party::Receiver => Part::Receiver,
    }
}

/// The parts whose people sign for a party of this manifest. What was received is sent on by those
/// who receive, and what comes back to its producer is received by those who send.
fn parts_of(manifest: &Manifest, party: Party) -> &'static [Part] {
    parts((manifest.filed.is_carried_on(), manifest.filed.purpose()), party)
}

/// The same by what a manifest carries and for what.
pub const fn parts((is_carried_on, purpose): (bool, Kind), party: Party) -> &'static [Part] {
    match (party, purpose) {
        (Party::Producer, _) if is_carried_on => &[Part::Producer, Part::Receiver],
        (Party::Producer, _) => &[Part::Producer],
        (Party::Carrier, _) => &[Part::Carrier],
        (Party::Receiver, Kind::Return) => &[Part::Receiver, Part::Producer],
        (Party::Receiver, Kind::Manifest | Kind::Forward) => &[Part::Receiver],
    }
}

/// What an organisation's people see: a driver only what the organisation carries.
pub fn shows(actor: &Actor, party: Party) -> bool {
    actor.role != Role::Driver || party == Party::Carrier
}

/// The parties whose people the actor is one of.
pub fn own_parties(actor: &Actor, manifest: &Manifest) -> Vec<Party> {
    let parties = manifest.parties(actor.organisation_id).into_iter();
    let own = actor.organisation_id;
    let acts = |party: &Party| {
        parts_of(manifest, *party).iter().any(|part| may::acts_for(actor, own, *part))
    };
    parties.filter(acts).collect()
}

/// The parties that the actor signs for by delegation, each with the first that lets it.
pub fn delegated<'a>(actor: &'a Actor, manifest: &Manifest) -> Vec<(Party, &'a Mandate)> {
    let mut found: Vec<(Party, &Mandate)> = Vec::new();
    for (giver, party) in held_places(actor, manifest) {
        let at = place(manifest, party);
        let mut parts = parts_of(manifest, party).iter();
        if let Some(mandate) = parts.find_map(|part| may::mandate(actor, giver, *part, at))
            && found.iter().all(|(known, _)| *known != party)
        {
            found.push((party, mandate));
        }
    }
    found
}

/// Whether a delegation lets the actor's organisation see the manifest.
pub fn is_entrusted(actor: &Actor, manifest: &Manifest) -> bool {
    entrusts(
        actor,
        |giver| manifest.parties(giver),
        |party| (parts_of(manifest, party), place(manifest, party)),
    )
}

/// The same of what has these parties. `at` says as what a party's people sign, and where.
pub fn entrusts<'a>(
    actor: &Actor,
    parties: impl Fn(OrganisationId) -> Vec<Party>,
    at: impl Fn(Party) -> (&'static [Part], (Option<SiteId>, &'a str)),
) -> bool {
    let shown = |giver: OrganisationId, party: Party| {
        let (parts, place) = at(party);
        let covers = |part: &Part| may::covering(actor, giver, *part, place).is_some();
        shows(actor, party) && parts.iter().any(covers)
    };
    let mut givers = actor.grants.held().iter().map(|mandate| mandate.giver);
    givers.any(|giver| parties(giver).into_iter().any(|party| shown(giver, party)))
}

/// Those who have delegated something to the actor's organisation, and their parts here.
fn held_places<'a>(
    actor: &'a Actor,
    manifest: &'a Manifest,
) -> impl Iterator<Item = (OrganisationId, Party)> + 'a {
    actor.grants.held().iter().flat_map(|mandate| {
        manifest.parties(mandate.giver).into_iter().map(|party| (mandate.giver, party))
    })
}

/// A party's own end of the load, and the stream: what a delegation is narrowed by.
fn place(manifest: &Manifest, party: Party) -> (Option<SiteId>, &str) {
    let filed = &manifest.filed;
    let site = match party {
        Party::Producer => Some(filed.producer_site_id),
        Party::Receiver => Some(filed.receiver_site_id),
        Party::Carrier => None,
    };
    (site, &filed.stream)
}

/// Whether the actor may sign as this carrier of a stream: its own, or by delegation.
pub fn signs_as_carrier(actor: &Actor, carrier: OrganisationId, stream: &str) -> bool {
    may::acts_for(actor, carrier, Part::Carrier)
        || may::mandate(actor, carrier, Part::Carrier, (None, stream)).is_some()
}

/// Whether the actor may sign as this party of it: its own, or by delegation.
pub fn signs_as(
    actor: &Actor,
    manifest: &Manifest,
    (organisation, party): (OrganisationId, Party),
) -> bool {
    let part = part_of(party);
    may::acts_for(actor, organisation, part)
        || may::mandate(actor, organisation, part, place(manifest, party)).is_some()
}

/// The carriers of it for whom the actor may sign.
pub fn own_carriers<'a>(
    actor: &'a Actor,
    manifest: &'a Manifest,
) -> impl Iterator<Item = OrganisationId> + 'a {
    let stream = &manifest.filed.stream;
    manifest.carriers().filter(move |carrier| signs_as_carrier(actor, *carrier, stream))
}

/// The delegations that an event is signed by: of the parties that may take the step, those that
/// the actor is not one of itself. Where its own part is enough for a step that one party takes,
/// nothing is signed for another.
pub fn used<'a>(actor: &'a Actor, manifest: &Manifest, what: &Happening) -> Vec<&'a Mandate> {
    used_for(actor, manifest, (what.kind(), Some(what)))
}

/// The same of an act that any party takes, by the word of its action or event.
pub fn used_for<'a>(
    actor: &'a Actor,
    manifest: &Manifest,
    (kind, what): (&str, Option<&Happening>),
) -> Vec<&'a Mandate> {
    if actor.grants.held().is_empty() {
        return Vec::new();
    }
    let action = action_of(kind);
    // A signature of one organisation's, or of the carriers that have it now: these and no others.
    let signing = |organisation: OrganisationId, party: Party| match what {
        Some(Happening::Countersigned(data)) => data.organisation_id == organisation,
        Some(Happening::HandedOver(data)) => data.by.contains(&organisation),
        _ if party == Party::Carrier => {
            action.is_none_or(|action| manifest.is_carriers_turn(action, organisation))
        }
        _ => true,
    };
    let own = actor.organisation_id;
    let is_own =
        |party: Party| own_parties(actor, manifest).contains(&party) && signing(own, party);
    let takers = action.map(|action| action.transition().parties);
    let takes = |party: Party| takers.is_none_or(|takers| takers.contains(&party));
    let mut used: Vec<(Party, &Mandate)> = Vec::new();
    for (giver, party) in held_places(actor, manifest) {
        let is_new = used.iter().all(|(known, _)| *known != party);
        if !is_new || !takes(party) || is_own(party) || !signing(giver, party) {
            continue;
        }
        let at = place(manifest, party);
        let mut parts = parts_of(manifest, party).iter();
        let found = parts.find_map(|part| may::mandate(actor, giver, *part, at));
        used.extend(found.map(|mandate| (party, mandate)));
    }
    used.into_iter().map(|(_, mandate)| mandate).collect()
}

/// The action whose event has this kind; `None` for one that any party may write.
fn action_of(kind: &str) -> Option<Action> {
    let word = match kind {
        "filed" => "file",
        "departed" => "depart",
        "handed_over" => "hand_over",
        "stopped" => "stop",
        "arrived" => "arrive",
        "received" => "receive",
        "return_filed" => "return",
        "forward_filed" => "forward",
        "completed" => "complete",
        "cancelled" => "cancel",
        other => other,
    };
    Action::parse(word)
}

/// What signing leaves in the manifest's state.
pub fn signed_for(kind: &str, stamp: &Stamp) -> Option<SignedFor> {
    let organisation_id = OrganisationId::of(stamp.organisation_id?);
    let on_behalf_of = stamp.on_behalf_of.clone();
    let step = kind.to_owned();
    (!on_behalf_of.is_empty()).then_some(SignedFor { step, organisation_id, on_behalf_of })
}
