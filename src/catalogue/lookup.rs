//! The catalogue: everything the reference tables say, looked up by code.
//!
//! Built once at start and shared behind an `Arc`; nothing in it changes while the program runs,
//! so it needs no lock, no version and no guard. Lookups by code hash ten bytes and allocate
//! nothing: filing asks several a manifest.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::containers::ContainerTable;
use super::exemption::Exemption;
use super::incompatible::IncompatibleTable;
use super::reactivity::ReactivityTable;
use super::tables::{
    Coefficient, CollectionWaste, DeadlineRule, Division, FocusWaste, FormRow, HazardRow,
    KitchenWaste, Limit, ManifestField, MedicalCategory, MethodRow, OrganisationKind, Packaging,
};
use super::{Category, Edition, PackagingKind, RulePack, Waste, WasteCode};

/// All reference data of the waste side.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(super) editions: Vec<Edition>,
    pub(super) packs: Vec<RulePack>,
    pub(super) kitchen: Vec<KitchenWaste>,
    pub(super) medical: Vec<MedicalCategory>,
    pub(super) hazards: Vec<HazardRow>,
    pub(super) forms: Vec<FormRow>,
    pub(super) methods: Vec<MethodRow>,
    pub(super) packagings: Vec<Packaging>,
    /// By kind of packaging: where its material stands in `containers`.
    pub(super) materials: Vec<Option<usize>>,
    pub(super) reactivity: ReactivityTable,
    pub(super) incompatible: IncompatibleTable,
    pub(super) containers: ContainerTable,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) exemption_by_id: HashMap<Box<str>, usize>,
    pub(super) focus: Vec<FocusWaste>,
    pub(super) divisions: Vec<Division>,
    pub(super) organisation_kinds: Vec<OrganisationKind>,
    pub(super) limits: Vec<Limit>,
    pub(super) deadlines: Vec<DeadlineRule>,
    pub(super) coefficients: Vec<Coefficient>,
    pub(super) collection_wastes: Vec<CollectionWaste>,
    pub(super) manifest_fields: Vec<ManifestField>,
    /// By stream; every answer shows them, so they are sorted once.
    pub(super) sealed_fields: HashMap<Box<str>, Vec<SealedField>>,
}

/// A code that the edition in force (or, for kitchen waste, our own table) knows.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// A row of the national list.
    Listed(&'a Waste),
    /// `900-000-NN`: found hazardous by testing, no row (list Art. 6).
    Identified(WasteCode, Category),
    /// A kitchen waste.
    Kitchen(&'a KitchenWaste),
}

impl Known<'_> {
    pub const fn code(&self) -> WasteCode {
        match self {
            Self::Listed(waste) => waste.code,
            Self::Identified(code, _) => *code,
            Self::Kitchen(waste) => waste.code,
        }
    }
}

impl Catalogue {
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    pub fn edition(&self, id: &str) -> Option<&Edition> {
        self.editions.iter().find(|edition| &*edition.id == id)
    }

