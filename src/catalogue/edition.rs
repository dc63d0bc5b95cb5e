//! Editions of the national list: which rows hold on which day.
//!
//! api.md: what depends on a date or an edition is dated, and a manifest is read under the edition
//! it was checked under for ever. `seeds/editions.csv` lists the editions; a later one is a row
//! there and its table in `load.rs`. Only the 2021 edition has sourced rows (facts.md): it
//! therefore stays open-ended, and its note says what replaced it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Category, ListedHazards, WasteCode};

/// One row of the national list.
#[derive(Clone, Debug)]
pub struct Waste {
    pub code: WasteCode,
    pub category: Category,
    pub category_name: Box<str>,
    pub industry: Box<str>,
    /// The list describes wastes and does not name them.
    pub description: Box<str>,
    pub hazards: ListedHazards,
    /// Printed page of the edition.
    pub source_page: u16,
}

/// One edition of the list.
#[derive(Clone, Debug)]
pub struct Edition {
    pub id: Box<str>,
    pub name_zh: Box<str>,
    pub order_zh: Box<str>,
    pub valid_from: NaiveDate,
    /// Last day in force; `None` while no loaded edition replaces it.
    pub valid_to: Option<NaiveDate>,
    pub note: Box<str>,
    pub certainty: Box<str>,
    /// In the order of their codes.
    wastes: Vec<Waste>,
    by_code: HashMap<WasteCode, usize>,
    by_description: HashMap<Box<str>, Vec<WasteCode>>,
}

/// What `editions.csv` says of an edition.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditionRow {
    pub id: Box<str>,
    pub name_zh: Box<str>,
    pub order_zh: Box<str>,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub wastes_file: Box<str>,
    pub note: Box<str>,
    #[serde(rename = "source")]
    pub _source: Box<str>,
    pub certainty: Box<str>,
}

impl Edition {
    /// The rows come with distinct codes; the loader has checked it.
    pub(super) fn of(row: EditionRow, mut wastes: Vec<Waste>) -> Self {
        wastes.sort_by_key(|waste| waste.code);
        let by_code = wastes.iter().enumerate().map(|(index, waste)| (waste.code, index)).collect();
        let mut by_description: HashMap<Box<str>, Vec<WasteCode>> = HashMap::new();
        for waste in &wastes {
            by_description.entry(waste.description.clone()).or_default().push(waste.code);
        }
        Self {
            id: row.id,
            name_zh: row.name_zh,
            order_zh: row.order_zh,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            note: row.note,
            certainty: row.certainty,
            wastes,
            by_code,
            by_description,
        }
    }

    /// Both days count.
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    pub fn wastes(&self) -> &[Waste] {
        &self.wastes
    }

    /// The codes that the list describes by exactly these words.
    pub fn described_as(&self, words: &str) -> &[WasteCode] {
        self.by_description.get(words).map_or(&[], Vec::as_slice)
    }

    pub fn waste(&self, code: WasteCode) -> Option<&Waste> {
        self.by_code.get(&code).and_then(|&index| self.wastes.get(index))
    }
}
