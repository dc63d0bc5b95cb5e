//! Packaging suits form and waste.
//!
//! Law: Order 23 Art. 18 (包装方式 is compared at the gate); GB 18597 4.3; GB 39707-2020 5.1.2
//! and HJ 421-2008 (medical bags, sharps boxes, transfer boxes). Refused is what the tables
//! plainly say: a form that the packaging does not hold, infectious waste outside medical
//! packaging, sharps in bags alone, food waste and other waste in each other's bins. The rest,
//! unusual but possible, warns. Container materials are judged by `containers.rs`.

use std::fmt::Arguments;

use super::item::{Item, join};
use crate::catalogue::containers::material;
use crate::catalogue::{Catalogue, PackagingKind as Kind, Stream};
use crate::problem::{Code, Fault, Findings, Text};

/// `packaging_unsuitable`, or a warning, at `<base>/packages/<index>/kind`.
pub fn packaging(
    catalogue: &Catalogue,
    item: &Item<'_>,
    packagings: impl Iterator<Item = Option<Kind>> + Clone,
    base: Arguments<'_>,
    findings: &mut Findings,
) {
    // A word that cannot be read may well have meant a box.
    let is_box = |kind| matches!(kind, None | Some(Kind::SharpsBox | Kind::MedicalBox));
    let boxed = packagings.clone().any(is_box);
    for (index, kind) in packagings.enumerate() {
        let Some(kind) = kind else { continue };
        let pointer = format_args!("{base}/packages/{index}/kind");
        let row = catalogue.packaging(kind);
        if !row.forms.contains(&item.form) {
            let forms = join(row.forms.iter().map(|form| form.api_code()));
            let detail = Text::new(
                format!("{}只能盛装：{forms}，而废物形态为 {}。", row.name_zh, item.form),
                format!("A {} holds {forms}; this waste is {}.", row.name_en, item.form),
            );
            findings.refuse(Fault::new(Code::PackagingUnsuitable, pointer.to_string(), detail));
            continue;
        }
        let verdict = match item.code.stream() {
            Stream::Hazardous => hazardous(kind),
            Stream::Medical => medical(item, kind, boxed),
            Stream::Kitchen => kitchen(item, kind),
        };
        match verdict {
            Verdict::Fits => {}
            Verdict::Doubtful(detail) => {
                let code = Code::PackagingWarning;
                findings.warn(Fault::new(code, pointer.to_string(), detail.text()));
            }
            Verdict::Wrong(detail) => {
                let code = Code::PackagingUnsuitable;
                findings.refuse(Fault::new(code, pointer.to_string(), detail.text()));
            }
        }
        material(catalogue, kind, item.code, item.groups, pointer, findings);
    }
}

enum Verdict {
    Fits,
    Doubtful(Said),
    Wrong(Said),
}

/// A sentence that costs nothing until it is said.
struct Said(&'static str, &'static str);

impl Said {
    fn text(&self) -> Text {
        Text::new(self.0, self.1)
    }
}

fn hazardous(kind: Kind) -> Verdict {
    match (kind.made_for(), kind) {
        (None, _) => Verdict::Fits,
        (Some(Stream::Kitchen), Kind::KitchenBin120 | Kind::KitchenBin240) => Verdict::Wrong(Said(
            "餐厨桶只能盛装餐厨垃圾，不得盛装危险废物。",
            "Kitchen bins hold kitchen waste only, never hazardous waste.",
        )),
        (Some(_), _) => Verdict::Doubtful(Said(
            "该包装为其他类废物专用，请核实是否合适并更换标识。",
            "This packaging is made for another kind of waste; check it and its marking.",
        )),
    }
}

fn medical(item: &Item<'_>, kind: Kind, boxed: bool) -> Verdict {
    if kind.made_for() == Some(Stream::Kitchen) {
        return Verdict::Wrong(Said(
            "餐厨容器不得盛装医疗废物。",
            "Kitchen containers must not hold medical waste.",
        ));
    }
    // 专用容器 / 容器或包装袋: drugs and chemicals may travel in a container that suits them.
    if item.code.is_medical_chemical() || item.code.is_medical_drug() {
        return match kind {
            Kind::Bulk | Kind::RoadTanker | Kind::Pipeline => Verdict::Doubtful(Said(
                "化学性、药物性废物应装入专用容器或包装袋，请核实。",
                "Chemical and drug waste goes in containers of its own; check this.",
            )),
            _ => Verdict::Fits,
        };
    }
    let sharps = item.code.as_str() == "841-002-01";
    match kind {
        Kind::SharpsBox if sharps => Verdict::Fits,
        Kind::SharpsBox => Verdict::Doubtful(Said(
            "利器盒用于损伤性废物，请核实废物类别。",
            "Sharps boxes are for sharps; check the category.",
        )),
        Kind::MedicalBag if sharps && !boxed => Verdict::Wrong(Said(
            "损伤性废物应装入利器盒，不能只用包装袋。",
            "Sharps go in a sharps box, not in bags alone.",
        )),
        Kind::MedicalBox | Kind::MedicalCan | Kind::MedicalBag => Verdict::Fits,
        Kind::Other => Verdict::Doubtful(Said(
            "请说明包装；医疗废物应使用医疗废物包装袋、利器盒或周转箱。",
            "Say what it is: medical waste goes in medical bags, sharps boxes or transfer boxes.",
        )),
        _ => Verdict::Wrong(Said(
            "医疗废物应使用医疗废物包装袋、利器盒或周转箱（桶）。",
            "Medical waste goes in medical bags, sharps boxes or transfer boxes.",
        )),
    }
}

fn kitchen(item: &Item<'_>, kind: Kind) -> Verdict {
    let food = item.code.as_str() == "CY-01";
    match kind {
        Kind::MedicalBag | Kind::SharpsBox | Kind::MedicalBox | Kind::MedicalCan => {
            Verdict::Wrong(Said(
                "医疗废物包装不得盛装餐厨垃圾。",
                "Medical packaging must not hold kitchen waste.",
            ))
        }
        Kind::GreaseBarrel if food => Verdict::Doubtful(Said(
            "废油脂桶应与餐厨桶分开使用，请核实。",
            "Grease barrels are kept apart from food-waste bins; check this.",
        )),
        Kind::KitchenBin120 | Kind::KitchenBin240 if !food => Verdict::Doubtful(Said(
            "废弃油脂应装入废油脂桶，与餐厨桶分开，请核实。",
            "Grease goes in grease barrels, apart from food-waste bins; check this.",
        )),
        _ => Verdict::Fits,
    }
}
