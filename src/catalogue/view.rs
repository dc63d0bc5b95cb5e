//! Wastes, editions and exemptions as the API shows them: stable JSON shapes, borrowed from the catalogue.
//!
//! Every shape says how certain its row is (`certainty`, `source`), so that a design assumption is
//! never read as law. Adding a field is a change, renaming one a breach.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Catalogue, Category, CodeScope, Edition, Exemption, Form, Hazard, HazardLogic, Known, Method,
    Stream, WasteCode,
};
use crate::seeds::list;

/// A waste: a row of the national list, or a kitchen waste.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WasteView<'a> {
    pub code: WasteCode,
    /// `null` for kitchen waste.
    pub category: Option<Category>,
    pub category_name: &'a str,
    pub industry: Option<&'a str>,
    pub description: &'a str,
    /// As printed: where `hazard_logic` is `first_certain_rest_possible`, the first is certain.
    pub hazards: &'a [Hazard],
    /// `null` where there are no hazards.
    pub hazard_logic: Option<HazardLogic>,
    pub stream: Stream,
    /// The edition it was read in; `null` for kitchen waste, which no national list holds.
    pub edition: Option<&'a str>,
    pub source_page: Option<u16>,
    /// Focus of the regulator's work plan.
    pub focus: Option<&'a str>,
    /// Forms it may have; empty: any.
    pub forms: &'a [Form],
    /// Methods that bind (kitchen) or are typical (medical); empty: any of its stream.
    pub methods: &'a [Method],
    /// Exemptions that name it.
    pub exemptions: Vec<&'a str>,
    pub certainty: &'a str,
}

impl<'a> WasteView<'a> {
    pub fn of(catalogue: &'a Catalogue, edition: &'a Edition, known: Known<'a>) -> Self {
        let code = known.code();
        let medical = catalogue.medical_category(code);
        let mut view = Self {
            code,
            category: code.category(),
            category_name: "",
            industry: None,
            description: "",
            hazards: &[],
            hazard_logic: None,
            stream: code.stream(),
            edition: Some(&*edition.id),
            source_page: None,
            focus: catalogue.focus_of(code).map(|focus| &*focus.focus),
            forms: &[],
            methods: medical.map_or(&[], |category| &category.typical_methods),
            exemptions: catalogue.exemptions_naming(code, edition).collect(),
            certainty: &edition.certainty,
        };
        match known {
            Known::Listed(waste) => {
                view.category_name = &waste.category_name;
                view.industry = Some(&waste.industry);
                view.description = &waste.description;
                view.hazards = waste.hazards.printed();
                view.hazard_logic = Some(waste.hazards.logic());
                view.source_page = Some(waste.source_page);
            }
            Known::Identified(..) => {
                view.description = "经鉴别具有危险特性的废物（名录第六条）";
            }
            Known::Kitchen(waste) => {
                view.category_name = "餐厨垃圾";
                view.description = &waste.name_zh;
                view.edition = None;
                view.forms = &waste.forms;
                view.methods = &waste.methods;
                view.certainty = &waste.certainty;
            }
        }
        view
    }
}

impl Catalogue {
    /// Ids of the exemptions of an edition that name a code, or its whole category.
    pub fn exemptions_naming<'a>(
        &'a self,
        code: WasteCode,
        edition: &'a Edition,
    ) -> impl Iterator<Item = &'a str> {
        let of_edition = move |exemption: &&Exemption| exemption.edition == edition.id;
        let naming = self.exemptions().iter().filter(of_edition);
        naming.filter(move |exemption| exemption.wastes.contains(code)).map(|found| &*found.id)
    }
}

/// An edition of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EditionView<'a> {
    pub id: &'a str,
    pub name_zh: &'a str,
    pub order_zh: &'a str,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub wastes: usize,
    pub note: &'a str,
    pub certainty: &'a str,
}

impl<'a> From<&'a Edition> for EditionView<'a> {
    fn from(edition: &'a Edition) -> Self {
        Self {
            id: &edition.id,
            name_zh: &edition.name_zh,
            order_zh: &edition.order_zh,
            valid_from: edition.valid_from,
            valid_to: edition.valid_to,
            wastes: edition.wastes().len(),
            note: &edition.note,
            certainty: &edition.certainty,
        }
    }
}

