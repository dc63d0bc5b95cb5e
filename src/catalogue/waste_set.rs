//! A set of wastes as the tables write it in one cell: categories, codes, whole streams, or `*`.
//!
//! Exemptions, reactivity groups, incompatible pairs, container ratings and focus wastes all name
//! wastes this way. Membership is a few bit tests and, at most, a walk over a handful of codes.

use super::words::Stream;
use super::{Category, WasteCode};
use crate::seeds;

/// Which wastes a cell names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasteSet {
    /// `*`: any waste.
    any: bool,
    categories: u64,
    streams: [bool; 3],
    codes: Box<[WasteCode]>,
}

impl WasteSet {
    /// `HW34`, `900-052-31`, `kitchen`, `*`, separated by `;`. The words `non_hazardous` and
    /// `passenger` name what never is an item of a manifest: they match nothing here.
    pub fn parse(cell: &str) -> Result<Self, String> {
        let mut set = Self::default();
        let mut codes = Vec::new();
        for word in seeds::list(cell) {
            if word == "*" {
                set.any = true;
            } else if let Ok(category) = Category::parse(word) {
                set.categories |= category.bit();
            } else if let Ok(stream) = Stream::parse(word) {
                set.streams[stream.index()] = true;
            } else if let Ok(code) = WasteCode::parse(word) {
                codes.push(code);
            } else if !matches!(word, "non_hazardous" | "passenger") {
                return Err(format!("`{word}` is no category, code, stream or `*`"));
            }
        }
        set.codes = codes.into();
        Ok(set)
    }

    pub fn contains(&self, code: WasteCode) -> bool {
        self.any
            || code.category().is_some_and(|category| self.categories & category.bit() != 0)
            || self.streams[code.stream().index()]
            || self.codes.contains(&code)
    }

    /// The codes named one by one.
    pub fn codes(&self) -> &[WasteCode] {
        &self.codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_names_categories_codes_streams_or_all() {
        let code = |text| WasteCode::parse(text).unwrap();
        let set = WasteSet::parse("HW34;900-052-31;kitchen").unwrap();
        assert!(set.contains(code("900-300-34")) && set.contains(code("900-052-31")));
        assert!(set.contains(code("CY-02")));
        assert!(!set.contains(code("900-250-31")) && !set.contains(code("841-001-01")));
        assert!(WasteSet::parse("*").unwrap().contains(code("CY-01")));
        assert!(!WasteSet::parse("passenger").unwrap().contains(code("CY-01")));
        assert!(!WasteSet::parse("").unwrap().contains(code("900-300-34")));
        assert!(WasteSet::parse("HW41").is_err());
    }
}
