//! Canonical JSON (RFC 8785) for what is hashed.
//!
//! Bodies hold only objects, arrays, strings, integers, booleans and null, with ASCII keys; for
//! these, RFC 8785 is: keys sorted by byte, no white space, the shortest escapes.

use serde_json::Value;

/// Why a value has no canonical form here. It is a fault of ours, never of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("a number in a hashed body is not an integer within 2^53 - 1")]
    Number,
    #[error("a key in a hashed body is not ASCII")]
    Key,
}

const SAFE_INTEGER_MAX: i64 = (1 << 53) - 1;

/// Writes `value` in its canonical form. Members that are null are left out: absent and null mean
/// the same in a body.
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut text = String::with_capacity(1024);
    write(value, &mut text, Nulls::Left)?;
    Ok(text)
}

/// Whether a text is the canonical form of what it says. Members that are null may stand in it:
/// we write none, and others may.
pub fn is_canonical(text: &str, value: &Value) -> bool {
    let mut written = String::with_capacity(text.len());
    write(value, &mut written, Nulls::Kept).is_ok() && written == text
}

/// What becomes of members that are null.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Left,
    Kept,
}

fn write(value: &Value, text: &mut String, nulls: Nulls) -> Result<(), NotCanonical> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => {
            let integer = number.as_i64().filter(|n| n.abs() <= SAFE_INTEGER_MAX);
            text.push_str(&integer.ok_or(NotCanonical::Number)?.to_string());
        }
        Value::String(string) => write_string(string, text),
        Value::Array(items) => {
            text.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    text.push(',');
                }
                write(item, text, nulls)?;
            }
            text.push(']');
        }
        Value::Object(members) => write_object(members, text, nulls)?,
    }
    Ok(())
}

fn write_object(
    members: &serde_json::Map<String, Value>,
    text: &mut String,
    nulls: Nulls,
) -> Result<(), NotCanonical> {
    let is_written = |value: &Value| nulls == Nulls::Kept || !value.is_null();
    let mut sorted: Vec<_> = members.iter().filter(|(_, value)| is_written(value)).collect();
    // serde_json's map is sorted already unless some crate turns `preserve_order` on.
    if !sorted.is_sorted_by_key(|(key, _)| *key) {
        sorted.sort_by_key(|(key, _)| *key);
    }
    text.push('{');
    for (n, (key, value)) in sorted.into_iter().enumerate() {
        if !key.is_ascii() {
            return Err(NotCanonical::Key);
        }
        if n > 0 {
            text.push(',');
        }
        write_string(key, text);
        text.push(':');
        write(value, text, nulls)?;
    }
    text.push('}');
    Ok(())
}

/// Writes an object member by member; the caller names them in their order, each once.
pub struct ObjectWriter {
    text: String,
    last: &'static str,
}

impl ObjectWriter {
    pub fn with_capacity(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        text.push('{');
        Self { text, last: "" }
    }

    pub fn value(&mut self, name: &'static str, value: &Value) -> Result<(), NotCanonical> {
        self.name(name);
        write(value, &mut self.text, Nulls::Left)
    }

    pub fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        write_string(value, &mut self.text);
    }

    fn name(&mut self, name: &'static str) {
        debug_assert!(self.last < name, "members of a hashed body are written in order");
        if !self.last.is_empty() {
            self.text.push(',');
        }
        self.last = name;
        write_string(name, &mut self.text);
        self.text.push(':');
    }

    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// RFC 8785, 3.2.2.2: the two-character escapes where they exist, else `\u00xx` in lower case.
pub(super) fn write_string(string: &str, text: &mut String) {
    text.push('"');
    let mut plain_from = 0;
    for (at, byte) in string.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..=0x1f => "",
            _ => continue,
        };
        text.push_str(&string[plain_from..at]);
        plain_from = at + 1;
        if escape.is_empty() {
            text.push_str("\\u00");
            text.push_str(&hex::encode([byte]));
        } else {
            text.push_str(escape);
        }
    }
    text.push_str(&string[plain_from..]);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_nulls_left_out_and_escapes_shortest() {
        let value = json!({"b": [1, true, "\u{1}\n\"\\é联"], "a": null, "A": -5});
        assert_eq!(canonical(&value).unwrap(), r#"{"A":-5,"b":[1,true,"\u0001\n\"\\é联"]}"#);
    }

    #[test]
    fn a_text_with_nulls_may_be_canonical_and_any_other_form_is_not() {
        for (text, is) in [
            (r#"{"a":null,"b":[null,1]}"#, true),
            (r#"{"b":1}"#, true),
            (r#"{"b":1,"a":null}"#, false),
            (r#"{"a": null}"#, false),
            (r#"{"a":1.0}"#, false),
        ] {
            assert_eq!(is_canonical(text, &serde_json::from_str(text).unwrap()), is, "{text}");
        }
    }

    #[test]
    fn floats_and_wide_integers_are_refused() {
        assert_eq!(canonical(&json!({"a": 1.5})), Err(NotCanonical::Number));
        assert_eq!(canonical(&json!(9_007_199_254_740_992_i64)), Err(NotCanonical::Number));
        assert!(canonical(&json!(9_007_199_254_740_991_i64)).is_ok());
    }

    proptest! {
        #[test]
        fn reads_back_as_what_was_written(text in ".*", number in -SAFE_INTEGER_MAX..=SAFE_INTEGER_MAX) {
            let value = json!({"t": text, "n": number, "l": [number, null]});
            let back: Value = serde_json::from_str(&canonical(&value).unwrap()).unwrap();
            prop_assert_eq!(back, value);
        }
    }
}
