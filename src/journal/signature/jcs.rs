//! The whole of RFC 8785 over a strict document: what people sign is the command as it was sent,
//! with masses in kilograms, so numbers have decimals here. Event bodies are narrower and have a
//! writer of their own (`journal::canonical`).

use std::borrow::Cow;

use crate::journal::canonical::write_string;
use crate::wire::{Document, Node, Value};

/// The canonical text of a node. `None` for a number that no IEEE 754 double is near (`1e999`).
pub fn jcs(node: &Node<'_>) -> Option<String> {
    let mut text = String::with_capacity(256);
    write(node, &[], &mut text)?;
    Some(text)
}

/// The canonical text of a document that is an object, without these of its members. `None` where
/// the bytes are no such document.
pub fn canonical_without(bytes: &[u8], omitted: &[&str]) -> Option<String> {
    let document = Document::parse(bytes).ok()?;
    let mut text = String::with_capacity(bytes.len());
    matches!(document.root.value, Value::Object(_)).then_some(())?;
    write(&document.root, omitted, &mut text)?;
    Some(text)
}

fn write(node: &Node<'_>, omitted: &[&str], text: &mut String) -> Option<()> {
    match &node.value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&shortest(number)?),
        Value::String(string) | Value::Parameter(string) => write_string(string, text),
        Value::Array(nodes) => {
            text.push('[');
            for (n, node) in nodes.iter().enumerate() {
                if n > 0 {
                    text.push(',');
                }
                write(node, &[], text)?;
            }
            text.push(']');
        }
        Value::Object(members) => write_object(members, omitted, text)?,
    }
    Some(())
}

/// RFC 8785, 3.2.3: members in the order of their names as UTF-16.
fn write_object(
    members: &[(Cow<'_, str>, Node<'_>)],
    omitted: &[&str],
    text: &mut String,
) -> Option<()> {
    let kept = members.iter().filter(|(name, _)| !omitted.contains(&name.as_ref()));
    let mut kept: Vec<_> = kept.collect();
    kept.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    text.push('{');
    for (n, (name, node)) in kept.into_iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        write_string(name, text);
        text.push(':');
        write(node, &[], text)?;
    }
    text.push('}');
    Some(())
}

/// RFC 8785, 3.2.2.3: the shortest digits that read back as the same double, laid out as ECMAScript
/// does.
fn shortest(number: &str) -> Option<String> {
    let double: f64 = number.parse().ok().filter(|double: &f64| double.is_finite())?;
    if double == 0.0 {
        return Some("0".to_owned());
    }
    let scientific = nearest(double.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits = mantissa.replace('.', "");
    // The decimal point stands behind this many of the digits.
    let point = exponent.parse::<i32>().ok()? + 1;
    let sign = if double < 0.0 { "-" } else { "" };
    Some(format!("{sign}{}", laid_out(&digits, point)))
}

/// As few digits as read back as the same double, and of those the nearest: of two that are as near
/// the even one, where `{:e}` may give either.
fn nearest(double: f64) -> String {
    let shortest = format!("{double:e}");
    let digits = shortest.bytes().take_while(|byte| *byte != b'e');
    let decimals = digits.filter(u8::is_ascii_digit).count().saturating_sub(1);
    let rounded = format!("{double:.decimals$e}");
    let reads_back = rounded.parse().is_ok_and(|back: f64| back.to_bits() == double.to_bits());
    if reads_back { rounded } else { shortest }
}

/// ECMAScript's Number::toString for the digits `digits` and the point's place.
fn laid_out(digits: &str, point: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if (count..=21).contains(&point) {
        return format!("{digits}{}", zeros(point - count));
    }
    if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(usize::try_from(point).unwrap_or(0));
        return format!("{whole}.{rest}");
    }
    if (-5..=0).contains(&point) {
        return format!("0.{}{digits}", zeros(-point));
    }
    let sign = if point > 0 { '+' } else { '-' };
    let power = (point - 1).abs();
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{first}{dot}{rest}e{sign}{power}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> String {
        jcs(&Document::parse(text.as_bytes()).unwrap().root).unwrap()
    }

    /// Of RFC 8785, appendix B.
    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (written, wanted) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("5e-324", "5e-324"),
            ("-5e-324", "-5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("9007199254740992", "9007199254740992"),
            ("295147905179352830000", "295147905179352830000"),
            ("9.999999999999997e22", "9.999999999999997e+22"),
            ("1e23", "1e+23"),
            ("1.0000000000000001e23", "1.0000000000000001e+23"),
            ("999999999999999700000", "999999999999999700000"),
            ("1e21", "1e+21"),
            ("9.999999999999997e-7", "9.999999999999997e-7"),
            ("0.000001", "0.000001"),
            ("333333333.33333325", "333333333.33333325"),
            ("-0.0000033333333333333333", "-0.0000033333333333333333"),
            ("1424953923781206.25", "1424953923781206.2"),
            ("812.500", "812.5"),
            ("10.0", "10"),
            ("1E2", "100"),
        ] {
            assert_eq!(of(written), wanted, "{written}");
        }
        assert_eq!(jcs(&Document::parse(b"1e999").unwrap().root), None);
    }

    /// The example of RFC 8785, 3.2.3: by UTF-16, not by bytes.
    #[test]
    fn members_are_sorted_by_utf16() {
        let given = "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\
                     \"\\u0080\":6,\"\\u00f6\":7}";
        let sorted = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\
                      \"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(of(given), sorted);
    }

    #[test]
    fn members_are_left_out_at_the_top_alone_and_null_is_kept() {
        let body = br#"{"signature":{"a":1},"b":{"signature":2},"a":null}"#;
        let text = canonical_without(body, &["signature"]).unwrap();
        assert_eq!(text, r#"{"a":null,"b":{"signature":2}}"#);
        assert_eq!(canonical_without(b"[]", &[]), None);
        assert_eq!(canonical_without(b"{", &[]), None);
    }

    proptest! {
        #[test]
        fn canonical_text_is_its_own_canonical_text(double in any::<f64>(), text in "[^\0]*") {
            prop_assume!(double.is_finite());
            let written = serde_json::json!({"t": text, "n": double, "l": [double]}).to_string();
            let once = of(&written);
            prop_assert_eq!(&of(&once), &once);
            let back: serde_json::Value = serde_json::from_str(&once).unwrap();
            prop_assert_eq!(back["t"].as_str().unwrap(), text);
            let number = once.split("\"n\":").nth(1).unwrap().split(',').next().unwrap();
            let back: f64 = number.parse().unwrap();
            // Minus nought is nought.
            prop_assert_eq!(back.to_bits(), (double + 0.0).to_bits());
        }
    }
}
