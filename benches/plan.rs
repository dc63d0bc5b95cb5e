//! How long a plan takes, by size and shape, and how long a general LP solver takes for the same.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and breaks off where it cannot go on"
)]

use std::time::Instant;

use liandan::capacity::plan::{
    Facility, FacilityLine, Matching, Place, Produced, Source, distance, solve,
};

#[path = "../src/capacity/plan/tests/linear.rs"]
mod linear;

/// Pseudo-random numbers (splitmix64): the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    sources: u64,
    facilities: u64,
    codes: u64,
    /// All limits together, against all that is produced.
    supply: f64,
    /// Places stand in so many towns; 0 for anywhere.
    towns: u64,
    /// Every line takes every code.
    takes_all: bool,
    /// Every place is one and the same.
    is_one_place: bool,
    /// Every mass is the same.
    is_even: bool,
}

const USUAL: Shape = Shape {
    name: "random",
    sources: 500,
    facilities: 60,
    codes: 46,
    supply: 1.0,
    towns: 0,
    takes_all: false,
    is_one_place: false,
    is_even: false,
};

/// What `liandan bench capacity` sends over HTTP: every line takes some neighbouring codes, and
/// limits are about what is made, so that mass is pushed along long chains of lines.
fn chains() -> Matching {
    const CODES: u64 = 46;
    let mut chance = Chance(1);
    let place = |chance: &mut Chance| {
        let (lon, lat) = (chance.below(20_000) as f64 / 1e3, chance.below(12_000) as f64 / 1e3);
        Place { lon: 75.0 + lon, lat: 36.0 + lat }
    };
    let code = |n: u64| match n % CODES {
        0 => "841-001-01".to_owned(),
        n @ 1..=39 => format!("900-000-{:02}", n + 1),
        n => format!("900-000-{:02}", n + 5),
    };
    let mass = |n: u64, chance: &mut Chance| {
        let grams = (1 + chance.below(20_000) as i64) * 1000;
        Produced { code: code(n), grams }
    };
    let source = |number: u64, chance: &mut Chance| {
        let produced = (0..CODES).map(|n| mass(n, chance)).collect();
        Source { id: format!("s{number}"), place: place(chance), produced }
    };
    let line = |number: i64, chance: &mut Chance| {
        let annual_g = (200_000 + chance.below(1_500_000) as i64) * 1000;
        let (first, count) = (chance.below(CODES), 5 + chance.below(8));
        let codes = (first..first + count).map(code).collect();
        FacilityLine { line: number, codes, annual_g }
    };
    let facility = |number: u64, chance: &mut Chance| {
        let lines = (1..=5).map(|n| line(n, chance)).collect();
        let limit = |chance: &mut Chance| (2_000_000 + chance.below(2_000_000) as i64) * 1000;
        let annual_limit_g = number.is_multiple_of(2).then(|| limit(chance));
        let (id, further_km) = (format!("f{number}"), 0.0);
        Facility { id, place: place(chance), further_km, annual_limit_g, lines }
    };
    let sources = (0..500).map(|number| source(number, &mut chance)).collect();
    let facilities = (0..60).map(|number| facility(number, &mut chance)).collect();
    Matching { sources, facilities }
}

fn problem(shape: Shape, seed: u64) -> Matching {
    let mut chance = Chance(seed);
    let towns: Vec<Place> = (0..shape.towns.max(1)).map(|_| anywhere(&mut chance)).collect();
    let place = |chance: &mut Chance| {
        if shape.is_one_place || shape.towns > 0 {
            towns[chance.below(towns.len() as u64) as usize]
        } else {
            anywhere(chance)
        }
    };
    let code = |number: u64| format!("900-{number:03}-08");
    let mut total = 0;
    let mut sources = Vec::new();
    for number in 0..shape.sources {
        let mut produced = Vec::new();
        for n in 0..shape.codes {
            let grams = if shape.is_even {
                1_000_000
            } else {
                (chance.between(0.0, 9.0).exp() * 1000.0) as i64
            };
            total += grams;
            produced.push(Produced { code: code(n), grams });
        }
        sources.push(Source { id: format!("s{number}"), place: place(&mut chance), produced });
    }
    let mut facilities = Vec::new();
    let share = total as f64 * shape.supply / shape.facilities as f64;
    for number in 0..shape.facilities {
        let size = if shape.is_even { share } else { share * chance.between(0.2, 1.8) };
        let count = 3 + chance.below(6);
        let mut lines = Vec::new();
        for _ in 0..count {
            let some = 2 + chance.below(10);
            let codes = if shape.takes_all {
                (0..shape.codes).map(code).collect()
            } else {
                (0..some).map(|_| code(chance.below(shape.codes))).collect()
            };
            let annual_g = (size / count as f64 * chance.between(0.5, 2.5)) as i64;
            lines.push(FacilityLine { line: 0, codes, annual_g });
        }
        let annual_limit_g = (chance.below(3) > 0).then_some(size as i64);
        let place = place(&mut chance);
        let id = format!("f{number}");
        facilities.push(Facility { id, place, further_km: 0.0, annual_limit_g, lines });
    }
    Matching { sources, facilities }
}

