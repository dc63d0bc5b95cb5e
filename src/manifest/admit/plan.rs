//! The producer's management plan (管理计划): a transfer outside it is a warning that is shown and
//! stored, and never a refusal (Order 23 Art. 14). Only a plan that is named and is not the
//! producer's for that year is a fault: it names the wrong thing.

use crate::catalogue::WasteCode;
use crate::ids::ManagementPlanId;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::{Known, ManagementPlan, PlanLine, Standing};

const POINTER: &str = "/management_plan_id";

/// The plan that holds for the year of departure: `plans` are the producer's site's own. One that
/// the regulator returned holds for nothing until it is filed again.
pub fn of_year<'a>(
    plans: &'a [Known<ManagementPlan>],
    year: i32,
    named: Option<ManagementPlanId>,
    findings: &mut Findings,
) -> Option<&'a Known<ManagementPlan>> {
    let year = i64::from(year);
    if let Some(id) = named {
        match plans.iter().find(|plan| plan.id == id) {
            None => findings.refuse(Fault::unknown_reference(POINTER)),
            Some(plan) if plan.year != year => findings.refuse(other_year(plan.year, year)),
            Some(plan) if plan.status != Standing::Active => findings.warn(withdrawn(year)),
            Some(_) => {}
        }
    }
    let plan = filed(plans, year).filter(|plan| plan.status == Standing::Active)?;
    if plan.review.is_returned() {
        findings.warn(returned(year));
        return None;
    }
    Some(plan)
}

/// What is filed for a year, whether or not it holds.
pub fn filed(plans: &[Known<ManagementPlan>], year: i64) -> Option<&Known<ManagementPlan>> {
    plans.iter().find(|plan| plan.year == year)
}

fn returned(year: i64) -> Fault {
    let text = Text::new(
        format!("{year} 年的管理计划已被退回，修改并重新提交之前不作为依据。"),
        format!("The plan for {year} was returned: it counts for nothing until it is filed again."),
    );
    Fault::new(Code::OutsidePlan, POINTER, text)
}

fn other_year(plan: i64, year: i64) -> Fault {
    let text = Text::new(
        format!("这是 {plan} 年的管理计划，转移在 {year} 年。"),
        format!("This plan is for {plan}, the transfer is in {year}."),
    );
    Fault::new(Code::InvalidValue, POINTER, text)
}

fn withdrawn(year: i64) -> Fault {
    let text = Text::new(
        format!("{year} 年的管理计划已暂停或撤回。"),
        format!("The plan for {year} is suspended or withdrawn."),
    );
    Fault::new(Code::OutsidePlan, POINTER, text)
}

/// The plan's line for a code; a warning where it has none.
pub fn line<'a>(
    plan: &'a ManagementPlan,
    code: WasteCode,
    n: usize,
    findings: &mut Findings,
) -> Option<&'a PlanLine> {
    let found = plan.lines.iter().find(|line| line.waste_code == code.as_str());
    if found.is_none() {
        let year = plan.year;
        let text = Text::new(
            format!("{year} 年的管理计划没有 {code}。"),
            format!("The plan for {year} does not have {code}."),
        );
        findings.warn(Fault::new(Code::OutsidePlan, format!("/items/{n}/waste_code"), text));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::SubjectKind;
    use crate::ids::SiteId;
    use crate::registry::review::{EntryReviewStatus, Review};
    use crate::units::Grams;
    use uuid::Uuid;

    fn plan(n: u8, year: i64, status: Standing) -> Known<ManagementPlan> {
        let id = Uuid::from_bytes([n; 16]);
        let line = PlanLine { waste_code: "900-249-08".into(), annual_g: Grams(1000) };
        let plan = ManagementPlan {
            id: ManagementPlanId::of(id),
            site_id: SiteId::of(Uuid::from_bytes([1; 16])),
            year,
            filed_on: "2026-01-01".parse().unwrap(),
            lines: vec![line],
            status,
            review: Review::submitted(),
        };
        Known::new(SubjectKind::ManagementPlan, id, 1, plan)
    }

    fn looked(named: Option<u8>) -> (Option<i64>, Findings) {
        let plans = [
            plan(5, 2025, Standing::Active),
            plan(6, 2026, Standing::Active),
            plan(7, 2027, Standing::Closed),
        ];
        let year = if named == Some(7) { 2027 } else { 2026 };
        let named = named.map(|n| ManagementPlanId::of(Uuid::from_bytes([n; 16])));
        let mut findings = Findings::new();
        let found = of_year(&plans, year, named, &mut findings).map(|plan| plan.year);
        (found, findings)
    }

    #[test]
    fn the_plan_of_the_year_holds_whether_it_is_named_or_not() {
        for named in [None, Some(6)] {
            let (year, findings) = looked(named);
            assert!(year == Some(2026) && findings.is_clean());
        }
        let refused = |named| looked(Some(named)).1.faults[0].code;
        assert_eq!(refused(5), Code::InvalidValue);
        assert_eq!(refused(9), Code::UnknownReference);
        let (year, withdrawn) = looked(Some(7));
        assert!(year.is_none() && withdrawn.faults.is_empty());
        assert_eq!(withdrawn.warnings[0].code, Code::OutsidePlan);
    }

    #[test]
    fn a_plan_that_was_returned_holds_for_nothing_and_warns() {
        let mut plans = [plan(6, 2026, Standing::Active)];
        for (status, holds) in [
            (EntryReviewStatus::Submitted, true),
            (EntryReviewStatus::Accepted, true),
            (EntryReviewStatus::Returned, false),
        ] {
            let review = Review { status, ..Review::submitted() };
            plans[0] = Known::new(
                SubjectKind::ManagementPlan,
                plans[0].id.uuid(),
                1,
                ManagementPlan { review, ..(*plans[0].value).clone() },
            );
            for named in [None, Some(plans[0].id)] {
                let mut findings = Findings::new();
                let found = of_year(&plans, 2026, named, &mut findings);
                assert_eq!(found.is_some(), holds, "{status}");
                assert!(findings.faults.is_empty());
                assert_eq!(findings.warnings.len(), usize::from(!holds), "{status}");
                assert!(findings.warnings.iter().all(|one| one.code == Code::OutsidePlan));
            }
        }
    }

    #[test]
    fn a_code_outside_the_plan_warns_and_refuses_nothing() {
        let plan = plan(6, 2026, Standing::Active);
        let mut findings = Findings::new();
        let mut has =
            |code: &str| line(&plan, WasteCode::parse(code).unwrap(), 2, &mut findings).is_some();
        assert!(has("900-249-08") && !has("900-214-08"));
        assert!(findings.faults.is_empty());
        assert_eq!(findings.warnings[0].pointer.as_deref(), Some("/items/2/waste_code"));
    }
}
