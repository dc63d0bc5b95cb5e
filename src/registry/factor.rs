//! The tolerance of a licence: by how much the permitted mass may be passed.
//!
//! 1.00 (a hard stop, our choice) to 1.20 (beyond 20 % the law asks for a new licence), with two
//! decimals at most; thousandths inside, never a float.

use serde::{Serialize, Serializer};
use utoipa::Number;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::Code;
use crate::units::Grams;
use crate::wire::{Decode, Faults, Node, Path, SchemaOrRef, shape_from_schema};

/// In thousandths, 1000 to 1200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitFactor(i64);

impl LimitFactor {
    pub const NONE: Self = Self(1000);

    /// As a licence keeps it.
    pub const fn of_milli(milli: i64) -> Self {
        Self(milli)
    }

    pub const fn milli(self) -> i64 {
        self.0
    }
}

impl Decode for LimitFactor {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let text = node.number(at, faults)?;
        // The parser of kilograms reads three decimals exactly; a factor has two.
        match Grams::from_kg_text(text) {
            Ok(Grams(milli)) if milli % 10 == 0 && (1000..=1200).contains(&milli) => {
                Some(Self(milli))
            }
            Ok(Grams(milli)) if (1000..=1200).contains(&milli) => {
                let en = "At most two decimals.";
                faults.add(Code::TooManyDecimals, at, "最多两位小数。", en);
                None
            }
            Ok(_) | Err(_) => {
                let zh = "应为 1.00 到 1.20 之间的数；超过 20% 须重新申领许可证。";
                let en = "Must be from 1.00 to 1.20: beyond 20 % the law asks for a new licence.";
                faults.add(Code::OutOfRange, at, zh, en);
                None
            }
        }
    }
}

impl Serialize for LimitFactor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl utoipa::PartialSchema for LimitFactor {
    fn schema() -> SchemaOrRef {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(Number::from(1.0)))
            .maximum(Some(Number::from(1.2)))
            .description(Some("Permitted mass may be passed up to this factor; two decimals"))
            .into()
    }
}

impl utoipa::ToSchema for LimitFactor {}

shape_from_schema!(LimitFactor);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<i64, Code> {
        crate::wire::read::<LimitFactor>(text.as_bytes())
            .map(LimitFactor::milli)
            .map_err(|problem| problem.code())
    }

    #[test]
    fn from_one_to_one_point_two_with_two_decimals() {
        assert_eq!(read("1"), Ok(1000));
        assert_eq!(read("1.0"), Ok(1000));
        assert_eq!(read("1.20"), Ok(1200));
        assert_eq!(read("1.15"), Ok(1150));
        assert_eq!(read("1.155"), Err(Code::TooManyDecimals));
        assert_eq!(read("1.21"), Err(Code::OutOfRange));
        assert_eq!(read("0.99"), Err(Code::OutOfRange));
        assert_eq!(serde_json::to_string(&LimitFactor(1150)).ok().as_deref(), Some("1.15"));
    }
}
