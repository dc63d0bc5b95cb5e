//! Masses on the wire: a JSON number of kilograms, read from its text and exact to the gram.
//!
//! A fourth decimal is `too_many_decimals`, never rounded (domain.md, "Masses").

use utoipa::Number;
use utoipa::openapi::schema::Type;

use crate::problem::Code;
use crate::units::{Grams, KG_MAX, Kg, NotAMass};

use super::decode::Decode;
use super::faults::Faults;
use super::json::Node;
use super::named::named_shape;
use super::path::Path;
use super::shape::{SchemaOrRef, plain};

/// Which signs a field allows.
#[derive(Clone, Copy)]
enum Sign {
    Positive,
    NonNegative,
    Any,
}

macro_rules! masses {
    ($($(#[$doc:meta])* $name:ident $sign:ident $words:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Grams);

        impl $name {
            /// `None` where the field does not allow this sign or size.
            pub fn of(mass: Grams) -> Option<Self> {
                allowed(mass, Sign::$sign).then_some(Self(mass))
            }

            pub const fn grams(self) -> Grams {
                self.0
            }
        }

        impl From<$name> for Grams {
            fn from(mass: $name) -> Self {
                mass.0
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> SchemaOrRef {
                mass_schema(Sign::$sign, $words)
            }
        }

        named_shape!($name);

        impl Decode for $name {
            fn decode(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                mass(node, at, faults, Sign::$sign).map(Self)
            }

            fn stand_in() -> Option<Self> {
                Some(Self(Grams(1)))
            }
        }
    )+};
}

masses! {
    /// More than nothing: what is shipped, weighed, treated.
    PositiveKg Positive "Kilograms with at most three decimals, more than zero.";
    /// Nothing or more: what is refused, lost, left.
    NonNegativeKg NonNegative "Kilograms with at most three decimals, zero or more.";
    /// Either way: corrections and differences.
    SignedKg Any "Kilograms with at most three decimals, of either sign.";
}

impl utoipa::PartialSchema for Kg {
    fn schema() -> SchemaOrRef {
        mass_schema(Sign::Any, "Kilograms with at most three decimals.")
    }
}

named_shape!(Kg);

fn mass_schema(sign: Sign, words: &str) -> SchemaOrRef {
    let limit = Number::from(KG_MAX);
    let object = plain(Type::Number)
        .multiple_of(Some(0.001))
        .maximum(Some(limit.clone()))
        .description(Some(words));
    match sign {
        Sign::Positive => object.exclusive_minimum(Some(0)).into(),
        Sign::NonNegative => object.minimum(Some(0)).into(),
        Sign::Any => object.minimum(Some(-KG_MAX)).into(),
    }
}

fn mass(node: &Node<'_>, at: &Path<'_>, faults: &mut Faults, sign: Sign) -> Option<Grams> {
    let text = node.number(at, faults)?;
    match Grams::from_kg_text(text).map_err(|why| named(why, text)) {
        Ok(grams) if allowed(grams, sign) => return Some(grams),
        Ok(_) | Err(NotAMass::OutOfRange) => {
            let (zh, en) = bounds(sign);
            faults.add(Code::MassOutOfRange, at, zh, en);
        }
        Err(NotAMass::TooManyDecimals) => {
            let zh = "质量以千克计，最多三位小数（精确到克），系统不作四舍五入。";
            let en = "A mass is in kilograms with at most three decimals (whole grams); it is \
                      never rounded.";
            faults.add(Code::TooManyDecimals, at, zh, en);
        }
        Err(NotAMass::Malformed) => {
            let zh = "质量应为普通十进制数，不得使用指数形式。";
            let en = "A mass is a plain decimal number, without an exponent.";
            faults.add(Code::InvalidValue, at, zh, en);
        }
    }
    None
}

/// Programs write very large and very small numbers with an exponent: they are refused for what
/// they are. Only the code hangs on the double; no such number is ever taken.
fn named(why: NotAMass, text: &str) -> NotAMass {
    let kilograms = text.parse::<f64>().unwrap_or_default().abs();
    let grams = kilograms * 1000.0;
    match why {
        NotAMass::Malformed if kilograms > KG_MAX as f64 => NotAMass::OutOfRange,
        NotAMass::Malformed if (grams - grams.round()).abs() > 1e-6 => NotAMass::TooManyDecimals,
        other => other,
    }
}

const fn allowed(grams: Grams, sign: Sign) -> bool {
    match sign {
        Sign::Positive => grams.0 > 0,
        Sign::NonNegative => grams.0 >= 0,
        Sign::Any => true,
    }
}

fn bounds(sign: Sign) -> (String, String) {
    match sign {
        Sign::Positive => (
            format!("质量须大于 0，且不超过 {KG_MAX} 千克。"),
            format!("A mass here is more than 0 and at most {KG_MAX} kg."),
        ),
        Sign::NonNegative => (
            format!("质量不得为负，且不超过 {KG_MAX} 千克。"),
            format!("A mass here is not negative and at most {KG_MAX} kg."),
        ),
        Sign::Any => (
            format!("质量的绝对值不超过 {KG_MAX} 千克。"),
            format!("A mass here is at most {KG_MAX} kg either way."),
        ),
    }
}
