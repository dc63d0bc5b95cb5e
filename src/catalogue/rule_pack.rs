//! Rule packs: what depends on a date or an edition, as one dated row.
//!
//! A manifest names the pack that it was checked under and is read under it for ever (api.md,
//! "Habits"). What the law leaves open (no numeric threshold of a major difference exists in it,
//! facts.md) is a default of ours, and its row says so.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Stream;
use super::load::whole;
use crate::seeds::{Seed, SeedError, rows};
use crate::units::Grams;

const PACKS: Seed = crate::seed!("rule_packs.csv");

/// A row of `rule_packs.csv`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RulePack {
    pub id: Box<str>,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub valid_from: NaiveDate,
    /// Last day in force; `None` while no later pack replaces it.
    #[schema(required)]
    pub valid_to: Option<NaiveDate>,
    /// The edition of the national list that is in force with it.
    pub edition: Box<str>,
    /// A difference between shipped and found beyond this share of what was shipped, and beyond the
    /// stream's floor, is a mismatch of quantity. Whole percent.
    pub tolerance_percent: u8,
    pub floor_kg_hazardous: u32,
    pub floor_kg_medical: u32,
    pub floor_kg_kitchen: u32,
    pub legal_basis: Box<str>,
    pub note: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

impl RulePack {
    /// Both days count.
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Beyond this difference between shipped and found, quantity is a mismatch.
    pub fn tolerance(&self, stream: Stream, shipped: Grams) -> Grams {
        let floor = match stream {
            Stream::Hazardous => self.floor_kg_hazardous,
            Stream::Medical => self.floor_kg_medical,
            Stream::Kitchen => self.floor_kg_kitchen,
        };
        let share = shipped.0 / 100 * i64::from(self.tolerance_percent)
            + shipped.0 % 100 * i64::from(self.tolerance_percent) / 100;
        Grams(share.max(i64::from(floor) * 1000))
    }
}

/// The packs, in the order of their days: at least one, and the last has no end, so that every day
/// from the first on has exactly one.
pub(super) fn packs(is_edition: impl Fn(&str) -> bool) -> Result<Vec<RulePack>, SeedError> {
    let mut packs: Vec<RulePack> = Vec::new();
    for row in rows::<RulePack>(PACKS)? {
        let next = |last: NaiveDate| last.succ_opt() == Some(row.value.valid_from);
        if packs.last().is_some_and(|before| !before.valid_to.is_some_and(next)) {
            return Err(row.wrong("a pack begins on the day after the one before it ends"));
        }
        if !is_edition(&row.value.edition) {
            return Err(row.wrong("its edition is not in editions.csv"));
        }
        packs.push(row.value);
    }
    match packs.last() {
        Some(RulePack { valid_to: None, .. }) => Ok(packs),
        _ => Err(whole(PACKS, "the last pack has no end")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> RulePack {
        packs(|edition| edition == "2021").unwrap().remove(0)
    }

    #[test]
    fn tolerance_is_the_share_or_the_floor() {
        let pack = pack();
        assert_eq!(pack.tolerance(Stream::Hazardous, Grams(100_000)), Grams(50_000));
        assert_eq!(pack.tolerance(Stream::Hazardous, Grams(2_000_000)), Grams(100_000));
        assert_eq!(pack.tolerance(Stream::Medical, Grams(39_999)), Grams(2_000));
        assert_eq!(pack.tolerance(Stream::Medical, Grams(40_019)), Grams(2_000));
        assert_eq!(pack.tolerance(Stream::Medical, Grams(40_020)), Grams(2_001));
        assert_eq!(pack.tolerance(Stream::Kitchen, Grams(i64::MAX)), Grams(i64::MAX / 20));
    }

    #[test]
    fn a_pack_names_an_edition_that_is_loaded() {
        assert!(packs(|_| false).is_err());
    }
}
