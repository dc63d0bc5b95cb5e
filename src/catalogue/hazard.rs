//! Hazard characteristics (危险特性) and how the list combines them.
//!
//! Note 1 of the list: where several are named, a comma means that the first is certain and the
//! rest possible, a slash that one or more of them hold.

use serde::{Deserialize, Serialize, Serializer};

use super::coded::coded;

coded! {
    /// One hazard characteristic (list Art. 5(4)).
    Hazard, InvalidValue, "危险特性", "hazard characteristic";
    Toxic "T" "T";
    Corrosive "C" "C";
    Ignitable "I" "I";
    Reactive "R" "R";
    Infectious "In" "In";
}

coded! {
    /// How a row's hazards combine, column `hazard_logic`.
    HazardLogic, InvalidValue, "危险特性组合方式", "hazard logic";
    Single "single" "single";
    FirstCertain "first_certain_rest_possible" "first_certain_rest_possible";
    OneOrMore "one_or_more" "one_or_more";
}

/// A set of hazards; the API writes it as a list. Repeats in a list count once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, utoipa::ToSchema)]
#[schema(value_type = Vec<Hazard>)]
pub struct Hazards(u8);

impl Hazards {
    pub const NONE: Self = Self(0);

    pub const fn of(hazard: Hazard) -> Self {
        Self(1 << hazard as u8)
    }

    #[must_use]
    pub const fn with(self, hazard: Hazard) -> Self {
        Self(self.0 | Self::of(hazard).0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn contains(self, hazard: Hazard) -> bool {
        self.0 & Self::of(hazard).0 != 0
    }

    /// Every hazard of this set is in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// In the order T, C, I, R, In.
    pub fn iter(self) -> impl Iterator<Item = Hazard> {
        Hazard::ALL.iter().copied().filter(move |&hazard| self.contains(hazard))
    }
}

impl FromIterator<Hazard> for Hazards {
    fn from_iter<I: IntoIterator<Item = Hazard>>(hazards: I) -> Self {
        hazards.into_iter().fold(Self::NONE, Self::with)
    }
}

impl std::fmt::Display for Hazards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, hazard) in self.iter().enumerate() {
            write!(f, "{}{hazard}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Serialize for Hazards {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Hazards {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Hazard>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// What the list says of one waste: its hazards in printed order and how they combine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedHazards {
    printed: Box<[Hazard]>,
    all: Hazards,
    first: Hazard,
    logic: HazardLogic,
}

impl ListedHazards {
    /// From the cells `hazard` (`T,I` or `T/C/I/R`) and `hazard_logic`, which must agree.
    pub fn parse(cell: &str, logic: HazardLogic) -> Option<Self> {
        let separator = match logic {
            HazardLogic::OneOrMore => '/',
            HazardLogic::Single | HazardLogic::FirstCertain => ',',
        };
        let printed: Option<Box<[Hazard]>> = cell.split(separator).map(Hazard::of_code).collect();
        let printed = printed?;
        let first = *printed.first()?;
        let all: Hazards = printed.iter().copied().collect();
        let distinct = all.iter().count() == printed.len();
        let several = printed.len() > 1;
        let agrees = distinct && several == (logic != HazardLogic::Single);
        agrees.then_some(Self { printed, all, first, logic })
    }

    pub fn printed(&self) -> &[Hazard] {
        &self.printed
    }

    pub const fn logic(&self) -> HazardLogic {
        self.logic
    }

    /// Whether a declared set agrees with the list.
    pub fn admits(&self, declared: Hazards) -> bool {
        match self.logic {
            HazardLogic::Single => declared == self.all,
            HazardLogic::FirstCertain => declared.contains(self.first) && declared.within(self.all),
            HazardLogic::OneOrMore => !declared.is_empty() && declared.within(self.all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Hazards {
        text.split(',').filter_map(Hazard::of_code).collect()
    }

    #[test]
    fn a_comma_makes_the_first_certain_and_the_rest_possible() {
        let listed = ListedHazards::parse("T,I", HazardLogic::FirstCertain).unwrap();
        assert!(listed.admits(set("T")) && listed.admits(set("T,I")));
        assert!(!listed.admits(set("I")) && !listed.admits(set("T,C")));
        assert!(!listed.admits(Hazards::NONE));
    }

    #[test]
    fn a_slash_asks_for_one_or_more_and_a_single_for_itself() {
        let listed = ListedHazards::parse("T/C/I/R", HazardLogic::OneOrMore).unwrap();
        assert!(listed.admits(set("R")) && listed.admits(set("T,C,I,R")));
        assert!(!listed.admits(Hazards::NONE) && !listed.admits(set("T,In")));
        let listed = ListedHazards::parse("In", HazardLogic::Single).unwrap();
        assert!(listed.admits(set("In")));
        assert!(!listed.admits(set("T,In")) && !listed.admits(Hazards::NONE));
    }

    #[test]
    fn a_cell_that_contradicts_its_logic_is_no_row() {
        assert!(ListedHazards::parse("T,I", HazardLogic::Single).is_none());
        assert!(ListedHazards::parse("T", HazardLogic::FirstCertain).is_none());
        assert!(ListedHazards::parse("T,I", HazardLogic::OneOrMore).is_none());
        assert!(ListedHazards::parse("T,T", HazardLogic::FirstCertain).is_none());
        assert!(ListedHazards::parse("X", HazardLogic::Single).is_none());
    }

    #[test]
    fn the_api_writes_a_list_and_reads_it_with_repeats() {
        assert_eq!(serde_json::to_string(&set("I,T")).unwrap(), r#"["T","I"]"#);
        assert_eq!(serde_json::from_str::<Hazards>(r#"["In","In"]"#).unwrap(), set("In"));
        assert!(serde_json::from_str::<Hazards>(r#"["X"]"#).is_err());
    }
}
