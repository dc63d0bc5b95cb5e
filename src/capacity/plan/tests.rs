//! Plans by hand. What holds for any plan is in `random.rs`.

use super::*;

mod linear;
mod random;
mod residual;

/// A degree on the equator, in kilometres.
const DEGREE_KM: f64 = 111.195_080_233_532_9;

/// Somewhere on the equator: distances are then easy to see.
fn at(lon: f64) -> Place {
    Place { lon, lat: 0.0 }
}

fn source(lon: f64, produced: &[(&str, i64)]) -> Source {
    let one = |(code, grams): &(&str, i64)| Produced { code: (*code).to_owned(), grams: *grams };
    Source { id: String::new(), place: at(lon), produced: produced.iter().map(one).collect() }
}

fn facility(lon: f64, annual_limit_g: Option<i64>, lines: &[(&[&str], i64)]) -> Facility {
    let line = |(codes, annual_g): &(&[&str], i64)| FacilityLine {
        line: 0,
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        annual_g: *annual_g,
    };
    let lines = lines.iter().map(line).collect();
    Facility { id: String::new(), place: at(lon), further_km: 0.0, annual_limit_g, lines }
}

fn optimum(problem: &Matching) -> Plan<'_> {
    solve(problem, true, &|| true).unwrap()
}

/// Source, facility, line, code, grams.
fn flows<'p>(plan: &Plan<'p>) -> Vec<(usize, usize, usize, &'p str, i64)> {
    plan.flows.iter().map(|one| (one.source, one.facility, one.line, one.code, one.grams)).collect()
}

/// Facility, line, mass saved, tonne-kilometres saved in degrees of the equator.
fn values(plan: &Plan) -> Vec<(usize, Option<usize>, i64, f64)> {
    let degrees = |one: &Binding| one.saves_tonne_km_per_kg * 1000.0 / DEGREE_KM;
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let value =
        |one: &Binding| (one.facility, one.line, one.saves_unmet_kg_per_kg, round(degrees(one)));
    plan.binding.iter().map(value).collect()
}

#[track_caller]
fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} for {wanted}");
}

#[test]
fn distances_are_great_circles() {
    let place = |lon, lat| Place { lon, lat };
    let half = std::f64::consts::PI * 6371.0088;
    close(distance(at(0.0), at(1.0)), DEGREE_KM);
    close(distance(at(179.5), at(-179.5)), DEGREE_KM);
    close(distance(place(0.0, 90.0), place(123.0, -90.0)), half);
    close(distance(at(10.0), at(-170.0)), half);
    close(distance(place(81.28, 40.55), place(81.28, 40.55)), 0.0);
    // A nanodegree is 0.11 mm: next to each other, and from the far side of the Earth.
    close(distance(at(0.0), at(1e-9)) * 1e9, DEGREE_KM);
    let left = half - distance(at(0.0), at(180.0 - 1e-6));
    assert!((left * 1e6 / DEGREE_KM - 1.0).abs() < 1e-7);
    // Ürümqi to Aral: the law of cosines, which is good enough at this distance.
    let (from, to) = (place(87.62, 43.82), place(81.28, 40.55));
    let (north, south) = (43.82f64.to_radians(), 40.55f64.to_radians());
    let across = (87.62f64 - 81.28).to_radians();
    let cosine = north.sin() * south.sin() + north.cos() * south.cos() * across.cos();
    assert!((distance(from, to) - 6371.0088 * cosine.acos()).abs() < 1e-6);
}

#[test]
fn nothing_asked_nothing_planned() {
    let nothing = Matching::default();
    let plan = optimum(&nothing);
    assert_eq!((plan.flows.len(), plan.unmet_g, plan.tonne_km), (0, 0, 0.0));
    let without = Matching { sources: vec![source(0.0, &[("a", 5), ("b", 0)])], ..nothing };
    let plan = optimum(&without);
    assert_eq!(plan.unmet, [Unmet { source: 0, code: "a", grams: 5 }]);
    assert_eq!((plan.unmet_g, plan.binding.len()), (5, 0));
    let facilities = vec![facility(0.0, None, &[(&["a"], 5), (&[], 9)]), facility(1.0, None, &[])];
    let idle = Matching { facilities, ..Matching::default() };
    let plan = optimum(&idle);
    assert_eq!(plan.used_g, [vec![0, 0], vec![]]);
    assert_eq!(plan.binding, []);
}

#[test]
fn the_nearest_takes_all_it_may_and_the_next_the_rest() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 12_000), ("b", 500), ("a", 1000)])],
        facilities: vec![
            facility(3.0, None, &[(&["a"], 50_000)]),
            facility(-1.0, None, &[(&["b", "c"], 9000), (&["a", "b"], 10_000)]),
        ],
    };
    let plan = optimum(&problem);
    let wanted = [(0, 0, 0, "a", 3000), (0, 1, 0, "b", 500), (0, 1, 1, "a", 10_000)];
    assert_eq!(flows(&plan), wanted);
    assert_eq!(plan.used_g, [vec![3000], vec![500, 10_000]]);
    assert_eq!(plan.unmet, []);
    close(plan.tonne_km, (DEGREE_KM * 19_500.0).round() / 1e6);
    assert_eq!(values(&plan), [(1, Some(1), 0, 2.0)]);
}

