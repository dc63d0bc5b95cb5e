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
            let both = || shown.iter().zip(asked);
            let same = shown.len() == asked.len() && both().all(|(one, two)| says(one, two));
            same || words(shown).is_some_and(|shown| Some(shown) == words(asked))
        }
        (Value::Number(shown), Value::Number(asked)) => shown.as_f64() == asked.as_f64(),
        (Value::String(shown), Value::String(asked)) => {
            let time = |text: &str| DateTime::<FixedOffset>::parse_from_rfc3339(text).ok();
            shown == asked || time(shown).is_some_and(|one| Some(one) == time(asked))
        }
        _ => shown == asked,
    }
}

/// A list of words (roles, hazards, codes) is the same in any order.
fn words(list: &[Value]) -> Option<Vec<&str>> {
    let mut words = list.iter().map(Value::as_str).collect::<Option<Vec<&str>>>()?;
    words.sort_unstable();
    Some(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_row_says_must_be_so_and_what_it_leaves_open_need_not() {
        let shown = json!({"id": "x", "name": "一号", "plate": "新A12345", "kg": 812.5, "beds": null,
            "at": "2026-11-25T02:00:00.000Z", "roles": ["a", "b"],
            "lines": [{"line": 1, "codes": ["a"], "kg": 1.0}]});
        for asked in [
            json!({"name": "一号"}),
            json!({"plate": "新A12345", "kg": 812.5}),
            json!({"roles": ["b", "a"]}),
            json!({"at": "2026-11-25T10:00:00+08:00"}),
            json!({"lines": [{"codes": ["a"], "kg": 1}]}),
        ] {
            assert!(says(&shown, &asked), "{asked}");
        }
        for asked in [
            json!({"name": "二号"}),
            json!({"kg": 812}),
            json!({"beds": 4}),
            json!({"name": "一-号"}),
            json!({"roles": ["a"]}),
            json!({"roles": ["a", "a"]}),
            json!({"lines": []}),
            json!({"lines": [{"codes": ["b"]}]}),
        ] {
            assert!(!says(&shown, &asked), "{asked}");
        }
    }
}
