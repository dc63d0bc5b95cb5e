//! The unified social credit code (统一社会信用代码) of GB 32100-2015.
//!
//! Eighteen characters of an alphabet without I, O, S, V and Z; the last checks the others: with
//! weights 3^i mod 31, the weighted sum of all eighteen is a multiple of 31.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{Code, Fault, Text};
use crate::wire::{SchemaOrRef, text_on_the_wire};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Characters before the check character.
const BODY_CHARS: usize = 17;

/// A code whose check character is right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uscc(String);

/// Why a text is not such a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAUscc {
    #[error("a unified social credit code has 18 of the characters 0-9 and A-Y without I, O, S, V")]
    Malformed,
    #[error("the check character is wrong")]
    WrongCheck,
}

impl Uscc {
    pub fn parse(text: &str) -> Result<Self, NotAUscc> {
        let (body, check) = text.split_at_checked(BODY_CHARS).ok_or(NotAUscc::Malformed)?;
        let wanted = check_character(body).ok_or(NotAUscc::Malformed)?;
        match check.as_bytes() {
            [given] if *given == wanted => Ok(Self(text.to_owned())),
            [given] if ALPHABET.contains(given) => Err(NotAUscc::WrongCheck),
            _ => Err(NotAUscc::Malformed),
        }
    }

    /// The code that begins with these 17 characters; for demo data.
    pub fn complete(first_17: &str) -> Result<Self, NotAUscc> {
        let check = check_character(first_17).ok_or(NotAUscc::Malformed)?;
        Ok(Self(format!("{first_17}{}", char::from(check))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn check_character(body: &str) -> Option<u8> {
    if body.len() != BODY_CHARS {
        return None;
    }
    let (mut weight, mut sum) = (1, 0);
    for byte in body.bytes() {
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        sum = (sum + value * weight) % ALPHABET.len();
        weight = weight * 3 % ALPHABET.len();
    }
    Some(ALPHABET[(ALPHABET.len() - sum) % ALPHABET.len()])
}

impl NotAUscc {
    fn fault(self) -> Fault {
        let detail = match self {
            Self::Malformed => Text::new(
                "统一社会信用代码为 18 位，由数字和大写字母（不含 I、O、S、V、Z）组成。",
                "A unified social credit code has 18 characters: digits and capital letters \
                 without I, O, S, V and Z.",
            ),
            Self::WrongCheck => Text::new(
                "统一社会信用代码的校验位不符，请核对。",
                "The check character of this unified social credit code is wrong.",
            ),
        };
        Fault::without_field(Code::UsccInvalid, detail)
    }
}

impl utoipa::PartialSchema for Uscc {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9A-HJ-NPQRTUWXY]{18}$"))
            .description(Some("Unified social credit code, GB 32100-2015"))
            .examples(["91350100M000100Y43"])
            .into()
    }
}

impl utoipa::ToSchema for Uscc {}

text_on_the_wire!(Uscc, |text: &str| Uscc::parse(text).map_err(NotAUscc::fault));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standards_own_example_passes() {
        assert!(Uscc::parse("91350100M000100Y43").is_ok());
        assert_eq!(Uscc::parse("91350100M000100Y44"), Err(NotAUscc::WrongCheck));
        assert_eq!(Uscc::parse("91350100M000100Y4"), Err(NotAUscc::Malformed));
        assert_eq!(Uscc::parse("91350100M000100Y4I"), Err(NotAUscc::Malformed));
        assert_eq!(Uscc::parse("9135010OM000100Y43"), Err(NotAUscc::Malformed));
        assert_eq!(Uscc::parse("91350100m000100y43"), Err(NotAUscc::Malformed));
        assert_eq!(Uscc::parse("９1350100M000100Y"), Err(NotAUscc::Malformed));
        assert_eq!(Uscc::parse(""), Err(NotAUscc::Malformed));
    }

    proptest! {
        #[test]
        fn a_completed_code_parses_and_one_changed_character_does_not(
            body in "[0-9A-HJ-NPQRTUWXY]{17}", place in 0usize..17, other in 0usize..31,
        ) {
            let code = Uscc::complete(&body).unwrap();
            prop_assert_eq!(Uscc::parse(code.as_str()), Ok(code.clone()));
            let mut changed = code.as_str().as_bytes().to_vec();
            if changed[place] != ALPHABET[other] {
                changed[place] = ALPHABET[other];
                let changed = String::from_utf8(changed).unwrap();
                prop_assert_eq!(Uscc::parse(&changed), Err(NotAUscc::WrongCheck));
            }
        }
    }
}
