//! A border that the setting counts is crossed only under a transfer approval in force (Code Art.
//! 536, Order 23 Art. 23-28). Kitchen waste is no hazardous waste: its borders are not counted.
//!
//! Whoever names an approval is held to it, whether the border is counted or not: to its two sites,
//! its days, its codes and (settled under lock) its mass. When kind, quantity or receiver changes,
//! the law asks for a new one (Art. 28).

use chrono::NaiveDate;

use crate::catalogue::{Method, Stream, WasteCode};
use crate::config::Borders;
use crate::ids::ApprovalId;
use crate::problem::{Code, Fault, Findings, Text};
use crate::registry::application::TransferApplication;
use crate::registry::{Known, Site, Standing, TransferApproval, side};

/// A movement, as far as borders care.
pub struct Crossing<'a> {
    pub stream: Stream,
    pub borders: Borders,
    pub from: &'a Site,
    pub to: &'a Site,
    /// The planned day, Beijing.
    pub day: NaiveDate,
}

impl Crossing<'_> {
    /// Whether it crosses a border that the setting counts.
    fn counts(&self) -> bool {
        let [from, to] =
            [self.from, self.to].map(|site| side(self.borders, &site.division, &site.region_code));
        self.stream != Stream::Kitchen && from != to
    }
}

const POINTER: &str = "/transfer_approval_id";

/// What the filing says of an approval.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    /// Nothing.
    Not,
    /// An id that names none that the caller may see.
    Unseen,
    This(&'a Known<TransferApproval>),
}

impl<'a> Named<'a> {
    /// `seen`: the approval of this id, where the caller may see it.
    pub const fn of(id: Option<ApprovalId>, seen: Option<&'a Known<TransferApproval>>) -> Self {
        match (id, seen) {
            (None, _) => Self::Not,
            (Some(_), None) => Self::Unseen,
            (Some(_), Some(approval)) => Self::This(approval),
        }
    }
}

/// The approval that the movement is held to.
pub fn approval<'a>(
    crossing: &Crossing,
    named: Named<'a>,
    findings: &mut Findings,
) -> Option<&'a Known<TransferApproval>> {
    match named {
        Named::This(approval) => {
            fits(approval, crossing, findings);
            return Some(approval);
        }
        Named::Unseen => findings.refuse(Fault::unknown_reference(POINTER)),
        Named::Not if crossing.counts() => {
            let (from, to) = (&crossing.from.region_code, &crossing.to.region_code);
            findings.refuse(required(Text::new(
                format!("由 {from} 转移至 {to} 须经批准，请填写转移审批。"),
                format!("A movement from {from} to {to} needs a transfer approval."),
            )));
        }
        Named::Not => {}
    }
    None
}

/// The approval is for these two sites and in force on the day.
fn fits(approval: &TransferApproval, crossing: &Crossing, findings: &mut Findings) {
    let (number, day) = (&approval.number, crossing.day);
    if (approval.producer_site_id, approval.receiver_site_id) != (crossing.from.id, crossing.to.id)
    {
        findings.refuse(required(Text::new(
            format!("转移审批 {number} 针对其他场所之间的转移。"),
            format!("Approval {number} is for a movement between other sites."),
        )));
    }
    let (from, to) = (approval.valid_from, approval.valid_to);
    if approval.status != Standing::Active {
        findings.refuse(required(Text::new(
            format!("转移审批 {number} 已被暂停或撤销。"),
            format!("Approval {number} is suspended or withdrawn."),
        )));
    } else if day < from || day > to {
        findings.refuse(required(Text::new(
            format!("转移审批 {number} 有效期为 {from} 至 {to}，不含 {day}。"),
            format!("Approval {number} is valid from {from} to {to}, not on {day}."),
        )));
    }
}

fn required(detail: Text) -> Fault {
    Fault::new(Code::ApprovalRequired, POINTER, detail)
}

