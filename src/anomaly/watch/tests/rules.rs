//! Each rule on a life that breaks it, and on one that nearly does.

use serde_json::json;

use super::lives::{Log, cleared, fresh, id, mass_of, rules};

#[test]
fn an_honest_trip_raises_nothing() {
    let mut log = Log::new();
    log.trip(1, (1, 3), -2_000);
    assert_eq!(log.raised(), Vec::<u8>::new());
}

#[test]
fn what_was_filed_should_leave_and_what_left_late_resolves_it() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).wait(24.0 * 3.0);
    assert_eq!(log.raised(), Vec::<u8>::new(), "three days are not over");
    log.wait(24.0);
    assert_eq!(log.raised(), [79]);
    log.depart(1);
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![79], 1));
    let mut log = Log::new();
    log.file(1, (1, 3), json!({}));
    log.event(("manifest", id(1001)), "cancelled", &json!({"reason": "not_needed"})).wait(200.0);
    assert_eq!(log.raised(), Vec::<u8>::new());
}

#[test]
fn five_working_days_to_confirm_and_ten_to_enter_paper() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(2.5).arrive(1).wait(24.0 * 6.0);
    assert_eq!(log.raised(), Vec::<u8>::new(), "Monday to the Monday after: five working days");
    log.wait(48.0);
    assert_eq!(log.raised(), [7]);
    log.receive(1, 0, json!({}));
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![7], 1));

    let mut log = Log::new();
    let backfill = json!({"head": {"backfill": {"kind": "outage"}}});
    let then = log.now;
    log.wait(24.0 * 20.0).file(1, (1, 3), backfill);
    let accept = json!({"decision": "accept", "items": [{"line": 1, "accepted_g": mass_of(1),
        "refused_g": 0, "difference_g": 0}]});
    log.event_at(("manifest", id(1001)), "received", &accept, then);
    assert_eq!(log.raised(), [8]);
}

#[test]
fn a_loss_beyond_tolerance_and_a_gain_beyond_the_scales() {
    for (difference, raised) in [
        (-49_000, vec![]),
        (-60_000, vec![1]),
        (15_000, vec![]),
        (30_000, vec![2]),
        (60_000, vec![2, 1]),
    ] {
        let mut log = Log::new();
        log.trip(1, (1, 3), difference);
        assert_eq!(log.raised(), raised, "{difference}");
    }
}

#[test]
fn small_losses_that_lean_one_way_add_up() {
    let mut honest = Log::new();
    for trip in 0..60 {
        let noise = [-3_000, 2_500, -1_000, 3_500, 500, -2_500][trip as usize % 6];
        honest.trip(trip, (1, 3), noise).wait(20.5);
    }
    assert_eq!(honest.raised(), Vec::<u8>::new());
    let mut skimmed = Log::new();
    for trip in 0..60 {
        let noise = [-3_000, 2_500, -1_000, 3_500, 500, -2_500][trip as usize % 6];
        let from = if trip % 2 == 0 { 1 } else { 2 };
        let stolen = if from == 1 { -9_000 } else { 0 };
        skimmed.trip(trip, (from, 3), noise + stolen).wait(20.5);
    }
    let raised = skimmed.raised();
    assert!(!raised.is_empty() && raised.iter().all(|rule| *rule == 69), "{raised:?}");
}

#[test]
fn too_slow_too_fast_and_held_up_on_record() {
    let trip = |hours: f64, incident: bool| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({})).depart(1).wait(1.0);
        if incident {
            let stop = json!({"kind": "stop", "reason": "爆胎", "carrier_id": id(8)});
            log.event(("manifest", id(1001)), "stopped", &stop);
        }
        log.wait(hours - 1.0).arrive(1).wait(0.5).receive(1, 0, json!({}));
        log.raised()
    };
    assert_eq!(trip(2.5, false), Vec::<u8>::new());
    assert_eq!(trip(14.0, false), [16, 16], "by the clock, and with its end once it came");
    assert_eq!(trip(14.0, true), Vec::<u8>::new());
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(0.3).arrive(1).wait(0.5).receive(1, 0, json!({}));
    assert_eq!(log.raised(), [21]);
}

