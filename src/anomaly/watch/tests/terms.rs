//! Terms that no other rule watches: who is reminded before, and what is a case after.

use serde_json::{Value, json};

use super::lives::{Log, cleared, fresh, id, mass_of, rules};
use crate::anomaly::finding::{Finding, Outcome};
use crate::clock::rfc3339;

/// Reminders, by rule and row of the table of deadlines.
fn reminded(outcomes: &[Outcome]) -> Vec<(u8, String)> {
    let found = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Reminder { finding, .. } => Some((finding.rule.0, term(finding))),
        _ => None,
    });
    found.collect()
}

fn term(finding: &Finding) -> String {
    finding.evidence.get("term").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_reminded(log: &Log, rule: u8, term: &str) -> usize {
    let all = reminded(&log.show(&mut fresh()));
    all.iter().filter(|one| **one == (rule, term.to_owned())).count()
}

#[test]
fn who_carries_a_load_for_two_days_is_reminded() {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({})).depart(1).wait(47.9);
    assert_eq!(is_reminded(&log, 80, "DL34"), 0);
    log.wait(0.2);
    assert_eq!(is_reminded(&log, 80, "DL34"), 1);
    let mut there = Log::new();
    there.file(1, (1, 3), json!({})).depart(1).wait(2.0).arrive(1).wait(60.0);
    assert_eq!(is_reminded(&there, 80, "DL34"), 0);
}

#[test]
fn what_was_found_otherwise_is_recorded_within_a_day() {
    let found = |hours: f64, decision: &str, mismatches: Value| {
        let mut log = Log::new();
        log.file(1, (1, 3), json!({})).depart(1).wait(2.5).arrive(1);
        let then = log.now;
        log.wait(hours);
        let accepted = if decision == "refuse" { 0 } else { mass_of(1) };
        let data = json!({"decision": decision, "mismatches": mismatches, "items": [{"line": 1,
            "accepted_g": accepted, "refused_g": mass_of(1) - accepted, "difference_g": 0}]});
        log.event_at(("manifest", id(1001)), "received", &data, then);
        log.raised().contains(&81)
    };
    let other = json!([{"line": 1, "field": "form", "found": "solid"}]);
    assert!(!found(24.0, "accept", other.clone()));
    assert!(found(24.1, "accept", other));
    assert!(found(24.1, "refuse", json!([])));
    assert!(!found(100.0, "accept", json!([])), "all was as declared");
}

#[test]
fn a_plan_that_does_not_have_what_left_is_changed_within_five_working_days() {
    let warned = json!({"head": {"warnings": [
        {"code": "outside_plan", "pointer": "/items/0/waste_code", "zh": "x", "en": "x"}]}});
    // A Monday: three working days are over on Thursday, five on the Monday after.
    let mut log = Log::new();
    log.trip(1, (1, 3), 0);
    log.file(2, (1, 3), warned).wait(0.5).depart(2).wait(2.6).arrive(2).wait(0.5);
    log.receive(2, 0, json!({})).wait(24.0 * 3.5);
    assert_eq!((is_reminded(&log, 82, "DL17"), log.raised()), (1, vec![15]));
    let plan = json!({"id": id(700), "site_id": id(101), "year": 2026, "filed_on": "2026-06-05",
        "lines": [], "status": "active"});
    let mut in_time = log.clone();
    in_time.event(("management_plan", id(700)), "changed", &plan).wait(24.0 * 9.0);
    assert_eq!(in_time.raised(), [15]);
    // A verdict is no change of it.
    let mut accepted = plan.clone();
    accepted["review_status"] = json!("accepted");
    log.event(("management_plan", id(700)), "reviewed", &accepted);
    log.wait(24.0 * 5.0);
    assert_eq!(log.raised(), [15, 82]);
    log.event(("management_plan", id(700)), "changed", &plan);
    assert_eq!(cleared(&log.show(&mut fresh())), 1);
}

