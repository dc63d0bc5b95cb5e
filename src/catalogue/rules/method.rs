//! The method of use or disposal suits the waste.
//!
//! Each family of methods is made for wastes of one kind (`disposal_methods.csv`): Y for medical,
//! K for kitchen, G for chromium slag; R, D and C for hazardous waste; S1 hands on. What the table
//! *lists* for a kitchen waste binds, because nothing else is known of it. What it calls *typical*
//! for a medical category does not: another method of a fitting family only warns, since an
//! outbreak opens other doors (domain.md, «emergency plan»). Refused is what no reading allows.

use std::fmt::Arguments;

use super::item::{Item, join};
use crate::catalogue::{Catalogue, Category, Method, MethodGroup, Stream};
use crate::problem::{Code, Fault, Findings, Text};

enum Verdict {
    Fits,
    Unusual,
    Wrong,
}

/// `method_not_suitable`, or the warning `method_unusual`, at `<base>/method`.
pub fn method(
    catalogue: &Catalogue,
    item: &Item<'_>,
    base: Arguments<'_>,
    findings: &mut Findings,
) {
    let (verdict, listed) = match item.code.stream() {
        Stream::Hazardous => (hazardous(item), &[][..]),
        Stream::Medical => medical(catalogue, item),
        Stream::Kitchen => kitchen(catalogue, item),
    };
    if matches!(verdict, Verdict::Fits) {
        return;
    }
    let (code, method) = (item.code, item.method);
    let zh = &catalogue.methods()[method.index()].name_zh;
    let listed = join(listed.iter().map(|method| method.as_str()));
    let (zh_hint, en_hint) = if listed.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("常用方式：{listed}。"), format!(" Usual: {listed}."))
    };
    let pointer = format!("{base}/method");
    if matches!(verdict, Verdict::Unusual) {
        let detail = Text::new(
            format!("{method}（{zh}）不是 {code} 的常用方式，请核实。{zh_hint}"),
            format!("{method} is unusual for {code}; check it.{en_hint}"),
        );
        findings.warn(Fault::new(Code::MethodUnusual, pointer, detail));
    } else {
        let detail = Text::new(
            format!("{method}（{zh}）不适用于 {code}。{zh_hint}"),
            format!("{method} does not suit {code}.{en_hint}"),
        );
        findings.refuse(Fault::new(Code::MethodNotSuitable, pointer, detail));
    }
}

/// The families made for hazardous waste.
fn of_hazardous(group: MethodGroup) -> bool {
    matches!(group, MethodGroup::Utilisation | MethodGroup::Disposal | MethodGroup::Other)
}

fn hazardous(item: &Item<'_>) -> Verdict {
    let group = item.method.group();
    let chromium = item.code.category() == Some(Category::CHROMIUM);
    let fits = of_hazardous(group)
        || group == MethodGroup::Storage
        || (group == MethodGroup::ChromiumSlag && chromium);
    if fits { Verdict::Fits } else { Verdict::Wrong }
}

fn medical<'c>(catalogue: &'c Catalogue, item: &Item<'_>) -> (Verdict, &'c [Method]) {
    let category = catalogue.medical_category(item.code);
    let typical = category.map_or(&[][..], |category| &category.typical_methods);
    // Drugs and chemicals may be handled as HW03 and HW49 (分类目录 2021, rule 5): then the
    // methods of hazardous waste are open to them.
    let as_hazardous = item.code.is_medical_chemical() || item.code.is_medical_drug();
    let group = item.method.group();
    let fits = typical.contains(&item.method)
        || group == MethodGroup::Storage
        || (typical.is_empty() && matches!(group, MethodGroup::Medical | MethodGroup::Disposal))
        || (as_hazardous && item.stream == Stream::Hazardous && of_hazardous(group));
    let verdict = match group {
        _ if fits => Verdict::Fits,
        MethodGroup::Kitchen | MethodGroup::ChromiumSlag => Verdict::Wrong,
        MethodGroup::Medical | MethodGroup::Disposal => Verdict::Unusual,
        _ if as_hazardous => Verdict::Unusual,
        // The kiln may be on an emergency plan's list; nobody re-uses infectious waste.
        _ if item.method == Method::C1 => Verdict::Unusual,
        _ => Verdict::Wrong,
    };
    (verdict, typical)
}

fn kitchen<'c>(catalogue: &'c Catalogue, item: &Item<'_>) -> (Verdict, &'c [Method]) {
    let methods = catalogue.kitchen_waste(item.code).map_or(&[][..], |waste| &waste.methods);
    let verdict = if methods.contains(&item.method) { Verdict::Fits } else { Verdict::Wrong };
    (verdict, methods)
}
