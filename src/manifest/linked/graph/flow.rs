//! Masses through the graph: pure. Grams are split exactly; every split is by largest remainders.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::node::Node;
use super::store::Edge;
use crate::manifest::{Bond, Kind, Status};

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

/// The edges that go on from each line, by their place among the edges, and where to.
type Links = HashMap<Line, Vec<(usize, Line)>>;

/// What has become of mass that went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    UnderWay,
    Stored,
    Treated,
    Returned,
    Held,
    Lost,
    Missing,
    NotSent,
}

impl Fate {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Stored => "stored",
            Self::Treated => "treated",
            Self::Returned => "returned",
            Self::Held => "held",
            Self::Lost => "lost",
            Self::Missing => "missing",
            Self::NotSent => "not_sent",
        }
    }
}

/// What flowed through the graph from one manifest's lines.
#[derive(Debug, Default)]
pub struct Flow {
    /// Grams through each edge, in the order of the edges.
    pub through: Vec<i64>,
    /// Grams that end somewhere: from which line of the manifest asked for, where, and how.
    pub ends: BTreeMap<(i16, Line, Option<Fate>), i64>,
}

/// The lines that flow goes through, each after all that flow into it. An edge that would lead
/// back, which no filing can make, is left out.
fn in_order(start: &[Line], next: &Links) -> Vec<Line> {
    let mut seen: HashSet<Line> = HashSet::new();
    let mut order = Vec::new();
    for first in start {
        let mut stack = vec![(*first, false)];
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
    }
    order.reverse();
    order
}

/// A line's weights: of each edge that goes on from it, and of what ends there.
type Weights = (Vec<i64>, Vec<(Option<Fate>, i64)>);

fn flow(
    start: &[(Line, i64)],
    (edges, next): (&[Edge], &Links),
    weights: impl Fn(Line, &[(usize, Line)]) -> Weights,
) -> Flow {
    let mut flow = Flow { through: vec![0; edges.len()], ends: BTreeMap::new() };
    let none = Vec::new();
    for (first, mass) in start {
        let order = in_order(&[*first], next);
        let mut here: HashMap<Line, i64> = HashMap::from([(*first, *mass)]);
        for line in order {
            let Some(mass) = here.get(&line).copied().filter(|mass| *mass > 0) else { continue };
            let further = next.get(&line).unwrap_or(&none);
            let (mut weights, ends) = weights(line, further);
            weights.extend(ends.iter().map(|(_, weight)| *weight));
            let parts = split(mass, &weights);
            for ((edge, to), part) in further.iter().zip(&parts) {
                flow.through[*edge] += part;
                *here.entry(*to).or_insert(0) += part;
            }
            for ((fate, _), part) in ends.iter().zip(&parts[further.len()..]) {
                if *part > 0 {
                    *flow.ends.entry((first.1, line, *fate)).or_insert(0) += part;
                }
            }
        }
    }
    flow
}

fn links(edges: &[Edge], ends: impl Fn(&Edge) -> (Line, Line)) -> Links {
    let mut next: Links = HashMap::new();
    for (n, edge) in edges.iter().enumerate() {
        let (from, to) = ends(edge);
        next.entry(from).or_default().push((n, to));
    }
    next
}

/// Whose waste is in these lines: each part's end is the line that it began on.
pub fn upstream(start: &[(Line, i64)], edges: &[Edge], nodes: &HashMap<Uuid, Node>) -> Flow {
    let next = links(edges, |edge| (edge.to(), edge.from()));
    flow(start, (edges, &next), |line, further| {
        let sources: Vec<i64> = further.iter().map(|(edge, _)| edges[*edge].mass_g).collect();
        let shipped = nodes.get(&line.0).map_or(0, |node| node.shipped(line.1));
        let own = (shipped - sources.iter().sum::<i64>()).max(0);
        (sources, vec![(None, own)])
    })
}

/// Where the waste of these lines is now.
pub fn downstream(start: &[(Line, i64)], edges: &[Edge], nodes: &HashMap<Uuid, Node>) -> Flow {
    let next = links(edges, |edge| (edge.from(), edge.to()));
    flow(start, (edges, &next), |line, further| {
        let gone: Vec<i64> = further.iter().map(|(edge, _)| edges[*edge].mass_g).collect();
        let of = |onward: bool| -> i64 {
            let those = further.iter().map(|(edge, _)| &edges[*edge]);
            those.filter(|edge| (edge.bond == Bond::Onward) == onward).map(|edge| edge.mass_g).sum()
        };
        let ends = nodes.get(&line.0).map(|node| fates(node, line.1, of(true), of(false)));
        (gone, ends.unwrap_or_default())
    })
}