/// What was outside a plan because that was returned is settled when the plan is accepted after
/// all, and when it is filed again; to return it once more settles nothing.
#[test]
fn a_plan_that_was_returned_is_filed_again_within_five_working_days() {
    let warned = json!({"head": {"warnings": [
        {"code": "outside_plan", "pointer": "/management_plan_id", "zh": "x", "en": "x"}]}});
    let mut log = Log::new();
    log.file(1, (1, 3), warned).wait(0.5).depart(1).wait(2.6).arrive(1).wait(0.5);
    log.receive(1, 0, json!({})).wait(24.0);
    let told = |log: &Log, kind: &str, status: &str| {
        let plan = json!({"id": id(700), "site_id": id(101), "year": 2026,
            "filed_on": "2026-06-05", "lines": [], "status": "active", "review_status": status});
        let mut log = log.clone();
        log.event(("management_plan", id(700)), kind, &plan).wait(24.0 * 9.0);
        log.raised().contains(&82)
    };
    assert!(told(&log, "reviewed", "returned"));
    assert!(!told(&log, "reviewed", "accepted"));
    assert!(!told(&log, "changed", "submitted"));
}

#[test]
fn a_kitchen_load_that_came_is_confirmed_within_a_day() {
    let kitchen = || json!({"stream": "kitchen", "item": {"waste_code": "CY-01", "method": "K1"}});
    let mut log = Log::new();
    log.file(1, (1, 3), kitchen()).depart(1).wait(1.0).arrive(1).wait(19.9);
    assert_eq!(is_reminded(&log, 83, "DL50"), 0);
    log.wait(4.0);
    assert_eq!((is_reminded(&log, 83, "DL50"), log.raised()), (1, vec![]));
    log.wait(0.2);
    assert_eq!(log.raised(), [83]);
    log.receive(1, 0, json!({}));
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![83], 1));
    let mut told_later = Log::new();
    told_later.file(1, (1, 3), kitchen()).depart(1).wait(1.0).arrive(1);
    let then = told_later.now + chrono::TimeDelta::hours(25);
    told_later.wait(30.0);
    let accept = json!({"decision": "accept", "items": [{"line": 1, "accepted_g": mass_of(1),
        "refused_g": 0, "difference_g": 0}]});
    told_later.user = id(901);
    told_later.event_at(("manifest", id(1001)), "received", &accept, then);
    assert_eq!(told_later.raised(), [83]);
}

