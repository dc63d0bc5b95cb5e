//! A problem of the caller's own, as the solver takes it. Pure.

use std::collections::HashSet;
use std::hash::Hash;

use super::asked::{OwnFacility, OwnLine, OwnProblem, OwnSource, Point};
use crate::capacity::limits::{PLAN_LINES_IN_ALL_MAX, PLAN_MASSES_IN_ALL_MAX};
use crate::capacity::plan::{Facility, FacilityLine, Matching, Place, Produced, Source};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;
use crate::wire::NonNegativeKg;

/// The problem. Errors: ids and lines that are there twice, more masses than are taken at once.
pub fn own(asked: &OwnProblem) -> Result<Matching, Problem> {
    let mut findings = Findings::new();
    once(asked.sources.iter().map(|one| one.id.as_str()), sources_pointer, &mut findings);
    let facility = |n| format!("/problem/facilities/{n}/id");
    once(asked.facilities.iter().map(|one| one.id.as_str()), facility, &mut findings);
    for (n, one) in asked.facilities.iter().enumerate() {
        let line = |m| format!("/problem/facilities/{n}/lines/{m}/line");
        once(one.lines.iter().map(|line| line.line.get()), line, &mut findings);
    }
    let masses: usize = asked.sources.iter().map(|one| one.produced.len()).sum();
    if masses > PLAN_MASSES_IN_ALL_MAX {
        findings.refuse(too_many((masses, PLAN_MASSES_IN_ALL_MAX), "/problem/sources"));
    }
    let lines: usize = asked.facilities.iter().map(|one| one.lines.len()).sum();
    if lines > PLAN_LINES_IN_ALL_MAX {
        findings.refuse(too_many((lines, PLAN_LINES_IN_ALL_MAX), "/problem/facilities"));
    }
    findings.settle()?;
    let sources = asked.sources.iter().map(source).collect();
    Ok(Matching { sources, facilities: asked.facilities.iter().map(facility_of).collect() })
}

fn sources_pointer(n: usize) -> String {
    format!("/problem/sources/{n}/id")
}

/// What tells things apart is there once; what repeats it is refused.
pub fn once<T: Eq + Hash>(
    ids: impl Iterator<Item = T>,
    pointer: impl Fn(usize) -> String,
    findings: &mut Findings,
) {
    let mut seen = HashSet::new();
    for (n, id) in ids.enumerate() {
        if !seen.insert(id) {
            let detail = Text::new("与前面的重复。", "It is there already, further up.");
            findings.refuse(Fault::new(Code::InvalidValue, pointer(n), detail));
        }
    }
}

fn too_many((count, most): (usize, usize), pointer: &str) -> Fault {
    let detail = Text::new(
        format!("其下明细合计最多 {most} 项，现有 {count} 项。"),
        format!("At most {most} entries below it in all; {count} given."),
    );
    Fault::new(Code::TooLong, pointer, detail)
}

fn source(one: &OwnSource) -> Source {
    let produced = one
        .produced
        .iter()
        .map(|mass| Produced { code: mass.code.as_str().to_owned(), grams: mass.kg.grams().0 });
    Source {
        id: one.id.as_str().to_owned(),
        place: place(&one.location),
        produced: produced.collect(),
    }
}

fn facility_of(one: &OwnFacility) -> Facility {
    Facility {
        id: one.id.as_str().to_owned(),
        place: place(&one.location),
        further_km: 0.0,
        annual_limit_g: one.annual_limit_kg.map(grams),
        lines: one.lines.iter().map(line).collect(),
    }
}

fn line(one: &OwnLine) -> FacilityLine {
    FacilityLine {
        line: one.line.get(),
        codes: one.codes.iter().map(|code| code.as_str().to_owned()).collect(),
        annual_g: grams(one.annual_kg),
    }
}

pub const fn place(point: &Point) -> Place {
    Place { lon: point.lon.get(), lat: point.lat.get() }
}

pub const fn grams(mass: NonNegativeKg) -> i64 {
    let Grams(grams) = mass.grams();
    grams
}
