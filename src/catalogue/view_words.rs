//! Words and divisions as the API shows them: methods, forms, hazards, packagings, the divisions of
//! the XPCC. Same promises as `view.rs`.

use serde::Serialize;
use utoipa::ToSchema;

use super::tables::{Division, FormRow, HazardRow, MethodRow, Packaging};
use super::{Form, Hazard, Method, MethodGroup, PackagingKind, Stream};
use crate::seeds::list;

/// A method of use, disposal or onward transfer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MethodView<'a> {
    pub code: Method,
    pub group: MethodGroup,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    /// `official`, or `local_extension`: ours.
    pub code_status: &'a str,
    /// The stages of the exemption list that it is.
    pub stages: Vec<&'static str>,
    pub source: &'a str,
    pub certainty: &'a str,
}

impl<'a> From<&'a MethodRow> for MethodView<'a> {
    fn from(row: &'a MethodRow) -> Self {
        Self {
            code: row.code,
            group: row.group,
            name_zh: &row.name_zh,
            name_en: &row.name_en,
            code_status: &row.code_status,
            stages: row.code.stages().words().collect(),
            source: &row.source,
            certainty: &row.certainty,
        }
    }
}

/// A physical form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormView<'a> {
    pub form: Form,
    pub code: &'a str,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    pub synonyms_zh: Vec<&'a str>,
    pub unit_hint: &'a str,
    pub source: &'a str,
    pub certainty: &'a str,
}

impl<'a> From<&'a FormRow> for FormView<'a> {
    fn from(row: &'a FormRow) -> Self {
        Self {
            form: row.api_code,
            code: &row.code,
            name_zh: &row.name_zh,
            name_en: &row.name_en,
            synonyms_zh: list(&row.synonym_zh).collect(),
            unit_hint: &row.unit_hint,
            source: &row.source,
            certainty: &row.certainty,
        }
    }
}

/// A hazard characteristic.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardView<'a> {
    pub hazard: Hazard,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    pub identification_standard: &'a str,
    pub notes_zh: &'a str,
    pub source: &'a str,
    pub certainty: &'a str,
}

impl<'a> From<&'a HazardRow> for HazardView<'a> {
    fn from(row: &'a HazardRow) -> Self {
        Self {
            hazard: row.code,
            name_zh: &row.name_zh,
            name_en: &row.name_en,
            identification_standard: &row.identification_standard,
            notes_zh: &row.notes_zh,
            source: &row.source,
            certainty: &row.certainty,
        }
    }
}

/// A kind of packaging.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackagingView<'a> {
    pub kind: PackagingKind,
    pub code: &'static str,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    pub must_be_closed: bool,
    pub forms: &'a [Form],
    pub material: &'a str,
    /// The stream it is made for; `null`: any.
    pub made_for: Option<Stream>,
    pub typical_net_t: Option<f64>,
    pub un_code_hint: &'a str,
    pub note_zh: &'a str,
    pub source: &'a str,
}

impl<'a> From<&'a Packaging> for PackagingView<'a> {
    fn from(row: &'a Packaging) -> Self {
        Self {
            kind: row.kind,
            code: row.kind.code(),
            name_zh: &row.name_zh,
            name_en: &row.name_en,
            must_be_closed: row.must_be_closed,
            forms: &row.forms,
            material: &row.material,
            made_for: row.kind.made_for(),
            typical_net_t: row.typical_net_t,
            un_code_hint: &row.un_code_hint,
            note_zh: &row.note_zh,
            source: &row.source,
        }
    }
}

/// A point on the map, in degrees; approximate (facts.md, XPCC).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct LocationView {
    pub lon: f64,
    pub lat: f64,
}

/// A division of the XPCC (师).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DivisionView<'a> {
    pub division: &'a str,
    pub name_zh: &'a str,
    pub full_name_zh: &'a str,
    pub name_en: &'a str,
    /// `null` for the 11th and 12th, which have no city.
    pub city_zh: Option<&'a str>,
    pub city_en: Option<&'a str>,
    pub region_code: Option<&'a str>,
    /// First digits of manifest numbers after the year, as in the table.
    pub manifest_prefix: &'a str,
    /// How certain the prefix is: a design assumption.
    pub certainty: &'a str,
    pub location: LocationView,
    pub location_quality: &'a str,
    pub location_note: &'a str,
    pub neighbour_prefecture_zh: &'a str,
    pub neighbour_prefecture_codes: Vec<&'a str>,
    pub source: &'a str,
}

impl<'a> From<&'a Division> for DivisionView<'a> {
    fn from(row: &'a Division) -> Self {
        Self {
            division: &row.division_no,
            name_zh: &row.division_zh,
            full_name_zh: &row.full_name_zh,
            name_en: &row.name_en,
            city_zh: row.city_zh.as_deref(),
            city_en: row.city_en.as_deref(),
            region_code: row.gbt2260_code.as_deref(),
            manifest_prefix: &row.manifest_region_code,
            certainty: &row.manifest_region_code_status,
            location: LocationView { lon: row.seat_lon, lat: row.seat_lat },
            location_quality: &row.coord_quality,
            location_note: &row.coord_note,
            neighbour_prefecture_zh: &row.neighbour_prefecture_zh,
            neighbour_prefecture_codes: list(&row.neighbour_prefecture_code).collect(),
            source: &row.source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::lookup::tests::catalogue;
    use serde_json::{Value, json};

    #[test]
    fn a_division_shows_its_prefix_as_an_assumption() {
        let first = catalogue().division("01").unwrap();
        let view = serde_json::to_value(DivisionView::from(first)).unwrap();
        assert_eq!((&view["division"], &view["manifest_prefix"]), (&json!("01"), &json!("6601")));
        assert_eq!(view["certainty"], "design_assumption");
        assert_eq!(view["location"], json!({"lon": 81.281, "lat": 40.548}));
        let eleventh = catalogue().division("11").unwrap();
        assert_eq!(
            serde_json::to_value(DivisionView::from(eleventh)).unwrap()["city_zh"],
            Value::Null
        );
    }

    #[test]
    fn openapi_lists_the_words_as_the_api_writes_them() {
        use utoipa::PartialSchema;
        let words = |schema: &_| serde_json::to_value(schema).unwrap()["enum"].clone();
        assert_eq!(words(&Form::schema()), json!(["solid", "semi_solid", "liquid", "gas"]));
        assert_eq!(words(&Hazard::schema()), json!(["T", "C", "I", "R", "In"]));
        for kind in PackagingKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.api_code());
            assert_eq!(PackagingKind::parse(kind.api_code()), Ok(*kind));
        }
        assert!(PackagingKind::parse("DRUM_S").is_err());
    }
}
