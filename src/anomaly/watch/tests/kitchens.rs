//! Kitchens that rest.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde_json::json;

use super::lives::{Log, findings};
use crate::anomaly::finding::Finding;
use crate::calendar::Calendar;
use crate::clock::legal_day;

fn collect(log: &mut Log, m: u32, from: u32, item: &serde_json::Value) {
    log.file(m, (from, 3), json!({"stream": "kitchen", "vehicle": 7, "item": item})).depart(m);
}

/// What a restaurant is asked for that is collected on these days.
fn missed(days: u64, opens: impl Fn(NaiveDate) -> bool) -> Vec<Finding> {
    let mut log = Log::new();
    log.site(1, json!({"business": "restaurant"}));
    for m in 0..days as u32 {
        if opens(legal_day(log.now)) {
            collect(&mut log, m, 1, &json!({"waste_code": "CY-01"}));
        }
        log.wait(24.0);
    }
    findings(&log, 58)
}

fn day(on: &str) -> NaiveDate {
    on.parse().unwrap()
}

#[test]
fn a_kitchen_that_rests_is_not_missed_on_its_day() {
    let calendar = Calendar::load().unwrap();
    assert_eq!(missed(150, |day| calendar.is_working_day(day)), [], "offices, and their holidays");
    assert_eq!(missed(60, |day| day.weekday() != Weekday::Mon), [], "from its first day on");
    assert_eq!(missed(60, |day| !matches!(day.weekday(), Weekday::Mon | Weekday::Tue)), []);
}

#[test]
fn a_kitchen_that_is_open_is_missed() {
    assert_eq!(missed(40, |on| on != day("2026-07-01")).len(), 1, "daily, and one Wednesday not");
    assert_eq!(missed(20, |on| on != day("2026-06-13")).len(), 1, "it was open on a Saturday");
    let first = day("2026-06-01");
    assert!(!missed(7, |on| on == first).is_empty(), "a week of silence is no weekend");
    assert!(!missed(60, |on| on.weekday() == Weekday::Thu).is_empty(), "once a week is not daily");
    let until = first + Days::new(35);
    let works = |on: NaiveDate| !matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
    assert!(!missed(40, |on| works(on) && on < until).is_empty(), "it has ended");
}
