//! Masses: whole grams inside, kilograms with at most three decimals outside; never a float.
//!
//! A fourth decimal is an error and not a rounding (domain.md, "Masses").

use serde::{Deserialize, Serialize};

/// A mass in whole grams. May be negative only where a difference or a correction is meant.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Grams(pub i64);

/// Why a text is not a mass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMass {
    #[error("a mass is a plain decimal number of kilograms, without an exponent")]
    Malformed,
    #[error("a mass has at most three decimals (whole grams)")]
    TooManyDecimals,
    #[error("a mass is at most {KG_MAX} kg either way")]
    OutOfRange,
}

/// The largest mass that a single field may hold: a billion kilograms, far above any year of any
/// plant, and far below where sums of a year's manifests could leave 2^53 grams.
pub const KG_MAX: i64 = 1_000_000_000;

impl Grams {
    pub const ZERO: Self = Self(0);

    /// Parses the text of a JSON number as kilograms, exactly: `812.5` is 812,500 g.
    pub fn from_kg_text(text: &str) -> Result<Self, NotAMass> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || digits.ends_with('.') {
            return Err(NotAMass::Malformed);
        }
        if fraction.trim_end_matches('0').len() > 3 {
            return Err(NotAMass::TooManyDecimals);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 10 {
            return Err(NotAMass::OutOfRange);
        }
        let kilograms: i64 = if whole.is_empty() { 0 } else { parse(whole)? };
        let thousandths: i64 = parse(&format!("{fraction:0<3}")[..3])?;
        let grams = kilograms * 1000 + thousandths;
        if grams > KG_MAX * 1000 {
            return Err(NotAMass::OutOfRange);
        }
        Ok(Self(if negative { -grams } else { grams }))
    }

    /// The shortest exact text in kilograms: `812.5`, `-0.001`, `3`.
    pub fn to_kg_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

fn parse(digits: &str) -> Result<i64, NotAMass> {
    digits.parse().map_err(|_| NotAMass::OutOfRange)
}

impl std::ops::Add for Grams {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Grams {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Grams {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Grams {
    fn sum<I: Iterator<Item = Self>>(masses: I) -> Self {
        masses.fold(Self::ZERO, |total, mass| total + mass)
    }
}

/// Parts of `total` in proportion to `weights`, exact to the gram: each gets its share rounded
/// down, and the grams that are left go one by one to the largest remainders (the earlier among
/// equals).
/// The parts sum to `total`. Weights that sum to nothing count as equal; a negative one as none.
pub fn split(total: Grams, weights: &[Grams]) -> Vec<Grams> {
    let sum: i128 = weights.iter().map(|weight| i128::from(weight.0.max(0))).sum();
    let weigh = |weight: &Grams| if sum == 0 { 1 } else { i128::from(weight.0.max(0)) };
    let sum = if sum == 0 { weights.len() as i128 } else { sum };
    let whole = i128::from(total.0.max(0));
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    let mut given = 0;
    for (n, weight) in weights.iter().enumerate() {
        let share = whole * weigh(weight);
        let part = share / sum;
        given += part;
        parts.push(Grams(i64::try_from(part).unwrap_or(i64::MAX)));
        remainders.push((-(share % sum), n));
    }
    remainders.sort_unstable();
    let left = usize::try_from(whole - given).unwrap_or(0);
    for (_, n) in remainders.into_iter().take(left) {
        parts[n] = parts[n] + Grams(1);
    }
    parts
}

/// A mass as the API writes it: a JSON number in kilograms, its decimals exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kg(pub Grams);

impl Kg {
    pub const fn of_grams(grams: i64) -> Self {
        Self(Grams(grams))
    }
}

impl Serialize for Kg {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Quantity(self.0.0).serialize(serializer)
    }
}

/// Back from what [`Kg`] writes: of masses below 2^53 grams the nearest gram of a double is the
/// gram that was written.
impl<'de> Deserialize<'de> for Kg {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(reader)?;
        let grams = match number.as_i64() {
            Some(whole) => whole.checked_mul(1000),
            None => number.as_f64().map(|kg| (kg * 1000.0).round() as i64),
        };
        let out_of_range = || serde::de::Error::custom("a mass that no sum can have");
        grams.map(Self::of_grams).ok_or_else(out_of_range)
    }
}

/// A figure that is no mass, in thousandths: a JSON number, its decimals exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(pub i64);

impl Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What is whole stays an integer. A thousandth below 2^53 prints shortest and exact from
        // the nearest double, because a double separates all such decimals (15 digits).
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parses_what_the_law_of_three_decimals_allows() {
        assert_eq!(Grams::from_kg_text("812.5"), Ok(Grams(812_500)));
        assert_eq!(Grams::from_kg_text("-0.001"), Ok(Grams(-1)));
        assert_eq!(Grams::from_kg_text("1.5000"), Ok(Grams(1500)));
        assert_eq!(Grams::from_kg_text("0.0001"), Err(NotAMass::TooManyDecimals));
        assert_eq!(Grams::from_kg_text("1e3"), Err(NotAMass::Malformed));
        assert_eq!(Grams::from_kg_text("1."), Err(NotAMass::Malformed));
        assert_eq!(Grams::from_kg_text("1000000000"), Ok(Grams(1_000_000_000_000)));
        assert_eq!(Grams::from_kg_text("1000000000.001"), Err(NotAMass::OutOfRange));
        assert_eq!(Grams::from_kg_text("99999999999999999999"), Err(NotAMass::OutOfRange));
    }

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        let parts = |total, weights: &[i64]| {
            let weights: Vec<Grams> = weights.iter().copied().map(Grams).collect();
            split(Grams(total), &weights).into_iter().map(|part| part.0).collect::<Vec<_>>()
        };
        assert_eq!(parts(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(parts(100, &[180_000, 95_500, 24_500]), [60, 32, 8]);
        assert_eq!(parts(5, &[0, 0]), [3, 2]);
        assert_eq!(parts(7, &[]), Vec::<i64>::new());
        assert_eq!(parts(0, &[3, 4]), [0, 0]);
    }

    proptest! {
        #[test]
        fn a_split_sums_to_the_whole_and_no_part_is_a_gram_off_its_share(
            total in 0..=1_000_000_000_000i64,
            weights in prop::collection::vec(0..=1_000_000_000_000i64, 1..80),
        ) {
            let weights: Vec<Grams> = weights.into_iter().map(Grams).collect();
            let parts = split(Grams(total), &weights);
            prop_assert_eq!(parts.iter().copied().sum::<Grams>(), Grams(total));
            let sum: i128 = weights.iter().map(|weight| i128::from(weight.0)).sum();
            for (part, weight) in parts.iter().zip(&weights).filter(|_| sum > 0) {
                let off = i128::from(part.0) * sum - i128::from(total) * i128::from(weight.0);
                prop_assert!(off.abs() < sum);
            }
        }

        #[test]
        fn text_and_json_round_trip(grams in -1_000_000_000_000i64..=1_000_000_000_000) {
            let mass = Grams(grams);
            prop_assert_eq!(Grams::from_kg_text(&mass.to_kg_text()), Ok(mass));
            let json = serde_json::to_string(&Kg(mass)).unwrap();
            prop_assert_eq!(Grams::from_kg_text(&json), Ok(mass));
            prop_assert_eq!(serde_json::from_str::<Kg>(&json).ok(), Some(Kg(mass)));
        }
    }
}
