//! `POST /capacity/plans`: a problem of the caller's own, which anybody may have solved, or the
//! register's, which is for regulators.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::asked::{AskPlan, WhatIf, Year};
use super::own::own;
use super::register::{Plant, Register, category, plain};
use super::shown::{
    PlanView, PlannedFacilityView, PlannedLineView, PlannedMassView, PlannedSourceView,
    RegisterView, UnmetShareView,
};
use super::{register_store, run, what_if};
use crate::app::App;
use crate::capacity::plan::{Matching, Source};
use crate::catalogue::{Stream, WasteCode};
use crate::clock::legal_day;
use crate::ctx::{Actor, Role};
use crate::identity::policy;
use crate::ids::SiteId;
use crate::problem::{Code, Findings, Problem, Text};
use crate::registry::{DivisionNumber, Site};
use crate::units::{Grams, Kg};

/// The optimum. Errors: 422 for what is no problem, 403 for a register that is not the caller's to
/// plan for.
pub async fn plan(app: &App, actor: &Actor, asked: AskPlan) -> Result<PlanView, Problem> {
    let with_binding = asked.marginal_values;
    match (&asked.problem, asked.year) {
        (Some(problem), None) if asked.scope.is_none() && asked.changes.is_none() => {
            Ok(run::solved(app, own(problem)?, with_binding).await?.1)
        }
        (Some(_), _) => Err(either()),
        (None, Some(year)) => of_register(app, actor, (year, &asked)).await,
        (None, None) => Err(Problem::at(
            Code::Required,
            "/problem",
            Text::new("请给出 problem 或 year。", "Either `problem` or `year` is needed."),
        )),
    }
}

fn either() -> Problem {
    let detail = Text::new(
        "problem 不能与 year、scope、changes 同时出现。",
        "`problem` stands alone, without `year`, `scope` and `changes`.",
    );
    Problem::at(Code::InvalidValue, "/problem", detail)
}

/// Whether one plans for a register at all: a whole division's, or the corps'.
pub fn plans(actor: &Actor) -> bool {
    policy::is_system(actor) || matches!(actor.role, Role::CorpsRegulator | Role::DivisionRegulator)
}

/// The divisions that one plans for: those asked for, or all that one regulates. Errors: 403 for
/// another's.
pub fn divisions(actor: &Actor, asked: Option<&[DivisionNumber]>) -> Result<Vec<String>, Problem> {
    policy::require(plans(actor))?;
    let Some(asked) = asked else {
        let own = |division: &String| policy::regulates(actor, division);
        return Ok(DivisionNumber::all().filter(own).collect());
    };
    let once: BTreeSet<&str> = asked.iter().map(DivisionNumber::as_str).collect();
    policy::require(once.iter().all(|division| policy::regulates(actor, division)))?;
    Ok(once.into_iter().map(str::to_owned).collect())
}

async fn of_register(
    app: &App,
    actor: &Actor,
    (year, asked): (Year, &AskPlan),
) -> Result<PlanView, Problem> {
    let scope = asked.scope.as_ref();
    let divisions = divisions(actor, scope.and_then(|scope| scope.divisions.as_deref()))?;
    let year = i32::try_from(year.get()).unwrap_or_default();
    let mut register = register_store::register(&app.pool, year, &divisions).await?;
    let streams = scope.and_then(|scope| scope.streams.as_deref());
    register.made.retain(|(_, code, _)| is_asked(actor, streams, code));
    let nothing = WhatIf::default();
    let changes = asked.changes.as_ref().unwrap_or(&nothing);
    let mut findings = Findings::new();
    what_if::grown(&mut register, &changes.growth, &mut findings);
    let catalogue = &app.catalogue;
    let today = legal_day(app.clock.now());
    let known = what_if::Known { catalogue, today, sites: &register.sites };
    let plants = what_if::running(register.plants(catalogue), changes, &known, &mut findings);
    findings.settle()?;
    let problem = register.matching(&plants, app.config.borders, &app.catalogue);
    let (problem, mut view) = run::solved(app, problem, asked.marginal_values).await?;
    let flows = view.flows.iter_mut().map(|flow| &mut flow.code);
    for code in flows.chain(view.unmet.iter_mut().map(|one| &mut one.code)) {
        *code = plain(code).to_owned();
    }
    view.register = Some(RegisterView {
        year,
        divisions,
        sources: sources(&register, &problem),
        facilities: plants.iter().map(facility).collect(),
        unmet: unmet(&register, &view),
        located_by_division: unlocated(&register, &problem),
    });
    Ok(view)
}

/// Of a stream that is asked for, and that concerns the caller.
fn is_asked(actor: &Actor, streams: Option<&[Stream]>, code: &str) -> bool {
    let stream = WasteCode::parse(code).map(|code| code.stream());
    concerns(actor, code)
        && stream.is_ok_and(|stream| streams.is_none_or(|all| all.contains(&stream)))
}

/// Waste of a stream that concerns the caller's agency.
pub fn concerns(actor: &Actor, code: &str) -> bool {
    WasteCode::parse(code).is_ok_and(|code| policy::sees_stream(actor, code.stream()))
}

/// The site that a source is.
fn site<'r>(register: &'r Register, source: &str) -> Option<&'r Site> {
    register.sites.get(&SiteId::of(source.parse().ok()?))
}

fn sources(register: &Register, problem: &Matching) -> Vec<PlannedSourceView> {
    let view = |source: &Source| {
        let site = site(register, &source.id)?;
        let produced = source.produced.iter().map(|one| PlannedMassView {
            code: plain(&one.code).to_owned(),
            kg: Kg::of_grams(one.grams),
        });
        Some(PlannedSourceView {
            site_id: site.id.uuid(),
            name: site.name.clone(),
            division: site.division.clone(),
            location: source.place.into(),
            produced: produced.collect(),
        })
    };
    problem.sources.iter().filter_map(view).collect()
}

fn unlocated(register: &Register, problem: &Matching) -> Vec<Uuid> {
    let sites = problem.sources.iter().filter_map(|source| site(register, &source.id));
    sites.filter(|site| site.location.is_none()).map(|site| site.id.uuid()).collect()
}

fn facility(plant: &Plant) -> PlannedFacilityView {
    let lines = plant.lines.iter().map(|line| PlannedLineView {
        line: line.line,
        codes: line.codes.clone(),
        categories: line.categories.clone(),
        annual_kg: Kg::of_grams(line.annual_g),
    });
    PlannedFacilityView {
        id: plant.id.clone(),
        site_id: plant.site.as_ref().map(|site| site.id.uuid()),
        name: plant.name.clone(),
        division: plant.site.as_ref().map(|site| site.division.clone()),
        location: plant.place.into(),
        annual_limit_kg: plant.annual_limit_g.map(Kg::of_grams),
        lines: lines.collect(),
    }
}

/// What is not taken, by division and category.
fn unmet(register: &Register, view: &PlanView) -> Vec<UnmetShareView> {
    let mut shares: BTreeMap<(String, &str), Grams> = BTreeMap::new();
    for one in &view.unmet {
        let Some(site) = site(register, &one.source) else { continue };
        let share = shares.entry((site.division.clone(), category(&one.code))).or_default();
        *share = *share + one.kg.0;
    }
    let view = |((division, category), mass): ((String, &str), Grams)| UnmetShareView {
        division,
        category: category.to_owned(),
        kg: Kg(mass),
    };
    shares.into_iter().map(view).collect()
}
