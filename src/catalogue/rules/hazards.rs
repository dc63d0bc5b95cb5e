//! Declared hazards agree with the list (list 2021, note 1; Art. 5(4)).
//!
//! A row with a comma asks for its first hazard and allows the rest, one with a slash asks for one
//! or more, one with a single hazard for just that. `900-000-NN` has no row: testing found at
//! least one, whichever (Art. 6). Kitchen waste has none.

use std::fmt::Arguments;

use crate::catalogue::{Hazard, HazardLogic, Hazards, Known, ListedHazards};
use crate::problem::{Code, Fault, Findings, Text};

/// `hazard_mismatch` at `<base>/hazards`, saying what was expected.
pub fn hazards(found: &Known<'_>, declared: Hazards, base: Arguments<'_>, findings: &mut Findings) {
    let fault = match found {
        Known::Listed(waste) if !waste.hazards.admits(declared) => {
            let printed = &waste.hazards;
            let fault = mismatch(base, expected(waste.code.as_str(), printed, declared));
            let words: Vec<_> = printed.printed().iter().map(|hazard| hazard.as_str()).collect();
            fault.with("expected", words).with("hazard_logic", printed.logic().as_str())
        }
        Known::Identified(code, _) if declared.is_empty() => {
            let zh = format!("{code} 经鉴别属于危险废物，至少应填写一项危险特性。");
            let en = format!("{code} was found hazardous by testing: name at least one hazard.");
            mismatch(base, Text::new(zh, en))
        }
        Known::Kitchen(_) if !declared.is_empty() => {
            let en = "Kitchen waste has no hazard characteristics: leave the list empty.";
            mismatch(base, Text::new("餐厨垃圾没有危险特性，请留空。", en))
        }
        Known::Listed(_) | Known::Identified(..) | Known::Kitchen(_) => return,
    };
    findings.refuse(fault);
}

fn mismatch(base: Arguments<'_>, detail: Text) -> Fault {
    Fault::new(Code::HazardMismatch, format!("{base}/hazards"), detail)
}

fn expected(code: &str, listed: &ListedHazards, declared: Hazards) -> Text {
    let words = |printed: &[Hazard]| super::item::join(printed.iter().map(|h| h.as_str()));
    let (first, rest) = listed.printed().split_at(1);
    let (first, rest, all) = (words(first), words(rest), words(listed.printed()));
    let (zh, en) = match listed.logic() {
        HazardLogic::Single => (format!("应为 {all}"), format!("exactly {all}")),
        HazardLogic::FirstCertain => {
            (format!("必须有 {first}，可另有 {rest}"), format!("{first}, and possibly {rest}"))
        }
        HazardLogic::OneOrMore => {
            (format!("应为 {all} 中的一项或多项"), format!("one or more of {all}"))
        }
    };
    let (none_zh, none_en) = if declared.is_empty() { ("无", "none") } else { ("", "") };
    Text::new(
        format!("名录中 {code} 的危险特性{zh}，而填写的是“{declared}{none_zh}”。"),
        format!("The list gives {code} {en}; declared: {declared}{none_en}."),
    )
}