/// The approval is for this waste, and for this way with it where it came of an application: of
/// one that was entered from paper the register knows no method.
pub fn covers(
    (approval, applied): (&TransferApproval, Option<&TransferApplication>),
    (code, method): (WasteCode, Method),
    n: usize,
    findings: &mut Findings,
) {
    let number = &approval.number;
    if approval.waste_codes.iter().any(|listed| listed == code.as_str()) {
        let Some(applied) = applied else { return };
        let of_code = applied.items.iter().filter(|item| item.waste_code == code.as_str());
        let methods: Vec<&str> = of_code.map(|item| item.method.as_str()).collect();
        if methods.is_empty() || methods.contains(&method.as_str()) {
            return;
        }
        let methods = methods.join(", ");
        let text = Text::new(
            format!("转移审批 {number} 中 {code} 的利用处置方式为 {methods}；变更须重新申请。"),
            format!("Approval {number} is for {code} by {methods}: another needs a new one."),
        );
        findings.refuse(Fault::new(Code::ApprovalRequired, format!("/items/{n}/method"), text));
        return;
    }
    let text = Text::new(
        format!("转移审批 {number} 不包括 {code}。"),
        format!("Approval {number} does not include {code}."),
    );
    findings.refuse(Fault::new(Code::ApprovalRequired, format!("/items/{n}/waste_code"), text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::SubjectKind;
    use crate::ids::{OrganisationId, SiteId};
    use crate::registry::SiteKind;
    use crate::units::Grams;
    use uuid::Uuid;

    fn site(n: u8, division: &str, region_code: &str) -> Site {
        let id = Uuid::from_bytes([n; 16]);
        Site {
            id: SiteId::of(id),
            organisation_id: OrganisationId::of(id),
            name: "x".into(),
            kind: SiteKind::Treatment,
            business: None,
            facility_kind: None,
            division: division.into(),
            regiment: None,
            region_code: region_code.into(),
            park: None,
            location: None,
            beds: None,
            seats: None,
            grade: None,
            storage_capacity_g: None,
            status: Standing::Active,
            is_key_unit: false,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn approved(status: Standing) -> Known<TransferApproval> {
        let id = Uuid::from_bytes([9; 16]);
        let approval = TransferApproval {
            id: ApprovalId::of(id),
            producer_site_id: SiteId::of(Uuid::from_bytes([1; 16])),
            receiver_site_id: SiteId::of(Uuid::from_bytes([2; 16])),
            number: "跨-1".into(),
            waste_codes: vec!["900-249-08".into()],
            mass_g: Grams(1000),
            valid_from: day("2026-01-01"),
            valid_to: day("2026-12-31"),
            status,
        };
        Known::new(SubjectKind::TransferApproval, id, 1, approval)
    }

    fn counts(stream: Stream, borders: Borders, from: (&str, &str), to: (&str, &str)) -> bool {
        let (from, to) = (site(1, from.0, from.1), site(2, to.0, to.1));
        Crossing { stream, borders, from: &from, to: &to, day: day("2026-11-25") }.counts()
    }

    #[test]
    fn the_setting_says_which_borders_count() {
        use Borders::{Province, ProvinceAndCorps};
        use Stream::{Hazardous, Kitchen, Medical};
        let (aral, shihezi) = (("01", "659002"), ("08", "659001"));
        let (urumqi, lanzhou) = (("00", "650100"), ("00", "620100"));
        for stream in [Hazardous, Medical] {
            assert!(!counts(stream, Province, aral, shihezi));
            assert!(!counts(stream, ProvinceAndCorps, aral, shihezi));
            assert!(!counts(stream, Province, aral, urumqi));
            assert!(counts(stream, ProvinceAndCorps, aral, urumqi));
            assert!(counts(stream, ProvinceAndCorps, urumqi, aral));
            assert!(counts(stream, Province, aral, lanzhou));
            // Between two that are not the corps' the provincial border still counts.
            assert!(counts(stream, ProvinceAndCorps, urumqi, lanzhou));
        }
        assert!(!counts(Kitchen, ProvinceAndCorps, aral, lanzhou));
    }

    fn found(to: u8, day: NaiveDate, named: Named) -> Findings {
        let (from, to) = (site(1, "01", "659002"), site(to, "00", "620100"));
        let (stream, borders) = (Stream::Hazardous, Borders::Province);
        let mut findings = Findings::new();
        let crossing = Crossing { stream, borders, from: &from, to: &to, day };
        approval(&crossing, named, &mut findings);
        findings
    }

    fn codes(findings: &Findings) -> Vec<Code> {
        findings.faults.iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn the_approval_must_be_there_and_fit() {
        let active = approved(Standing::Active);
        let at = |text| found(2, day(text), Named::This(&active));
        assert_eq!(codes(&found(2, day("2026-11-25"), Named::Not)), [Code::ApprovalRequired]);
        assert_eq!(codes(&found(2, day("2026-11-25"), Named::Unseen)), [Code::UnknownReference]);
        assert!(at("2026-01-01").is_clean() && at("2026-12-31").is_clean());
        assert_eq!(codes(&at("2025-12-31")), [Code::ApprovalRequired]);
        assert_eq!(codes(&at("2027-01-01")), [Code::ApprovalRequired]);
        let other_receiver = found(3, day("2026-11-25"), Named::This(&active));
        assert_eq!(codes(&other_receiver), [Code::ApprovalRequired]);
        let withdrawn = approved(Standing::Closed);
        let withdrawn = found(2, day("2026-11-25"), Named::This(&withdrawn));
        assert_eq!(codes(&withdrawn), [Code::ApprovalRequired]);
    }

    #[test]
    fn it_covers_the_codes_that_it_names() {
        let found = |code: &str| {
            let mut findings = Findings::new();
            let code = WasteCode::parse(code).unwrap();
            let method = Method::parse("R9").unwrap();
            covers((&approved(Standing::Active), None), (code, method), 3, &mut findings);
            findings
        };
        assert!(found("900-249-08").is_clean());
        let other = found("900-214-08");
        assert_eq!(codes(&other), [Code::ApprovalRequired]);
        assert_eq!(other.faults[0].pointer.as_deref(), Some("/items/3/waste_code"));
    }
}
