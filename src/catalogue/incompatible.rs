//! Wastes that must not ride together (Code Art. 535(1); GB 18597; medical regulations 14, 26).
//!
//! The table names pairs of groups; a waste is in a group because it *declares* it (a tag, see
//! `reactivity.rs`) or because its code *suggests* it. What follows (facts.md):
//!
//! - `code`: the default action on codes alone; the stricter one when both carry the tag;
//! - `group_tag`: whole categories are too broad, so nothing unless one side carries the tag; the
//!   default action when the other side is only suggested, the stricter one when both are tagged;
//! - `code_with_hazard_R`: as `code`, where side a must declare hazard R;
//! - `load_type`: by stream (kitchen with hazardous). Passengers and non-hazardous loads are never
//!   items of a manifest: those rows stand for the drivers' rules and match nothing here.
//!
//! Every waste gets its rule bits once; a pair is then judged by a few AND operations, so a load of
//! fifty wastes costs microseconds. Of several rules that hit one pair the strictest speaks.

use super::reactivity::{Groups, ReactivityTable};
use super::{Hazard, Hazards, WasteCode, WasteSet};
use crate::problem::{Code, Fault, Findings, Text};

/// Where two wastes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// On one vehicle.
    Vehicle,
    /// In one container: the vehicle's rules and those of scope `container`.
    Container,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchBy {
    Code,
    GroupTag,
    CodeWithHazardR,
    LoadType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Allow,
    Warn,
    Block,
}

impl Action {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "warn" => Some(Self::Warn),
            "block" => Some(Self::Block),
            _ => None,
        }
    }
}

/// A row of `incompatible_wastes.csv`.
#[derive(Clone, Debug)]
pub struct IncompatiblePair {
    pub id: Box<str>,
    pub group_a_zh: Box<str>,
    pub group_b_zh: Box<str>,
    pub hazard_zh: Box<str>,
    pub hazard_en: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
    pub(super) wastes_a: WasteSet,
    pub(super) wastes_b: WasteSet,
    pub(super) except_b: WasteSet,
    pub(super) group_a: u64,
    pub(super) group_b: u64,
    pub(super) match_by: MatchBy,
    pub(super) on_vehicle: bool,
    pub(super) default_action: Action,
    pub(super) both_tagged: Action,
}

/// A waste of the load, as far as its company matters.
#[derive(Clone, Copy, Debug)]
pub struct LoadItem {
    pub code: WasteCode,
    /// As declared.
    pub hazards: Hazards,
    pub groups: Groups,
    /// Index in the document's list (of items, or of manifests); `None` for what already rides on
    /// the vehicle. Wastes of one index are not judged against each other.
    pub index: Option<usize>,
}

/// The rules a waste is side a or b of, one bit a rule.
#[derive(Clone, Copy, Default)]
struct Sides {
    a: u64,
    b: u64,
    a_tag: u64,
    b_tag: u64,
}

/// All pairs, one bit each.
#[derive(Clone, Debug, Default)]
pub struct IncompatibleTable {
    pairs: Vec<IncompatiblePair>,
    on_vehicle: u64,
    by_tag: u64,
}

impl IncompatibleTable {
    pub(super) fn of(pairs: Vec<IncompatiblePair>) -> Result<Self, String> {
        if pairs.len() > 64 {
            return Err("at most 64 pairs".to_owned());
        }
        let bits = |wanted: fn(&IncompatiblePair) -> bool| {
            let set = pairs.iter().enumerate().filter(|(_, pair)| wanted(pair));
            set.fold(0, |bits, (index, _)| bits | 1 << index)
        };
        let on_vehicle = bits(|pair| pair.on_vehicle);
        let by_tag = bits(|pair| pair.match_by == MatchBy::GroupTag);
        Ok(Self { pairs, on_vehicle, by_tag })
    }

    pub fn all(&self) -> &[IncompatiblePair] {
        &self.pairs
    }

    /// Judges every pair of `items`. A blocked pair is a fault, a doubtful one a warning, at
    /// `<list>/<index>` of the later item (or of the only one in this document).
    pub fn check(
        &self,
        items: &[LoadItem],
        together: Together,
        list: &str,
        findings: &mut Findings,
    ) {
        if items.len() < 2 {
            return;
        }
        let scope = match together {
            Together::Vehicle => self.on_vehicle,
            Together::Container => u64::MAX,
        };
        let sides: Vec<Sides> = items.iter().map(|item| self.sides(item)).collect();
        for (later, item) in items.iter().enumerate() {
            for earlier in 0..later {
                // What rides together already was judged then, as the wastes of one manifest were.
                if items[earlier].index == item.index {
                    continue;
                }
                let verdict = self.judge(sides[earlier], sides[later], scope);
                if let Some((pair, action)) = verdict {
                    report(pair, action, &items[earlier], item, list, findings);
                }
            }
        }
    }