    /// The edition that holds on a legal day.
    pub fn edition_on(&self, day: NaiveDate) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.in_force(day))
    }

    pub fn rule_packs(&self) -> &[RulePack] {
        &self.packs
    }

    /// The pack that holds on a legal day; the first one for the days before it, so that there is
    /// always one.
    pub fn rule_pack_on(&self, day: NaiveDate) -> &RulePack {
        let found = self.packs.iter().find(|pack| pack.in_force(day));
        // The loader has checked that there is one.
        found.unwrap_or(&self.packs[0])
    }

    /// The pack that a manifest names; the first one for those filed before packs were named.
    pub fn rule_pack_of(&self, id: &str) -> &RulePack {
        self.packs.iter().find(|pack| &*pack.id == id).unwrap_or(&self.packs[0])
    }

    /// What is known of a code on a legal day.
    pub fn find(&self, code: WasteCode, day: NaiveDate) -> Option<Known<'_>> {
        let Some(category) = code.category() else {
            return self.kitchen_waste(code).map(Known::Kitchen);
        };
        let edition = self.edition_on(day)?;
        match edition.waste(code) {
            Some(waste) => Some(Known::Listed(waste)),
            None if code.is_identified() => Some(Known::Identified(code, category)),
            None => None,
        }
    }

    pub fn kitchen_wastes(&self) -> &[KitchenWaste] {
        &self.kitchen
    }

    pub fn kitchen_waste(&self, code: WasteCode) -> Option<&KitchenWaste> {
        self.kitchen.iter().find(|waste| waste.code == code)
    }

    pub fn medical_categories(&self) -> &[MedicalCategory] {
        &self.medical
    }

    pub fn medical_category(&self, code: WasteCode) -> Option<&MedicalCategory> {
        self.medical.iter().find(|category| category.code == code)
    }

    pub fn hazards(&self) -> &[HazardRow] {
        &self.hazards
    }

    pub fn forms(&self) -> &[FormRow] {
        &self.forms
    }

    pub fn methods(&self) -> &[MethodRow] {
        &self.methods
    }

    pub fn packagings(&self) -> &[Packaging] {
        &self.packagings
    }

    /// The row of a packaging; the loader has put every kind at its place.
    pub fn packaging(&self, kind: PackagingKind) -> &Packaging {
        &self.packagings[kind.index()]
    }

    pub fn reactivity(&self) -> &ReactivityTable {
        &self.reactivity
    }

    pub fn incompatible(&self) -> &IncompatibleTable {
        &self.incompatible
    }

    pub fn containers(&self) -> &ContainerTable {
        &self.containers
    }

    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    pub fn exemption(&self, id: &str) -> Option<&Exemption> {
        self.exemption_by_id.get(id).and_then(|&index| self.exemptions.get(index))
    }

    pub fn focus_wastes(&self) -> &[FocusWaste] {
        &self.focus
    }

    /// The focus of the regulator's work plan that a waste falls under.
    pub fn focus_of(&self, code: WasteCode) -> Option<&FocusWaste> {
        self.focus.iter().find(|focus| focus.wastes.contains(code))
    }

    pub fn divisions(&self) -> &[Division] {
        &self.divisions
    }

    /// By its number, `01` … `14`.
    pub fn division(&self, number: &str) -> Option<&Division> {
        self.divisions.iter().find(|division| &*division.division_no == number)
    }

    pub fn organisation_kinds(&self) -> &[OrganisationKind] {
        &self.organisation_kinds
    }

    /// The row of a kind of business; both spellings (`chemical_plant`, `chemical`) are in use.
    pub fn organisation_kind(&self, name: &str) -> Option<&OrganisationKind> {
        self.organisation_kinds.iter().find(|row| &*row.kind == name || &*row.api_kind == name)
    }

    pub fn coefficient(&self, id: &str) -> Option<&Coefficient> {
        self.coefficients.iter().find(|row| &*row.coef_id == id)
    }

    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    pub fn deadline_rules(&self) -> &[DeadlineRule] {
        &self.deadlines
    }

    /// Whether a collection licence in a division may hold a waste on a day.
    pub fn may_be_collected(&self, code: &str, division: &str, day: NaiveDate) -> bool {
        let holds = |row: &&CollectionWaste| {
            let there = row.divisions.as_deref();
            there.is_none_or(|all| all.split(';').any(|one| one == division))
                && row.valid_from.is_none_or(|first| first <= day)
                && row.valid_to.is_none_or(|last| day <= last)
        };
        let mut rows = self.collection_wastes.iter().filter(|row| &*row.waste_code == code);
        rows.any(|row| holds(&row))
    }

    pub fn deadline_rule(&self, id: &str) -> Option<&DeadlineRule> {
        self.deadlines.iter().find(|rule| &*rule.rule_id == id)
    }

    pub fn manifest_fields(&self) -> &[ManifestField] {
        &self.manifest_fields
    }

    /// The form's fields that the API has and some step locks, sorted by path.
    pub fn sealed_fields(&self, stream: &str) -> &[SealedField] {
        self.sealed_fields.get(stream).map_or(&[], Vec::as_slice)
    }
}

/// A field of a manifest and the step from which on it is locked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedField {
    pub path: Box<str>,
    pub from_step: Box<str>,
}

