//! What is on record against what the papers were made to say: weights, declared losses, receipts
//! told late, vehicles that cannot have been there, scales and carriers that lean.

use serde_json::{Value, json};

use super::lives::{Log, cleared, fresh, id, mass_of, rules};
use crate::anomaly::finding::{About, Finding, Outcome};

fn manifest(m: u32) -> (&'static str, uuid::Uuid) {
    ("manifest", id(1000 + m))
}

fn findings(log: &Log) -> Vec<Finding> {
    let raised = log.show(&mut fresh()).into_iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } => Some(finding),
        _ => None,
    });
    raised.collect()
}

#[test]
fn a_loss_that_was_declared_is_a_case_all_the_same() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(1.0);
    let lost = json!({"kind": "loss", "items": [{"line": 1, "lost_g": 500_000}], "note": "丢失",
        "by": ["carrier"]});
    log.event(manifest(1), "incident", &lost).wait(1.6).arrive(1).wait(0.5);
    let found = json!({"items": [{"line": 1, "accepted_g": mass_of(1) - 500_000, "refused_g": 0,
        "difference_g": 0}]});
    log.receive(1, 0, found);
    let found = findings(&log);
    assert_eq!(found.iter().map(|one| (one.rule.0, &*one.key)).collect::<Vec<_>>(), [(1, "lost")]);
    assert_eq!(found[0].evidence["declared_lost_kg"], 500.0);
}

#[test]
fn weights_at_loading_and_on_the_weighbridge_are_held_against_the_papers() {
    let life = |loaded: Option<i64>, weighed: Option<(i64, i64)>| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({}));
        let departed = json!({"by": ["carrier"], "loaded_g": loaded});
        log.event(manifest(1), "departed", &departed).wait(2.6).arrive(1).wait(0.5);
        let more =
            weighed.map_or(json!({}), |(gross, tare)| json!({"gross_g": gross, "tare_g": tare}));
        log.receive(1, 0, more);
        findings(&log).iter().map(|one| one.key.clone()).collect::<Vec<String>>()
    };
    let mass = mass_of(1);
    assert_eq!(life(Some(mass + 20_000), Some((mass + 6_000_000, 6_000_000))), [""; 0]);
    assert_eq!(life(Some(2 * mass), None), ["loaded"]);
    assert_eq!(life(None, Some((2 * mass + 6_000_000, 6_000_000))), ["weighbridge"]);
}

#[test]
fn an_amendment_does_not_make_a_load_lighter() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({}));
    let departed = json!({"by": ["carrier"], "loaded_g": mass_of(1)});
    log.event(manifest(1), "departed", &departed).wait(2.6).arrive(1).wait(0.2);
    let less = mass_of(1) - 300_000;
    let approved = json!({"n": 1, "by": ["producer"], "organisation_id": id(1), "final": true,
        "changes": {"items": [{"line": 1, "mass_g": less}]}});
    log.event(manifest(1), "amendment_approved", &approved).wait(0.3);
    log.receive(
        1,
        0,
        json!({"items": [{"line": 1, "accepted_g": less, "refused_g": 0,
        "difference_g": 0}]}),
    );
    let found = findings(&log);
    let mass: Vec<&Finding> = found.iter().filter(|one| one.rule.0 == 1).collect();
    assert_eq!((mass.len(), &*mass[0].key), (1, "loaded"), "{found:?}");
    assert_eq!(mass[0].evidence["difference_kg"], -300.0);
}

#[test]
fn a_receipt_in_time_that_is_told_late_ends_the_case() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(2.5).arrive(1);
    let then = log.now + chrono::TimeDelta::hours(20);
    log.wait(24.0 * 12.0);
    let data = json!({"decision": "accept", "items": [{"line": 1, "accepted_g": mass_of(1),
        "refused_g": 0, "difference_g": 0}]});
    log.user = id(901);
    log.event_at(manifest(1), "received", &data, then);
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![7], 1));
}

#[test]
fn nobody_drives_there_in_a_quarter_of_an_hour() {
    let again = |from: u32, minutes: f64| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({})).depart(1).wait(2.6).arrive(1).wait(minutes / 60.0);
        log.file(2, (from, 2), json!({"vehicle": 1})).depart(2);
        log.raised()
    };
    assert_eq!(again(5, 15.0), [25], "a hundred kilometres from where it arrived");
    assert_eq!(again(5, 120.0), Vec::<u8>::new());
    assert_eq!(again(3, 15.0), Vec::<u8>::new(), "from the very place");
}

