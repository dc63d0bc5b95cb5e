//! A parameter's value as it crosses the wire: a plain decimal number, exact to the millionth.

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
    /// `None` for what is no plain decimal number.
    pub fn parse(text: &str) -> Option<Self> {
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

impl Shape for SettingValue {
    fn shape() -> SchemaOrRef {
        ObjectBuilder::new().schema_type(Type::Number).into()
    }
}

impl Decode for SettingValue {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let value = Self::parse(node.number(at, faults)?);
        if value.is_none() {
            let zh = "应为普通十进制数，最多六位小数，不得使用指数形式。";
            let en =
                "Must be a plain decimal number with at most six decimals, without an exponent.";
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
            ("1e3", false),
            ("0.0000001", false),
            ("1.", false),
            (".5", false),
            ("1234567890123", false),
        ] {
            assert_eq!(SettingValue::parse(text).is_some(), fits, "{text}");
        }
        assert_eq!(SettingValue::parse("12.50").map(|value| value.text()), Some("12.50".into()));
    }
}
