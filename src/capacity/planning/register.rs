//! The register's problem: what was produced in a year, and who is licensed to take it. Pure.
//!
//! What a site treated itself is not waste that has to go anywhere; corrections count as
//! production.
//! A licence line takes its codes and, of its categories, whatever somebody produces; its mass is
//! the permitted one with the licence's factor, as accounts have it.
//!
//! A border is a border for codes: where the setting counts one, the solver knows a code of one
//! side as another than the same code of the other side, and a facility takes both only where an
//! approval is in force in the year (its mass is no limit of the plan).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::capacity::plan::{Facility, FacilityLine, Matching, Place, Produced, Source};
use crate::catalogue::{Catalogue, Stream, WasteCode};
use crate::config::Borders;
use crate::ids::{LicenceId, SiteId};
use crate::registry::{Licence, LicenceStatus, Site, side};
use crate::units::Grams;

/// What a plan is made of, as it stood at one moment.
#[derive(Debug)]
pub struct Register {
    /// The size of the log then.
    pub events: i64,
    pub sites: HashMap<SiteId, Site>,
    /// In the order of sites.
    pub made: Vec<Made>,
    /// Those that are suspended included.
    pub licences: Vec<Licence>,
    pub approved: Approved,
}

/// What a site made of a code in the year and did not treat, more than nothing.
pub type Made = (SiteId, String, Grams);

/// A facility of the plan: of the register, changed or not, or one that is not there yet.
#[derive(Clone, Debug)]
pub struct Plant {
    /// As flows name it.
    pub id: String,
    /// `None` for one that is not there yet.
    pub licence_id: Option<LicenceId>,
    pub is_running: bool,
    pub name: String,
    /// `None` for one that is not there yet: no border is between it and anybody.
    pub site: Option<Site>,
    pub place: Place,
    pub annual_limit_g: Option<i64>,
    pub lines: Vec<PlantLine>,
}

#[derive(Clone, Debug)]
pub struct PlantLine {
    pub line: i64,
    pub codes: Vec<String>,
    /// `HW08`, or `CY` for all kitchen waste.
    pub categories: Vec<String>,
    pub annual_g: i64,
}

/// Pairs of sites (from, to) between which an approval is in force on a day of the year.
pub type Approved = BTreeSet<(SiteId, SiteId)>;

/// Between a code and the side of a border that it is produced on.
const OF_SIDE: char = '@';

/// A code as people know it.
pub fn plain(code: &str) -> &str {
    code.split_once(OF_SIDE).map_or(code, |(code, _)| code)
}

/// Where a site stands: its own place, or its division's seat. The corps' own bodies are in none.
pub fn place(site: &Site, catalogue: &Catalogue) -> Place {
    let degrees = |millionths: i64| millionths as f64 / 1e6;
    let own = site.location.map(|place| (degrees(place.lon_e6), degrees(place.lat_e6)));
    let seat = || catalogue.division(&site.division).map(|one| (one.seat_lon, one.seat_lat));
    let (lon, lat) = own.or_else(seat).unwrap_or(OUTSIDE);
    Place { lon, lat }
}

/// Urumqi, for what names neither its place nor a division: the corps' headquarters are there.
const OUTSIDE: (f64, f64) = (87.617, 43.793);

/// The category that a licence names a code by.
pub fn category(code: &str) -> &'static str {
    let category = WasteCode::parse(code).ok().and_then(|code| code.category());
    category.map_or("CY", crate::catalogue::Category::as_str)
}

fn crosses_freely(code: &str) -> bool {
    WasteCode::parse(code).is_ok_and(|code| code.stream() == Stream::Kitchen)
}

impl Register {
    /// The licences as plants, in their order.
    pub fn plants(&self, catalogue: &Catalogue) -> Vec<Plant> {
        self.licences.iter().filter_map(|licence| self.plant(licence, catalogue)).collect()
    }

