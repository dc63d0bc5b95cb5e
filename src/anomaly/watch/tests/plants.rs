//! What plants tell of themselves, against what else they tell.

use serde_json::json;

use super::lives::{Log, findings};

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
