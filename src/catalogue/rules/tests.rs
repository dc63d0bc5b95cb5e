//! The rules of an item at both sides of their boundaries, on the real tables.

use super::*;
use crate::catalogue::lookup::tests::{catalogue, code, day, set, tags};
use crate::catalogue::{Form, Groups, Hazards, Method, PackagingKind as Kind, Stream};
use crate::problem::Findings;
use {Form as F, Kind as K, Method as M, Stream as S};

/// A lawful load of waste oil; a test changes what matters to it.
fn oil() -> Item<'static> {
    Item {
        stream: Stream::Hazardous,
        day: day("2026-11-25"),
        code: code("900-249-08"),
        name: "废矿物油",
        form: Form::Liquid,
        hazards: set("T,I"),
        method: Method::R9,
        groups: Groups::NONE,
    }
}

fn sharps() -> Item<'static> {
    let (form, hazards, method) = (Form::Solid, set("In"), Method::Y11);
    let stream = Stream::Medical;
    Item { stream, code: code("841-002-01"), form, hazards, method, ..oil() }
}

fn food() -> Item<'static> {
    let (form, hazards, method) = (Form::SemiSolid, Hazards::NONE, Method::K1);
    Item { stream: Stream::Kitchen, code: code("CY-01"), form, hazards, method, ..oil() }
}

fn judge(waste: &Item<'_>, kinds: &[Kind]) -> Findings {
    let mut findings = Findings::new();
    let kinds = kinds.iter().copied().map(Some);
    item(catalogue(), waste, kinds, format_args!("/items/0"), &mut findings);
    findings
}

type Seen = (&'static str, String);

fn seen(faults: &[crate::problem::Fault]) -> Vec<Seen> {
    let one = |fault: &crate::problem::Fault| {
        let pointer = fault.pointer.clone().unwrap_or_default();
        (fault.code.as_str(), pointer.trim_start_matches("/items/0").to_owned())
    };
    faults.iter().map(one).collect()
}

fn refusals(waste: &Item<'_>, kinds: &[Kind]) -> Vec<Seen> {
    seen(&judge(waste, kinds).faults)
}

fn one(code: &'static str, pointer: &str) -> Vec<Seen> {
    vec![(code, pointer.to_owned())]
}

#[test]
fn the_lawful_loads_of_the_head_comment_do_not_even_warn() {
    let item = |stream, text, form, hazards, method, kinds: &'static [Kind], groups| {
        (
            Item { stream, code: code(text), form, hazards: set(hazards), method, groups, ..oil() },
            kinds,
        )
    };
    let (none, acid) = (Groups::NONE, tags(&["acid_non_oxidising"]));
    let loads = [
        item(S::Hazardous, "900-249-08", F::Liquid, "T,I", M::R9, &[K::PlasticDrum], none),
        item(S::Hazardous, "900-300-34", F::Liquid, "C,T", M::R6, &[K::Ibc], acid),
        item(S::Hazardous, "900-052-31", F::Solid, "T,C", M::R4, &[K::Pallet], none),
        item(S::Hazardous, "900-052-31", F::Solid, "T,C", M::S1, &[K::Pallet], none),
        item(S::Hazardous, "252-002-11", F::Liquid, "T", M::R15, &[K::RoadTanker], none),
        item(S::Hazardous, "772-002-18", F::Solid, "T", M::D1, &[K::BigBag], none),
        item(S::Medical, "841-001-01", F::Solid, "In", M::Y11, &[K::MedicalBox], none),
        item(S::Medical, "841-002-01", F::Solid, "In", M::Y11, &[K::SharpsBox], none),
        item(S::Medical, "841-002-01", F::Solid, "In", M::Y11, &[K::MedicalBox], none),
        item(
            S::Medical,
            "841-003-01",
            F::Solid,
            "In",
            M::Y10,
            &[K::MedicalBag, K::MedicalBox],
            none,
        ),
        item(S::Medical, "841-004-01", F::Liquid, "T,I", M::Y10, &[K::MedicalCan], none),
        item(S::Medical, "841-005-01", F::Solid, "T", M::D10, &[K::MedicalBox], none),
        item(S::Kitchen, "CY-01", F::SemiSolid, "", M::K1, &[K::KitchenBin120], none),
        item(S::Kitchen, "CY-02", F::Liquid, "", M::K4, &[K::GreaseBarrel], none),
    ];
    for (waste, kinds) in loads {
        let findings = judge(&waste, kinds);
        assert!(findings.is_clean(), "{waste:?} {kinds:?}: {findings:#?}");
    }
}

