//! What would be different: production that grows, plants that close, shrink, grow or are built.
//! Pure.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::asked::{CategoryGrowth, FacilityChange, NewFacility, PlannedStatus, WhatIf};
use super::own::{grams, once, place};
use super::register::{Plant, PlantLine, Register, category};
use crate::catalogue::{Catalogue, WasteCode};
use crate::ids::SiteId;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Site, not_listed};
use crate::units::Grams;
use crate::wire::{Change, Patch};

/// What there is already.
pub struct Known<'a> {
    pub catalogue: &'a Catalogue,
    pub today: NaiveDate,
    pub sites: &'a HashMap<SiteId, Site>,
}

/// Production, with the growth of each category; to the nearest gram.
pub fn grown(register: &mut Register, growth: &[CategoryGrowth], findings: &mut Findings) {
    let pointer = |n| format!("/changes/growth/{n}/category");
    once(growth.iter().map(|one| one.category), pointer, findings);
    let milli: HashMap<&str, i64> =
        growth.iter().map(|one| (one.category.as_str(), one.factor.milli())).collect();
    for (_, code, mass) in &mut register.made {
        let Some(milli) = milli.get(category(code)) else { continue };
        let grown = (i128::from(mass.0) * i128::from(*milli) + 500) / 1000;
        *mass = Grams(i64::try_from(grown).unwrap_or(i64::MAX));
    }
}

/// The plants that would run, of those that there are and are built. A licence that is suspended
/// now does not, unless that changes.
pub fn running(
    mut plants: Vec<Plant>,
    changes: &WhatIf,
    known: &Known<'_>,
    findings: &mut Findings,
) -> Vec<Plant> {
    let pointer = |n| format!("/changes/facilities/{n}/licence_id");
    once(changes.facilities.iter().map(|one| one.licence_id), pointer, findings);
    for (n, change) in changes.facilities.iter().enumerate() {
        let id = change.licence_id.to_string();
        match plants.iter_mut().find(|plant| plant.id == id) {
            Some(plant) => changed(plant, change, n, findings),
            None => findings.refuse(Fault::unknown_reference(pointer(n))),
        }
    }
    let taken = |id: &str| {
        let id = id.to_lowercase();
        plants.iter().any(|plant| plant.id == id)
            || known.sites.keys().any(|site| site.to_string() == id)
    };
    for (n, new) in changes.new_facilities.iter().enumerate() {
        if taken(new.id.as_str()) {
            findings.refuse(not_new(format!("/changes/new_facilities/{n}/id")));
        }
    }
    plants.retain(|plant| plant.is_running);
    let pointer = |n| format!("/changes/new_facilities/{n}/id");
    once(changes.new_facilities.iter().map(|one| one.id.as_str()), pointer, findings);
    for (n, new) in changes.new_facilities.iter().enumerate() {
        let line = |m| format!("/changes/new_facilities/{n}/lines/{m}/line");
        once(new.lines.iter().map(|line| line.line.get()), line, findings);
        listed(new, n, known, findings);
    }
    plants.extend(changes.new_facilities.iter().map(built));
    plants
}

/// Codes that nobody has are a typing error, and the plan that came of it would say nothing.
fn listed(new: &NewFacility, n: usize, known: &Known<'_>, findings: &mut Findings) {
    for (m, line) in new.lines.iter().enumerate() {
        for (k, code) in line.codes.iter().enumerate() {
            let pointer = || format!("/changes/new_facilities/{n}/lines/{m}/codes/{k}");
            match WasteCode::parse(code.as_str()) {
                Ok(code) if known.catalogue.find(code, known.today).is_some() => {}
                Ok(code) => findings.refuse(not_listed(code, pointer())),
                Err(_) => {
                    let detail = Text::new("没有这样的废物代码。", "There is no such waste code.");
                    findings.refuse(Fault::new(Code::UnknownWasteCode, pointer(), detail));
                }
            }
        }
    }
}

/// Flows name a facility by its id: two of one id could not be told apart.
fn not_new(pointer: String) -> Fault {
    let detail = Text::new(
        "已是登记的许可证或场所的标识。",
        "This is the id of a licence or site of the register.",
    );
    Fault::new(Code::InvalidValue, pointer, detail)
}

fn changed(plant: &mut Plant, change: &FacilityChange, n: usize, findings: &mut Findings) {
    if let Change::Set(status) = change.status {
        plant.is_running = status == PlannedStatus::Active;
    }
    match change.annual_limit_kg {
        Patch::Keep => {}
        Patch::Clear => plant.annual_limit_g = None,
        Patch::Set(mass) => plant.annual_limit_g = Some(grams(mass)),
    }
    for (m, line) in change.lines.iter().enumerate() {
        if let Some(own) = plant.lines.iter_mut().find(|own| own.line == line.line.get()) {
            own.annual_g = grams(line.annual_kg);
        } else {
            let pointer = format!("/changes/facilities/{n}/lines/{m}/line");
            let detail = Text::new("该许可证没有此行。", "The licence has no such line.");
            findings.refuse(Fault::new(Code::UnknownReference, pointer, detail));
        }
    }
}

fn built(new: &NewFacility) -> Plant {
    let lines = new.lines.iter().map(|line| PlantLine {
        line: line.line.get(),
        codes: line.codes.iter().map(|code| code.as_str().to_owned()).collect(),
        categories: line.categories.iter().map(|one| one.as_str().to_owned()).collect(),
        annual_g: grams(line.annual_kg),
    });
    Plant {
        id: new.id.as_str().to_owned(),
        licence_id: None,
        is_running: true,
        name: new.name.as_str().to_owned(),
        site: None,
        place: place(&new.location),
        annual_limit_g: new.annual_limit_kg.map(grams),
        lines: lines.collect(),
    }
}