    fn plant(&self, licence: &Licence, catalogue: &Catalogue) -> Option<Plant> {
        let site = self.sites.get(&licence.site_id)?;
        let lines = licence.lines.iter().map(|line| PlantLine {
            line: line.line,
            codes: line.waste_codes.clone(),
            categories: line.categories.clone(),
            annual_g: licence.with_factor(line.annual_g),
        });
        Some(Plant {
            id: licence.id.to_string(),
            licence_id: Some(licence.id),
            is_running: licence.status == LicenceStatus::Active,
            name: site.name.clone(),
            site: Some(site.clone()),
            place: place(site, catalogue),
            annual_limit_g: licence.annual_limit_g.map(|mass| licence.with_factor(mass)),
            lines: lines.collect(),
        })
    }

    /// The problem.
    pub fn matching(&self, plants: &[Plant], borders: Borders, catalogue: &Catalogue) -> Matching {
        let sides = Sides::of(self, borders);
        let mut sources: Vec<Source> = Vec::new();
        for (site, code, mass) in &self.made {
            let Some(site) = self.sites.get(site) else { continue };
            let id = site.id.to_string();
            let produced = Produced { code: sides.known(site, code), grams: mass.0 };
            if sources.last().is_none_or(|source| source.id != id) {
                let place = place(site, catalogue);
                sources.push(Source { id, place, produced: Vec::new() });
            }
            if let Some(source) = sources.last_mut() {
                source.produced.push(produced);
            }
        }
        let facilities = plants.iter().map(|plant| facility(plant, &sides)).collect();
        Matching { sources, facilities }
    }
}

/// Which codes of which side the solver knows, and who may take them.
struct Sides<'a> {
    borders: Borders,
    approved: &'a Approved,
    /// Of each code, the sides it is produced on, with a site that is on it.
    of_code: BTreeMap<&'a str, BTreeMap<String, &'a Site>>,
}

impl<'a> Sides<'a> {
    fn of(register: &'a Register, borders: Borders) -> Self {
        let approved = &register.approved;
        let mut sides = Self { borders, approved, of_code: BTreeMap::new() };
        for (site, code, _) in &register.made {
            let Some(site) = register.sites.get(site) else { continue };
            let side = sides.label(site, code);
            sides.of_code.entry(code).or_default().entry(side).or_insert(site);
        }
        sides
    }

    /// The side of a site; a site that has approvals is one of its own.
    fn label(&self, site: &Site, code: &str) -> String {
        if crosses_freely(code) {
            return String::new();
        }
        let (province, is_corps) = side(self.borders, &site.division, &site.region_code);
        let own = (site.id, SiteId::of(uuid::Uuid::nil()));
        let has_approvals = self.approved.range(own..).next().is_some_and(|one| one.0 == own.0);
        let own = if has_approvals { site.id.to_string() } else { String::new() };
        format!("{province}{}{own}", if is_corps { "+" } else { "" })
    }

    fn known(&self, site: &Site, code: &str) -> String {
        format!("{code}{OF_SIDE}{}", self.label(site, code))
    }

    /// A code of every side that a plant may take it from.
    fn taken(&self, plant: &Plant, code: &str) -> Vec<String> {
        let sides = self.of_code.get(code).into_iter().flatten();
        let open = sides.filter(|(_, from)| self.is_open(from, plant.site.as_ref(), code));
        open.map(|(side, _)| format!("{code}{OF_SIDE}{side}")).collect()
    }

    fn is_open(&self, from: &Site, to: Option<&Site>, code: &str) -> bool {
        to.is_none_or(|to| {
            let [here, there] =
                [from, to].map(|site| side(self.borders, &site.division, &site.region_code));
            crosses_freely(code) || here == there || self.approved.contains(&(from.id, to.id))
        })
    }
}

fn facility(plant: &Plant, sides: &Sides<'_>) -> Facility {
    let line = |line: &PlantLine| {
        let mut codes: BTreeSet<&str> = line.codes.iter().map(String::as_str).collect();
        let made = sides.of_code.keys().copied();
        codes.extend(made.filter(|code| line.categories.iter().any(|one| one == category(code))));
        FacilityLine {
            line: line.line,
            codes: codes.into_iter().flat_map(|code| sides.taken(plant, code)).collect(),
            annual_g: line.annual_g,
        }
    };
    Facility {
        id: plant.id.clone(),
        place: plant.place,
        further_km: 0.0,
        annual_limit_g: plant.annual_limit_g,
        lines: plant.lines.iter().map(line).collect(),
    }
}
