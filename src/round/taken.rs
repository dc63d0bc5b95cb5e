//! What was taken at a stop, read against what was planned: lines, bins and boxes, masses.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::asked::{BoxAsked, StopItem};
use super::event::{BoxAt, CollectedItem};
use crate::ids::ContainerId;
use crate::limits::AHEAD_MINUTES_MAX;
use crate::manifest::{Item, Package, ToFile, stored_later};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::{Grams, Kg};
use crate::wire::{BoundedText, PositiveKg};

/// What a stop hands over.
pub struct Taken {
    pub items: Vec<CollectedItem>,
    /// Where a draft is to be filed; none where the producer has filed it.
    pub collecting: Option<ToFile>,
    /// Per item of the filing, its place in the request; none where the request named no items.
    pub places: Vec<Option<usize>>,
}

impl Taken {
    /// A problem of the filing, at the fields of this request: an item's mass and packages are its
    /// own, what else the plan says is not.
    pub fn own_fields(&self, problem: Problem) -> Problem {
        problem.map_pointers(|pointer| {
            let rest = pointer.strip_prefix("/items/")?;
            let (index, field) = rest.split_once('/').unwrap_or((rest, ""));
            let place = (*self.places.get(index.parse::<usize>().ok()?)?)?;
            let head = field.split('/').next().unwrap_or_default();
            Some(match head {
                "mass_kg" | "packages" | "container_ids" => format!("/items/{place}/{field}"),
                _ => format!("/items/{place}/line"),
            })
        })
    }
}

/// The masses together, as a departure's evidence.
pub fn loaded(taken: &Taken) -> Option<PositiveKg> {
    PositiveKg::of(taken.items.iter().map(|item| item.mass_g).sum())
}

/// An item of the plan, or of the manifest that the producer has filed.
pub struct PlannedItem {
    pub waste_code: String,
    pub mass_g: Grams,
    pub packages: Vec<Package>,
}

impl PlannedItem {
    /// From a draft's body, as far as it can be read.
    pub fn of_draft(item: &Value) -> Self {
        let packages = item["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let package = |one: &Value| {
            let (kind, count) = (one["kind"].as_str()?.to_owned(), one["count"].as_i64()?);
            Some(Package { kind, count })
        };
        let mass = item["mass_kg"].as_number().map(ToString::to_string).unwrap_or_default();
        Self {
            waste_code: item["waste_code"].as_str().unwrap_or_default().to_owned(),
            mass_g: Grams::from_kg_text(&mass).unwrap_or_default(),
            packages: packages.iter().filter_map(package).collect(),
        }
    }

    pub fn of_filed(item: &Item) -> Self {
        Self {
            waste_code: item.waste_code.clone(),
            mass_g: item.mass_g,
            packages: item.packages.clone(),
        }
    }
}

/// What was taken, line by line; all as planned where nothing is named. `now`: no box is stored
/// later.
pub fn read(
    planned: &[PlannedItem],
    asked: &[StopItem],
    now: DateTime<Utc>,
) -> Result<Vec<CollectedItem>, Problem> {
    if asked.is_empty() {
        let whole = planned.iter().enumerate().map(|(n, item)| CollectedItem {
            line: n as i64 + 1,
            waste_code: item.waste_code.clone(),
            mass_g: item.mass_g,
            packages: item.packages.clone(),
            container_ids: Vec::new(),
            boxes: Vec::new(),
        });
        return Ok(whole.collect());
    }
    let mut findings = Findings::new();
    let (mut lines, mut known) = (BTreeSet::new(), Labels::default());
    let mut items = Vec::with_capacity(asked.len());
    for (n, one) in asked.iter().enumerate() {
        let line = one.line.get();
        let index = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let Some(plan) = planned.get(index) else {
            let text = Text::new(
                format!("该收运点没有第 {line} 行。"),
                format!("The stop has no line {line}."),
            );
            let pointer = format!("/items/{n}/line");
            findings.refuse(Fault::new(Code::UnknownReference, pointer, text));
            continue;
        };
        if !lines.insert(line) {
            let text = Text::new(
                format!("第 {line} 行出现了两次。"),
                format!("Line {line} appears twice."),
            );
            findings.refuse(Fault::new(Code::ItemsIncomplete, format!("/items/{n}/line"), text));
        }
        known.read(one, n, &mut findings);
        stored(one, n, now, &mut findings);
        items.push(item(plan, one, n, &mut findings));
    }
    findings.settle()?;
    Ok(items)
}

/// Each label and each seal once in a stop.
#[derive(Default)]
struct Labels<'a> {
    codes: BTreeSet<&'a str>,
    seals: BTreeSet<&'a str>,
}

impl<'a> Labels<'a> {
    fn read(&mut self, asked: &'a StopItem, n: usize, findings: &mut Findings) {
        for (at, one) in asked.boxes.iter().enumerate() {
            let code = one.code.as_str();
            if !self.codes.insert(code) {
                let text = Text::new(
                    format!("箱码“{code}”出现了两次。"),
                    format!("The label `{code}` is there twice."),
                );
                let pointer = format!("/items/{n}/boxes/{at}/code");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
            }
            let Some(seal) = one.seal.as_ref().map(BoundedText::as_str) else { continue };
            if !self.seals.insert(seal) {
                let text = Text::new(
                    format!("封签号“{seal}”出现了两次。"),
                    format!("The seal `{seal}` is there twice."),
                );
                let pointer = format!("/items/{n}/boxes/{at}/seal");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
            }
        }
    }
}