#[test]
fn a_plan_counts_as_far_as_it_is_one() {
    let trip = |planned: f64, hours: f64| {
        let mut log = Log::new();
        let at = |hours: f64| {
            let at = log.now + chrono::TimeDelta::minutes((hours * 60.0) as i64);
            crate::clock::rfc3339(at)
        };
        let leg = json!({"n": 1, "mode": "road", "carrier_id": id(8), "carrier_name": "x",
            "vehicle_id": id(301), "plate": "新A00001", "driver_id": id(401),
            "planned_departure_at": at(0.0), "planned_arrival_at": at(planned)});
        log.file(1, (1, 3), json!({"head": {"legs": [leg]}})).depart(1).wait(hours).arrive(1);
        let mut raised = log.raised();
        raised.dedup();
        raised
    };
    assert_eq!(trip(2.5, 3.6), Vec::<u8>::new());
    assert_eq!(trip(2.5, 3.9), [16], "one and a half times the plan");
    assert_eq!(trip(48.0, 47.0), [16], "two days for a hundred kilometres is no plan");
}

#[test]
fn a_receiver_that_treats_nothing_of_what_it_takes_hoards() {
    let year = |treats: bool| {
        let mut log = Log::new();
        let licence = json!({"id": id(70), "organisation_id": id(3), "site_id": id(103),
            "number": "x", "kind": "comprehensive", "status": "active",
            "issued_on": "2025-01-01", "issued_by": "x", "valid_from": "2025-01-01",
            "valid_to": "2029-12-31", "annual_limit_g": null, "limit_factor_milli": 1000,
            "rated_daily_g": null, "lines": []});
        log.event(("licence", id(70)), "registered", &licence);
        for m in 0..12 {
            let under = json!({"item": {"licence_id": id(70), "licence_line": 1}});
            log.file(m, (1, 3), under).wait(0.5).depart(m).wait(2.6).arrive(m).wait(0.4);
            log.receive(m, 0, json!({})).wait(24.0 * 7.0 - 3.5);
            if treats {
                let day = crate::clock::legal_day(log.now);
                let done = json!({"final": true, "treatments": [{"line": 1, "method": "R9",
                    "mass_g": mass_of(m), "completed_on": day}]});
                log.event(manifest(m), "completed", &done);
            }
        }
        let found = findings(&log).into_iter().find(|one| one.rule.0 == 76);
        found.map(|one| (one.about, one.organisations))
    };
    assert_eq!(year(true), None);
    assert_eq!(
        year(false),
        Some(((About::Site, id(103)), vec![crate::ids::OrganisationId::of(id(3))]))
    );
}

const NOISE: [i64; 6] = [-3_000, 2_500, -1_000, 3_500, 500, -2_500];

/// Who is named for losses, of trips from three senders to a receiver, each so much short.
fn leaning(lost: impl Fn(u32) -> i64, carrier: impl Fn(u32) -> u32) -> Vec<About> {
    let mut log = Log::new();
    for m in 0..90 {
        let from = [1, 2, 4][m as usize % 3];
        let leg = json!({"n": 1, "mode": "road", "carrier_id": id(carrier(m)),
            "carrier_name": "x", "vehicle_id": id(300 + m), "plate": "新A00001",
            "driver_id": id(400 + m)});
        log.file(m, (from, 3), json!({"head": {"legs": [leg]}})).wait(0.5).depart(m);
        log.wait(2.6).arrive(m).wait(0.4);
        log.receive(m, NOISE[m as usize % 6] - lost(m), json!({})).wait(20.5);
    }
    let found = findings(&log);
    // What lies there untreated meanwhile is another matter.
    assert!(found.iter().all(|one| [69, 76].contains(&one.rule.0)));
    let losses = found.iter().filter(|one| one.rule.0 == 69);
    let mut named: Vec<About> = losses.map(|one| one.about.0).collect();
    named.dedup();
    named
}

#[test]
fn a_scale_that_is_wrong_for_everybody_is_no_theft() {
    assert_eq!(leaning(|_| 8_000, |m| 8 + m % 4), []);
    assert_eq!(leaning(|m| if m % 3 == 0 { 9_000 } else { 0 }, |m| 8 + m % 4), [About::Pair]);
}

#[test]
fn a_carrier_that_takes_a_little_from_everybody_is_named() {
    let named = leaning(|m| if m % 4 == 0 { 12_000 } else { 0 }, |m| 8 + m % 4);
    assert_eq!(named, [About::Organisation]);
}

