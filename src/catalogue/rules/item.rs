//! One item of a manifest against the edition in force: code, stream, name, form, and the rest.
//!
//! Law: Order 23 Art. 18 (name, hazard, form and packaging are what a receiver compares), list
//! 2021. **Names are free text**: the national list describes wastes and names none, so a name
//! is required and bounded, and disagrees with the list only where it is word for word what the
//! list (or, for kitchen waste, our table) says of other codes: `感染性废物` is not 841-002-01.

use std::fmt::Arguments;

use chrono::NaiveDate;

use super::{hazards, method, packaging};
use crate::catalogue::{
    Catalogue, Form, Groups, Hazards, Known, Method, PackagingKind, Stream, WasteCode,
};
use crate::problem::{Code, Fault, Findings, Text};

/// The longest name of a waste; the longest *description* of the list has 210 characters.
pub const NAME_CHARS_MAX: usize = 200;

/// What an item says of itself, parsed.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The manifest's.
    pub stream: Stream,
    /// The legal day whose edition judges it.
    pub day: NaiveDate,
    pub code: WasteCode,
    pub name: &'a str,
    pub form: Form,
    pub hazards: Hazards,
    pub method: Method,
    pub groups: Groups,
}

/// Every rule of one item. Answers with what the code is, when it is known. `packagings` in their
/// order; none for a word that is no packaging, which is told where it is read.
pub fn item<'c>(
    catalogue: &'c Catalogue,
    item: &Item<'_>,
    packagings: impl Iterator<Item = Option<PackagingKind>> + Clone,
    base: Arguments<'_>,
    findings: &mut Findings,
) -> Option<Known<'c>> {
    let found = known(catalogue, (item.stream, item.day, item.code), base, findings);
    name(item.name, base, findings);
    agrees(catalogue, item, base, findings);
    if let Some(found) = &found {
        form(found, item.form, base, findings);
        hazards(found, item.hazards, base, findings);
    }
    // With the wrong stream, method and packaging would be judged by the wrong law.
    if found.is_some() && item.code.suits(item.stream) {
        method(catalogue, item, base, findings);
        packaging(catalogue, item, packagings, base, findings);
    }
    found
}

/// The code is known on the day and belongs to the manifest's stream.
pub fn known<'c>(
    catalogue: &'c Catalogue,
    (stream, day, code): (Stream, NaiveDate, WasteCode),
    base: Arguments<'_>,
    findings: &mut Findings,
) -> Option<Known<'c>> {
    let found = catalogue.find(code, day);
    if found.is_none() {
        let edition = catalogue.edition_on(day);
        let (zh, en) =
            edition.map_or(("（该日无有效名录）", "none"), |e| (&e.name_zh, &e.id));
        let detail = Text::new(
            format!("{code} 不在{zh}中；经鉴别的危险废物请用 900-000-NN。"),
            format!("{code} is not in edition {en}; a waste found by testing takes 900-000-NN."),
        );
        findings.refuse(Fault::new(Code::UnknownWasteCode, format!("{base}/waste_code"), detail));
    } else if !code.suits(stream) {
        let own = code.stream();
        let detail = Text::new(
            format!("{code} 属于 {own} 类，不能列入 {stream} 类联单。"),
            format!("{code} is {own} waste and cannot be on a {stream} manifest."),
        );
        findings.refuse(Fault::new(Code::StreamMismatch, format!("{base}/waste_code"), detail));
    }
    found
}

/// A name is there and not longer than a line of the form can hold.
pub fn name(name: &str, base: Arguments<'_>, findings: &mut Findings) {
    let pointer = || format!("{base}/name");
    if name.trim().is_empty() {
        let detail = Text::new("请填写废物名称。", "Give the waste a name.");
        findings.refuse(Fault::new(Code::Required, pointer(), detail));
    } else if name.len() > NAME_CHARS_MAX && name.chars().count() > NAME_CHARS_MAX {
        let detail = Text::new(
            format!("废物名称最多 {NAME_CHARS_MAX} 个字符。"),
            format!("A name has at most {NAME_CHARS_MAX} characters."),
        );
        findings.refuse(Fault::new(Code::TooLong, pointer(), detail));
    }
}

/// The name is not the list's own words for other codes.
pub fn agrees(
    catalogue: &Catalogue,
    item: &Item<'_>,
    base: Arguments<'_>,
    findings: &mut Findings,
) {
    let name = item.name.trim();
    let kitchen = catalogue.kitchen_wastes().iter().find(|waste| &*waste.name_zh == name);
    let listed = catalogue.edition_on(item.day).map_or(&[][..], |list| list.described_as(name));
    let other = kitchen.map(|waste| waste.code).or(listed.first().copied());
    let own = kitchen.is_some_and(|waste| waste.code == item.code) || listed.contains(&item.code);
    if let (Some(other), false) = (other, own) {
        let code = item.code;
        let detail = Text::new(
            format!("名录中“{name}”是 {other}，不是 {code}。"),
            format!("In the list this name is that of {other}, not of {code}."),
        );
        findings.refuse(Fault::new(Code::NameMismatch, format!("{base}/name"), detail));
    }
}

/// Kitchen wastes have forms of their own; the national list sets none.
pub fn form(found: &Known<'_>, form: Form, base: Arguments<'_>, findings: &mut Findings) {
    let Known::Kitchen(waste) = found else { return };
    if !waste.forms.contains(&form) {
        let allowed = join(waste.forms.iter().map(|form| form.api_code()));
        let detail = Text::new(
            format!("{}的形态应为：{allowed}。", waste.name_zh),
            format!("{} comes as: {allowed}.", waste.name_en),
        );
        findings.refuse(Fault::new(Code::InvalidValue, format!("{base}/form"), detail));
    }
}

/// Words for a sentence.
pub(super) fn join(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