#[test]
fn one_vehicle_on_two_trips_but_not_on_a_run_of_several_stops() {
    let two = |to: u32| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({"vehicle": 7})).file(2, (2, to), json!({"vehicle": 7}));
        log.depart(1).wait(0.5).depart(2).wait(2.0).arrive(1).arrive(2).wait(0.5);
        log.receive(1, 0, json!({})).receive(2, 0, json!({}));
        log.raised()
    };
    assert_eq!(two(3), Vec::<u8>::new());
    assert_eq!(two(4), [25]);
}

#[test]
fn a_vehicle_carries_what_it_is_rated_for() {
    let mut log = Log::new();
    log.vehicle(7, 1_500_000).file(1, (1, 3), json!({"vehicle": 7}));
    log.file(2, (2, 3), json!({"vehicle": 7})).depart(1);
    assert_eq!(log.raised(), Vec::<u8>::new());
    log.wait(1.0).depart(2);
    assert_eq!(log.raised(), [26]);
}

#[test]
fn words_that_differ_at_the_gate_and_boxes_that_never_came() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(2.5).arrive(1).wait(0.5);
    let found = json!({"mismatches": [{"line": 1, "field": "hazard", "found": "T"},
        {"line": 1, "field": "packaging", "found": "3"}]});
    log.receive(1, 0, found);
    assert_eq!(log.raised(), [4, 6]);
    let mut log = Log::new();
    log.file(1, (5, 3), json!({"stream": "medical"})).depart(1).wait(2.5).arrive(1).wait(0.5);
    let missing = json!({"items": [{"line": 1, "accepted_g": mass_of(1), "refused_g": 0,
        "difference_g": 0, "missing": [id(77)]}]});
    log.receive(1, 0, missing);
    assert_eq!(log.raised(), [53]);
}

#[test]
fn moments_after_arrival_and_by_the_hand_that_sent_it() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(2.5).arrive(1).wait(0.01);
    log.receive(1, 0, json!({}));
    assert_eq!(log.raised(), [46]);
    let mut log = Log::new();
    log.file(1, (1, 3), json!({}));
    log.user = id(901);
    log.depart(1).wait(2.5).arrive(1).wait(0.5).receive(1, 0, json!({}));
    assert_eq!(log.raised(), [46], "one user departed and received it");
}

#[test]
fn a_weight_that_repeats_and_weights_that_are_round() {
    let many = |mass: fn(u32) -> i64| {
        let mut log = Log::new();
        for m in 0..20 {
            log.file(m, (1, 3), json!({"mass_g": mass(m)})).wait(1.0).depart(m);
            log.event(("manifest", id(1000 + m)), "cancelled", &json!({"reason": "other"}));
        }
        let raised = log.raised();
        raised.into_iter().filter(|rule| *rule == 44).count()
    };
    assert_eq!(many(|_| 812_300), 1);
    assert_eq!(many(|m| i64::from(m + 40) * 10_000), 1);
    assert_eq!(many(|m| 800_000 + i64::from(m) * 13_700), 0);
}

#[test]
fn there_and_back_and_round_a_loop() {
    let mut log = Log::new();
    log.trip(1, (1, 3), 0).wait(20.5).trip(2, (3, 2), 0).wait(20.5);
    assert_eq!(log.raised(), Vec::<u8>::new());
    log.trip(3, (2, 1), 0);
    assert_eq!(log.raised(), [66]);
    let mut log = Log::new();
    for m in 0..4 {
        let ends = if m % 2 == 0 { (1, 3) } else { (3, 1) };
        log.trip(m, ends, 0).wait(20.5);
    }
    assert!(log.raised().contains(&67));
}

#[test]
fn a_blacklisted_party_and_waste_that_left_a_ledger_without_a_manifest() {
    let mut log = Log::new();
    log.organisation(1, true).file(1, (1, 3), json!({}));
    assert_eq!(log.raised(), [73]);
    let mut log = Log::new();
    let entry = json!({"id": id(50), "site_id": id(101), "kind": "moved_out",
        "waste_code": "900-249-08", "mass_g": 500_000, "occurred_at": "2026-06-01T02:00:00Z",
        "recorded_at": "2026-06-01T02:00:00Z", "note": ""});
    log.event(("ledger_entry", id(50)), "ledger_entry", &entry);
    assert_eq!(log.raised(), [9]);
}

