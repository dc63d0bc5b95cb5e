//! The cells: pure. Production belongs where it was made, capacity where the facility stands.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::asked::Dimension;
use super::shown::{CellView, FiguresView};
use crate::capacity::plan::{Matching, Plan};
use crate::capacity::planning::{Made, Plant, PlantLine, Register, category, plain};
use crate::catalogue::{Stream, WasteCode};
use crate::ids::{LicenceId, SiteId};
use crate::units::{Grams, Kg};

/// What a site's ledger adds up to, of one code.
#[derive(Clone, Debug)]
pub struct Sum {
    pub site_id: SiteId,
    pub code: String,
    pub produced_g: i64,
    /// By estimate: of a site without a ledger.
    pub estimated_g: i64,
    pub shipped_g: i64,
    pub self_treated_g: i64,
    pub stored_g: i64,
    /// The year itself has entries, and not only those before it.
    pub is_of_year: bool,
}

impl Sum {
    /// What the site made of it in the year and did not treat.
    pub fn made(&self) -> Option<Made> {
        let left = self.produced_g + self.estimated_g - self.self_treated_g;
        (left > 0).then(|| (self.site_id, self.code.clone(), Grams(left)))
    }
}

/// Sums and counters.
#[derive(Debug)]
pub struct Facts {
    pub sums: Vec<Sum>,
    /// Grams received in the year, by licence line.
    pub used: HashMap<(LicenceId, i64), i64>,
}

/// What a cell is told apart by; `None` for what it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    division: Option<String>,
    stream: Option<Stream>,
    category: Option<String>,
    code: Option<String>,
}

/// Grams, by the names of the answer.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    produced: i64,
    estimated: i64,
    shipped: i64,
    self_treated: i64,
    stored: i64,
    reachable: i64,
    licensed: i64,
    used: i64,
    gap: i64,
    idle: i64,
}

impl Figures {
    const fn view(self) -> FiguresView {
        FiguresView {
            produced_kg: Kg::of_grams(self.produced),
            estimated_kg: Kg::of_grams(self.estimated),
            shipped_kg: Kg::of_grams(self.shipped),
            self_treated_kg: Kg::of_grams(self.self_treated),
            stored_kg: Kg::of_grams(self.stored),
            reachable_kg: Kg::of_grams(self.reachable),
            licensed_kg: Kg::of_grams(self.licensed),
            used_kg: Kg::of_grams(self.used),
            gap_kg: Kg::of_grams(self.gap),
            idle_kg: Kg::of_grams(self.idle),
        }
    }
}

/// All that cells are made of.
pub struct Assessed<'a> {
    pub register: &'a Register,
    pub facts: &'a Facts,
    /// The facilities of the problem, in its order.
    pub plants: &'a [Plant],
    pub problem: &'a Matching,
    /// The optimum of the problem.
    pub optimum: &'a Plan<'a>,
}

/// The cells in the order of their keys, and the totals.
pub fn cells(assessed: &Assessed<'_>, by: &[Dimension]) -> (Vec<CellView>, FiguresView) {
    let cells = filled(assessed, by);
    let total = filled(assessed, &[]).remove(&Key::default()).unwrap_or_default();
    let view = |(key, figures): (Key, Figures)| CellView {
        division: key.division,
        category: key.category,
        code: key.code,
        stream: key.stream,
        figures: figures.view(),
    };
    (cells.into_iter().map(view).collect(), total.view())
}

fn filled(assessed: &Assessed<'_>, by: &[Dimension]) -> BTreeMap<Key, Figures> {
    let mut cells: BTreeMap<Key, Figures> = BTreeMap::new();
    produced(assessed, by, &mut cells);
    reachable(assessed, by, &mut cells);
    licensed(assessed, by, &mut cells);
    cells.retain(|_, figures| !figures.is_nothing());
    cells
}

impl Figures {
    /// A cell without production and without capacity is none.
    const fn is_nothing(&self) -> bool {
        let Self { produced, estimated, shipped, self_treated, stored, licensed, used, .. } = *self;
        produced == 0
            && estimated == 0
            && shipped == 0
            && self_treated == 0
            && stored == 0
            && licensed == 0
            && used == 0
    }
}

fn stream(code: &str) -> Option<Stream> {
    WasteCode::parse(code).ok().map(|code| code.stream())
}

fn stream_of_category(category: &str) -> Stream {
    match category {
        "HW01" => Stream::Medical,
        "CY" => Stream::Kitchen,
        _ => Stream::Hazardous,
    }
}

fn key(by: &[Dimension], division: &str, code: &str) -> Key {
    let mut key = Key::default();
    for dimension in by {
        match dimension {
            Dimension::Division => key.division = Some(division.to_owned()),
            Dimension::Category => key.category = Some(category(code).to_owned()),
            Dimension::Code => key.code = Some(code.to_owned()),
            Dimension::Stream => key.stream = stream(code),
        }
    }
    key
}