/// The 48 hours of a box cannot begin in the future.
fn stored(asked: &StopItem, n: usize, now: DateTime<Utc>, findings: &mut Findings) {
    let latest = now + TimeDelta::minutes(AHEAD_MINUTES_MAX);
    for (at, one) in asked.boxes.iter().enumerate() {
        if one.stored_since.is_some_and(|since| since > latest) {
            findings.refuse(stored_later(format!("/items/{n}/boxes/{at}/stored_since")));
        }
    }
}

fn item(plan: &PlannedItem, asked: &StopItem, n: usize, findings: &mut Findings) -> CollectedItem {
    CollectedItem {
        line: asked.line.get(),
        waste_code: plan.waste_code.clone(),
        mass_g: mass(plan, asked, n, findings),
        packages: packages(plan, asked, n, findings),
        container_ids: asked.container_ids.to_vec(),
        boxes: asked.boxes.iter().map(box_at).collect(),
    }
}

fn box_at(asked: &BoxAsked) -> BoxAt {
    BoxAt {
        code: asked.code.as_str().to_owned(),
        seal: asked.seal.as_ref().map(|seal| seal.as_str().to_owned()),
        mass_g: asked.mass_kg.map(Into::into),
        stored_since: asked.stored_since,
    }
}

/// As weighed; or what the boxes weigh together, where each was; or as planned.
fn mass(plan: &PlannedItem, asked: &StopItem, n: usize, findings: &mut Findings) -> Grams {
    let boxes: Option<Vec<Grams>> =
        asked.boxes.iter().map(|one| one.mass_kg.map(PositiveKg::grams)).collect();
    let boxes = boxes.filter(|all| !all.is_empty()).map(|all| all.into_iter().sum::<Grams>());
    let weighed = asked.mass_kg.map(PositiveKg::grams);
    if let (Some(weighed), Some(boxes)) = (weighed, boxes)
        && weighed != boxes
    {
        let (weighed, boxes) = (weighed.to_kg_text(), boxes.to_kg_text());
        let text = Text::new(
            format!("各箱合计 {boxes} kg，与填写的 {weighed} kg 不符。"),
            format!("The boxes come to {boxes} kg, not to {weighed} kg."),
        );
        findings.refuse(Fault::new(Code::MassBalance, format!("/items/{n}/mass_kg"), text));
    }
    weighed.or(boxes).unwrap_or(plan.mass_g)
}

/// As counted; one a box of the planned kind where boxes are named; or as planned.
fn packages(
    plan: &PlannedItem,
    asked: &StopItem,
    n: usize,
    findings: &mut Findings,
) -> Vec<Package> {
    let boxes = asked.boxes.len() as i64;
    let Some(counted) = &asked.packages else {
        let kind = plan.packages.first().map(|one| one.kind.clone());
        let kind = kind.unwrap_or_else(|| "medical_box".to_owned());
        let by_label = vec![Package { kind, count: boxes }];
        return if boxes == 0 { plan.packages.clone() } else { by_label };
    };
    let count: i64 = counted.iter().map(|one| one.count.get()).sum();
    if boxes > 0 && boxes != count {
        let text = Text::new(
            format!("列出了 {boxes} 个箱，但包装数量为 {count}。"),
            format!("{boxes} boxes are named, but {count} packages."),
        );
        findings.refuse(Fault::new(Code::InvalidValue, format!("/items/{n}/boxes"), text));
    }
    let package = |one: &crate::manifest::PackageAsked| Package {
        kind: one.kind.as_str().to_owned(),
        count: one.count.get(),
    };
    counted.iter().map(package).collect()
}

/// The items of a filing: those of the draft, with what was taken of them.
pub fn filing_items(draft: &[Value], taken: &[CollectedItem]) -> Result<Value, Problem> {
    let of = |item: &CollectedItem| {
        let index = usize::try_from(item.line - 1).unwrap_or(usize::MAX);
        let mut body = draft.get(index).cloned().unwrap_or_default();
        let members = body.as_object_mut()?;
        members.insert("mass_kg".into(), serde_json::to_value(Kg(item.mass_g)).ok()?);
        let package = |one: &Package| json!({"kind": one.kind, "count": one.count});
        members.insert("packages".into(), item.packages.iter().map(package).collect());
        if !item.container_ids.is_empty() {
            let ids = item.container_ids.iter().map(|id: &ContainerId| json!(id)).collect();
            members.insert("container_ids".into(), ids);
        }
        // The clock of the oldest box runs for the item.
        if let Some(since) = item.boxes.iter().filter_map(|one| one.stored_since).min() {
            members.insert("stored_since".into(), json!(crate::clock::rfc3339(since)));
        }
        Some(body)
    };
    let items: Option<Vec<Value>> = taken.iter().map(of).collect();
    items.map(Value::Array).ok_or_else(|| Problem::internal("a draft's item is no object"))
}
