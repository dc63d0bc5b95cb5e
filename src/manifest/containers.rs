//! What a manifest's steps do to the containers on it: reserved by the filing, freed by a cancel,
//! shipped by whatever step books the load out, received or refused one by one, emptied when all
//! is treated.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::act::{Scene, Step};
use super::asked::{FileManifest, MismatchField, Receive, ReceiveItem, Verdict};
use super::event::{Item, Mismatch, ReceivedContainer};
use super::evolve::Manifest;
use super::moves;
use super::policy::label_tolerance;
use super::sight;
use crate::app::App;
use crate::command::Freshness;
use crate::container::{self, Carriage, Carried, Carry, Container, ContainerStatus, Named};
use crate::ctx::Actor;
use crate::decision::Move;
use crate::identity::policy as may;
use crate::ids::{ContainerId, ManifestId, SiteId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::Known;
use crate::units::Grams;

/// Codes of missing containers that a mismatch tells; the rest it counts.
const CODES_TOLD_MAX: usize = 5;

/// The containers that a filing names, as far as there are any.
pub async fn named(app: &App, asked: &FileManifest) -> Result<Vec<Known<Container>>, Problem> {
    let ids = asked.items.iter().flat_map(|item| item.container_ids.iter().copied());
    container::by_ids(&app.pool, &ids.collect::<Vec<_>>()).await
}

/// The containers that are on a manifest. One that names none costs nothing.
pub async fn carried_by(
    app: &App,
    id: ManifestId,
    manifest: &Manifest,
) -> Result<Vec<Known<Container>>, Problem> {
    let ids = manifest.filed.items.iter().flat_map(|item| item.container_ids.iter().copied());
    let mut found = container::by_ids(&app.pool, &ids.collect::<Vec<_>>()).await?;
    // One that was released, or refused and sent on, is another manifest's business.
    found.retain(|one| one.manifest.as_ref().is_some_and(|carriage| carriage.manifest_id == id));
    Ok(found)
}

/// What a filing does to its containers; `departing`: they leave with it.
pub fn reserve(
    taken: &[(Known<Container>, i64)],
    (manifest_id, receiver_site_id): (ManifestId, SiteId),
    now: DateTime<Utc>,
    departing: Option<DateTime<Utc>>,
) -> Vec<Carried> {
    let carried = |(known, line): &(Known<Container>, i64)| {
        let carriage = Carriage { manifest_id, line: *line, receiver_site_id };
        let mut carried = Carried::new(known, Carry::Reserve(carriage), now);
        carried.carries.extend(departing.map(|at| (Carry::Ship, at)));
        carried
    };
    taken.iter().map(carried).collect()
}

/// Takes what leaves out of the storage areas that it lies in.
pub fn out_of_areas<'a>(leaving: impl Iterator<Item = &'a Known<Container>>) -> Vec<Move> {
    let mut masses: Vec<(crate::ids::StorageAreaId, Grams)> = Vec::new();
    for container in leaving {
        // Of what was received, the area was told by the mass that was accepted.
        if container.is_taken_on() || container.is_refused() {
            continue;
        }
        let Some(area) = container.storage_area_id else { continue };
        match masses.iter_mut().find(|(known, _)| *known == area) {
            Some((_, mass)) => *mass = *mass + container.mass_g,
            None => masses.push((area, container.mass_g)),
        }
    }
    masses.into_iter().map(|(area, mass)| moves::take_out(area, mass)).collect()
}

impl<T> Scene<T> {
    /// The load leaves, and its containers with it.
    pub fn ship_containers(&self, step: &mut Step) {
        for known in &self.containers {
            step.carried.push(Carried::new(known, Carry::Ship, step.occurred_at));
        }
        step.moves.extend(out_of_areas(self.containers.iter()));
    }

    /// The manifest is cancelled, and its containers are free again.
    pub fn free_containers(&self, step: &mut Step) {
        for known in &self.containers {
            step.carried.push(Carried::new(known, Carry::Release, step.occurred_at));
        }
    }