fn produced(assessed: &Assessed<'_>, by: &[Dimension], cells: &mut BTreeMap<Key, Figures>) {
    let division = |site: &SiteId| assessed.register.sites.get(site).map(|site| &*site.division);
    for sum in &assessed.facts.sums {
        let Some(division) = division(&sum.site_id) else { continue };
        let cell = cells.entry(key(by, division, &sum.code)).or_default();
        cell.produced += sum.produced_g;
        cell.estimated += sum.estimated_g;
        cell.shipped += sum.shipped_g;
        cell.self_treated += sum.self_treated_g;
        cell.stored += sum.stored_g;
    }
    for unmet in &assessed.optimum.unmet {
        let site = assessed.problem.sources[unmet.source].id.parse().map(SiteId::of);
        let Some(division) = site.ok().as_ref().and_then(division) else { continue };
        cells.entry(key(by, division, plain(unmet.code))).or_default().gap += unmet.grams;
    }
}

/// Capacity that may take what was produced in each cell, wherever it stands: of each facility its
/// lines that take some of it, within what they share.
fn reachable(assessed: &Assessed<'_>, by: &[Dimension], cells: &mut BTreeMap<Key, Figures>) {
    let mut takers: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (n, facility) in assessed.problem.facilities.iter().enumerate() {
        for (m, line) in facility.lines.iter().enumerate() {
            for code in &line.codes {
                takers.entry(code).or_default().push((n, m));
            }
        }
    }
    let mut codes: BTreeMap<Key, HashSet<&str>> = BTreeMap::new();
    for source in &assessed.problem.sources {
        let site = source.id.parse().map(SiteId::of).ok();
        let site = site.and_then(|site| assessed.register.sites.get(&site));
        let Some(division) = site.map(|site| &*site.division) else { continue };
        for produced in &source.produced {
            let key = key(by, division, plain(&produced.code));
            codes.entry(key).or_default().insert(&produced.code);
        }
    }
    for (key, codes) in codes {
        let lines = codes.into_iter().filter_map(|code| takers.get(code)).flatten().copied();
        let lines: BTreeSet<(usize, usize)> = lines.collect();
        let mut of_facility: BTreeMap<usize, i64> = BTreeMap::new();
        for (n, m) in lines {
            let limit = assessed.problem.facilities[n].lines[m].annual_g;
            *of_facility.entry(n).or_default() += limit;
        }
        let shared = |n: usize| assessed.problem.facilities[n].annual_limit_g.unwrap_or(i64::MAX);
        let all = of_facility.into_iter().map(|(n, lines)| lines.min(shared(n)));
        cells.entry(key).or_default().reachable += all.sum::<i64>();
    }
}

/// Permitted, used and idle mass of the lines of each cell, within what the lines of a facility
/// share.
fn licensed(assessed: &Assessed<'_>, by: &[Dimension], cells: &mut BTreeMap<Key, Figures>) {
    let made: BTreeSet<&str> =
        assessed.register.made.iter().map(|(_, code, _)| code.as_str()).collect();
    for (n, plant) in assessed.plants.iter().enumerate() {
        let flows = &assessed.optimum.used_g[n];
        let left = plant
            .annual_limit_g
            .map_or(i64::MAX, |shared| (shared - flows.iter().sum::<i64>()).max(0));
        let mut own: BTreeMap<Key, Figures> = BTreeMap::new();
        for (line, flow) in plant.lines.iter().zip(flows) {
            let used = plant.licence_id.map(|licence| (licence, line.line));
            let used = used.and_then(|line| assessed.facts.used.get(&line)).copied();
            for key in keys(by, plant, line, &made) {
                let figures = own.entry(key).or_default();
                figures.licensed += line.annual_g;
                figures.used += used.unwrap_or(0);
                figures.idle += line.annual_g - flow;
            }
        }
        for (key, figures) in own {
            let cell = cells.entry(key).or_default();
            cell.licensed += figures.licensed.min(plant.annual_limit_g.unwrap_or(i64::MAX));
            cell.used += figures.used;
            cell.idle += figures.idle.min(left);
        }
    }
}

/// The cells that a line has capacity for.
fn keys(by: &[Dimension], plant: &Plant, line: &PlantLine, made: &BTreeSet<&str>) -> BTreeSet<Key> {
    let division = plant.site.as_ref().map_or("", |site| &site.division);
    let of_category = |code: &&str| line.categories.iter().any(|one| one == category(code));
    let codes = line.codes.iter().map(String::as_str);
    let codes = codes.chain(made.iter().copied().filter(of_category));
    let mut keys: BTreeSet<Key> = codes.map(|code| key(by, division, code)).collect();
    if !by.contains(&Dimension::Code) {
        keys.extend(line.categories.iter().map(|category| Key {
            division: by.contains(&Dimension::Division).then(|| division.to_owned()),
            category: by.contains(&Dimension::Category).then(|| category.clone()),
            stream: by.contains(&Dimension::Stream).then(|| stream_of_category(category)),
            code: None,
        }));
    }
    keys
}
