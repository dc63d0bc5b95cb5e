//! AL41 owes what `GET /reports` lists, and nothing else.

use serde_json::json;

use super::lives::{Log, fresh, id, produced};
use crate::anomaly::finding::Outcome;
use crate::clock::rfc3339;

fn report(log: &mut Log, site: u32, (period, year, number): (&str, i32, u32)) {
    let n = log.bodies.len() as u32;
    let data = json!({"site_id": id(100 + site), "year": year, "period": period,
        "number": number, "is_required": true, "due_on": "2099-12-31",
        "submitted_at": rfc3339(log.now), "version": 1});
    log.event(("report", id(9000 + n)), "submitted", &data);
}

/// The periods that AL41 opens at a site.
fn missed(log: &Log, site: u32) -> Vec<String> {
    let raised = log.show(&mut fresh()).into_iter().filter_map(|outcome| match outcome {
        Outcome::Raised { finding, .. }
            if finding.rule.0 == 41 && finding.about.1 == id(100 + site) =>
        {
            Some(finding.key)
        }
        _ => None,
    });
    raised.collect()
}

/// A life from January 2027: each month the second site files all there is, the others what
/// `files` says, and make so many grams.
fn life(made_g: i64, files: &[(&str, u32)]) -> Log {
    let mut log = Log::new();
    log.now = "2027-01-05T02:00:00Z".parse().unwrap();
    for month in 1..=9_u32 {
        log.now = format!("2027-{month:02}-05T02:00:00Z").parse().unwrap();
        if month == 2 {
            log.organisation(6, false).site(6, json!({}));
        }
        for site in [1, 6] {
            if site == 1 || month >= 2 {
                produced(&mut log, site, "900-249-08", made_g);
            }
        }
        log.wait(72.0);
        if month == 3 {
            report(&mut log, 2, ("year", 2026, 1));
        }
        if month > 1 {
            report(&mut log, 2, ("month", 2027, month - 1));
            if files.contains(&("month", month - 1)) {
                report(&mut log, 1, ("month", 2027, month - 1));
            }
        }
        if month > 1 && month % 3 == 1 {
            report(&mut log, 2, ("quarter", 2027, month / 3));
            if files.contains(&("quarter", month / 3)) {
                report(&mut log, 1, ("quarter", 2027, month / 3));
            }
        }
    }
    log.now = "2027-09-20T02:00:00Z".parse().unwrap();
    log
}

#[test]
fn a_class_that_grows_in_mid_year_owes_months_and_no_quarters_more() {
    // 25 t a month: simplified in January, key from April on.
    let filed = [("quarter", 1), ("month", 4), ("month", 5), ("month", 6), ("month", 7)];
    let log = life(25_000_000, &filed);
    assert_eq!(missed(&log, 1), ["year 2026-01", "month 2027-08"]);
}

#[test]
fn nobody_owes_of_a_time_before_it_was_there_nor_of_another_class() {
    let log = life(200_000, &[]);
    assert_eq!(missed(&log, 6), [""; 0], "registered in February, and of the least class");
    assert_eq!(missed(&log, 1), ["year 2026-01"]);
    // Key from March on: the month, and not the quarter.
    let log = life(60_000_000, &[]);
    let site = missed(&log, 6);
    assert_eq!(
        site,
        [
            "month 2027-03",
            "month 2027-04",
            "month 2027-05",
            "month 2027-06",
            "month 2027-07",
            "month 2027-08"
        ]
    );
}