#[test]
fn a_clinic_beside_a_farm_does_not_hide_the_farm() {
    let trip = |neighbour: Option<&str>| {
        let mut log = Log::new();
        let place = json!({"lon_e6": 81_200_000, "lat_e6": 41_000_000});
        log.site(6, json!({"business": "farm", "location": place, "organisation_id": id(4)}));
        if let Some(business) = neighbour {
            log.site(7, json!({"business": business, "location": place, "organisation_id": id(5)}));
        }
        let kitchen = json!({"stream": "kitchen", "vehicle": 7, "item": {"waste_code": "CY-01"}});
        log.file(1, (1, 3), kitchen).depart(1).wait(1.5);
        let here = |_| json!({"kind": "position", "place": place.clone()});
        let readings: Vec<(i64, Value)> = (0..6).rev().map(|n| (n * 5, here(n))).collect();
        log.tell("vehicle", 7, &readings);
        log.raised().into_iter().filter(|rule| *rule == 62).count()
    };
    assert!(trip(None) > 0);
    assert!(trip(Some("clinic")) > 0);
}

#[test]
fn a_licence_or_a_vehicle_that_is_suspended_while_loads_ride() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({"vehicle": 7})).depart(1).wait(0.5);
    let vehicle = json!({"id": id(307), "organisation_id": id(8), "plate": "新A00007",
        "kind": "truck", "classes": ["hazardous"], "rated_g": 15_000_000, "status": "suspended"});
    log.event(("vehicle", id(307)), "changed", &vehicle);
    let found = findings(&log);
    assert_eq!(found.iter().map(|one| one.rule.0).collect::<Vec<u8>>(), [73]);
    assert_eq!(found[0].about, (About::Vehicle, id(307)));
    assert_eq!(found[0].organisations, [crate::ids::OrganisationId::of(id(8))]);
}

#[test]
fn what_was_refused_and_what_a_trucks_scale_errs_by_was_not_unloaded() {
    let trip = |after_kg: i64, refused_g: i64, missing_g: i64| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({"vehicle": 7})).depart(1).wait(2.5);
        // It stands for half an hour where nobody waits, and goes on.
        let at = |minutes: i64| {
            let east = if minutes > 90 { 60_000 } else { (90 - minutes.max(20)) * 7_000 + 60_000 };
            let mass = if minutes > 90 { 560_000 } else { after_kg * 1000 };
            let reading = json!({"kind": "position", "load_g": mass,
                "place": {"lon_e6": 80_600_000 + east, "lat_e6": 41_000_000}});
            (minutes, reading)
        };
        let readings: Vec<(i64, Value)> = (0..=26).rev().map(|n| at(n * 5)).collect();
        log.tell("vehicle", 7, &readings).arrive(1).wait(0.5);
        let accepted = mass_of(1) - refused_g - missing_g;
        let found = json!({"items": [{"line": 1, "accepted_g": accepted, "refused_g": refused_g,
            "difference_g": -missing_g}]});
        log.receive(1, 0, found);
        log.raised().contains(&19)
    };
    assert!(!trip(560, 300_000, 0), "refused, and there");
    assert!(!trip(520, 0, 0), "two divisions of such a scale");
    assert!(trip(480, 0, 0), "by its own scale");
    assert!(trip(560, 300_000, 100_000), "at the gate");
}

#[test]
fn a_holder_is_reminded_while_there_is_time_to_apply_for_renewal() {
    let mut log = Log::new();
    let licence = json!({"id": id(70), "organisation_id": id(3), "site_id": id(103),
        "number": "x", "kind": "comprehensive", "status": "active", "issued_on": "2021-10-01",
        "issued_by": "x", "valid_from": "2021-10-01", "valid_to": "2026-09-30",
        "annual_limit_g": null, "limit_factor_milli": 1000, "rated_daily_g": null, "lines": []});
    log.event(("licence", id(70)), "registered", &licence);
    let reminded = |until: &str| {
        let mut watch = fresh();
        log.show(&mut watch);
        watch.advance(until.parse().unwrap());
        watch.take().into_iter().find_map(|outcome| match outcome {
            Outcome::Reminder { finding, .. } if finding.rule.0 == 11 => Some(finding.evidence),
            _ => None,
        })
    };
    let days = crate::calendar::Calendar::load().unwrap();
    let by = days.subtract_working_days("2026-09-30".parse().unwrap(), 30);
    let eve = days.subtract_working_days(by, 5).pred_opt().unwrap();
    assert_eq!(reminded(&format!("{eve}T15:59:59Z")), None, "Beijing's day is not over");
    let told = reminded(&format!("{eve}T16:00:00Z")).unwrap();
    assert_eq!((&told["apply_by"], &told["valid_to"]), (&json!(by), &json!("2026-09-30")));
}
