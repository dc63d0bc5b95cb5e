//! The smaller tables of `seeds/`, as typed rows.
//!
//! Names and notes stay as their source has them, certainty labels included: what is a design
//! assumption is shown as one wherever a row is shown.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Form, Hazard, ListedHazards, Method, MethodGroup, PackagingKind, WasteCode, WasteSet};

/// A row of `hazard_characteristics.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct HazardRow {
    pub code: Hazard,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub identification_standard: Box<str>,
    pub label_symbol_zh: Box<str>,
    pub notes_zh: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `waste_forms.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct FormRow {
    pub code: Box<str>,
    pub api_code: Form,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub synonym_zh: Box<str>,
    pub unit_hint: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `disposal_methods.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct MethodRow {
    pub code: Method,
    pub group: MethodGroup,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub code_status: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `packaging_kinds.csv`.
#[derive(Clone, Debug)]
pub struct Packaging {
    pub kind: PackagingKind,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub must_be_closed: bool,
    pub forms: Box<[Form]>,
    pub material: Box<str>,
    /// The material of the container table, where the packaging is made of one.
    pub compat_material: Option<Box<str>>,
    pub typical_net_t: Option<f64>,
    pub un_code_hint: Box<str>,
    pub note_zh: Box<str>,
    pub source: Box<str>,
}

/// A row of `kitchen_wastes.csv`: codes of ours, no national list exists.
#[derive(Clone, Debug)]
pub struct KitchenWaste {
    pub code: WasteCode,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub forms: Box<[Form]>,
    pub methods: Box<[Method]>,
    /// Methods for what is left after treatment, not for the waste itself.
    pub residue_methods: Box<[Method]>,
    pub code_status: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `medical_categories.csv`.
#[derive(Clone, Debug)]
pub struct MedicalCategory {
    pub code: WasteCode,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub feature_zh: Box<str>,
    pub primary_container_zh: Box<str>,
    pub container_colour: Box<str>,
    pub fill_limit: Box<str>,
    pub special_rule_zh: Box<str>,
    pub hazards: ListedHazards,
    pub hospital_storage_max_hours: u32,
    /// Storage at the plant by temperature; `None`: the general storage rule (GB 18597).
    pub plant_storage_hours_ge_5c: Option<u32>,
    pub plant_storage_hours_lt_5c: Option<u32>,
    pub plant_storage_hours_remote_lt_5c_disinfected: Option<u32>,
    pub typical_methods: Box<[Method]>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `xpcc_divisions.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Division {
    /// `01` … `14`.
    pub division_no: Box<str>,
    pub division_zh: Box<str>,
    pub full_name_zh: Box<str>,
    pub name_en: Box<str>,
    pub city_zh: Option<Box<str>>,
    pub city_en: Option<Box<str>>,
    pub gbt2260_code: Option<Box<str>>,
    pub has_city: bool,
    /// Prefix of manifest numbers, a design assumption (facts.md, XPCC).
    pub manifest_region_code: Box<str>,
    pub manifest_region_code_status: Box<str>,
    pub seat_lon: f64,
    pub seat_lat: f64,
    pub coord_quality: Box<str>,
    pub coord_note: Box<str>,
    pub neighbour_prefecture_zh: Box<str>,
    pub neighbour_prefecture_code: Box<str>,
    pub source: Box<str>,
}

/// A row of `organisation_kinds.csv`: kinds of business of a site.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganisationKind {
    pub kind: Box<str>,
    pub api_kind: Box<str>,
    pub zh: Box<str>,
    pub en: Box<str>,
    /// Lists separated by `;`, as in the table.
    pub default_roles: Box<str>,
    pub default_streams: Box<str>,
    pub coefficient_ids: Box<str>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `focus_wastes.csv`.
#[derive(Clone, Debug)]
pub struct FocusWaste {
    pub id: Box<str>,
    pub focus: Box<str>,
    pub name_zh: Box<str>,
    pub name_en: Box<str>,
    pub wastes: WasteSet,
    pub note: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `limits.csv`: a ceiling that is no deadline.
#[derive(Clone, Debug, Deserialize)]
pub struct Limit {
    pub limit_id: Box<str>,
    pub stream: Box<str>,
    pub subject: Box<str>,
    pub subject_zh: Box<str>,
    pub subject_en: Box<str>,
    pub value: u32,
    pub unit: Box<str>,
    pub sense: Box<str>,
    pub rule_zh: Box<str>,
    pub rule_en: Box<str>,
    pub applies_to: Box<str>,
    pub alarm_rule: Option<Box<str>>,
    pub legal_source: Box<str>,
    pub certainty: Box<str>,
    pub configurable: Box<str>,
}

/// A row of `deadline_rules.csv`. An empty value with unit `permanent` means for ever.
#[derive(Clone, Debug, Deserialize)]
pub struct DeadlineRule {
    pub rule_id: Box<str>,
    pub stream: Box<str>,
    pub trigger: Box<str>,
    pub start_event: Box<str>,
    pub applies_to: Box<str>,
    pub trigger_zh: Box<str>,
    pub trigger_en: Box<str>,
    /// A number, or month and day (`03-31`) where `unit` is `date`.
    pub value: Box<str>,
    pub unit: Box<str>,
    pub sense: Box<str>,
    pub obligation_zh: Box<str>,
    pub obligation_en: Box<str>,
    pub legal_source: Box<str>,
    pub certainty: Box<str>,
    pub configurable: Box<str>,
    pub alarm_rule: Option<Box<str>>,
}

/// A row of `generation_coefficients.csv`: so many kilograms of a waste a unit of what a site does.
#[derive(Clone, Debug, Deserialize)]
pub struct Coefficient {
    pub coef_id: Box<str>,
    pub stream: Box<str>,
    /// Codes with `;` between them, or a category.
    pub waste_code: Option<Box<str>>,
    pub source_zh: Box<str>,
    pub source_en: Box<str>,
    pub discriminator: Option<Box<str>>,
    /// `kg/bed/day`, `kg/meal`, `kg/t PVC`, …
    pub unit: Box<str>,
    pub default_value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub activity_basis: Option<Box<str>>,
    pub source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `collection_wastes.csv`: what a collection licence may hold. Days left out: always.
#[derive(Clone, Debug, Deserialize)]
pub struct CollectionWaste {
    pub waste_code: Box<str>,
    /// Numbers with `;` between them; none: everywhere.
    pub divisions: Option<Box<str>>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub what_zh: Box<str>,
    pub what_en: Box<str>,
    pub legal_source: Box<str>,
    pub certainty: Box<str>,
}

/// A row of `manifest_fields.csv`: a field of the printed form, where it is in the API, and which
/// step requires and seals it.
#[derive(Clone, Debug, Deserialize)]
pub struct ManifestField {
    pub manifest_type: Box<str>,
    pub part: Box<str>,
    pub part_zh: Box<str>,
    pub field: Box<str>,
    pub label_zh: Box<str>,
    pub label_en: Box<str>,
    pub required: Box<str>,
    #[serde(rename = "type")]
    pub kind: Box<str>,
    pub unit: Option<Box<str>>,
    pub repeats: Box<str>,
    pub code_list_or_rule: Option<Box<str>>,
    pub source: Box<str>,
    pub certainty: Box<str>,
    pub api_path: Option<Box<str>>,
    pub api_status: Box<str>,
    pub required_from_step: Option<Box<str>>,
    pub sealed_from_step: Option<Box<str>>,
}

/// Fields that the table calls proposed and that the API has (api.md, "Optional, as the printed
/// form and the law ask").
const OPTIONAL_IN_API: &[&str] = &[
    "agreement_number",
    "backfill",
    "backfill.kind",
    "backfill.paper_date",
    "backfill.paper_number",
    "emergency_measures",
    "items[].batch_numbers[]",
    "items[].department",
    "items[].epidemic",
    "items[].exemption",
    "items[].harmful_components[]",
    "items[].intact",
    "items[].reactivity_groups[]",
    "items[].stored_since",
    "items[].un_number",
    "legs[].carrier.name",
    "legs[].escort_id",
    "legs[].from",
    "legs[].mode",
    "legs[].n",
    "legs[].plate",
    "legs[].to",
    "legs[].trailer_plate",
    "legs[].via",
    "legs[].waybill_number",
    "management_plan_id",
    "producer_contact.emergency_phone",
    "producer_contact.phone",
];

impl ManifestField {
    /// Whether the API has this field of the form.
    pub fn is_in_api(&self) -> bool {
        let optional = |path: &str| OPTIONAL_IN_API.contains(&path);
        &*self.api_status == "in_api" || self.api_path.as_deref().is_some_and(optional)
    }
}
