//! Masses as the API reads them: kilograms with three decimals at most.

use serde_json::Value;

use crate::units::Grams;

/// Grams as a JSON number of kilograms, exact.
pub fn kg(grams: i64) -> Value {
    serde_json::from_str(&Grams(grams).to_kg_text()).unwrap_or(Value::Null)
}
