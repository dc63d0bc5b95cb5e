//! Waste codes and categories, parsed.
//!
//! National codes are industry 3 + serial 3 + category 2 (list, 2021 edition); a waste found
//! hazardous by testing takes `900-000-NN` (Art. 6) and has no row. Kitchen codes `CY-NN` are ours
//! (`kitchen_wastes.csv`). A code is eleven plain bytes at most, so it is `Copy` and a lookup by it
//! allocates nothing. Parsing proves the shape and that the category is in use; whether a row
//! exists is for the edition in force to say.

use serde::{Deserialize, Serialize, Serializer};

use super::UnknownWord;
use super::words::Stream;
use crate::problem::Code;

/// A category of the national list (`HW01` … `HW50`). HW41 to HW44 are not in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Category(u8);

#[rustfmt::skip]
const CATEGORY_NAMES: [&str; 51] = [
    "", "HW01", "HW02", "HW03", "HW04", "HW05", "HW06", "HW07", "HW08", "HW09", "HW10",
    "HW11", "HW12", "HW13", "HW14", "HW15", "HW16", "HW17", "HW18", "HW19", "HW20",
    "HW21", "HW22", "HW23", "HW24", "HW25", "HW26", "HW27", "HW28", "HW29", "HW30",
    "HW31", "HW32", "HW33", "HW34", "HW35", "HW36", "HW37", "HW38", "HW39", "HW40",
    "", "", "", "", "HW45", "HW46", "HW47", "HW48", "HW49", "HW50",
];

impl Category {
    pub const MEDICAL: Self = Self(1);
    pub const CHROMIUM: Self = Self(21);

    /// From its number, 1 to 50.
    pub fn of(number: u8) -> Option<Self> {
        let known = CATEGORY_NAMES.get(usize::from(number)).is_some_and(|name| !name.is_empty());
        known.then_some(Self(number))
    }

    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let number = text.strip_prefix("HW").filter(|digits| digits.len() == 2).and_then(two);
        number
            .and_then(Self::of)
            .ok_or_else(|| UnknownWord::new(Code::InvalidValue, "废物类别", "category", text))
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    pub const fn as_str(self) -> &'static str {
        CATEGORY_NAMES[self.0 as usize]
    }

    /// Its bit in a set of categories.
    pub(super) const fn bit(self) -> u64 {
        1 << self.0
    }
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A waste code: `NNN-NNN-NN` or `CY-NN`. Ordered as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WasteCode([u8; 10]);

/// Not the shape of a waste code, or its category is not in use.
pub type NotAWasteCode = UnknownWord;

const KITCHEN_BYTES: usize = 5;

impl WasteCode {
    pub fn parse(text: &str) -> Result<Self, NotAWasteCode> {
        let fault = || UnknownWord::new(Code::UnknownWasteCode, "废物代码", "waste code", text);
        let bytes = text.as_bytes();
        let mut held = [0; 10];
        let shape: &[u8] = match bytes.len() {
            10 => b"000-000-00",
            KITCHEN_BYTES => b"CY-00",
            _ => return Err(fault()),
        };
        for (index, (&byte, &wanted)) in bytes.iter().zip(shape).enumerate() {
            let fits = if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
            if !fits {
                return Err(fault());
            }
            held[index] = byte;
        }
        let code = Self(held);
        if code.is_kitchen() || code.category().is_some() { Ok(code) } else { Err(fault()) }
    }

    pub fn as_str(&self) -> &str {
        let length = if self.is_kitchen() { KITCHEN_BYTES } else { self.0.len() };
        // Only ASCII gets in, so the default is never taken.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    pub const fn is_kitchen(&self) -> bool {
        self.0[0] == b'C'
    }

    /// Found hazardous by testing: `900-000-NN`, valid without a row.
    pub fn is_identified(&self) -> bool {
        self.0.starts_with(b"900-000-")
    }

    /// From the last two digits; kitchen waste has none.
    pub fn category(&self) -> Option<Category> {
        if self.is_kitchen() {
            return None;
        }
        Category::of((self.0[8] - b'0') * 10 + (self.0[9] - b'0'))
    }