    /// All that was accepted is treated: nothing is in its containers any more.
    pub fn empty_containers(&self, step: &mut Step) {
        let full = self
            .containers
            .iter()
            .filter(|one| one.status == ContainerStatus::Received && one.accepted != Some(false));
        for known in full {
            step.carried.push(Carried::new(known, Carry::Empty, step.occurred_at));
        }
    }

    /// What was found at the gate. Comes after [`Self::ship_containers`], where the load had not
    /// been booked out yet.
    pub fn receive_containers(&self, asked: &Receive, step: &mut Step) {
        for known in &self.containers {
            let line = known.manifest.as_ref().map_or(0, |carriage| carriage.line);
            let found = asked.items.iter().find(|item| item.line.get() == line);
            let Some(found) = found else { continue };
            let carry = match verdict(found, known.id) {
                Found::Missing => Carry::Miss,
                Found::There(accepted) => {
                    let area = asked.storage_area_id.filter(|_| accepted != Some(false));
                    Carry::Receive { accepted, storage_area_id: area }
                }
            };
            let at = step.occurred_at;
            match step.carried.iter_mut().find(|one| one.known.id == known.id) {
                Some(carried) => carried.carries.push((carry, at)),
                None => step.carried.push(Carried::new(known, carry, at)),
            }
        }
    }

    fn codes(&self, ids: &[ContainerId]) -> String {
        let codes = self.containers.iter().filter(|one| ids.contains(&one.id));
        let told: Vec<&str> = codes.map(|one| one.code.as_str()).take(CODES_TOLD_MAX).collect();
        let more = ids.len().saturating_sub(told.len());
        let listed = told.join(", ");
        if more == 0 { listed } else { format!("{listed} +{more}") }
    }

    /// A missing container is a mismatch in packaging, seen at once (Order 23 Art. 18).
    pub fn missing_mismatches(&self, asked: &Receive, all: &mut Vec<Mismatch>) {
        let packaging = MismatchField::Packaging.as_str();
        for found in asked.items.iter() {
            let missing = missing(&self.stored.manifest, found);
            if !missing.is_empty() {
                let codes = self.codes(&missing);
                let found_text = format!("{} missing: {codes}", missing.len());
                let line = found.line.get();
                all.push(Mismatch { line, field: packaging.to_owned(), found: found_text });
            }
        }
    }
}

/// What has become of one container at the gate.
enum Found {
    Missing,
    /// Accepted or refused; nothing where only part of the item was accepted and the receiver did
    /// not say which.
    There(Option<bool>),
}

fn verdict(found: &ReceiveItem, id: ContainerId) -> Found {
    if let Some(listed) = &found.containers {
        return match listed.iter().find(|one| one.id == id) {
            Some(one) => Found::There(Some(one.accepted)),
            None => Found::Missing,
        };
    }
    let (accepted, refused) = (found.accepted_kg.grams().0, found.refused_kg.grams().0);
    Found::There(match (accepted > 0, refused > 0) {
        (true, false) => Some(true),
        (false, _) => Some(false),
        (true, true) => None,
    })
}

fn item(manifest: &Manifest, line: i64) -> Option<&Item> {
    manifest.filed.items.iter().find(|item| item.line == line)
}

/// Of an item's containers, those that a receipt which lists them leaves out.
pub fn missing(manifest: &Manifest, found: &ReceiveItem) -> Vec<ContainerId> {
    let Some(listed) = &found.containers else { return Vec::new() };
    let own = item(manifest, found.line.get()).map_or(&[][..], |item| &item.container_ids);
    let is_missing = |id: &&ContainerId| listed.iter().all(|one| one.id != **id);
    own.iter().filter(is_missing).copied().collect()
}

/// What the receiver said box by box, as the event keeps it.
pub fn spoken_of(found: &ReceiveItem) -> Vec<ReceivedContainer> {
    let listed = found.containers.iter().flat_map(|listed| listed.iter());
    listed.map(|one| ReceivedContainer { id: one.id, accepted: one.accepted }).collect()
}

