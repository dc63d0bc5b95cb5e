//! Plates of vehicles and trailers (GA 36-2018).
//!
//! Province, letter of the issuing office, then five characters; new-energy plates have six, with
//! a kind letter first (small) or last (large); a trailer's ends in 挂. Letters I and O are not
//! used. Separators (`·`, `-`, space) and small letters are how people write a plate and not part
//! of it: they are taken away, so that one vehicle has one spelling.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{Code, Fault, Text};
use crate::wire::{SchemaOrRef, text_on_the_wire};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Kind letters of new-energy plates: A to E for battery vehicles, F to K for others.
const NEW_ENERGY: &str = "ABCDEFGHJK";

/// A plate in its one spelling: `新A12345`, `新AD12345`, `新A1234挂`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plate(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a plate of GA 36-2018")]
pub struct NotAPlate;

impl Plate {
    pub fn parse(text: &str) -> Result<Self, NotAPlate> {
        let plain: Vec<char> = text
            .chars()
            .filter(|character| !matches!(character, '·' | '•' | '-' | ' '))
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let [province, office, rest @ ..] = plain.as_slice() else { return Err(NotAPlate) };
        if PROVINCES.contains(*province) && letter(*office) && serial(rest) {
            Ok(Self(plain.into_iter().collect()))
        } else {
            Err(NotAPlate)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    pub fn is_trailer(&self) -> bool {
        self.0.ends_with('挂')
    }
}

fn letter(character: char) -> bool {
    character.is_ascii_uppercase() && !matches!(character, 'I' | 'O')
}

fn serial(rest: &[char]) -> bool {
    let plain = |part: &[char]| part.iter().all(|one| letter(*one) || one.is_ascii_digit());
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    match rest {
        [number @ .., '挂'] => number.len() == 4 && plain(number),
        [_, _, _, _, _] => plain(rest),
        [kind, second, number @ ..] if NEW_ENERGY.contains(*kind) && number.len() == 4 => {
            plain(&[*second]) && digits(number)
        }
        [number @ .., kind] => number.len() == 5 && digits(number) && NEW_ENERGY.contains(*kind),
        [] => false,
    }
}

impl From<NotAPlate> for Fault {
    fn from(_: NotAPlate) -> Self {
        let detail = Text::new(
            "车牌号格式不符：应如 新A12345、新AD12345（新能源）或 新A1234挂。",
            "Not a plate: expected as 新A12345, 新AD12345 (new energy) or 新A1234挂 (trailer).",
        );
        Self::without_field(Code::PlateInvalid, detail)
    }
}

impl utoipa::PartialSchema for Plate {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Plate of a vehicle or trailer, GA 36-2018"))
            .examples(["新A12345"])
            .into()
    }
}

impl utoipa::ToSchema for Plate {}

text_on_the_wire!(Plate, |text: &str| Plate::parse(text).map_err(Fault::from));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_new_energy_and_trailer_plates_pass_and_others_do_not() {
        for good in ["新A12345", "京B0A1B2", "新AD12345", "新AFA2345", "新A12345D", "新N1234挂"]
        {
            assert!(Plate::parse(good).is_ok(), "{good}");
        }
        let bad = ["", "新", "新A", "A12345", "新I12345", "新A1234O", "新A1234", "新A123456"];
        for bad in bad.into_iter().chain(["港A12345", "新AD1234Y", "新A123挂", "新A挂12345"])
        {
            assert_eq!(Plate::parse(bad), Err(NotAPlate), "{bad}");
        }
    }

    #[test]
    fn one_vehicle_has_one_spelling() {
        assert_eq!(Plate::parse("新a·12 345").map(Plate::into_string), Ok("新A12345".into()));
        assert!(Plate::parse("新A1234挂").is_ok_and(|plate| plate.is_trailer()));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in "\\PC{0,10}") {
            if let Ok(plate) = Plate::parse(&text) {
                prop_assert_eq!(Plate::parse(plate.as_str()), Ok(plate.clone()));
            }
        }
    }
}
