//! What stands or repeats: waste of one kind that nobody takes, gains that return, slips that are
//! put right, ledgers that stop, one weighing of many loads, a scale from its first load on.

use serde_json::{Value, json};

use super::lives::{Log, cleared, findings, fresh, id, mass_of, rules};
use crate::anomaly::finding::About;

/// What is picked up every day of one kind takes nothing of another with it.
#[test]
fn one_kind_of_medical_waste_that_is_left_behind_is_too_old_after_two_days() {
    let life = |left_g: i64| {
        let mut log = Log::new();
        log.site(6, json!({"beds": 100, "organisation_id": id(5)}));
        log.entry(6, "produced", "841-003-01", left_g);
        for day in 0..4 {
            log.entry(6, "produced", "841-001-01", 40_000).wait(4.0);
            let load = json!({"stream": "medical", "mass_g": 40_000});
            log.file(day, (6, 3), load).depart(day).wait(20.0);
        }
        log
    };
    assert_eq!(findings(&life(500), 47), [], "what two scales disagree about");
    let found = findings(&life(30_000), 47);
    let evidence = &found[0].evidence;
    assert_eq!(evidence["waste_code"], "841-003-01");
    assert_eq!((&evidence["mass_kg"], &evidence["limit_hours"]), (&json!(30.0), &json!(48.0)));
    assert_eq!(evidence["stored_since"], "2026-06-01T02:00:00.000Z");
    // Once it is gone it came late.
    let mut log = life(30_000);
    let item = json!({"waste_code": "841-003-01"});
    let load = json!({"stream": "medical", "mass_g": 30_000, "item": item});
    log.file(9, (6, 3), load).depart(9);
    let outcomes = log.show(&mut fresh());
    assert!(rules(&outcomes).contains(&47) && cleared(&outcomes) == 1);
}

/// Each is within what such scales differ by; that all of them are gains is not.
#[test]
fn gains_that_repeat_add_up() {
    let trips = |gained: i64| {
        let mut log = Log::new();
        for trip in 0..40 {
            let noise = [-3_000, 2_500, -1_000, 3_500, 500, -2_500][trip as usize % 6];
            let from = if trip % 2 == 0 { 1 } else { 2 };
            let more = if from == 1 { gained } else { 0 };
            log.trip(trip, (from, 3), noise + more).wait(20.5);
        }
        log
    };
    assert_eq!(findings(&trips(0), 2), []);
    assert_eq!(findings(&trips(6_000), 2), [], "a scale that leans by half a per cent");
    let found = findings(&trips(13_000), 2);
    let pair = found.iter().find(|one| one.about.0 == About::Pair).expect("the pair is named");
    let percent = pair.evidence["mean_gain_percent"].as_f64().unwrap();
    assert!((1.0..1.5).contains(&percent), "{percent}");
    assert!(pair.manifests.len() >= 3 && pair.proofs.len() >= 3);
}

#[test]
fn a_slip_that_is_put_right_is_no_loss_and_a_write_off_is() {
    let life = |entries: &[(&str, i64)], days: f64| {
        let mut log = Log::new();
        log.entry(1, "produced", "900-249-08", 3_000_000).wait(24.0 * 10.0);
        for (kind, mass) in entries {
            log.entry(1, kind, "900-249-08", *mass).wait(24.0 * days);
        }
        findings(&log, 37).len()
    };
    let slip = [("produced", 13_500_000), ("correction", -13_500_000)];
    assert_eq!(life(&slip, 1.0), 0);
    assert_eq!(life(&slip, 9.0), 1, "days later nobody can say");
    assert_eq!(life(&[("produced", 13_500_000), ("correction", -13_400_000)], 1.0), 1);
    let twice = [slip[0], slip[1], slip[1]];
    assert_eq!(life(&twice, 1.0), 1, "only once");
}

#[test]
fn a_ledger_that_stops_after_a_few_entries_is_missed() {
    let life = |entries: u32| {
        let mut log = Log::new();
        for _ in 0..entries {
            log.entry(1, "produced", "900-214-08", 2_000_000).wait(24.0 * 7.0);
        }
        log.wait(24.0 * 99.0);
        findings(&log, 42).len()
    };
    assert_eq!(life(2), 0, "two entries are no habit");
    assert!(life(5) > 0);
}

