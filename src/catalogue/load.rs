//! Parses every table of `seeds/` once, at start, into the [`Catalogue`].
//!
//! What the tables promise each other is checked here and nowhere else: words are known, codes are
//! distinct, groups exist, enum and table agree. After this, rules may index and look up freely.

use std::collections::HashSet;

use serde::Deserialize;

use super::coded::UnknownWord;
use super::edition::EditionRow;
use super::tables::{
    Coefficient, CollectionWaste, DeadlineRule, Division, FocusWaste, FormRow, HazardRow,
    KitchenWaste, Limit, ManifestField, MedicalCategory, MethodRow, OrganisationKind, Packaging,
};
use super::{
    Catalogue, CatalogueError, Category, ContainerTable, Edition, Form, HazardLogic, ListedHazards,
    Method, PackagingKind, Waste, WasteCode, WasteSet,
};
use super::{load_rules, words};
use crate::seed;
use crate::seeds::{Row, Seed, list, plain, rows};

/// The waste tables that `editions.csv` may name. A later edition adds its file here.
const WASTE_TABLES: &[Seed] = &[seed!("waste_catalogue_2021.csv")];
const EDITIONS: Seed = seed!("editions.csv");
const PACKAGINGS: Seed = seed!("packaging_kinds.csv");
const METHODS: Seed = seed!("disposal_methods.csv");

type Loaded<T> = Result<T, CatalogueError>;

impl Catalogue {
    /// Parses all embedded tables. An error names file and line and stops the start.
    pub fn load() -> Loaded<Self> {
        let editions = editions()?;
        let reactivity = load_rules::reactivity()?;
        let containers = load_rules::containers(&reactivity)?;
        let packagings = packagings()?;
        let materials = materials(&packagings, &containers)?;
        let exemptions = load_rules::exemptions()?;
        let exemption_by_id = exemptions
            .iter()
            .enumerate()
            .map(|(index, exemption)| (exemption.id.clone(), index))
            .collect();
        let manifest_fields = plain::<ManifestField>(seed!("manifest_fields.csv"))?;
        Ok(Self {
            packs: super::rule_pack::packs(|id| {
                editions.iter().any(|edition: &Edition| &*edition.id == id)
            })?,
            editions,
            kitchen: kitchen()?,
            medical: medical()?,
            hazards: plain::<HazardRow>(seed!("hazard_characteristics.csv"))?,
            forms: plain::<FormRow>(seed!("waste_forms.csv"))?,
            methods: methods()?,
            incompatible: load_rules::incompatible(&reactivity)?,
            packagings,
            materials,
            reactivity,
            containers,
            exemptions,
            exemption_by_id,
            focus: focus()?,
            divisions: plain::<Division>(seed!("xpcc_divisions.csv"))?,
            organisation_kinds: plain::<OrganisationKind>(seed!("organisation_kinds.csv"))?,
            limits: plain::<Limit>(seed!("limits.csv"))?,
            deadlines: plain::<DeadlineRule>(seed!("deadline_rules.csv"))?,
            coefficients: plain::<Coefficient>(seed!("generation_coefficients.csv"))?,
            collection_wastes: plain::<CollectionWaste>(seed!("collection_wastes.csv"))?,
            sealed_fields: super::lookup::sealed_fields(&manifest_fields),
            manifest_fields,
        })
    }
}

