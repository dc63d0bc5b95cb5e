//! A proof of optimality from the flows alone: no way round the residual network is cheaper than
//! standing still. Exact, by Bellman and Ford, over every source, code, line and facility.

use std::collections::BTreeMap;

use super::super::{Matching, Plan, distance};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node<'p> {
    Supply(usize, &'p str),
    Line(usize, usize),
    Facility(usize),
    Sink,
}

/// A gram unmet, and the distance in units: compared in this order.
type Cost = (i64, i128);

/// Distances in whole units, as the solver under test rounds them.
pub fn units(km: f64, units_per_km: f64) -> i128 {
    (km * units_per_km).round() as i128
}

/// Whether some change of the plan would be an improvement.
pub fn can_improve<'p>(problem: &'p Matching, plan: &Plan<'p>, units_per_km: f64) -> bool {
    let residual = residual(problem, plan, units_per_km);
    let mut reached: BTreeMap<Node, Cost> = BTreeMap::new();
    for (from, to, _) in &residual {
        reached.insert(*from, (0, 0));
        reached.insert(*to, (0, 0));
    }
    for _ in 0..=reached.len() {
        let mut is_settled = true;
        for (from, to, cost) in &residual {
            let (unmet, distance) = reached[from];
            let offer = (unmet + cost.0, distance + cost.1);
            if offer < reached[to] {
                reached.insert(*to, offer);
                is_settled = false;
            }
        }
        if is_settled {
            return false;
        }
    }
    true
}

/// Every change that a gram can make: along an arc with room, or back along one with flow.
fn residual<'p>(
    problem: &'p Matching,
    plan: &Plan<'p>,
    units_per_km: f64,
) -> Vec<(Node<'p>, Node<'p>, Cost)> {
    let mut residual = supply_arcs(problem, plan, units_per_km);
    let mut arc = |from, to, flow: i64, limit: i64| {
        if flow < limit {
            residual.push((from, to, (0, 0)));
        }
        if flow > 0 {
            residual.push((to, from, (0, 0)));
        }
    };
    for (number, facility) in problem.facilities.iter().enumerate() {
        let here = Node::Facility(number);
        for (line, own) in facility.lines.iter().enumerate() {
            arc(Node::Line(number, line), here, plan.used_g[number][line], own.annual_g);
        }
        let limit = facility.annual_limit_g.unwrap_or(i64::MAX);
        arc(here, Node::Sink, plan.used_g[number].iter().sum(), limit);
    }
    residual
}

fn supply_arcs<'p>(
    problem: &'p Matching,
    plan: &Plan<'p>,
    units_per_km: f64,
) -> Vec<(Node<'p>, Node<'p>, Cost)> {
    let mut arcs = Vec::new();
    for (number, source) in problem.sources.iter().enumerate() {
        for produced in source.produced.iter().filter(|one| one.grams > 0) {
            let supply = Node::Supply(number, &produced.code);
            arcs.push((supply, Node::Sink, (1, 0)));
            for (to, facility) in problem.facilities.iter().enumerate() {
                let km = units(distance(source.place, facility.place), units_per_km);
                for (line, own) in facility.lines.iter().enumerate() {
                    if own.codes.contains(&produced.code) {
                        arcs.push((supply, Node::Line(to, line), (0, km)));
                    }
                }
            }
        }
    }
    for flow in &plan.flows {
        let from = problem.sources[flow.source].place;
        let km = units(distance(from, problem.facilities[flow.facility].place), units_per_km);
        let line = Node::Line(flow.facility, flow.line);
        arcs.push((line, Node::Supply(flow.source, flow.code), (0, -km)));
    }
    for one in &plan.unmet {
        arcs.push((Node::Sink, Node::Supply(one.source, one.code), (-1, 0)));
    }
    arcs
}