    fn sides(&self, item: &LoadItem) -> Sides {
        let mut sides = Sides::default();
        for (index, pair) in self.pairs.iter().enumerate() {
            let bit = 1 << index;
            let reactive = pair.match_by != MatchBy::CodeWithHazardR
                || item.hazards.contains(Hazard::Reactive);
            if item.groups.has(pair.group_a) {
                sides.a_tag |= bit;
            }
            if item.groups.has(pair.group_b) {
                sides.b_tag |= bit;
            }
            if reactive && pair.wastes_a.contains(item.code) {
                sides.a |= bit;
            }
            if pair.wastes_b.contains(item.code) && !pair.except_b.contains(item.code) {
                sides.b |= bit;
            }
        }
        sides.a |= sides.a_tag;
        sides.b |= sides.b_tag;
        sides
    }

    /// The strictest rule that hits the pair, the first in the table among equals.
    fn judge(&self, x: Sides, y: Sides, scope: u64) -> Option<(&IncompatiblePair, Action)> {
        let both = (x.a_tag & y.b_tag) | (y.a_tag & x.b_tag);
        let one = (x.a_tag & y.b) | (x.a & y.b_tag) | (y.a_tag & x.b) | (y.a & x.b_tag);
        let any = (x.a & y.b) | (y.a & x.b);
        let mut hits = any & scope & (one | !self.by_tag);
        let mut worst = None;
        while hits != 0 {
            let index = hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let pair = &self.pairs[index];
            let tagged = both & (1 << index) != 0;
            let action = if tagged { pair.both_tagged } else { pair.default_action };
            if action > worst.map_or(Action::Allow, |(_, action)| action) {
                worst = Some((pair, action));
            }
        }
        worst
    }
}

fn report(
    pair: &IncompatiblePair,
    action: Action,
    earlier: &LoadItem,
    later: &LoadItem,
    list: &str,
    findings: &mut Findings,
) {
    let (here, other) = match (earlier.index, later.index) {
        (Some(_), None) => (earlier, later),
        _ => (later, earlier),
    };
    let (id, zh, en) = (&pair.id, &pair.hazard_zh, &pair.hazard_en);
    let (mine, theirs) = (here.code, other.code);
    let (code, detail) = match action {
        Action::Block => (
            Code::IncompatibleWastes,
            Text::new(
                format!("{mine} 与 {theirs} 不得混装或同车：{zh}（规则 {id}）。请分开运输。"),
                format!("{mine} and {theirs} must not be together: {en} (rule {id}). Part them."),
            ),
        ),
        Action::Allow | Action::Warn => (
            Code::IncompatibilityWarning,
            Text::new(
                format!("{mine} 与 {theirs} 可能不相容：{zh}（规则 {id}）。请核实成分。"),
                format!("{mine} and {theirs} may react: {en} (rule {id}). Check what they hold."),
            ),
        ),
    };
    let fault = match here.index {
        Some(index) => Fault::new(code, format!("{list}/{index}"), detail),
        None => Fault::without_field(code, detail),
    };
    let fault = fault
        .with("rule", &**id)
        .with("other_waste_code", theirs.as_str())
        .with("certainty", &*pair.certainty);
    match action {
        Action::Block => findings.refuse(fault),
        Action::Allow | Action::Warn => findings.warn(fault),
    }
}

