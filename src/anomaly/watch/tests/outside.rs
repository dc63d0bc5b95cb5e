//! What an outside tester found on half years of its own simulator: coarse scales, kitchens that
//! are closed, heaps that nobody takes away, figures that were corrected, falls without an output.

use serde_json::json;

use super::lives::{Log, fresh, id, produced};
use crate::anomaly::finding::{About, Finding, Outcome, case_id};
use crate::anomaly::rule::{RuleId, Severity};

fn findings(log: &Log, wanted: &[u8]) -> Vec<Finding> {
    let raised = log.show(&mut fresh()).into_iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } if wanted.contains(&finding.rule.0) => Some(finding),
        _ => None,
    });
    raised.collect()
}

/// How often the case of a rule on the first site is resolved.
fn resolved(log: &Log, rule: u8, key: &str) -> usize {
    let wanted = case_id(RuleId(rule), (About::Site, id(101)), key);
    let outcomes = log.show(&mut fresh());
    let is_it = |one: &&Outcome| matches!(one, Outcome::Cleared { case, .. } if *case == wanted);
    outcomes.iter().filter(is_it).count()
}

/// Trips of so many grams filed and found.
fn weighed(trips: &[(i64, i64)]) -> Vec<u8> {
    let mut log = Log::new();
    for (m, (out, found)) in trips.iter().enumerate() {
        let m = m as u32;
        let from = 1 + m % 2;
        log.file(m, (from, 3), json!({"mass_g": out})).wait(0.5).depart(m).wait(2.6).arrive(m);
        let items = json!([{"line": 1, "accepted_g": found, "refused_g": 0,
            "difference_g": found - out}]);
        log.wait(0.4).receive(m, 0, json!({"items": items})).wait(20.5);
    }
    findings(&log, &[1, 2, 69]).iter().map(|one| one.rule.0).collect()
}

#[test]
fn small_lots_on_a_coarse_scale_are_no_gain_and_no_loss() {
    let lots = [38_000, 45_000, 26_000, 57_000, 33_000, 61_000, 42_000, 29_000, 74_000];
    let on = |division: i64| -> Vec<(i64, i64)> {
        let round = |mass: i64| (mass + division / 2) / division * division;
        (0..60).map(|n| lots[n % 9] + n as i64 % 7 * 300).map(|mass| (mass, round(mass))).collect()
    };
    assert_eq!(weighed(&on(10_000)), [0_u8; 0]);
    assert_eq!(weighed(&on(5_000)), [0_u8; 0]);
    let mut more = on(10_000);
    more.push((38_000, 70_000));
    assert_eq!(weighed(&more), [2], "three divisions are no rounding");
    let mut fine = on(100);
    fine.push((38_000, 40_300));
    assert_eq!(weighed(&fine), [2], "this scale weighs finer");
    let mut trucks: Vec<(i64, i64)> =
        (0..20).map(|n| 2_000_000 + n * 137_000).map(|out| (out, out / 20_000 * 20_000)).collect();
    trucks.push((392_000, 400_000));
    assert_eq!(weighed(&trucks), [0_u8; 0]);
}

/// A kitchen that is collected daily but for one Saturday, on which a round finds it closed; told
/// so many hours after the stop.
fn kitchen(skipped: Option<&str>, told_late_h: f64) -> Log {
    let mut log = Log::new();
    log.site(1, json!({"business": "restaurant"}));
    let party = json!({"organisation_id": id(1), "name": "x", "uscc": "x", "site_name": "x",
        "division": "01", "region_code": "659002"});
    let collect = |log: &mut Log, m: u32| {
        let load = json!({"stream": "kitchen", "vehicle": 7, "item": {"waste_code": "CY-01"}});
        log.file(m, (1, 3), load).depart(m).wait(3.0).arrive(m).wait(21.0);
    };
    for m in 0..12 {
        collect(&mut log, m);
    }
    let stop = json!({"n": 1, "manifest_id": id(1500), "producer_site_id": id(101),
        "producer": party});
    let plan = json!({"stream": "kitchen", "carrier_id": id(8), "carrier_name": "x",
        "carrier_uscc": "x", "vehicle_id": id(307), "plate": "新A00007", "driver_id": id(407),
        "receiver_site_id": id(103), "receiver": party, "planned_on": "2026-06-13",
        "stops": [stop]});
    log.event(("round", id(60)), "planned", &plan);
    let then = log.now;
    log.wait(told_late_h);
    if let Some(reason) = skipped {
        let skip = json!({"n": 1, "reason": reason});
        log.event_at(("round", id(60)), "skipped", &skip, then);
    }
    log.wait(24.0 - told_late_h);
    collect(&mut log, 20);
    log
}

#[test]
fn a_kitchen_that_was_found_closed_was_not_missed() {
    assert_eq!(findings(&kitchen(None, 0.0), &[58]).len(), 1);
    assert_eq!(findings(&kitchen(Some("no_access"), 0.0), &[58]).len(), 1);
    assert_eq!(findings(&kitchen(Some("closed"), 0.0), &[58]), []);
    let late = kitchen(Some("closed"), 20.0);
    assert_eq!(findings(&late, &[58]).len(), 1);
    assert!(resolved(&late, 58, "2026-06") > 0, "told when the day was over");
}

