//! What is to ride together: each manifest is filed, this carrier's own, on no other trip; the
//! vehicle is allowed for every class of them, and nothing on it reacts with anything else
//! (Code Art. 535(1); medical regulations 26).

use std::collections::HashMap;

use super::event::{End, Rider};
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, LoadItem, Stream, Together};
use crate::ctx::Ctx;
use crate::decision::{Guard, Subject, SubjectKind};
use crate::ids::{ManifestId, OrganisationId, TripId};
use crate::manifest::{
    self, Filed, LegFacts, Manifest, PartyAt, Status, leg_right, load_items, transport_was_free,
};
use crate::problem::{Code, Fault, Findings, Problem, Text};

/// The manifests that are named, as far as the actor sees them, and the trips that they ride on.
pub struct Load {
    stored: HashMap<ManifestId, manifest::Stored>,
    trips: HashMap<ManifestId, TripId>,
}

impl Load {
    pub async fn read(app: &App, ctx: &Ctx, ids: &[ManifestId]) -> Result<Self, Problem> {
        let stored = manifest::by_ids(&app.pool, ids).await?;
        let seen = stored.into_iter().filter(|one| manifest::sees(&ctx.actor, &one.manifest));
        let stored = seen.map(|one| (one.id, one)).collect();
        Ok(Self { stored, trips: store::trips_of(&app.pool, ids).await? })
    }

    /// The riders that `ids` are, and the faults of those that cannot be.
    pub fn riders(
        &self,
        ids: &[ManifestId],
        (carrier, leg): (OrganisationId, &LegFacts),
        catalogue: &Catalogue,
        findings: &mut Findings,
    ) -> Vec<Rider> {
        let mut riders = Vec::with_capacity(ids.len());
        for (n, id) in ids.iter().enumerate() {
            let pointer = format!("/manifest_ids/{n}");
            let own = self.stored.get(id).filter(|one| is_of(&one.manifest, carrier));
            let Some(stored) = own else {
                findings.refuse(Fault::unknown_reference(pointer));
                continue;
            };
            if ids[..n].contains(id) {
                let text = Text::new("同一联单出现了两次。", "The manifest is named twice.");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
                continue;
            }
            if self.trips.contains_key(id) {
                let text = Text::new("该联单已在另一车次上。", "It rides on another trip.");
                findings.refuse(Fault::new(Code::InUse, &*pointer, text));
            }
            waits(&stored.manifest, &pointer, findings);
            class(&stored.manifest, leg, catalogue, findings);
            riders.push(rider(*id, &stored.manifest.filed));
        }
        riders
    }

    /// What the manifests hold, each under its place in `ids`.
    pub fn items(&self, ids: &[ManifestId], catalogue: &Catalogue) -> Vec<LoadItem> {
        let held = ids.iter().enumerate().filter_map(|(n, id)| {
            let stored = self.stored.get(id)?;
            Some(load_items(&stored.manifest.filed, Some(n), catalogue))
        });
        held.flatten().collect()
    }

    /// What was read, as guards: a manifest that has moved since is looked at again.
    pub fn guards(&self) -> impl Iterator<Item = Guard> + '_ {
        self.stored.values().map(|stored| Guard {
            subject: Subject::new(SubjectKind::Manifest, stored.id.uuid()),
            version: stored.manifest.version,
        })
    }
}

fn is_of(manifest: &Manifest, carrier: OrganisationId) -> bool {
    manifest.filed.legs.first().is_some_and(|leg| leg.carrier_id == carrier)
}

fn waits(manifest: &Manifest, pointer: &str, findings: &mut Findings) {
    if manifest.status == Status::Filed {
        return;
    }
    let status = manifest.status;
    let text = Text::new(
        format!("联单状态为 {status}，不能装车。"),
        format!("The manifest is {status}; it cannot be loaded."),
    );
    let fault = Fault::new(Code::IllegalTransition, pointer, text);
    findings.refuse(fault.with("manifest_status", status.as_str()));
}

/// Vehicle and driver are allowed for the class of what they carry.
fn class(manifest: &Manifest, leg: &LegFacts, catalogue: &Catalogue, findings: &mut Findings) {
    let Ok(stream) = Stream::parse(&manifest.filed.stream) else { return };
    let before = findings.faults.len();
    let day = manifest.filed.planned_departure_on;
    let is_free = transport_was_free(manifest, catalogue);
    leg_right(leg, 0, (stream, day), is_free, findings);
    let mut new = findings.faults.split_off(before);
    for fault in &mut new {
        let own = fault.pointer.as_deref().and_then(|pointer| pointer.strip_prefix("/legs/0"));
        fault.pointer = own.map(str::to_owned);
    }
    // Of several manifests of a class, one fault says it.
    new.retain(|fault| !findings.faults.contains(fault));
    findings.faults.extend(new);
}

/// Nothing on the vehicle reacts with anything else.
pub fn together(items: &[LoadItem], catalogue: &Catalogue, findings: &mut Findings) {
    catalogue.incompatible().check(items, Together::Vehicle, "/manifest_ids", findings);
}

pub fn rider(manifest_id: ManifestId, filed: &Filed) -> Rider {
    let end = |site_id, party: &PartyAt| End {
        organisation_id: party.organisation_id,
        site_id,
        division: party.division.clone(),
        regiment: party.regiment.clone(),
    };
    Rider {
        manifest_id,
        stream: filed.stream.clone(),
        producer: end(filed.producer_site_id, &filed.producer),
        receiver: end(filed.receiver_site_id, &filed.receiver),
        shipped_g: filed.items.iter().map(|item| item.mass_g).sum(),
    }
}
