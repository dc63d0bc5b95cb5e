//! Papers that do not follow the load: AL85, AL09 of a trip older than its filing, AL56; chains
//! through shells (AL86).

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::lives::{Log, cleared, findings, fresh, id, mass_of, rules};
use crate::anomaly::finding::About;

#[test]
fn what_nobody_saw_leave_is_a_case_until_its_departure_is_told() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).wait(3.0).arrive(1).wait(0.5).receive(1, 0, json!({}));
    assert_eq!(log.raised(), [85]);
    log.depart(1);
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![85], 1));
    let mut log = Log::new();
    let paper = json!({"head": {"backfill": {"kind": "outage"}}});
    log.file(1, (1, 3), paper).arrive(1).wait(0.5).receive(1, 0, json!({}));
    assert_eq!(findings(&log, 85), []);
    let mut log = Log::new();
    log.file(1, (1, 3), json!({"head": {"round_id": id(50)}})).receive(1, 0, json!({}));
    assert_eq!(findings(&log, 85), []);
}

#[test]
fn a_trip_that_is_older_than_its_manifest_was_without_one() {
    let trip = |hours: i64, more: Value| {
        let mut log = Log::new();
        log.file(1, (1, 3), more);
        let then = log.now - TimeDelta::hours(hours);
        log.event_at(("manifest", id(1001)), "departed", &json!({"by": ["carrier"]}), then);
        findings(&log, 9).iter().map(|one| one.key.clone()).collect::<Vec<_>>()
    };
    assert_eq!(trip(120, json!({})), ["before filing"]);
    assert_eq!(trip(6, json!({})), [""; 0], "told when there was a network again");
    assert_eq!(trip(120, json!({"head": {"backfill": {"kind": "outage"}}})), [""; 0]);
}

#[test]
fn a_vehicle_for_medical_waste_carries_nothing_else() {
    let trip = |before: &str, stream: &str| {
        let mut log = Log::new();
        let vehicle = json!({"id": id(307), "organisation_id": id(8), "plate": "新A00007",
            "kind": "truck", "classes": ["medical", "kitchen"], "rated_g": null,
            "status": "active"});
        log.event(("vehicle", id(307)), "registered", &vehicle);
        for (m, stream) in [(1, before), (2, stream), (3, stream)] {
            let code = if stream == "kitchen" { "CY-01" } else { "841-001-01" };
            let load = json!({"stream": stream, "vehicle": 7, "item": {"waste_code": code}});
            log.file(m, (1, 3), load).depart(m).wait(3.0).arrive(m).wait(20.0);
        }
        let found = findings(&log, 56);
        found.iter().map(|one| (one.about.0, one.key.clone())).collect::<Vec<_>>()
    };
    let case = (About::Vehicle, "2026-06".to_owned());
    assert_eq!(trip("medical", "kitchen"), [case.clone(), case], "one case, twice");
    assert_eq!(trip("medical", "medical"), []);
    assert_eq!(trip("kitchen", "medical"), []);
    assert_eq!(trip("kitchen", "kitchen"), [], "it could carry medical waste, and has not");
}

/// Waste goes from the first site to the second, third and fourth; each keeps it for so long.
fn chain(kept_hours: f64, licence: Option<u32>) -> Log {
    let mut log = Log::new();
    let taken = json!({"id": id(70), "organisation_id": id(2), "site_id": id(102),
        "number": "x", "kind": "collection", "status": "active",
        "issued_on": "2025-01-01", "issued_by": "x", "valid_from": "2025-01-01",
        "valid_to": "2029-12-31", "annual_limit_g": null, "limit_factor_milli": 1000,
        "rated_daily_g": null, "lines": []});
    log.event(("licence", id(70)), "registered", &taken);
    for m in 1..=3_u32 {
        let mut item = json!({"mass_g": mass_of(m)});
        if m > 1 {
            item["source_items"] = json!([{"manifest_id": id(999 + m), "line": 1,
                "mass_g": mass_of(m)}]);
        }
        if licence == Some(m) {
            item["licence_id"] = json!(id(70));
            item["licence_line"] = json!(1);
        }
        log.file(m, (m, m + 1), json!({"item": item}));
        if m > 1 {
            let on = json!({"manifest_id": id(1000 + m), "items": [{"line": 1,
                "mass_g": mass_of(m - 1)}]});
            log.event(("manifest", id(999 + m)), "sent_on", &on);
        }
        log.wait(0.5).depart(m).wait(2.6).arrive(m).wait(0.4).receive(m, 0, json!({}));
        log.wait(kept_hours);
    }
    log
}

#[test]
fn waste_that_goes_from_hand_to_hand_within_days_goes_through_shells() {
    let found = findings(&chain(48.0, None), 86);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].about, (About::Manifest, id(1003)));
    assert_eq!(found[0].evidence["holders"], 2);
    assert_eq!(found[0].evidence["site_ids"], json!([id(101), id(102), id(103)]));
    assert_eq!(findings(&chain(24.0 * 40.0, None), 86), [], "it was stored");
    assert_eq!(findings(&chain(48.0, Some(1)), 86), [], "who collects by licence, once");
}