/// To serve more, one must sometimes drive more: a gram of `a` from far takes the place of `b`.
#[test]
fn less_unmet_outweighs_any_distance() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 10), ("b", 10)])],
        facilities: vec![
            facility(0.0, Some(10), &[(&["a", "b"], 10)]),
            facility(170.0, None, &[(&["a"], 9)]),
        ],
    };
    let plan = optimum(&problem);
    assert_eq!(plan.unmet_g, 1);
    close(plan.tonne_km, (DEGREE_KM * 170.0 * 9.0).round() / 1e6);
    // The near facility's line and shared limit hold each other: neither helps alone.
    let wanted = [(0, Some(0), 0, 0.0), (0, None, 0, 0.0), (1, Some(0), 1, -170.0)];
    assert_eq!(values(&plan), wanted);
}

#[test]
fn a_shared_limit_binds_the_lines_below_it() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 100), ("b", 100)])],
        facilities: vec![
            facility(1.0, Some(150), &[(&["a"], 100), (&["b"], 100)]),
            facility(2.0, None, &[(&["a", "b"], 1000)]),
        ],
    };
    let plan = optimum(&problem);
    assert_eq!(plan.used_g[0].iter().sum::<i64>(), 150);
    assert_eq!(plan.used_g[1], [50]);
    let shared: Vec<_> = values(&plan).into_iter().filter(|one| one.1.is_none()).collect();
    assert_eq!(shared, [(0, None, 0, 1.0)]);
    // A line that may not grow past the shared limit saves nothing.
    assert!(values(&plan).iter().all(|one| one.1.is_none() || one.3 == 0.0));
}

/// At a kink, growing and shrinking differ: here a limit is met exactly, and more of it is idle.
#[test]
fn a_limit_met_exactly_has_the_value_of_growing() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 100)])],
        facilities: vec![
            facility(1.0, None, &[(&["a"], 100)]),
            facility(5.0, None, &[(&["a"], 100)]),
        ],
    };
    assert_eq!(values(&optimum(&problem)), [(0, Some(0), 0, 0.0)]);
}

#[test]
fn limits_of_nothing_are_listed_where_growth_would_help() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 100)])],
        facilities: vec![
            facility(4.0, None, &[(&["a"], 30)]),
            facility(1.0, Some(0), &[(&["a"], 70)]),
            facility(2.0, Some(-5), &[(&["a"], 0)]),
            facility(3.0, None, &[(&["a"], 0), (&["b"], 0), (&[], 0)]),
        ],
    };
    let plan = optimum(&problem);
    assert_eq!(plan.unmet_g, 70);
    let wanted = [(0, Some(0), 1, -4.0), (1, None, 1, -1.0), (3, Some(0), 1, -3.0)];
    assert_eq!(values(&plan), wanted);
}

/// Moving one lot on makes room for another: the way round goes through several facilities.
#[test]
fn lots_make_way_for_each_other() {
    let problem = Matching {
        sources: vec![
            source(0.0, &[("a", 10)]),
            source(2.0, &[("b", 10)]),
            source(4.0, &[("c", 10)]),
        ],
        facilities: vec![
            facility(1.0, None, &[(&["a", "b"], 10)]),
            facility(3.0, None, &[(&["b", "c"], 10)]),
            facility(9.0, None, &[(&["c"], 10)]),
        ],
    };
    let plan = optimum(&problem);
    let wanted = [(0, 0, 0, "a", 10), (1, 1, 0, "b", 10), (2, 2, 0, "c", 10)];
    assert_eq!(flows(&plan), wanted);
    assert_eq!(plan.unmet_g, 0);
}

/// As much as 62 bits hold, and limits beyond: nothing leaves 64 bits on the way.
#[test]
fn masses_and_limits_may_be_as_large_as_they_are_allowed_to() {
    for mass in [1i64 << 58, (1 << 60) - 2, 1 << 60, (1 << 61) - 2] {
        let (near, far) = (mass / 4, mass + mass / 8);
        let problem = Matching {
            sources: vec![source(0.0, &[("a", mass)]), source(0.5, &[("b", mass)])],
            facilities: vec![
                facility(1.0, Some(near), &[(&["a", "b"], i64::MAX), (&["a"], 1)]),
                facility(2.0, Some(i64::MAX), &[(&["b", "a"], far), (&["c"], i64::MAX)]),
                facility(3.0, None, &[(&["a"], 1), (&["b"], mass / 2 + 5)]),
            ],
        };
        let plan = optimum(&problem);
        assert_eq!(plan.unmet_g, 2 * mass - near - far - 1 - (mass / 2 + 5));
        let used = |facility: usize| plan.used_g[facility].iter().sum::<i64>();
        assert_eq!((used(0), used(1), used(2)), (near, far, mass / 2 + 6));
    }
}

#[test]
fn a_caller_may_stop() {
    let problem = Matching {
        sources: vec![source(0.0, &[("a", 10)])],
        facilities: vec![facility(1.0, None, &[(&["a"], 10)])],
    };
    assert_eq!(solve(&problem, true, &|| false), Err(Stopped));
}
