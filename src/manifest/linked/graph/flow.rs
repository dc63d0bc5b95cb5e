//! Masses through the graph: pure. Grams are split exactly; every split is by largest remainders.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::node::Node;
use super::store::Edge;
use crate::manifest::{Kind, Status};

/// A line of a manifest.
pub type Line = (Uuid, i16);

/// Splits `whole` grams in proportion to `weights`, to the gram: the parts add up to it. What the
/// rounding leaves goes to the largest remainders, the first of equals.
pub fn split(whole: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total <= 0 {
        return vec![0; weights.len()];
    }
    let share = |weight: &i64| i128::from(whole) * i128::from(*weight);
    let mut parts: Vec<i128> = weights.iter().map(|weight| share(weight) / total).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|n| std::cmp::Reverse(share(&weights[*n]) % total));
    let left = i128::from(whole) - parts.iter().sum::<i128>();
    for n in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[n] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(0)).collect()
}

/// Where flow ends: what became of mass that went no further, or how it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It began there, as its sender's own.
    Own,
    UnderWay,
    Stored,
    Treated,
    Returned,
    Held,
    Lost,
    Missing,
    NotSent,
    /// It goes on from there, beyond what was read of the graph.
    Further,
}

impl End {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::UnderWay => "under_way",
            Self::Stored => "stored",
            Self::Treated => "treated",
            Self::Returned => "returned",
            Self::Held => "held",
            Self::Lost => "lost",
            Self::Missing => "missing",
            Self::NotSent => "not_sent",
            Self::Further => "further",
        }
    }
}

/// What flowed through the graph from one manifest's lines.
#[derive(Debug, Default)]
pub struct Flow {
    /// Grams through each edge, in the order of the edges.
    pub through: Vec<i64>,
    /// Grams that end somewhere: from which line of the manifest asked for, where, and how.
    pub ends: BTreeMap<(i16, Line, End), i64>,
}

/// The edges that go on from each line, by their place among the edges, and where to.
type Links = HashMap<Line, Vec<(usize, Line)>>;

/// The lines that flow goes through, each after all that flow into it.
fn in_order(start: Line, next: &Links) -> Vec<Line> {
    let mut seen: HashSet<Line> = HashSet::new();
    let mut order = Vec::new();
    let mut stack = vec![(start, false)];
    while let Some((line, is_left)) = stack.pop() {
        if is_left {
            order.push(line);
            continue;
        }
        if !seen.insert(line) {
            continue;
        }
        stack.push((line, true));
        let further = next.get(&line).into_iter().flatten();
        let open = further.filter(|(_, to)| !seen.contains(to));
        stack.extend(open.map(|(_, to)| (*to, false)));
    }
    order.reverse();
    order
}

/// What is known of a line that mass has come to.
struct Division {
    /// What it counts as there, of so much that was declared: `(counted, declared)`.
    counted: (i64, i64),
    /// Its parts that go no further.
    ends: Vec<(End, i64)>,
}

/// Lets each line's mass flow to its end. `division` says how a line's mass is divided between the
/// edges it is given and all else.
fn flow(
    start: &[(Line, i64)],
    (edges, next): (&[Edge], &Links),
    division: impl Fn(Line, &[&Edge]) -> Division,
) -> Flow {
    let mut flow = Flow { through: vec![0; edges.len()], ends: BTreeMap::new() };
    for (first, mass) in start {
        let order = in_order(*first, next);
        let rank: HashMap<Line, usize> = order.iter().copied().zip(0..).collect();
        let mut here: HashMap<Line, i64> = HashMap::from([(*first, *mass)]);
        for line in order {
            let Some(came) = here.get(&line).copied().filter(|mass| *mass > 0) else { continue };
            // An edge that led back, which no filing can make, would go round for ever.
            let leads_on = |(_, to): &&(usize, Line)| rank.get(to) > rank.get(&line);
            let further = next.get(&line).into_iter().flatten().filter(leads_on);
            let further: Vec<(usize, Line)> = further.copied().collect();
            let taken: Vec<&Edge> = further.iter().map(|(edge, _)| &edges[*edge]).collect();
            let Division { counted, ends } = division(line, &taken);
            let mut weights: Vec<i64> = taken.iter().map(|edge| edge.mass_g).collect();
            weights.extend(ends.iter().map(|(_, weight)| *weight));
            let parts = split(in_proportion(came, counted), &weights);
            for ((edge, to), part) in further.iter().zip(&parts) {
                flow.through[*edge] += part;
                *here.entry(*to).or_insert(0) += part;
            }
            for ((end, _), part) in ends.iter().zip(&parts[further.len()..]) {
                if *part > 0 {
                    *flow.ends.entry((first.1, line, *end)).or_insert(0) += part;
                }
            }
        }
    }
    flow
}