#[test]
fn a_hospital_that_nobody_comes_to() {
    let mut log = Log::new();
    log.site(6, json!({"beds": 300, "organisation_id": id(5)}));
    log.file(1, (6, 3), json!({"stream": "medical"})).depart(1).wait(2.5).arrive(1).wait(0.5);
    log.receive(1, 0, json!({"storage_temp_mc": 2000})).wait(40.0);
    assert_eq!(log.raised(), Vec::<u8>::new());
    log.wait(24.0);
    assert_eq!(log.raised(), [48]);
    log.wait(24.0);
    let raised = log.raised();
    assert!(raised.contains(&52) && raised.contains(&49), "{raised:?}");
}

/// Kilometres east of site 1, where the load is.
fn at(km: f64) -> serde_json::Value {
    json!({"kind": "position", "place": {"lon_e6": 80_600_000 + (km * 11_900.0) as i64,
        "lat_e6": 41_000_000}})
}

#[test]
fn what_positions_tell_of_a_trip() {
    let trip = |readings: &[(i64, serde_json::Value)], difference: i64| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({"vehicle": 7})).depart(1).wait(2.5);
        log.tell("vehicle", 7, readings).arrive(1).wait(0.5);
        log.receive(1, difference, json!({}));
        log.raised()
    };
    let drives = |from: i64, to: i64| -> Vec<(i64, serde_json::Value)> {
        (from..=to)
            .rev()
            .step_by(5)
            .map(|minutes| (minutes, at(100.0 - minutes as f64 * 0.66)))
            .collect()
    };
    assert_eq!(trip(&drives(0, 150), 0), Vec::<u8>::new(), "it drives on, and tells so");
    // Forty minutes where nobody waits, then on.
    let mut stops = drives(95, 150);
    stops.extend((55..95).rev().step_by(5).map(|minutes| (minutes, at(37.3))));
    stops.extend(drives(50, 50).into_iter().map(|(minutes, _)| (minutes, at(41.0))));
    let stopped = trip(&stops, 0);
    assert!(stopped.contains(&18) && !stopped.contains(&19), "{stopped:?}");
    let dumped = trip(&stops, -40_000);
    assert!(dumped.contains(&18) && dumped.contains(&19), "{dumped:?}");
    // Nothing for forty minutes, on the move.
    let gap: Vec<_> = drives(0, 150).into_iter().filter(|(m, _)| !(40..80).contains(m)).collect();
    assert_eq!(trip(&gap, 0), [20]);
    // What the device held back fills it.
    let held: Vec<_> = drives(0, 150).into_iter().filter(|(m, _)| (40..80).contains(m)).collect();
    let late = |some: usize| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({"vehicle": 7})).depart(1).wait(2.5);
        log.tell("vehicle", 7, &gap).tell("vehicle", 7, &held[..some]).arrive(1).wait(0.5);
        log.receive(1, 0, json!({}));
        let outcomes = log.show(&mut fresh());
        let is_gone = outcomes
            .iter()
            .any(|one| matches!(one, crate::anomaly::finding::Outcome::Cleared { .. }));
        (log.raised(), is_gone)
    };
    assert_eq!(late(1), (vec![20, 20], false));
    assert_eq!(late(held.len()), (vec![20], true));
    let mut fast = drives(0, 150);
    fast[3].1["speed_milli"] = json!(96_000);
    assert_eq!(trip(&fast, 0), [22]);
    let mut far = drives(60, 150);
    far.extend((0..60).rev().step_by(5).map(|minutes| {
        (
            minutes,
            json!({"kind": "position", "place": {"lon_e6": 81_000_000,
            "lat_e6": 41_000_000 + (60 - minutes) * 18_000}}),
        )
    }));
    assert!(trip(&far, 0).contains(&17));
}

#[test]
fn a_store_that_is_warm_and_a_furnace_that_is_cold() {
    let warm = |celsius: i64| json!({"kind": "storage_temperature", "celsius_milli": celsius});
    let fed = |celsius: i64| json!({"kind": "furnace", "celsius_milli": celsius, "feeding": true});
    let tell = |readings: Vec<(i64, serde_json::Value)>| {
        let mut log = Log::new();
        log.tell("site", 3, &readings);
        log.raised()
    };
    assert_eq!(tell((0..4).rev().map(|n| (n * 9, warm(7000))).collect()), Vec::<u8>::new());
    assert_eq!(tell((0..5).rev().map(|n| (n * 9, warm(7000))).collect()), [50]);
    assert_eq!(tell((0..9).rev().map(|n| (n, fed(870_000))).collect()), Vec::<u8>::new());
    assert!(tell((0..9).rev().map(|n| (n, fed(820_000))).collect()).contains(&57));
}
