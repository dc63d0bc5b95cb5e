//! The lines of a licence: codes or whole categories, methods, a mass a year.
//!
//! Line numbers count from 1 and are given where absent. A line once granted stays: what it
//! permits may change, and every change is an event; taking it away would leave its account and
//! the manifests that name it without a line.

use chrono::NaiveDate;

use super::model::{LicenceKind, LicenceLine};
use crate::catalogue::{Catalogue, Category, Method, MethodGroup, WasteCode};
use crate::problem::{Code, Fault, Findings, Text};
use crate::wire::{List, PositiveKg, Whole, wire};

wire! {
    /// What one line permits.
    pub struct NewLicenceLine {
        /// From 1; given in order where absent.
        pub line: Option<Whole<1, 999>>,
        pub waste_codes: List<WasteCode, 0, 500> = List::default(),
        /// Whole categories (`HW08`).
        pub categories: List<Category, 0, 50> = List::default(),
        pub methods: List<Method, 1, 50>,
        pub annual_kg: PositiveKg,
    }
}

/// The lines asked for, with their numbers; every fault goes to `findings`.
pub(super) fn lines(
    asked: &[NewLicenceLine],
    kind: LicenceKind,
    catalogue: &Catalogue,
    day: NaiveDate,
    findings: &mut Findings,
) -> Vec<LicenceLine> {
    let mut given: Vec<i64> = Vec::with_capacity(asked.len());
    let named: Vec<i64> = asked.iter().filter_map(|line| line.line.map(Whole::get)).collect();
    let mut free = (1..).filter(|number| !named.contains(number));
    let mut lines = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        let number = line.line.map(Whole::get).or_else(|| free.next()).unwrap_or(1);
        if given.contains(&number) {
            let detail = Text::new(
                format!("行号 {number} 重复。"),
                format!("Line {number} is there twice."),
            );
            findings.refuse(Fault::new(Code::InvalidValue, format!("/lines/{index}/line"), detail));
        }
        given.push(number);
        look(line, index, kind, catalogue, day, findings);
        lines.push(LicenceLine {
            line: number,
            waste_codes: line.waste_codes.iter().map(ToString::to_string).collect(),
            categories: line.categories.iter().map(ToString::to_string).collect(),
            methods: line.methods.iter().map(ToString::to_string).collect(),
            annual_g: line.annual_kg.grams(),
        });
    }
    lines.sort_by_key(|line| line.line);
    lines
}

fn look(
    line: &NewLicenceLine,
    index: usize,
    kind: LicenceKind,
    catalogue: &Catalogue,
    day: NaiveDate,
    findings: &mut Findings,
) {
    let kitchen = kind == LicenceKind::KitchenPermit;
    if line.waste_codes.is_empty() && line.categories.is_empty() {
        let detail = Text::new("请列明废物代码或类别。", "Name waste codes or categories.");
        findings.refuse(Fault::new(Code::Required, format!("/lines/{index}/waste_codes"), detail));
    }
    for (n, code) in line.waste_codes.iter().enumerate() {
        let pointer = format!("/lines/{index}/waste_codes/{n}");
        if catalogue.find(*code, day).is_none() {
            findings.refuse(not_listed(*code, pointer));
        } else if code.is_kitchen() != kitchen {
            findings.refuse(wrong_kind(kitchen, pointer));
        }
    }
    if kitchen && !line.categories.is_empty() {
        findings.refuse(wrong_kind(kitchen, format!("/lines/{index}/categories")));
    }
    for (n, method) in line.methods.iter().enumerate() {
        if kitchen != (method.group() == MethodGroup::Kitchen) {
            findings.refuse(wrong_method(kitchen, format!("/lines/{index}/methods/{n}")));
        }
    }
}

