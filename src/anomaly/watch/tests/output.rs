//! Waste against output: which side of a change is wrong.

use serde_json::json;

use super::lives::{Log, fresh, id};
use crate::anomaly::finding::Outcome;

/// A coke plant that makes a tonne of tar residue and a thousand tonnes of coke a day, as far as it
/// tells, entered every so many days: a share of the tar for each month from January. Rules with
/// the month that they name.
fn found(every: usize, shares: &[f64]) -> Vec<(u8, String)> {
    let mut log = Log::new();
    log.now = "2027-01-01T02:00:00Z".parse().unwrap();
    log.site(1, json!({"business": "coke_plant"}));
    for (month, share) in shares.iter().enumerate() {
        let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
        for day in 0..days {
            let n = (month * 40 + day) as u32;
            if !(month * 30 + day).is_multiple_of(every) {
                log.wait(24.0);
                continue;
            }
            let mass_g = (every as f64 * 1e6 * share) as i64 + i64::from(n % 7) * 9_000;
            let now = crate::clock::rfc3339(log.now);
            let entry = json!({"id": id(2000 + n), "site_id": id(101), "kind": "produced",
                "waste_code": "252-002-11", "mass_g": mass_g, "occurred_at": now,
                "recorded_at": now, "storage_area_id": null, "container_id": null,
                "manifest_id": null, "manifest_line": null, "batch_number": null,
                "external_id": null, "note": ""});
            log.event(("ledger_entry", id(2000 + n)), "entered", &entry).wait(24.0);
        }
        let activity = json!({"id": id(3000 + month as u32), "site_id": id(101),
            "kind": "output", "product": "焦炭", "month": format!("2027-{:02}-01", month + 1),
            "value_milli": days as i64 * 1_000_000, "note": ""});
        log.event(("activity", id(3000 + month as u32)), "registered", &activity);
    }
    log.wait(24.0 * 11.0);
    let outcomes = log.show(&mut fresh());
    let raised = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } if [34, 35].contains(&finding.rule.0) => {
            Some((finding.rule.0, finding.key.clone()))
        }
        _ => None,
    });
    raised.collect()
}

#[test]
fn a_rate_that_halves_or_doubles_is_wrong_on_the_side_that_is_unusual() {
    assert_eq!(found(1, &[1.0, 1.1, 0.9, 1.0, 1.15]), vec![]);
    assert_eq!(found(1, &[1.0, 1.0, 0.3]), vec![(34, "2027-03".to_owned())]);
    assert_eq!(found(1, &[1.0, 1.0, 3.0]), vec![(35, "2027-03".to_owned())]);
    // Too little from the first day, told when all is told; too much likewise.
    assert_eq!(found(1, &[0.25, 0.25, 1.0]), vec![(34, "2027-01".to_owned())]);
    assert_eq!(found(1, &[3.0, 3.0, 1.0]), vec![(35, "2027-01".to_owned())]);
    // It began after a month of all, and ended after four of little: told once.
    assert_eq!(found(1, &[1.0, 0.2, 0.2, 0.2, 0.2, 1.0]), vec![(34, "2027-02".to_owned())]);
}

/// A plant that is registered in one month and tells its output of those before as well: of them
/// its ledger can say nothing.
#[test]
fn months_before_a_site_was_registered_are_no_months_without_waste() {
    let mut log = Log::new();
    log.now = "2027-03-20T02:00:00Z".parse().unwrap();
    log.site(30, json!({"business": "coke_plant", "organisation_id": id(1)}));
    for (n, month) in ["2026-12", "2027-01", "2027-02", "2027-03", "2027-04"].iter().enumerate() {
        let activity = json!({"id": id(3000 + n as u32), "site_id": id(130), "kind": "output",
            "product": "焦炭", "month": format!("{month}-01"), "value_milli": 30_000_000,
            "note": ""});
        log.event(("activity", id(3000 + n as u32)), "registered", &activity);
    }
    for n in 0..60 {
        let now = crate::clock::rfc3339(log.now);
        let entry = json!({"id": id(2000 + n), "site_id": id(130), "kind": "produced",
            "waste_code": "252-002-11", "mass_g": 1_000_000, "occurred_at": now,
            "recorded_at": now, "storage_area_id": null, "container_id": null,
            "manifest_id": null, "manifest_line": null, "batch_number": null,
            "external_id": null, "note": ""});
        log.event(("ledger_entry", id(2000 + n)), "entered", &entry).wait(24.0);
    }
    let outcomes = log.show(&mut fresh());
    let odd = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. } => Some(finding.rule.0),
        _ => None,
    });
    let odd: Vec<u8> = odd.filter(|rule| (34..=36).contains(rule)).collect();
    assert_eq!(odd, Vec::<u8>::new());
}

#[test]
fn lots_that_fall_into_one_month_or_the_next_are_no_change() {
    assert_eq!(found(20, &[1.0; 9]), vec![]);
    assert_eq!(found(25, &[1.0; 9]), vec![]);
}