/// What has become of a line's mass, but for what other manifests took.
fn fates(node: &Node, line: i16, sent_on: i64, sent_back: i64) -> Vec<(Option<Fate>, i64)> {
    let shipped = node.shipped(line);
    let progress = node.progress(line);
    let (accepted, refused) = (progress.accepted_g.0, progress.refused_g.0);
    let (lost, treated) = (progress.lost_g.0, progress.treated_g.0);
    let ends = if node.status == Status::Cancelled {
        vec![(Fate::NotSent, shipped)]
    } else if !node.is_received() {
        vec![(Fate::UnderWay, shipped - lost), (Fate::Lost, lost)]
    } else {
        // Nothing is treated or sent on under a return: it is in its producer's ledger.
        let is_home = node.filed.kind == Kind::Return.as_str();
        let here = if is_home { Fate::Returned } else { Fate::Stored };
        vec![
            (here, accepted - treated - sent_on),
            (Fate::Treated, treated),
            (Fate::Held, refused - sent_back),
            (Fate::Lost, lost),
            (Fate::Missing, shipped - accepted - refused - lost),
        ]
    };
    ends.into_iter().map(|(fate, mass)| (Some(fate), mass.max(0))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        /// Nothing is made or lost, and no part is a gram or more off.
        #[test]
        fn a_split_is_exact(whole in 0..1_000_000_000_000i64,
                            weights in prop::collection::vec(0..1_000_000_000_000i64, 1..40)) {
            let parts = split(whole, &weights);
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            if total > 0 {
                prop_assert_eq!(parts.iter().sum::<i64>(), whole);
                for (part, weight) in parts.iter().zip(&weights) {
                    let off = i128::from(*part) * total - i128::from(whole) * i128::from(*weight);
                    prop_assert!(off.abs() < total);
                }
            }
        }
    }

    fn id(n: u8) -> Uuid {
        Uuid::from_bytes([n; 16])
    }

    /// A received manifest of one line: shipped, accepted, refused, treated.
    fn node(n: u8, shipped: i64, accepted: i64, refused: i64, treated: i64) -> (Uuid, Node) {
        let party = json!({"organisation_id": id(n), "name": "x", "uscc": "x", "site_name": "x",
            "division": "01", "region_code": "659002"});
        let state = json!({"status": "accepted", "filed_at": "2026-12-01T00:00:00Z",
            "received": {},
            "filed": {"number": "1", "stream": "hazardous", "kind": "manifest", "producer": party,
                "receiver": party, "legs": [],
                "items": [{"line": 1, "waste_code": "900-249-08", "mass_g": shipped}]},
            "progress": [{"accepted_g": accepted, "refused_g": refused, "lost_g": 0,
                "treated_g": treated}]});
        (id(n), serde_json::from_value(state).unwrap())
    }

    fn edge(from: u8, to: u8, mass_g: i64) -> Edge {
        Edge {
            from_id: id(from),
            from_line: 1,
            to_id: id(to),
            to_line: 1,
            bond: Bond::Onward,
            mass_g,
        }
    }

    /// Two loads are put together, a third of it is sent on, and half of that treated.
    #[test]
    fn what_was_put_together_goes_on_in_proportion() {
        let nodes = HashMap::from([
            node(1, 60, 60, 0, 0),
            node(2, 30, 30, 0, 0),
            node(3, 90, 90, 0, 0),
            node(4, 30, 20, 10, 10),
        ]);
        let edges = [edge(1, 3, 60), edge(2, 3, 30), edge(3, 4, 30)];
        let up = upstream(&[((id(4), 1), 30)], &edges, &nodes);
        let wanted = BTreeMap::from([((1, (id(1), 1), None), 20), ((1, (id(2), 1), None), 10)]);
        assert_eq!((up.ends, up.through), (wanted, vec![20, 10, 30]));
        let down = downstream(&[((id(1), 1), 60)], &edges, &nodes);
        let end = |n: u8, fate: Fate, mass: i64| ((1, (id(n), 1), Some(fate)), mass);
        let wanted = BTreeMap::from([
            end(3, Fate::Stored, 40),
            // Of 20 g that went on, 20/30 were accepted and half of those treated.
            end(4, Fate::Stored, 7),
            end(4, Fate::Treated, 7),
            end(4, Fate::Held, 6),
        ]);
        assert_eq!((down.ends, down.through), (wanted, vec![60, 0, 20]));
    }

    proptest! {
        /// Through whatever layers, what goes in is what comes out.
        #[test]
        fn no_gram_is_made_or_lost(masses in prop::collection::vec(1..10_000i64, 2..30), picks in any::<u64>()) {
            let count = masses.len();
            let mut nodes = HashMap::new();
            let mut left = Vec::new();
            let mut edges: Vec<Edge> = Vec::new();
            for (n, own) in masses.iter().enumerate() {
                let mut shipped = *own;
                for (from, left) in left.iter_mut().enumerate() {
                    if (picks >> ((n * 7 + from) % 64)) & 1 == 1 && *left > 1 {
                        let part = *left / 2;
                        *left -= part;
                        shipped += part;
                        edges.push(edge(from as u8 + 1, n as u8 + 1, part));
                    }
                }
                let (refused, missing) = (shipped / 7, shipped / 11);
                let accepted = shipped - refused - missing;
                nodes.extend([node(n as u8 + 1, shipped, accepted, refused, 0)]);
                left.push(accepted);
            }
            for n in 1..=count as u8 {
                let start = [((id(n), 1), nodes[&id(n)].shipped(1))];
                for flow in [upstream(&start, &edges, &nodes), downstream(&start, &edges, &nodes)] {
                    prop_assert_eq!(flow.ends.values().sum::<i64>(), start[0].1);
                }
            }
        }
    }
}