/// A code that the edition of the day does not have.
pub fn not_listed(code: WasteCode, pointer: impl Into<String>) -> Fault {
    let detail = Text::new(
        format!("{code} 不在现行名录中；经鉴别的危险废物请用 900-000-NN。"),
        format!("{code} is not in the list in force; a waste found by testing takes 900-000-NN."),
    );
    Fault::new(Code::UnknownWasteCode, pointer, detail)
}

fn wrong_kind(kitchen: bool, pointer: String) -> Fault {
    let detail = if kitchen {
        Text::new(
            "餐厨垃圾许可只能列 CY- 代码。",
            "A kitchen permit names CY- codes and nothing else.",
        )
    } else {
        Text::new(
            "餐厨垃圾代码须列入 kitchen_permit。",
            "Kitchen codes belong on a licence of kind kitchen_permit.",
        )
    };
    Fault::new(Code::StreamMismatch, pointer, detail)
}

fn wrong_method(kitchen: bool, pointer: String) -> Fault {
    let detail = if kitchen {
        Text::new("餐厨垃圾用 K 类方式。", "Kitchen waste takes a method of family K.")
    } else {
        Text::new("K 类方式只用于餐厨垃圾。", "Methods of family K are for kitchen waste alone.")
    };
    Fault::new(Code::MethodNotSuitable, pointer, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: LicenceKind, json: &str) -> (Vec<i64>, Vec<(Code, String)>) {
        let asked: NewLicenceLines = crate::wire::read(json.as_bytes()).unwrap();
        let catalogue = Catalogue::load().unwrap();
        let mut findings = Findings::new();
        let day = "2026-11-25".parse().unwrap();
        let lines = lines(&asked.lines, kind, &catalogue, day, &mut findings);
        let faults = findings.faults.into_iter();
        let faults = faults.map(|fault| (fault.code, fault.pointer.unwrap_or_default()));
        (lines.iter().map(|line| line.line).collect(), faults.collect())
    }

    wire! {
        struct NewLicenceLines {
            pub lines: List<NewLicenceLine, 1, 200>,
        }
    }

    #[test]
    fn absent_numbers_are_given_and_repeats_refused() {
        let line = |rest: &str| {
            format!(r#"{{"waste_codes":["900-249-08"],"methods":["R9"],"annual_kg":1{rest}}}"#)
        };
        let json = |lines: &[String]| format!(r#"{{"lines":[{}]}}"#, lines.join(","));
        let given = json(&[line(""), line(r#","line":1"#), line("")]);
        let (numbers, faults) = judged(LicenceKind::Comprehensive, &given);
        assert_eq!((numbers, faults), (vec![1, 2, 3], vec![]));
        let twice = json(&[line(r#","line":2"#), line(r#","line":2"#)]);
        let (_, faults) = judged(LicenceKind::Comprehensive, &twice);
        assert_eq!(faults, vec![(Code::InvalidValue, "/lines/1/line".into())]);
    }

    #[test]
    fn codes_exist_and_kitchen_stays_apart() {
        use LicenceKind::{Comprehensive, KitchenPermit};
        let refused = |kind, json: &str| judged(kind, json).1;
        let one = |codes: &str, methods: &str| {
            format!(
                r#"{{"lines":[{{"waste_codes":[{codes}],"methods":[{methods}],"annual_kg":1}}]}}"#
            )
        };
        assert!(refused(Comprehensive, &one(r#""900-000-49""#, r#""D10""#)).is_empty());
        assert!(refused(KitchenPermit, &one(r#""CY-01""#, r#""K1""#)).is_empty());
        let unknown = refused(Comprehensive, &one(r#""900-248-08""#, r#""R9""#));
        assert_eq!(unknown, vec![(Code::UnknownWasteCode, "/lines/0/waste_codes/0".into())]);
        let mixed = refused(Comprehensive, &one(r#""CY-01""#, r#""K1""#));
        assert_eq!(mixed.len(), 2);
        let empty = refused(Comprehensive, &one("", r#""R9""#));
        assert_eq!(empty, vec![(Code::Required, "/lines/0/waste_codes".into())]);
    }
}
