//! The containers that a filing names: each the producer's own, of the item's waste, still there
//! and on no other manifest; their labels add up to the item's mass. That none is taken meanwhile
//! is settled with the commit: its chain grows there.

use std::collections::BTreeSet;

use super::super::asked::{CONTAINERS_MAX, FileManifest, ItemAsked};
use super::super::facts::Place;
use super::super::policy::label_tolerance;
use crate::catalogue::rules::{self, Item as Declared};
use crate::catalogue::{Catalogue, PackagingKind};
use crate::container::{Container, ContainerStatus};
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::Known;
use crate::units::Grams;

/// The containers that the filing takes, with the lines of their items.
pub fn containers(
    known: &[Known<Container>],
    asked: &FileManifest,
    producer: Option<&Place>,
    findings: &mut Findings,
) -> Vec<(Known<Container>, i64)> {
    let named: usize = asked.items.iter().map(|item| item.container_ids.len()).sum();
    if named == 0 {
        return Vec::new();
    }
    let (mut seen, mut taken) = (BTreeSet::new(), Vec::new());
    for (n, item) in asked.items.iter().enumerate() {
        let mut own = Vec::with_capacity(item.container_ids.len());
        for (at, id) in item.container_ids.iter().enumerate() {
            let pointer = format!("/items/{n}/container_ids/{at}");
            let found = known.iter().find(|container| container.id == *id);
            let found = found.filter(|container| {
                producer.is_none_or(|producer| producer.site.id == container.site_id)
            });
            let Some(container) = found else {
                findings.refuse(Fault::unknown_reference(pointer));
                continue;
            };
            if !seen.insert(*id) {
                let text = Text::new("该包装重复。", "This container is there twice.");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
                continue;
            }
            fits(container, item, pointer, findings);
            own.push(container);
        }
        if own.len() == item.container_ids.len() && !own.is_empty() {
            whole(&own, item, n, findings);
        }
        taken.extend(own.into_iter().map(|container| (container.clone(), n as i64 + 1)));
    }
    if named > CONTAINERS_MAX {
        let text = Text::new(
            format!("一份联单最多 {CONTAINERS_MAX} 个包装，现有 {named} 个。"),
            format!("At most {CONTAINERS_MAX} containers on a manifest; {named} given."),
        );
        findings.refuse(Fault::new(Code::TooLong, "/items", text));
    }
    taken
}

/// One container, of the item's waste and free to travel.
fn fits(container: &Container, item: &ItemAsked, pointer: String, findings: &mut Findings) {
    if container.waste_code != item.waste_code.as_str() {
        let text = Text::new(
            format!("包装内为 {}，与明细不符。", container.waste_code),
            format!("It holds {}, which is not the item's waste.", container.waste_code),
        );
        findings.refuse(Fault::new(Code::ContainerMismatch, pointer, text));
    } else if !container.is_free() {
        let text = Text::new(
            "该包装已在另一联单上、已运出或已清空。",
            "It is on another manifest, has left, or is empty.",
        );
        let manifest = container.manifest.as_ref().map(|one| one.manifest_id.to_string());
        findings.refuse(
            Fault::new(Code::ContainerTaken, pointer, text)
                .with("container_status", container.status.as_str())
                .with("manifest_id", manifest),
        );
    } else if item.waste_code.as_str().starts_with("841-")
        && container.status == ContainerStatus::Open
    {
        let text = Text::new(
            "医疗废物包装尚未封口登记。",
            "Medical waste should be sealed before it is handed over.",
        );
        findings.warn(Fault::new(Code::PackagingWarning, pointer, text));
    }
}

/// All of an item's containers together.
fn whole(own: &[&Known<Container>], item: &ItemAsked, n: usize, findings: &mut Findings) {
    let labels: Grams = own.iter().map(|container| container.mass_g).sum();
    let mass = item.mass_kg.grams();
    if (labels - mass).0.abs() > label_tolerance(mass, own.len()).0 {
        let (labels_kg, mass_kg) = (labels.to_kg_text(), mass.to_kg_text());
        let text = Text::new(
            format!("包装合计 {labels_kg} kg，与明细 {mass_kg} kg 不符。"),
            format!("The containers hold {labels_kg} kg together; the item says {mass_kg} kg."),
        );
        let pointer = format!("/items/{n}/mass_kg");
        findings.refuse(Fault::new(Code::MassBalance, pointer, text));
    }
    if item.produce && own.iter().any(|container| container.produced) {
        let text = Text::new(
            "这些包装登记时已记入台账，不得再次记入。",
            "These containers entered the ledger when they were registered: not twice.",
        );
        findings.refuse(Fault::new(Code::InvalidValue, format!("/items/{n}/produce"), text));
    }
    let counted: i64 = item.packages.iter().map(|package| package.count.get()).sum();
    if !item.packages.is_empty() && counted != own.len() as i64 {
        let text = Text::new(
            format!("包装数量为 {counted}，而列出了 {} 个包装。", own.len()),
            format!("{counted} packages are counted and {} containers are named.", own.len()),
        );
        findings.warn(Fault::new(Code::PackagingWarning, format!("/items/{n}/packages"), text));
    }
}

/// What the item's containers are made of suits its form and its waste, as packages must.
pub fn packaging(
    catalogue: &Catalogue,
    known: &[Known<Container>],
    (item, n): (&ItemAsked, usize),
    declared: &Declared<'_>,
    findings: &mut Findings,
) {
    let mut kinds: Vec<(usize, PackagingKind)> = Vec::new();
    for (at, id) in item.container_ids.iter().enumerate() {
        let found = known.iter().find(|container| container.id == *id);
        let kind = found.and_then(|container| PackagingKind::parse(&container.kind).ok());
        let kind = kind.filter(|kind| kinds.iter().all(|(_, other)| other != kind));
        kinds.extend(kind.map(|kind| (at, kind)));
    }
    if kinds.is_empty() {
        return;
    }
    let mut found = Findings::new();
    let words = kinds.iter().map(|(_, kind)| Some(*kind));
    rules::packaging(catalogue, declared, words, format_args!("/items/{n}"), &mut found);
    // The rule names packages by their place among the kinds: told at the first of that kind.
    let here = |mut fault: Fault| {
        let place = fault.pointer.as_deref().and_then(|pointer| pointer.split('/').nth(4));
        let at = place.and_then(|place| kinds.get(place.parse::<usize>().ok()?)).map(|kind| kind.0);
        fault.pointer = Some(format!("/items/{n}/container_ids/{}", at.unwrap_or(0)));
        fault
    };
    let Findings { faults, warnings } = found;
    findings.faults.extend(faults.into_iter().map(here));
    findings.warnings.extend(warnings.into_iter().map(here));
}

/// What the printed form says of an item's packages where it names containers alone.
pub fn counted(taken: &[(Known<Container>, i64)], line: i64) -> Vec<(String, i64)> {
    let mut counts: Vec<(String, i64)> = Vec::new();
    for (container, _) in taken.iter().filter(|(_, of)| *of == line) {
        match counts.iter_mut().find(|(kind, _)| *kind == container.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((container.kind.clone(), 1)),
        }
    }
    counts
}