#[test]
fn a_code_must_be_listed_and_of_the_stream() {
    let unknown = Item { code: code("900-248-08"), ..oil() };
    assert_eq!(refusals(&unknown, &[Kind::SteelDrum]), one("unknown_waste_code", "/waste_code"));
    let before = Item { day: day("2020-12-31"), ..oil() };
    assert_eq!(refusals(&before, &[Kind::SteelDrum]), one("unknown_waste_code", "/waste_code"));
    let medical = Item { stream: Stream::Hazardous, ..sharps() };
    assert_eq!(refusals(&medical, &[Kind::SharpsBox]), one("stream_mismatch", "/waste_code"));
    let drugs =
        Item { code: code("841-005-01"), hazards: set("T"), method: Method::D10, ..medical };
    assert_eq!(refusals(&drugs, &[Kind::Box]), vec![]);
}

#[test]
fn a_name_is_required_bounded_and_not_that_of_another_code() {
    let longest = "油".repeat(NAME_CHARS);
    assert_eq!(refusals(&Item { name: &longest, ..oil() }, &[Kind::SteelDrum]), vec![]);
    let longer = format!("{longest}油");
    let fault = refusals(&Item { name: &longer, ..oil() }, &[Kind::SteelDrum]);
    assert_eq!(fault, one("too_long", "/name"));
    let fault = refusals(&Item { name: " ", ..oil() }, &[Kind::SteelDrum]);
    assert_eq!(fault, one("required", "/name"));
    // The list's own words for another code; any other words are the filer's.
    let fault = refusals(&Item { name: "感染性废物", ..sharps() }, &[Kind::SharpsBox]);
    assert_eq!(fault, one("name_mismatch", "/name"));
    assert_eq!(refusals(&Item { name: "损伤性废物", ..sharps() }, &[Kind::SharpsBox]), vec![]);
    assert_eq!(refusals(&Item { name: "针头", ..sharps() }, &[Kind::SharpsBox]), vec![]);
    let fault = refusals(&Item { name: "餐厨垃圾", ..oil() }, &[Kind::SteelDrum]);
    assert_eq!(fault, one("name_mismatch", "/name"));
}

const NAME_CHARS: usize = super::item::NAME_CHARS_MAX;

#[test]
fn hazards_agree_with_the_list() {
    let declared = |waste: Item<'static>, hazards| Item { hazards: set(hazards), ..waste };
    let mismatch = one("hazard_mismatch", "/hazards");
    assert_eq!(refusals(&declared(oil(), "T"), &[Kind::SteelDrum]), vec![]);
    assert_eq!(refusals(&declared(oil(), "I"), &[Kind::SteelDrum]), mismatch);
    assert_eq!(refusals(&declared(oil(), "T,I,C"), &[Kind::SteelDrum]), mismatch);
    assert_eq!(refusals(&declared(oil(), ""), &[Kind::SteelDrum]), mismatch);
    let tested = Item { code: code("900-000-08"), ..oil() };
    assert_eq!(refusals(&declared(tested, "R"), &[Kind::SteelDrum]), vec![]);
    assert_eq!(refusals(&declared(tested, ""), &[Kind::SteelDrum]), mismatch);
    assert_eq!(refusals(&declared(food(), "T"), &[Kind::KitchenBin120]), mismatch);
    let fault = judge(&declared(oil(), "I"), &[Kind::SteelDrum]).faults.remove(0);
    assert_eq!(fault.extra["expected"], serde_json::json!(["T", "I"]));
    assert!(fault.detail.en.contains("T, and possibly I"), "{}", fault.detail.en);
}