const OIL: &str = "900-249-08";

#[test]
fn a_ton_that_nobody_takes_away_for_two_months_is_a_heap_whatever_is_made() {
    let life = |until: &str| {
        let mut log = Log::new();
        for month in 1..=6 {
            for day in [2, 16] {
                let on = format!("2027-{month:02}-{day:02}T02:00:00Z");
                if on.as_str() < until {
                    log.now = on.parse().unwrap();
                    produced(&mut log, 1, OIL, 1_000_000);
                    if month < 4 && day == 16 {
                        log.entry(1, "self_treated", OIL, 2_000_000);
                    }
                }
            }
        }
        log.now = until.parse().unwrap();
        findings(&log, &[76])
    };
    assert_eq!(life("2027-05-10T02:00:00Z"), []);
    assert!(!life("2027-05-28T02:00:00Z").is_empty(), "four tonnes, two a month, 73 days");
}

#[test]
fn a_heap_is_not_gone_because_more_is_made() {
    let mut log = Log::new();
    let entries = [
        ("01-02", 1),
        ("01-20", -1),
        ("02-02", 1),
        ("02-20", -1),
        ("03-02", 1),
        ("03-31", -1),
        ("04-05", 4),
        ("05-02", 1),
    ];
    for (on, tonnes) in entries {
        log.now = format!("2027-{on}T02:00:00Z").parse().unwrap();
        if tonnes > 0 {
            produced(&mut log, 1, OIL, tonnes * 1_000_000);
        } else {
            log.entry(1, "self_treated", OIL, 1_000_000);
        }
    }
    log.now = "2027-05-25T02:00:00Z".parse().unwrap();
    assert!(!findings(&log, &[76]).is_empty());
    assert_eq!(resolved(&log, 76, OIL), 0);
    log.entry(1, "self_treated", OIL, 4_900_000).wait(24.0 * 8.0);
    assert_eq!(resolved(&log, 76, OIL), 1);
}

#[test]
fn an_output_that_is_corrected_is_judged_again_at_once() {
    let mut log = Log::new();
    log.now = "2027-01-01T02:00:00Z".parse().unwrap();
    log.site(1, json!({"business": "coke_plant"}));
    let told = |log: &mut Log, month: u32, tonnes: i64, kind: &str| {
        let activity = json!({"id": id(3000 + month), "site_id": id(101), "kind": "output",
            "product": "焦炭", "month": format!("2027-{month:02}-01"),
            "value_milli": tonnes * 1000, "note": ""});
        log.event(("activity", id(3000 + month)), kind, &activity);
    };
    for day in 0..90 {
        produced(&mut log, 1, "252-002-11", 1_000_000);
        log.wait(24.0);
        if [30, 58, 89].contains(&day) {
            let month = day / 30 + 1;
            told(&mut log, month, if month == 3 { 3_000_000 } else { 30_000 }, "registered");
        }
    }
    log.wait(24.0 * 14.0);
    assert!(!findings(&log, &[36]).is_empty());
    assert_eq!(resolved(&log, 36, ""), 0);
    told(&mut log, 3, 31_000, "changed");
    assert_eq!(resolved(&log, 36, ""), 1, "and not when the next month is over");
}

/// Workshops that enter 300 kg a week, of which some fall to a tenth after eight months.
fn workshops(fall: impl Fn(u32) -> bool) -> Vec<(u32, Severity, String)> {
    let mut log = Log::new();
    log.now = "2027-01-03T02:00:00Z".parse().unwrap();
    for n in 1..=7 {
        log.organisation(n, false).site(n, json!({"business": "repair_shop"}));
    }
    for week in 0..46 {
        for n in 1..=7 {
            let less = if week >= 35 && fall(n) { 10 } else { 1 };
            let noise = i64::from((week * 7 + n * 3) % 11) * 4_000;
            produced(&mut log, n, OIL, (280_000 + noise) / less);
        }
        log.wait(24.0 * 7.0);
    }
    let found = findings(&log, &[34]);
    let name = |one: &Finding| {
        let site = (1..=7).find(|n| id(100 + n) == one.about.1).unwrap();
        (site, one.severity, one.key.clone())
    };
    found.iter().map(name).collect()
}

#[test]
fn a_workshop_that_falls_while_its_peers_go_on_is_looked_at() {
    assert_eq!(workshops(|n| n == 2), [(2, Severity::Low, "2027-10".to_owned())]);
    assert_eq!(workshops(|_| true), [], "the season, or the trade");
    assert_eq!(workshops(|_| false), []);
}

#[test]
fn the_division_that_weighings_show_is_in_the_evidence() {
    let mut log = Log::new();
    for m in 0..14_u32 {
        let out = 30_000 + i64::from(m) * 10_000;
        let found = if m == 13 { out + 40_000 } else { out };
        log.file(m, (1, 3), json!({"mass_g": out})).wait(0.5).depart(m).wait(2.6).arrive(m);
        let items = json!([{"line": 1, "accepted_g": found, "refused_g": 0,
            "difference_g": found - out}]);
        log.wait(0.4).receive(m, 0, json!({"items": items})).wait(20.5);
    }
    let found = findings(&log, &[2]);
    assert_eq!((found.len(), &found[0].evidence["division_kg"]), (1, &json!(10.0)));
}