/// An item of the exemption list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExemptionView<'a> {
    pub id: &'a str,
    pub item_no: u8,
    /// Codes and categories it names, as in the table; empty where the evidence decides.
    pub wastes: Vec<&'a str>,
    /// `listed_only`, `listed_and_others`, `not_by_code`.
    pub code_scope: &'static str,
    pub waste_zh: &'a str,
    pub name_en: &'a str,
    pub stages: Vec<&'static str>,
    pub stage_zh: &'a str,
    pub condition_zh: &'a str,
    pub condition_en: &'a str,
    pub content_zh: &'a str,
    pub beds_max: Option<u32>,
    /// `true`: only waste of an epidemic; `false`: never; `null`: no matter.
    pub epidemic: Option<bool>,
    /// All of these; `a|b` is one or the other. The words are ours.
    pub needs: Vec<&'a str>,
    pub treated_by_methods: &'a [Method],
    pub edition: &'a str,
    pub source_page: u16,
}

impl<'a> From<&'a Exemption> for ExemptionView<'a> {
    fn from(exemption: &'a Exemption) -> Self {
        Self {
            id: &exemption.id,
            item_no: exemption.item_no,
            wastes: list(&exemption.wastes_text).collect(),
            code_scope: match exemption.code_scope {
                CodeScope::ListedOnly => "listed_only",
                CodeScope::ListedAndOthers => "listed_and_others",
                CodeScope::NotByCode => "not_by_code",
            },
            waste_zh: &exemption.waste_zh,
            name_en: &exemption.name_en,
            stages: exemption.stages().words().collect(),
            stage_zh: &exemption.stage_zh,
            condition_zh: &exemption.condition_zh,
            condition_en: &exemption.condition_en,
            content_zh: &exemption.content_zh,
            beds_max: exemption.beds_max,
            epidemic: exemption.epidemic,
            needs: list(&exemption.needs_text).collect(),
            treated_by_methods: &exemption.treated_by_methods,
            edition: &exemption.edition,
            source_page: exemption.source_page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::lookup::tests::{catalogue, code, day};
    use serde_json::{Value, json};

    fn waste(text: &str) -> Value {
        let all = catalogue();
        let known = all.find(code(text), day("2026-11-25")).unwrap();
        serde_json::to_value(WasteView::of(all, all.edition("2021").unwrap(), known)).unwrap()
    }

    #[test]
    fn a_waste_shows_its_row() {
        let oil = waste("900-249-08");
        assert_eq!(oil["category"], "HW08");
        assert_eq!(oil["hazards"], json!(["T", "I"]));
        assert_eq!(oil["hazard_logic"], "first_certain_rest_possible");
        assert_eq!((&oil["stream"], &oil["edition"]), (&json!("hazardous"), &json!("2021")));
        assert_eq!((&oil["source_page"], &oil["focus"]), (&json!(9), &json!("mineral_oil")));
        assert_eq!(oil["exemptions"], json!(["EX8-1"]));
        // The certain hazard comes first, in the list's own order.
        assert_eq!(waste("321-024-48")["hazards"], json!(["R", "T"]));
        let food = waste("CY-01");
        assert_eq!((&food["category"], &food["edition"]), (&Value::Null, &Value::Null));
        assert_eq!(food["methods"], json!(["K1", "K2", "K3", "K9"]));
        assert_eq!(food["forms"], json!(["semi_solid", "liquid"]));
    }

    #[test]
    fn an_exemption_shows_codes_stages_and_needs() {
        let row = catalogue().exemption("EX19-1").unwrap();
        let view = serde_json::to_value(ExemptionView::from(row)).unwrap();
        assert_eq!(view["wastes"], json!(["092-003-33"]));
        assert_eq!(view["stages"], json!(["disposal"]));
        assert_eq!(view["needs"], json!(["limit_values_met", "to_tailings_pond|to_cement_kiln"]));
        let row = catalogue().exemption("EX25-2").unwrap();
        let view = serde_json::to_value(ExemptionView::from(row)).unwrap();
        assert_eq!(view["stages"], json!(["utilisation", "disposal"]));
    }
}