#[test]
fn methods_belong_to_their_waste() {
    let wrong = one("method_not_suitable", "/method");
    let with = |waste: Item<'static>, method| Item { method, ..waste };
    for method in [Method::Y10, Method::K1, Method::G23] {
        assert_eq!(refusals(&with(oil(), method), &[Kind::SteelDrum]), wrong);
    }
    let slag = Item { code: code("261-041-21"), form: Form::Solid, hazards: set("T"), ..oil() };
    assert_eq!(refusals(&with(slag, Method::G23), &[Kind::BigBag]), vec![]);
    for method in [Method::R9, Method::K1, Method::G21, Method::C2] {
        assert_eq!(refusals(&with(sharps(), method), &[Kind::SharpsBox]), wrong);
    }
    for method in [Method::D1, Method::Y16, Method::C1] {
        let findings = judge(&with(sharps(), method), &[Kind::SharpsBox]);
        assert_eq!(seen(&findings.warnings), one("method_unusual", "/method"));
        assert!(findings.faults.is_empty());
    }
    // Steam is not for pathological waste, which the list of exemptions treats otherwise.
    let tissue = Item { code: code("841-003-01"), ..sharps() };
    assert_eq!(
        seen(&judge(&tissue, &[Kind::MedicalBox]).warnings),
        one("method_unusual", "/method")
    );
    // K5 is for what is left of food waste; K4 is for grease.
    for method in [Method::K5, Method::K4, Method::D10] {
        assert_eq!(refusals(&with(food(), method), &[Kind::KitchenBin120]), wrong);
    }
    assert_eq!(refusals(&with(food(), Method::K3), &[Kind::KitchenBin120]), vec![]);
}

#[test]
fn kitchen_waste_has_forms_of_its_own() {
    let oil = Item { code: code("CY-02"), form: Form::SemiSolid, method: Method::K4, ..food() };
    assert_eq!(refusals(&oil, &[Kind::PlasticDrum]), one("invalid_value", "/form"));
    let liquid = Item { form: Form::Liquid, ..oil };
    assert_eq!(refusals(&liquid, &[Kind::PlasticDrum]), vec![]);
}

#[test]
fn packaging_holds_the_form_and_the_waste() {
    let unsuitable = |index| one("packaging_unsuitable", &format!("/packages/{index}/kind"));
    assert_eq!(refusals(&oil(), &[Kind::SteelDrum, Kind::BigBag]), unsuitable(1));
    assert_eq!(refusals(&oil(), &[Kind::KitchenBin120]), unsuitable(0));
    assert_eq!(refusals(&sharps(), &[Kind::MedicalBag]), unsuitable(0));
    assert_eq!(refusals(&sharps(), &[Kind::MedicalBag, Kind::SharpsBox]), vec![]);
    assert_eq!(refusals(&sharps(), &[Kind::BigBag]), unsuitable(0));
    assert_eq!(refusals(&food(), &[Kind::PlasticDrum]), vec![]);
    let liquid = Item { form: Form::Liquid, ..food() };
    assert_eq!(refusals(&liquid, &[Kind::MedicalCan]), unsuitable(0));
    assert!(judge(&food(), &[Kind::Other, Kind::KitchenBin240]).is_clean());
    let grease = Item { code: code("CY-03"), method: Method::K4, ..food() };
    let warnings = judge(&grease, &[Kind::KitchenBin240]).warnings;
    assert_eq!(seen(&warnings), one("packaging_warning", "/packages/0/kind"));
}

#[test]
fn a_container_material_blocks_only_what_declares_itself() {
    let acid = |groups| Item {
        code: code("900-300-34"),
        hazards: set("C,T"),
        method: Method::R6,
        groups,
        ..oil()
    };
    let suggested = judge(&acid(Groups::NONE), &[Kind::SteelDrum]);
    assert!(suggested.faults.is_empty());
    assert_eq!(seen(&suggested.warnings), one("packaging_warning", "/packages/0/kind"));
    let declared = judge(&acid(tags(&["acid_oxidising"])), &[Kind::SteelDrum]);
    assert_eq!(seen(&declared.faults), one("packaging_unsuitable", "/packages/0/kind"));
    // strong_alkali counts for alkali, its broader group, too.
    let lye =
        Item { code: code("900-352-35"), hazards: set("C,T"), ..acid(tags(&["strong_alkali"])) };
    let broader = judge(&lye, &[Kind::SteelDrum]);
    assert_eq!(seen(&broader.faults), one("packaging_unsuitable", "/packages/0/kind"));
    assert!(judge(&lye, &[Kind::PlasticDrum]).is_clean());
}

#[test]
fn only_known_chemistry_is_declared() {
    let mut findings = Findings::new();
    let ids = ["cyanide", "medical_waste", "magic"];
    catalogue().reactivity().declared(ids, format_args!("/items/0"), &mut findings);
    let expected: Vec<Seen> = vec![
        ("invalid_value", "/reactivity_groups/1".to_owned()),
        ("invalid_value", "/reactivity_groups/2".to_owned()),
    ];
    assert_eq!(seen(&findings.faults), expected);
}
