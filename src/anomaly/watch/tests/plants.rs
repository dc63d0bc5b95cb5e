//! What plants tell of themselves, against what else they tell.

use serde_json::json;

use super::lives::{Log, cleared, findings, fresh, id, mass_of};

/// Medical waste that lies at a plant, whose receipt says three degrees and whose store's device
/// tells others every half hour: after how many hours it is too long, and for which limit.
fn stored(celsius: impl Fn(i64) -> Option<i64>) -> (f64, f64) {
    let mut log = Log::new();
    log.file(1, (1, 3), json!({"stream": "medical"})).depart(1).wait(2.0).arrive(1);
    log.receive(1, 0, json!({"storage_temp_mc": 3_000}));
    for hour in 1..90 {
        log.wait(1.0);
        if let Some(celsius) = celsius(hour) {
            let reading = json!({"kind": "storage_temperature", "celsius_milli": celsius * 1000});
            log.tell("site", 3, &[(30, reading.clone()), (0, reading)]);
        }
    }
    let found = findings(&log, 49);
    assert_eq!(found.len(), 1);
    let number = |key: &str| found[0].evidence[key].as_f64().unwrap();
    (number("hours"), number("limit_hours"))
}

#[test]
fn a_store_is_as_cold_as_its_device_says() {
    assert_eq!(stored(|_| None), (72.0, 72.0));
    assert_eq!(stored(|_| Some(3)), (72.0, 72.0));
    assert_eq!(stored(|_| Some(11)), (24.0, 24.0));
    assert_eq!(stored(|hour| Some(if hour % 12 == 0 { 9 } else { 3 })), (72.0, 72.0), "a door");
    assert_eq!(stored(|hour| Some(if hour < 20 { 3 } else { 11 })), (48.0, 24.0), "it failed");
}

/// A plant that treats on a day, and what it told of that day.
fn treated(status: &str, told_g: Option<i64>, is_told_first: bool) -> Log {
    let mut log = Log::new();
    log.trip(1, (1, 3), 0);
    let day = crate::clock::legal_day(log.now);
    let tell = |log: &mut Log| {
        let told = json!({"id": id(70), "site_id": id(103), "day": day, "status": status,
            "treated_g": told_g, "reason": null});
        log.event(("facility_day", id(70)), "registered", &told);
    };
    if is_told_first {
        tell(&mut log);
    }
    let done = json!({"final": false, "treatments": [{"line": 1, "method": "R9",
        "mass_g": mass_of(1) / 2, "completed_on": day}]});
    log.event(("manifest", id(1001)), "completed", &done);
    if !is_told_first {
        tell(&mut log);
    }
    log
}

#[test]
fn nothing_is_treated_on_a_day_on_which_all_was_down() {
    let found = |status: &str, told_g, first| findings(&treated(status, told_g, first), 38).len();
    for first in [true, false] {
        assert_eq!(found("down", None, first), 1);
        assert_eq!(found("running", Some(0), first), 1);
        assert_eq!(found("reduced", Some(500_000), first), 0);
        assert_eq!(found("running", None, first), 0);
    }
    let mut log = treated("down", None, true);
    let found = findings(&log, 38);
    assert_eq!(
        (found[0].stream.as_str(), &found[0].evidence["status"]),
        ("hazardous", &json!("down"))
    );
    let day = crate::clock::legal_day(log.now);
    let told = json!({"id": id(70), "site_id": id(103), "day": day, "status": "reduced",
        "treated_g": 600_000, "reason": null});
    log.event(("facility_day", id(70)), "changed", &told);
    assert_eq!(cleared(&log.show(&mut fresh())), 1, "a slip of who keeps the day's record");
}

/// A refiner of waste oil that tells of so many thousandths of what it treated as products.
fn refines(thousandths: i64, weeks: u32) -> Vec<crate::anomaly::finding::Finding> {
    let mut log = Log::new();
    for week in 0..weeks {
        for m in week * 5 + 1..=week * 5 + 5 {
            log.trip(m, (1, 3), 0);
            let mass = mass_of(m);
            let done = json!({"final": true, "treatments": [{"line": 1, "method": "R9",
                "mass_g": mass, "completed_on": crate::clock::legal_day(log.now)}],
                "products": [{"kind": "基础油", "mass_g": mass * thousandths / 1000}]});
            log.event(("manifest", id(1000 + m)), "completed", &done);
        }
        log.wait(168.0 - 5.0);
    }
    log.wait(24.0 * 32.0).trip(999, (1, 3), 0);
    findings(&log, 70)
}

#[test]
fn no_more_oil_comes_out_than_went_in() {
    assert_eq!(refines(700, 16).len(), 0);
    assert_eq!(refines(1080, 16).len(), 0, "earth and additives");
    let found = refines(1400, 16);
    let last = found.last().unwrap();
    assert_eq!((last.key.as_str(), &last.evidence["yield"]), ("oil", &json!(1.4)));
    assert_eq!(refines(1400, 5).len(), 0, "too little to say");
}
