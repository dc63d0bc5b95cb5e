//! What holds for any plan: against a general solver, against a proof, and against itself.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::costs::Costs;
use super::super::lots::Lots;
use super::super::*;
use super::{linear, residual};

const CODES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A problem of masses and places from these.
fn problems(
    mass: &BoxedStrategy<i64>,
    place: &BoxedStrategy<Place>,
    (sources, facilities): (usize, usize),
) -> BoxedStrategy<Matching> {
    let code = || prop::sample::select(&CODES[..]).prop_map(str::to_owned);
    let one = (code(), mass.clone()).prop_map(|(code, grams)| Produced { code, grams });
    let source = (place.clone(), prop::collection::vec(one, 0..5))
        .prop_map(|(place, produced)| Source { id: String::new(), place, produced });
    let line = (prop::collection::vec(code(), 0..4), mass.clone())
        .prop_map(|(codes, annual_g)| FacilityLine { line: 0, codes, annual_g });
    let lines = prop::collection::vec(line, 0..4);
    let facility = (place.clone(), prop::option::of(mass.clone()), lines).prop_map(
        |(place, annual_limit_g, lines)| {
            let id = String::new();
            Facility { id, place, further_km: 0.0, annual_limit_g, lines }
        },
    );
    let sources = prop::collection::vec(source, 0..sources);
    let facilities = prop::collection::vec(facility, 0..facilities);
    (sources, facilities).prop_map(|(sources, facilities)| Matching { sources, facilities }).boxed()
}

/// Sources and facilities at most.
const SMALL: (usize, usize) = (14, 8);
const LARGE: (usize, usize) = (80, 24);

/// All different: places on all the Earth, masses to the gram.
fn general(sizes: (usize, usize)) -> BoxedStrategy<Matching> {
    let place = (-180.0..180.0, -90.0..90.0).prop_map(|(lon, lat)| Place { lon, lat });
    problems(&(0..20_000_000i64).boxed(), &place.boxed(), sizes)
}

/// All alike: few places, few masses, many zeros, so that much is equal and much is exactly full.
fn alike(sizes: (usize, usize)) -> BoxedStrategy<Matching> {
    let place = (0..3, 0..2);
    let place = place.prop_map(|(lon, lat)| Place { lon: f64::from(lon), lat: f64::from(lat) });
    let mass = prop::sample::select(vec![0i64, 1000, 1000, 1000, 2000, 3000]);
    problems(&mass.boxed(), &place.boxed(), sizes)
}

fn any(sizes: (usize, usize)) -> impl Strategy<Value = Matching> {
    prop_oneof![general(sizes), alike(sizes)]
}

fn units_per_km(problem: &Matching) -> f64 {
    Costs::of(&Lots::of(problem)).units_per_km
}

/// All that a plan costs: grams unmet, and grams times units of distance.
fn cost(problem: &Matching, plan: &Plan) -> (i64, i128) {
    let unit = units_per_km(problem);
    let cost = |flow: &Flow| {
        let source = &problem.sources[flow.source];
        let km = distance(source.place, problem.facilities[flow.facility].place);
        i128::from(flow.grams) * residual::units(km, unit)
    };
    (plan.unmet_g, plan.flows.iter().map(cost).sum())
}

/// Masses add up, limits hold, and everything is in order.
fn check_sound(problem: &Matching, plan: &Plan) {
    let mut left: BTreeMap<(usize, &str), i64> = BTreeMap::new();
    for (number, source) in problem.sources.iter().enumerate() {
        for one in &source.produced {
            *left.entry((number, &one.code)).or_insert(0) += one.grams;
        }
    }
    let mut used: Vec<Vec<i64>> =
        problem.facilities.iter().map(|one| vec![0; one.lines.len()]).collect();
    for flow in &plan.flows {
        assert!(flow.grams > 0);
        *left.get_mut(&(flow.source, flow.code)).unwrap() -= flow.grams;
        used[flow.facility][flow.line] += flow.grams;
        let line = &problem.facilities[flow.facility].lines[flow.line];
        assert!(line.codes.iter().any(|code| code == flow.code));
    }
    for one in &plan.unmet {
        assert!(one.grams > 0);
        *left.get_mut(&(one.source, one.code)).unwrap() -= one.grams;
    }
    assert!(left.values().all(|grams| *grams == 0));
    assert_eq!(used, plan.used_g);
    for (facility, used) in problem.facilities.iter().zip(&used) {
        assert!(facility.lines.iter().zip(used).all(|(line, used)| *used <= line.annual_g));
        assert!(used.iter().sum::<i64>() <= facility.annual_limit_g.unwrap_or(i64::MAX));
    }
    let flow = |one: &Flow| (one.source, one.facility, one.line, one.code.to_owned());
    assert!(plan.flows.iter().map(flow).is_sorted_by(|a, b| a < b));
    let unmet = |one: &Unmet| (one.source, one.code.to_owned());
    assert!(plan.unmet.iter().map(unmet).is_sorted_by(|a, b| a < b));
    assert_eq!(plan.unmet_g, plan.unmet.iter().map(|one| one.grams).sum::<i64>());
}

