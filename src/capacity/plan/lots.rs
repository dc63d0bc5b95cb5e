//! The problem as the solver sees it: mass that is the same to the optimum is one lot.
//!
//! Which lines take a code is all that tells codes apart, and where a source stands all that tells
//! sources apart. So codes that the same lines take are one class, sources at one place are one
//! row of the table of distances, and a lot is what one row has of one class.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::problem::{Facility, Matching, Place, distance};

/// Part of a lot: what one source produced of one code.
#[derive(Clone, Copy, Debug)]
pub struct Member<'p> {
    pub source: usize,
    pub code: &'p str,
    /// Its place among all codes that are produced, in ascending order.
    pub rank: u32,
    pub grams: i64,
}

/// Mass of one class at one place, in grams (more than 0).
#[derive(Clone, Debug)]
pub struct Lot {
    pub row: usize,
    pub class: usize,
    pub grams: i64,
    pub members: Range<usize>,
}

/// A licence line among all lines of the problem, which are numbered facility by facility.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub facility: usize,
    /// Its place among the lines of its facility.
    pub number: usize,
    pub limit_g: i64,
    /// Mass could flow through it: neither it nor its facility is limited to nothing.
    pub is_open: bool,
}

/// Everything that the optimum depends on, by number.
#[derive(Debug)]
pub struct Lots<'p> {
    pub each: Vec<Lot>,
    pub members: Vec<Member<'p>>,
    /// Mass that no line may take, whatever its limit.
    pub homeless: Vec<Member<'p>>,
    pub lines: Vec<Line>,
    /// The shared limit of each facility in grams: `i64::MAX` where there is none.
    pub facility_limits: Vec<i64>,
    /// The lines that take each class, in ascending order.
    pub classes: Vec<Vec<usize>>,
    /// Kilometres from each place to each facility, row by row.
    pub km: Vec<f64>,
}

impl<'p> Lots<'p> {
    pub fn of(problem: &'p Matching) -> Self {
        let lines = lines(&problem.facilities);
        let (classes, class_of) = classes(&problem.facilities);
        let (row_of, places) = rows(problem);
        let produced = Produce::of(problem);
        let ranks = produced.codes.iter();
        let class_of: Vec<_> = ranks.map(|code| class_of.get(code).copied()).collect();
        // Row by row, so that what each class has found is in the order of rows, sources and codes.
        let mut order: Vec<(usize, usize)> = row_of.into_iter().zip(0..).collect();
        order.sort_unstable();
        let mut found: Vec<Vec<(usize, Member<'p>)>> = vec![Vec::new(); classes.len()];
        let mut homeless = Vec::new();
        let mut sums = Vec::new();
        for (row, source) in order {
            produced.sum(source, &mut sums);
            for (rank, grams) in &sums {
                let (code, class) = (produced.codes[*rank as usize], class_of[*rank as usize]);
                let member = Member { source, code, rank: *rank, grams: *grams };
                match class {
                    Some(class) => found[class].push((row, member)),
                    None => homeless.push(member),
                }
            }
        }
        let (mut each, mut members): (Vec<Lot>, Vec<Member>) = (Vec::new(), Vec::new());
        for (class, found) in found.into_iter().enumerate() {
            for together in found.chunk_by(|a, b| a.0 == b.0) {
                let from = members.len();
                members.extend(together.iter().map(|(_, member)| *member));
                let grams = members[from..].iter().map(|member| member.grams).sum();
                let row = together[0].0;
                each.push(Lot { row, class, grams, members: from..members.len() });
            }
        }
        let sites = problem.facilities.iter();
        let km = |from: Place| {
            sites.clone().map(move |site| distance(from, site.place) + site.further_km)
        };
        Self {
            each,
            members,
            homeless,
            lines,
            facility_limits: sites.clone().map(limit).collect(),
            classes,
            km: places.iter().copied().flat_map(km).collect(),
        }
    }
}

impl Lots<'_> {
    /// The same on a coarser map: every so many neighbouring lots of a class are one, where the
    /// middle one of them is. It has no members, since it is not the plan that is wanted of it.
    pub fn coarser(&self, by: usize) -> Self {
        let mut each = Vec::with_capacity(self.each.len() / by + self.classes.len());
        for class in self.each.chunk_by(|a, b| a.class == b.class) {
            for near in class.chunks(by) {
                let grams = near.iter().map(|lot| lot.grams).sum();
                let Lot { row, class, .. } = near[near.len() / 2];
                each.push(Lot { row, class, grams, members: 0..0 });
            }
        }
        Self {
            each,
            members: Vec::new(),
            homeless: Vec::new(),
            lines: self.lines.clone(),
            facility_limits: self.facility_limits.clone(),
            classes: self.classes.clone(),
            km: Vec::new(),
        }
    }
}

fn limit(facility: &Facility) -> i64 {
    facility.annual_limit_g.map_or(i64::MAX, |grams| grams.max(0))
}

