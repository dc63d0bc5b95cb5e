//! A parameter's value as it crosses the wire: a decimal number, exact to the millionth.

use utoipa::openapi::schema::{Schema, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};

use crate::problem::Code;
use crate::wire::{Decode, Faults, Node, Path, SchemaOrRef, Shape};

/// Decimals that a value has at most: some are chances.
const DECIMALS: usize = 6;

/// A value as it was given: decimal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue(String);

impl SettingValue {
    /// `None` for what is no decimal number, or too fine or large. What has an exponent is written
    /// out: JSON writes the smallest values so, this program's own answers too.
    pub fn parse(text: &str) -> Option<Self> {
        let written_out = written_out(text)?;
        let text = written_out.as_str();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit());
        let fits = whole.len() <= 12 && decimals.len() <= DECIMALS;
        (plain(whole) && plain(decimals) && fits).then(|| Self(text.to_owned()))
    }

    pub fn number(&self) -> f64 {
        self.0.parse().unwrap_or(0.0)
    }

    pub fn text(&self) -> String {
        self.0.clone()
    }
}

fn mantissa_is_plain(whole: &str, decimals: &str) -> bool {
    whole.bytes().chain(decimals.bytes()).all(|one| one.is_ascii_digit())
}

/// The number without its exponent.
fn written_out(text: &str) -> Option<String> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Some(text.to_owned());
    };
    let exponent: i32 = exponent.parse().ok().filter(|one| (-12..=12).contains(one))?;
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !mantissa_is_plain(whole, decimals) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let mut all = format!("{whole}{decimals}");
    let mut at = point;
    while at <= 0 {
        all.insert(0, '0');
        at += 1;
    }
    let at = usize::try_from(at).ok()?;
    while all.len() < at {
        all.push('0');
    }
    let (whole, decimals) = all.split_at_checked(at)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let decimals = decimals.trim_end_matches('0');
    Some(if decimals.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{decimals}")
    })
}

impl Shape for SettingValue {
    fn shape() -> SchemaOrRef {
        ObjectBuilder::new().schema_type(Type::Number).into()
    }
}

impl Decode for SettingValue {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let value = Self::parse(node.number(at, faults)?);
        if value.is_none() {
            let zh = "应为十进制数，最多六位小数。";
            let en = "Must be a decimal number with at most six decimals.";
            faults.add(Code::InvalidValue, at, zh, en);
        }
        value
    }
}

/// Values by the names of their parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedValues(pub Vec<(String, SettingValue)>);

impl Shape for TriedValues {
    fn shape() -> SchemaOrRef {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(RefOr::T(Schema::Object(number.into()))))
            .into()
    }
}

impl Decode for TriedValues {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let (mut values, mut is_whole) = (Vec::new(), true);
        for (name, node) in node.members(at, faults)? {
            match SettingValue::decode(node, &at.key(name), faults) {
                Some(value) => values.push((name.to_string(), value)),
                None => is_whole = false,
            }
        }
        is_whole.then_some(Self(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_kept_as_they_are_given() {
        for (text, fits) in [
            ("5", true),
            ("0.000001", true),
            ("-12.50", true),
            ("1e3", true),
            ("1e-7", false),
            ("1e-99999999999", false),
            ("e3", false),
            ("1e", false),
            ("1e13", false),
            ("0.0000001", false),
            ("1.", false),
            (".5", false),
            ("1234567890123", false),
        ] {
            assert_eq!(SettingValue::parse(text).is_some(), fits, "{text}");
        }
        for (text, plain) in [
            ("1e-06", "0.000001"),
            ("1e-6", "0.000001"),
            ("1.5E2", "150"),
            ("-1.25e1", "-12.5"),
            ("2.5e+0", "2.5"),
            ("0e0", "0"),
        ] {
            let value = SettingValue::parse(text).map(|value| value.text());
            assert_eq!(value.as_deref(), Some(plain), "{text}");
        }
        assert_eq!(SettingValue::parse("12.50").map(|value| value.text()), Some("12.50".into()));
    }
}