/// Parses a cell that holds a list of words.
pub(super) fn words_of<T, W>(
    row: &Row<W>,
    cell: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Loaded<Box<[T]>> {
    let word = |word| parse(word).ok_or_else(|| row.wrong(format!("unknown word `{word}`")));
    list(cell).map(word).collect()
}

pub(super) fn code_of<W>(row: &Row<W>, cell: &str) -> Loaded<WasteCode> {
    WasteCode::parse(cell).map_err(|error: UnknownWord| row.wrong(error))
}

pub(super) fn wastes_of<W>(row: &Row<W>, cell: &str) -> Loaded<WasteSet> {
    WasteSet::parse(cell).map_err(|what| row.wrong(what))
}

fn hazards_of<W>(row: &Row<W>, cell: &str, logic: HazardLogic) -> Loaded<ListedHazards> {
    let wrong = || row.wrong(format!("hazards `{cell}` do not fit the logic `{logic}`"));
    ListedHazards::parse(cell, logic).ok_or_else(wrong)
}

/// A fault of a file as a whole.
pub(super) fn whole(seed: Seed, what: impl Into<String>) -> CatalogueError {
    CatalogueError { file: seed.name, line: 0, what: what.into() }
}

fn editions() -> Loaded<Vec<Edition>> {
    let mut editions: Vec<Edition> = Vec::new();
    for row in rows::<EditionRow>(EDITIONS)? {
        let table = WASTE_TABLES.iter().find(|seed| seed.name == &*row.value.wastes_file);
        let table = table.ok_or_else(|| row.wrong("its wastes_file is not embedded"))?;
        let follows = editions
            .last()
            .is_none_or(|before| before.valid_to.is_some_and(|last| last < row.value.valid_from));
        if !follows || row.value.valid_to.is_some_and(|last| last < row.value.valid_from) {
            return Err(row.wrong("editions must follow each other without overlap"));
        }
        editions.push(Edition::of(row.value, wastes(*table)?));
    }
    Ok(editions)
}

#[derive(Deserialize)]
struct WasteRow {
    category: Category,
    category_name_zh: Box<str>,
    industry_zh: Box<str>,
    code: Box<str>,
    description_zh: Box<str>,
    hazard: Box<str>,
    hazard_logic: HazardLogic,
    source_page: u16,
}

fn wastes(seed: Seed) -> Loaded<Vec<Waste>> {
    let mut seen = HashSet::new();
    let mut wastes = Vec::new();
    for row in rows::<WasteRow>(seed)? {
        let code = code_of(&row, &row.value.code)?;
        if code.category() != Some(row.value.category) {
            return Err(row.wrong("the code's last two digits are not its category"));
        }
        if !seen.insert(code) {
            return Err(row.wrong(format!("{code} appears twice")));
        }
        let hazards = hazards_of(&row, &row.value.hazard, row.value.hazard_logic)?;
        let WasteRow { category, source_page, .. } = row.value;
        wastes.push(Waste {
            code,
            category,
            category_name: row.value.category_name_zh,
            industry: row.value.industry_zh,
            description: row.value.description_zh,
            hazards,
            source_page,
        });
    }
    Ok(wastes)
}

#[derive(Deserialize)]
struct PackagingRow {
    code: Box<str>,
    api_code: PackagingKind,
    name_zh: Box<str>,
    name_en: Box<str>,
    must_be_closed: bool,
    forms: Box<str>,
    material: Box<str>,
    compat_material: Option<Box<str>>,
    typical_net_t: Option<f64>,
    un_code_hint: Box<str>,
    note_zh: Box<str>,
    source: Box<str>,
}

/// In the order of the enum, so that a kind's index is its row.
fn packagings() -> Loaded<Vec<Packaging>> {
    let mut packagings = Vec::new();
    for row in rows::<PackagingRow>(PACKAGINGS)? {
        let forms = words_of(&row, &row.value.forms, Form::of_code)?;
        if PackagingKind::ALL.get(packagings.len()) != Some(&row.value.api_code)
            || row.value.api_code.code() != &*row.value.code
        {
            return Err(row.wrong("not the next word of PackagingKind (catalogue/words.rs)"));
        }
        let row = row.value;
        packagings.push(Packaging {
            kind: row.api_code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            must_be_closed: row.must_be_closed,
            forms,
            material: row.material,
            compat_material: row.compat_material,
            typical_net_t: row.typical_net_t,
            un_code_hint: row.un_code_hint,
            note_zh: row.note_zh,
            source: row.source,
        });
    }
    if packagings.len() == PackagingKind::ALL.len() {
        Ok(packagings)
    } else {
        Err(whole(PACKAGINGS, "a word of PackagingKind has no row"))
    }
}

/// The place of each packaging's material in the container table.
fn materials(packagings: &[Packaging], containers: &ContainerTable) -> Loaded<Vec<Option<usize>>> {
    let place = |packaging: &Packaging| match packaging.compat_material.as_deref() {
        None => Ok(None),
        Some(name) => containers.material(name).map(Some).ok_or_else(|| {
            whole(PACKAGINGS, format!("`{name}` is not in container_compatibility.csv"))
        }),
    };
    packagings.iter().map(place).collect()
}

fn methods() -> Loaded<Vec<MethodRow>> {
    let read = rows::<MethodRow>(METHODS)?;
    for (index, row) in read.iter().enumerate() {
        if Method::ALL.get(index) != Some(&row.value.code) {
            return Err(row.wrong("not the next word of Method (catalogue/words.rs)"));
        }
        if row.value.code.group() != row.value.group {
            return Err(row.wrong("its group is not that of Method::group"));
        }
    }
    if read.len() == words::Method::ALL.len() {
        Ok(read.into_iter().map(|row| row.value).collect())
    } else {
        Err(whole(METHODS, "a word of Method has no row"))
    }
}

#[derive(Deserialize)]
struct KitchenRow {
    code: Box<str>,
    name_zh: Box<str>,
    name_en: Box<str>,
    forms: Box<str>,
    methods: Box<str>,
    residue_methods: Box<str>,
    code_status: Box<str>,
    source: Box<str>,
    certainty: Box<str>,
}

fn kitchen() -> Loaded<Vec<KitchenWaste>> {
    let mut wastes = Vec::new();
    for row in rows::<KitchenRow>(seed!("kitchen_wastes.csv"))? {
        let code = code_of(&row, &row.value.code)?;
        if !code.is_kitchen() {
            return Err(row.wrong("kitchen codes begin with CY-"));
        }
        let forms = words_of(&row, &row.value.forms, Form::of_code)?;
        let methods = words_of(&row, &row.value.methods, Method::of_code)?;
        let residue_methods = words_of(&row, &row.value.residue_methods, Method::of_code)?;
        let row = row.value;
        wastes.push(KitchenWaste {
            code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            forms,
            methods,
            residue_methods,
            code_status: row.code_status,
            source: row.source,
            certainty: row.certainty,
        });
    }
    Ok(wastes)
}

#[derive(Deserialize)]
struct MedicalRow {
    code: Box<str>,
    name_zh: Box<str>,
    name_en: Box<str>,
    feature_zh: Box<str>,
    primary_container_zh: Box<str>,
    container_colour: Box<str>,
    fill_limit: Box<str>,
    special_rule_zh: Box<str>,
    hazard: Box<str>,
    hospital_storage_max_hours: u32,
    plant_storage_hours_ge_5c: Option<u32>,
    plant_storage_hours_lt_5c: Option<u32>,
    plant_storage_hours_remote_lt_5c_disinfected: Option<u32>,
    typical_disposal_codes: Box<str>,
    source: Box<str>,
    certainty: Box<str>,
}

fn medical() -> Loaded<Vec<MedicalCategory>> {
    let mut categories = Vec::new();
    for row in rows::<MedicalRow>(seed!("medical_categories.csv"))? {
        let code = code_of(&row, &row.value.code)?;
        // The table has no column for the logic; its two spellings say the same as the list's.
        let slash = row.value.hazard.contains('/');
        let logic = if slash { HazardLogic::OneOrMore } else { HazardLogic::Single };
        let hazards = hazards_of(&row, &row.value.hazard, logic)?;
        let typical_methods = words_of(&row, &row.value.typical_disposal_codes, Method::of_code)?;
        let row = row.value;
        categories.push(MedicalCategory {
            code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            feature_zh: row.feature_zh,
            primary_container_zh: row.primary_container_zh,
            container_colour: row.container_colour,
            fill_limit: row.fill_limit,
            special_rule_zh: row.special_rule_zh,
            hazards,
            hospital_storage_max_hours: row.hospital_storage_max_hours,
            plant_storage_hours_ge_5c: row.plant_storage_hours_ge_5c,
            plant_storage_hours_lt_5c: row.plant_storage_hours_lt_5c,
            plant_storage_hours_remote_lt_5c_disinfected: row
                .plant_storage_hours_remote_lt_5c_disinfected,
            typical_methods,
            source: row.source,
            certainty: row.certainty,
        });
    }
    Ok(categories)
}

#[derive(Deserialize)]
struct FocusRow {
    focus_id: Box<str>,
    focus: Box<str>,
    name_zh: Box<str>,
    name_en: Box<str>,
    codes: Box<str>,
    note: Box<str>,
    certainty: Box<str>,
}

fn focus() -> Loaded<Vec<FocusWaste>> {
    let mut focus = Vec::new();
    for row in rows::<FocusRow>(seed!("focus_wastes.csv"))? {
        let wastes = wastes_of(&row, &row.value.codes)?;
        let row = row.value;
        focus.push(FocusWaste {
            id: row.focus_id,
            focus: row.focus,
            name_zh: row.name_zh,
            name_en: row.name_en,
            wastes,
            note: row.note,
            certainty: row.certainty,
        });
    }
    Ok(focus)
}