#[test]
fn an_authority_is_reminded_of_its_step_and_what_is_overdue_names_nobody() {
    let application = |more: Value| {
        let mut data = json!({"id": id(800), "organisation_id": id(1), "producer_site_id": id(101),
            "producer_division": "01", "receiver_site_id": id(103), "receiver_division": "02",
            "items": [], "valid_from": "2026-07-01", "valid_to": "2026-12-31", "note": "",
            "status": "submitted", "submitted_on": "2026-06-01", "corrections": null,
            "accepted_on": null, "accepted_by_silence": false, "consultation": null,
            "reply": null, "outcome": null, "withdrawn_on": null});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    let tell = |log: &mut Log, more: Value| {
        log.event(("transfer_application", id(800)), "changed", &application(more));
    };
    // Monday, 1 June 2026; the Dragon Boat Festival is on the 19th.
    let accepted = json!({"status": "accepted", "accepted_on": "2026-06-02"});
    let mut log = Log::new();
    tell(&mut log, json!({}));
    log.wait(24.0);
    tell(&mut log, accepted.clone());
    log.wait(24.0 * 5.0);
    assert_eq!(is_reminded(&log, 84, "DL06"), 0, "Sunday the 7th");
    log.wait(24.0);
    assert_eq!((is_reminded(&log, 84, "DL06"), log.raised()), (1, vec![]));
    log.wait(48.0);
    let outcomes = log.show(&mut fresh());
    assert_eq!(rules(&outcomes), [84]);
    let Some(Outcome::Raised { finding, .. }) =
        outcomes.iter().find(|one| matches!(one, Outcome::Raised { .. }))
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!((term(finding), finding.divisions.join(" ")), ("DL06".into(), "01".into()));
    assert!(finding.organisations.is_empty());
    // It consults at last: the other authority has ten working days.
    let mut consulted = accepted;
    consulted.as_object_mut().unwrap().extend(
        json!({"status": "consulting",
        "consultation": {"sent_on": "2026-06-10", "number": "x"}})
        .as_object()
        .unwrap()
        .clone(),
    );
    tell(&mut log, consulted);
    let outcomes = log.show(&mut fresh());
    assert_eq!((rules(&outcomes), cleared(&outcomes)), (vec![84], 1));
    log.wait(24.0 * 20.0);
    let outcomes = log.show(&mut fresh());
    assert_eq!(rules(&outcomes), [84, 84]);
    let last = outcomes.iter().rev().find_map(|one| match one {
        Outcome::Raised { finding, .. } => Some((term(finding), finding.divisions.join(" "))),
        _ => None,
    });
    assert_eq!(last, Some(("DL07".to_owned(), "02".to_owned())));
}

#[test]
fn silence_accepts_and_the_next_step_is_due_as_of_the_day_it_came_in() {
    let mut log = Log::new();
    let data = json!({"id": id(800), "organisation_id": id(1), "producer_site_id": id(101),
        "producer_division": "01", "receiver_site_id": id(103), "receiver_division": "02",
        "items": [], "valid_from": "2026-07-01", "valid_to": "2026-12-31", "note": "",
        "status": "submitted", "submitted_on": "2026-06-01", "corrections": null,
        "accepted_on": null, "accepted_by_silence": false, "consultation": null,
        "reply": null, "outcome": null, "withdrawn_on": null});
    log.event(("transfer_application", id(800)), "registered", &data).wait(24.0 * 6.0);
    assert_eq!(log.raised(), Vec::<u8>::new());
    assert_eq!(is_reminded(&log, 84, "DL05"), 1);
    log.wait(24.0 * 2.0);
    assert_eq!(log.raised(), [84]);
}

#[test]
fn plants_and_collectors_are_reminded_of_what_they_owe_each_period() {
    let mut log = Log::new();
    log.site(
        6,
        json!({"organisation_id": id(1), "kind": "treatment",
        "facility_kind": "medical_plant"}),
    );
    log.site(
        7,
        json!({"organisation_id": id(1), "kind": "treatment",
        "facility_kind": "kitchen_plant"}),
    );
    log.organisation(8, false);
    log.trip(1, (1, 3), 0);
    let kitchen = json!({"stream": "kitchen", "item": {"waste_code": "CY-01", "method": "K1"}});
    log.file(2, (1, 3), kitchen).depart(2).wait(1.0).arrive(2).receive(2, 0, json!({}));
    let count = |log: &Log| ["DL43", "DL48", "DL49"].map(|row| is_reminded(log, 80, row));
    assert_eq!(count(&log), [0, 0, 0]);
    // From the 23rd there are five working days to the 30th of June.
    log.wait(24.0 * 21.0);
    assert_eq!(count(&log), [0, 0, 0], "{}", rfc3339(log.now));
    log.wait(24.0 * 365.0);
    assert_eq!(count(&log), [2, 4, 1]);
    assert!(!log.raised().contains(&80), "reminders alone");
}

#[test]
fn old_waste_at_its_producer_is_a_reminder_by_what_came_first() {
    let mut log = Log::new();
    let entry = |n: u32, kind: &str, mass: i64, log: &Log| {
        json!({"id": id(600 + n), "site_id": id(101), "kind": kind, "waste_code": "900-249-08",
            "mass_g": mass, "occurred_at": rfc3339(log.now), "recorded_at": rfc3339(log.now),
            "manifest_line": null, "external_id": null, "storage_area_id": null,
            "container_id": null, "batch_number": null, "note": "", "manifest_id": null})
    };
    for (n, kind, mass) in [(1, "produced", 500_000), (2, "produced", 300_000)] {
        let data = entry(n, kind, mass, &log);
        log.event(("ledger_entry", id(600 + n)), "registered", &data).wait(24.0 * 30.0);
    }
    log.wait(24.0 * 300.0);
    assert_eq!(is_reminded(&log, 31, "DL19"), 0);
    log.wait(24.0 * 60.0);
    assert!(is_reminded(&log, 31, "DL19") > 0);
}

/// Every row of the table has its line in the documentation, so that none is watched by nobody
/// without a reason.
#[test]
fn every_row_of_the_table_says_how_it_is_watched() {
    const PAGE: &str = include_str!("../../../../docs/deadlines.md");
    let lines: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| DL")).collect();
    for rule in fresh().reference.catalogue.deadline_rules() {
        let of_rule =
            |line: &&&str| line.split('|').nth(1).is_some_and(|cell| cell.contains(&*rule.rule_id));
        let found: Vec<_> = lines.iter().filter(of_rule).collect();
        assert_eq!(found.len(), 1, "{}", rule.rule_id);
        let watched = found[0].split('|').nth(3).unwrap();
        let alarm = rule.alarm_rule.as_deref().unwrap_or_default();
        let by_other = watched.contains("refused") || rule.rule_id.as_ref() == "DL41";
        assert!(watched.contains(alarm) || by_other, "{}: {alarm}", rule.rule_id);
    }
}
