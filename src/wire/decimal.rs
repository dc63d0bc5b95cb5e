//! Figures that are no masses (percent, degrees), exact to the thousandth and within their bounds.

use utoipa::openapi::schema::Type;

use crate::problem::Code;
use crate::units::{Grams, NotAMass, Quantity};

use super::decode::Decode;
use super::faults::Faults;
use super::json::Node;
use super::named::named_shape;
use super::path::Path;
use super::shape::{SchemaOrRef, Shape, plain};

/// A number with at most three decimals, from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Decimal<MIN, MAX> {
    /// In thousandths.
    pub const fn milli(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> Shape for Decimal<MIN, MAX> {
    fn shape() -> SchemaOrRef {
        plain(Type::Number).multiple_of(Some(0.001)).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> Decode for Decimal<MIN, MAX> {
    fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        // A kilogram's thousandths are read as exactly as any other's.
        match Grams::from_kg_text(node.number(at, faults)?) {
            Ok(Grams(milli)) if (MIN * 1000..=MAX * 1000).contains(&milli) => {
                return Some(Self(milli));
            }
            Ok(_) | Err(NotAMass::OutOfRange) => {
                let zh = format!("应在 {MIN} 到 {MAX} 之间。");
                faults.add(Code::OutOfRange, at, zh, format!("Must be from {MIN} to {MAX}."));
            }
            Err(NotAMass::TooManyDecimals) => {
                let en = "At most three decimals; nothing is rounded.";
                faults.add(Code::TooManyDecimals, at, "最多三位小数，系统不作四舍五入。", en);
            }
            Err(NotAMass::Malformed) => {
                let en = "Must be a plain decimal number, without an exponent.";
                faults.add(Code::InvalidValue, at, "应为普通十进制数，不得使用指数形式。", en);
            }
        }
        None
    }
}

impl utoipa::PartialSchema for Quantity {
    fn schema() -> SchemaOrRef {
        let words = "A number with at most three decimals, exact";
        plain(Type::Number).multiple_of(Some(0.001)).description(Some(words)).into()
    }
}

named_shape!(Quantity);
