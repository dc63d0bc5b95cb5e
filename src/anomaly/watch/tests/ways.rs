//! Ways that trips have shown, positions of devices that have none, and weights of rounds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::lives::{Log, fresh, id};
use crate::anomaly::finding::Outcome;

/// Positions of a trip from site 1 to site 3, a hundred kilometres, so many degrees north of the
/// line at most from the one share of it to the other; minutes before its end.
fn driven(north: f64, (first, last): (f64, f64)) -> Vec<(i64, Value)> {
    let position = |minutes: i64| {
        let share = 1.0 - minutes as f64 / 150.0;
        let off = if (first..=last).contains(&share) { north } else { 0.0 };
        let place = json!({"lon_e6": 80_600_000 + (share * 1_200_000.0) as i64,
            "lat_e6": 41_000_000 + (off * 1e6) as i64});
        (minutes, json!({"kind": "position", "place": place}))
    };
    (0..=150).rev().step_by(5).map(position).collect()
}

/// A trip, of which these positions are told.
fn trip(log: &mut Log, m: u32, more: &Value, readings: &[(i64, Value)]) {
    let mut filed = json!({"vehicle": 7});
    filed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    log.file(m, (1, 3), filed).depart(m).wait(2.5).tell("vehicle", 7, readings).arrive(m);
    log.wait(0.5).receive(m, 0, json!({})).wait(21.0);
}

fn after(trips: u32, more: &Value, readings: &[(i64, Value)]) -> bool {
    let mut log = Log::new();
    for m in 0..trips {
        // A road that is at most a kilometre and a half from the line.
        trip(&mut log, m, &json!({}), &driven(0.002 * f64::from(m % 7), (0.3, 0.6)));
    }
    trip(&mut log, 500, more, readings);
    log.raised().contains(&17)
}

#[test]
fn whoever_leaves_the_way_of_all_trips_before_is_told_of() {
    let eight_km = driven(0.075, (0.4, 0.6));
    assert!(after(8, &json!({}), &eight_km), "eight kilometres to the side, for half an hour");
    assert!(!after(7, &json!({}), &eight_km), "seven trips are no road");
    assert!(!after(8, &json!({}), &driven(0.012, (0.2, 0.7))), "as wide as before");
    assert!(!after(8, &json!({}), &driven(0.075, (0.5, 0.53))), "one position is no way");
    let on_a_round = json!({"head": {"round_id": id(50)}});
    assert!(!after(8, &on_a_round, &eight_km), "a round has stops of its own");
}

#[test]
fn who_was_led_astray_shows_no_way() {
    let mut log = Log::new();
    for m in 0..8 {
        trip(&mut log, m, &json!({}), &driven(0.0, (0.0, 1.0)));
    }
    for m in 8..11 {
        trip(&mut log, m, &json!({}), &driven(0.075, (0.4, 0.6)));
    }
    let astray: BTreeSet<Uuid> = log.show(&mut fresh()).into_iter().filter_map(astray).collect();
    assert_eq!(astray, (8..11).map(|m| id(1000 + m)).collect());
}

/// Which manifest was off its way.
fn astray(outcome: Outcome) -> Option<Uuid> {
    match outcome {
        Outcome::Raised { finding, .. } => (finding.rule.0 == 17).then_some(finding.about.1),
        _ => None,
    }
}

#[test]
fn a_device_without_a_fix_is_nowhere() {
    let mut readings = driven(0.0, (0.0, 1.0));
    readings[9].1["place"] = json!({"lon_e6": 0, "lat_e6": 0});
    let mut log = Log::new();
    trip(&mut log, 1, &json!({}), &readings);
    assert_eq!(log.raised(), [0_u8; 0]);
}

/// A hundred stops of a round, with weights of these.
fn stops(weight: impl Fn(u32) -> i64) -> Vec<u8> {
    let mut log = Log::new();
    for m in 0..101 {
        let head = json!({"head": {"round_id": id(60 + m)}, "mass_g": weight(m)});
        let items = json!([{"line": 1, "accepted_g": weight(m), "refused_g": 0,
            "difference_g": 0}]);
        log.file(m, (1, 3), head).depart(m).wait(2.0).arrive(m).wait(0.5);
        log.receive(m, 0, json!({"items": items})).wait(21.5);
    }
    let raised = log.raised();
    raised.into_iter().filter(|rule| [44, 71].contains(rule)).collect()
}

#[test]
fn digits_of_a_rounds_weights_are_looked_at_and_bins_may_be_alike() {
    let spread = |m: u32| i64::from(m * 7919 % 211);
    assert_eq!(stops(|m| 200_000 + spread(m) * 1000), [0_u8; 0], "weighed");
    assert_eq!(stops(|_| 240_000), [0_u8; 0], "a bin that is always full");
    let last = |m: u32| if m.is_multiple_of(2) { 3 } else { 7 };
    let invented = |m: u32| (200 + spread(m) / 10 * 10 + last(m)) * 1000;
    assert_eq!(stops(invented), [71]);
}
