//! Where trips end, by positions and by what is told; scales of vehicles that fall on the way.

use serde_json::{Value, json};

use super::lives::{Log, cleared, findings, fresh, id};
use crate::anomaly::finding::Finding;

/// On the way from site 1 to site 3, a hundred kilometres, so many minutes ago.
fn at(minutes: i64, share: f64) -> (i64, Value) {
    let place = json!({"lon_e6": 80_600_000 + (share * 1_200_000.0) as i64,
        "lat_e6": 41_000_000});
    (minutes, json!({"kind": "position", "place": place}))
}

/// Positions of two and a half hours, up to a share of the way, all but the last so many minutes.
fn driven(upto: f64, silent: i64) -> Vec<(i64, Value)> {
    let minutes = (silent..=150).rev().step_by(5);
    minutes.map(|minutes| at(minutes, upto * (1.0 - minutes as f64 / 150.0))).collect()
}

/// A trip of which this is told on the way, and received half an hour after it arrived.
fn trip(more: &Value, readings: &[(i64, Value)], arrival: &Value) -> Log {
    let mut log = Log::new();
    let mut filed = json!({"vehicle": 7});
    filed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    log.file(1, (1, 3), filed).depart(1).wait(2.5);
    if !readings.is_empty() {
        log.tell("vehicle", 7, readings);
    }
    log.event(("manifest", id(1001)), "arrived", arrival).wait(0.5).receive(1, 0, json!({}));
    log
}

/// What says that it ended elsewhere.
fn ended(log: &mut Log) -> Vec<Finding> {
    log.wait(3.0);
    findings(log, 17).into_iter().filter(|one| one.key == "end").collect()
}

#[test]
fn a_vehicle_that_never_came_near_did_not_arrive() {
    let after = |upto: f64, silent: i64| {
        let found = ended(&mut trip(&json!({}), &driven(upto, silent), &json!({})));
        found.first().map(|one| one.evidence["nearest_kilometres"].as_f64().unwrap().round())
    };
    assert_eq!(after(1.0, 0), None);
    assert_eq!(after(0.97, 0), None, "the gate is three kilometres from where the site is");
    assert_eq!(after(0.004, 0), Some(100.0), "it stood at its producer all the time");
    assert_eq!(after(0.35, 0), Some(66.0));
    assert_eq!(after(0.7, 0), Some(30.0));
    assert_eq!(after(1.0, 10), None, "a few minutes to go");
    assert_eq!(after(1.0, 75), None, "silent to the end (AL20): it may have gone there");
    let dark = ended(&mut trip(&json!({}), &[], &json!({})));
    assert_eq!(dark, []);
    let paper = json!({"head": {"backfill": {"kind": "network_failure"}}});
    assert_eq!(ended(&mut trip(&paper, &driven(0.35, 0), &json!({}))), []);
    let round = json!({"head": {"round_id": id(50)}});
    let found = ended(&mut trip(&round, &driven(0.35, 0), &json!({})));
    assert_eq!((found.len(), found[0].about.1), (1, id(50)), "one case for all of its stops");
}

#[test]
fn a_device_may_tell_late_where_it_was() {
    let mut late = trip(&json!({}), &[], &json!({}));
    late.wait(20.0);
    let later = |upto: f64| {
        let mut log = late.clone();
        let told = driven(upto, 0).into_iter().map(|(ago, one)| (ago + 1230, one));
        log.tell("vehicle", 7, &told.collect::<Vec<_>>());
        ended(&mut log).len()
    };
    assert_eq!((later(1.0), later(0.35)), (0, 1));
    let mut log = trip(&json!({}), &driven(0.35, 0), &json!({}));
    assert_eq!(ended(&mut log).len(), 1);
    log.tell("vehicle", 7, &[at(215, 0.99)]).wait(3.0);
    assert!(cleared(&log.show(&mut fresh())) > 0, "it had been there");
    // A day later the same vehicle does go there.
    let mut next = trip(&json!({}), &driven(0.35, 0), &json!({}));
    next.wait(20.0).file(2, (1, 3), json!({"vehicle": 7})).depart(2).wait(2.5);
    next.tell("vehicle", 7, &driven(1.0, 0)).arrive(2).wait(0.5).receive(2, 0, json!({}));
    assert_eq!(ended(&mut next).len(), 1);
    assert_eq!(cleared(&next.show(&mut fresh())), 0);
}

#[test]
fn who_is_in_two_places_by_the_papers_is_asked_for_that_alone() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({"vehicle": 7})).file(2, (5, 4), json!({"vehicle": 7}));
    log.depart(1).wait(0.1).depart(2).wait(2.4).tell("vehicle", 7, &driven(0.35, 0));
    log.arrive(1).arrive(2).wait(0.5).receive(1, 0, json!({})).receive(2, 0, json!({}));
    assert_eq!(ended(&mut log), []);
    assert!(log.raised().contains(&25));
}

#[test]
fn an_arrival_that_is_told_from_elsewhere_is_none() {
    let told = |km: f64| {
        let place = json!({"lon_e6": 81_800_000, "lat_e6": 41_000_000 + (km * 8_993.0) as i64});
        json!({"location": place})
    };
    let found = ended(&mut trip(&json!({}), &[], &told(50.0)));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].evidence["kilometres_from_receiver"], json!(50.0));
    assert_eq!(ended(&mut trip(&json!({}), &[], &told(2.0))), []);
}

/// Whether a scale that shows this at a share of the way has lost something.
fn shown(more: &Value, kg: impl Fn(i64, f64) -> i64) -> bool {
    let mut readings = driven(1.0, 0);
    for (n, (minutes, reading)) in readings.iter_mut().enumerate() {
        let share = 1.0 - *minutes as f64 / 150.0;
        reading["load_g"] = json!(kg(n as i64, share) * 1000);
    }
    trip(more, &readings, &json!({})).raised().contains(&19)
}

#[test]
fn a_scale_that_falls_while_it_drives_has_lost_something() {
    let falls = |at: f64| move |_: i64, share: f64| if share < at { 9_000 } else { 7_000 };
    assert!(shown(&json!({}), falls(0.3)));
    assert!(!shown(&json!({}), falls(0.5)), "site 2 is there: somebody knows of it");
    assert!(!shown(&json!({}), falls(0.98)), "at the receiver it is unloaded");
    assert!(!shown(&json!({"head": {"trip_id": id(51)}}), falls(0.3)), "others share it");
    assert!(!shown(&json!({}), |n, _| if n == 9 { 5_000 } else { 9_000 }), "one slope");
    let rough = |n: i64, share: f64| 9_000 + n * 7 % 5 * 200 - (share * 1_000.0) as i64;
    assert!(!shown(&json!({}), rough), "a scale that shows anything");
    assert!(!shown(&json!({}), |n, _| 9_000 + n % 3 * 20 - n * 5), "what drips");
}
