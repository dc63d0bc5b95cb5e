//! Flows of a category that move to one receiver.

use serde_json::json;

use super::lives::{Log, findings, id};
use crate::anomaly::finding::{About, Finding};

/// A licence for whole categories, of the organisation and its site.
fn licensed(log: &mut Log, n: u32, status: &str, categories: &[&str]) {
    let line = json!({"line": 1, "waste_codes": [], "categories": categories, "methods": ["R9"],
        "annual_g": 1_000_000_000_i64});
    let licence = json!({"id": id(70 + n), "organisation_id": id(n), "site_id": id(100 + n),
        "number": "x", "kind": "comprehensive", "status": status, "issued_on": "2025-01-01",
        "issued_by": "x", "valid_from": "2025-01-01", "valid_to": "2029-12-31",
        "annual_limit_g": null, "limit_factor_milli": 1000, "rated_daily_g": null,
        "lines": [line]});
    log.event(("licence", id(70 + n)), "registered", &licence);
}

/// A division's oil, for three months to the third site and for three and a bit to another; the
/// fourth has a licence that nobody has used.
fn moved(to: u32, fourth: (&str, &[&str])) -> Vec<Finding> {
    let mut log = Log::new();
    let (status, categories) = fourth;
    licensed(&mut log, 3, "active", &["HW08"]);
    licensed(&mut log, 4, status, categories);
    licensed(&mut log, 5, "active", &["HW08"]);
    send(&mut log, |m| if m < 18 { 3 } else { to });
    findings(&log, 68)
}

/// Half a year of loads, five or six a month, each to the site that is named for it.
fn send(log: &mut Log, to: impl Fn(u32) -> u32) {
    for m in 0..36 {
        log.trip(m, (1 + m % 2, to(m)), 0).wait(24.0 * 5.2);
    }
}

#[test]
fn a_flow_moves_to_one_of_those_who_are_licensed_for_it() {
    let found = moved(5, ("active", &["HW08"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].about, (About::Site, id(105)));
    let evidence = &found[0].evidence;
    assert_eq!((&evidence["category"], &evidence["parties"]), (&json!("08"), &json!(3)));
    assert_eq!((&evidence["percent"], &evidence["percent_before"]), (&json!(100.0), &json!(0.0)));
    assert_eq!(moved(5, ("active", &["HW49"])), [], "two able parties are no choice");
    assert_eq!(moved(5, ("suspended", &["HW08"])), [], "nor is one that may not");
    assert_eq!(moved(3, ("active", &["HW08"])), [], "it goes where it went");
}

/// Most of one month's loads is chance; most of a quarter's is where a flow goes.
#[test]
fn a_flow_that_has_moved_was_not_there_before_for_one_month() {
    let after = |before: &[u32]| {
        let mut log = Log::new();
        for n in 3..=5 {
            licensed(&mut log, n, "active", &["HW08"]);
        }
        send(&mut log, |m| if m >= 18 || before.contains(&m) { 5 } else { 3 });
        findings(&log, 68).len()
    };
    assert_eq!(after(&[6, 7, 8, 9]), 1, "four of July's six loads");
    assert_eq!(after(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 0, "eleven of the first quarter's");
}
