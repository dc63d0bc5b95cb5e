//! What stands in a planned stop's items, held against the catalogue as a filing is: a code that
//! there is not is told to whoever plans the round, not to the driver at the kitchen door.

use serde_json::Value;

use crate::manifest::{ITEMS_MAX, ItemAsked, Wording};
use crate::problem::{Fault, Findings, Text};
use crate::wire::{self, List};

/// The faults of stop `n` (from 1), whose items are in the form of a filing. `pointer` is where the
/// request has the stop; one that a template gives is at fault as a whole.
pub fn planned_items(
    wording: &Wording<'_>,
    (n, pointer, items): (usize, Option<&str>, &Value),
    findings: &mut Findings,
) {
    let mut found = Findings::new();
    let at = pointer.unwrap_or_default();
    match wire::read::<List<ItemAsked, 1, ITEMS_MAX>>(items.to_string().as_bytes()) {
        Ok(items) => {
            for (m, item) in items.iter().enumerate() {
                wording.declared(item, format_args!("{at}/items/{m}"), &mut found);
            }
        }
        Err(problem) => {
            let own = problem.map_pointers(|inner| Some(format!("{at}/items{inner}")));
            found.faults.extend_from_slice(own.faults());
        }
    }
    if pointer.is_some() {
        findings.faults.append(&mut found.faults);
    } else if let Some(first) = found.faults.first() {
        findings.refuse(of_template(n, first));
    }
}

/// The first thing wrong with a template's stop: the request has but one field for all of them.
fn of_template(n: usize, fault: &Fault) -> Fault {
    let text = Text::new(
        format!("模板的第 {n} 个收运点：{}", fault.detail.zh),
        format!("Stop {n} of the template: {}", fault.detail.en),
    );
    Fault::new(fault.code, "/template_round_id", text)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;
    use crate::catalogue::{Catalogue, Stream};
    use crate::problem::Code;

    #[test]
    fn a_template_that_has_gone_out_of_date_is_refused_at_its_own_field() {
        let catalogue = Catalogue::load().unwrap();
        let wording = Wording {
            catalogue: &catalogue,
            stream: Some(Stream::Kitchen),
            today: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(),
        };
        let item = |code: &str, kind: &str| {
            json!({"waste_code": code, "name": "餐厨垃圾", "form": "semi_solid", "hazards": [],
                "mass_kg": 10, "method": "K1", "packages": [{"kind": kind, "count": 1}]})
        };
        let judged = |pointer, items: &Value| {
            let mut findings = Findings::new();
            planned_items(&wording, (2, pointer, items), &mut findings);
            let told = |fault: Fault| (fault.code, fault.pointer.unwrap_or_default());
            findings.faults.into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(judged(None, &json!([item("CY-01", "kitchen_bin_120")])), []);
        let wrong = json!([item("CY-77", "kitchen_bin_120"), item("CY-01", "bucket")]);
        let own = judged(Some("/stops/1"), &wrong);
        let unknown = (Code::UnknownWasteCode, "/stops/1/items/0/waste_code".to_owned());
        assert_eq!(own.first(), Some(&unknown));
        let kind = (Code::InvalidValue, "/stops/1/items/1/packages/0/kind".to_owned());
        assert_eq!(own.last(), Some(&kind));
        let template = "/template_round_id".to_owned();
        assert_eq!(judged(None, &wrong), [(Code::UnknownWasteCode, template.clone())]);
        assert_eq!(judged(None, &json!([])), [(Code::TooShort, template)]);
    }
}
