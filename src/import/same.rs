//! Whether an entry that is there already says what a row says.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

/// Every member of `asked` is so in `shown`; what only one of them has does not count.
pub fn says(shown: &Value, asked: &Value) -> bool {
    match (shown, asked) {
        (Value::Object(shown), Value::Object(asked)) => {
            asked.iter().all(|(name, value)| shown.get(name).is_none_or(|known| says(known, value)))
        }
        (Value::Array(shown), Value::Array(asked)) => {
            shown.len() == asked.len() && shown.iter().zip(asked).all(|(one, two)| says(one, two))
        }
        (Value::Number(shown), Value::Number(asked)) => shown.as_f64() == asked.as_f64(),
        (Value::String(shown), Value::String(asked)) => {
            let time = |text: &str| DateTime::<FixedOffset>::parse_from_rfc3339(text).ok();
            let plain = |text: &str| text.to_uppercase().replace(['·', '-', ' '], "");
            let as_time = || time(shown).is_some_and(|one| Some(one) == time(asked));
            shown == asked || as_time() || plain(shown) == plain(asked)
        }
        _ => shown == asked,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_row_says_must_be_so_and_what_it_leaves_open_need_not() {
        let shown = json!({"id": "x", "name": "一号", "plate": "新A12345", "kg": 812.5, "beds": null,
            "at": "2026-11-25T02:00:00.000Z", "lines": [{"line": 1, "codes": ["a"], "kg": 1.0}]});
        for asked in [
            json!({"name": "一号"}),
            json!({"plate": "新A·12345", "kg": 812.5}),
            json!({"at": "2026-11-25T10:00:00+08:00"}),
            json!({"lines": [{"codes": ["a"], "kg": 1}]}),
        ] {
            assert!(says(&shown, &asked), "{asked}");
        }
        for asked in [
            json!({"name": "二号"}),
            json!({"kg": 812}),
            json!({"beds": 4}),
            json!({"lines": []}),
            json!({"lines": [{"codes": ["b"]}]}),
        ] {
            assert!(!says(&shown, &asked), "{asked}");
        }
    }
}