fn lines(facilities: &[Facility]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (number, facility) in facilities.iter().enumerate() {
        for (own, line) in facility.lines.iter().enumerate() {
            let limit_g = line.annual_g.max(0);
            let is_open = limit_g > 0 && limit(facility) > 0;
            lines.push(Line { facility: number, number: own, limit_g, is_open });
        }
    }
    lines
}

/// The sets of lines that take some code, and which of them each code has.
fn classes(facilities: &[Facility]) -> (Vec<Vec<usize>>, HashMap<&str, usize>) {
    let mut takers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let lines = facilities.iter().flat_map(|facility| &facility.lines);
    for (number, line) in lines.enumerate() {
        for code in &line.codes {
            let takers = takers.entry(code).or_default();
            if takers.last() != Some(&number) {
                takers.push(number);
            }
        }
    }
    let mut numbers: BTreeMap<&[usize], usize> = BTreeMap::new();
    let mut classes = Vec::new();
    let mut class_of = HashMap::new();
    for (code, lines) in &takers {
        let class = *numbers.entry(lines).or_insert_with(|| {
            classes.push(lines.clone());
            classes.len() - 1
        });
        class_of.insert(*code, class);
    }
    (classes, class_of)
}

/// Which place each source stands at, and all places, each once.
fn rows(problem: &Matching) -> (Vec<usize>, Vec<Place>) {
    let place = |source: &usize| problem.sources[*source].place;
    let near: Vec<u64> = problem.sources.iter().map(|source| along(source.place)).collect();
    let mut order: Vec<usize> = (0..problem.sources.len()).collect();
    order.sort_by(|a, b| {
        let near = near[*a].cmp(&near[*b]);
        let (a, b) = (place(a), place(b));
        near.then(a.lon.total_cmp(&b.lon)).then(a.lat.total_cmp(&b.lat))
    });
    let mut row_of = vec![0; order.len()];
    let mut places: Vec<Place> = Vec::new();
    for source in order {
        if places.last() != Some(&place(&source)) {
            places.push(place(&source));
        }
        row_of[source] = places.len() - 1;
    }
    (row_of, places)
}

/// How far along a curve that runs through all the map, quarter by quarter (G. M. Morton, 1966), so
/// that what is near on it is near on the map.
fn along(place: Place) -> u64 {
    let sixteenths = |part: f64| (part * 65_535.0) as u16;
    let (east, north) = (sixteenths(place.lon / 360.0 + 0.5), sixteenths(place.lat / 180.0 + 0.5));
    (0..16).fold(0, |key, bit| {
        let pair = u64::from(east >> bit & 1) << 1 | u64::from(north >> bit & 1);
        key | pair << (2 * bit)
    })
}

/// What all sources produced, by number: to sort and to look up tens of thousands of texts takes
/// as long as to move all that they stand for.
struct Produce<'p> {
    /// All codes, each once, in ascending order.
    codes: Vec<&'p str>,
    /// The place among these and the mass of each item, source by source.
    items: Vec<(u32, i64)>,
    /// Where the items of each source end.
    ends: Vec<usize>,
}

impl<'p> Produce<'p> {
    fn of(problem: &'p Matching) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut codes: Vec<&str> = Vec::new();
        let (mut items, mut ends) = (Vec::new(), Vec::with_capacity(problem.sources.len()));
        for source in &problem.sources {
            // Most sources list the same codes in the same order: then each follows the last.
            let mut next = 0;
            for one in source.produced.iter().filter(|one| one.grams > 0) {
                let code = one.code.as_str();
                let number = if codes.get(next) == Some(&code) {
                    next as u32
                } else {
                    *numbers.entry(code).or_insert_with(|| {
                        codes.push(code);
                        codes.len() as u32 - 1
                    })
                };
                items.push((number, one.grams));
                next = number as usize + 1;
            }
            ends.push(items.len());
        }
        let mut order: Vec<u32> = (0..codes.len() as u32).collect();
        order.sort_unstable_by_key(|number| codes[*number as usize]);
        let mut ranks = vec![0; codes.len()];
        for (rank, number) in (0..).zip(&order) {
            ranks[*number as usize] = rank;
        }
        for (number, _) in &mut items {
            *number = ranks[*number as usize];
        }
        let codes = order.into_iter().map(|number| codes[number as usize]).collect();
        Self { codes, items, ends }
    }

    /// What a source produced, in the order of its codes, each once and more than nothing.
    fn sum(&self, source: usize, sums: &mut Vec<(u32, i64)>) {
        let from = source.checked_sub(1).map_or(0, |before| self.ends[before]);
        sums.clear();
        sums.extend(&self.items[from..self.ends[source]]);
        sums.sort_unstable();
        sums.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            kept.1 += if is_same { later.1 } else { 0 };
            is_same
        });
    }
}
