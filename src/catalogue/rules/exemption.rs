//! Is a claimed exemption the waste's to claim?
//!
//! Law: list 2021, appendix (危险废物豁免管理清单): «不按危险废物管理» at the named stages and no
//! other. A claim that the item's own data contradict is refused; what only a document can show
//! is taken as shown when the item carries the document's hash. Data that *could* decide and are
//! missing (beds, intact) count against the claim: an exemption is for who shows that he has it.

use std::fmt::Arguments;

use chrono::NaiveDate;

use super::item::join;
use crate::catalogue::exemption::Need;
use crate::catalogue::{
    Catalogue, CodeScope, Exemption, Hazard, Hazards, Method, Stages, WasteCode,
};
use crate::problem::{Code, Fault, Findings, Text};

/// A claim and the data that decide it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// As the item gives it, `EX18-1`.
    pub id: &'a str,
    /// The item carries `evidence_sha256`.
    pub has_evidence: bool,
    /// The legal day whose edition judges it.
    pub day: NaiveDate,
    pub code: WasteCode,
    pub hazards: Hazards,
    pub method: Method,
    /// `intact` of the item.
    pub intact: Option<bool>,
    /// `epidemic` of the item.
    pub epidemic: bool,
    /// Registered beds of the producing site.
    pub beds: Option<u32>,
    /// What it was treated by before this trip, where its source manifests tell.
    pub treated_by: Option<Method>,
    /// Every leg goes by water; `None` when the legs are not known yet.
    pub by_water: Option<bool>,
}

/// The stages the claim frees, or none and an `exemption_not_applicable` below
/// `<base>/exemption`. The caller switches off the checks of these stages only, see
/// [`Stages::frees_transport`] and [`Stages::frees_receiver`].
pub fn exempt_stages(
    catalogue: &Catalogue,
    claim: &Claim<'_>,
    base: Arguments<'_>,
    findings: &mut Findings,
) -> Stages {
    let edition = catalogue.edition_on(claim.day);
    let exemption = catalogue
        .exemption(claim.id)
        .filter(|exemption| edition.is_some_and(|edition| edition.id == exemption.edition));
    let verdict = match exemption {
        None => Err(Why::Unknown),
        Some(exemption) => judge(exemption, claim).map(|()| exemption.stages()),
    };
    verdict.unwrap_or_else(|why| {
        findings.refuse(why.fault(exemption, base));
        Stages::NONE
    })
}

/// The first reason why a claim does not stand.
enum Why {
    Unknown,
    Code,
    Epidemic,
    NotEpidemic,
    Stage,
    Need(Need),
    NoEvidence,
}

fn judge(exemption: &Exemption, claim: &Claim<'_>) -> Result<(), Why> {
    let listed = exemption.wastes.contains(claim.code);
    let by_code = exemption.code_scope == CodeScope::ListedOnly;
    if claim.code.is_kitchen() || (by_code && !listed) {
        return Err(Why::Code);
    }
    match exemption.epidemic {
        Some(true) if !claim.epidemic => return Err(Why::NotEpidemic),
        Some(false) if claim.epidemic => return Err(Why::Epidemic),
        _ => {}
    }
    let stages = exemption.stages();
    if stages.within(Stages::TREATMENT) && !stages.frees_receiver(claim.method) {
        return Err(Why::Stage);
    }
    let mut evidence = !by_code && !listed;
    for any in &exemption.needs {
        let told = any.iter().map(|&need| tells(need, exemption, claim));
        match told.max() {
            Some(Told::Yes) | None => {}
            Some(Told::Unsure) => evidence = true,
            Some(Told::No) => return Err(Why::Need(any[0])),
        }
    }
    if evidence && !claim.has_evidence { Err(Why::NoEvidence) } else { Ok(()) }
}

/// What the data say of one condition; the best of several alternatives counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    No,
    /// Nothing against it, but only a document can show it.
    Unsure,
    Yes,
}

