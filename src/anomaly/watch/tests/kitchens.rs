//! Kitchens that rest, and kitchens whose grease nobody sees.

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use serde_json::json;

use super::lives::{Log, findings, id};
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

/// Restaurants of a hundred seats that give food waste daily, and grease where and when it says so:
/// who is told to have given none.
fn none_given(gives: impl Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut log = Log::new();
    let sites = [1, 2, 4, 5, 6, 7, 8];
    for n in sites {
        log.organisation(n, false);
        log.site(n, json!({"business": "restaurant", "seats": 100}));
    }
    let mut m = 0;
    for three_days in 0..60 {
        for n in sites {
            collect(&mut log, m, n, &json!({"waste_code": "CY-01", "mass_g": 150_000 + m * 100}));
            m += 1;
            let month = legal_day(log.now).month();
            let is_third = legal_day(log.now - TimeDelta::days(3)).month() != month;
            if three_days > 0 && is_third && gives(n, month) {
                collect(&mut log, m, n, &json!({"waste_code": "CY-02", "mass_g": 60_000}));
                m += 1;
            }
        }
        log.wait(72.0);
    }
    let found = findings(&log, 60).into_iter().filter(|one| one.key == "none");
    let mut named: Vec<u32> =
        found.map(|one| sites.into_iter().find(|n| id(100 + n) == one.about.1).unwrap()).collect();
    named.sort_unstable();
    named.dedup();
    named
}

#[test]
fn who_never_gives_grease_while_others_do_is_asked() {
    assert_eq!(none_given(|n, month| n > 1 && (month + n).is_multiple_of(3)), [1]);
    assert_eq!(none_given(|n, month| (month + n).is_multiple_of(3)), [0_u32; 0]);
    assert_eq!(none_given(|n, _| n > 5), [0_u32; 0], "where few give it goes another way");
}