/// Somewhere in Xinjiang, more or less.
fn anywhere(chance: &mut Chance) -> Place {
    Place { lon: chance.between(74.0, 96.0), lat: chance.between(35.0, 49.0) }
}

fn shapes() -> Vec<Shape> {
    let all = Shape { takes_all: true, ..USUAL };
    vec![
        USUAL,
        Shape { name: "tight (half)", supply: 0.5, ..USUAL },
        Shape { name: "scarce (2 %)", supply: 0.02, ..USUAL },
        Shape { name: "nothing fits", supply: 1e-7, ..USUAL },
        Shape { name: "loose (x2)", supply: 2.0, ..USUAL },
        Shape { name: "ample (x100)", supply: 100.0, ..USUAL },
        Shape { name: "20 towns", towns: 20, ..USUAL },
        Shape { name: "20 towns, even", towns: 20, is_even: true, ..USUAL },
        Shape { name: "every code everywhere", ..all },
        Shape { name: "the same, tight", supply: 0.7, ..all },
        Shape { name: "the same, loose", supply: 1.5, ..all },
        Shape { name: "one place", is_one_place: true, ..USUAL },
        Shape { name: "one place, all codes", is_one_place: true, ..all },
        Shape { name: "even masses", is_even: true, ..USUAL },
        Shape { name: "one facility", facilities: 1, ..USUAL },
        Shape { name: "1,000 x 200 x 60", sources: 1000, facilities: 200, codes: 60, ..USUAL },
        Shape { name: "the same, all codes", sources: 1000, facilities: 200, codes: 60, ..all },
    ]
}

/// What this thread has used of a core so far, in milliseconds: a shared machine's wall clock
/// measures the others too. Linux only; elsewhere it is the wall clock.
fn used_ms(since: Instant) -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.map_or_else(|| since.elapsed().as_secs_f64() * 1e3, |used| used / 1e6)
}

/// The mean of a few runs, in milliseconds of a core.
fn time(problem: &Matching, wants_marginals: bool) -> f64 {
    let begun = Instant::now();
    let run = |_| {
        let start = used_ms(begun);
        let plan = solve(problem, wants_marginals, &|| true).unwrap();
        std::hint::black_box(plan);
        used_ms(begun) - start
    };
    let runs = 8;
    (0..runs).map(run).sum::<f64>() / f64::from(runs)
}

/// The same question to the general solver: how long it takes, and what it answers.
fn compare(sources: u64, facilities: u64, codes: u64, seed: u64) {
    let shape = Shape { sources, facilities, codes, supply: 0.6, ..USUAL };
    let problem = problem(shape, seed);
    let plan = solve(&problem, false, &|| true).unwrap();
    let begun = Instant::now();
    let start = used_ms(begun);
    let (unmet_kg, tonne_km) = linear::optimum(&problem);
    let theirs = used_ms(begun) - start;
    let off = |ours: f64, theirs: f64| (ours - theirs).abs() / theirs.abs().max(1.0);
    println!(
        "{sources} x {facilities} x {codes}: {:.2} ms, general {theirs:.0} ms; \
         off by {:.1e} (unmet), {:.1e} (tonne-km)",
        time(&problem, false),
        off(plan.unmet_g as f64 / 1000.0, unmet_kg),
        off(plan.tonne_km, tonne_km),
    );
}

fn main() {
    println!("{:24} {:>9} {:>9} {:>8} {:>14}", "shape", "ms", "marginal", "unmet %", "tonne-km");
    let shapes = shapes().into_iter().map(|shape| (shape.name, problem(shape, 7)));
    for (name, problem) in std::iter::once(("chains", chains())).chain(shapes) {
        let plan = solve(&problem, false, &|| true).unwrap();
        let produced = problem.sources.iter().flat_map(|source| &source.produced);
        let total: i64 = produced.map(|one| one.grams).sum();
        let unmet = plan.unmet_g as f64 / total as f64 * 100.0;
        let (plain, marginal) = (time(&problem, false), time(&problem, true));
        println!("{name:24} {plain:9.1} {marginal:9.1} {unmet:8.2} {:14.3}", plan.tonne_km);
    }
    for (sources, facilities, codes) in [(10, 5, 5), (30, 8, 10), (60, 12, 15), (100, 20, 20)] {
        for seed in 1..=3 {
            compare(sources, facilities, codes, seed);
        }
    }
}