/// The containers of a receipt are the manifest's own, each once, and what is refused of them is
/// what is refused of the item.
pub fn look<T>(scene: &Scene<T>, asked: &Receive, findings: &mut Findings) {
    for (n, found) in asked.items.iter().enumerate() {
        let Some(listed) = &found.containers else { continue };
        let own = item(&scene.stored.manifest, found.line.get());
        let own = own.map_or(&[][..], |item| &item.container_ids);
        let mut seen = BTreeSet::new();
        let faults = findings.faults.len();
        for (at, one) in listed.iter().enumerate() {
            let pointer = format!("/items/{n}/containers/{at}/id");
            if !own.contains(&one.id) {
                findings.refuse(Fault::unknown_reference(pointer));
            } else if !seen.insert(one.id) {
                let text = Text::new("该包装重复。", "This container is there twice.");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
            }
        }
        if findings.faults.len() == faults && !listed.is_empty() {
            masses(scene, found, n, findings);
        }
    }
    if asked.decision == Verdict::Accept {
        refused_none(asked, findings);
    }
}

/// The scales have the last word on what was accepted; what is refused leaves on its own labels.
fn masses<T>(scene: &Scene<T>, found: &ReceiveItem, n: usize, findings: &mut Findings) {
    let listed = found.containers.iter().flat_map(|listed| listed.iter());
    let refused: Vec<ContainerId> =
        listed.clone().filter(|one| !one.accepted).map(|one| one.id).collect();
    let any_accepted = listed.clone().any(|one| one.accepted);
    let of = scene.containers.iter().filter(|known| refused.contains(&known.id));
    let labels: Grams = of.map(|known| known.mass_g).sum();
    let told = found.refused_kg.grams();
    let tolerance =
        if refused.is_empty() { Grams::ZERO } else { label_tolerance(labels, refused.len()) };
    if (labels - told).0.abs() > tolerance.0 {
        let (labels, told) = (labels.to_kg_text(), told.to_kg_text());
        let text = Text::new(
            format!("拒收的包装合计 {labels} kg，与拒收量 {told} kg 不符。"),
            format!("The refused containers hold {labels} kg; the item refuses {told} kg."),
        );
        let pointer = format!("/items/{n}/refused_kg");
        findings.refuse(Fault::new(Code::MassBalance, pointer, text));
    }
    if !any_accepted && found.accepted_kg.grams().0 > 0 {
        let text = Text::new(
            "没有接受任何包装，接受量应为 0。",
            "No container is accepted: the accepted mass must be 0.",
        );
        let pointer = format!("/items/{n}/accepted_kg");
        findings.refuse(Fault::new(Code::MassBalance, pointer, text));
    }
}

/// `accept` refuses nothing, no container either.
fn refused_none(asked: &Receive, findings: &mut Findings) {
    for (n, found) in asked.items.iter().enumerate() {
        let listed = found.containers.iter().flat_map(|listed| listed.iter()).enumerate();
        for (at, _) in listed.filter(|(_, one)| !one.accepted) {
            let text = Text::new(
                "处理意见为 accept 时不得拒收包装。",
                "With the decision `accept` no container is refused.",
            );
            let pointer = format!("/items/{n}/containers/{at}/accepted");
            findings.refuse(Fault::new(Code::DecisionMismatch, pointer, text));
        }
    }
}

/// One container, to whoever may see where it was filled, where it was sent, or the manifest that
/// it is on; else 404.
pub async fn container(
    app: &App,
    actor: &Actor,
    name: &Named,
) -> Result<Known<Container>, Problem> {
    let known = container::named(&app.pool, name).await?.ok_or_else(Problem::not_found)?;
    let mut sites = vec![known.site_id];
    let carriages = [&known.refused_on, &known.manifest].into_iter().flatten();
    sites.extend(carriages.map(|carriage| carriage.receiver_site_id));
    for site in sites {
        let site = app.registers.site(&app.pool, site, Freshness::Cached).await?;
        if site.is_some_and(|site| may::sees_site(actor, &site)) {
            return Ok(known);
        }
    }
    let Some(carriage) = &known.manifest else { return Err(Problem::not_found()) };
    sight::visible(app, actor, carriage.manifest_id).await?;
    Ok(known)
}