/// `mass` of what was declared, as what it counts: to the nearest gram.
fn in_proportion(mass: i64, (counted, declared): (i64, i64)) -> i64 {
    if declared <= 0 || counted == declared {
        return mass;
    }
    let (mass, counted, declared) = (i128::from(mass), i128::from(counted), i128::from(declared));
    i64::try_from((2 * mass * counted + declared) / (2 * declared)).unwrap_or(i64::MAX)
}

fn links(edges: &[Edge], ends: impl Fn(&Edge) -> (Line, Line)) -> Links {
    let mut next = Links::new();
    for (n, edge) in edges.iter().enumerate() {
        let (from, to) = ends(edge);
        next.entry(from).or_default().push((n, to));
    }
    next
}

/// Whose waste is in these lines: each part's end is the line that it began on. In one that was
/// cancelled there is none.
pub fn upstream(start: &[(Line, i64)], edges: &[Edge], nodes: &HashMap<Uuid, Node>) -> Flow {
    let next = links(edges, |edge| (edge.to(), edge.from()));
    let is_sent = |id: &Uuid| nodes.get(id).is_some_and(|node| node.status != Status::Cancelled);
    let start: Vec<(Line, i64)> =
        start.iter().filter(|(line, _)| is_sent(&line.0)).copied().collect();
    flow(&start, (edges, &next), |line, taken| {
        let found: i64 = taken.iter().map(|edge| edge.mass_g).sum();
        let node = nodes.get(&line.0);
        let (shipped, came) = node.map_or((0, 0), |node| (node.shipped(line.1), node.came(line.1)));
        let ends = vec![(End::Own, shipped - came), (End::Further, came - found)];
        Division { counted: (shipped, shipped), ends: not_negative(ends) }
    })
}

/// Where the waste of these lines is now. Where more was found at a gate than was declared, all of
/// it counts, and each part of it in proportion.
pub fn downstream(start: &[(Line, i64)], edges: &[Edge], nodes: &HashMap<Uuid, Node>) -> Flow {
    let next = links(edges, |edge| (edge.from(), edge.to()));
    flow(start, (edges, &next), |line, taken| {
        let Some(node) = nodes.get(&line.0) else {
            return Division { counted: (0, 0), ends: vec![(End::Further, 1)] };
        };
        let left = [true, false].map(|onward| node.left(line.1, onward));
        let mut ends = fates(node, line.1, left);
        let found: i64 = taken.iter().map(|edge| edge.mass_g).sum();
        ends.push((End::Further, left.iter().sum::<i64>() - found));
        let ends = not_negative(ends);
        let counted = found + ends.iter().map(|(_, mass)| mass).sum::<i64>();
        Division { counted: (counted, node.shipped(line.1)), ends }
    })
}

fn not_negative(ends: Vec<(End, i64)>) -> Vec<(End, i64)> {
    ends.into_iter().map(|(end, mass)| (end, mass.max(0))).collect()
}

/// What has become of a line's mass, but for what other manifests took.
fn fates(node: &Node, line: i16, [sent_on, sent_back]: [i64; 2]) -> Vec<(End, i64)> {
    let shipped = node.shipped(line);
    let progress = node.progress(line);
    let (accepted, refused) = (progress.accepted_g.0, progress.refused_g.0);
    let (lost, treated) = (progress.lost_g.0, progress.treated_g.0);
    if node.status == Status::Cancelled {
        return vec![(End::NotSent, shipped)];
    }
    if !node.is_received() {
        return vec![(End::UnderWay, shipped - lost), (End::Lost, lost)];
    }
    // Nothing is treated under a return: what has not left again is in its producer's ledger.
    let is_home = node.filed.kind == Kind::Return.as_str();
    let here = if is_home { End::Returned } else { End::Stored };
    vec![
        (here, accepted - treated - sent_on),
        (End::Treated, treated),
        (End::Held, refused - sent_back),
        (End::Lost, lost),
        (End::Missing, shipped - accepted - refused - lost),
    ]
}

#[cfg(test)]
mod tests;
