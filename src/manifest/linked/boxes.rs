//! Refused containers: each stays in the custody of who refused it, until a return or forward takes
//! it along.

use super::forms::Sent;
use crate::container::Container;
use crate::ids::ContainerId;
use crate::manifest::policy::label_tolerance;
use crate::manifest::{FileManifest, Item, Manifest};
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::Known;
use crate::units::Grams;

/// The refused containers of a line that are held still, of those on the manifest.
fn held(there: &[Known<Container>], line: i64) -> impl Iterator<Item = &Known<Container>> {
    let is_of_line = move |one: &&Known<Container>| {
        one.is_refused() && one.manifest.as_ref().is_some_and(|carriage| carriage.line == line)
    };
    there.iter().filter(is_of_line)
}

/// The containers that a line was filed in.
fn filed_in(origin: &Manifest, line: i64) -> &[ContainerId] {
    let item = origin.filed.items.iter().find(|item| item.line == line);
    item.map_or(&[], |item: &Item| &item.container_ids)
}

/// Whether nothing of the line stays behind.
fn takes_all(sent: &Sent, origin: &Manifest) -> bool {
    origin.held_g(sent.line) == Some(sent.mass_kg.grams())
}

/// The containers that go: those that are named; else, where all of it goes, those that were
/// refused.
pub fn taken(sent: &Sent, origin: &Manifest, there: &[Known<Container>]) -> Vec<ContainerId> {
    if let Some(named) = &sent.container_ids {
        return named.iter().copied().collect();
    }
    if !takes_all(sent, origin) {
        return Vec::new();
    }
    let is_refused = |id: &ContainerId| {
        held(there, sent.line).any(|one| one.id == *id && one.accepted == Some(false))
    };
    filed_in(origin, sent.line).iter().copied().filter(is_refused).collect()
}

/// The containers that are named were refused on the line, are there, and hold what is sent.
pub fn look(
    (n, sent): (usize, &Sent),
    origin: &Manifest,
    there: &[Known<Container>],
    findings: &mut Findings,
) {
    let Some(named) = &sent.container_ids else { return };
    let filed = filed_in(origin, sent.line);
    let mut going: Vec<&Known<Container>> = Vec::with_capacity(named.len());
    for (at, id) in named.iter().enumerate() {
        let pointer = format!("/items/{n}/container_ids/{at}");
        if !filed.contains(id) {
            findings.refuse(Fault::unknown_reference(pointer));
        } else if named.iter().take(at).any(|earlier| earlier == id) {
            let text = Text::new("该包装重复。", "This container is there twice.");
            findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
        } else if let Some(one) = held(there, sent.line).find(|one| one.id == *id) {
            going.push(one);
        } else {
            let text = Text::new(
                "该包装未被拒收，或已不在此处。",
                "It was not refused, or is here no more.",
            );
            let status = there.iter().find(|one| one.id == *id).map(|one| one.status.as_str());
            let fault = Fault::new(Code::ContainerTaken, pointer, text);
            findings.refuse(fault.with("container_status", status));
        }
    }
    let leaves_none = going.len() == held(there, sent.line).count() && takes_all(sent, origin);
    if going.len() == named.len() && !going.is_empty() && !leaves_none {
        whole(&going, sent.mass_kg.grams(), n, findings);
    }
}

/// Some of what is held leaves: on the labels of what holds it. Of all, the scales have spoken.
fn whole(going: &[&Known<Container>], mass: Grams, n: usize, findings: &mut Findings) {
    let labels: Grams = going.iter().map(|one| one.mass_g).sum();
    if (labels - mass).0.abs() > label_tolerance(mass, going.len()).0 {
        let (labels_kg, mass_kg) = (labels.to_kg_text(), mass.to_kg_text());
        let text = Text::new(
            format!("包装合计 {labels_kg} kg，与明细 {mass_kg} kg 不符。"),
            format!("The containers hold {labels_kg} kg together; the item says {mass_kg} kg."),
        );
        findings.refuse(Fault::new(Code::MassBalance, format!("/items/{n}/mass_kg"), text));
    }
}

/// The containers of a filing whose own rules have looked at them, with the lines of their items.
pub fn along(known: &[Known<Container>], asked: &FileManifest) -> Vec<(Known<Container>, i64)> {
    let of_item = |(item, line): (&crate::manifest::ItemAsked, i64)| {
        let found = item.container_ids.iter();
        let found = found.filter_map(|id| known.iter().find(|one| one.id == *id));
        found.map(|one| (one.clone(), line)).collect::<Vec<_>>()
    };
    asked.items.iter().zip(1..).flat_map(of_item).collect()
}
