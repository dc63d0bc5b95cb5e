//! Which container material suits which waste (`container_compatibility.csv`).
//!
//! The ratings come from the informative table of 2001, since repealed (GB 18597-2001 App. B), so
//! they warn, and block only when the waste itself declares the group (`action_if_tagged`,
//! facts.md). A waste that declares a group of this table is judged by what it declares alone:
//! `HW34` suggests oxidising acid, but who says «hydrochloric» has answered that question.

use super::incompatible::Action;
use super::reactivity::Groups;
use super::{Catalogue, PackagingKind, WasteCode, WasteSet};
use crate::problem::{Code, Fault, Findings, Text};

/// A row of the table.
#[derive(Clone, Debug)]
pub struct ContainerRating {
    pub group: Box<str>,
    pub group_zh: Box<str>,
    pub material: Box<str>,
    pub material_zh: Box<str>,
    /// `R`, `A`, `A*`, `*`, `N`: recommended … not recommended.
    pub rating: Box<str>,
    pub rating_meaning: Box<str>,
    pub certainty: Box<str>,
    pub(super) wastes: WasteSet,
    pub(super) group_bit: u64,
    pub(super) by_code: Action,
    pub(super) if_tagged: Action,
}

/// The table, its rows gathered by material.
#[derive(Clone, Debug, Default)]
pub struct ContainerTable(Vec<Box<[ContainerRating]>>);

impl ContainerTable {
    pub(super) fn of(mut ratings: Vec<ContainerRating>) -> Self {
        ratings.sort_by(|x, y| x.material.cmp(&y.material));
        let materials = ratings.chunk_by(|x, y| x.material == y.material);
        Self(materials.map(Into::into).collect())
    }

    pub fn all(&self) -> impl Iterator<Item = &ContainerRating> {
        self.0.iter().flatten()
    }

    /// The place of a material, kept beside each packaging so that filing compares no names.
    pub(super) fn material(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|rows| rows.first().is_some_and(|row| &*row.material == name))
    }

    /// The strictest rating of the material for the waste, when it is worse than «allow».
    fn judge(
        &self,
        material: usize,
        code: WasteCode,
        groups: Groups,
    ) -> Option<(&ContainerRating, Action)> {
        let rows = self.0.get(material)?;
        let tagged = rows.iter().any(|row| groups.has(row.group_bit));
        let mut worst = None;
        for row in rows {
            let action = if tagged {
                if groups.has(row.group_bit) { row.if_tagged } else { Action::Allow }
            } else if row.wastes.contains(code) {
                row.by_code
            } else {
                Action::Allow
            };
            if action > worst.map_or(Action::Allow, |(_, action)| action) {
                worst = Some((row, action));
            }
        }
        worst
    }
}

/// The material of a packaging against the waste: `packaging_unsuitable`, or a warning, at
/// `pointer`.
pub fn material(
    catalogue: &Catalogue,
    kind: PackagingKind,
    code: WasteCode,
    groups: Groups,
    pointer: std::fmt::Arguments<'_>,
    findings: &mut Findings,
) {
    let place = catalogue.materials[kind.index()];
    let verdict = place.and_then(|place| catalogue.containers.judge(place, code, groups));
    let Some((row, action)) = verdict else { return };
    let packaging = catalogue.packaging(kind);
    let (code, zh, en) = match action {
        Action::Block => (Code::PackagingUnsuitable, "请更换容器。", "use another container"),
        Action::Allow | Action::Warn => {
            (Code::PackagingWarning, "请按成分核实。", "check what it holds")
        }
    };
    let detail = Text::new(
        format!(
            "{}的材质（{}）盛装“{}”的评级为 {}，{zh}",
            packaging.name_zh, row.material_zh, row.group_zh, row.rating
        ),
        format!(
            "A {} is of {}, rated {} ({}) for {}: {en}.",
            packaging.name_en, row.material, row.rating, row.rating_meaning, row.group
        ),
    );
    let fault = Fault::new(code, pointer.to_string(), detail)
        .with("rating", &*row.rating)
        .with("certainty", &*row.certainty);
    match action {
        Action::Block => findings.refuse(fault),
        Action::Allow | Action::Warn => findings.warn(fault),
    }
}
