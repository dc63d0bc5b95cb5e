//! The number of a dangerous good in the list of the United Nations, by which its carriage is ruled
//! (GB 12268; Order 23 Art. 13).

use crate::problem::{Code, Fault, Text};
use crate::wire::{SchemaOrRef, text_on_the_wire};
use utoipa::openapi::schema::{ObjectBuilder, Type};

const PATTERN: &str = "^(UN ?)?[0-9]{4}$";

/// Four digits, with or without `UN` before them, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnNumber(String);

impl UnNumber {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits = text.strip_prefix("UN").map_or(text, |rest| rest.trim_start_matches(' '));
        let spaces = text.bytes().filter(|byte| *byte == b' ').count();
        let is_one =
            digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) && spaces <= 1;
        if is_one { Ok(Self(text.to_owned())) } else { Err(misspelt()) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn misspelt() -> Fault {
    let text = Text::new(
        "联合国编号应为 4 位数字，可加前缀 UN，如 UN1993。",
        "A UN number has 4 digits, with or without UN before them, as UN1993.",
    );
    Fault::without_field(Code::InvalidValue, text)
}

impl utoipa::PartialSchema for UnNumber {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("UN number of a dangerous good"))
            .pattern(Some(PATTERN))
            .examples(["UN1993"])
            .into()
    }
}

impl utoipa::ToSchema for UnNumber {}

text_on_the_wire!(UnNumber, UnNumber::parse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_with_or_without_un() {
        for good in ["UN1993", "UN 1993", "1993"] {
            assert_eq!(UnNumber::parse(good).map(|one| one.0).ok().as_deref(), Some(good));
        }
        let bad =
            ["", "UN", "UN199", "UN19930", "un1993", "UN  1993", " 1993", "UN 19 3", "１９９３"];
        for bad in bad {
            assert!(UnNumber::parse(bad).is_err(), "{bad}");
        }
    }
}
