//! Where something is: the number of a division, a region code.

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::config::Borders;
use crate::problem::{Code, Fault, Text};
use crate::wire::{SchemaOrRef, text_on_the_wire};

/// Divisions of the corps, `01` to `14`; `00` for the corps' own bodies and for what lies outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DivisionNumber(String);

const DIVISION_MAX: u8 = 14;

impl DivisionNumber {
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u8 = text.parse().ok().filter(|_| digits)?;
        (number <= DIVISION_MAX).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All of them, `00` included.
    pub fn all() -> impl Iterator<Item = String> {
        (0..=DIVISION_MAX).map(|number| format!("{number:02}"))
    }
}

/// A region code of GB/T 2260: six digits. Which codes exist changes every year, so only the shape
/// is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegionCode(String);

impl RegionCode {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a place lies with regard to the borders that the setting counts: hazardous waste moves
/// freely between places of one side, and needs an approval between those of two (Code Art. 536,
/// Order 23 Art. 23-28). The first two digits of GB/T 2260 are the province, and the corps has none
/// of its own; division `00` is outside of the corps.
pub fn side<'a>(borders: Borders, division: &str, region_code: &'a str) -> (&'a str, bool) {
    let province = region_code.get(..2).unwrap_or_default();
    (province, borders == Borders::ProvinceAndCorps && division != "00")
}

fn text_schema(pattern: &str, words: &str) -> SchemaOrRef {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .description(Some(words))
        .into()
}

impl utoipa::PartialSchema for DivisionNumber {
    fn schema() -> SchemaOrRef {
        let words = "Division, 01 to 14; 00 for the corps' own bodies and outside of all";
        text_schema("^(0[0-9]|1[0-4])$", words)
    }
}

impl utoipa::ToSchema for DivisionNumber {}

text_on_the_wire!(DivisionNumber, |text: &str| DivisionNumber::parse(text).ok_or_else(|| {
    let detail = Text::new(
        "师市编号应为两位数字 01 至 14，兵团本级为 00。",
        "A division is two digits, 01 to 14; 00 for the corps itself.",
    );
    Fault::without_field(Code::InvalidValue, detail)
}));

impl utoipa::PartialSchema for RegionCode {
    fn schema() -> SchemaOrRef {
        text_schema("^[0-9]{6}$", "Region code of GB/T 2260")
    }
}

impl utoipa::ToSchema for RegionCode {}

text_on_the_wire!(RegionCode, |text: &str| RegionCode::parse(text).ok_or_else(|| {
    let detail = Text::new("行政区划代码为六位数字。", "A region code has six digits.");
    Fault::without_field(Code::InvalidValue, detail)
}));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_end_at_fourteen_and_region_codes_have_six_digits() {
        for good in ["00", "01", "09", "10", "14"] {
            assert!(DivisionNumber::parse(good).is_some(), "{good}");
        }
        for bad in ["", "1", "15", "+1", "001", "ab"] {
            assert!(DivisionNumber::parse(bad).is_none(), "{bad}");
        }
        assert!(RegionCode::parse("659002").is_some());
        assert!(RegionCode::parse("65900").is_none() && RegionCode::parse("65900x").is_none());
    }
}