/// Every limit grown by a gram, and what the plan then costs less: exactly, as its value says.
fn check_values(problem: &Matching, plan: &Plan) {
    let before = cost(problem, plan);
    let check = |facility: usize, line: Option<usize>, grown: &Matching| {
        let after = cost(problem, &solve(grown, false, &|| true).unwrap());
        let saved = (before.0 - after.0, before.1 - after.1);
        let listed = plan.binding.iter().find(|one| (one.facility, one.line) == (facility, line));
        let value = |one: &Binding| (one.saves_unmet_kg_per_kg, i128::from(one.saved_units));
        assert_eq!(listed.map_or((0, 0), value), saved, "facility {facility}, line {line:?}");
        let tonne_km = saved.1 as f64 / units_per_km(problem) / 1000.0;
        assert!(listed.is_none_or(|one| (one.saves_tonne_km_per_kg - tonne_km).abs() < 1e-9));
    };
    for (number, facility) in problem.facilities.iter().enumerate() {
        for line in 0..facility.lines.len() {
            let mut grown = problem.clone();
            grown.facilities[number].lines[line].annual_g += 1;
            check(number, Some(line), &grown);
        }
        if facility.annual_limit_g.is_some() {
            let mut grown = problem.clone();
            let limit = &mut grown.facilities[number].annual_limit_g;
            *limit = limit.map(|grams| grams + 1);
            check(number, None, &grown);
        }
    }
    let order = |one: &Binding| (one.facility, one.line.unwrap_or(usize::MAX));
    assert!(plan.binding.iter().map(order).is_sorted_by(|a, b| a < b));
}

fn check_against_linear(problem: &Matching, plan: &Plan) {
    let (unmet_kg, tonne_km) = linear::optimum(problem);
    let is_close = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0);
    assert!(is_close(plan.unmet_g as f64 / 1000.0, unmet_kg), "{} {unmet_kg}", plan.unmet_g);
    assert!(is_close(plan.tonne_km, tonne_km), "{} {tonne_km}", plan.tonne_km);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plan_is_sound_and_nothing_improves_it(problem in any(SMALL)) {
        let plan = solve(&problem, true, &|| true).unwrap();
        check_sound(&problem, &plan);
        prop_assert!(!residual::can_improve(&problem, &plan, units_per_km(&problem)));
        prop_assert_eq!(&plan, &solve(&problem, true, &|| true).unwrap());
        let plain = solve(&problem, false, &|| true).unwrap();
        prop_assert_eq!(Plan { binding: Vec::new(), ..plan }, plain);
    }

    #[test]
    fn the_order_asked_in_does_not_change_the_optimum(problem in any(SMALL)) {
        let mut turned = problem.clone();
        turned.sources.reverse();
        turned.facilities.reverse();
        let (plan, other) = (solve(&problem, false, &|| true), solve(&turned, false, &|| true));
        prop_assert_eq!(cost(&problem, &plan.unwrap()), cost(&turned, &other.unwrap()));
    }

    #[test]
    fn a_general_solver_finds_nothing_better(problem in any(SMALL)) {
        check_against_linear(&problem, &solve(&problem, false, &|| true).unwrap());
    }

    #[test]
    fn a_value_is_what_a_gram_more_changes(problem in any(SMALL)) {
        check_values(&problem, &solve(&problem, true, &|| true).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn nor_does_anything_improve_a_larger_plan(problem in any(LARGE)) {
        let plan = solve(&problem, true, &|| true).unwrap();
        check_sound(&problem, &plan);
        prop_assert!(!residual::can_improve(&problem, &plan, units_per_km(&problem)));
        check_values(&problem, &plan);
    }
}

/// Enough lots for coarser maps to be looked at first, and limits that are met exactly or nearly.
fn many(is_even: bool) -> impl Strategy<Value = Matching> {
    let place = (-9.0..9.0, 30.0..50.0).prop_map(|(lon, lat)| Place { lon, lat });
    let mass = if is_even { (1000..1001i64).boxed() } else { (1..9000i64).boxed() };
    let produced = prop::collection::vec(mass, 8).prop_map(|masses| {
        let one = |(n, grams): (usize, i64)| Produced { code: format!("{n}"), grams };
        masses.into_iter().enumerate().map(one).collect::<Vec<_>>()
    });
    let source = (place.clone(), produced).prop_map(|(place, produced)| Source {
        id: String::new(),
        place,
        produced,
    });
    let line = (0..8usize, 100..400i64).prop_map(|(first, share)| FacilityLine {
        line: 0,
        codes: (first..first + 3).map(|n| format!("{}", n % 8)).collect(),
        annual_g: share * 4000,
    });
    let limit = prop::option::of((300..900i64).prop_map(|share| share * 4000));
    let facility = (place, limit, prop::collection::vec(line, 3));
    let facility = facility.prop_map(|(place, annual_limit_g, lines)| Facility {
        id: String::new(),
        place,
        further_km: 0.0,
        annual_limit_g,
        lines,
    });
    (prop::collection::vec(source, 540), prop::collection::vec(facility, 12))
        .prop_map(|(sources, facilities)| Matching { sources, facilities })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn nor_does_anything_improve_one_that_was_forecast(
        problem in prop::bool::ANY.prop_flat_map(many),
    ) {
        let plan = solve(&problem, false, &|| true).unwrap();
        check_sound(&problem, &plan);
        prop_assert!(!residual::can_improve(&problem, &plan, units_per_km(&problem)));
    }
}