/// The bits of a pair's groups; an id that is no group is a fault of the table.
pub(super) fn group_bit(table: &ReactivityTable, id: &str) -> Result<u64, String> {
    table.get(id).map(|group| group.bit).ok_or_else(|| format!("no reactivity group `{id}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::lookup::tests::{catalogue, code, set, tags};

    fn together(loads: &[(&str, &str, &[&str])], how: Together) -> Findings {
        let items: Vec<LoadItem> = loads
            .iter()
            .enumerate()
            .map(|(index, (text, hazards, ids))| LoadItem {
                code: code(text),
                hazards: set(hazards),
                groups: tags(ids),
                index: Some(index),
            })
            .collect();
        let mut findings = Findings::new();
        catalogue().incompatible().check(&items, how, "/items", &mut findings);
        findings
    }

    #[track_caller]
    fn meets(loads: &[(&str, &str, &[&str])], rule: &str, code: Option<Code>) {
        let findings = together(loads, Together::Vehicle);
        let all: Vec<_> = findings.faults.iter().chain(&findings.warnings).collect();
        assert_eq!(all.len(), usize::from(code.is_some()), "{findings:#?}");
        if let Some(code) = code {
            assert_eq!((all[0].code, all[0].extra["rule"].as_str()), (code, Some(rule)));
            assert_eq!(findings.faults.len() == 1, code == Code::IncompatibleWastes);
        }
    }

    #[test]
    fn wastes_meet_by_code_and_by_tag() {
        let (warn, block) = (Some(Code::IncompatibilityWarning), Some(Code::IncompatibleWastes));
        let cyanide = ("900-028-33", "R,T", &[][..]);
        let acid = ("900-300-34", "C,T", &[][..]);
        meets(&[cyanide, acid], "I01", warn);
        meets(&[acid, cyanide], "I01", warn);
        let sure = [
            ("900-028-33", "R,T", &["cyanide"][..]),
            ("900-300-34", "C,T", &["acid_non_oxidising"]),
        ];
        meets(&sure, "I01", block);
        // A whole category is too broad: nothing without a tag on one side.
        let lye = ("900-352-35", "C,T", &[][..]);
        meets(&[acid, lye], "I04", None);
        meets(&[("900-300-34", "C,T", &["strong_acid"][..]), lye], "I04", warn);
        meets(
            &[
                ("900-300-34", "C,T", &["strong_acid"][..]),
                ("900-352-35", "C,T", &["strong_alkali"]),
            ],
            "I04",
            block,
        );
        // Aluminium dross that declares R, and waste water.
        meets(&[("321-024-48", "R,T", &[][..]), acid], "I17", block);
        meets(&[("321-003-48", "T", &[][..]), acid], "I17", None);
    }

    #[test]
    fn medical_kitchen_and_explosive_loads_ride_alone() {
        let block = Some(Code::IncompatibleWastes);
        let infectious = ("841-001-01", "In", &[][..]);
        let oil = ("900-249-08", "T,I", &[][..]);
        let food = ("CY-01", "", &[][..]);
        meets(&[infectious, oil], "I07", block);
        meets(&[infectious, food], "I07", block);
        meets(&[food, oil], "I12", block);
        meets(&[("900-018-15", "R", &[][..]), oil], "I08", block);
        meets(&[infectious, ("841-002-01", "In", &[][..])], "", None);
        meets(&[oil, oil], "", None);
        meets(&[food, ("CY-02", "", &[][..])], "", None);
    }

    #[test]
    fn some_pairs_only_mind_the_same_container() {
        let mercury = ("900-023-29", "T", &[][..]);
        let lamp_box = ("900-249-08", "T,I", &[][..]);
        assert!(together(&[mercury, lamp_box], Together::Vehicle).is_clean());
        assert_eq!(together(&[mercury, lamp_box], Together::Container).warnings.len(), 1);
        let infectious = ("841-001-01", "In", &[][..]);
        let drugs = together(&[infectious, ("841-005-01", "T", &[][..])], Together::Container);
        assert_eq!((drugs.faults.len(), drugs.warnings.len()), (0, 1));
        let sharps =
            together(&[("841-002-01", "In", &[]), ("841-005-01", "T", &[])], Together::Container);
        assert_eq!((sharps.faults.len(), sharps.warnings.len()), (1, 0));
    }

    #[test]
    fn what_already_rides_is_named_at_the_item_that_joins_it() {
        let waste = |text, index| LoadItem {
            code: code(text),
            hazards: Hazards::NONE,
            groups: Groups::NONE,
            index,
        };
        for pair in [
            [waste("CY-01", None), waste("900-249-08", Some(3))],
            [waste("900-249-08", Some(3)), waste("CY-01", None)],
        ] {
            let mut findings = Findings::new();
            catalogue().incompatible().check(&pair, Together::Vehicle, "/items", &mut findings);
            assert_eq!(findings.faults[0].pointer.as_deref(), Some("/items/3"));
            assert_eq!(findings.faults[0].extra["other_waste_code"], "CY-01");
        }
    }
}
