//! What is answered, and the way back from lots to sources and codes.

use super::lots::{Lots, Member};
use super::simplex::Simplex;
use super::tree::SINK;

/// The optimum. The same problem always has the same one, though other plans may be as good.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<'p> {
    /// More than nothing each; ordered by source, facility, line and code.
    pub flows: Vec<Flow<'p>>,
    /// More than nothing each; ordered by source and code.
    pub unmet: Vec<Unmet<'p>>,
    /// Grams that go to each line of each facility.
    pub used_g: Vec<Vec<i64>>,
    /// Limits that are used up, by facility: its lines, then its shared limit. Empty unless asked
    /// for.
    pub binding: Vec<Binding>,
    /// Grams that go nowhere.
    pub unmet_g: i64,
    /// Tonne-kilometres of all flows, to six decimals.
    pub tonne_km: f64,
}

/// Mass of one code from a source to a line. Source, facility and line by their place in the
/// problem, the line among those of its facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow<'p> {
    pub source: usize,
    pub facility: usize,
    pub line: usize,
    pub code: &'p str,
    pub grams: i64,
}

/// Mass that no line takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmet<'p> {
    pub source: usize,
    pub code: &'p str,
    pub grams: i64,
}

/// A limit that is used up, and what the optimum gains per kilogram that it alone grows. At a kink
/// this is the right-hand derivative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    pub facility: usize,
    /// `None` for the limit that the facility's lines share.
    pub line: Option<usize>,
    /// 0 or 1.
    pub saves_unmet_kg_per_kg: i64,
    /// In tonne-kilometres, to nine decimals; negative where more is served and so driven.
    pub saves_tonne_km_per_kg: f64,
    /// The same exactly, in the solver's own units of distance per gram.
    pub(super) saved_units: i64,
}

/// Gives every source and code its share of what the lots do.
pub fn plan<'p>(simplex: &Simplex<'_, 'p>, binding: Vec<Binding>) -> Plan<'p> {
    let lots: &Lots<'p> = simplex.lots;
    let facilities = lots.facility_limits.len();
    let unmet = |member: &Member<'p>| Unmet {
        source: member.source,
        code: member.code,
        grams: member.grams,
    };
    // Sorted by numbers: to compare tens of thousands of texts takes far longer.
    let key = |member: &Member| (member.source, 0, member.rank);
    let mut nowhere: Vec<_> = lots.homeless.iter().map(|one| (key(one), unmet(one))).collect();
    let mut flows = Vec::with_capacity(lots.members.len());
    let mut gram_km = 0.0;
    let parts = simplex.parts();
    let mut shares = Vec::new();
    for parts in parts.chunk_by(|a, b| a.0 == b.0) {
        let lot = &lots.each[parts[0].0];
        deal(parts, &lots.members[lot.members.clone()], &mut shares);
        for (at, member) in shares.drain(..) {
            if at == SINK {
                nowhere.push((key(&member), unmet(&member)));
                continue;
            }
            let number = at - 1 - facilities;
            let line = lots.lines[number];
            gram_km += member.grams as f64 * lots.km[lot.row * facilities + line.facility];
            let Member { source, code, rank, grams } = member;
            let (facility, line) = (line.facility, line.number);
            flows.push(((source, number, rank), Flow { source, facility, line, code, grams }));
        }
    }
    let (flows, nowhere) = (in_order(&flows), in_order(&nowhere));
    let mut used_g = vec![Vec::new(); facilities];
    for (number, line) in lots.lines.iter().enumerate() {
        used_g[line.facility].push(simplex.through(simplex.node(number)));
    }
    let unmet_g = nowhere.iter().map(|one| one.grams).sum();
    // A gram-kilometre is a millionth of a tonne-kilometre.
    let tonne_km = gram_km.round() / 1e6;
    Plan { flows, unmet: nowhere, used_g, binding, unmet_g, tonne_km }
}

/// Everything in the order of its keys: source, line, code. No two have the same. Only the keys are
/// moved around.
fn in_order<T: Copy>(keyed: &[((usize, usize, u32), T)]) -> Vec<T> {
    let key = |(source, line, rank): (usize, usize, u32)| {
        (source as u128) << 64 | (line as u128) << 32 | u128::from(rank)
    };
    let numbered = keyed.iter().enumerate();
    let mut order: Vec<(u128, usize)> = numbered.map(|(at, (own, _))| (key(*own), at)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, at)| keyed[at].1).collect()
}

/// Deals the parts of a lot out to its members, each in their order: both add up to the same.
fn deal<'p>(
    parts: &[(usize, usize, i64)],
    members: &[Member<'p>],
    shares: &mut Vec<(usize, Member<'p>)>,
) {
    let mut members = members.iter().copied();
    let mut member = members.next();
    for (_, at, grams) in parts {
        let mut left = *grams;
        while let Some(whole) = member.filter(|_| left > 0) {
            let grams = whole.grams.min(left);
            shares.push((*at, Member { grams, ..whole }));
            left -= grams;
            let rest = Member { grams: whole.grams - grams, ..whole };
            member = if rest.grams > 0 { Some(rest) } else { members.next() };
        }
    }
}