    /// The stream the code belongs to by itself: HW01 is medical, `CY-` kitchen, the rest
    /// hazardous.
    pub fn stream(&self) -> Stream {
        match self.category() {
            None => Stream::Kitchen,
            Some(Category::MEDICAL) => Stream::Medical,
            Some(_) => Stream::Hazardous,
        }
    }

    /// Whether a manifest of `stream` may carry the code. Chemical and pharmaceutical medical
    /// waste may be handled as HW49 and HW03 (医疗废物分类目录 2021, rule 5), so these two may
    /// also travel on a hazardous manifest.
    pub fn suits(&self, stream: Stream) -> bool {
        let either = self.is_medical_chemical() || self.is_medical_drug();
        self.stream() == stream || (stream == Stream::Hazardous && either)
    }

    /// 化学性废物 of medicine.
    pub fn is_medical_chemical(&self) -> bool {
        &self.0 == b"841-004-01"
    }

    /// 药物性废物 of medicine.
    pub fn is_medical_drug(&self) -> bool {
        &self.0 == b"841-005-01"
    }
}

fn two(digits: &str) -> Option<u8> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl std::fmt::Display for WasteCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for WasteCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WasteCode({self})")
    }
}

impl TryFrom<String> for WasteCode {
    type Error = NotAWasteCode;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl std::str::FromStr for WasteCode {
    type Err = NotAWasteCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for WasteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for WasteCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

macro_rules! text_schema {
    ($name:ident, $about:literal, $example:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($about))
                    .examples([$example])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
        crate::wire::text_on_the_wire!($name, |text: &str| {
            $name::parse(text).map_err(|unknown| unknown.fault(""))
        });
    };
}

text_schema!(WasteCode, "National waste code NNN-NNN-NN, or CY-NN for kitchen waste", "900-249-08");
text_schema!(Category, "Category of the national list", "HW08");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_shape_and_a_category_in_use_pass() {
        for good in ["900-249-08", "841-001-01", "900-000-49", "CY-01", "CY-99", "001-002-50"] {
            let code = WasteCode::parse(good).unwrap();
            assert_eq!(code.as_str(), good);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<WasteCode>(&json).unwrap(), code);
        }
        for bad in ["", "900-249-8", "90024908", "900-249-00", "900-249-41", "900-249-51"] {
            assert!(WasteCode::parse(bad).is_err(), "{bad}");
        }
        for bad in
            ["CY-1", "CY_01", "cy-01", "KY-01", "900-249-08 ", "９00-249", "HW08", "900.249.08"]
        {
            assert!(WasteCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_stream_follows_the_category_and_drugs_may_go_either_way() {
        let code = |text| WasteCode::parse(text).unwrap();
        assert_eq!(code("900-249-08").stream(), Stream::Hazardous);
        assert_eq!(code("841-005-01").stream(), Stream::Medical);
        assert_eq!(code("CY-02").stream(), Stream::Kitchen);
        assert!(code("841-004-01").suits(Stream::Hazardous));
        assert!(code("841-005-01").suits(Stream::Hazardous));
        assert!(!code("841-003-01").suits(Stream::Hazardous));
        assert!(!code("900-002-03").suits(Stream::Medical));
        assert!(!code("CY-01").suits(Stream::Hazardous));
    }

    #[test]
    fn categories_skip_those_not_in_use() {
        assert_eq!((1..=50).filter_map(Category::of).count(), 46);
        assert_eq!(Category::parse("HW40").unwrap().number(), 40);
        assert!(Category::parse("HW41").is_err() && Category::parse("HW44").is_err());
        assert_eq!(Category::parse("HW45").unwrap().as_str(), "HW45");
        assert!(Category::parse("HW+8").is_err() && Category::parse("HW8").is_err());
        assert!(Category::of(0).is_none() && Category::of(51).is_none());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_round_trips(text in "\\PC{0,12}") {
            if let Ok(code) = WasteCode::parse(&text) {
                prop_assert_eq!(code.as_str(), text);
            }
        }
    }
}