fn tells(need: Need, exemption: &Exemption, claim: &Claim<'_>) -> Told {
    let settled = |holds: bool| if holds { Told::Yes } else { Told::No };
    match need {
        Need::BedsAtMost => {
            let within = |beds| exemption.beds_max.is_some_and(|most| beds <= most);
            settled(claim.beds.is_some_and(within))
        }
        Need::CorrosiveOnly => settled(claim.hazards == Hazards::of(Hazard::Corrosive)),
        Need::Intact => settled(claim.intact == Some(true)),
        Need::TreatedBy => claim
            .treated_by
            .map_or(Told::Unsure, |method| settled(exemption.treated_by_methods.contains(&method))),
        Need::ByShip => claim.by_water.map_or(Told::Unsure, settled),
        // The method can contradict the place; that the place is one of the kind, it cannot show.
        Need::EndsBy(methods) if !methods.contains(&claim.method) => Told::No,
        Need::EndsBy(_) | Need::Evidence => Told::Unsure,
    }
}

impl Why {
    fn fault(self, exemption: Option<&Exemption>, base: Arguments<'_>) -> Fault {
        let field = if matches!(self, Self::NoEvidence) { "evidence_sha256" } else { "id" };
        let (zh, en) = self.sentence(exemption);
        let detail = match exemption {
            None => Text::new(zh, en),
            Some(exemption) => Text::new(
                format!("豁免 {}：{zh}条件：{}", exemption.id, exemption.condition_zh),
                format!("Exemption {}: {en} Condition: {}", exemption.id, exemption.condition_en),
            ),
        };
        let pointer = format!("{base}/exemption/{field}");
        Fault::new(Code::ExemptionNotApplicable, pointer, detail)
    }

