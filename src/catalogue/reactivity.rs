//! Reactivity groups: what a waste is chemically, as declared (`reactivity_groups`) on an item.
//!
//! Incompatible pairs and container ratings speak these ids. A declared group also counts for its
//! `broader` ones (strong_alkali for alkali), transitively; that closure is taken once, at load.
//! Rows of kind `load_class` (medical_waste, passenger) follow from the code and are not declared.

use super::coded::UnknownWord;
use crate::problem::{Code, Fault, Findings, Text};

/// At most so many groups, one bit each.
const GROUPS_MAX: usize = 64;

/// A set of declared groups, its broader ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Groups(pub(super) u64);

impl Groups {
    pub const NONE: Self = Self(0);

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }
}

/// A row of `reactivity_groups.csv`.
#[derive(Clone, Debug)]
pub struct ReactivityGroup {
    pub id: Box<str>,
    /// Chemistry may be declared; a class of load follows from the code.
    pub declarable: bool,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub broader: Option<Box<str>>,
    pub certainty: Box<str>,
    pub note: Box<str>,
    /// Its own bit.
    pub(super) bit: u64,
    /// Its bit and those of all broader groups.
    pub(super) closure: u64,
}

/// All groups, with their bits given out.
#[derive(Clone, Debug, Default)]
pub struct ReactivityTable(Vec<ReactivityGroup>);

impl ReactivityTable {
    /// Gives out bits and closes over `broader`. The error is a sentence about the whole table.
    pub(super) fn of(mut groups: Vec<ReactivityGroup>) -> Result<Self, String> {
        if groups.len() > GROUPS_MAX {
            return Err(format!("at most {GROUPS_MAX} groups"));
        }
        for (index, group) in groups.iter_mut().enumerate() {
            group.bit = 1 << index;
            group.closure = group.bit;
        }
        // Each round follows one more link; as many rounds as groups close every chain.
        for _round in 0..groups.len() {
            for index in 0..groups.len() {
                let Some(broader) = groups[index].broader.clone() else { continue };
                let above = groups.iter().find(|group| group.id == broader);
                let above = above.ok_or_else(|| format!("no group `{broader}`"))?.closure;
                groups[index].closure |= above;
            }
        }
        Ok(Self(groups))
    }

    pub fn all(&self) -> &[ReactivityGroup] {
        &self.0
    }

    pub fn get(&self, id: &str) -> Option<&ReactivityGroup> {
        self.0.iter().find(|group| &*group.id == id)
    }

    /// The declared ids as a set; an unknown one, and a class of load, is a fault at
    /// `<base>/reactivity_groups/<index>`.
    pub fn declared<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a str>,
        base: std::fmt::Arguments<'_>,
        findings: &mut Findings,
    ) -> Groups {
        let mut groups = Groups::NONE;
        for (index, id) in ids.into_iter().enumerate() {
            let pointer = || format!("{base}/reactivity_groups/{index}");
            match self.get(id) {
                Some(group) if group.declarable => groups.0 |= group.closure,
                Some(_) => findings.refuse(Fault::new(
                    Code::InvalidValue,
                    pointer(),
                    Text::new(
                        format!("“{id}”由废物代码决定，无需申报；请只填写化学反应性组别。"),
                        format!("`{id}` follows from the waste code; declare chemistry only."),
                    ),
                )),
                None => {
                    let word =
                        UnknownWord::new(Code::InvalidValue, "反应性组别", "reactivity group", id);
                    findings.refuse(word.fault(pointer()));
                }
            }
        }
        groups
    }
}