#[test]
fn what_a_round_is_found_to_hold_is_one_case() {
    let mut log = Log::new();
    for stop in 0..3 {
        let head = json!({"round_id": id(700)});
        log.file(stop, (stop + 1, 4), json!({"stream": "kitchen", "head": head})).depart(stop);
    }
    for stop in 0..3 {
        log.wait(0.1).receive(stop, 0, json!({"impurity_mpercent": 35_000}));
    }
    let found = findings(&log, 63);
    assert!(found.iter().all(|one| one.about == (About::Round, id(700))), "{found:?}");
    assert_eq!(found.len(), 3, "each of its loads is named by one and the same case");
    assert!(found.windows(2).all(|pair| pair[0].case_id() == pair[1].case_id()));
}

/// The paper was wrong, and says now what was weighed.
#[test]
fn an_amendment_to_what_was_weighed_ends_the_case() {
    let amended = |to: i64| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({}));
        let departed = json!({"by": ["carrier"], "loaded_g": mass_of(1) - 300_000});
        log.event(("manifest", id(1001)), "departed", &departed).wait(0.5);
        let approved = json!({"n": 1, "by": ["producer"], "organisation_id": id(1), "final": true,
            "changes": {"items": [{"line": 1, "mass_g": to}]}});
        log.event(("manifest", id(1001)), "amendment_approved", &approved);
        cleared(&log.show(&mut fresh()))
    };
    assert_eq!(amended(mass_of(1) - 300_000), 1);
    assert_eq!(amended(mass_of(1) - 100_000), 0, "it still is not");
}

/// A plant whose first load is small and a round figure: nobody can say yet what its scale divides
/// by, and nothing of that is how far it leans.
#[test]
fn a_small_first_load_does_not_make_a_plants_scale_lean() {
    let losses = |lost_of_the_first: i64| {
        let mut log = Log::new();
        for m in 0..60 {
            let noise = [0, -100, 0, 100, 0][m as usize % 5];
            let mass = if m == 0 { 20_000 } else { 38_700 + i64::from(m) % 7 * 300 };
            let noise = noise - if m % 3 == 0 { lost_of_the_first } else { 0 };
            log.file(
                m,
                ([1, 2, 4][m as usize % 3], 3),
                json!({"stream": "medical",
                "mass_g": mass}),
            );
            let items = json!([{"line": 1, "accepted_g": mass + noise, "refused_g": 0,
                "difference_g": noise}]);
            log.wait(0.5).depart(m).wait(2.6).arrive(m).wait(0.4);
            log.receive(m, 0, json!({"items": items})).wait(20.5);
        }
        findings(&log, 69)
    };
    assert_eq!(losses(0), []);
    assert!(!losses(400).is_empty(), "one of three does lose");
}

/// Two tonnes a month of which nothing leaves for ten weeks, while a little of it is written off.
#[test]
fn a_heap_that_is_written_off_has_not_left() {
    let heaps = |written_off: &str, mass_g: i64| {
        let mut log = Log::new();
        let on = |log: &mut Log, day: &str, kind: &str, mass_g: i64| {
            log.now = format!("2027-{day}T02:00:00Z").parse().unwrap();
            log.entry(1, kind, "900-249-08", mass_g);
        };
        for month in ["01", "02", "03", "04", "05"] {
            on(&mut log, &format!("{month}-02"), "produced", 1_000_000);
            on(&mut log, &format!("{month}-16"), "produced", 1_000_000);
            if month < "04" {
                on(&mut log, &format!("{month}-16"), "self_treated", 2_000_000);
            } else {
                on(&mut log, &format!("{month}-20"), written_off, mass_g);
            }
        }
        log.wait(24.0 * 8.0);
        findings(&log, 76).len()
    };
    assert_eq!(heaps("self_treated", 200_000), 0, "it does go, if slowly");
    assert!(heaps("correction", -200_000) > 0);
    assert!(heaps("loss", 200_000) > 0);
}

/// An inspector goes where it stood.
#[test]
fn a_load_that_grew_lighter_where_it_stood_names_the_place_and_its_readings() {
    let mut log = Log::new();
    log.vehicle(1, 10_000_000).file(1, (1, 3), json!({})).depart(1).wait(1.0);
    let at = |minutes: i64| {
        let place: Value = json!({"lon_e6": 81_000_000, "lat_e6": 41_000_000});
        (minutes, json!({"kind": "position", "place": place}))
    };
    log.tell("vehicle", 1, &[at(40), at(30), at(20), at(10)]);
    let told = log.bodies.len() as i64 - 1;
    log.wait(1.6).arrive(1).wait(0.4).receive(1, -200_000, json!({}));
    let found = findings(&log, 19);
    assert_eq!(found.len(), 1, "{:?}", log.raised());
    assert!(found[0].proofs.contains(&told), "{:?}", found[0].proofs);
    assert_eq!(found[0].evidence["place"], json!({"lon": 81.0, "lat": 41.0}));
}