    fn sentence(&self, exemption: Option<&Exemption>) -> (String, String) {
        let own = |(zh, en): (&str, &str)| (zh.to_owned(), en.to_owned());
        match self {
            Self::Unknown => own((
                "当日有效的豁免管理清单中没有该编号。",
                "The exemption list in force has no such id.",
            )),
            Self::Code => own(("不适用于该废物代码。", "it is not for this waste code.")),
            Self::Epidemic => own(("不适用于疫情期间的废物。", "not for waste of an epidemic.")),
            Self::NotEpidemic => {
                own(("仅适用于疫情期间的废物。", "only for waste of an epidemic."))
            }
            Self::Stage => {
                let stages = exemption.map(|exemption| join(exemption.stages().words()));
                let stages = stages.unwrap_or_default();
                (
                    format!("所填处置方式不属于豁免环节（{stages}）。"),
                    format!("the item's method is not of the exempt stage ({stages})."),
                )
            }
            Self::Need(need) => own(match need {
                Need::BedsAtMost => ("床位数未登记或超过上限。", "beds are unknown or too many."),
                Need::CorrosiveOnly => {
                    ("危险特性须仅为腐蚀性（C）。", "corrosivity must be the only hazard.")
                }
                Need::Intact => ("废物须未破损（intact）。", "the waste must be intact."),
                Need::TreatedBy => ("未经规定方式处理。", "it was not treated by a named method."),
                Need::ByShip => ("须由船舶运输。", "it must travel by ship."),
                Need::EndsBy(_) => {
                    ("所填处置方式与去向不符。", "the method contradicts the place.")
                }
                Need::Evidence => ("缺少证明。", "evidence is missing."),
            }),
            Self::NoEvidence => {
                own(("请附证明材料（evidence_sha256）。", "attach the evidence (evidence_sha256)."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::lookup::tests::{catalogue, code, day, set};

    /// A claim for unbroken batteries that stands.
    fn claim() -> Claim<'static> {
        Claim {
            id: "EX18-1",
            has_evidence: true,
            day: day("2026-11-25"),
            code: code("900-052-31"),
            hazards: set("T,C"),
            method: Method::R4,
            intact: Some(true),
            epidemic: false,
            beds: None,
            treated_by: None,
            by_water: None,
        }
    }

    fn frees(claim: &Claim<'_>) -> Result<Stages, String> {
        let mut findings = Findings::new();
        let stages = exempt_stages(catalogue(), claim, format_args!("/items/0"), &mut findings);
        match findings.faults.first() {
            None => Ok(stages),
            Some(fault) => {
                assert_eq!((fault.code, stages), (Code::ExemptionNotApplicable, Stages::NONE));
                Err(fault
                    .pointer
                    .clone()
                    .unwrap()
                    .trim_start_matches("/items/0/exemption/")
                    .to_owned())
            }
        }
    }

    #[test]
    fn unbroken_batteries_are_exempt_in_transport_only() {
        let stages = frees(&claim()).unwrap();
        assert!(stages.frees_transport() && !stages.frees_receiver(Method::R4));
        for intact in [None, Some(false)] {
            assert_eq!(frees(&Claim { intact, ..claim() }), Err("id".to_owned()));
        }
        assert_eq!(frees(&Claim { code: code("900-249-08"), ..claim() }), Err("id".to_owned()));
        let bare = Claim { has_evidence: false, ..claim() };
        assert_eq!(frees(&bare), Err("evidence_sha256".to_owned()));
        assert_eq!(frees(&Claim { id: "EX99-1", ..claim() }), Err("id".to_owned()));
        assert_eq!(frees(&Claim { day: day("2020-12-31"), ..claim() }), Err("id".to_owned()));
    }

    #[test]
    fn small_institutions_are_exempt_up_to_nineteen_beds_outside_an_epidemic() {
        let clinic = Claim {
            id: "EX2-1",
            code: code("841-001-01"),
            method: Method::Y11,
            beds: Some(19),
            ..claim()
        };
        assert_eq!(frees(&clinic), Ok(Stages::COLLECTION));
        assert!(frees(&Claim { beds: Some(20), ..clinic }).is_err());
        assert!(frees(&Claim { beds: None, ..clinic }).is_err());
        assert!(frees(&Claim { epidemic: true, ..clinic }).is_err());
        let plan = Claim { id: "EX2-4", method: Method::D10, beds: None, ..clinic };
        assert!(frees(&plan).is_err());
        assert_eq!(frees(&Claim { epidemic: true, ..plan }), Ok(Stages::DISPOSAL));
    }

    #[test]
    fn waste_acid_is_exempt_in_use_when_nothing_but_corrosive() {
        let acid = Claim {
            id: "EX20-1",
            code: code("900-300-34"),
            hazards: set("C"),
            method: Method::R6,
            ..claim()
        };
        let stages = frees(&acid).unwrap();
        assert!(stages.frees_receiver(Method::R6) && !stages.frees_receiver(Method::D9));
        assert!(!stages.frees_transport());
        assert!(frees(&Claim { hazards: set("C,T"), ..acid }).is_err());
        // The method is a disposal: the exempt use is not what will happen.
        assert!(frees(&Claim { method: Method::D9, ..acid }).is_err());
    }

    #[test]
    fn places_and_treatment_are_held_against_the_method() {
        let ash = Claim { id: "EX12-3", code: code("772-002-18"), method: Method::C1, ..claim() };
        assert_eq!(frees(&ash), Ok(Stages::DISPOSAL));
        assert!(frees(&Claim { method: Method::D1, ..ash }).is_err());
        // A tailings pond or a kiln: either will do.
        let tailings =
            Claim { id: "EX19-1", code: code("092-003-33"), method: Method::D1, ..claim() };
        assert!(frees(&tailings).is_ok());
        assert!(frees(&Claim { method: Method::C1, ..tailings }).is_ok());
        assert!(frees(&Claim { method: Method::D10, ..tailings }).is_err());
        let steamed =
            Claim { id: "EX5-1", code: code("841-003-01"), method: Method::D10, ..claim() };
        assert!(frees(&steamed).is_ok());
        assert!(frees(&Claim { treated_by: Some(Method::Y12), ..steamed }).is_ok());
        assert!(frees(&Claim { treated_by: Some(Method::Y11), ..steamed }).is_err());
    }

    #[test]
    fn where_no_code_binds_the_evidence_does() {
        let point =
            Claim { id: "EX32-1", code: code("252-002-11"), method: Method::R15, ..claim() };
        assert_eq!(frees(&point), Ok(Stages::UTILISATION));
        assert_eq!(
            frees(&Claim { has_evidence: false, ..point }),
            Err("evidence_sha256".to_owned())
        );
        let emergency = Claim { id: "EX25-1", ..point };
        assert_eq!(frees(&emergency), Ok(Stages::TRANSPORT));
        assert!(frees(&Claim { code: code("CY-01"), ..point }).is_err());
        let rags = Claim { id: "EX24-1", code: code("900-041-49"), method: Method::D10, ..claim() };
        assert_eq!(frees(&rags), Ok(Stages::ALL));
    }
}