pub(super) fn sealed_fields(fields: &[ManifestField]) -> HashMap<Box<str>, Vec<SealedField>> {
    let mut sealed: HashMap<Box<str>, Vec<SealedField>> = HashMap::new();
    for field in fields.iter().filter(|field| field.is_in_api()) {
        if let (Some(path), Some(from_step)) = (&field.api_path, &field.sealed_from_step) {
            let one = SealedField { path: path.clone(), from_step: from_step.clone() };
            sealed.entry(field.manifest_type.clone()).or_default().push(one);
        }
    }
    for list in sealed.values_mut() {
        list.sort();
    }
    sealed
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::catalogue::{Groups, Hazard, Hazards};
    use crate::problem::Findings;

    /// One for all tests of this room.
    pub fn catalogue() -> &'static Catalogue {
        static LOADED: std::sync::LazyLock<Catalogue> =
            std::sync::LazyLock::new(|| Catalogue::load().unwrap());
        &LOADED
    }

    pub fn code(text: &str) -> WasteCode {
        WasteCode::parse(text).unwrap()
    }

    pub fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// `T,I` as a set.
    pub fn set(text: &str) -> Hazards {
        text.split(',').filter_map(Hazard::of_code).collect()
    }

    /// Declared groups, all of them known.
    pub fn tags(ids: &[&str]) -> Groups {
        let (mut findings, base) = (Findings::new(), format_args!("/items/0"));
        let groups = catalogue().reactivity().declared(ids.iter().copied(), base, &mut findings);
        assert!(findings.is_clean());
        groups
    }

    #[test]
    fn every_row_of_every_table_is_loaded() {
        let all = catalogue();
        assert_eq!(all.editions().len(), 1);
        assert_eq!(all.edition("2021").unwrap().wastes().len(), 467);
        let categories: std::collections::HashSet<_> =
            all.edition("2021").unwrap().wastes().iter().map(|waste| waste.category).collect();
        assert_eq!(categories.len(), 46);
        assert_eq!(all.exemptions().len(), 57);
        assert_eq!(all.exemptions().last().map(|exemption| exemption.item_no), Some(32));
        assert_eq!((all.methods().len(), all.packagings().len()), (34, 20));
        assert_eq!((all.forms().len(), all.hazards().len()), (4, 5));
        assert_eq!((all.medical_categories().len(), all.kitchen_wastes().len()), (5, 3));
        assert_eq!((all.divisions().len(), all.organisation_kinds().len()), (14, 28));
        assert_eq!((all.incompatible().all().len(), all.reactivity().all().len()), (23, 43));
        assert_eq!(all.containers().all().count(), 128);
        assert_eq!((all.focus_wastes().len(), all.limits().len()), (5, 3));
        assert_eq!((all.deadline_rules().len(), all.manifest_fields().len()), (48, 130));
    }

    #[test]
    fn the_edition_holds_from_its_first_day_and_has_no_last() {
        let all = catalogue();
        assert!(all.edition_on(day("2020-12-31")).is_none());
        assert!(all.edition_on(day("2021-01-01")).is_some());
        assert!(all.edition_on(day("2035-01-01")).is_some());
    }

    #[test]
    fn an_edition_that_ends_holds_on_its_last_day() {
        let mut edition = catalogue().edition("2021").unwrap().clone();
        edition.valid_to = Some(day("2024-12-31"));
        assert!(edition.in_force(day("2024-12-31")));
        assert!(!edition.in_force(day("2025-01-01")));
    }

    #[test]
    fn a_tested_waste_is_known_without_a_row_and_others_are_not() {
        let (all, today) = (catalogue(), day("2026-11-25"));
        assert!(matches!(all.find(code("900-249-08"), today), Some(Known::Listed(_))));
        assert!(matches!(all.find(code("900-000-49"), today), Some(Known::Identified(..))));
        assert!(matches!(all.find(code("CY-03"), today), Some(Known::Kitchen(_))));
        assert!(all.find(code("CY-04"), today).is_none());
        assert!(all.find(code("900-248-08"), today).is_none());
        assert!(all.find(code("900-249-08"), day("2020-12-31")).is_none());
    }

    #[test]
    fn medical_categories_agree_with_the_list() {
        let all = catalogue();
        for category in all.medical_categories() {
            let listed = all.edition("2021").unwrap().waste(category.code).unwrap();
            assert_eq!(category.hazards, listed.hazards, "{}", category.code);
        }
    }

    #[test]
    fn focus_wastes_follow_code_or_category() {
        let focus = |text| catalogue().focus_of(code(text)).map(|focus| &*focus.focus);
        assert_eq!(focus("900-052-31"), Some("lead_acid_battery"));
        assert_eq!(focus("900-249-08"), Some("mineral_oil"));
        assert_eq!(focus("252-007-11"), None);
    }
}
